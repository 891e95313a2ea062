//! Who is typing where, until he stops.

use super::Session;
use gloo_timers::callback::Interval;
use leptos::prelude::*;
use shared::event::{Event, EventFrame};
use shared::identity::UserRef;
use shared::ids::{ChatId, UserId};
use std::collections::HashMap;

/// A sign of typing is believed for so long.
const LASTS_MS: f64 = 6_000.0;

#[derive(Clone)]
struct Sign {
    user: UserRef,
    ends_at: f64,
}

/// The people who type, by chat.
#[derive(Clone, Copy)]
pub struct Typing {
    signs: RwSignal<HashMap<ChatId, Vec<Sign>>>,
    clock: StoredValue<Option<Interval>, LocalStorage>,
    session: Session,
}

impl Typing {
    #[must_use]
    pub fn start(session: Session) -> Self {
        Self { signs: RwSignal::default(), clock: StoredValue::new_local(None), session }
    }

    /// Who types in a chat, reactively.
    #[must_use]
    pub fn of(&self, chat: ChatId) -> Vec<UserRef> {
        self.signs.with(|signs| {
            let list = signs.get(&chat).map(Vec::as_slice).unwrap_or_default();
            list.iter().map(|sign| sign.user.clone()).collect()
        })
    }

    /// Takes in an event.
    pub fn apply(&self, frame: &EventFrame) {
        match &frame.event {
            Event::Typing(who) if Some(who.user.id) != untrack(|| self.session.user_id()) => {
                self.note(who.chat_id, &who.user);
            }
            Event::NewMessage(message) => self.stop(message.chat_id, message.author.id),
            Event::UserLeftRoom(who) => self.stop(who.chat_id, who.user.id),
            _ => {}
        }
    }

    fn note(&self, chat: ChatId, user: &UserRef) {
        let ends_at = js_sys::Date::now() + LASTS_MS;
        self.signs.update(|signs| {
            let list = signs.entry(chat).or_default();
            match list.iter_mut().find(|sign| sign.user.id == user.id) {
                Some(sign) => sign.ends_at = ends_at,
                None => list.push(Sign { user: user.clone(), ends_at }),
            }
        });
        if self.clock.with_value(Option::is_none) {
            let typing = *self;
            self.clock.set_value(Some(Interval::new(1_000, move || typing.forget_old())));
        }
    }

    fn stop(&self, chat: ChatId, user: UserId) {
        let is_typing = self.signs.with_untracked(|signs| {
            signs.get(&chat).is_some_and(|list| list.iter().any(|sign| sign.user.id == user))
        });
        if is_typing {
            self.signs.update(|signs| {
                if let Some(list) = signs.get_mut(&chat) {
                    list.retain(|sign| sign.user.id != user);
                }
            });
        }
    }

    fn forget_old(&self) {
        let now = js_sys::Date::now();
        let is_over = |list: &Vec<Sign>| list.iter().any(|sign| sign.ends_at <= now);
        let Some(any_over) = self.signs.try_with_untracked(|s| s.values().any(is_over)) else {
            return;
        };
        if any_over {
            self.signs.update(|signs| {
                for list in signs.values_mut() {
                    list.retain(|sign| sign.ends_at > now);
                }
                signs.retain(|_, list| !list.is_empty());
            });
        }
        if self.signs.with_untracked(HashMap::is_empty) {
            self.clock.set_value(None);
        }
    }
}
