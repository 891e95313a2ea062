//! The categories of spaces, and which of them are folded on this device.

use super::{Changes, storage};
use crate::api::organise as api;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::Category;
use shared::event::{Event, EventFrame};
use shared::ids::{CategoryId, SpaceId};
use std::collections::{HashMap, HashSet};

const FOLDED: &str = "folded";

/// See the module.
#[derive(Clone, Copy)]
pub struct Categories {
    all: RwSignal<HashMap<SpaceId, Vec<Category>>>,
    asked: StoredValue<HashSet<SpaceId>>,
    changes: Changes<SpaceId>,
    folded: RwSignal<HashSet<CategoryId>>,
}

impl Categories {
    #[must_use]
    pub fn start() -> Self {
        Self {
            all: RwSignal::default(),
            asked: StoredValue::default(),
            changes: Changes::default(),
            folded: RwSignal::new(storage::load(FOLDED).unwrap_or_default()),
        }
    }

    /// The categories of a space in their order, reactively; the first call fetches them.
    #[must_use]
    pub fn of(&self, space: SpaceId) -> Vec<Category> {
        if self.asked.try_update_value(|asked| asked.insert(space)).unwrap_or(false) {
            self.fetch(space);
        }
        self.all.with(|all| all.get(&space).cloned()).unwrap_or_default()
    }

    fn fetch(&self, space: SpaceId) {
        let categories = *self;
        spawn_local(async move {
            let fetch = || api::list_categories(space);
            let Some(outcome) = categories.changes.settle_of(space, fetch).await else { return };
            match outcome {
                Ok(page) => {
                    categories.all.try_update(|all| all.insert(space, page.items));
                }
                // Without them the chats stand in one list; the next look tries again.
                Err(_) => drop(categories.asked.try_update_value(|asked| asked.remove(&space))),
            }
        });
    }

    /// Fetches a space's categories anew, after events of it were missed.
    pub fn reload(&self, space: SpaceId) {
        if self.asked.with_value(|asked| asked.contains(&space)) {
            self.fetch(space);
        }
    }

    /// Whether the chats of a category are hidden, reactively.
    #[must_use]
    pub fn is_folded(&self, id: CategoryId) -> bool {
        self.folded.with(|folded| folded.contains(&id))
    }

    /// Hides the chats of a category, or shows them.
    pub fn fold(&self, id: CategoryId) {
        self.folded.update(|folded| {
            if !folded.remove(&id) {
                folded.insert(id);
            }
        });
        self.folded.with_untracked(|folded| storage::save(FOLDED, folded));
    }

    /// Takes in an event; what does not concern categories is ignored.
    pub fn apply(&self, frame: &EventFrame) {
        match &frame.event {
            Event::CategoryCreated(category) | Event::CategoryUpdated(category) => {
                self.change(category.space_id, |list| {
                    list.retain(|known| known.id != category.id);
                    list.push(category.clone());
                    list.sort_by_key(|known| (known.position, known.id));
                });
            }
            Event::CategoryDeleted(gone) => {
                self.change(gone.space_id, |list| list.retain(|c| c.id != gone.category_id));
            }
            _ => {}
        }
    }

    fn change(&self, space: SpaceId, edit: impl FnOnce(&mut Vec<Category>)) {
        self.changes.note_of(space);
        self.all.update(|all| {
            if let Some(list) = all.get_mut(&space) {
                edit(list);
            }
        });
    }
}
