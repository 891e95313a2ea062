//! What one person's sockets have shown, across all reconnects.

use crate::book::lock;
use shared::event::{Event, EventFrame, JoinedRoom};
use shared::ids::{ChatId, MessageId};
use shared::topic::Topic;
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

/// See the module.
#[derive(Default)]
pub struct Mailbox(Mutex<State>);

#[derive(Default)]
struct State {
    chats: HashMap<ChatId, Inbox>,
    /// Events that did not follow the one before them.
    holes: usize,
    refetched: usize,
}

#[derive(Default)]
struct Inbox {
    /// The last event's `seq`.
    cursor: i64,
    shown: Vec<MessageId>,
    last_message: i64,
    /// Fetched by REST: their events may still come.
    fetched: HashSet<MessageId>,
}

impl Mailbox {
    /// From where a chat is to be resumed.
    pub fn cursor(&self, chat: ChatId) -> i64 {
        lock(&self.0).chats.get(&chat).map_or(0, |inbox| inbox.cursor)
    }

    /// Whether anything was heard.
    pub fn has_any(&self) -> bool {
        !lock(&self.0).chats.is_empty()
    }

    /// For negative controls: as if one event more had been heard, of each chat.
    pub fn believe_one_more(&self) {
        lock(&self.0).chats.values_mut().for_each(|inbox| inbox.cursor += 1);
    }

    /// The `seq` of the newest message shown.
    pub fn last_message(&self, chat: ChatId) -> i64 {
        lock(&self.0).chats.get(&chat).map_or(0, |inbox| inbox.last_message)
    }

    /// Takes an event; the text, if it is a message that was not shown before.
    pub fn take(&self, frame: &EventFrame) -> Option<String> {
        let (Topic::Chat(chat), Some(seq)) = (frame.topic, frame.seq) else { return None };
        let mut state = lock(&self.0);
        let inbox = state.chats.entry(chat).or_default();
        let follows = seq == inbox.cursor + 1;
        inbox.cursor = inbox.cursor.max(seq);
        let mut text = None;
        if let Event::NewMessage(message) = &frame.event
            && !inbox.fetched.remove(&message.id)
        {
            inbox.shown.push(message.id);
            inbox.last_message = inbox.last_message.max(message.seq);
            text = Some(message.content.clone());
        }
        state.holes += usize::from(!follows);
        text
    }

    /// The server could not replay: what was missed comes from the history.
    pub fn refetch(&self, joined: JoinedRoom, missed: &[(MessageId, i64)]) {
        let mut state = lock(&self.0);
        state.refetched += 1;
        let inbox = state.chats.entry(joined.chat_id).or_default();
        inbox.cursor = joined.seq;
        for (id, seq) in missed {
            inbox.shown.push(*id);
            inbox.fetched.insert(*id);
            inbox.last_message = inbox.last_message.max(*seq);
        }
    }

    pub fn shown(&self, chat: ChatId) -> Vec<MessageId> {
        lock(&self.0).chats.get(&chat).map(|inbox| inbox.shown.clone()).unwrap_or_default()
    }

    pub fn holes(&self) -> usize {
        lock(&self.0).holes
    }

    /// How often the log did not reach back far enough.
    pub fn refetched(&self) -> usize {
        lock(&self.0).refetched
    }
}
