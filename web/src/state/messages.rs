//! The messages of the chats that are or were open, in step with the stream.
//!
//! A chat that is open, or was lately, has a [`Room`]: a window of its history, joined at the server, so
//! that going back to it needs no fetch. The least recently open ones are let go.

use super::window::Window;
use super::{Outbox, Session};
use crate::api::ApiError;
use crate::api::chat::{self as api, Part};
use crate::chat::virtual_list::VirtualList;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{History, Message};
use shared::event::{Event, EventFrame};
use shared::ids::{ChatId, UserId};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// Messages in the first page.
const FIRST_PAGE: usize = 30;
/// Messages in every further one, and around a place that is jumped to.
const PAGE: usize = 60;
/// Chats kept in memory.
const MAX_ROOMS: usize = 12;

/// What is under way or failed in a room.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Fetch {
    #[default]
    Idle,
    Running(Part),
    Failed(Part, ApiError),
}

/// One chat in memory.
pub struct Room {
    pub chat: ChatId,
    pub window: RefCell<Window>,
    /// The scroll position and the measured heights.
    pub list: RefCell<VirtualList>,
    /// Goes up with every change of the window.
    pub changed: ArcRwSignal<u64>,
    pub fetch: ArcRwSignal<Fetch>,
    /// Whether the first page has come.
    pub is_loaded: ArcRwSignal<bool>,
    /// The last event of the chat that is in the window.
    pub cursor: Cell<Option<i64>>,
    /// What to fetch first.
    pub start: Cell<Part>,
    /// Events that came while the first page was on its way.
    early: RefCell<Vec<EventFrame>>,
    /// Counts the fetches: the answer to an older one is dropped.
    turn: Cell<u64>,
}

impl Room {
    fn new(chat: ChatId) -> Self {
        Self {
            chat,
            window: RefCell::default(),
            list: RefCell::default(),
            changed: ArcRwSignal::new(0),
            fetch: ArcRwSignal::default(),
            is_loaded: ArcRwSignal::new(false),
            cursor: Cell::new(None),
            start: Cell::new(Part::Latest),
            early: RefCell::default(),
            turn: Cell::new(0),
        }
    }

    /// The `seq` of the topmost message that is seen.
    #[must_use]
    pub fn top_seq(&self) -> Option<i64> {
        let key = self.list.borrow_mut().top_key()?;
        let window = self.window.borrow();
        let entry = window.entries().iter().find(|entry| entry.key == key);
        entry.map(|entry| entry.message.seq)
    }

    /// Tells the views that the window changed.
    pub fn touch(&self) {
        self.changed.update(|n| *n += 1);
    }
}

/// See the module.
#[derive(Clone, Copy)]
pub struct Messages {
    /// The most recently open chat last.
    rooms: StoredValue<VecDeque<Rc<Room>>, LocalStorage>,
    session: Session,
    outbox: Outbox,
}

impl Messages {
    #[must_use]
    pub fn start(session: Session, outbox: Outbox) -> Self {
        let messages = Self { rooms: StoredValue::new_local(VecDeque::new()), session, outbox };
        outbox.on_stored(Callback::new(move |message| messages.stored(message)));
        messages
    }

    /// The room of a chat, made when it was not in memory; and the chat that had to go for it.
    #[must_use]
    pub fn open(&self, chat: ChatId) -> (Rc<Room>, Option<ChatId>) {
        let mut gone = None;
        let mut found = None;
        self.rooms.update_value(|rooms| {
            let known = rooms.iter().position(|room| room.chat == chat);
            let room =
                known.and_then(|at| rooms.remove(at)).unwrap_or_else(|| Rc::new(Room::new(chat)));
            rooms.push_back(Rc::clone(&room));
            if rooms.len() > MAX_ROOMS {
                gone = rooms.pop_front().map(|room| room.chat);
            }
            found = Some(room);
        });
        (found.unwrap_or_else(|| Rc::new(Room::new(chat))), gone)
    }

    /// The room of a chat, if it is in memory.
    #[must_use]
    pub fn room(&self, chat: ChatId) -> Option<Rc<Room>> {
        self.rooms
            .try_with_value(|rooms| rooms.iter().find(|room| room.chat == chat).cloned())
            .flatten()
    }

    /// The chats in memory, with the last event each has seen.
    #[must_use]
    pub fn cursors(&self) -> Vec<(ChatId, Option<i64>)> {
        self.rooms
            .with_value(|rooms| rooms.iter().map(|room| (room.chat, room.cursor.get())).collect())
    }

    /// Lets a chat go: it was deleted, or may not be seen any more.
    pub fn forget(&self, chat: ChatId) {
        self.rooms.update_value(|rooms| rooms.retain(|room| room.chat != chat));
    }

    /// Fetches a part of the history into the room. `Latest` and `Around` replace what is there.
    pub fn fetch(&self, room: &Rc<Room>, part: Part) {
        let is_running = room.fetch.with_untracked(|fetch| match (fetch, part) {
            (Fetch::Running(running), _) if *running == part => true,
            // A page at the edge is not worth interrupting a jump for.
            (Fetch::Running(_), Part::Before(_) | Part::After(_)) => true,
            _ => false,
        });
        if is_running {
            return;
        }
        let turn = room.turn.get() + 1;
        room.turn.set(turn);
        room.fetch.set(Fetch::Running(part));
        let (messages, room) = (*self, Rc::clone(room));
        spawn_local(async move {
            let limit = if part == Part::Latest { FIRST_PAGE } else { PAGE };
            let outcome = api::history(room.chat, part, limit).await;
            if room.turn.get() != turn {
                return;
            }
            match outcome {
                Ok(page) => messages.fetched(&room, part, page),
                Err(error) => room.fetch.set(Fetch::Failed(part, error)),
            }
        });
    }

    fn fetched(&self, room: &Rc<Room>, part: Part, page: History) {
        {
            let mut window = room.window.borrow_mut();
            match part {
                Part::Latest | Part::Around(_) | Part::At(_) => window.reset(page),
                Part::Before(_) => window.prepend(page),
                Part::After(_) => window.append(page),
            }
        }
        room.is_loaded.set(true);
        room.fetch.set(Fetch::Idle);
        for frame in room.early.take() {
            self.apply_to(room, &frame.event);
        }
        room.touch();
    }

    /// Fetches anew what the reader sees, after events were missed.
    pub fn refetch(&self, room: &Rc<Room>) {
        let part = if !room.is_loaded.get_untracked() {
            room.start.get()
        } else {
            let at_end = room.list.borrow().is_at_end();
            match room.top_seq() {
                Some(seq) if !at_end => Part::Around(seq),
                _ => Part::Latest,
            }
        };
        self.fetch(room, part);
    }

    /// Takes in an event of a chat; what does not concern messages is ignored.
    pub fn apply(&self, frame: &EventFrame) {
        let chat = match &frame.event {
            Event::NewMessage(message) => message.chat_id,
            Event::MessageEdited(edited) => edited.chat_id,
            Event::MessageDeleted(deleted) => deleted.chat_id,
            Event::ReactionAdded(changed) | Event::ReactionRemoved(changed) => changed.chat_id,
            Event::ChatDeleted(deleted) => return self.forget(deleted.chat_id),
            _ => return,
        };
        if let Event::NewMessage(message) = &frame.event
            && Some(message.author.id) == self.me()
        {
            self.outbox.arrived(chat, &message.nonce);
        }
        let Some(room) = self.room(chat) else { return };
        if !room.is_loaded.get_untracked() {
            room.early.borrow_mut().push(frame.clone());
        } else if self.apply_to(&room, &frame.event) {
            room.touch();
        }
    }

    fn apply_to(&self, room: &Room, event: &Event) -> bool {
        let me = self.me();
        let mut window = room.window.borrow_mut();
        match event {
            Event::NewMessage(message) => {
                let is_new = window.receive(message.clone(), Some(message.author.id) == me);
                if room.list.borrow().is_at_end() {
                    window.trim_start();
                } else {
                    window.trim_end();
                }
                is_new
            }
            Event::MessageEdited(edited) => window.edit(edited),
            Event::MessageDeleted(deleted) => {
                window.delete(deleted.message_id);
                true
            }
            Event::ReactionAdded(changed) => window.react(changed, true, me),
            Event::ReactionRemoved(changed) => window.react(changed, false, me),
            _ => false,
        }
    }

    /// The server has taken a message of one's own.
    fn stored(&self, message: Message) {
        if let Some(room) = self.room(message.chat_id)
            && room.is_loaded.get_untracked()
            && room.window.borrow_mut().receive(message, true)
        {
            room.touch();
        }
    }

    /// Changes messages of a room and tells the views.
    pub fn change(&self, chat: ChatId, edit: impl FnOnce(&mut Window) -> bool) {
        if let Some(room) = self.room(chat) {
            let changed = edit(&mut room.window.borrow_mut());
            if changed {
                room.touch();
            }
        }
    }

    fn me(&self) -> Option<UserId> {
        untrack(|| self.session.user_id())
    }
}
