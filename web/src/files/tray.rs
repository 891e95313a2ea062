//! The files above the composer: what is on its way, what is there, what failed and why.

use super::uploads::{Item, Stage, Uploads};
use crate::i18n::{Key, t, tf};
use crate::state::Place;
use crate::ui::button::IconLook;
use crate::ui::{Glyph, Icon, IconButton, Toasts, once_open};
use leptos::html;
use leptos::prelude::*;
use shared::files::FileKind;

/// The icon of a kind of file.
#[must_use]
pub fn icon(kind: FileKind) -> Icon {
    match kind {
        FileKind::Image => Icon::Image,
        FileKind::Audio => Icon::Music,
        FileKind::Video => Icon::Film,
        FileKind::Document => Icon::File,
    }
}

/// The files of a place's composer.
#[component]
pub fn Tray(place: Place, uploads: Uploads) -> impl IntoView {
    once_open(move || uploads.any(place), move || tray(place, uploads))
}

crate::lazy! {
    tools => fn tray(place: Place, uploads: Uploads) -> AnyView {
        view! { <Files place uploads /> }.into_any()
    }
}

#[component]
fn Files(place: Place, uploads: Uploads) -> impl IntoView {
    view! {
        <Show when=move || uploads.any(place)>
            <ul class="tray" aria-label=t(Key::FilesAttached)>
                <For each=move || uploads.of(place) key=|item| item.key let(item)>
                    {one(place, uploads, item)}
                </For>
            </ul>
        </Show>
    }
}

fn one(place: Place, uploads: Uploads, item: Item) -> impl IntoView {
    let Item { key, name, size, kind, preview, stage } = item;
    let stage = RwSignal::from(stage);
    let percent = Memo::new(move |_| match stage.get() {
        Stage::Running(percent) => Some(percent),
        _ => None,
    });
    let failure = Memo::new(move |_| match stage.get() {
        Stage::Failed(sentence, again) => Some((sentence, again)),
        _ => None,
    });
    let face = match preview {
        Some(url) => view! { <img class="tray__picture" src=url alt="" /> }.into_any(),
        None => {
            view! { <span class="tray__icon"><Glyph icon=icon(kind) size=28 /></span> }.into_any()
        }
    };
    let label = name.clone();
    let bar_label = name.clone();
    view! {
        <li class="tray__one" class:tray__one--failed=move || failure.with(Option::is_some)>
            {face}
            <span class="tray__text">
                <span class="tray__name">{name}</span>
                {move || match failure.get() {
                    Some((sentence, _)) => {
                        view! { <span class="tray__failure" role="alert">{sentence}</span> }.into_any()
                    }
                    None => view! { <span class="tray__size">{super::size(size)}</span> }.into_any(),
                }}
            </span>
            <Show when=move || failure.with(|f| f.as_ref().is_some_and(|(_, again)| *again))>
                <IconButton
                    icon=Icon::RefreshCw
                    label=t(Key::AppRetry)
                    look=IconLook::Small
                    on_click=move |_| uploads.retry(place, key)
                />
            </Show>
            <IconButton
                icon=Icon::Close
                label=move || tf(Key::FilesRemove, &[("name", &label)])
                look=IconLook::Small
                on_click=move |_| uploads.remove(place, key)
            />
            {move || {
                percent
                    .get()
                    .map(|percent| {
                        view! {
                            <progress
                                class="tray__bar"
                                max="100"
                                value=percent.to_string()
                                aria-label=bar_label.clone()
                            ></progress>
                        }
                    })
            }}
        </li>
    }
}

/// Opens the system's choice of files.
#[component]
pub fn AttachButton(place: Place, uploads: Uploads) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let input = NodeRef::<html::Input>::new();
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        if let Some(files) = input.files() {
            super::drop::add(uploads, toasts, place, &files);
        }
        // The same file may be chosen again.
        input.set_value("");
    };
    view! {
        <input
            class="visually-hidden"
            type="file"
            multiple
            tabindex="-1"
            aria-hidden="true"
            node_ref=input
            on:change=chosen
        />
        <IconButton
            icon=Icon::Paperclip
            label=t(Key::FilesAttach)
            on_click=move |_| {
                if let Some(input) = input.get_untracked() {
                    input.click();
                }
            }
        />
    }
}
