//! From messages to rows: who opens a group, where a day begins, where the new ones begin.

use super::virtual_list::Key;
use crate::state::outbox::{Delivery, Outgoing};
use crate::state::window::Entry;
use shared::Timestamp;
use shared::chat::{Message, MessageType};
use shared::identity::UserRef;
use shared::ids::MessageId;
use std::sync::Arc;

/// Messages of one author within this stand together.
const TOGETHER_MS: i64 = 5 * 60_000;

/// One row of the list.
#[derive(Clone)]
pub struct Row {
    pub entry: Arc<Entry>,
    /// Shows author and time.
    pub is_head: bool,
    /// The line of a new day stands before it.
    pub opens_day: bool,
    /// The line "new" stands before it.
    pub is_first_new: bool,
    /// Shows what it answers; in a row of answers to the same message only the first one does.
    pub shows_reply: bool,
    /// Of a message that the server does not have yet.
    pub delivery: Option<Delivery>,
}

impl Row {
    /// Equal for rows that look the same.
    #[must_use]
    pub fn identity(&self) -> (Key, u32, u8) {
        let bits = [
            self.is_head,
            self.opens_day,
            self.is_first_new,
            self.shows_reply,
            self.delivery.is_some(),
        ];
        let refused = matches!(self.delivery, Some(Delivery::Refused(_)));
        let bits = bits.into_iter().chain([refused]);
        let flags = bits.enumerate().fold(0, |sum, (at, bit)| sum | (u8::from(bit) << at));
        (self.entry.key, self.entry.version, flags)
    }

    /// A guess at the height, in pixels, for a text column of this width.
    #[must_use]
    pub fn estimate(&self, width: f64) -> f64 {
        let message = &self.entry.message;
        let per_line = (width / 7.4).max(16.0);
        let lines = |line: &str| (line.chars().count() as f64 / per_line).ceil().max(1.0);
        let text: f64 = message.content.lines().map(lines).sum();
        let parts = [
            (self.is_head, 28.0),
            (self.opens_day, 40.0),
            (self.is_first_new, 24.0),
            (self.shows_reply, 24.0),
            (message.subject.is_some(), 26.0),
            // Its text is measured when it is there.
            (message.forwarded.is_some(), 60.0),
            (!message.previews.is_empty(), 90.0),
            (!message.reactions.is_empty(), 32.0),
            (message.thread.is_some(), 32.0),
            (message.pinned, 22.0),
            (message.content.contains("```"), 32.0),
        ];
        let extra: f64 = parts.iter().filter(|(is, _)| *is).map(|(_, height)| height).sum();
        let files = crate::files::shown::height(&message.attachments, width);
        // Without words there is no line for them.
        let least = if message.attachments.is_empty() { 1.0 } else { 0.0 };
        4.0 + text.max(least) * 22.0 + extra + files
    }
}

/// The rows of a chat: its messages, then those on their way.
///
/// `new_after` is the `seq` after which messages are new to `reader`; `has_before`: there are older
/// ones; `day_of` numbers the days where the reader is.
#[must_use]
pub fn rows(
    entries: &[Arc<Entry>],
    outgoing: Vec<(Key, Outgoing)>,
    reader: &UserRef,
    new_after: Option<i64>,
    has_before: bool,
    day_of: impl Fn(Timestamp) -> i64,
) -> Vec<Row> {
    let mut rows = Vec::with_capacity(entries.len() + outgoing.len());
    let mut last: Option<(i64, Arc<Entry>)> = None;
    let mut is_new_open = false;
    let on_their_way = outgoing.into_iter().map(|(key, outgoing)| {
        let delivery = outgoing.delivery.clone();
        (Arc::new(Entry::new(key, u32::MAX, message(outgoing, reader))), Some(delivery))
    });
    for (entry, delivery) in entries.iter().map(|e| (Arc::clone(e), None)).chain(on_their_way) {
        let day = day_of(entry.message.created_at);
        let is_first_new = !is_new_open
            && delivery.is_none()
            && new_after.is_some_and(|seq| entry.message.seq > seq)
            && entry.message.author.id != reader.id;
        is_new_open |= is_first_new;
        // Whether the first one in memory opens its day is known when the one before it is.
        let opens_day = last.as_ref().map_or(!has_before, |(last_day, _)| *last_day != day);
        let before = last.as_ref().map(|(_, before)| before.as_ref());
        let shows_reply = shows_reply(before, &entry) || opens_day && has_reply(&entry);
        let follows = before.is_some_and(|before| follows(before, &entry));
        rows.push(Row {
            is_head: opens_day || is_first_new || shows_reply || !follows,
            shows_reply,
            opens_day,
            is_first_new,
            delivery,
            entry: Arc::clone(&entry),
        });
        last = Some((day, entry));
    }
    rows
}

fn follows(before: &Entry, entry: &Entry) -> bool {
    let (a, b) = (&before.message, &entry.message);
    let apart = (b.created_at - a.created_at).num_milliseconds();
    // A thread begins with a message of the chat: its replies stand apart from it.
    a.thread_root == b.thread_root
        && a.author.id == b.author.id
        && apart.abs() < TOGETHER_MS
        && b.subject.is_none()
}

fn has_reply(entry: &Entry) -> bool {
    entry.message.reply_to.is_some()
}

/// Whether what is answered has to be said again.
fn shows_reply(before: Option<&Entry>, entry: &Entry) -> bool {
    let Some(reply) = &entry.message.reply_to else { return false };
    let Some(before) = before.map(|before| &before.message) else { return true };
    before.reply_to.as_ref().is_none_or(|last| last.id != reply.id)
}

/// A message that the server does not have yet, as it will look.
fn message(outgoing: Outgoing, author: &UserRef) -> Message {
    Message {
        id: MessageId(outgoing.nonce.parse().unwrap_or_default()),
        chat_id: outgoing.chat_id,
        seq: i64::MAX,
        author: author.clone(),
        content: outgoing.content,
        attachments: outgoing.attachments,
        kind: if outgoing.sticker.is_some() { MessageType::Sticker } else { MessageType::Text },
        sticker: outgoing.sticker,
        forwarded: None,
        previews: Vec::new(),
        subject: None,
        reply_to: outgoing.reply_to,
        reactions: Vec::new(),
        mentions: Vec::new(),
        thread_root: outgoing.thread_root,
        thread: None,
        pinned: false,
        mention_groups: Default::default(),
        edited_at: None,
        created_at: outgoing.written_at,
        nonce: outgoing.nonce,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Duration, Utc};
    use shared::ids::{ChatId, UserId};

    fn person(nickname: &str) -> UserRef {
        UserRef {
            id: UserId::new(),
            nickname: nickname.into(),
            display_name: None,
            avatar_url: None,
            is_bot: false,
        }
    }

    fn day_of(at: Timestamp) -> i64 {
        at.timestamp() / 86_400
    }

    fn outgoing(content: &str, at: DateTime<Utc>) -> Outgoing {
        Outgoing {
            thread_root: None,
            chat_id: ChatId::new(),
            nonce: uuid::Uuid::now_v7().to_string(),
            content: content.into(),
            reply_to: None,
            attachments: Vec::new(),
            sticker: None,
            written_at: at,
            delivery: Delivery::Waiting,
        }
    }

    fn marks(rows: &[Row]) -> Vec<(bool, bool, bool)> {
        rows.iter().map(|row| (row.is_head, row.opens_day, row.is_first_new)).collect()
    }

    #[test]
    fn groups_days_and_news() {
        let (anna, bob) = (person("anna"), person("bob"));
        let noon = DateTime::from_timestamp(1_800_000_000 / 86_400 * 86_400 + 43_200, 0).unwrap();
        let entries: Vec<Arc<Entry>> =
            [(&anna, 0), (&anna, 4), (&anna, 10), (&bob, 11), (&bob, 12), (&bob, 24 * 60)]
                .iter()
                .enumerate()
                .map(|(at, (author, minutes))| {
                    let sent = outgoing("text", noon + Duration::minutes(*minutes));
                    let seq = i64::try_from(at).unwrap() + 1;
                    let message = Message { seq, ..message(sent, author) };
                    Arc::new(Entry::new(seq.unsigned_abs(), 0, message))
                })
                .collect();
        let mine = vec![(99, outgoing("mine", noon + Duration::minutes(24 * 60 + 1)))];
        let rows = rows(&entries, mine, &anna, Some(2), false, day_of);
        assert_eq!(
            marks(&rows),
            [
                (true, true, false),
                (false, false, false),
                // One's own message is not new.
                (true, false, false),
                (true, false, true),
                (false, false, false),
                (true, true, false),
                (true, false, false),
            ]
        );
        assert!(rows[6].delivery.is_some());
        assert_ne!(rows[6].identity(), rows[5].identity());
        assert!(rows[0].estimate(600.0) > rows[1].estimate(600.0));
    }

    #[test]
    fn the_first_reply_of_a_thread_stands_apart_from_its_message() {
        let anna = person("anna");
        let root = message(outgoing("root", Utc::now()), &anna);
        let id = root.id;
        let reply = |key| {
            let sent = Outgoing { thread_root: Some(id), ..outgoing("reply", root.created_at) };
            Arc::new(Entry::new(key, 0, message(sent, &anna)))
        };
        let entries = [Arc::new(Entry::new(1, 0, root.clone())), reply(2), reply(3)];
        let rows = rows(&entries, Vec::new(), &anna, None, false, day_of);
        assert_eq!(rows.iter().map(|row| row.is_head).collect::<Vec<_>>(), [true, true, false]);
    }
}
