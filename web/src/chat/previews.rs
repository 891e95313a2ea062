//! What a message shows of its links.

use super::talk::Talk;
use crate::api::chat as api;
use crate::files::blurhash::average;
use crate::i18n::{Key, t};
use crate::state::window::Entry;
use crate::ui::dom::{number, px};
use crate::ui::{Glyph, Icon};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::LinkPreview;
use shared::files::Attachment;
use shared::permission::Permission;
use std::sync::Arc;

/// The largest box of a picture, in pixels.
const WIDEST: f64 = 400.0;
const HIGHEST: f64 = 240.0;

/// The cards of a message, and a way to take them away for who may.
#[component]
fn Cards(entry: Arc<Entry>, talk: Talk) -> impl IntoView {
    let message = &entry.message;
    let (id, busy) = (message.id, RwSignal::new(false));
    let remove = move |_| {
        busy.set(true);
        spawn_local(async move {
            // The cards go with the event, here as everywhere.
            if let Err(error) = api::remove_previews(id).await {
                busy.try_set(false);
                talk.toasts.failed(error.sentence());
            }
        });
    };
    let may_remove =
        Some(message.author.id) == talk.me() || talk.may(Permission::DeleteAnyMessages);
    let close = may_remove.then(|| {
        view! {
            <button
                class="icon-button icon-button--small previews__remove"
                type="button"
                aria-label=t(Key::ChatPreviewsRemove)
                data-tip=t(Key::ChatPreviewsRemove)
                disabled=busy
                on:click=remove
            >
                <Glyph icon=Icon::Close size=14 />
            </button>
        }
    });
    let cards: Vec<_> = message.previews.iter().filter_map(card).collect();
    (!cards.is_empty()).then(|| view! { <div class="previews">{cards} {close}</div> })
}

/// `None` when the link leads to no page.
fn card(preview: &LinkPreview) -> Option<impl IntoView + use<>> {
    let LinkPreview { url, title, site_name, description, picture } = preview.clone();
    let host = host(&url)?.to_owned();
    // A page can say that it is another one: where the link leads is always there.
    let site = if site_name == host { host } else { format!("{host} · {site_name}") };
    let is_small = picture.as_ref().is_some_and(|picture| !is_wide(picture));
    let address = url.clone();
    let picture = picture.map(|picture| view! { <Picture picture url=address /> });
    Some(view! {
        <article class="preview" class:preview--aside=is_small>
            <div class="preview__words">
                <p class="preview__site">{site}</p>
                <a
                    class="preview__title"
                    href=url
                    target="_blank"
                    rel="noopener noreferrer nofollow"
                >
                    {title}
                </a>
                {description.map(|text| view! { <p class="preview__text">{text}</p> })}
            </div>
            {picture}
        </article>
    })
}

/// Of a known size before it comes. The title is the link for the keyboard and for readers.
#[component]
fn Picture(picture: Attachment, url: String) -> impl IntoView {
    let (width, height) = size(&picture);
    let scale = (WIDEST / width).min(HIGHEST / height).min(1.0);
    let color = picture.blurhash.as_deref().and_then(average).unwrap_or_default();
    view! {
        <a
            class="preview__picture"
            href=url
            target="_blank"
            rel="noopener noreferrer nofollow"
            tabindex="-1"
            aria-hidden="true"
            style:--width=px((width * scale).round())
            style:aspect-ratio=format!("{} / {}", number(width), number(height))
            style:background-color=color
        >
            <img src=picture.url alt="" loading="lazy" decoding="async" draggable="false" />
        </a>
    }
}

fn size(picture: &Attachment) -> (f64, f64) {
    let edge = |edge: Option<i32>| f64::from(edge.unwrap_or(1).max(1));
    (edge(picture.width), edge(picture.height))
}

/// Whether a picture stands below the words; others are a sign beside them.
fn is_wide(picture: &Attachment) -> bool {
    let (width, height) = size(picture);
    width >= 240.0 && width >= 1.3 * height
}

/// Where a link leads, without `www.`.
fn host(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let is_page = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let host =
        rest.split(['/', '?', '#', ':']).next().filter(|host| is_page && !host.is_empty())?;
    Some(host.strip_prefix("www.").unwrap_or(host))
}

crate::lazy! {
    tools => pub fn previews(entry: Arc<Entry>, talk: Talk) -> AnyView {
        view! { <Cards entry talk /> }.into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_says_where_its_link_leads() {
        for (url, want) in [
            ("https://www.bakery.example/rye?x#y", Some("bakery.example")),
            ("HTTP://a.example:8080/", Some("a.example")),
            ("https://a.example?x=/", Some("a.example")),
            ("javascript://a.example/", None),
            ("https://", None),
        ] {
            assert_eq!(host(url), want, "{url}");
        }
    }
}
