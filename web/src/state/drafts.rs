//! What was begun and not sent, by chat; survives a reload.

use super::{Place, Session, storage};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use shared::chat::ReplyPreview;
use shared::ids::UserId;
use std::collections::HashMap;
use uuid::Uuid;

/// Text that waits in a composer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub text: String,
    #[serde(default)]
    pub reply_to: Option<ReplyPreview>,
}

impl Draft {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.reply_to.is_none()
    }
}

/// The drafts of a person on this device. The list of chats marks chats that have one.
#[derive(Clone, Copy)]
pub struct Drafts {
    owner: UserId,
    known: RwSignal<HashMap<String, Draft>>,
}

impl Drafts {
    #[must_use]
    pub fn start(session: Session) -> Self {
        let owner = untrack(|| session.user_id()).unwrap_or(UserId(Uuid::nil()));
        let prefix = prefix(owner);
        let known = storage::names(&prefix).into_iter();
        let known = known.filter_map(|name| {
            let place = name.strip_prefix(&prefix)?.to_owned();
            Some((place, storage::load(&name)?))
        });
        Self { owner, known: RwSignal::new(known.collect()) }
    }

    /// The draft of a chat or thread now.
    #[must_use]
    pub fn get(&self, place: Place) -> Draft {
        // Whoever asks may have outlived the session.
        let known = self.known.try_with_untracked(|known| known.get(&place.key()).cloned());
        known.flatten().unwrap_or_default()
    }

    /// Whether a chat has a draft, reactively.
    #[must_use]
    pub fn has(&self, place: Place) -> bool {
        self.known.with(|known| known.contains_key(&place.key()))
    }

    /// Keeps the draft of a chat, or forgets it when it is empty.
    pub fn keep(&self, place: Place, draft: Draft) {
        let before = self.get(place);
        if before == draft || before.is_empty() && draft.is_empty() {
            return;
        }
        let (key, name) = (place.key(), prefix(self.owner) + &place.key());
        self.known.try_update(|known| {
            if draft.is_empty() {
                storage::remove(&name);
                known.remove(&key);
            } else {
                storage::save(&name, &draft);
                known.insert(key, draft);
            }
        });
    }
}

/// Whoever signs out leaves no words for the next one at this machine.
pub fn forget(owner: UserId) {
    storage::clear(&prefix(owner));
}

fn prefix(owner: UserId) -> String {
    format!("drafts.{owner}.")
}
