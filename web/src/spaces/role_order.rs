//! The order of roles: dragged, or moved by keys and buttons.

use crate::api::moderation as api;
use crate::i18n::{Key, tf};
use crate::state::{Roster, Spaces};
use crate::ui::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::{RoleId, SpaceId};
use shared::permission::{Permission, change_role};
use shared::spaces::{Role, RoleKind};

/// Moves roles below the person's own.
#[derive(Clone, Copy)]
pub struct RoleOrder {
    space: SpaceId,
    roster: Roster,
    spaces: Spaces,
    toasts: Toasts,
    pub dragged: RwSignal<Option<RoleId>>,
    busy: RwSignal<bool>,
}

impl RoleOrder {
    pub fn new(space: SpaceId, roster: Roster) -> Self {
        Self {
            space,
            roster,
            spaces: expect_context(),
            toasts: expect_context(),
            dragged: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    /// Those that the order is made of, strongest first.
    fn below(self) -> Vec<Role> {
        let Some(own) = self.spaces.standing(self.space) else { return Vec::new() };
        let top = if own.is_owner { i32::MAX } else { own.rank };
        let roles = self.roster.roles();
        let below = |role: &&Role| role.kind != RoleKind::Owner && role.priority < top;
        roles.ready().into_iter().flatten().filter(below).cloned().collect()
    }

    /// Whether the person may give the role another place, reactively.
    pub fn may_move(self, id: RoleId) -> bool {
        let Some(own) = self.spaces.standing(self.space) else { return false };
        self.spaces.can(self.space, Permission::PromoteMembers)
            && self.roster.role(id).is_some_and(|role| {
                role.kind == RoleKind::Custom
                    && change_role(&own, role.priority, role.permissions).is_ok()
            })
    }

    /// One place up (-1) or down (1).
    pub fn step(self, id: RoleId, step: isize) {
        let order = untrack(|| self.below());
        let Some(at) = order.iter().position(|role| role.id == id) else { return };
        if let Some(to) = at.checked_add_signed(step).filter(|to| *to < order.len()) {
            self.put(order, at, to);
        }
    }

    /// The dragged role takes the place of this one.
    pub fn drop_on(self, id: RoleId) {
        let Some(dragged) = self.dragged.get_untracked() else { return };
        self.dragged.set(None);
        let order = untrack(|| self.below());
        let place = |id| order.iter().position(|role| role.id == id);
        if let (Some(at), Some(to)) = (place(dragged), place(id)) {
            self.put(order, at, to);
        }
    }

    fn put(self, mut order: Vec<Role>, at: usize, to: usize) {
        if at == to || self.busy.get_untracked() {
            return;
        }
        let role = order.remove(at);
        let name = role.name.clone();
        order.insert(to, role);
        let ids = order.iter().map(|role| role.id).collect();
        self.busy.set(true);
        spawn_local(async move {
            let outcome = api::order_roles(self.space, ids).await;
            let _was_there = self.busy.try_set(false);
            match outcome {
                Ok(page) => {
                    page.items.into_iter().for_each(|role| self.roster.put_role(role));
                    self.toasts.done(tf(Key::ModerationRoleMoved, &[("name", &name)]));
                }
                Err(error) => self.toasts.failed(error.sentence()),
            }
        });
    }
}
