//! Pictures of people and spaces; without one, the first letter on a gradient made from the id.

use crate::i18n::initial;
use leptos::prelude::*;
use shared::identity::Status;
use uuid::Uuid;

/// The edge of an avatar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AvatarSize {
    /// 24 px, in lines of text.
    Small,
    /// 36 px, in lists.
    #[default]
    Usual,
    /// 44 px, in the rail.
    Large,
    /// 80 px, on profiles.
    Huge,
}

impl AvatarSize {
    const fn class(self) -> &'static str {
        match self {
            Self::Small => "avatar avatar--small",
            Self::Usual => "avatar",
            Self::Large => "avatar avatar--large",
            Self::Huge => "avatar avatar--huge",
        }
    }
}

/// The picture of a person or a space. It says nothing to readers: the name stands beside it.
#[component]
pub fn Avatar(
    /// Decides the colours.
    id: Uuid,
    #[prop(into)] name: Signal<String>,
    #[prop(optional, into)] url: Signal<Option<String>>,
    #[prop(optional)] size: AvatarSize,
    /// A space: with corners instead of round.
    #[prop(optional)]
    square: bool,
) -> impl IntoView {
    let hue = hue(id);
    let letter = move || name.with(|name| initial(name));
    view! {
        <span
            class=size.class()
            class:avatar--square=square
            style:--hue=hue.to_string()
            aria-hidden="true"
        >
            {move || match url.get() {
                Some(url) => {
                    view! { <img class="avatar__picture" src=url alt="" loading="lazy" /> }
                        .into_any()
                }
                None => view! { <span class="avatar__letter">{letter}</span> }.into_any(),
            }}
        </span>
    }
}

/// The rule of the original, id × 137.5° (the golden angle: neighbours differ), on the random end of
/// the id. Saturation and lightness are fixed in the stylesheet so that the letter stays legible.
#[must_use]
pub fn hue(id: Uuid) -> u16 {
    let number = id.as_u128() as u32;
    ((f64::from(number) * 137.5) % 360.0) as u16
}

/// A dot in the colour of a person's presence; the name of the status is for readers and the tip.
#[component]
pub fn StatusDot(
    #[prop(into)] status: Signal<Status>,
    #[prop(into)] label: TextProp,
) -> impl IntoView {
    view! {
        <span
            class="status-dot"
            data-status=move || status.get().key()
            role="img"
            aria-label=move || label.get()
        ></span>
    }
}
