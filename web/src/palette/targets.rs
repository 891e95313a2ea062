//! Chats and people by a piece of their names.

use super::{Act, Entry, fuzzy};
use crate::i18n::{Key, tr};
use crate::state::{Chats, Session, Spaces};
use crate::ui::Icon;
use leptos::prelude::*;
use shared::chat::ChatKind;
use shared::permission::Permission;

/// The chats that one may write in, the liveliest first, and one's notes.
#[must_use]
pub fn targets(chats: Chats, spaces: Spaces, session: Session) -> Vec<Entry> {
    let mut all = chat_entries(chats, spaces);
    all.retain(|entry| match entry.act {
        Act::Chat(_, chat) => untrack(|| chats.may(chat, Permission::SendMessages)),
        _ => false,
    });
    if all.iter().all(|entry| entry.icon != Icon::Bookmark) {
        all.extend(notes(session));
    }
    all
}

/// All chats that are known, the liveliest first.
pub(super) fn chat_entries(chats: Chats, spaces: Spaces) -> Vec<Entry> {
    let mut ids = chats.ids();
    ids.sort_by_key(|id| std::cmp::Reverse(chats.peek(*id, |chat| chat.last_message_at).flatten()));
    let entry = |id| {
        chats.peek(id, |chat| {
            let is_notes = chats.is_notes(chat);
            let partner = chats.partner(chat).filter(|_| !is_notes);
            let icon = match chat.kind {
                _ if is_notes => Icon::Bookmark,
                ChatKind::Space => Icon::Hash,
                ChatKind::Direct => Icon::User,
                ChatKind::Group => Icon::Users,
            };
            let space = chat.space_id.and_then(|id| spaces.get(id)).map(|space| space.name);
            let place = space.or_else(|| partner.map(|person| format!("@{}", person.nickname)));
            Entry {
                key: format!("chat:{id}"),
                name: chats.title(chat),
                place: place.unwrap_or_default(),
                icon,
                act: Act::Chat(chat.space_id, id),
            }
        })
    };
    ids.into_iter().filter_map(entry).collect()
}

/// One's notes, which may not be begun yet.
pub(super) fn notes(session: Session) -> Option<Entry> {
    let me = session.user_id()?;
    Some(Entry {
        key: "notes".into(),
        name: tr(Key::ConversationNotes).to_owned(),
        place: String::new(),
        icon: Icon::Bookmark,
        act: Act::Person(me),
    })
}

fn wanted(words: &str) -> &str {
    words.trim().trim_start_matches(['@', '#'])
}

/// Whether these words look for nothing.
pub(super) fn is_empty(words: &str) -> bool {
    wanted(words).is_empty()
}

/// What fits these words, the best first; all of it in its order without any. `others` come after what
/// fits as well, and whom one talks to already is among the chats.
#[must_use]
pub fn best(words: &str, all: &[Entry], others: Vec<Entry>) -> Vec<Entry> {
    let known = |other: &Entry| {
        let is_it = |entry: &Entry| entry.icon == Icon::User && entry.place == other.place;
        matches!(other.act, Act::Person(_)) && all.iter().any(is_it)
    };
    let others = others.into_iter().filter(|other| !known(other));
    let wanted = wanted(words);
    if wanted.is_empty() {
        return all.to_vec();
    }
    let mut ranked: Vec<(i32, usize, Entry)> = all
        .iter()
        .cloned()
        .chain(others)
        .enumerate()
        .filter_map(|(at, entry)| {
            let of_name = fuzzy::score(wanted, &entry.name);
            let of_place = fuzzy::score(wanted, &entry.place).map(|score| score / 2);
            Some((of_name.max(of_place)?, at, entry))
        })
        .collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.into_iter().map(|(_, _, entry)| entry).collect()
}
