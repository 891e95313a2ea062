//! Events into the stores, and what to fetch anew when some were missed.

use super::Live;
use super::resume::Verdict;
use crate::api::chat::Part;
use crate::state::{Place, Room, kept};
use leptos::prelude::*;
use shared::event::{Event, EventFrame};
use shared::identity::Status;
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
        if let Event::MessageDeleted(deleted) = &frame.event {
            kept::forget_history(deleted.chat_id);
        }
        match &frame.event {
            Event::Noop(_) => {}
            Event::ProfileUpdated(me) => stores.session.set_me(me.clone()),
            Event::SettingsUpdated(settings) => stores.settings.take(*settings),
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
                stores.threads.apply(frame);
                stores.categories.apply(frame);
                stores.people.apply(frame);
                self.show_user(frame);
                self.own_status(frame);
                stores.notices.apply(frame);
                stores.expression.apply(frame);
            }
        }
        if verdict == Verdict::Hole {
            self.catch_up(&[frame.topic]);
        }
    }

    /// Somebody is shown otherwise now: in a space, or in direct and group chats.
    fn show_user(&self, frame: &EventFrame) {
        let user = match &frame.event {
            Event::MemberRenamed(renamed) => &renamed.user,
            Event::UserUpdated(updated) => &updated.user,
            _ => return,
        };
        let space = match frame.topic {
            Topic::Space(space) => Some(space),
            _ => None,
        };
        let chats = self.stores.chats;
        let concerns = |chat| chats.peek(chat, |chat| chat.space_id) == Some(space);
        self.stores.messages.show_user(user, concerns);
        for id in untrack(|| chats.conversations()) {
            let chat = chats.peek(id, Clone::clone).filter(|_| space.is_none());
            let Some(mut chat) = chat else { continue };
            for member in chat.members.iter_mut().filter(|member| member.id == user.id) {
                member.clone_from(user);
            }
            chats.put(chat);
        }
    }

    /// What was chosen for a while is over: nobody else tells that `dnd` is loud again. Idleness and absence
    /// are of devices, not chosen.
    fn own_status(&self, frame: &EventFrame) {
        let Event::UserStatusChanged(changed) = &frame.event else { return };
        let session = self.stores.session;
        let me = untrack(|| session.me()).filter(|me| me.id == changed.user_id);
        let Some(mut me) = me else { return };
        me.status = match (me.status, changed.status) {
            (Status::Dnd, Status::Online | Status::Away) | (Status::Away, Status::Online) => {
                Status::Online
            }
            (Status::Online | Status::Away, Status::Dnd) => Status::Dnd,
            _ => return,
        };
        session.set_me(me);
    }

    /// Fetches anew what topics are about.
    pub(super) fn catch_up(&self, topics: &[Topic]) {
        let stores = self.stores;
        let reload_spaces = topics.iter().any(|topic| matches!(topic, Topic::User(_)));
        let mut reload_chats = reload_spaces;
        for topic in topics {
            match topic {
                Topic::User(_) => stores.reload_own(),
                Topic::Space(space) => {
                    reload_chats = true;
                    // The list of all spaces has it, too.
                    if !reload_spaces {
                        stores.spaces.reload_space(*space);
                    }
                    stores.spaces.reload_roster(*space);
                    stores.categories.reload(*space);
                    stores.expression.catch_up(*space);
                }
                Topic::Chat(chat) => {
                    for room in stores.messages.rooms_of(*chat) {
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

    /// The room of a place that somebody wants to read: from memory, or fetched from `start`.
    #[must_use]
    pub fn open(&self, place: impl Into<Place>, start: Part) -> Rc<Room> {
        let place = place.into();
        let messages = self.stores.messages;
        let is_known = messages.room(place).is_some();
        // A thread is heard with its chat.
        let hears = place.thread.is_none() || messages.room(place.chat).is_some();
        if !hears {
            drop(self.open(place.chat, Part::Latest));
        }
        let (room, gone) = messages.open(place);
        if let Some(gone) = gone {
            self.leave(gone);
        }
        if is_known {
            return room;
        }
        room.start.set(start);
        if start == Part::Latest && place.thread.is_none() {
            messages.show_kept(&room);
        }
        let joining = self.with(|inner| inner.joining.values().any(|chat| *chat == place.chat));
        match place.thread {
            None => self.join(place.chat, None),
            // Whoever is being joined is fetched with the rest of the chat then.
            Some(_) if joining == Some(true) => {}
            Some(_) => messages.fetch(&room, start),
        }
        room
    }

    /// A chat was joined: what was there before may have holes.
    pub(super) fn entered(&self, chat: ChatId, recovered: bool) {
        let messages = self.stores.messages;
        for room in messages.rooms_of(chat) {
            if !room.is_loaded.get_untracked() || !recovered {
                messages.refetch(&room);
            }
        }
    }
}
