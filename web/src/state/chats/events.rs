//! Events into the chats.

use super::Chats;
use leptos::prelude::*;
use shared::chat::{Chat, Message};
use shared::event::{ChatActivity, Event, EventFrame};
use shared::ids::{CategoryId, ChatId, SpaceId};
use shared::permission::{Permission, PermissionSet, ignores_slow_mode, in_chat, in_space};

impl Chats {
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
            Event::ReadStateChanged(changed) => {
                self.set_read(changed.chat_id, changed.read, changed.back);
            }
            Event::ChatCreated(chat) | Event::ChatUpdated(chat) => self.put_for_everybody(chat),
            Event::ConversationUpdated(chat) => {
                // An event to all of them carries nobody's rights.
                let mut chat = Chat { permissions: PermissionSet::DIRECT, ..chat.clone() };
                if let Some((read, last)) = self.peek(chat.id, |known| (known.read, known.last_seq))
                {
                    chat.read = read;
                    chat.last_seq = chat.last_seq.max(last);
                }
                self.touch(chat.id);
                self.put(chat);
            }
            Event::ChatMoved(moved) => self.change(moved.chat_id, |chat| {
                chat.category_id = moved.category_id;
                chat.position = moved.position;
            }),
            Event::CategoryDeleted(gone) => self.uncategorise(gone.category_id),
            Event::ChatDeleted(deleted) => self.remove(deleted.chat_id),
            Event::SpaceJoined(_) => self.reload(),
            Event::SpaceLeft(gone) | Event::SpaceDeleted(gone) => self.forget_space(gone.space_id),
            Event::MembershipChanged(_) => self.reload(),
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

    fn count(&self, message: &Message) {
        let Some(chat) = self.signal(message.chat_id) else {
            return self.refresh(message.chat_id);
        };
        self.touch(message.chat_id);
        let me = self.me();
        let waits = untrack(|| self.waits(message.chat_id));
        chat.update(|chat| {
            if message.seq <= chat.last_seq {
                return;
            }
            chat.last_seq = message.seq;
            chat.last_message_at = Some(message.created_at);
            if waits && Some(message.author.id) == me {
                let pause = chrono::TimeDelta::seconds(chat.slow_seconds.into());
                chat.slow_until = Some(message.created_at + pause);
            }
            if message.thread_root.is_some() {
                return;
            }
            if Some(message.author.id) != me && message.seq > chat.read.read_seq {
                chat.read.unread += 1;
                let mentioned = message.mentions.iter().any(|user| Some(user.id) == me);
                chat.read.mentions += i64::from(mentioned);
            }
        });
        if !message.mention_groups.is_empty() && Some(message.author.id) != me {
            // Whether one of many is this person, the server knows for certain.
            self.refresh(message.chat_id);
        }
    }

    fn count_activity(&self, news: &ChatActivity) {
        let Some(chat) = self.signal(news.chat_id) else {
            return self.refresh(news.chat_id);
        };
        self.touch(news.chat_id);
        let fresh = news.last_seq - chat.with_untracked(|chat| chat.last_seq);
        if news.thread_root.is_some() {
            // A reply in a thread takes a number and is unread there, not here.
            if fresh == 1 {
                chat.update(|chat| chat.last_seq = news.last_seq);
            } else if fresh > 1 {
                self.refresh(news.chat_id);
            }
            return;
        }
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
        let Some(standing) = untrack(|| self.spaces.own_standing(space)) else {
            return self.refresh(chat.id);
        };
        let mut chat = chat.clone();
        chat.permissions = in_chat(&standing, &chat.overrides);
        if !chat.permissions.contains(Permission::ViewChat) {
            return self.remove(chat.id);
        }
        let own = self.peek(chat.id, |known| (known.read, known.slow_until)).unwrap_or_default();
        (chat.read, chat.slow_until) = own;
        if chat.slow_seconds == 0 {
            chat.slow_until = None;
        }
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

    fn change(&self, id: ChatId, edit: impl FnOnce(&mut Chat)) {
        self.touch(id);
        if let Some(chat) = self.signal(id) {
            chat.update(edit);
        }
    }

    fn uncategorise(&self, category: CategoryId) {
        let all: Vec<ChatId> = self.all.with_untracked(|all| {
            let inside = |chat: &Chat| chat.category_id == Some(category);
            all.iter().filter(|(_, chat)| chat.with_untracked(inside)).map(|(id, _)| *id).collect()
        });
        for id in all {
            self.change(id, |chat| chat.category_id = None);
        }
    }

    /// Whether slow mode holds for the person in a chat, reactively.
    #[must_use]
    pub fn waits(&self, id: ChatId) -> bool {
        let chat = self.read(id, |chat| (chat.slow_seconds, chat.space_id, chat.permissions));
        let Some((seconds, Some(space), permissions)) = chat else { return false };
        let standing = self.spaces.own_standing(space);
        seconds > 0 && standing.is_some_and(|one| !ignores_slow_mode(in_space(&one), permissions))
    }
}
