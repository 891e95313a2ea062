//! Making an account.

use super::welcome::{Welcome, with_next};
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, t};
use crate::page::Page;
use crate::router::A;
use crate::state::Session;
use crate::ui::{Button, Look, PasswordField, TextField, later};
use leptos::prelude::*;
use shared::error::ErrorCode;
use shared::identity::Register;
use shared::validate::Validate;

const CODES: &[(ErrorCode, &str)] =
    &[(ErrorCode::NicknameTaken, "nickname"), (ErrorCode::EmailTaken, "email")];

/// Nickname, e-mail, password; signed in at once.
#[component]
fn RegisterScreen() -> impl IntoView {
    let session = expect_context::<Session>();
    let [nickname, email, password] = [(); 3].map(|()| RwSignal::new(String::new()));
    let body = move || Register {
        nickname: nickname.get().trim().to_owned(),
        email: email.get().trim().to_owned(),
        password: password.get(),
        display_name: None,
    };
    let form = Form::with_codes(move || body().validate(), CODES);
    let [nick, mail, secret] = ["nickname", "email", "password"].map(|name| form.field(name));
    let send = move || {
        let body = untrack(body);
        form.send(move || async move { session.register(&body).await }, |()| {});
    };
    view! {
        <Welcome>
            <h1>{t(Key::IdentityCreateAccount)}</h1>
            <form
                class="form"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                <TextField
                    label=t(Key::IdentityNickname)
                    value=nickname
                    name="username"
                    autocomplete="username"
                    hint=t(Key::IdentityNicknameHint)
                    first=true
                    error=nick.error
                    on_input=nick.on_input
                    on_leave=nick.on_leave
                />
                <TextField
                    label=t(Key::IdentityEmail)
                    value=email
                    kind="email"
                    name="email"
                    autocomplete="email"
                    hint=t(Key::IdentityEmailHint)
                    error=mail.error
                    on_input=mail.on_input
                    on_leave=mail.on_leave
                />
                <PasswordField
                    label=t(Key::IdentityPassword)
                    value=password
                    autocomplete="new-password"
                    hint=t(Key::IdentityPasswordHint)
                    error=secret.error
                    on_input=secret.on_input
                    on_leave=secret.on_leave
                />
                <FormFailure form />
                <Button look=Look::Primary submit=true wide=true busy=form.is_busy()>
                    {t(Key::IdentityCreate)}
                </Button>
                <p class="welcome__other">
                    {t(Key::IdentityHaveAccount)} " "
                    <A href=with_next(Page::Login) attr:class="link">
                        {t(Key::IdentitySignIn)}
                    </A>
                </p>
            </form>
        </Welcome>
    }
}

crate::lazy! {
    welcome => fn register_page() -> AnyView {
        view! { <RegisterScreen /> }.into_any()
    }
}

/// See the module. Its code is fetched when it is shown.
#[component]
pub fn RegisterPage() -> impl IntoView {
    later(register_page)
}
