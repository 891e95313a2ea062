//! The account: how one signs in and is found, the way out.

use crate::api::people as api;
use crate::files::PictureField;
use crate::form::{Form, FormFailure, Question};
use crate::i18n::{Key, month_and_year, t, tf, tn, tr};
use crate::identity::KeepEmail;
use crate::state::{Notices, Outbox, Session};
use crate::ui::{Avatar, AvatarSize, Button, Icon, Look, PasswordField, TextField, Toasts};
use leptos::prelude::*;
use shared::error::ErrorCode;
use shared::identity::Me;
use shared::json;
use shared::people::{ChangeEmail, ChangeNickname};
use shared::validate::Validate;

/// The tab of the account.
#[component]
pub fn AccountTab() -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        {untrack(|| session.me())
            .map(|me| {
                view! {
                    <Head session me=me.clone() />
                    <Nickname session me=me.clone() />
                    <Email me />
                }
            })}
        <section class="settings__section">
            <div class="settings__foot">
                <LogOut session />
            </div>
        </section>
    }
}

#[component]
fn Head(session: Session, me: Me) -> impl IntoView {
    let of = move |of: fn(Me) -> String| {
        Signal::derive(move || session.me().map(of).unwrap_or_default())
    };
    let name = of(|me| me.as_ref().name().to_owned());
    let url = Signal::derive(move || session.me().and_then(|me| me.avatar_url));
    let nickname = of(|me| me.nickname);
    let email = of(|me| me.email.unwrap_or_default());
    let has_banner = Signal::derive(move || session.me().is_some_and(|me| me.banner_url.is_some()));
    let saved = Callback::new(move |text: String| {
        if let Ok(me) = json::read::<Me>(&text) {
            session.set_me(me);
        }
    });
    let since = move || tf(Key::SettingsMemberSince, &[("when", &month_and_year(me.created_at))]);
    view! {
        <div class="settings__head">
            <Avatar id=me.id.0 name url size=AvatarSize::Huge />
            <div>
                <p class="settings__name">{name}</p>
                <p class="settings__hint">"@" {nickname}</p>
                <p class="settings__hint">{email}</p>
                <p class="settings__hint">{since}</p>
            </div>
        </div>
        <div class="settings__pictures">
            <PictureField
                path="/profile/upload-avatar".to_owned()
                label=Key::FilesAvatar
                is_set=Signal::derive(move || url.get().is_some())
                on_saved=saved
            />
            <PictureField
                path="/profile/upload-banner".to_owned()
                label=Key::FilesBanner
                is_set=has_banner
                on_saved=saved
            />
        </div>
    }
}

const NICKNAME_CODES: &[(ErrorCode, &str)] = &[
    (ErrorCode::WrongPassword, "password"),
    (ErrorCode::NicknameTaken, "nickname"),
    (ErrorCode::NicknameTooSoon, "nickname"),
];

#[component]
fn Nickname(session: Session, me: Me) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let (name, password) = (RwSignal::new(me.nickname), RwSignal::new(String::new()));
    let body =
        move || ChangeNickname { nickname: name.get().trim().to_owned(), password: password.get() };
    let form = Form::with_codes(move || body().validate(), NICKNAME_CODES);
    let send = move || {
        let body = untrack(body);
        form.send(
            move || async move { api::change_nickname(&body).await },
            move |me| {
                session.set_me(me);
                password.set(String::new());
                form.clear();
                toasts.done(tr(Key::AppSaved));
            },
        );
    };
    let name_field = form.field("nickname");
    view! {
        <form
            class="form settings__section"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <h2>{t(Key::IdentityNickname)}</h2>
            <TextField
                label=t(Key::IdentityNickname)
                value=name
                name="nickname"
                autocomplete="username"
                hint=t(Key::PeopleNicknameHint)
                error=name_field.error
                on_input=name_field.on_input
                on_leave=name_field.on_leave
            />
            <Sure form password />
            <FormFailure form />
            <div class="settings__foot">
                <Button submit=true busy=form.is_busy()>{t(Key::PeopleChangeNickname)}</Button>
            </div>
        </form>
    }
}

/// The own password, before what cannot be taken back.
#[component]
fn Sure(form: Form, password: RwSignal<String>) -> impl IntoView {
    let field = form.field("password");
    view! {
        <PasswordField
            label=t(Key::SettingsOldPassword)
            value=password
            error=field.error
            on_input=field.on_input
            on_leave=field.on_leave
        />
    }
}

const EMAIL_CODES: &[(ErrorCode, &str)] =
    &[(ErrorCode::WrongPassword, "password"), (ErrorCode::EmailTaken, "email")];

#[component]
fn Email(me: Me) -> impl IntoView {
    let notices = expect_context::<Notices>();
    let toasts = expect_context::<Toasts>();
    let email = RwSignal::new(me.email.unwrap_or_default());
    let password = RwSignal::new(String::new());
    let body =
        move || ChangeEmail { email: email.get().trim().to_owned(), password: password.get() };
    let form = Form::with_codes(move || body().validate(), EMAIL_CODES);
    let send = move || {
        let body = untrack(body);
        form.send(
            move || async move { api::change_email(&body).await },
            move |state| {
                // The banner asks for the code.
                let _was_there = notices.email.try_set(Some(state));
                password.set(String::new());
                form.clear();
                toasts.done(tr(Key::IdentityCodeSent));
            },
        );
    };
    let email_field = form.field("email");
    view! {
        <form
            class="form settings__section"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <h2>{t(Key::IdentityEmail)}</h2>
            <TextField
                label=t(Key::IdentityEmail)
                kind="email"
                value=email
                name="email"
                autocomplete="email"
                hint=t(Key::IdentityEmailHint)
                error=email_field.error
                on_input=email_field.on_input
                on_leave=email_field.on_leave
            />
            {move || {
                let pending = notices.email.with(|state| state.as_ref()?.pending.clone());
                let text = tf(Key::IdentityPendingEmail, &[("email", &pending?)]);
                Some(view! { <p class="settings__hint" role="status">{text}</p> })
            }}
            <Sure form password />
            <FormFailure form />
            <div class="settings__foot">
                <KeepEmail />
                <Button submit=true busy=form.is_busy()>{t(Key::PeopleChangeEmail)}</Button>
            </div>
        </form>
    }
}

#[component]
fn LogOut(session: Session) -> impl IntoView {
    let leaving = Question::default();
    view! {
        <Button icon=Icon::LogOut look=Look::Plain on_click=move |_| leaving.ask()>
            {t(Key::IdentitySignOut)}
        </Button>
        {sign_out_dialog(session, leaving)}
    }
}

/// Asks before signing out here: drafts go with it, and what has not been sent.
pub(super) fn sign_out_dialog(session: Session, question: Question) -> AnyView {
    let outbox = expect_context::<Outbox>();
    let text = move || match outbox.len() {
        0 => tr(Key::IdentitySignOutText).to_owned(),
        unsent => {
            let unsent = tn(Key::IdentitySignOutUnsent, i64::try_from(unsent).unwrap_or(i64::MAX));
            [unsent, tr(Key::IdentitySignOutText).to_owned()].join(" ")
        }
    };
    question.dialog(t(Key::IdentitySignOut), text, move || {
        question.answer(async move { session.logout().await }, || ());
    })
}
