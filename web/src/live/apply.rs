//! Events into the stores, and what to fetch anew when some were missed.

use super::Live;
use super::resume::Verdict;
use crate::api::chat::Part;
use crate::state::Room;
use leptos::prelude::*;
use shared::event::{Event, EventFrame};
use shared::ids::ChatId;
use shared::topic::Topic;
use std::rc::Rc;

impl Live {
    pub(super) fn event(&self, frame: &EventFrame, verdict: Verdict) {
        if verdict == Verdict::Drop {
            return;
        }
        let stores = self.stores;
        if let Topic::Chat(chat) = frame.topic
            && let (Some(room), Some(seq)) = (stores.messages.room(chat), frame.seq)
        {
            room.cursor.set(Some(seq));
        }
        match &frame.event {
            Event::Noop(_) => {}
            Event::ProfileUpdated(me) => stores.session.set_me(me.clone()),
            Event::SessionRevoked(revoked)
                if self.with(|inner| inner.own_session) == Some(Some(revoked.session_id)) =>
            {
                return stores.session.revoked();
            }
            _ => {
                stores.messages.apply(frame);
                stores.chats.apply(frame);
                stores.typing.apply(frame);
                stores.spaces.apply(frame);
            }
        }
        if verdict == Verdict::Hole {
            self.catch_up(&[frame.topic]);
        }
    }

    /// Fetches anew what topics are about.
    pub(super) fn catch_up(&self, topics: &[Topic]) {
        let stores = self.stores;
        let mut reload_chats = false;
        let mut reload_spaces = false;
        for topic in topics {
            match topic {
                Topic::User(_) => {
                    reload_chats = true;
                    reload_spaces = true;
                }
                Topic::Space(space) => {
                    reload_chats = true;
                    stores.spaces.reload_space(*space);
                }
                Topic::Chat(chat) => {
                    if let Some(room) = stores.messages.room(*chat) {
                        stores.messages.refetch(&room);
                    }
                }
            }
        }
        if reload_spaces {
            stores.spaces.reload();
        }
        if reload_chats {
            stores.chats.reload();
        }
    }

    /// The room of a chat that somebody wants to read: from memory, or fetched from `start`.
    #[must_use]
    pub fn open(&self, chat: ChatId, start: Part) -> Rc<Room> {
        let messages = self.stores.messages;
        let is_known = messages.room(chat).is_some();
        let (room, gone) = messages.open(chat);
        if let Some(gone) = gone {
            self.leave(gone);
        }
        if !is_known {
            room.start.set(start);
            self.join(chat, None);
        }
        room
    }

    /// A chat was joined: what was there before may have holes.
    pub(super) fn entered(&self, chat: ChatId, recovered: bool) {
        let messages = self.stores.messages;
        let Some(room) = messages.room(chat) else { return };
        if !room.is_loaded.get_untracked() || !recovered {
            messages.refetch(&room);
        }
    }
}
