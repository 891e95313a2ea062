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
use std::collections::VecDeque;

/// Moves roles below the person's own.
#[derive(Clone, Copy)]
pub struct RoleOrder {
    space: SpaceId,
    roster: Roster,
    spaces: Spaces,
    toasts: Toasts,
    pub dragged: RwSignal<Option<RoleId>>,
    is_busy: StoredValue<bool>,
    /// What was wished while a move was on its way.
    waiting: StoredValue<VecDeque<Move>>,
}

/// A role goes to another place among those that may be moved.
#[derive(Clone, Copy)]
enum Move {
    By(RoleId, isize),
    /// To the place of another one.
    Onto(RoleId, RoleId),
}

impl RoleOrder {
    pub fn new(space: SpaceId, roster: Roster) -> Self {
        Self {
            space,
            roster,
            spaces: expect_context(),
            toasts: expect_context(),
            dragged: RwSignal::new(None),
            is_busy: StoredValue::new(false),
            waiting: StoredValue::default(),
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
        self.wish(Move::By(id, step));
    }

    /// The dragged role takes the place of this one.
    pub fn drop_on(self, id: RoleId) {
        let Some(dragged) = self.dragged.get_untracked() else { return };
        self.dragged.set(None);
        self.wish(Move::Onto(dragged, id));
    }

    /// Moves now, or when the moves before have come back: each begins from the order after them.
    fn wish(self, wish: Move) {
        self.waiting.update_value(|waiting| waiting.push_back(wish));
        self.go_on();
    }

    fn go_on(self) {
        while !self.is_busy.get_value()
            && let Some(wish) = self.waiting.try_update_value(VecDeque::pop_front).flatten()
        {
            let order = untrack(|| self.below());
            let place = |id| order.iter().position(|role| role.id == id);
            let (at, to) = match wish {
                Move::By(id, step) => {
                    (place(id), place(id).and_then(|at| at.checked_add_signed(step)))
                }
                Move::Onto(id, other) => (place(id), place(other)),
            };
            if let (Some(at), Some(to)) = (at, to)
                && to < order.len()
                && at != to
            {
                self.put(order, at, to);
            }
        }
    }

    fn put(self, mut order: Vec<Role>, at: usize, to: usize) {
        let role = order.remove(at);
        let name = role.name.clone();
        order.insert(to, role);
        let ids = order.iter().map(|role| role.id).collect();
        self.is_busy.set_value(true);
        spawn_local(async move {
            let outcome = api::order_roles(self.space, ids).await;
            if self.is_busy.try_set_value(false).is_some() {
                // The page is gone.
                return;
            }
            match outcome {
                Ok(page) => {
                    page.items.into_iter().for_each(|role| self.roster.put_role(role));
                    self.toasts.done(tf(Key::ModerationRoleMoved, &[("name", &name)]));
                    self.go_on();
                }
                Err(error) => {
                    self.waiting.update_value(VecDeque::clear);
                    self.toasts.failed(error.sentence());
                }
            }
        });
    }
}
