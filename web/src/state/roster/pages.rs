//! Asking for more of the members than the first page.

use super::Roster;
use super::fetch::Wish;
use leptos::prelude::*;
use shared::ids::UserId;

/// People that are asked for at once.
const WANTED_AT_ONCE: usize = 100;

impl Roster {
    /// Fetches the next page of members, unless one is on its way or all are here.
    pub fn load_more(&self) {
        let Some(cursor) = self.cursor.get_untracked() else { return };
        if !self.is_loading_more.get_untracked() {
            self.is_loading_more.set(true);
            self.ask(Wish::More(cursor));
        }
    }

    /// Fetches the members with this in their names, as long as not all members are here.
    pub fn find(&self, name: &str) {
        if !name.is_empty() && self.cursor.with_untracked(Option::is_some) {
            self.ask(Wish::Named(name.to_owned()));
        }
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
            self.ask(Wish::These(batch.to_vec()));
        }
    }

    /// Looks who of these is there, where nobody may be told of it: in a crowd.
    pub fn look_again(&self, users: &[UserId]) {
        if self.is_crowd() {
            for batch in users.chunks(WANTED_AT_ONCE) {
                self.ask(Wish::Presence(batch.to_vec()));
            }
        }
    }
}
