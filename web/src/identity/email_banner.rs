//! A line above the page while an address waits to be confirmed.

use crate::api::{identity as api, people};
use crate::form::Form;
use crate::i18n::{Key, t, tf, tr};
use crate::state::{Notices, storage};
use crate::ui::lazy::later_as;
use crate::ui::{Button, Icon, IconButton, Look, Toasts, focus};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use shared::error::{ErrorCode, FieldCode, FieldError};
use shared::identity::EmailState;

/// "Not now" holds for a week.
const WEEK_MS: i64 = 7 * 86_400_000;
const LATER: &str = "confirm-later";

#[derive(Clone, Serialize, Deserialize)]
struct Later {
    address: String,
    /// Milliseconds of `Date.now()`.
    until: i64,
}

/// The address that waits for a code.
fn waiting(state: &EmailState) -> Option<String> {
    let unverified = state.email.clone().filter(|_| !state.verified);
    state.pending.clone().or(unverified)
}

/// The code of the letter, another letter, or not now.
#[component]
pub fn EmailBanner() -> impl IntoView {
    let notices = expect_context::<Notices>();
    let later = RwSignal::new(storage::load::<Later>(LATER));
    let address = Memo::new(move |_| {
        let address = notices.email.with(|state| state.as_ref().and_then(waiting));
        let is_put_off = |address: &String| {
            let now = js_sys::Date::now() as i64;
            later.with(|later| {
                later.as_ref().is_some_and(|l| l.address == *address && l.until > now)
            })
        };
        address.filter(|address| !is_put_off(address))
    });
    move || match address.get() {
        Some(address) => later_as(move || banner(notices, address.clone(), later), room),
        None => ().into_any(),
    }
}

/// As high as the banner, until its code is here.
fn room() -> AnyView {
    view! { <div class="email-banner" aria-hidden="true"></div> }.into_any()
}

crate::lazy! {
    banner => fn banner(
        notices: Notices,
        address: String,
        later: RwSignal<Option<Later>>,
    ) -> AnyView {
        view! { <Banner notices address later /> }.into_any()
    }
}

/// Gives up the new address that waits, where there is one.
#[component]
pub fn KeepEmail() -> impl IntoView {
    let (notices, toasts) = (expect_context::<Notices>(), expect_context::<Toasts>());
    let busy = RwSignal::new(false);
    let waits = Memo::new(move |_| {
        notices.email.with(|state| state.as_ref().is_some_and(|state| state.pending.is_some()))
    });
    let keep = move || {
        busy.set(true);
        spawn_local(async move {
            let outcome = people::keep_email().await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(()) => {
                    toasts.done(tr(Key::IdentityKeptEmail));
                    let _was_there = notices.email.try_update(|state| {
                        if let Some(state) = state {
                            state.pending = None;
                        }
                    });
                }
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    };
    view! {
        <Show when=move || waits.get()>
            <Button busy on_click=move |_| keep()>
                {t(Key::IdentityKeepEmail)}
            </Button>
        </Show>
    }
}

#[component]
fn Banner(notices: Notices, address: String, later: RwSignal<Option<Later>>) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let (code, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let form = Form::with_codes(
        move || {
            let is_code = code.with(|c| {
                let c = c.trim();
                c.len() == 6 && c.bytes().all(|b| b.is_ascii_digit())
            });
            match is_code {
                true => Vec::new(),
                false => vec![FieldError::new("code", FieldCode::BadFormat)],
            }
        },
        &[(ErrorCode::WrongCode, "code"), (ErrorCode::EmailTaken, "code")],
    );
    let field = form.field("code");
    let send = move || {
        let code = code.get_untracked();
        form.send(
            move || async move { api::verify_email(code.trim().to_owned()).await },
            move |state| {
                let _was_there = notices.email.try_set(Some(state));
                toasts.done(tr(Key::IdentityConfirmed));
            },
        );
    };
    let again = move || {
        busy.set(true);
        spawn_local(async move {
            match api::resend_code().await {
                Ok(()) => toasts.done(tr(Key::IdentityCodeSent)),
                Err(error) => toasts.failed(error.sentence()),
            }
            let _was_there = busy.try_set(false);
        });
    };
    let text = {
        let address = address.clone();
        move || tf(Key::IdentityConfirmText, &[("email", &address)])
    };
    // Where there is little room the field comes when it is asked for.
    let is_whole = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let unfold = move |_| {
        is_whole.set(true);
        request_animation_frame(move || {
            if let Some(input) = input.get_untracked() {
                focus::give(&input);
            }
        });
    };
    view! {
        <form
            class="email-banner"
            class:email-banner--whole=move || is_whole.get()
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <p class="email-banner__text">{text}</p>
            <p class="email-banner__short">{t(Key::IdentityConfirmShort)}</p>
            <button class="button email-banner__unfold" type="button" on:click=unfold>
                <span class="button__text">{t(Key::IdentityEnterCode)}</span>
            </button>
            <input
                node_ref=input
                class="email-banner__code"
                inputmode="numeric"
                autocomplete="one-time-code"
                maxlength="6"
                aria-label=t(Key::IdentityCode)
                aria-invalid=move || field.error.get().map(|_| "true")
                placeholder="000000"
                prop:value=move || code.get()
                on:input=move |event| {
                    code.set(event_target_value(&event));
                    field.on_input.run(());
                }
            />
            <Button look=Look::Primary submit=true busy=form.is_busy()>
                {t(Key::IdentityConfirm)}
            </Button>
            <Button busy on_click=move |_| again()>
                {t(Key::IdentitySendAgain)}
            </Button>
            <KeepEmail />
            <IconButton
                icon=Icon::Close
                label=t(Key::IdentityNotNow)
                on_click=move |_| {
                    let until = js_sys::Date::now() as i64 + WEEK_MS;
                    let put_off = Later { address: address.clone(), until };
                    storage::save(LATER, &put_off);
                    later.set(Some(put_off));
                }
            />
            {move || {
                let error = field.error.get().or_else(|| form.failure());
                error.map(|error| view! { <p class="email-banner__error" role="alert">{error}</p> })
            }}
        </form>
    }
}
