//! Making a token: what it may, how long; then the secret, this once.

use crate::api::integrations as api;
use crate::form::{DialogForm, Form};
use crate::i18n::{Key, by_name, t, tr};
use crate::ui::{Button, Dialog, Icon, Look, SelectField, TextField, Tick, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::UserId;
use shared::integrations::{AccessToken, CreateToken, Scope, ScopeSet};
use shared::validate::Validate;

/// Days that are offered; the empty one means: until it is revoked.
const LIFETIMES: [&str; 5] = ["7", "30", "90", "365", ""];

/// The dialog; tells what was made.
#[component]
pub fn NewTokenDialog(
    open: RwSignal<bool>,
    /// Absent: for the person's own.
    bot: Option<UserId>,
    on_made: Callback<AccessToken>,
) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::DeveloperNewToken)>
            <Steps open bot on_made />
        </Dialog>
    }
}

#[component]
fn Steps(
    open: RwSignal<bool>,
    bot: Option<UserId>,
    on_made: Callback<AccessToken>,
) -> impl IntoView {
    let made = RwSignal::new(None::<String>);
    move || match made.get() {
        None => wishes(open, bot, on_made, made),
        Some(secret) => shown(open, secret),
    }
}

fn wishes(
    open: RwSignal<bool>,
    bot: Option<UserId>,
    on_made: Callback<AccessToken>,
    made: RwSignal<Option<String>>,
) -> AnyView {
    let name = RwSignal::new(String::new());
    let days = RwSignal::new("90".to_owned());
    let usual: ScopeSet = [Scope::Read, Scope::MessagesWrite].into_iter().collect();
    let scopes = RwSignal::new(usual);
    let body = move || CreateToken {
        name: name.get(),
        scopes: scopes.get(),
        expires_in_days: days.get().parse().ok(),
    };
    let form = Form::new(move || body().validate());
    let name_field = form.field("name");
    let scopes_field = form.field("scopes");
    let lifetimes = Signal::derive(|| {
        let text = |days: &str| match days {
            "" => tr(Key::DeveloperForever).to_owned(),
            days => crate::i18n::tn(Key::DeveloperDays, days.parse().unwrap_or_default()),
        };
        LIFETIMES.iter().map(|days| ((*days).to_owned(), text(days))).collect::<Vec<_>>()
    });
    let done = move |mut token: AccessToken| {
        made.set(token.token.take());
        on_made.run(token);
    };
    let send = move || {
        let body = untrack(body);
        form.send(move || async move { api::create_token(bot, &body).await }, done);
    };
    let ticks = Scope::ALL.iter().map(move |scope| {
        let scope = *scope;
        view! {
            <Tick
                label=move || by_name(scope.text())
                hint=move || by_name(&format!("{}_hint", scope.text()))
                checked=Signal::derive(move || scopes.with(|set| set.contains(scope)))
                on_change=move |on: bool| {
                    scopes.update(|set| *set = if on { set.with(scope) } else { set.without(scope) });
                    scopes_field.on_input.run(());
                }
            />
        }
    });
    view! {
        <DialogForm
            open
            form
            look=Look::Primary
            action=Key::DeveloperMakeToken
            on_send=move |()| send()
        >
            <TextField
                label=t(Key::DeveloperTokenName)
                hint=TextProp::from(t(Key::DeveloperTokenNameHint))
                value=name
                first=true
                error=name_field.error
                on_input=name_field.on_input
                on_leave=name_field.on_leave
            />
            <fieldset class="developer__scopes">
                <legend class="field__label">{t(Key::DeveloperScopes)}</legend>
                {ticks.collect::<Vec<_>>()}
                <p class="field__error" aria-live="polite">{move || scopes_field.error.get()}</p>
            </fieldset>
            <SelectField label=t(Key::DeveloperLifetime) value=days options=lifetimes />
        </DialogForm>
    }
    .into_any()
}

fn shown(open: RwSignal<bool>, secret: String) -> AnyView {
    let toasts = expect_context::<Toasts>();
    let text = secret.clone();
    let copy = move || {
        let writing = window().navigator().clipboard().write_text(&text);
        spawn_local(async move {
            match wasm_bindgen_futures::JsFuture::from(writing).await {
                Ok(_) => toasts.done(tr(Key::ChatCopied)),
                Err(_) => toasts.failed(tr(Key::ChatNotCopied)),
            }
        });
    };
    view! {
        <div class="dialog__body">
            <p>{t(Key::DeveloperOnce)}</p>
            <div class="developer__secret">
                <code class="developer__mono" data-testid="secret">{secret}</code>
                <Button icon=Icon::Copy look=Look::Primary on_click=move |_| copy()>
                    {t(Key::DeveloperCopy)}
                </Button>
            </div>
            <footer class="dialog__footer">
                <Button on_click=move |_| open.set(false)>{t(Key::DeveloperKept)}</Button>
            </footer>
        </div>
    }
    .into_any()
}
