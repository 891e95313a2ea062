//! The part of a chat's history that is in memory: pure, no browser.
//!
//! Messages stand in the order of their `seq`, each once. The part has no holes inside; what is
//! missing is before its beginning or after its end. It is bounded: what is far from the reader goes.

use crate::chat::virtual_list::Key;
use shared::chat::{History, LinkPreview, Message, Reaction, ThreadSummary};
use shared::event::{MessageEdited, ReactionChanged};
use shared::identity::UserRef;
use shared::ids::{MessageId, UserId};
use shared::markdown::{self, Block};
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Messages kept in memory for one chat.
pub const MAX_MESSAGES: usize = 400;

thread_local! {
    static NEXT_KEY: Cell<Key> = const { Cell::new(1) };
}

/// A key that no row had before.
pub fn next_key() -> Key {
    NEXT_KEY.replace(NEXT_KEY.get() + 1)
}

/// One version of a message, as a row shows it.
#[derive(Debug)]
pub struct Entry {
    /// The same for every version of a message.
    pub key: Key,
    pub version: u32,
    pub message: Message,
    tree: OnceLock<Vec<Block>>,
}

impl Entry {
    pub fn new(key: Key, version: u32, message: Message) -> Self {
        Self { key, version, message, tree: OnceLock::new() }
    }

    /// The text as a tree, parsed when first asked for.
    pub fn tree(&self) -> &[Block] {
        self.tree.get_or_init(|| markdown::parse(&self.message.content))
    }
}

/// See the module.
#[derive(Default)]
pub struct Window {
    entries: Vec<Arc<Entry>>,
    pub has_before: bool,
    /// There are newer messages than the last one here: this is not the end of the chat.
    pub has_after: bool,
    /// Keys of the caller's own messages by nonce, so that the row of a message on its way stays the
    /// same row when it has arrived.
    own: HashMap<String, Key>,
    /// Messages that are gone: a late answer to sending must not bring one back.
    gone: Vec<MessageId>,
}

impl Window {
    /// The messages, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// The `seq` of the first and the last message.
    #[must_use]
    pub fn bounds(&self) -> Option<(i64, i64)> {
        let (first, last) = (self.entries.first()?, self.entries.last()?);
        Some((first.message.seq, last.message.seq))
    }

    /// Whether the message with this `seq` would be here.
    #[must_use]
    pub fn holds(&self, seq: i64) -> bool {
        let Some((first, last)) = self.bounds() else {
            return !self.has_before && !self.has_after;
        };
        (first <= seq || !self.has_before) && (seq <= last || !self.has_after)
    }

    /// The message with this id, if it is here.
    #[must_use]
    pub fn find(&self, id: MessageId) -> Option<&Arc<Entry>> {
        self.entries.iter().find(|entry| entry.message.id == id)
    }

    /// The message with this `seq`, or the next one after it (it may be deleted).
    #[must_use]
    pub fn at_or_after(&self, seq: i64) -> Option<&Arc<Entry>> {
        self.entries.get(self.entries.partition_point(|entry| entry.message.seq < seq))
    }

    /// The key for a message that the caller is about to send.
    pub fn own_key(&mut self, nonce: &str) -> Key {
        *self.own.entry(nonce.to_owned()).or_insert_with(next_key)
    }

    /// Replaces everything by a page of history. Messages that stay keep their rows.
    pub fn reset(&mut self, page: History) {
        let old = std::mem::take(&mut self.entries);
        let mut known: HashMap<MessageId, Arc<Entry>> =
            old.into_iter().map(|entry| (entry.message.id, entry)).collect();
        self.has_before = page.has_before;
        self.has_after = page.has_after;
        for message in page.items {
            match known.remove(&message.id) {
                Some(entry) if entry.message == message => self.entries.push(entry),
                Some(entry) => {
                    self.entries.push(Arc::new(Entry::new(entry.key, entry.version + 1, message)));
                }
                None => self.insert(message),
            }
        }
    }

    /// Adds the page before the first message.
    pub fn prepend(&mut self, page: History) {
        self.has_before = page.has_before;
        for message in page.items {
            self.insert(message);
        }
        if self.entries.len() > MAX_MESSAGES {
            self.entries.truncate(MAX_MESSAGES);
            self.has_after = true;
        }
    }

    /// Adds the page after the last message.
    pub fn append(&mut self, page: History) {
        self.has_after = page.has_after;
        for message in page.items {
            self.insert(message);
        }
        self.trim_start();
    }

    /// A message that was just written. Away from the end of the chat it is left for later.
    pub fn receive(&mut self, message: Message, mine: bool) -> bool {
        if mine && !message.nonce.is_empty() {
            self.own_key(&message.nonce);
        }
        // What is known already was told of since, and so was what is gone.
        if self.find(message.id).is_some() || self.gone.contains(&message.id) {
            return false;
        }
        let beyond = self.bounds().is_none_or(|(_, last)| message.seq > last);
        if self.has_after && beyond {
            return false;
        }
        self.insert(message);
        true
    }

    /// Drops the oldest messages beyond the limit, when the reader is at the end.
    pub fn trim_start(&mut self) {
        let excess = self.entries.len().saturating_sub(MAX_MESSAGES);
        if excess > 0 {
            self.entries.drain(..excess);
            self.has_before = true;
        }
    }

    /// Drops the newest messages beyond the limit, when the reader is at the beginning.
    pub fn trim_end(&mut self) {
        if self.entries.len() > MAX_MESSAGES {
            self.entries.truncate(MAX_MESSAGES);
            self.has_after = true;
        }
    }

    pub fn edit(&mut self, edited: &MessageEdited) -> bool {
        self.change(edited.message_id, |message| {
            message.content.clone_from(&edited.content);
            message.mentions.clone_from(&edited.mentions);
            message.mention_groups.clone_from(&edited.mention_groups);
            message.edited_at = Some(edited.edited_at);
        })
    }

    /// Whether the server has stored an edit, as far as the stream said.
    #[must_use]
    pub fn has_edit(&self, edit: &MessageEdited) -> bool {
        self.find(edit.message_id).is_some_and(|entry| {
            let now = &entry.message;
            now.content == edit.content && now.edited_at != Some(edit.edited_at)
        })
    }

    /// Takes back an edit that was shown before the server had it: the text as it was, unless another one
    /// came meanwhile.
    pub fn take_back(&mut self, edit: &MessageEdited, before: Message) -> bool {
        let is_shown = |entry: &Arc<Entry>| entry.message.edited_at == Some(edit.edited_at);
        self.find(edit.message_id).is_some_and(is_shown)
            && self.change(edit.message_id, |message| {
                message.content = before.content;
                message.mentions = before.mentions;
                message.mention_groups = before.mention_groups;
                message.edited_at = before.edited_at;
            })
    }

    /// Takes a message out; answers to it lose their preview. Returns its author.
    pub fn delete(&mut self, id: MessageId) -> Option<UserId> {
        self.gone.push(id);
        for at in 0..self.entries.len() {
            let reply = self.entries[at].message.reply_to.as_ref();
            if reply.is_some_and(|reply| reply.id == id) {
                self.change_at(at, |message| {
                    if let Some(reply) = &mut message.reply_to {
                        reply.author = None;
                        reply.excerpt = None;
                        reply.file = None;
                    }
                });
            }
        }
        let at = self.entries.iter().position(|entry| entry.message.id == id)?;
        Some(self.entries.remove(at).message.author.id)
    }

    /// Notes that somebody reacted (`added`) or took it back.
    pub fn react(&mut self, changed: &ReactionChanged, added: bool, me: Option<UserId>) -> bool {
        self.change(changed.message_id, |message| {
            let is_me = me == Some(changed.user.id);
            set_reaction(&mut message.reactions, changed, added, is_me);
        })
    }

    /// Replaces the reactions of a message.
    pub fn set_reactions(&mut self, id: MessageId, reactions: Vec<Reaction>) -> bool {
        self.change(id, |message| message.reactions = reactions)
    }

    pub fn set_pinned(&mut self, id: MessageId, pinned: bool) -> bool {
        self.change(id, |message| message.pinned = pinned)
    }

    pub fn set_previews(&mut self, id: MessageId, previews: &[LinkPreview]) -> bool {
        self.change(id, |message| message.previews = previews.to_vec())
    }

    /// Notes what hangs on a message.
    pub fn set_thread(&mut self, id: MessageId, thread: &Option<ThreadSummary>) -> bool {
        self.change(id, |message| message.thread.clone_from(thread))
    }

    /// Shows a person as he is shown now, wherever he stands; tells whether that made a difference.
    pub fn show_user(&mut self, user: &UserRef) -> bool {
        let mut changed = false;
        for at in 0..self.entries.len() {
            if stands_in(&self.entries[at].message, user.id) {
                changed |= self.change_at(at, |message| put_user(message, user));
            }
        }
        changed
    }

    /// Replaces a message that the server has just shown, but for what is shown of its links: events bring
    /// that, and may be ahead of an answer.
    pub fn put(&mut self, message: Message) -> bool {
        self.change(message.id, |known| {
            let previews = std::mem::take(&mut known.previews);
            *known = Message { previews, ..message };
        })
    }

    /// Changes a message; tells whether that made a difference.
    fn change(&mut self, id: MessageId, edit: impl FnOnce(&mut Message)) -> bool {
        match self.entries.iter().position(|entry| entry.message.id == id) {
            Some(at) => self.change_at(at, edit),
            None => false,
        }
    }

    fn change_at(&mut self, at: usize, edit: impl FnOnce(&mut Message)) -> bool {
        let old = &self.entries[at];
        let mut message = old.message.clone();
        edit(&mut message);
        if message == old.message {
            return false;
        }
        self.entries[at] = Arc::new(Entry::new(old.key, old.version + 1, message));
        true
    }

    fn insert(&mut self, message: Message) {
        let at = self.entries.partition_point(|entry| entry.message.seq < message.seq);
        if self.entries.get(at).is_some_and(|entry| entry.message.seq == message.seq) {
            self.change_at(at, |known| *known = message);
            return;
        }
        let key = self.own.get(&message.nonce).copied().unwrap_or_else(next_key);
        self.entries.insert(at, Arc::new(Entry::new(key, 0, message)));
    }
}

fn users(message: &Message) -> impl Iterator<Item = &UserRef> {
    let quoted = message.reply_to.iter().filter_map(|reply| reply.author.as_ref());
    let reacted = message.reactions.iter().flat_map(|reaction| &reaction.users);
    std::iter::once(&message.author).chain(quoted).chain(&message.mentions).chain(reacted)
}

fn stands_in(message: &Message, user: UserId) -> bool {
    users(message).any(|known| known.id == user)
}

fn put_user(message: &mut Message, user: &UserRef) {
    let quoted = message.reply_to.iter_mut().filter_map(|reply| reply.author.as_mut());
    let reacted = message.reactions.iter_mut().flat_map(|reaction| &mut reaction.users);
    let all = std::iter::once(&mut message.author).chain(quoted).chain(&mut message.mentions);
    for known in all.chain(reacted).filter(|known| known.id == user.id) {
        known.clone_from(user);
    }
}

fn set_reaction(
    reactions: &mut Vec<Reaction>,
    changed: &ReactionChanged,
    added: bool,
    is_me: bool,
) {
    let at = reactions.iter().position(|reaction| reaction.emoji == changed.emoji);
    if changed.count <= 0 {
        if let Some(at) = at {
            reactions.remove(at);
        }
        return;
    }
    let at = at.unwrap_or_else(|| {
        let emoji = changed.emoji.clone();
        reactions.push(Reaction { emoji, count: 0, me: false, users: Vec::new() });
        reactions.len() - 1
    });
    let reaction = &mut reactions[at];
    reaction.count = changed.count;
    if is_me {
        reaction.me = added;
    }
    let known = reaction.users.iter().position(|user| user.id == changed.user.id);
    match (added, known) {
        (true, None) if reaction.users.len() < 10 => reaction.users.push(changed.user.clone()),
        (false, Some(at)) => drop::<UserRef>(reaction.users.remove(at)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
