//! The emoji of a space: `:name:` in its chats.

use crate::api::expression as api;
use crate::i18n::{Key, by_name, number, t, tf, tr};
use crate::page::{Page, SettingsTab};
use crate::router::A;
use crate::state::Expression;
use crate::ui::{Button, Confirm, Icon, IconButton, Look, Toasts, unique_id};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::expression::{MAX_SPACE_EMOJI, SpaceEmoji, shortcode};
use shared::ids::SpaceId;
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlInputElement, Url, XmlHttpRequest};

#[component]
pub fn EmojiTab(space: SpaceId) -> impl IntoView {
    let expression = expect_context::<Expression>();
    let list = Memo::new(move |_| expression.emoji(space));
    let waiting = RwSignal::new_local(Vec::<Waiting>::new());
    let removing = RwSignal::new(None::<SpaceEmoji>);
    let count = move || {
        let count = number(list.with(|list| list.len() as i64));
        tf(Key::StickersEmojiCount, &[("count", &count), ("most", &number(MAX_SPACE_EMOJI))])
    };
    view! {
        <section class="settings__section">
            <h2>{t(Key::StickersEmoji)}</h2>
            <p class="settings__hint">{t(Key::StickersEmojiHint)}</p>
            <div class="emoji-tab__bar">
                <AddButton waiting />
                <span class="settings__hint">{count}</span>
            </div>
            <ul class="packs__list">
                {move || {
                    waiting.get().into_iter().map(|one| waiting_row(space, one, waiting)).collect::<Vec<_>>()
                }}
            </ul>
            {move || {
                list.with(Vec::is_empty)
                    .then(|| view! { <p class="packs__none">{t(Key::StickersEmojiNone)}</p> })
            }}
            <ul class="packs__list emoji-tab__list">
                <For
                    each=move || list.get()
                    key=|emoji| (emoji.id, emoji.name.clone())
                    children=move |emoji| row(space, emoji, removing)
                />
            </ul>
            <p class="settings__hint">
                <A href=Page::Settings(SettingsTab::Stickers).path() attr:class="link">
                    {t(Key::StickersPacksElsewhere)}
                </A>
            </p>
        </section>
        <Removal space removing />
    }
}

/// A chosen picture that waits for its name.
#[derive(Clone)]
struct Waiting {
    file: File,
    /// An address within this tab.
    url: String,
    name: RwSignal<String>,
}

#[component]
fn AddButton(waiting: RwSignal<Vec<Waiting>, LocalStorage>) -> impl IntoView {
    let chosen = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        let Some(files) = input.files() else { return };
        waiting.update(|waiting| {
            for file in (0..files.length()).filter_map(|at| files.get(at)) {
                let url = Url::create_object_url_with_blob(&file).unwrap_or_default();
                let name = RwSignal::new(name_of(&file.name()));
                waiting.push(Waiting { file, url, name });
            }
        });
        input.set_value("");
    };
    view! {
        <label class="button button--primary">
            <input
                class="visually-hidden"
                type="file"
                accept="image/png,image/webp,image/gif,image/jpeg"
                multiple
                on:change=chosen
            />
            <span class="button__text">{t(Key::StickersEmojiAdd)}</span>
        </label>
    }
}

/// A name for a file: its own in small letters, with `_` for what names cannot hold.
fn name_of(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_lowercase();
    let fits =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '+');
    let name: String = stem.chars().map(|c| if fits(c) { c } else { '_' }).take(32).collect();
    let name = name.trim_matches('_');
    if shortcode(name).is_ok() { name.to_owned() } else { String::new() }
}

fn waiting_row(
    space: SpaceId,
    one: Waiting,
    waiting: RwSignal<Vec<Waiting>, LocalStorage>,
) -> AnyView {
    let toasts = expect_context::<Toasts>();
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let Waiting { file, url, name } = one;
    let forget = {
        let url = url.clone();
        move || {
            waiting.update(|waiting| waiting.retain(|other| other.url != url));
            drop(Url::revoke_object_url(&url));
        }
    };
    // The upload on its way.
    let sending = StoredValue::new_local(None::<XmlHttpRequest>);
    let cancel = {
        let forget = forget.clone();
        move || {
            if let Some(request) = sending.try_update_value(Option::take).flatten() {
                drop(request.abort());
            }
            forget();
        }
    };
    let send = move || {
        let wanted = name.get_untracked().trim().trim_matches(':').to_owned();
        if let Err(code) = shortcode(&wanted) {
            return failure.set(Some(by_name(&format!("field.{}", code.key()))));
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let (file, forget) = (file.clone(), forget.clone());
        spawn_local(async move {
            let stop = |request| drop(sending.try_set_value(Some(request)));
            let outcome = api::create_emoji(space, &wanted, &file, &stop).await;
            let _was_there = busy.try_set(false);
            match outcome {
                // The event puts it into the list.
                Ok(_) => {
                    toasts.done(tf(Key::StickersEmojiAdded, &[("name", &wanted)]));
                    forget();
                }
                Err(error) => drop(failure.try_set(Some(error.sentence()))),
            }
        });
    };
    let error_id = unique_id("emoji-error");
    let described_by = error_id.clone();
    view! {
        <li>
            <form
                class="packs__row packs__row--edit"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                <img class="emoji-tab__picture" src=url alt="" />
                <input
                    class="field__input"
                    aria-label=t(Key::StickersEmojiName)
                    placeholder=t(Key::StickersEmojiName)
                    autocapitalize="none"
                    autocomplete="off"
                    aria-invalid=move || failure.with(Option::is_some).then_some("true")
                    aria-describedby=described_by
                    prop:value=move || name.get()
                    on:input=move |event| {
                        name.set(event_target_value(&event));
                        failure.set(None);
                    }
                />
                <Button look=Look::Primary submit=true busy>{t(Key::StickersEmojiSave)}</Button>
                <IconButton
                    icon=Icon::Close
                    label=t(Key::AppCancel)
                    on_click=move |_| cancel()
                />
            </form>
            {move || {
                let id = error_id.clone();
                failure.get().map(|text| view! { <p class="form-error" role="alert" id=id>{text}</p> })
            }}
        </li>
    }
    .into_any()
}

fn row(space: SpaceId, emoji: SpaceEmoji, removing: RwSignal<Option<SpaceEmoji>>) -> AnyView {
    let toasts = expect_context::<Toasts>();
    let failure = RwSignal::new(None::<String>);
    let (id, name) = (emoji.id, emoji.name.clone());
    let rename = {
        let before = name.clone();
        move |event: leptos::ev::Event| {
            let wanted = event_target_value(&event).trim().trim_matches(':').to_owned();
            if wanted == before {
                return failure.set(None);
            }
            if let Err(code) = shortcode(&wanted) {
                return failure.set(Some(by_name(&format!("field.{}", code.key()))));
            }
            spawn_local(async move {
                match api::rename_emoji(space, id, &wanted).await {
                    Ok(_) => toasts.done(tr(Key::AppSaved)),
                    Err(error) => drop(failure.try_set(Some(error.sentence()))),
                }
            });
        }
    };
    let label = {
        let name = name.clone();
        move || tf(Key::StickersEmojiDeleteNamed, &[("name", &name)])
    };
    let field_label = {
        let name = name.clone();
        move || tf(Key::StickersEmojiNameOf, &[("name", &name)])
    };
    view! {
        <li>
            <div class="packs__row packs__row--edit">
                <img class="emoji-tab__picture" src=emoji.url.clone() alt="" loading="lazy" />
                <input
                    class="field__input"
                    aria-label=field_label
                    autocapitalize="none"
                    autocomplete="off"
                    aria-invalid=move || failure.with(Option::is_some).then_some("true")
                    prop:value=name
                    on:change=rename
                />
                <IconButton
                    icon=Icon::Trash
                    label
                    on_click=move |_| removing.set(Some(emoji.clone()))
                />
            </div>
            {move || failure.get().map(|text| view! { <p class="form-error" role="alert">{text}</p> })}
        </li>
    }
    .into_any()
}

#[component]
fn Removal(space: SpaceId, removing: RwSignal<Option<SpaceEmoji>>) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let failure = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        if removing.with(Option::is_some) {
            failure.set(None);
            open.set(true);
        }
    });
    Effect::new(move |was: Option<bool>| {
        let is = open.get();
        if was == Some(true) && !is {
            removing.set(None);
        }
        is
    });
    let name = move || removing.with(|e| e.as_ref().map(|e| e.name.clone()).unwrap_or_default());
    let remove = move |()| {
        let Some(emoji) = removing.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            let outcome = api::delete_emoji(space, emoji.id).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    let _was_there = open.try_set(false);
                    toasts.done(tf(Key::StickersEmojiDeleted, &[("name", &emoji.name)]));
                }
                Err(error) => drop(failure.try_set(Some(error.sentence()))),
            }
        });
    };
    view! {
        <Confirm
            open
            title=move || tf(Key::StickersEmojiDeleteNamed, &[("name", &name())])
            text=t(Key::StickersEmojiDeleteText)
            action=t(Key::StickersEmojiDelete)
            busy
            error=failure
            on_confirm=remove
        />
    }
}
