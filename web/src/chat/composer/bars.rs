//! Above the field: what is answered, what is edited. Below it: how long slow mode lasts.

use super::Writing;
use crate::chat::message_row::quote;
use crate::chat::talk::{Jump, Talk};
use crate::i18n::{Key, t, tf};
use crate::ui::{Icon, IconButton};
use gloo_timers::callback::Interval;
use leptos::prelude::*;

/// What is being answered.
#[component]
pub fn ReplyBar(talk: Talk) -> impl IntoView {
    view! {
        {move || {
            talk.replying
                .get()
                .map(|reply| {
                    let author = reply.author.as_ref().map(|author| author.name().to_owned());
                    let seq = reply.seq;
                    view! {
                        <div class="composer__bar">
                            <button
                                class="composer__bar-text"
                                type="button"
                                on:click=move |_| talk.jump.set(Some(Jump::Seq(seq)))
                            >
                                {move || {
                                    let name = author.clone().unwrap_or_default();
                                    tf(Key::ChatReplyingTo, &[("name", &name)])
                                }}
                                <span class="composer__bar-excerpt">
                                    {quote(&reply, reply.excerpt.as_deref().unwrap_or_default())}
                                </span>
                            </button>
                            <IconButton
                                icon=Icon::Close
                                label=t(Key::AppCancel)
                                look=crate::ui::button::IconLook::Small
                                on_click=move |_| talk.replying.set(None)
                            />
                        </div>
                    }
                })
        }}
    }
}

/// Says that a message is being edited.
#[component]
pub(in crate::chat) fn EditBar(writing: Writing) -> impl IntoView {
    let talk = writing.talk;
    view! {
        <Show when=move || talk.editing.with(Option::is_some)>
            <div class="composer__bar">
                <span class="composer__bar-text">{t(Key::ChatEditing)}</span>
                <IconButton
                    icon=Icon::Close
                    label=t(Key::AppCancel)
                    look=crate::ui::button::IconLook::Small
                    on_click=move |_| talk.editing.set(None)
                />
            </div>
        </Show>
    }
}

/// Seconds until the person may write again, counted down; 0: now.
pub fn slow_left(talk: Talk) -> RwSignal<i64> {
    let left = RwSignal::new(0);
    let clock = StoredValue::new_local(None::<Interval>);
    let count = move || {
        let until = talk.chats.peek(talk.chat, |chat| chat.slow_until).flatten();
        let millis = until.map_or(0, |until| (until - chrono::Utc::now()).num_milliseconds());
        (millis.max(0) + 999) / 1_000
    };
    Effect::new(move |_| {
        let until = talk.chats.read(talk.chat, |chat| chat.slow_until).flatten();
        left.set(count());
        let ticks = until.is_some().then(|| {
            Interval::new(500, move || {
                let now = count();
                if left.try_get_untracked().is_some_and(|before| before != now) {
                    left.set(now);
                }
            })
        });
        clock.set_value(ticks);
    });
    left
}

/// Says how long to wait, or that slow mode is on.
#[component]
pub fn SlowLine(talk: Talk, left: RwSignal<i64>) -> impl IntoView {
    let seconds = Memo::new(move |_| {
        let seconds = talk.chats.read(talk.chat, |chat| chat.slow_seconds).unwrap_or(0);
        if seconds > 0 && talk.chats.waits(talk.chat) { seconds } else { 0 }
    });
    view! {
        <Show when=move || { seconds.get() > 0 }>
            <p class="composer__slow">
                {move || match left.get() {
                    0 => t(Key::ConversationSlowOn)().to_owned(),
                    n => {
                        let time = format!("{}:{:02}", n / 60, n % 60);
                        tf(Key::ConversationSlowLeft, &[("time", &time)])
                    }
                }}
            </p>
        </Show>
    }
}
