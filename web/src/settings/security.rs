//! Security: the password, and where the person is signed in.

use super::sessions::SessionsTab;
use crate::api::identity as api;
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, t, tr};
use crate::state::Session;
use crate::ui::{Button, PasswordField, Toasts};
use leptos::prelude::*;
use shared::error::{ErrorCode, FieldCode, FieldError};
use shared::identity::ChangePassword;
use shared::validate::{self, check};

/// The tab of security.
#[component]
pub fn SecurityTab() -> impl IntoView {
    view! {
        <SessionsTab />
        <Password />
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
