//! Signing in.

use super::welcome::{Welcome, with_next};
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, t};
use crate::page::Page;
use crate::router::A;
use crate::state::Session;
use crate::ui::{Button, Look, PasswordField, TextField, later};
use leptos::prelude::*;
use shared::error::{FieldCode, FieldError};

/// Nickname or e-mail, and the password.
#[component]
fn LoginScreen() -> impl IntoView {
    let session = expect_context::<Session>();
    let (login, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let form = Form::new(move || {
        let missing = |name, value: RwSignal<String>| {
            value.with(|v| v.trim().is_empty()).then(|| FieldError::new(name, FieldCode::Required))
        };
        [missing("login", login), missing("password", password)].into_iter().flatten().collect()
    });
    let (name, secret) = (form.field("login"), form.field("password"));
    let send = move || {
        let (login, password) = (login.get_untracked(), password.get_untracked());
        form.send(
            move || async move { session.login(login.trim().to_owned(), password).await },
            |()| {},
        );
    };
    view! {
        <Welcome>
            <h1>{t(Key::IdentityWelcome)}</h1>
            <form
                class="form"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                <TextField
                    label=t(Key::IdentityLoginLabel)
                    value=login
                    name="username"
                    autocomplete="username"
                    first=true
                    error=name.error
                    on_input=name.on_input
                    on_leave=name.on_leave
                />
                <PasswordField
                    label=t(Key::IdentityPassword)
                    value=password
                    error=secret.error
                    on_input=secret.on_input
                    on_leave=secret.on_leave
                />
                <p class="welcome__forgot">
                    <A href=Page::Forgot.path() attr:class="link">
                        {t(Key::IdentityForgot)}
                    </A>
                </p>
                <FormFailure form />
                <Button look=Look::Primary submit=true wide=true busy=form.is_busy()>
                    {t(Key::IdentitySignIn)}
                </Button>
                <p class="welcome__other">
                    {t(Key::IdentityNoAccount)} " "
                    <A href=with_next(Page::Register) attr:class="link">
                        {t(Key::IdentityCreateAccount)}
                    </A>
                </p>
            </form>
        </Welcome>
    }
}

crate::lazy! {
    welcome => fn login_page() -> AnyView {
        view! { <LoginScreen /> }.into_any()
    }
}

/// See the module. Its code is fetched when it is shown.
#[component]
pub fn LoginPage() -> impl IntoView {
    later(login_page)
}
