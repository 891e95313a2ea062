//! One's own data: a copy of it, and the end of the account.

use crate::api::people as api;
use crate::form::{DialogForm, Form};
use crate::i18n::{Key, exact, t, tf, tn, tr};
use crate::page::Page;
use crate::router::A;
use crate::state::{Load, Session};
use crate::ui::{
    Button, Dialog, Failure, Glyph, Icon, Look, PasswordField, SkeletonRows, TextField, Tick,
    Toasts,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::{ErrorCode, FieldCode, FieldError};
use shared::people::{DeleteAccount, DeletionOutlook, OwnedSpace};
use wasm_bindgen::JsCast;
use web_sys::AbortController;

/// The tab of data.
#[component]
pub fn DataTab() -> impl IntoView {
    view! {
        <Copy />
        <End />
    }
}

#[component]
fn Copy() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    // What ends the copy that is being made.
    let making = RwSignal::new_local(None::<AbortController>);
    let busy = Signal::derive(move || making.with(Option::is_some));
    let fetch = move || {
        let Ok(controller) = AbortController::new() else { return };
        let stop = controller.signal();
        making.set(Some(controller));
        spawn_local(async move {
            let outcome = api::export(&stop).await;
            // Taken back: another one may be on its way.
            if stop.aborted() {
                return;
            }
            let _was_there = making.try_set(None);
            match outcome {
                Ok(url) => {
                    save(&url);
                    toasts.done(tr(Key::PeopleCopyReady));
                }
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    };
    let cancel = move |_| {
        if let Some(controller) = making.try_update(Option::take).flatten() {
            controller.abort();
        }
    };
    view! {
        <section class="settings__section">
            <h2>{t(Key::PeopleCopy)}</h2>
            <p class="settings__hint">{t(Key::PeopleCopyText)}</p>
            <div class="settings__foot">
                <Show when=move || busy.get()>
                    <Button look=Look::Quiet on_click=cancel>{t(Key::AppCancel)}</Button>
                </Show>
                <Button icon=Icon::Download busy on_click=move |_| fetch()>
                    {t(Key::PeopleCopyGet)}
                </Button>
            </div>
        </section>
    }
}

/// Has the browser keep a file of this page.
fn save(url: &str) {
    let link = document().create_element("a").ok();
    if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok()) {
        link.set_href(url);
        link.set_download("the-space.zip");
        link.click();
    }
}

#[component]
fn End() -> impl IntoView {
    let outlook = RwSignal::new(Load::<DeletionOutlook>::Loading);
    let fetch = move || {
        spawn_local(async move {
            let outcome = api::get_deletion().await;
            let _was_there = outlook.try_set(outcome.into());
        });
    };
    fetch();
    let open = RwSignal::new(false);
    view! {
        <section class="settings__section">
            <h2>{t(Key::PeopleEnd)}</h2>
            <p class="settings__hint">{t(Key::PeopleEndText)}</p>
            {move || match outlook.get() {
                Load::Loading => view! { <SkeletonRows label=t(Key::AppLoading) rows=2 /> }.into_any(),
                Load::Failed(error) => {
                    let sentence = Signal::derive(move || error.sentence());
                    view! {
                        <Failure
                            sentence
                            on_retry=move |()| {
                                outlook.set(Load::Loading);
                                fetch();
                            }
                        />
                    }
                        .into_any()
                }
                Load::Ready(outlook) if outlook.owned_spaces.is_empty() => {
                    view! {
                        <div class="settings__foot">
                            <Button
                                look=Look::Danger
                                icon=Icon::Trash
                                on_click=move |_| open.set(true)
                            >
                                {t(Key::PeopleEndAction)}
                            </Button>
                        </div>
                    }
                        .into_any()
                }
                Load::Ready(outlook) => view! { <Owned spaces=outlook.owned_spaces /> }.into_any(),
            }}
        </section>
        <Dialog open title=t(Key::PeopleEnd)>
            <EndForm open />
        </Dialog>
    }
}

/// What must be handed on before.
#[component]
fn Owned(spaces: Vec<OwnedSpace>) -> impl IntoView {
    view! {
        <p>{t(Key::PeopleOwnsSpaces)}</p>
        <ul class="sessions">
            {spaces
                .into_iter()
                .map(|space| {
                    let count = space.member_count;
                    view! {
                        <li class="sessions__row">
                            <Glyph icon=Icon::Home />
                            <div class="sessions__text">
                                <p class="sessions__name">{space.name}</p>
                                <p class="settings__hint">
                                    {move || tn(Key::SpacesMembersCount, count)}
                                </p>
                            </div>
                            <A href=Page::Space(space.id).path() attr:class="button">
                                {t(Key::SpacesOpen)}
                            </A>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

const CODES: &[(ErrorCode, &str)] = &[(ErrorCode::WrongPassword, "password")];

#[component]
fn EndForm(open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (expect_context::<Session>(), expect_context::<Toasts>());
    let nickname = untrack(|| session.me()).map(|me| me.nickname).unwrap_or_default();
    let nickname = StoredValue::new(nickname);
    let (password, confirm) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let remove = RwSignal::new(false);
    let body = move || DeleteAccount {
        password: password.get(),
        confirm: confirm.get().trim().to_owned(),
        remove_messages: remove.get(),
    };
    let rules = move || {
        let mut errors = Vec::new();
        if password.with(String::is_empty) {
            errors.push(FieldError::new("password", FieldCode::Required));
        }
        let typed = confirm.with(|typed| typed.trim().to_lowercase());
        if typed != nickname.with_value(|nickname| nickname.to_lowercase()) {
            errors.push(FieldError::new("confirm", FieldCode::Mismatch));
        }
        errors
    };
    let form = Form::with_codes(rules, CODES);
    let send = move || {
        let body = untrack(body);
        form.send(
            move || async move { api::delete_account(&body).await },
            move |planned| {
                toasts.done(tf(Key::PeopleEndPlanned, &[("when", &exact(planned.due_at))]));
                session.revoked();
            },
        );
    };
    let (password_field, confirm_field) = (form.field("password"), form.field("confirm"));
    view! {
        <DialogForm
            open
            form
            look=Look::Danger
            action=Key::PeopleEndAction
            on_send=move |()| send()
        >
            <p>{t(Key::PeopleEndWarning)}</p>
            <Tick
                label=t(Key::PeopleEndMessages)
                hint=t(Key::PeopleEndMessagesHint)
                checked=remove
                on_change=move |on| remove.set(on)
            />
            <PasswordField
                label=t(Key::SettingsOldPassword)
                value=password
                error=password_field.error
                on_input=password_field.on_input
                on_leave=password_field.on_leave
            />
            <TextField
                label=move || {
                    nickname.with_value(|name| tf(Key::AppTypeToConfirm, &[("phrase", name)]))
                }
                value=confirm
                error=confirm_field.error
                on_input=confirm_field.on_input
                on_leave=confirm_field.on_leave
            />
        </DialogForm>
    }
}
