//! How many members of a space are there, where the list of them is long.

use super::fetch::Wish;
use super::{CROWD, Roster};
use crate::api::spaces as api;
use crate::state::Changes;
use leptos::prelude::*;
use shared::identity::Status;
use shared::ids::{SpaceId, UserId};
use shared::spaces::{OnlineMembers, Participant, Role};
use std::collections::HashSet;

/// What the server said, and the stream since.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    /// All of them: whoever comes or goes counts once.
    People(HashSet<UserId>),
    /// How many a crowd was; the stream does not tell who comes and goes there.
    Crowd(i64),
}

impl Known {
    fn count(&self) -> i64 {
        match self {
            Self::People(people) => i64::try_from(people.len()).unwrap_or(i64::MAX),
            Self::Crowd(count) => *count,
        }
    }

    fn note(&mut self, user: UserId, status: Status) {
        let Self::People(people) = self else { return };
        if status == Status::Offline {
            people.remove(&user);
        } else {
            people.insert(user);
        }
    }
}

impl From<OnlineMembers> for Known {
    fn from(online: OnlineMembers) -> Self {
        match usize::try_from(online.count) == Ok(online.user_ids.len()) {
            true => Self::People(online.user_ids.into_iter().collect()),
            false => Self::Crowd(online.count),
        }
    }
}

/// See the module.
#[derive(Clone, Copy)]
pub(super) struct Online {
    space: SpaceId,
    known: RwSignal<Option<Known>>,
    changes: Changes,
}

impl Online {
    pub(super) fn new(space: SpaceId) -> Self {
        Self { space, known: RwSignal::new(None), changes: Changes::default() }
    }

    /// Asks the server (anew).
    pub(super) async fn fetch(self) {
        let fetch = || api::online_members(self.space);
        // What is on the screen stays until the next look.
        if let Some(Ok(online)) = self.changes.settle(fetch).await {
            let _was_there = self.known.try_set(Some(online.into()));
        }
    }

    /// How many, reactively; `None`: it was not asked yet.
    fn count(self) -> Option<i64> {
        self.known.with(|known| known.as_ref().map(Known::count))
    }

    /// Somebody comes or goes.
    pub(super) fn note(self, user: UserId, status: Status) {
        self.changes.note();
        self.known.update(|known| {
            if let Some(known) = known {
                known.note(user, status);
            }
        });
    }
}

impl Roster {
    /// Asks how many are there, where nobody may be told of it: in a crowd.
    pub fn count_again(&self) {
        if self.is_crowd() {
            self.ask(Wish::Online);
        }
    }

    pub(super) fn is_crowd(&self) -> bool {
        let members = |roles: &Vec<Role>| roles.iter().map(|role| role.member_count).sum::<i64>();
        self.roles.with_untracked(|roles| roles.ready().map(members) > Some(CROWD))
    }

    /// How many members are there, reactively; `None` until that is known.
    #[must_use]
    pub fn online(&self) -> Option<i64> {
        if let Some(count) = self.online.count() {
            return Some(count);
        }
        if self.has_more() {
            return None;
        }
        let (members, presence) = (self.members.read(), self.presence.read());
        let is_here = |member: &&Participant| {
            presence.get(&member.user.id).is_some_and(|status| *status != Status::Offline)
        };
        i64::try_from(members.ready()?.iter().filter(is_here).count()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_twice_counts_once_and_a_crowd_only_when_it_is_counted() {
        let [anna, boris, clara] = [(); 3].map(|()| UserId::new());
        let mut here = Known::from(OnlineMembers { count: 2, user_ids: vec![anna, boris] });
        for (user, status, count) in [
            (boris, Status::Dnd, 2),
            (clara, Status::Online, 3),
            (anna, Status::Offline, 2),
            (anna, Status::Offline, 2),
        ] {
            here.note(user, status);
            assert_eq!(here.count(), count);
        }
        let mut nobody = Known::from(OnlineMembers::default());
        nobody.note(anna, Status::Online);
        assert_eq!(nobody.count(), 1);
        let mut crowd = Known::from(OnlineMembers { count: 500, user_ids: Vec::new() });
        crowd.note(anna, Status::Online);
        assert_eq!(crowd.count(), 500);
    }
}
