//! The account: name, words about oneself, password, the ways out.

use crate::api::ApiError;
use crate::api::identity as api;
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, month_and_year, t, tf, tr};
use crate::state::Session;
use crate::ui::{
    Avatar, AvatarSize, Button, Icon, Look, PasswordField, TextArea, TextField, Toasts,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::{ErrorCode, FieldCode, FieldError};
use shared::identity::{ChangePassword, Me, UpdateProfile};
use shared::validate::{self, Validate, check};

/// The tab of the account.
#[component]
pub fn AccountTab() -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        {untrack(|| session.me()).map(|me| view! { <Head session me=me.clone() /> <Profile session me /> })}
        <Password />
        <section class="settings__section">
            <div class="settings__foot">
                <LogOut session />
            </div>
        </section>
    }
}

#[component]
fn Head(session: Session, me: Me) -> impl IntoView {
    let name = Signal::derive(move || {
        session.me().map(|me| me.as_ref().name().to_owned()).unwrap_or_default()
    });
    let since = move || tf(Key::SettingsMemberSince, &[("when", &month_and_year(me.created_at))]);
    view! {
        <div class="settings__head">
            <Avatar id=me.id.0 name size=AvatarSize::Huge />
            <div>
                <p class="settings__name">{name}</p>
                <p class="settings__hint">"@" {me.nickname}</p>
                <p class="settings__hint">{me.email}</p>
                <p class="settings__hint">{since}</p>
            </div>
        </div>
    }
}

#[component]
fn Profile(session: Session, me: Me) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let name = RwSignal::new(me.display_name.unwrap_or_default());
    let bio = RwSignal::new(me.bio.unwrap_or_default());
    let filled = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let body = move || UpdateProfile {
        display_name: Some(filled(name.get())),
        bio: Some(filled(bio.get())),
    };
    let form = Form::new(move || body().validate());
    let (name_field, bio_field) = (form.field("display_name"), form.field("bio"));
    let send = move || {
        let body = untrack(body);
        form.send(
            move || async move { api::update_profile(&body).await },
            move |me| {
                session.set_me(me);
                toasts.done(tr(Key::AppSaved));
            },
        );
    };
    view! {
        <form
            class="form settings__section"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <h2>{t(Key::SettingsProfile)}</h2>
            <TextField
                label=t(Key::IdentityDisplayName)
                value=name
                autocomplete="name"
                hint=t(Key::IdentityDisplayNameHint)
                error=name_field.error
                on_input=name_field.on_input
                on_leave=name_field.on_leave
            />
            <TextArea
                label=t(Key::SettingsBio)
                value=bio
                hint=t(Key::SettingsBioHint)
                error=bio_field.error
                on_input=bio_field.on_input
                on_leave=bio_field.on_leave
            />
            <FormFailure form />
            <div class="settings__foot">
                <Button look=Look::Primary submit=true busy=form.is_busy()>
                    {t(Key::AppSave)}
                </Button>
            </div>
        </form>
    }
}

const CODES: &[(ErrorCode, &str)] = &[(ErrorCode::WrongPassword, "old_password")];

#[component]
fn Password() -> impl IntoView {
    let (session, toasts) = (expect_context::<Session>(), expect_context::<Toasts>());
    let (old, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let nickname = move || session.me().map(|me| me.nickname).unwrap_or_default();
    let rules = move || {
        let mut errors = Vec::new();
        if old.with(String::is_empty) {
            errors.push(FieldError::new("old_password", FieldCode::Required));
        }
        check(&mut errors, "new_password", validate::password(&new.get(), &nickname()));
        errors
    };
    let form = Form::with_codes(rules, CODES);
    let (old_field, new_field) = (form.field("old_password"), form.field("new_password"));
    let send = move || {
        let body =
            ChangePassword { old_password: old.get_untracked(), new_password: new.get_untracked() };
        form.send(
            move || async move { api::change_password(&body).await },
            move |()| {
                old.set(String::new());
                new.set(String::new());
                form.clear();
                toasts.done(tr(Key::SettingsPasswordChanged));
            },
        );
    };
    view! {
        <form
            class="form settings__section"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <h2>{t(Key::SettingsChangePassword)}</h2>
            <input type="text" autocomplete="username" hidden prop:value=nickname />
            <PasswordField
                label=t(Key::SettingsOldPassword)
                value=old
                error=old_field.error
                on_input=old_field.on_input
                on_leave=old_field.on_leave
            />
            <PasswordField
                label=t(Key::SettingsNewPassword)
                value=new
                name="new-password"
                autocomplete="new-password"
                hint=t(Key::SettingsPasswordHint)
                error=new_field.error
                on_input=new_field.on_input
                on_leave=new_field.on_leave
            />
            <FormFailure form />
            <div class="settings__foot">
                <Button submit=true busy=form.is_busy()>{t(Key::SettingsChangePassword)}</Button>
            </div>
        </form>
    }
}

#[component]
fn LogOut(session: Session) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let busy = RwSignal::new(false);
    let leave = move || {
        busy.set(true);
        spawn_local(async move {
            let outcome = session.logout().await;
            let _was_there = busy.try_set(false);
            if let Err(error) = outcome {
                toasts.failed(ApiError::sentence(&error));
            }
        });
    };
    view! {
        <Button icon=Icon::LogOut busy on_click=move |_| leave()>
            {t(Key::IdentitySignOut)}
        </Button>
    }
}
