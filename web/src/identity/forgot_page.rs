//! A letter with a link for a new password.

use super::welcome::Welcome;
use crate::api::identity as api;
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, t};
use crate::page::Page;
use crate::router::A;
use crate::ui::{Button, Look, TextField, later};
use leptos::prelude::*;
use shared::identity::ForgotPassword;
use shared::validate::Validate as _;

/// The same answer whether the login is somebody's or not.
#[component]
fn ForgotScreen() -> impl IntoView {
    let (login, sent) = (RwSignal::new(String::new()), RwSignal::new(false));
    let body = move || ForgotPassword { login: login.get().trim().to_owned() };
    let form = Form::new(move || body().validate());
    let field = form.field("login");
    let send = move || {
        let body = untrack(body);
        form.send(
            move || async move { api::forgot_password(&body).await },
            move |()| sent.set(true),
        );
    };
    view! {
        <Welcome>
            <h1>{t(Key::IdentityForgotTitle)}</h1>
            <Show
                when=move || !sent.get()
                fallback=|| view! { <p role="status">{t(Key::IdentityForgotSent)}</p> }
            >
                <form
                    class="form"
                    novalidate
                    on:submit=move |event| {
                        event.prevent_default();
                        send();
                    }
                >
                    <p>{t(Key::IdentityForgotText)}</p>
                    <TextField
                        label=t(Key::IdentityLoginLabel)
                        value=login
                        name="username"
                        autocomplete="username"
                        first=true
                        error=field.error
                        on_input=field.on_input
                        on_leave=field.on_leave
                    />
                    <FormFailure form />
                    <Button look=Look::Primary submit=true wide=true busy=form.is_busy()>
                        {t(Key::IdentityForgotSend)}
                    </Button>
                </form>
            </Show>
            <p class="welcome__other">
                <A href=Page::Login.path() attr:class="link">
                    {t(Key::IdentityBackToLogin)}
                </A>
            </p>
        </Welcome>
    }
}

crate::lazy! {
    welcome => fn forgot_page() -> AnyView {
        view! { <ForgotScreen /> }.into_any()
    }
}

/// See the module. Its code is fetched when it is shown.
#[component]
pub fn ForgotPage() -> impl IntoView {
    later(forgot_page)
}
