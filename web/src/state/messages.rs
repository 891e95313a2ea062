//! The messages of the chats and threads that are or were open, in step with the stream. Each has a
//! [`Room`]: a window of its history, joined at the server. The least recently open ones are let go.

use super::window::Window;
use super::{Outbox, Place, Session, kept};
use crate::api::ApiError;
use crate::api::chat::{self as api, Part};
use crate::chat::virtual_list::VirtualList;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{History, Message, ThreadState};
use shared::event::{Event, EventFrame};
use shared::identity::UserRef;
use shared::ids::{ChatId, UserId};
use shared::topic::Topic;
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

/// One chat or thread in memory.
pub struct Room {
    pub place: Place,
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
    /// What is shown is what was there the last time.
    pub is_kept: Cell<bool>,
    /// What to fetch first.
    pub start: Cell<Part>,
    /// In a thread: how far the reader is in it.
    pub me: ArcRwSignal<ThreadState>,
    /// Events that came while a page was on its way: it may have been made before them.
    early: RefCell<Vec<EventFrame>>,
    /// Counts the fetches: the answer to an older one is dropped.
    turn: Cell<u64>,
}

impl Room {
    fn new(place: Place) -> Self {
        Self {
            place,
            window: RefCell::default(),
            list: RefCell::default(),
            changed: ArcRwSignal::new(0),
            fetch: ArcRwSignal::default(),
            is_loaded: ArcRwSignal::new(false),
            cursor: Cell::new(None),
            is_kept: Cell::new(false),
            start: Cell::new(Part::Latest),
            me: ArcRwSignal::default(),
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

    /// Whether a page is on its way, or still to be asked for.
    fn is_waiting(&self) -> bool {
        let is_running = self.fetch.with_untracked(|fetch| matches!(fetch, Fetch::Running(_)));
        is_running || !self.is_loaded.get_untracked()
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

    /// The room of a place, made when it was not in memory; and the chat that had to go for it.
    #[must_use]
    pub fn open(&self, place: Place) -> (Rc<Room>, Option<ChatId>) {
        let mut gone = None;
        let mut found = None;
        self.rooms.update_value(|rooms| {
            // A thread is read beside its chat: neither goes before the other.
            let main = rooms.iter().position(|room| room.place == place.chat.into());
            if let Some(main) = main.and_then(|at| rooms.remove(at)) {
                rooms.push_back(main);
            }
            let known = rooms.iter().position(|room| room.place == place);
            let room =
                known.and_then(|at| rooms.remove(at)).unwrap_or_else(|| Rc::new(Room::new(place)));
            rooms.push_back(Rc::clone(&room));
            if rooms.len() > MAX_ROOMS
                && let Some(oldest) = rooms.pop_front()
                && oldest.place.thread.is_none()
            {
                // Its threads would hear nothing any more.
                gone = Some(oldest.place.chat);
                rooms.retain(|room| room.place.chat != oldest.place.chat);
            }
            found = Some(room);
        });
        (found.unwrap_or_else(|| Rc::new(Room::new(place))), gone)
    }

    /// The room of a place, if it is in memory.
    #[must_use]
    pub fn room(&self, place: impl Into<Place>) -> Option<Rc<Room>> {
        let place = place.into();
        self.rooms
            .try_with_value(|rooms| rooms.iter().find(|room| room.place == place).cloned())
            .flatten()
    }

    /// The rooms of a chat and of its threads.
    #[must_use]
    pub fn rooms_of(&self, chat: ChatId) -> Vec<Rc<Room>> {
        self.rooms
            .try_with_value(|rooms| {
                rooms.iter().filter(|room| room.place.chat == chat).cloned().collect()
            })
            .unwrap_or_default()
    }

    /// The chats in memory, with the last event each has seen.
    #[must_use]
    pub fn cursors(&self) -> Vec<(ChatId, Option<i64>)> {
        self.rooms.with_value(|rooms| {
            let chats = rooms.iter().filter(|room| room.place.thread.is_none());
            chats.map(|room| (room.place.chat, room.cursor.get())).collect()
        })
    }

    /// Lets a chat go: it was deleted, or may not be seen any more.
    pub fn forget(&self, chat: ChatId) {
        kept::forget_history(chat);
        self.rooms.update_value(|rooms| rooms.retain(|room| room.place.chat != chat));
    }

    /// Shows the end of the chat as it was the last time, until it has been fetched.
    pub fn show_kept(&self, room: &Rc<Room>) {
        let kept = self.me().and_then(|me| api::kept_history(me, room.place.chat, FIRST_PAGE));
        if let Some(page) = kept {
            room.window.borrow_mut().reset(page);
            room.is_kept.set(true);
            room.is_loaded.set(true);
            room.touch();
        }
    }

    /// Fetches a part of the history into the room. `Latest` and `Around` replace what is there.
    pub fn fetch(&self, room: &Rc<Room>, part: Part) {
        let is_running = room.fetch.with_untracked(|fetch| match (fetch, part) {
            (Fetch::Running(running), _) if *running == part => true,
            // A page at the edge is not worth interrupting a jump for.
            (Fetch::Running(_), Part::Before(_) | Part::After(_)) => true,
            _ => false,
        });
        if !is_running {
            self.fetch_now(room, part);
        }
    }

    /// As [`Self::fetch`], whatever is on its way: that may have been made before what is asked for now.
    fn fetch_now(&self, room: &Rc<Room>, part: Part) {
        let turn = room.turn.get() + 1;
        room.turn.set(turn);
        room.fetch.set(Fetch::Running(part));
        let (messages, room) = (*self, Rc::clone(room));
        spawn_local(async move {
            let limit = if part == Part::Latest { FIRST_PAGE } else { PAGE };
            let outcome = match room.place.thread {
                None => api::history(room.place.chat, part, limit).await,
                Some(root) => api::thread(root, part, limit).await.map(|(page, me)| {
                    room.me.set(me);
                    page
                }),
            };
            if room.turn.get() != turn {
                return;
            }
            match outcome {
                Ok(page) => messages.fetched(&room, part, page),
                Err(error) => {
                    // What was applied at once needs no second time.
                    if room.is_loaded.get_untracked() {
                        room.early.take();
                    }
                    room.fetch.set(Fetch::Failed(part, error));
                }
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
        room.is_kept.set(false);
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
        self.fetch_now(room, part);
    }

    /// Takes in an event of a chat; what does not concern messages is ignored.
    pub fn apply(&self, frame: &EventFrame) {
        let chat = match &frame.event {
            Event::NewMessage(message) => message.chat_id,
            Event::MessageEdited(edited) => edited.chat_id,
            Event::MessageDeleted(deleted) => deleted.chat_id,
            Event::ReactionAdded(changed) | Event::ReactionRemoved(changed) => changed.chat_id,
            Event::MessagePinned(changed) | Event::MessageUnpinned(changed) => changed.chat_id,
            Event::ThreadUpdated(updated) => updated.chat_id,
            Event::MessagePreviews(shown) => shown.chat_id,
            Event::ThreadStateChanged(changed) => {
                let place = Place { chat: changed.chat_id, thread: Some(changed.root_id) };
                if let Some(room) = self.room(place) {
                    room.me.set(changed.me);
                }
                return;
            }
            Event::ChatDeleted(deleted) => return self.forget(deleted.chat_id),
            _ => return,
        };
        if let Event::NewMessage(message) = &frame.event
            && Some(message.author.id) == self.me()
        {
            self.outbox.arrived(Place::of(message), &message.nonce);
        }
        for room in self.rooms_of(chat) {
            if room.is_waiting() {
                room.early.borrow_mut().push(frame.clone());
            }
            if room.is_loaded.get_untracked() && self.apply_to(&room, &frame.event) {
                room.touch();
            }
        }
    }

    /// A message that may belong to the room; tells whether that made a difference. The same one may come
    /// twice: at once, and after a page that was made before it.
    fn receive(&self, room: &Room, message: &Message) -> bool {
        if Place::of(message) != room.place || room.window.borrow().find(message.id).is_some() {
            return false;
        }
        let is_own = Some(message.author.id) == self.me();
        if room.place.thread.is_some() {
            room.me.update(|me| match is_own {
                false => me.unread += i64::from(me.following),
                // Who begins to follow by writing has read what was before.
                true if !me.following => {
                    me.following = true;
                    me.read_seq = me.read_seq.max(message.seq);
                }
                true => {}
            });
        }
        let mut window = room.window.borrow_mut();
        let is_new = window.receive(message.clone(), is_own);
        if room.list.borrow().is_at_end() {
            window.trim_start();
        } else {
            window.trim_end();
        }
        is_new
    }

    /// How many replies are unread without one that is gone, only the server knows.
    fn count_without(room: &Room, seq: i64) {
        let (Some(root), me) = (room.place.thread, room.me.clone()) else { return };
        if seq > me.get_untracked().read_seq {
            spawn_local(async move {
                if let Ok((_, now)) = api::thread(root, Part::Latest, 1).await {
                    me.set(now);
                }
            });
        }
    }

    fn apply_to(&self, room: &Room, event: &Event) -> bool {
        if let Event::NewMessage(message) = event {
            return self.receive(room, message);
        }
        let me = self.me();
        let mut window = room.window.borrow_mut();
        match event {
            Event::MessageEdited(edited) => window.edit(edited),
            Event::MessageDeleted(deleted) => {
                window.delete(deleted.message_id);
                Self::count_without(room, deleted.message_seq);
                true
            }
            Event::ReactionAdded(changed) => window.react(changed, true, me),
            Event::ReactionRemoved(changed) => window.react(changed, false, me),
            Event::MessagePinned(changed) => window.set_pinned(changed.message_id, true),
            Event::MessageUnpinned(changed) => window.set_pinned(changed.message_id, false),
            Event::ThreadUpdated(updated) => window.set_thread(updated.root_id, &updated.thread),
            Event::MessagePreviews(shown) => window.set_previews(shown.message_id, &shown.previews),
            _ => false,
        }
    }

    /// The server has taken a message of one's own: its answer and its event may come in either order.
    fn stored(&self, message: Message) {
        let Some(room) = self.room(Place::of(&message)) else { return };
        if room.is_loaded.get_untracked() && self.receive(&room, &message) {
            room.touch();
        }
        if room.is_waiting() {
            let (topic, at) = (Topic::Chat(message.chat_id), message.created_at);
            let event = Event::NewMessage(Box::new(message));
            room.early.borrow_mut().push(EventFrame { event, topic, seq: None, at });
        }
    }

    /// Shows a person as he is shown now, in the chats that `concerns` chooses.
    pub fn show_user(&self, user: &UserRef, concerns: impl Fn(ChatId) -> bool) {
        let rooms: Vec<_> = self.rooms.with_value(|rooms| rooms.iter().cloned().collect());
        for room in rooms.iter().filter(|room| concerns(room.place.chat)) {
            if room.window.borrow_mut().show_user(user) {
                room.touch();
            }
        }
    }

    /// Changes messages of a room and tells the views.
    pub fn change(&self, place: Place, edit: impl FnOnce(&mut Window) -> bool) {
        if let Some(room) = self.room(place) {
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
