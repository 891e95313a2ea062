//! A new password, with the link of a letter.

use super::welcome::Welcome;
use crate::api::identity as api;
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, t};
use crate::page::Page;
use crate::router::A;
use crate::ui::{Button, Look, PasswordField, later};
use leptos::prelude::*;
use shared::error::FieldError;
use shared::identity::ResetPassword;
use shared::validate;

/// The secret stands after `#`; it is used once.
#[component]
fn ResetScreen() -> impl IntoView {
    let (password, done) = (RwSignal::new(String::new()), RwSignal::new(false));
    let hash = window().location().hash().unwrap_or_default();
    let token = StoredValue::new(hash.trim_start_matches('#').to_owned());
    let form = Form::new(move || {
        let code = password.with(|password| validate::password(password, "").err());
        code.into_iter().map(|code| FieldError::new("new_password", code)).collect()
    });
    let field = form.field("new_password");
    let send = move || {
        let body =
            ResetPassword { token: token.get_value(), new_password: password.get_untracked() };
        form.send(
            move || async move { api::reset_password(&body).await },
            move |()| done.set(true),
        );
    };
    view! {
        <Welcome stays=true>
            <h1>{t(Key::IdentityResetTitle)}</h1>
            <Show
                when=move || !done.get()
                fallback=|| {
                    view! {
                        <p role="status">{t(Key::IdentityResetDone)}</p>
                        <A href=Page::Login.path() attr:class="button">
                            {t(Key::IdentitySignIn)}
                        </A>
                    }
                        .into_any()
                }
            >
                <form
                    class="form"
                    novalidate
                    on:submit=move |event| {
                        event.prevent_default();
                        send();
                    }
                >
                    <PasswordField
                        label=t(Key::IdentityNewPassword)
                        value=password
                        autocomplete="new-password"
                        hint=t(Key::IdentityPasswordHint)
                        error=field.error
                        on_input=field.on_input
                        on_leave=field.on_leave
                    />
                    <FormFailure form />
                    <Button look=Look::Primary submit=true wide=true busy=form.is_busy()>
                        {t(Key::IdentityResetSave)}
                    </Button>
                    <p class="welcome__other">
                        <A href=Page::Forgot.path() attr:class="link">
                            {t(Key::IdentityResetAgain)}
                        </A>
                    </p>
                </form>
            </Show>
        </Welcome>
    }
}

crate::lazy! {
    welcome => fn reset_page() -> AnyView {
        view! { <ResetScreen /> }.into_any()
    }
}

/// See the module. Its code is fetched when it is shown.
#[component]
pub fn ResetPage() -> impl IntoView {
    later(reset_page)
}
