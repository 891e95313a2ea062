//! A form: what is wrong with its fields, said when it helps and not before. A question that is asked first.

use crate::api::{ApiError, ApiResult};
use crate::i18n::{Key, by_name, t};
use crate::ui::{Button, Confirm, Look, focus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::{ErrorCode, FieldCode, FieldError};
use std::future::Future;

/// What the server said about one field: by field rule, or by a code of the whole request.
#[derive(Clone, PartialEq)]
enum Remote {
    Rule(FieldCode),
    Code(ErrorCode),
}

/// The state of a form. Fields are checked by the rules of `shared` while typing; an error shows once
/// the field was left, or the form was sent.
#[derive(Clone, Copy)]
pub struct Form {
    local: Memo<Vec<FieldError>>,
    remote: RwSignal<Vec<(String, Remote)>>,
    left: RwSignal<Vec<&'static str>>,
    sent: RwSignal<bool>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<ApiError>>,
    /// Codes that belong to a field: `nickname_taken` is said under the nickname.
    codes: &'static [(ErrorCode, &'static str)],
}

/// What a field of the kit needs from its form.
#[derive(Clone, Copy)]
pub struct FormField {
    pub error: Signal<Option<String>>,
    pub on_input: Callback<()>,
    pub on_leave: Callback<()>,
}

impl Form {
    /// A form whose fields obey `rules`.
    pub fn new(rules: impl Fn() -> Vec<FieldError> + Send + Sync + 'static) -> Self {
        Self::with_codes(rules, &[])
    }

    /// As [`Form::new`]; `codes` says under which field an error of the whole request belongs.
    pub fn with_codes(
        rules: impl Fn() -> Vec<FieldError> + Send + Sync + 'static,
        codes: &'static [(ErrorCode, &'static str)],
    ) -> Self {
        Self {
            local: Memo::new(move |_| rules()),
            remote: RwSignal::default(),
            left: RwSignal::default(),
            sent: RwSignal::new(false),
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            codes,
        }
    }

    /// The field of this name in the body.
    #[must_use]
    pub fn field(&self, name: &'static str) -> FormField {
        let form = *self;
        FormField {
            error: Signal::derive(move || form.error_of(name)),
            on_input: Callback::new(move |()| {
                form.failure.set(None);
                form.remote.update(|remote| remote.retain(|(field, _)| field != name));
            }),
            on_leave: Callback::new(move |()| {
                form.left.update(|left| {
                    if !left.contains(&name) {
                        left.push(name);
                    }
                });
            }),
        }
    }

    /// Whether the answer is awaited, reactively.
    #[must_use]
    pub fn is_busy(&self) -> Signal<bool> {
        self.busy.into()
    }

    /// The failure that belongs to no field, as a sentence, reactively.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.failure.with(|failure| failure.as_ref().map(ApiError::sentence))
    }

    /// Sends the form unless a rule is broken or it is on its way.
    pub fn send<T, F>(&self, request: impl FnOnce() -> F, done: impl FnOnce(T) + 'static)
    where
        T: 'static,
        F: Future<Output = ApiResult<T>> + 'static,
    {
        self.sent.set(true);
        if self.local.with_untracked(|local| !local.is_empty()) {
            return focus::first_invalid();
        }
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        self.remote.set(Vec::new());
        let (form, request) = (*self, request());
        spawn_local(async move {
            let outcome = request.await;
            // The form may be gone by now: a dialog that was closed.
            let _was_there = form.busy.try_set(false);
            match outcome {
                Ok(value) => done(value),
                Err(error) => form.refused(error),
            }
        });
    }

    /// As before the first key: after a form was sent that stays on the screen.
    pub fn clear(&self) {
        self.left.set(Vec::new());
        self.sent.set(false);
    }

    fn refused(&self, error: ApiError) {
        let mut remote: Vec<(String, Remote)> =
            error.fields().map(|(name, code)| (name.to_owned(), Remote::Rule(code))).collect();
        if let Some(code) = error.code() {
            let belongs = self.codes.iter().filter(|(known, _)| *known == code);
            remote.extend(belongs.map(|(_, field)| ((*field).to_owned(), Remote::Code(code))));
        }
        if remote.is_empty() {
            let _was_there = self.failure.try_set(Some(error));
        } else {
            let _was_there = self.remote.try_set(remote);
            focus::first_invalid();
        }
    }

    fn error_of(&self, name: &str) -> Option<String> {
        let remote = self.remote.with(|remote| {
            remote.iter().find(|(field, _)| field == name).map(|(_, why)| match why {
                Remote::Rule(code) => by_name(&format!("field.{}", code.key())),
                Remote::Code(code) => by_name(&format!("error.{}", code.key())),
            })
        });
        if remote.is_some() {
            return remote;
        }
        let is_due = self.sent.get() || self.left.with(|left| left.contains(&name));
        let code = self.local.with(|errors| {
            errors.iter().find(|e| e.pointer.trim_start_matches('/') == name).map(|e| e.code)
        })?;
        // An empty field that was only passed through is not scolded before the form is sent.
        let is_early = code == FieldCode::Required && !self.sent.get();
        (is_due && !is_early).then(|| by_name(&format!("field.{}", code.key())))
    }
}

/// The failure of a form that belongs to no field.
#[component]
pub fn FormFailure(form: Form) -> impl IntoView {
    move || form.failure().map(|text| view! { <p class="form-error" role="alert">{text}</p> })
}

/// The body of a dialog: fields, what went wrong, and the button that sends them.
#[component]
pub fn DialogForm(
    open: RwSignal<bool>,
    form: Form,
    look: Look,
    /// What the button says: a verb.
    action: Key,
    #[prop(into)] on_send: Callback<()>,
    /// Whether there is nothing to send yet.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// A button before the others: another thing to do here.
    #[prop(optional)]
    aside: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    view! {
        <form
            class="dialog__body"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                on_send.run(());
            }
        >
            {children()}
            <FormFailure form />
            <footer class="dialog__footer">
                {aside}
                <Button on_click=move |_| open.set(false)>{t(Key::AppCancel)}</Button>
                <Button look submit=true busy=form.is_busy() disabled>
                    {t(action)}
                </Button>
            </footer>
        </form>
    }
}

/// A question before something that cannot be taken back, and how far its answer is.
#[derive(Clone, Copy, Default)]
pub struct Question {
    pub open: RwSignal<bool>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<String>>,
}

impl Question {
    /// Asks.
    pub fn ask(self) {
        self.failure.set(None);
        self.open.set(true);
    }

    /// Does what was asked about: closes and goes on when it is done, says there why when it failed.
    pub fn answer(
        self,
        deed: impl Future<Output = ApiResult<()>> + 'static,
        done: impl FnOnce() + 'static,
    ) {
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let outcome = deed.await;
            // What was asked about may be gone by now, and the question with it.
            let _was_there = self.busy.try_set(false);
            match outcome {
                Ok(()) => {
                    let _was_there = self.open.try_set(false);
                    done();
                }
                Err(error) => drop(self.failure.try_set(Some(error.sentence()))),
            }
        });
    }

    /// The dialog; `title` says what is done, as its button does.
    pub fn dialog(
        self,
        title: impl Into<TextProp>,
        text: impl Into<TextProp>,
        on_confirm: impl Fn() + Send + Sync + 'static,
    ) -> AnyView {
        let title = title.into();
        view! {
            <Confirm
                open=self.open
                title=title.clone()
                text=text.into()
                action=title
                busy=self.busy
                error=self.failure
                on_confirm=move |()| on_confirm()
            />
        }
        .into_any()
    }
}
