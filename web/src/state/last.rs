//! Where the person was last, to come back there.

use super::storage;
use serde::{Deserialize, Serialize};
use shared::ids::{ChatId, SpaceId};
use std::collections::BTreeMap;

const NAME: &str = "last";

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Last {
    space: Option<SpaceId>,
    chats: BTreeMap<SpaceId, ChatId>,
}

fn load() -> Last {
    storage::load(NAME).unwrap_or_default()
}

/// The space that was open last.
#[must_use]
pub fn space() -> Option<SpaceId> {
    load().space
}

/// The chat that was open last in a space.
#[must_use]
pub fn chat(space: SpaceId) -> Option<ChatId> {
    load().chats.get(&space).copied()
}

/// Notes that a space, and perhaps a chat of it, is open.
pub fn visit(space: SpaceId, chat: Option<ChatId>) {
    let mut last = load();
    last.space = Some(space);
    if let Some(chat) = chat {
        last.chats.insert(space, chat);
    }
    storage::save(NAME, &last);
}
