//! The chats of the signed-in person: names, rights, how much is unread.

mod events;
mod reading;

use super::{Load, Session, Spaces, kept};
use crate::api::chat as api;
use crate::api::{ApiError, ApiResult};
use crate::i18n::lower;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{Chat, ChatKind};
use shared::ids::{CategoryId, ChatId, SpaceId, UserId};
use shared::notifications::NotificationSettings;
use shared::permission::Permission;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// All chats that the person sees. Each has its own signal: news in one redraw one row.
#[derive(Clone, Copy)]
pub struct Chats {
    load: RwSignal<Load<()>>,
    /// Changes when chats appear or go, not when one changes.
    pub(super) all: RwSignal<HashMap<ChatId, ArcRwSignal<Chat>>>,
    /// What the person wants to hear of; badges follow it.
    pub loudness: RwSignal<NotificationSettings>,
    /// Fetches of the list under way, and the chats that changed meanwhile: what was fetched of them
    /// may be old.
    fetching: StoredValue<u32>,
    /// Counts the fetches of the list, and the newest of which the answer has come: an older answer that
    /// comes later says nothing new.
    turns: StoredValue<(u32, u32)>,
    touched: StoredValue<HashSet<ChatId>>,
    /// Chats that are being fetched singly, and whether to do it once more.
    refreshing: StoredValue<HashMap<ChatId, bool>>,
    /// Chats in which the person marked something as unread: seeing them does not undo that until he has
    /// left them.
    held: RwSignal<HashSet<ChatId>>,
    /// Whether the server has been asked since the start: before, the chats are those of the last time.
    pub is_fresh: RwSignal<bool>,
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
            loudness: RwSignal::default(),
            fetching: StoredValue::new(0),
            turns: StoredValue::default(),
            touched: StoredValue::default(),
            refreshing: StoredValue::default(),
            held: RwSignal::default(),
            is_fresh: RwSignal::new(false),
            session,
            spaces,
        };
        if let Some(page) = untrack(|| session.user_id()).and_then(api::kept_chats) {
            chats.replace(page.items);
        }
        chats.reload();
        chats.follow_restrictions();
        chats
    }

    /// Asks anew when a restriction is over: nobody tells.
    fn follow_restrictions(self) {
        let end = Memo::new(move |_| self.spaces.next_end());
        Effect::new(move |_| {
            let left = end.get().and_then(|end| (end - chrono::Utc::now()).to_std().ok());
            // A browser cannot wait for more than 24 days.
            let Some(left) = left.map(|left| left.min(Duration::from_secs(86_400))) else { return };
            let ask = move || {
                self.spaces.reload();
                self.reload();
            };
            if let Ok(timer) = set_timeout_with_handle(ask, left + Duration::from_millis(500)) {
                on_cleanup(move || timer.clear());
            }
        });
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
        let turn = chats.turns.try_update_value(|(begun, _)| {
            *begun += 1;
            *begun
        });
        spawn_local(async move {
            let outcome = fetch_all().await;
            chats.fetching.try_update_value(|n| *n -= 1);
            match outcome {
                Ok(_) if turn < chats.turns.try_with_value(|(_, come)| *come) => {}
                Ok(list) => {
                    chats.turns.try_update_value(|(_, come)| *come = turn.unwrap_or_default());
                    kept::keep_histories_of(|id| list.iter().any(|chat| chat.id == id));
                    let _was_there = chats.is_fresh.try_set(true);
                    chats.replace(list);
                }
                Err(error)
                    if chats.load.try_with_untracked(|load| load.ready().is_none())
                        == Some(true) =>
                {
                    chats.load.set(Load::Failed(error));
                }
                // What is on the screen stays; the next connection fetches again.
                Err(_) => {}
            }
            chats.refresh_touched();
        });
    }

    /// Fetches one chat anew. What happens in it meanwhile may be missing in the answer: then it is
    /// asked for once more.
    pub fn refresh(&self, id: ChatId) {
        let chats = *self;
        if chats.refreshing.with_value(|under_way| under_way.contains_key(&id)) {
            return chats.ask_again(id);
        }
        chats.refreshing.update_value(|under_way| {
            under_way.insert(id, false);
        });
        spawn_local(async move {
            let outcome = api::get_chat(id).await;
            let again = chats.refreshing.try_update_value(|under_way| under_way.remove(&id));
            match outcome {
                Ok(chat) => {
                    let known = chats.peek(id, |known| known.last_seq);
                    if known.is_none_or(|last_seq| last_seq <= chat.last_seq) {
                        chats.put(chat);
                    }
                    if again == Some(Some(true)) {
                        chats.refresh(id);
                    }
                }
                Err(ApiError::Problem(problem)) if problem.status == 404 => chats.remove(id),
                Err(_) => {}
            }
        });
    }

    /// Something happened in a chat: if it is being fetched singly, the answer may be old.
    fn ask_again(&self, id: ChatId) {
        self.refreshing.update_value(|under_way| {
            under_way.entry(id).and_modify(|again| *again = true);
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
    }

    /// Fetches singly what changed while the list was on its way.
    fn refresh_touched(&self) {
        if self.fetching.try_get_value() == Some(0) {
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

    pub(super) fn signal(&self, id: ChatId) -> Option<ArcRwSignal<Chat>> {
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
        self.read(id, |chat| self.spaces.seen(chat).contains(permission)).unwrap_or(false)
    }

    /// The chats of a space within their categories, in order, reactively.
    #[must_use]
    pub fn of_space(&self, space: SpaceId) -> Vec<(Option<CategoryId>, ChatId)> {
        let mut found = self.select(
            |c| c.space_id == Some(space) && self.spaces.seen(c).contains(Permission::ViewChat),
            |chat| (chat.position, lower(&chat.name), chat.category_id),
        );
        found.sort();
        found.into_iter().map(|((_, _, category), id)| (category, id)).collect()
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

    /// Every chat there is now.
    #[must_use]
    pub fn ids(&self) -> Vec<ChatId> {
        self.all.with_untracked(|all| all.keys().copied().collect())
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

    /// The name to show: a direct chat has the other one's.
    #[must_use]
    pub fn title(&self, chat: &Chat) -> String {
        if !chat.name.is_empty() {
            return chat.name.clone();
        }
        if self.is_notes(chat) {
            return crate::i18n::tr(crate::i18n::Key::ConversationNotes).to_owned();
        }
        let me = self.me();
        let others = chat.members.iter().filter(|user| Some(user.id) != me || is_alone(chat));
        others.map(|user| user.name()).collect::<Vec<_>>().join(", ")
    }

    /// Whether the chat is the person's notes to himself.
    #[must_use]
    pub fn is_notes(&self, chat: &Chat) -> bool {
        chat.kind == ChatKind::Direct && is_alone(chat)
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

    pub(super) fn me(&self) -> Option<UserId> {
        untrack(|| self.session.user_id())
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
