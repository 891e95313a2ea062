//! How a person is shown on cards: ground, picture in its frame, names, what he says about himself.

use crate::i18n::{Key, by_name, clock, day, t, tf};
use crate::ui::{Avatar, AvatarSize, StatusDot};
use leptos::prelude::*;
use shared::identity::{Status, UserRef};
use shared::people::{CardLook, CustomStatus};

/// Emoji and text of a status on one line.
#[must_use]
pub fn custom_text(status: &CustomStatus) -> String {
    let parts = [status.emoji.as_deref(), status.text.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The ground with the picture on its edge, and the names under it. Everything follows its signal: the
/// preview of the settings is the card itself.
#[component]
pub fn CardTop(
    #[prop(into)] user: Signal<UserRef>,
    #[prop(into)] look: Signal<CardLook>,
    #[prop(into)] status: Signal<Status>,
    /// The person's banner, for the ground that shows it.
    #[prop(into)]
    banner: Signal<Option<String>>,
    /// The level of the name among the headings around it.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let id = user.with_untracked(|user| user.id.0);
    let name = Signal::derive(move || user.with(|user| user.name().to_owned()));
    let url = Signal::derive(move || user.with(|user| user.avatar_url.clone()));
    let picture = move || {
        let shows = look.with(|look| look.background.key() == "banner");
        banner.get().filter(|_| shows).map(|url| format!("url({})", serde_json::json!(url)))
    };
    let size = if large { AvatarSize::Huge } else { AvatarSize::Large };
    view! {
        <div
            class="card__ground"
            class:card__ground--tall=large
            data-ground=move || look.with(|look| look.background.key())
            style:background-image=picture
        ></div>
        <div class="card__face" class:card__face--large=large>
            <span class="card__frame with-status" data-frame=move || look.with(|look| look.frame.key())>
                <Avatar id name url size />
                <StatusDot
                    status
                    label=move || by_name(&format!("status.{}", status.get().key()))
                />
            </span>
        </div>
        <div class="card__names">
            <p class="card__name">
                {name}
                <Show when=move || user.with(|user| user.is_bot)>
                    <span class="row__bot">{t(Key::ChatBot)}</span>
                </Show>
            </p>
            <p class="card__nickname">"@" {move || user.with(|user| user.nickname.clone())}</p>
        </div>
    }
}

/// What somebody says about himself, and until when.
#[component]
pub fn CardLine(#[prop(into)] status: Signal<Option<CustomStatus>>) -> impl IntoView {
    move || {
        status.get().map(|status| {
            let until = status.until.map(|at| {
                let when = format!("{} {}", day(at), clock(at));
                tf(Key::PeopleUntil, &[("when", &when)])
            });
            view! {
                <p class="card__status">
                    <span>{custom_text(&status)}</span>
                    {until.map(|until| view! { <span class="card__until">{until}</span> })}
                </p>
            }
        })
    }
}
