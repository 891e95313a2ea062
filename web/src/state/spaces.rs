//! The spaces of the signed-in person. Roles and members of one are in its [`Roster`].

use super::{Load, People, Roster, Session};
use crate::api::spaces as api;
use crate::api::{ApiError, ApiResult};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::event::{Event, EventFrame};
use shared::identity::Status;
use shared::ids::{SpaceId, UserId};
use shared::permission::{Permission, Standing, in_space};
use shared::spaces::{Membership, Role, Space};
use std::collections::HashMap;

/// The spaces of the signed-in person, in the order of joining, and who is online in them.
#[derive(Clone, Copy)]
pub struct Spaces {
    list: RwSignal<Load<Vec<Space>>>,
    rosters: StoredValue<HashMap<SpaceId, Roster>>,
    presence: RwSignal<HashMap<UserId, Status>>,
    people: People,
    session: Session,
    owner: StoredValue<Owner>,
}

impl Spaces {
    /// Starts loading. Lives as long as the view that calls it.
    #[must_use]
    pub fn start(session: Session, people: People) -> Self {
        let spaces = Self {
            list: RwSignal::new(Load::Loading),
            rosters: StoredValue::default(),
            presence: RwSignal::default(),
            people,
            session,
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        };
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
            let outcome = fetch_all().await;
            // What is on the screen stays when a later fetch fails.
            if outcome.is_ok() || spaces.list.with_untracked(|list| list.ready().is_none()) {
                spaces.list.set(outcome.into());
            }
        });
        for roster in self.rosters.with_value(|r| r.values().copied().collect::<Vec<_>>()) {
            roster.reload();
        }
    }

    /// Fetches one space anew, after events of it were missed.
    pub fn reload_space(&self, id: SpaceId) {
        let spaces = *self;
        spawn_local(async move {
            match api::get_space(id).await {
                Ok(space) => spaces.put(space),
                Err(ApiError::Problem(problem)) if problem.status == 404 => spaces.remove(id),
                // The next event or reconnect tries again.
                Err(_) => {}
            }
        });
        if let Some(roster) = self.rosters.with_value(|r| r.get(&id).copied()) {
            roster.reload();
        }
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

    /// One space, reactively.
    #[must_use]
    pub fn get(&self, id: SpaceId) -> Option<Space> {
        self.list.with(|list| list.ready()?.iter().find(|space| space.id == id).cloned())
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
        self.list.update(|list| {
            let Some(list) = list.ready_mut() else { return };
            match list.iter_mut().find(|known| known.id == space.id) {
                Some(known) => *known = space,
                None => list.push(space),
            }
        });
    }

    /// Takes a space away that was left or deleted.
    pub fn remove(&self, id: SpaceId) {
        self.list.update(|list| {
            if let Some(list) = list.ready_mut() {
                list.retain(|space| space.id != id);
            }
        });
        self.rosters.update_value(|rosters| {
            rosters.remove(&id);
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
        untrack(|| self.get(id))
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

async fn fetch_all() -> ApiResult<Vec<Space>> {
    let mut spaces = Vec::new();
    let mut cursor = None;
    loop {
        let page = api::list_spaces(cursor).await?;
        spaces.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    spaces.sort_by_key(|space: &Space| space.me.as_ref().map(|me| me.joined_at));
    Ok(spaces)
}
