//! What was begun and not sent, by chat; survives a reload.

use super::{Place, storage};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use shared::chat::ReplyPreview;
use std::collections::HashMap;

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

/// The drafts of this device. The list of chats marks chats that have one.
#[derive(Clone, Copy)]
pub struct Drafts {
    known: RwSignal<HashMap<String, Draft>>,
}

const NAME: &str = "drafts";

impl Drafts {
    #[must_use]
    pub fn load() -> Self {
        Self { known: RwSignal::new(storage::load(NAME).unwrap_or_default()) }
    }

    /// The draft of a chat or thread now.
    #[must_use]
    pub fn get(&self, place: Place) -> Draft {
        self.known.with_untracked(|known| known.get(&place.key()).cloned()).unwrap_or_default()
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
        self.known.update(|known| {
            if draft.is_empty() {
                known.remove(&place.key());
            } else {
                known.insert(place.key(), draft);
            }
        });
        self.known.with_untracked(|known| storage::save(NAME, known));
    }
}
