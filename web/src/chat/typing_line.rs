//! Under the composer: who is typing, or that messages wait for the network.

use super::talk::Talk;
use crate::i18n::{Key, t, tf, tn};
use crate::live::Status;
use crate::state::Typing;
use leptos::prelude::*;
use shared::identity::UserRef;

/// Always as high, so that nothing moves when somebody types.
#[component]
pub fn TypingLine(talk: Talk) -> impl IntoView {
    let typing = expect_context::<Typing>();
    let text = move || {
        if talk.live.status.get() == Status::Broken {
            return match talk.outbox.len() {
                0 => t(Key::ChatOfflineHint)().to_owned(),
                n => tn(Key::ChatQueued, n as i64),
            };
        }
        let draft = || match talk.drafts.has(talk.place) {
            true => t(Key::ChatDraftSaved)().to_owned(),
            false => String::new(),
        };
        if talk.is_thread() {
            return draft();
        }
        let people = typing.of(talk.chat);
        let names: Vec<&str> = people.iter().map(UserRef::name).collect();
        match names.as_slice() {
            [] => draft(),
            [one] => tf(Key::ChatTypingOne, &[("name", one)]),
            [one, two] => tf(Key::ChatTypingTwo, &[("one", one), ("two", two)]),
            _ => tn(Key::ChatTypingMany, names.len() as i64),
        }
    };
    view! {
        <p class="composer__status" aria-live="polite">
            {text}
        </p>
    }
}
