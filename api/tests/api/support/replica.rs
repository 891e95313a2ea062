//! A space as a client keeps it: a snapshot, then events. What a fresh fetch says must be the same.

use super::client::Client;
use super::socket::Socket;
use serde_json::Value;
use shared::event::{Event, EventFrame};
use shared::identity::Status;
use shared::ids::{RoleId, UserId};
use shared::permission::{Standing, in_space};
use shared::spaces::{Participant, Role, Space};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Absent for outsiders and after the space is gone.
    pub space: Option<Space>,
    pub roles: Vec<Role>,
    pub members: Vec<Participant>,
}

pub struct Replica {
    pub who: Client,
    pub state: State,
    pub socket: Socket,
    path: String,
    /// The types of events that were applied.
    pub heard: BTreeSet<String>,
}

async fn items<T: serde::de::DeserializeOwned>(who: &Client, path: &str) -> Vec<T> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut page = who.get(&format!("{path}{cursor}")).await.expect(200);
        found.extend(serde_json::from_value::<Vec<T>>(page["items"].take()).unwrap());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("?cursor={next}"),
            None => return found,
        }
    }
}

impl State {
    /// The truth, as REST tells it now. Presence is the business of other tests.
    pub async fn fetch(who: &Client, path: &str) -> Self {
        let answer = who.get(path).await;
        let space = (answer.status == 200)
            .then(|| serde_json::from_value::<Space>(answer.json()).unwrap())
            .filter(|space| space.me.is_some());
        let mut state = Self { space, roles: Vec::new(), members: Vec::new() };
        if state.space.is_some() {
            state.roles = items(who, &format!("{path}/roles")).await;
            state.members = items(who, &format!("{path}/participants")).await;
        }
        state.tidy();
        state
    }

    fn tidy(&mut self) {
        self.roles.sort_by_key(|role| role.id);
        self.members.sort_by_key(|member| member.user.id);
        for member in &mut self.members {
            member.status = Status::Offline;
            member.custom_status = None;
        }
    }

    fn count(&mut self, role: RoleId, change: i64) {
        if let Some(role) = self.roles.iter_mut().find(|known| known.id == role) {
            role.member_count += change;
        }
    }

    fn remove(&mut self, user: UserId) {
        let at = self.members.iter().position(|m| m.user.id == user).expect("a member who left");
        let role = self.members.remove(at).role_id;
        self.count(role, -1);
        self.space.as_mut().unwrap().member_count -= 1;
    }

    fn hold(&mut self, user: UserId, role: RoleId) {
        let member = self.members.iter_mut().find(|m| m.user.id == user).expect("a member");
        let before = std::mem::replace(&mut member.role_id, role);
        self.count(before, -1);
        self.count(role, 1);
    }

    /// What the caller is follows from owner, role and restriction.
    fn derive_me(&mut self, user: UserId) {
        let Some(space) = &mut self.space else { return };
        let member = self.members.iter().find(|m| m.user.id == user).expect("oneself");
        let role = self.roles.iter().find(|r| r.id == member.role_id).expect("one's role").clone();
        let me = space.me.as_mut().expect("a membership");
        me.is_owner = space.owner_id == user;
        me.role = role;
        me.permissions = in_space(&Standing {
            user_id: user,
            is_owner: me.is_owner,
            role_id: me.role.id,
            rank: me.role.priority,
            role: me.role.permissions,
            denied: me.denied,
        });
    }
}

impl Replica {
    /// Connects, then fetches.
    pub async fn open(who: &Client, path: &str) -> Self {
        let socket = who.socket().await;
        let state = State::fetch(who, path).await;
        let (who, path) = (who.clone(), path.into());
        Self { who, state, socket, path, heard: BTreeSet::new() }
    }

    /// Applies what came since.
    pub async fn catch_up(&mut self) {
        for frame in self.socket.drain().await {
            self.apply(frame).await;
        }
    }

    /// Applies what came and compares with a fresh fetch.
    pub async fn check(&mut self, step: &str) {
        self.catch_up().await;
        let fresh = State::fetch(&self.who, &self.path).await;
        let name = &self.who.me.as_ref().unwrap().nickname;
        assert_eq!(self.state, fresh, "{name} after {step}");
    }

    async fn apply(&mut self, frame: Value) {
        self.heard.insert(frame["type"].as_str().unwrap().into());
        let frame: EventFrame = serde_json::from_value(frame).unwrap();
        let me = self.who.me.as_ref().unwrap().id;
        let state = &mut self.state;
        match frame.event {
            // As a client does: what is inside was not known until now.
            Event::SpaceJoined(_) => return self.state = State::fetch(&self.who, &self.path).await,
            Event::SpaceLeft(_) | Event::SpaceDeleted(_) => {
                *state = State { space: None, roles: Vec::new(), members: Vec::new() };
            }
            Event::SpaceUpdated(new) => {
                assert!(new.me.is_none(), "a broadcast about somebody");
                let known = state.space.as_mut().unwrap();
                *known = Space { me: known.me.take(), ..new };
            }
            Event::MembershipChanged(changed) => {
                let known = state.space.as_mut().unwrap().me.as_mut().unwrap();
                known.denied = changed.me.denied;
                known.denied_until = changed.me.denied_until;
            }
            Event::MemberJoined(joined) => {
                state.count(joined.member.role_id, 1);
                state.members.push(joined.member);
                state.space.as_mut().unwrap().member_count += 1;
            }
            Event::MemberLeft(gone) | Event::UserKicked(gone) => state.remove(gone.user_id),
            Event::MemberBanned(banned) if banned.was_member => state.remove(banned.user_id),
            Event::RoleCreated(role) => state.roles.push(role),
            Event::RoleUpdated(role) => {
                state.roles.retain(|known| known.id != role.id);
                state.roles.push(role);
            }
            Event::RoleDeleted(deleted) => {
                let held = |m: &&Participant| m.role_id == deleted.role_id;
                let ids: Vec<_> = state.members.iter().filter(held).map(|m| m.user.id).collect();
                for user in ids {
                    state.hold(user, deleted.replacement_id);
                }
                state.roles.retain(|role| role.id != deleted.role_id);
            }
            Event::RoleAssigned(assigned) => state.hold(assigned.user_id, assigned.role_id),
            Event::MemberRenamed(renamed) => {
                let of = |m: &&mut Participant| m.user.id == renamed.user.id;
                let member = state.members.iter_mut().find(of).expect("a member");
                member.user = renamed.user;
                member.space_nickname = renamed.space_nickname;
            }
            _ => return,
        }
        state.tidy();
        state.derive_me(me);
    }
}
