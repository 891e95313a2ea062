//! Telling the moderators of something.

use super::ban_dialog::filled;
use crate::api::moderation as api;
use crate::form::{DialogForm, Form};
use crate::i18n::{Key, by_name, t, tr};
use crate::ui::{Dialog, Look, SelectField, TextArea, Toasts};
use leptos::prelude::*;
use shared::ids::{MessageId, SpaceId, UserId};
use shared::spaces::{ReportReason, SendReport};
use shared::validate::Validate;

/// What is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    Message(MessageId),
    Member(SpaceId, UserId),
}

#[component]
pub fn ReportDialog(
    open: RwSignal<bool>,
    #[prop(into)] what: Signal<Option<Reported>>,
) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::ModerationReportTitle)>
            <ReportForm open what />
        </Dialog>
    }
}

#[component]
fn ReportForm(open: RwSignal<bool>, what: Signal<Option<Reported>>) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let reason = RwSignal::new(ReportReason::Spam.key().to_owned());
    let note = RwSignal::new(String::new());
    let body = move || SendReport {
        reason: ReportReason::from_key(&reason.get()).unwrap_or(ReportReason::Other),
        note: filled(&note.get()),
    };
    let form = Form::new(move || body().validate());
    let field = form.field("note");
    let reasons = Signal::derive(|| {
        let text = |key: &str| by_name(&format!("moderation.reason_{key}"));
        ReportReason::ALL.iter().map(|r| (r.key().to_owned(), text(r.key()))).collect::<Vec<_>>()
    });
    let send = move || {
        let Some(what) = what.get_untracked() else { return };
        let body = untrack(body);
        form.send(
            move || async move {
                match what {
                    Reported::Message(message) => api::report_message(message, &body).await,
                    Reported::Member(space, user) => api::report_member(space, user, &body).await,
                }
            },
            move |()| {
                toasts.done(tr(Key::ModerationReportSent));
                open.set(false);
            },
        );
    };
    view! {
        <DialogForm open form look=Look::Primary action=Key::ModerationReportSend on_send=move |()| send()>
            <SelectField label=t(Key::ModerationReportReason) value=reason options=reasons />
            <TextArea
                label=t(Key::ModerationReportNote)
                value=note
                error=field.error
                on_input=field.on_input
                on_leave=field.on_leave
            />
        </DialogForm>
    }
}
