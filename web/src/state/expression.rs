//! Sticker packs at hand.

use super::Load;
use crate::api::expression as api;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::expression::{FullPack, StickerPack};
use shared::ids::PackId;
use std::collections::HashMap;

/// A context given at the root.
#[derive(Clone, Copy)]
pub struct Expression {
    packs: RwSignal<Option<Load<Vec<StickerPack>>>>,
    full: RwSignal<HashMap<PackId, Load<FullPack>>>,
}

impl Expression {
    #[must_use]
    pub fn start() -> Self {
        Self { packs: RwSignal::new(None), full: RwSignal::default() }
    }

    /// The packs at hand, fetched by the first who asks, reactively.
    #[must_use]
    pub fn packs(&self) -> Load<Vec<StickerPack>> {
        if self.packs.with_untracked(Option::is_none) {
            self.reload_packs();
        }
        self.packs.get().unwrap_or_default()
    }

    /// Fetches the packs at hand anew; the old ones stay until then.
    pub fn reload_packs(&self) {
        let packs = self.packs;
        packs.update_untracked(|packs| {
            if packs.as_ref().is_none_or(|packs| packs.ready().is_none()) {
                *packs = Some(Load::Loading);
            }
        });
        spawn_local(async move {
            let outcome = api::my_packs().await.map(|page| page.items);
            packs.set(Some(outcome.into()));
        });
    }

    /// The packs at hand are these now.
    pub fn set_packs(&self, list: Vec<StickerPack>) {
        self.packs.set(Some(Load::Ready(list)));
    }

    /// A pack with its stickers, fetched by the first who asks, reactively.
    #[must_use]
    pub fn pack(&self, id: PackId) -> Load<FullPack> {
        if self.full.with_untracked(|full| !full.contains_key(&id)) {
            self.reload_pack(id);
        }
        self.full.with(|full| full.get(&id).cloned()).unwrap_or_default()
    }

    /// Fetches a pack anew; the old one stays until then.
    pub fn reload_pack(&self, id: PackId) {
        let full = self.full;
        full.update_untracked(|full| drop(full.entry(id).or_insert(Load::Loading)));
        spawn_local(async move {
            let outcome = api::find_pack(id).await;
            full.update(|full| drop(full.insert(id, outcome.into())));
        });
    }
}
