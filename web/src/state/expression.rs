//! Sticker packs at hand, and the emoji of spaces.

use super::{Changes, Load};
use crate::api::ApiResult;
use crate::api::expression as api;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::event::{Event, EventFrame};
use shared::expression::{FullPack, SpaceEmoji, StickerPack};
use shared::ids::{PackId, SpaceId};
use std::collections::HashMap;

/// A context given at the root.
#[derive(Clone, Copy)]
pub struct Expression {
    emoji: RwSignal<HashMap<SpaceId, Vec<SpaceEmoji>>>,
    emoji_changes: Changes<SpaceId>,
    packs: RwSignal<Option<Load<Vec<StickerPack>>>>,
    packs_changes: Changes,
    full: RwSignal<HashMap<PackId, Load<FullPack>>>,
    full_changes: Changes<PackId>,
    /// Changes of packs that wait for their answers.
    under_way: StoredValue<HashMap<PackId, UnderWay>>,
}

#[derive(Clone, Copy, Default)]
struct UnderWay {
    count: u32,
    /// Whether there were several at a time.
    crossed: bool,
}

crate::lazy! {
    live => fn fetch_emoji(expression: Expression, space: SpaceId) -> () {
        spawn_local(expression.fetch_emoji(space));
    }
}

impl Expression {
    #[must_use]
    pub fn start() -> Self {
        Self {
            emoji: RwSignal::default(),
            emoji_changes: Changes::default(),
            packs: RwSignal::new(None),
            packs_changes: Changes::default(),
            full: RwSignal::default(),
            full_changes: Changes::default(),
            under_way: StoredValue::default(),
        }
    }

    /// The emoji of a space by name, fetched by the first who asks, reactively.
    #[must_use]
    pub fn emoji(&self, space: SpaceId) -> Vec<SpaceEmoji> {
        if self.emoji.with_untracked(|all| !all.contains_key(&space)) {
            self.emoji.update_untracked(|all| drop(all.insert(space, Vec::new())));
            self.reload_emoji(space);
        }
        self.emoji.with(|all| all.get(&space).cloned().unwrap_or_default())
    }

    /// The picture of an emoji of a space, as known now.
    #[must_use]
    pub fn picture(&self, space: SpaceId, name: &str) -> Option<String> {
        self.emoji.with_untracked(|all| {
            let known = all.get(&space)?.iter().find(|emoji| emoji.name == name)?;
            Some(known.url.clone())
        })
    }

    fn reload_emoji(&self, space: SpaceId) {
        let expression = *self;
        spawn_local(async move {
            if fetch_emoji(expression, space).await.is_err() {
                expression.without_emoji(space);
            }
        });
    }

    async fn fetch_emoji(self, space: SpaceId) {
        match self.emoji_changes.settle_of(space, || api::space_emoji(space)).await {
            Some(Ok(page)) => {
                self.emoji.try_update(|all| all.insert(space, page.items));
            }
            Some(Err(_)) => self.without_emoji(space),
            None => {}
        }
    }

    /// The names stand there as words; the next look at the space tries again.
    fn without_emoji(self, space: SpaceId) {
        self.emoji.try_update_untracked(|all| {
            all.retain(|known, list| *known != space || !list.is_empty());
        });
    }

    /// Some events of the space were missed.
    pub fn catch_up(&self, space: SpaceId) {
        if self.emoji.with_untracked(|all| all.contains_key(&space)) {
            self.reload_emoji(space);
        }
    }

    /// Takes an event in.
    pub fn apply(&self, frame: &EventFrame) {
        let (space, id, new) = match &frame.event {
            Event::EmojiCreated(new) | Event::EmojiUpdated(new) => {
                (new.space_id, new.id, Some(new.clone()))
            }
            Event::EmojiDeleted(gone) => (gone.space_id, gone.emoji_id, None),
            _ => return,
        };
        if self.emoji.with_untracked(|all| !all.contains_key(&space)) {
            return;
        }
        self.emoji_changes.note_of(space);
        self.emoji.update(|all| {
            let list = all.entry(space).or_default();
            list.retain(|known| known.id != id);
            list.extend(new);
            list.sort_by(|a, b| a.name.cmp(&b.name));
        });
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
        let (packs, changes) = (self.packs, self.packs_changes);
        packs.update_untracked(|packs| {
            if packs.as_ref().is_none_or(|packs| packs.ready().is_none()) {
                *packs = Some(Load::Loading);
            }
        });
        spawn_local(async move {
            if let Some(outcome) = changes.settle(api::my_packs).await {
                let _was_there = packs.try_set(Some(outcome.map(|page| page.items).into()));
            }
        });
    }

    /// The packs at hand in their order, as known now.
    #[must_use]
    pub fn pack_order(&self) -> Vec<PackId> {
        let ids = |list: &Vec<StickerPack>| list.iter().map(|pack| pack.id).collect();
        self.packs.with_untracked(|packs| packs.as_ref()?.ready().map(ids)).unwrap_or_default()
    }

    /// The packs at hand are these now.
    pub fn set_packs(&self, list: Vec<StickerPack>) {
        self.packs_changes.note();
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
        let (full, changes) = (self.full, self.full_changes);
        full.update_untracked(|full| {
            full.entry(id).or_insert(Load::Loading);
        });
        spawn_local(async move {
            if let Some(outcome) = changes.settle_of(id, || api::find_pack(id)).await {
                full.try_update(|full| full.insert(id, outcome.into()));
            }
        });
    }

    /// Carries a change of a pack out and shows the pack as it is then. Of changes that cross no answer
    /// tells of all: after the last one it is asked for.
    ///
    /// # Errors
    /// The change's.
    pub async fn change_pack(
        self,
        id: PackId,
        change: impl Future<Output = ApiResult<FullPack>>,
    ) -> ApiResult<()> {
        self.under_way.update_value(|all| {
            let under_way = all.entry(id).or_default();
            under_way.count += 1;
            under_way.crossed |= under_way.count > 1;
        });
        let outcome = change.await;
        let last = self.under_way.try_update_value(|all| {
            let under_way = all.entry(id).or_default();
            under_way.count -= 1;
            if under_way.count == 0 { all.remove(&id) } else { None }
        });
        match (last.flatten(), outcome) {
            (Some(UnderWay { crossed: true, .. }), outcome) => {
                self.reload_pack(id);
                outcome.map(drop)
            }
            (Some(_), Ok(full)) => {
                self.put_pack(full);
                Ok(())
            }
            (_, outcome) => outcome.map(drop),
        }
    }

    /// A pack was changed here.
    pub fn put_pack(&self, pack: FullPack) {
        self.full_changes.note_of(pack.pack.id);
        self.full.update(|full| drop(full.insert(pack.pack.id, Load::Ready(pack))));
        self.reload_packs();
    }
}
