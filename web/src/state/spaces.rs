//! The spaces of the signed-in person. Roles and members of one are in its [`Roster`].

use super::{Changes, Load, People, Roster, Session};
use crate::api::spaces as api;
use crate::api::{ApiError, ApiResult};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::Chat;
use shared::event::{Event, EventFrame};
use shared::identity::{Status, UserRef};
use shared::ids::{SpaceId, UserId};
use shared::permission::{Permission, PermissionSet, Standing, in_chat, in_space};
use shared::spaces::{Membership, Role, Space};
use std::collections::{HashMap, HashSet};

/// The spaces of the signed-in person, in his order, and who is online in them.
#[derive(Clone, Copy)]
pub struct Spaces {
    list: RwSignal<Load<Vec<Space>>>,
    changes: Changes,
    /// Of single spaces.
    changes_of: Changes<SpaceId>,
    rosters: StoredValue<HashMap<SpaceId, Roster>>,
    presence: RwSignal<HashMap<UserId, Status>>,
    people: People,
    /// Open reports of spaces that the person moderates, once asked for.
    reports: RwSignal<HashMap<SpaceId, i64>>,
    /// The role through whose eyes a space is shown.
    preview: RwSignal<Option<Role>>,
    session: Session,
    owner: StoredValue<Owner>,
}

crate::lazy! {
    live => fn count_reports(spaces: Spaces, id: SpaceId) -> () {
        spawn_local(spaces.count_reports(id));
    }
}

impl Spaces {
    /// Starts loading. Lives as long as the view that calls it.
    #[must_use]
    pub fn start(session: Session, people: People) -> Self {
        let spaces = Self {
            list: RwSignal::new(Load::Loading),
            changes: Changes::default(),
            changes_of: Changes::default(),
            rosters: StoredValue::default(),
            presence: RwSignal::default(),
            people,
            reports: RwSignal::default(),
            preview: RwSignal::new(None),
            session,
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        };
        if let Some(page) = untrack(|| session.user_id()).and_then(api::kept_spaces) {
            spaces.list.set(Load::Ready(page.items));
        }
        spaces.reload();
        spaces
    }

    /// Fetches the list anew, and every roster that is in use.
    pub fn reload(&self) {
        let spaces = *self;
        if spaces.list.with_untracked(|list| list.error().is_some()) {
            spaces.list.set(Load::Loading);
        }
        spawn_local(async move {
            let Some(outcome) = spaces.changes.settle(fetch_all).await else { return };
            // What is on the screen stays when a later fetch fails.
            let is_empty = spaces.list.try_with_untracked(|list| list.ready().is_none());
            if outcome.is_ok() || is_empty == Some(true) {
                let _was_there = spaces.list.try_set(outcome.into());
            }
        });
    }

    /// Fetches roles and members of a space anew, where they were looked at.
    pub fn reload_roster(&self, id: SpaceId) {
        self.rosters.with_value(|rosters| rosters.get(&id).into_iter().for_each(Roster::reload));
    }

    /// Fetches one space anew, after events of it were missed.
    pub fn reload_space(&self, id: SpaceId) {
        let spaces = *self;
        spawn_local(async move {
            match spaces.changes_of.settle_of(id, || api::get_space(id)).await {
                Some(Ok(space)) => spaces.put(space),
                Some(Err(ApiError::Problem(problem))) if problem.status == 404 => spaces.remove(id),
                // The next event or reconnect tries again.
                _ => {}
            }
        });
    }

    /// Where loading stands, reactively.
    #[must_use]
    pub fn load(&self) -> Load<()> {
        self.list.with(|list| match list {
            Load::Loading => Load::Loading,
            Load::Failed(error) => Load::Failed(error.clone()),
            Load::Ready(_) => Load::Ready(()),
        })
    }

    /// The ids in the order of the rail, reactively.
    #[must_use]
    pub fn ids(&self) -> Vec<SpaceId> {
        self.list.with(|list| list.ready().into_iter().flatten().map(|space| space.id).collect())
    }

    /// One space, reactively; through the eyes of a role where the person tries one on.
    #[must_use]
    pub fn get(&self, id: SpaceId) -> Option<Space> {
        let mut space = self.truth(id)?;
        if let (Some(role), Some(me)) = (self.preview(id), &mut space.me) {
            (me.is_owner, me.denied) = (false, PermissionSet::NONE);
            (me.permissions, me.role) = (role.permissions, role);
        }
        Some(space)
    }

    /// One space as it is, reactively.
    fn truth(&self, id: SpaceId) -> Option<Space> {
        self.list.with(|list| list.ready()?.iter().find(|space| space.id == id).cloned())
    }

    /// The role through whose eyes this space is shown, reactively.
    #[must_use]
    pub fn preview(&self, id: SpaceId) -> Option<Role> {
        self.preview.with(|role| role.clone().filter(|role| role.space_id == id))
    }

    /// What the person may do in a chat; through the eyes of a role where he tries one on, reactively.
    #[must_use]
    pub fn seen(&self, chat: &Chat) -> PermissionSet {
        let Some(role) = chat.space_id.and_then(|space| self.preview(space)) else {
            return chat.permissions;
        };
        let standing = Standing {
            // Nobody: overrides for single people are not the role's.
            user_id: UserId::default(),
            is_owner: false,
            role_id: role.id,
            rank: role.priority,
            role: role.permissions,
            denied: PermissionSet::NONE,
        };
        in_chat(&standing, &chat.overrides)
    }

    /// The person's own standing, whatever role he tries on.
    #[must_use]
    pub fn own_standing(&self, id: SpaceId) -> Option<Standing> {
        let me = self.truth(id)?.me?;
        Some(standing(self.session.user_id()?, &me))
    }

    /// Shows a space through the eyes of a role; `None`: through one's own again. Only what is offered
    /// changes: the server knows nothing of it.
    pub fn see_as(&self, role: Option<Role>) {
        self.preview.set(role);
    }

    /// How many reports of a space wait, reactively; the first call asks.
    #[must_use]
    pub fn open_reports(&self, id: SpaceId) -> i64 {
        if let Some(open) = self.reports.with(|reports| reports.get(&id).copied()) {
            return open;
        }
        let spaces = *self;
        spaces.reports.update_untracked(|all| _ = all.insert(id, 0));
        spawn_local(async move {
            let _missing = count_reports(spaces, id).await;
        });
        0
    }

    async fn count_reports(self, id: SpaceId) {
        if let Ok(found) = crate::api::moderation::count_reports(id).await {
            self.reports.try_update(|all| all.insert(id, found.open));
        }
    }

    /// Puts the spaces into this order; those left out come after, as they stand.
    pub fn order(&self, ids: &[SpaceId]) {
        self.edit(|list| {
            let place = |space: &Space| ids.iter().position(|id| *id == space.id);
            list.sort_by_key(|space| place(space).unwrap_or(usize::MAX));
        });
    }

    /// When the next restriction of the person's ends, reactively.
    #[must_use]
    pub fn next_end(&self) -> Option<DateTime<Utc>> {
        let now = Utc::now();
        self.list.with(|list| {
            let ends = list.ready()?.iter().filter_map(|space| space.me.as_ref()?.denied_until);
            ends.filter(|end| *end > now).min()
        })
    }

    /// Whether the person may do this in the space as a whole, reactively.
    #[must_use]
    pub fn can(&self, id: SpaceId, permission: Permission) -> bool {
        self.get(id)
            .and_then(|space| space.me)
            .is_some_and(|me| me.permissions.contains(permission))
    }

    /// The person's own standing in a space, reactively.
    #[must_use]
    pub fn standing(&self, id: SpaceId) -> Option<Standing> {
        let me = self.get(id)?.me?;
        Some(standing(self.session.user_id()?, &me))
    }

    /// Roles and members of a space; the first call starts loading them.
    #[must_use]
    pub fn roster(&self, id: SpaceId) -> Roster {
        if let Some(roster) = self.rosters.with_value(|rosters| rosters.get(&id).copied()) {
            return roster;
        }
        let (presence, people) = (self.presence, self.people);
        let start = || Roster::start(id, presence, people);
        let roster = self.owner.with_value(|owner| owner.with(start));
        self.rosters.update_value(|rosters| {
            rosters.insert(id, roster);
        });
        roster
    }

    /// The members of spaces whose rosters are in memory; nothing is fetched for it. Reactively.
    #[must_use]
    pub fn members_here(&self) -> Vec<UserRef> {
        let rosters = self.rosters.with_value(|all| all.values().copied().collect::<Vec<_>>());
        let mut seen = HashSet::new();
        let members = rosters.iter().flat_map(|roster| match roster.members() {
            Load::Ready(list) => list,
            _ => Vec::new(),
        });
        members.map(|member| member.user).filter(|user| seen.insert(user.id)).collect()
    }

    /// A person's presence, reactively; unknown people are offline.
    #[must_use]
    pub fn status(&self, user: UserId) -> Status {
        self.presence.with(|presence| presence.get(&user).copied().unwrap_or_default())
    }

    /// Notes presence learnt elsewhere, such as from a list of direct chats.
    pub fn set_status(&self, user: UserId, status: Status) {
        self.presence.update(|presence| {
            presence.insert(user, status);
        });
    }

    /// Puts a space that was created, joined or changed.
    pub fn put(&self, space: Space) {
        self.changes_of.note_of(space.id);
        self.edit(|list| match list.iter_mut().find(|known| known.id == space.id) {
            Some(known) => *known = space,
            None => list.push(space),
        });
    }

    /// Takes a space away that was left or deleted.
    pub fn remove(&self, id: SpaceId) {
        self.changes_of.note_of(id);
        self.edit(|list| list.retain(|space| space.id != id));
        self.rosters.update_value(|rosters| {
            rosters.remove(&id);
        });
    }

    fn edit(&self, edit: impl FnOnce(&mut Vec<Space>)) {
        self.changes.note();
        self.list.update(|list| {
            if let Some(list) = list.ready_mut() {
                edit(list);
            }
        });
    }

    /// Takes in an event of the stream; what does not concern spaces is ignored.
    pub fn apply(&self, frame: &EventFrame) {
        match &frame.event {
            Event::SpaceJoined(space) => self.put(space.clone()),
            Event::SpaceLeft(gone) | Event::SpaceDeleted(gone) => self.remove(gone.space_id),
            Event::SpaceUpdated(space) => {
                // `me` of an event to everybody is nobody's.
                let me = self.list.with_untracked(|list| {
                    list.ready()?.iter().find(|s| s.id == space.id)?.me.clone()
                });
                self.put(Space { me, ..space.clone() });
            }
            Event::MemberJoined(joined) => self.count(joined.space_id, 1),
            Event::MemberLeft(gone) | Event::UserKicked(gone) => self.count(gone.space_id, -1),
            Event::MemberBanned(banned) if banned.was_member => self.count(banned.space_id, -1),
            Event::MembershipChanged(changed) => {
                if let Some(mut space) = untrack(|| self.truth(changed.space_id)) {
                    space.me = Some(changed.me.clone());
                    self.put(space);
                }
            }
            Event::SpacesOrdered(ordered) => self.order(&ordered.space_ids),
            Event::ReportsChanged(changed) => {
                self.reports.update(|all| {
                    all.insert(changed.space_id, changed.open);
                });
            }
            Event::RoleUpdated(role) => {
                self.change_membership(role.space_id, |me| (me.role.id == role.id).then_some(role));
            }
            Event::RoleAssigned(assigned) if self.is_me(assigned.user_id) => {
                // The role's rights are in the roster or must be asked for.
                self.reload_space(assigned.space_id);
            }
            Event::RoleDeleted(deleted) => {
                let held = self.get_untracked(deleted.space_id).and_then(|space| space.me);
                if held.is_some_and(|me| me.role.id == deleted.role_id) {
                    self.reload_space(deleted.space_id);
                }
            }
            Event::UserStatusChanged(changed) => self.set_status(changed.user_id, changed.status),
            _ => {}
        }
        if let shared::topic::Topic::Space(id) = frame.topic
            && let Some(roster) = self.rosters.with_value(|rosters| rosters.get(&id).copied())
        {
            roster.apply(&frame.event);
        }
    }

    fn is_me(&self, user: UserId) -> bool {
        untrack(|| self.session.user_id()) == Some(user)
    }

    fn get_untracked(&self, id: SpaceId) -> Option<Space> {
        untrack(|| self.truth(id))
    }

    fn count(&self, id: SpaceId, change: i64) {
        if let Some(mut space) = self.get_untracked(id) {
            space.member_count = (space.member_count + change).max(1);
            self.put(space);
        }
    }

    fn change_membership<'a>(
        &self,
        id: SpaceId,
        choose: impl FnOnce(&Membership) -> Option<&'a Role>,
    ) {
        let (Some(user), Some(mut space)) =
            (untrack(|| self.session.user_id()), self.get_untracked(id))
        else {
            return;
        };
        let Some(me) = &mut space.me else { return };
        if let Some(role) = choose(me) {
            me.role = role.clone();
            me.permissions = in_space(&standing(user, me));
            self.put(space);
        }
    }
}

/// What the permission engine needs to know about a membership.
#[must_use]
pub fn standing(user_id: UserId, me: &Membership) -> Standing {
    Standing {
        user_id,
        is_owner: me.is_owner,
        role_id: me.role.id,
        rank: me.role.priority,
        role: me.role.permissions,
        denied: me.denied,
    }
}

/// All spaces that the person is in.
///
/// # Errors
/// See [`crate::api::ApiError`].
pub async fn fetch_all() -> ApiResult<Vec<Space>> {
    let mut spaces = Vec::new();
    let mut cursor = None;
    loop {
        let page = api::list_spaces(cursor).await?;
        spaces.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(spaces);
        }
    }
}
