//! A picture that can be changed: of a person, of a space, their banners. Place it in a form; it saves by
//! itself.

use crate::api::client::delete;
use crate::api::files as api;
use crate::api::{ApiError, ApiResult};
use crate::i18n::{Key, t, tr};
use crate::ui::{Button, Icon, Look, Toasts};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;
use web_sys::{File, XmlHttpRequest};

/// Buttons "change" and "remove" of a picture at `path` (`/profile/upload-avatar`, …). `on_saved` gets the
/// answer's text: the person or the space as it is now.
#[component]
pub fn PictureField(
    path: String,
    /// What is changed, for readers: "Avatar".
    label: Key,
    /// Whether there is a picture.
    #[prop(into)]
    is_set: Signal<bool>,
    on_saved: Callback<String>,
) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let input = NodeRef::<html::Input>::new();
    let path = StoredValue::new(path);
    let percent = RwSignal::new(None::<u32>);
    let failure = RwSignal::new(None::<String>);
    // The upload on its way; taken out by who cancels it.
    let sending = RwSignal::new_local(None::<XmlHttpRequest>);
    let finish = move |outcome: ApiResult<String>| {
        let _was_there = percent.try_set(None);
        match outcome {
            Ok(text) => {
                on_saved.run(text);
                toasts.done(tr(Key::AppSaved));
            }
            Err(ApiError::Unreachable) => {
                failure.try_set(Some(tr(Key::FilesBroken).to_owned()));
            }
            Err(error) => {
                failure.try_set(Some(error.sentence()));
            }
        }
    };
    let upload = move |file: File| {
        failure.set(None);
        percent.set(Some(0));
        spawn_local(async move {
            let progress: Rc<dyn Fn(f64)> = Rc::new(move |part| {
                let _was_there = percent.try_set(Some((part * 99.0) as u32));
            });
            let path = path.get_value();
            let stop = |request| drop(sending.try_set(Some(request)));
            let outcome = api::send(&path, &file, &stop, progress).await;
            let was_cancelled = outcome == Err(ApiError::Unreachable)
                && sending.try_update(Option::take).flatten().is_none();
            let _was_there = sending.try_set(None);
            match was_cancelled {
                true => drop(percent.try_set(None)),
                false => finish(outcome),
            }
        });
    };
    let cancel = move |_| {
        if let Some(request) = sending.try_update(Option::take).flatten() {
            drop(request.abort());
        }
    };
    let clear = move |_| {
        failure.set(None);
        percent.set(Some(0));
        spawn_local(async move {
            let outcome = delete(path.get_value()).send::<serde_json::Value>().await;
            finish(outcome.map(|value| value.to_string()));
        });
    };
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let file = input.files().and_then(|files| files.get(0));
        input.set_value("");
        if let Some(file) = file {
            upload(file);
        }
    };
    let is_busy = Signal::derive(move || percent.with(Option::is_some));
    view! {
        <div class="picture-field" role="group" aria-label=t(label)>
            <input
                class="visually-hidden"
                type="file"
                accept="image/png,image/jpeg,image/gif,image/webp"
                tabindex="-1"
                aria-hidden="true"
                node_ref=input
                on:change=chosen
            />
            <Button
                icon=Icon::Image
                busy=is_busy
                on_click=move |_| {
                    if let Some(input) = input.get_untracked() {
                        input.click();
                    }
                }
            >
                {move || {
                    format!(
                        "{}: {}",
                        tr(label),
                        if is_set.get() { tr(Key::FilesChange) } else { tr(Key::FilesChoose) },
                    )
                }}
            </Button>
            <Show when=move || is_set.get() && !is_busy.get()>
                <Button look=Look::Quiet on_click=clear>
                    {t(Key::FilesTakeAway)}
                </Button>
            </Show>
            {move || {
                percent
                    .get()
                    .map(|percent| {
                        view! {
                            <progress
                                class="picture-field__bar"
                                max="100"
                                value=percent.to_string()
                                aria-label=t(label)
                            ></progress>
                        }
                    })
            }}
            <Show when=move || sending.with(Option::is_some)>
                <Button look=Look::Quiet on_click=cancel>{t(Key::AppCancel)}</Button>
            </Show>
            {move || failure.get().map(|e| view! { <p class="form-error" role="alert">{e}</p> })}
        </div>
    }
}
