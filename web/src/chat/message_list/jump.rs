//! Going to a message, a day, the new ones, the end.

use super::scroller::Scroller;
use crate::api::chat::Part;
use crate::chat::talk::Jump;
use crate::chat::virtual_list::Align;
use crate::i18n::{Key, tr};
use crate::state::messages::Fetch;
use leptos::prelude::*;
use shared::Timestamp;
use std::time::Duration;

/// How long a message that was jumped to is lit up.
const LIT: Duration = Duration::from_secs(2);

impl Scroller {
    /// Does what [`Talk::jump`] asks for, or fetches what is needed for it.
    pub(super) fn take_jump(self) {
        let talk = self.talk;
        let Some(jump) = talk.jump.get_untracked() else { return };
        let room = talk.room();
        let (place, align) = match jump {
            Jump::End => {
                if talk.window(|window| window.has_after) {
                    return talk.messages.fetch(&room, Part::Latest);
                }
                room.list.borrow_mut().pin_end();
                return talk.jump.set(None);
            }
            Jump::Seq(seq) | Jump::Link(seq) => (seq, Align::Center),
            Jump::Unread(seq) => (seq + 1, Align::Upper),
            Jump::Day(time) => match self.day_jump(time) {
                Some(seq) => (seq, Align::Upper),
                None => return,
            },
        };
        if !talk.window(|window| window.holds(place)) {
            // A failed fetch is shown and can be tried again; it is not repeated by itself.
            if matches!(room.fetch.get_untracked(), Fetch::Failed(..)) {
                return talk.jump.set(None);
            }
            return talk.messages.fetch(&room, Part::Around(place));
        }
        let entry = talk.window(|window| {
            let at = window.at_or_after(place).or_else(|| window.entries().last());
            at.map(|entry| (entry.key, entry.message.seq))
        });
        if let Some((key, seq)) = entry {
            room.list.borrow_mut().pin_row(key, align);
            if matches!(jump, Jump::Link(_)) && seq != place {
                talk.toasts.failed(tr(Key::ConversationLinkGone));
            } else if matches!(jump, Jump::Seq(_) | Jump::Link(_) | Jump::Day(_)) {
                talk.lit.set(Some(seq));
                set_timeout(
                    move || {
                        let _was_there = talk.lit.try_set(None);
                    },
                    LIT,
                );
            }
        }
        talk.jump.set(None);
    }

    /// The first message of a day; fetched when what is in memory cannot say which it is.
    fn day_jump(self, time: Timestamp) -> Option<i64> {
        let talk = self.talk;
        let found = talk.window(|window| {
            let entries = window.entries();
            let at = entries.partition_point(|entry| entry.message.created_at < time);
            let knows_start = at > 0 || !window.has_before;
            let knows_end = at < entries.len() || !window.has_after;
            let entry = entries.get(at).or_else(|| entries.last());
            entry.filter(|_| knows_start && knows_end).map(|entry| entry.message.seq)
        });
        let room = talk.room();
        match (found, room.fetch.get_untracked()) {
            (None, Fetch::Failed(..)) => talk.jump.set(None),
            (None, _) => talk.messages.fetch(&room, Part::At(time)),
            _ => {}
        }
        found
    }
}
