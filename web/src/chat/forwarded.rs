//! What a message passes on.

use super::custom_emoji;
use super::keys::page;
use super::message_row::{fill_with, fold_line};
use super::text;
use crate::api::chat as api;
use crate::files::shown;
use crate::i18n::{Key, clock, day, exact, t, tr};
use crate::page::link;
use crate::router::navigate;
use crate::state::People;
use crate::state::window::Entry;
use crate::ui::{Glyph, Icon, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{Forwarded, MentionGroups, Message};
use shared::ids::SpaceId;
use shared::markdown;
use std::sync::Arc;

/// The copy, with its files, and a way to its source for who may read it there: asked for when it is wanted, not
/// for each row that comes into sight.
#[component]
fn Quote(entry: Arc<Entry>, space: Option<SpaceId>) -> impl IntoView {
    let Some(Forwarded { author, content, written_at }) =
        entry.message.forwarded.as_deref().cloned()
    else {
        return ().into_any();
    };
    let (name, person, is_empty) = (author.name().to_owned(), author.id, content.is_empty());
    // What the reader does not want to hear he does not hear by others either.
    let people = use_context::<People>();
    let (id, toasts) = (entry.message.id, expect_context::<Toasts>());
    let (asks, set_asks) = signal(false);
    let go = move |_| {
        if asks.get_untracked() {
            return;
        }
        set_asks.set(true);
        spawn_local(async move {
            let found = api::forward_source(id).await;
            set_asks.try_set(false);
            match found.map(|found| found.source) {
                Ok(Some(found)) => {
                    let chat = page(found.space_id, found.chat_id);
                    navigate(&link(chat, found.thread_root, found.seq));
                }
                Ok(None) => toasts.done(tr(Key::ChatForwardNoSource)),
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    };
    // Names in it mention nobody.
    let silent = Message {
        mentions: Vec::new(),
        mention_groups: MentionGroups::default(),
        ..entry.message.clone()
    };
    let fill = move |element: web_sys::Element| {
        let (content, silent) = (content.clone(), silent.clone());
        let tree = markdown::parse(&content);
        custom_emoji::follow(space, &content, move |emoji| {
            element.set_text_content(None);
            text::fill(&element, &tree, &text::Reader { message: &silent, me: "", emoji });
        });
    };
    let has_files = !entry.message.attachments.is_empty();
    let fill_files =
        move |element: web_sys::Element| shown::fill(&element, &entry.message.attachments);
    let folds = Memo::new(move |_| people.is_some_and(|people| people.folds(person, id)));
    let inside = move || {
        if folds.get() {
            return fold_line().into_any();
        }
        let (text, files) = (fill.clone(), fill_files.clone());
        view! {
            {(!is_empty).then(|| view! { <div class="text" use:fill_with=text.into()></div> })}
            {has_files.then(|| view! { <div class="files" use:fill_with=files.into()></div> })}
        }
        .into_any()
    };
    view! {
        <div class="forwarded">
            <p class="forwarded__head">
                <Glyph icon=Icon::Forward size=14 />
                <span>{t(Key::ChatForwarded)}</span>
                <button
                    class="forwarded__author"
                    type="button"
                    data-person=person.to_string()
                    data-act="profile"
                >
                    {name}
                </button>
                <time datetime=written_at.to_rfc3339() data-tip=exact(written_at)>
                    {move || format!("{}, {}", day(written_at), clock(written_at))}
                </time>
                <button
                    class="link forwarded__source"
                    type="button"
                    aria-busy=move || asks.get().then_some("true")
                    on:click=go
                >
                    {t(Key::ChatForwardSource)}
                </button>
            </p>
            {inside}
        </div>
    }
    .into_any()
}

crate::lazy! {
    tools => pub fn forwarded(entry: Arc<Entry>, space: Option<SpaceId>) -> AnyView {
        view! { <Quote entry space /> }.into_any()
    }
}
