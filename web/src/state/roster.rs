//! Roles and members of one space.

mod fetch;
mod online;
mod pages;

use super::{Changes, Load, People};
use crate::api::ApiResult;
use fetch::Wish;
use leptos::prelude::*;
use online::Online;
use shared::event::Event;
use shared::identity::Status;
use shared::ids::{RoleId, SpaceId, UserId};
use shared::permission::{PermissionSet, Standing};
use shared::spaces::{Participant, Role, RoleKind};
use std::collections::{HashMap, HashSet};

/// Of larger spaces the server may not tell who comes and goes: so few people can have its 200 sockets.
const CROWD: i64 = 20;

/// Roles and members of one space, members page by page.
#[derive(Clone, Copy)]
pub struct Roster {
    space: SpaceId,
    roles: RwSignal<Load<Vec<Role>>>,
    role_changes: Changes,
    members: RwSignal<Load<Vec<Participant>>>,
    member_changes: Changes,
    /// Where the next page begins; `None`: all are here.
    cursor: RwSignal<Option<String>>,
    is_loading_more: RwSignal<bool>,
    /// Goes up whenever the first page came (anew): who was here besides is gone.
    loads: RwSignal<u32>,
    /// Whom [`Roster::want`] has looked for since.
    wanted: StoredValue<HashSet<UserId>>,
    presence: RwSignal<HashMap<UserId, Status>>,
    /// Asked for while not all members are here.
    online: Online,
    people: People,
}

impl Roster {
    pub(super) fn start(
        space: SpaceId,
        presence: RwSignal<HashMap<UserId, Status>>,
        people: People,
    ) -> Self {
        let roster = Self {
            space,
            roles: RwSignal::new(Load::Loading),
            role_changes: Changes::default(),
            members: RwSignal::new(Load::Loading),
            member_changes: Changes::default(),
            cursor: RwSignal::new(None),
            is_loading_more: RwSignal::new(false),
            loads: RwSignal::new(0),
            wanted: StoredValue::default(),
            presence,
            online: Online::new(space),
            people,
        };
        roster.reload();
        roster
    }

    /// Fetches roles and the first page of members (anew).
    pub fn reload(&self) {
        self.ask(Wish::All);
    }

    /// Roles, strongest first, reactively.
    #[must_use]
    pub fn roles(&self) -> Load<Vec<Role>> {
        self.roles.get()
    }

    /// One role, reactively.
    #[must_use]
    pub fn role(&self, id: RoleId) -> Option<Role> {
        self.roles.with(|roles| roles.ready()?.iter().find(|role| role.id == id).cloned())
    }

    /// The members that are here, in no particular order, reactively.
    #[must_use]
    pub fn members(&self) -> Load<Vec<Participant>> {
        self.members.get()
    }

    /// One member that is here, reactively.
    #[must_use]
    pub fn member(&self, user: UserId) -> Option<Participant> {
        self.members.with(|list| list.ready()?.iter().find(|m| m.user.id == user).cloned())
    }

    /// Whether there are members that are not here yet, reactively.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.cursor.with(Option::is_some)
    }

    /// What the permission engine needs to know about a member, reactively.
    #[must_use]
    pub fn standing(&self, member: &Participant) -> Option<Standing> {
        let role = self.role(member.role_id)?;
        Some(Standing {
            user_id: member.user.id,
            is_owner: role.kind == RoleKind::Owner,
            role_id: role.id,
            rank: role.priority,
            role: role.permissions,
            denied: PermissionSet::NONE,
        })
    }

    pub(super) fn apply(&self, event: &Event) {
        match event {
            Event::MemberJoined(joined) => {
                self.note_presence(std::slice::from_ref(&joined.member), self.people.heard.now());
                self.online.note(joined.member.user.id, joined.member.status);
                self.put_member(joined.member.clone());
                self.count(joined.member.role_id, 1);
            }
            Event::MemberLeft(gone) | Event::UserKicked(gone) => self.leave(gone.user_id),
            Event::MemberBanned(banned) => self.leave(banned.user_id),
            Event::UserStatusChanged(changed) => {
                self.online.note(changed.user_id, changed.status);
            }
            Event::RoleCreated(role) | Event::RoleUpdated(role) => self.put_role(role.clone()),
            Event::RoleDeleted(deleted) => {
                let held = self.replace_role(deleted.role_id, deleted.replacement_id);
                self.count(deleted.replacement_id, held);
                self.edit_roles(|roles| roles.retain(|role| role.id != deleted.role_id));
            }
            Event::RoleAssigned(assigned) => self.assign(assigned.user_id, assigned.role_id),
            Event::MemberRenamed(renamed) => self.edit_member(renamed.user.id, |member| {
                member.user.clone_from(&renamed.user);
                member.space_nickname.clone_from(&renamed.space_nickname);
            }),
            Event::UserUpdated(updated) => self.edit_member(updated.user.id, |member| {
                member.user.clone_from(&updated.user);
            }),
            _ => {}
        }
    }

    /// Notes a role that was made or changed.
    pub fn put_role(&self, role: Role) {
        self.edit_roles(|roles| {
            match roles.iter_mut().find(|known| known.id == role.id) {
                Some(known) => *known = role,
                None => roles.push(role),
            }
            roles.sort_by_key(|role| std::cmp::Reverse(role.priority));
        });
    }

    /// Notes that a member has another role now.
    pub fn assign(&self, user: UserId, role: RoleId) {
        let mut before = None;
        self.edit_members(|members| {
            if let Some(member) = members.iter_mut().find(|m| m.user.id == user)
                && member.role_id != role
            {
                before = Some(std::mem::replace(&mut member.role_id, role));
            }
        });
        if let Some(before) = before {
            self.count(before, -1);
            self.count(role, 1);
        } else if self.members.with_untracked(|list| {
            list.ready().is_some_and(|list| list.iter().all(|m| m.user.id != user))
        }) {
            // What he held before, only the server knows.
            self.ask(Wish::Roles);
        }
    }

    fn set_roles(&self, outcome: ApiResult<Vec<Role>>) {
        if outcome.is_ok() || self.roles.with_untracked(|roles| roles.ready().is_none()) {
            self.roles.set(outcome.into());
        }
    }

    fn edit_member(&self, user: UserId, edit: impl FnOnce(&mut Participant)) {
        self.edit_members(|members| {
            if let Some(member) = members.iter_mut().find(|known| known.user.id == user) {
                edit(member);
            }
        });
    }

    fn put_member(&self, member: Participant) {
        self.edit_members(|members| {
            match members.iter_mut().find(|known| known.user.id == member.user.id) {
                Some(known) => *known = member,
                None => members.push(member),
            }
        });
    }

    fn take_member(&self, user: UserId) -> Option<RoleId> {
        let mut role = None;
        self.edit_members(|members| {
            if let Some(at) = members.iter().position(|m| m.user.id == user) {
                role = Some(members.remove(at).role_id);
            }
        });
        role
    }

    fn leave(&self, user: UserId) {
        self.online.note(user, Status::Offline);
        if let Some(role) = self.take_member(user) {
            self.count(role, -1);
        }
    }

    fn replace_role(&self, from: RoleId, to: RoleId) -> i64 {
        let mut held = 0;
        self.edit_members(|members| {
            for member in members.iter_mut().filter(|m| m.role_id == from) {
                member.role_id = to;
                held += 1;
            }
        });
        held
    }

    fn count(&self, role: RoleId, change: i64) {
        self.edit_roles(|roles| {
            if let Some(role) = roles.iter_mut().find(|known| known.id == role) {
                role.member_count = (role.member_count + change).max(0);
            }
        });
    }

    /// Takes in who is there, but of those of whom the stream has told since it was asked.
    fn note_presence(&self, members: &[Participant], asked: u64) {
        let is_new = |m: &&Participant| !self.people.heard.is_newer(m.user.id, asked);
        self.presence.update(|presence| {
            presence.extend(members.iter().filter(is_new).map(|m| (m.user.id, m.status)));
        });
        for member in members.iter().filter(is_new) {
            self.people.note_custom(member.user.id, member.custom_status.as_ref());
        }
    }

    fn edit_roles(&self, edit: impl FnOnce(&mut Vec<Role>)) {
        self.role_changes.note();
        self.roles.update(|roles| {
            if let Some(roles) = roles.ready_mut() {
                edit(roles);
            }
        });
    }

    fn edit_members(&self, edit: impl FnOnce(&mut Vec<Participant>)) {
        self.member_changes.note();
        self.members.update(|members| {
            if let Some(members) = members.ready_mut() {
                edit(members);
            }
        });
    }
}
