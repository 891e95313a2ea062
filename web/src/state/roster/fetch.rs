//! What is asked of the server about a space's people. The code for it comes with the reading of the
//! stream, while the first messages are already shown.

use super::Roster;
use crate::api::ApiError;
use crate::api::spaces as api;
use crate::state::Load;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::UserId;
use shared::spaces::Participant;
use std::collections::HashSet;

/// When something was asked for.
#[derive(Clone, Copy)]
struct Asked {
    heard: u64,
    loads: u32,
}

/// What somebody wants to know.
pub(super) enum Wish {
    /// Roles and the first page of members.
    All,
    Roles,
    /// The next page of members, by its cursor.
    More(String),
    /// Members with this in their names.
    Named(String),
    /// Those of these people who are members.
    These(Vec<UserId>),
    /// Who of these is there.
    Presence(Vec<UserId>),
    /// How many are there.
    Online,
}

crate::lazy! {
    live => fn fetch(roster: Roster, wish: Wish) -> () {
        match wish {
            Wish::All => {
                spawn_local(roster.fetch_roles());
                spawn_local(roster.fetch_first());
            }
            Wish::Roles => spawn_local(roster.fetch_roles()),
            Wish::More(cursor) => spawn_local(roster.fetch_more(cursor)),
            Wish::Named(name) => spawn_local(roster.fetch_named(name)),
            Wish::These(users) => spawn_local(roster.fetch_these(users)),
            Wish::Presence(users) => spawn_local(roster.fetch_presence(users)),
            Wish::Online => spawn_local(roster.online.fetch()),
        }
    }
}

impl Roster {
    pub(super) fn ask(self, wish: Wish) {
        spawn_local(async move {
            if fetch(self, wish).await.is_err() {
                self.unreachable();
            }
        });
    }

    /// The code could not be fetched: as if the server could not be.
    fn unreachable(self) {
        if self.members.try_with_untracked(|list| list.ready().is_none()) == Some(true) {
            self.members.set(Load::Failed(ApiError::Unreachable));
        }
        if self.roles.try_with_untracked(|list| list.ready().is_none()) == Some(true) {
            self.roles.set(Load::Failed(ApiError::Unreachable));
        }
        let _was_there = self.is_loading_more.try_set(false);
    }

    async fn fetch_roles(self) {
        let fetch = || api::list_roles(self.space);
        if let Some(outcome) = self.role_changes.settle(fetch).await {
            self.set_roles(outcome.map(|page| page.items));
        }
    }

    async fn fetch_first(self) {
        let asked = self.people.heard.now();
        let fetch = || api::list_participants(self.space, None);
        let Some(outcome) = self.member_changes.settle(fetch).await else { return };
        match outcome {
            Ok(page) => {
                self.note_presence(&page.items, asked);
                self.members.set(Load::Ready(page.items));
                if page.next_cursor.is_some() {
                    spawn_local(self.online.fetch());
                }
                self.cursor.set(page.next_cursor);
                self.wanted.update_value(HashSet::clear);
                self.loads.update(|n| *n += 1);
            }
            Err(error)
                if self.members.try_with_untracked(|m| m.ready().is_none()) == Some(true) =>
            {
                self.members.set(Load::Failed(error));
            }
            // What is on the screen stays.
            Err(_) => {}
        }
    }

    async fn fetch_more(self, cursor: String) {
        let asked = self.moment();
        let outcome = api::list_participants(self.space, Some(cursor)).await;
        // A list that has begun anew goes on from its own first page.
        if let Ok(page) = outcome
            && self.loads.try_get_untracked() == Some(asked.loads)
        {
            self.take_in(page.items, asked);
            self.cursor.set(page.next_cursor);
        }
        let _was_there = self.is_loading_more.try_set(false);
    }

    async fn fetch_named(self, name: String) {
        let asked = self.moment();
        if let Ok(page) = api::find_participants(self.space, &name).await {
            self.take_in(page.items, asked);
        }
    }

    async fn fetch_these(self, users: Vec<UserId>) {
        let asked = self.moment();
        match api::list_members_of(self.space, &users).await {
            Ok(page) => self.take_in(page.items, asked),
            // The next one who wants them asks again.
            Err(_) => drop(self.wanted.try_update_value(|wanted| {
                wanted.retain(|user| !users.contains(user));
            })),
        }
    }

    fn moment(self) -> Asked {
        Asked {
            heard: self.people.heard.now(),
            loads: self.loads.try_get_untracked().unwrap_or_default(),
        }
    }

    /// Takes in members as an answer has them. Of whom the stream has told since it was asked he is
    /// asked for anew: perhaps he has left, or has another role. So are all, when the list began anew.
    fn take_in(self, members: Vec<Participant>, asked: Asked) {
        let Some(loads) = self.loads.try_get_untracked() else { return };
        let heard = self.people.heard;
        let is_old =
            |m: &Participant| loads != asked.loads || heard.is_newer(m.user.id, asked.heard);
        let (old, fresh): (Vec<_>, Vec<_>) = members.into_iter().partition(is_old);
        self.note_presence(&fresh, asked.heard);
        for member in fresh {
            self.put_member(member);
        }
        if !old.is_empty() {
            self.ask(Wish::These(old.into_iter().map(|member| member.user.id).collect()));
        }
    }

    async fn fetch_presence(self, users: Vec<UserId>) {
        let asked = self.people.heard.now();
        // What is on the screen stays until the next look.
        if let Ok(page) = api::list_members_of(self.space, &users).await {
            self.note_presence(&page.items, asked);
        }
    }
}
