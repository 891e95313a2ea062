//! How far chats are read.

use super::Chats;
use crate::api::ApiResult;
use crate::api::chat as api;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{Chat, ReadState};
use shared::ids::{ChatId, SpaceId};
use std::collections::HashSet;

impl Chats {
    /// Notes that everything up to the newest message is read, here at once and then at the server.
    pub fn mark_read(&self, id: ChatId) {
        self.release(id);
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
                Ok(read) => chats.set_read(id, read, false),
                Err(_) => chats.refresh(id),
            }
        });
    }

    /// Marks a message and all after it as unread, until the person leaves the chat or says
    /// otherwise.
    pub fn mark_unread(&self, id: ChatId, seq: i64, failed: Callback<String>) {
        self.put_back(vec![(id, seq - 1)], failed);
    }

    /// Moves read positions back, one after the other: whoever has many unread chats does not ask for
    /// all of them at once. Says the last thing that failed.
    pub fn put_back(&self, positions: Vec<(ChatId, i64)>, failed: Callback<String>) {
        let chats = *self;
        spawn_local(async move {
            let mut failure = None;
            for (id, read_seq) in positions {
                // Signed out meanwhile.
                if chats.held.try_update(|held| held.insert(id)).is_none() {
                    return;
                }
                chats.touch(id);
                match api::mark_unread(id, read_seq + 1).await {
                    Ok(read) if !chats.held.is_disposed() => chats.set_read(id, read, true),
                    Ok(_) => return,
                    Err(error) => failure = Some(error.sentence()),
                }
            }
            failure.into_iter().for_each(|sentence| failed.run(sentence));
        });
    }

    /// Whether the chat stays unread although it is seen, reactively.
    #[must_use]
    pub fn is_held(&self, id: ChatId) -> bool {
        self.held.with(|held| held.contains(&id))
    }

    /// What was marked as unread in a chat may be read again: the person comes to it, or left it.
    pub fn release(&self, id: ChatId) {
        if self.held.with_untracked(|held| held.contains(&id)) {
            self.held.update(|held| _ = held.remove(&id));
        }
    }

    /// The chats of a space, or all there are, in which something is unread, and how far they are read.
    #[must_use]
    pub fn unread_of(&self, space: Option<SpaceId>) -> Vec<(ChatId, i64)> {
        let wanted = |chat: &Chat| {
            let is_here = space.is_none() || chat.space_id == space;
            is_here && chat.read.unread > 0 && chat.read.read_seq < chat.last_seq
        };
        let found = untrack(|| self.select(wanted, |chat| chat.read.read_seq));
        found.into_iter().map(|(read_seq, id)| (id, read_seq)).collect()
    }

    /// Marks every chat of a space as read, or every one there is; they hear of it by events.
    ///
    /// # Errors
    /// See [`crate::api::ApiError`].
    pub async fn mark_all_read(&self, space: Option<SpaceId>) -> ApiResult<()> {
        self.held.set(HashSet::new());
        api::mark_all_read(space).await
    }

    pub(super) fn set_read(&self, id: ChatId, read: ReadState, back: bool) {
        self.touch(id);
        if let Some(chat) = self.signal(id) {
            // An answer may be overtaken by a later mark; only the person moves the position back.
            let (is_newer, is_behind) = chat.with_untracked(|chat| {
                let is_newer = (back || read.read_seq >= chat.read.read_seq) && read != chat.read;
                (is_newer, !back && read.read_seq < chat.last_seq)
            });
            if is_newer {
                chat.update(|chat| chat.read = read);
            }
            if is_newer && is_behind {
                // Whether the newest were counted only the server knows.
                self.refresh(id);
            }
        }
    }

    pub(super) fn touch(&self, id: ChatId) {
        if self.fetching.get_value() > 0 {
            self.touched.update_value(|touched| {
                touched.insert(id);
            });
        }
        self.ask_again(id);
    }
}
