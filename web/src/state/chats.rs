//! The chats of the signed-in person: names, rights, how much is unread.

use super::{Load, Session, Spaces};
use crate::api::chat as api;
use crate::api::{ApiError, ApiResult};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{Chat, ChatKind, Message, ReadState};
use shared::event::{ChatActivity, Event, EventFrame};
use shared::ids::{ChatId, SpaceId, UserId};
use shared::permission::{Permission, in_chat};
use std::collections::{HashMap, HashSet};

/// What waits in one or several chats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub unread: i64,
    pub mentions: i64,
}

/// All chats that the person sees. Each has its own signal: news in one redraw one row.
#[derive(Clone, Copy)]
pub struct Chats {
    load: RwSignal<Load<()>>,
    /// Changes when chats appear or go, not when one changes.
    all: RwSignal<HashMap<ChatId, ArcRwSignal<Chat>>>,
    /// Fetches of the list under way, and the chats that changed meanwhile: what was fetched of them
    /// may be old.
    fetching: StoredValue<u32>,
    touched: StoredValue<HashSet<ChatId>>,
    /// Chats that are being fetched singly.
    refreshing: StoredValue<HashSet<ChatId>>,
    session: Session,
    spaces: Spaces,
}

impl Chats {
    /// Starts loading.
    #[must_use]
    pub fn start(session: Session, spaces: Spaces) -> Self {
        let chats = Self {
            load: RwSignal::new(Load::Loading),
            all: RwSignal::default(),
            fetching: StoredValue::new(0),
            touched: StoredValue::default(),
            refreshing: StoredValue::default(),
            session,
            spaces,
        };
        chats.reload();
        chats
    }

    /// Where loading stands, reactively.
    #[must_use]
    pub fn load(&self) -> Load<()> {
        self.load.get()
    }

    /// Fetches everything anew.
    pub fn reload(&self) {
        let chats = *self;
        if chats.load.with_untracked(|load| load.error().is_some()) {
            chats.load.set(Load::Loading);
        }
        chats.fetching.update_value(|n| *n += 1);
        spawn_local(async move {
            let outcome = fetch_all().await;
            chats.fetching.try_update_value(|n| *n -= 1);
            match outcome {
                Ok(list) => chats.replace(list),
                Err(error) if chats.load.with_untracked(|load| load.ready().is_none()) => {
                    chats.load.set(Load::Failed(error));
                }
                // What is on the screen stays; the next connection fetches again.
                Err(_) => {}
            }
        });
    }

    /// Fetches one chat anew.
    pub fn refresh(&self, id: ChatId) {
        let chats = *self;
        if !chats.refreshing.try_update_value(|set| set.insert(id)).unwrap_or(false) {
            return;
        }
        spawn_local(async move {
            let outcome = api::get_chat(id).await;
            chats.refreshing.try_update_value(|set| set.remove(&id));
            match outcome {
                Ok(chat) => chats.put(chat),
                Err(ApiError::Problem(problem)) if problem.status == 404 => chats.remove(id),
                Err(_) => {}
            }
        });
    }

    fn replace(&self, list: Vec<Chat>) {
        let ids: HashSet<ChatId> = list.iter().map(|chat| chat.id).collect();
        let gone: Vec<ChatId> = self
            .all
            .with_untracked(|all| all.keys().filter(|id| !ids.contains(id)).copied().collect());
        self.all.update(|all| {
            for id in &gone {
                all.remove(id);
            }
            for chat in list {
                match all.get(&chat.id) {
                    Some(known) => set_if_changed(known, chat),
                    None => drop(all.insert(chat.id, ArcRwSignal::new(chat))),
                }
            }
        });
        self.load.set(Load::Ready(()));
        if self.fetching.get_value() == 0 {
            let touched = self.touched.try_update_value(std::mem::take).unwrap_or_default();
            for id in touched {
                self.refresh(id);
            }
        }
    }

    /// Puts a chat that was opened, created or changed.
    pub fn put(&self, chat: Chat) {
        match self.signal(chat.id) {
            Some(known) => set_if_changed(&known, chat),
            None => self.all.update(|all| {
                all.insert(chat.id, ArcRwSignal::new(chat));
            }),
        }
    }

    /// Takes a chat away.
    pub fn remove(&self, id: ChatId) {
        if self.signal(id).is_some() {
            self.all.update(|all| {
                all.remove(&id);
            });
        }
    }

    fn signal(&self, id: ChatId) -> Option<ArcRwSignal<Chat>> {
        self.all.with_untracked(|all| all.get(&id).cloned())
    }

    /// One chat, reactively.
    #[must_use]
    pub fn get(&self, id: ChatId) -> Option<Chat> {
        self.all.with(|all| all.get(&id).cloned()).map(|chat| chat.get())
    }

    /// Something of one chat, reactively.
    pub fn read<T>(&self, id: ChatId, of: impl FnOnce(&Chat) -> T) -> Option<T> {
        self.all.with(|all| all.get(&id).cloned()).map(|chat| chat.with(of))
    }

    /// Something of one chat now.
    pub fn peek<T>(&self, id: ChatId, of: impl FnOnce(&Chat) -> T) -> Option<T> {
        self.signal(id).map(|chat| chat.with_untracked(of))
    }

    /// Whether the person may do this in the chat, reactively.
    #[must_use]
    pub fn may(&self, id: ChatId, permission: Permission) -> bool {
        self.read(id, |chat| chat.permissions.contains(permission)).unwrap_or(false)
    }

    /// The chats of a space in their order, reactively.
    #[must_use]
    pub fn of_space(&self, space: SpaceId) -> Vec<ChatId> {
        let mut found = self.select(
            |chat| chat.space_id == Some(space),
            |chat| (chat.position, chat.name.to_lowercase()),
        );
        found.sort();
        found.into_iter().map(|(_, id)| id).collect()
    }

    /// Direct and group chats, the liveliest first, reactively.
    #[must_use]
    pub fn conversations(&self) -> Vec<ChatId> {
        let mut found = self.select(
            |chat| chat.space_id.is_none(),
            |chat| std::cmp::Reverse(chat.last_message_at.unwrap_or(chat.created_at)),
        );
        found.sort();
        found.into_iter().map(|(_, id)| id).collect()
    }

    fn select<K>(
        &self,
        wanted: impl Fn(&Chat) -> bool,
        key: impl Fn(&Chat) -> K,
    ) -> Vec<(K, ChatId)> {
        self.all.with(|all| {
            let chosen = all
                .values()
                .filter_map(|chat| chat.with(|chat| wanted(chat).then(|| (key(chat), chat.id))));
            chosen.collect()
        })
    }

    /// What waits in a space, or with `None` in direct and group chats, reactively.
    #[must_use]
    pub fn waiting(&self, space: Option<SpaceId>) -> Waiting {
        self.sum(|chat| chat.space_id == space)
    }

    /// What waits anywhere, reactively.
    #[must_use]
    pub fn waiting_anywhere(&self) -> Waiting {
        self.sum(|_| true)
    }

    fn sum(&self, wanted: impl Fn(&Chat) -> bool) -> Waiting {
        self.all.with(|all| {
            let mut sum = Waiting::default();
            for chat in all.values() {
                chat.with(|chat| {
                    if wanted(chat) {
                        sum.unread += chat.read.unread;
                        sum.mentions += chat.read.mentions;
                    }
                });
            }
            sum
        })
    }

    /// The name to show: a direct chat has the other one's.
    #[must_use]
    pub fn title(&self, chat: &Chat) -> String {
        if !chat.name.is_empty() {
            return chat.name.clone();
        }
        let me = self.me();
        let others = chat.members.iter().filter(|user| Some(user.id) != me || is_alone(chat));
        others.map(|user| user.name()).collect::<Vec<_>>().join(", ")
    }

    /// The other person of a direct chat; oneself in a chat with oneself.
    #[must_use]
    pub fn partner(&self, chat: &Chat) -> Option<shared::identity::UserRef> {
        if chat.kind != ChatKind::Direct {
            return None;
        }
        let me = self.me();
        let other = chat.members.iter().find(|user| Some(user.id) != me);
        other.or_else(|| chat.members.first()).cloned()
    }

    /// Notes that everything up to the newest message is read, here at once and then at the server.
    pub fn mark_read(&self, id: ChatId) {
        let Some(chat) = self.signal(id) else { return };
        let (seq, read) = chat.with_untracked(|chat| (chat.last_seq, chat.read));
        if read.unread == 0 && read.mentions == 0 {
            return;
        }
        self.touch(id);
        chat.update(|chat| {
            chat.read = ReadState { read_seq: seq.max(read.read_seq), unread: 0, mentions: 0 };
        });
        let chats = *self;
        spawn_local(async move {
            match api::mark_read(id, seq).await {
                Ok(read) => chats.set_read(id, read),
                Err(_) => chats.refresh(id),
            }
        });
    }

    fn me(&self) -> Option<UserId> {
        untrack(|| self.session.user_id())
    }

    /// Takes in an event; what does not concern chats is ignored.
    pub fn apply(&self, frame: &EventFrame) {
        match &frame.event {
            Event::NewMessage(message) => self.count(message),
            Event::MessageDeleted(deleted) => {
                // Whether it was unread, and of whom, only the server knows for certain.
                let is_unread = |chat: &Chat| deleted.message_seq > chat.read.read_seq;
                if self.peek(deleted.chat_id, is_unread) == Some(true) {
                    self.refresh(deleted.chat_id);
                }
            }
            Event::MessageEdited(edited) => {
                let is_unread = |chat: &Chat| edited.message_seq > chat.read.read_seq;
                if self.peek(edited.chat_id, is_unread) == Some(true) {
                    self.refresh(edited.chat_id);
                }
            }
            Event::ChatActivity(news) => self.count_activity(news),
            Event::ReadStateChanged(changed) => self.set_read(changed.chat_id, changed.read),
            Event::ChatCreated(chat) | Event::ChatUpdated(chat) => self.put_for_everybody(chat),
            Event::ConversationUpdated(chat) => {
                let mut chat = chat.clone();
                if let Some((read, last)) = self.peek(chat.id, |known| (known.read, known.last_seq))
                {
                    chat.read = read;
                    chat.last_seq = chat.last_seq.max(last);
                }
                self.touch(chat.id);
                self.put(chat);
            }
            Event::ChatDeleted(deleted) => self.remove(deleted.chat_id),
            Event::SpaceJoined(_) => self.reload(),
            Event::SpaceLeft(gone) | Event::SpaceDeleted(gone) => self.forget_space(gone.space_id),
            Event::RoleAssigned(assigned) if Some(assigned.user_id) == self.me() => self.reload(),
            Event::RoleUpdated(role) => self.reload_if_held(role.space_id, role.id),
            Event::RoleDeleted(deleted) => self.reload_if_held(deleted.space_id, deleted.role_id),
            _ => {}
        }
    }

    /// Rights in chats follow from the role.
    fn reload_if_held(&self, space: SpaceId, role: shared::ids::RoleId) {
        let held = untrack(|| self.spaces.get(space)).and_then(|space| space.me);
        if held.is_some_and(|me| me.role.id == role) {
            self.reload();
        }
    }

    fn touch(&self, id: ChatId) {
        if self.fetching.get_value() > 0 {
            self.touched.update_value(|touched| {
                touched.insert(id);
            });
        }
    }

    fn set_read(&self, id: ChatId, read: ReadState) {
        self.touch(id);
        if let Some(chat) = self.signal(id) {
            // An answer may be overtaken by a later mark.
            let is_newer = chat
                .with_untracked(|chat| read.read_seq >= chat.read.read_seq && read != chat.read);
            if is_newer {
                chat.update(|chat| chat.read = read);
            }
        }
    }

    fn count(&self, message: &Message) {
        let Some(chat) = self.signal(message.chat_id) else {
            return self.refresh(message.chat_id);
        };
        self.touch(message.chat_id);
        let me = self.me();
        chat.update(|chat| {
            if message.seq <= chat.last_seq {
                return;
            }
            chat.last_seq = message.seq;
            chat.last_message_at = Some(message.created_at);
            if Some(message.author.id) != me && message.seq > chat.read.read_seq {
                chat.read.unread += 1;
                let mentioned = message.mentions.iter().any(|user| Some(user.id) == me);
                chat.read.mentions += i64::from(mentioned);
            }
        });
    }

    fn count_activity(&self, news: &ChatActivity) {
        let Some(chat) = self.signal(news.chat_id) else {
            return self.refresh(news.chat_id);
        };
        self.touch(news.chat_id);
        let fresh = news.last_seq - chat.with_untracked(|chat| chat.last_seq);
        if fresh != 1 || news.mentioned {
            // Several at once, or none (one was deleted): the exact counts are at the server.
            return self.refresh(news.chat_id);
        }
        chat.update(|chat| {
            chat.last_seq = news.last_seq;
            chat.last_message_at = Some(chrono::Utc::now());
            chat.read.unread += 1;
        });
    }

    /// An event to all members carries nobody's rights and read state: keep or compute one's own.
    fn put_for_everybody(&self, chat: &Chat) {
        let Some(space) = chat.space_id else { return };
        self.touch(chat.id);
        let Some(standing) = untrack(|| self.spaces.standing(space)) else {
            return self.refresh(chat.id);
        };
        let mut chat = chat.clone();
        chat.permissions = in_chat(&standing, &chat.overrides);
        if !chat.permissions.contains(Permission::ViewChat) {
            return self.remove(chat.id);
        }
        chat.read = self.peek(chat.id, |known| known.read).unwrap_or_default();
        let is_new = self.signal(chat.id).is_none();
        let id = chat.id;
        let has_messages = chat.last_seq > 0;
        self.put(chat);
        if is_new && has_messages {
            self.refresh(id);
        }
    }

    fn forget_space(&self, space: SpaceId) {
        self.all.update(|all| {
            all.retain(|_, chat| chat.with_untracked(|chat| chat.space_id != Some(space)));
        });
    }
}

fn is_alone(chat: &Chat) -> bool {
    chat.members.len() == 1
}

fn set_if_changed(known: &ArcRwSignal<Chat>, chat: Chat) {
    if known.with_untracked(|known| *known != chat) {
        known.set(chat);
    }
}

async fn fetch_all() -> ApiResult<Vec<Chat>> {
    let mut chats = Vec::new();
    let mut cursor = None;
    loop {
        let page = api::list_chats(cursor).await?;
        chats.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(chats);
        }
    }
}
