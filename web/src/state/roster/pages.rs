//! Fetching more of the members than the first page.

use super::Roster;
use crate::api::spaces as api;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::UserId;
use shared::spaces::Participant;

/// People that are asked for at once.
const WANTED_AT_ONCE: usize = 100;

/// When something was asked for.
#[derive(Clone, Copy)]
struct Asked {
    heard: u64,
    loads: u32,
}

impl Roster {
    /// Fetches the next page of members, unless one is on its way or all are here.
    pub fn load_more(&self) {
        let Some(cursor) = self.cursor.get_untracked() else { return };
        if self.is_loading_more.get_untracked() {
            return;
        }
        self.is_loading_more.set(true);
        let (roster, asked) = (*self, self.ask());
        spawn_local(async move {
            let outcome = api::list_participants(roster.space, Some(cursor)).await;
            // A list that has begun anew goes on from its own first page.
            if let Ok(page) = outcome
                && roster.loads.try_get_untracked() == Some(asked.loads)
            {
                roster.take_in(page.items, asked);
                roster.cursor.set(page.next_cursor);
            }
            let _was_there = roster.is_loading_more.try_set(false);
        });
    }

    /// Fetches the members with this in their names, as long as not all members are here.
    pub fn find(&self, name: &str) {
        if name.is_empty() || !self.cursor.with_untracked(Option::is_some) {
            return;
        }
        let (roster, name, asked) = (*self, name.to_owned(), self.ask());
        spawn_local(async move {
            if let Ok(page) = api::find_participants(roster.space, &name).await {
                roster.take_in(page.items, asked);
            }
        });
    }

    /// Fetches those of these people who are members and not here yet, each once until the first page
    /// comes anew: authors of messages, people of a chat's overrides. Follows that in an effect.
    pub fn want(&self, users: impl IntoIterator<Item = UserId>) {
        if self.loads.get() == 0 || !self.cursor.with_untracked(Option::is_some) {
            return;
        }
        let mut missing: Vec<UserId> = Vec::new();
        self.wanted.update_value(|wanted| {
            missing.extend(users.into_iter().filter(|user| wanted.insert(*user)));
        });
        self.members.with_untracked(|members| {
            let here = |user: &UserId| {
                members.ready().is_some_and(|list| list.iter().any(|m| m.user.id == *user))
            };
            missing.retain(|user| !here(user));
        });
        for batch in missing.chunks(WANTED_AT_ONCE) {
            self.fetch(batch.to_vec());
        }
    }

    /// Fetches those of these people who are members.
    fn fetch(&self, users: Vec<UserId>) {
        let (roster, asked) = (*self, self.ask());
        spawn_local(async move {
            match api::list_members_of(roster.space, &users).await {
                Ok(page) => roster.take_in(page.items, asked),
                // The next one who wants them asks again.
                Err(_) => drop(roster.wanted.try_update_value(|wanted| {
                    wanted.retain(|user| !users.contains(user));
                })),
            }
        });
    }

    fn ask(&self) -> Asked {
        Asked { heard: self.people.heard.now(), loads: self.loads.get_untracked() }
    }

    /// Takes in members as an answer has them. Of whom the stream has told since it was asked he is
    /// asked for anew: perhaps he has left, or has another role. So are all, when the list began anew.
    fn take_in(&self, members: Vec<Participant>, asked: Asked) {
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
            self.fetch(old.into_iter().map(|member| member.user.id).collect());
        }
    }

    /// Looks who of these is there, where nobody may be told of it: in a crowd.
    pub fn look_again(&self, users: &[UserId]) {
        if !self.is_crowd() {
            return;
        }
        for batch in users.chunks(WANTED_AT_ONCE) {
            let (roster, batch, asked) = (*self, batch.to_vec(), self.people.heard.now());
            spawn_local(async move {
                // What is on the screen stays until the next look.
                if let Ok(page) = api::list_members_of(roster.space, &batch).await {
                    roster.note_presence(&page.items, asked);
                }
            });
        }
    }
}
