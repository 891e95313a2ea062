//! Banning somebody: for how long, why, and what becomes of what he wrote.

use crate::api::moderation as api;
use crate::form::{DialogForm, Form};
use crate::i18n::{Key, t, tf, tr};
use crate::ui::{Dialog, Look, SelectField, TextArea, Toasts};
use chrono::{Duration, Utc};
use leptos::prelude::*;
use shared::identity::UserRef;
use shared::ids::SpaceId;
use shared::spaces::BanMember;
use shared::validate::Validate;

/// How long something lasts, for a select: seconds and text.
pub fn durations() -> Vec<(String, String)> {
    [
        ("3600", Key::ModerationForHour),
        ("86400", Key::ModerationForDay),
        ("604800", Key::ModerationForWeek),
        ("2592000", Key::ModerationForMonth),
        ("", Key::ModerationNever),
    ]
    .map(|(value, key)| (value.to_owned(), tr(key).to_owned()))
    .to_vec()
}

/// When something that lasts so many seconds ends.
pub fn end_of(seconds: &str) -> Option<shared::Timestamp> {
    seconds.parse().ok().map(|seconds| Utc::now() + Duration::seconds(seconds))
}

/// What was typed, unless it is blank.
pub fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[component]
pub fn BanDialog(
    open: RwSignal<bool>,
    space: SpaceId,
    #[prop(into)] user: Signal<Option<UserRef>>,
    #[prop(optional, into)] on_done: Option<Callback<()>>,
) -> impl IntoView {
    let name = move || user.get().map(|user| user.name().to_owned()).unwrap_or_default();
    view! {
        <Dialog open title=move || tf(Key::ModerationBanTitle, &[("name", &name())])>
            <BanForm open space user on_done />
        </Dialog>
    }
}

#[component]
fn BanForm(
    open: RwSignal<bool>,
    space: SpaceId,
    user: Signal<Option<UserRef>>,
    on_done: Option<Callback<()>>,
) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let [until, delete, reason] = [(); 3].map(|()| RwSignal::new(String::new()));
    let name = move || user.get().map(|user| user.name().to_owned()).unwrap_or_default();
    let body = move || BanMember {
        reason: filled(&reason.get()),
        until: end_of(&until.get()),
        delete_recent: delete.get().parse().ok(),
    };
    let form = Form::new(move || body().validate());
    let field = form.field("reason");
    let spans = Signal::derive(|| {
        [
            ("", Key::ModerationDeleteNone),
            ("3600", Key::ModerationLastHour),
            ("86400", Key::ModerationLastDay),
            ("604800", Key::ModerationLastWeek),
        ]
        .map(|(value, key)| (value.to_owned(), tr(key).to_owned()))
        .to_vec()
    });
    let send = move || {
        let Some(who) = user.get_untracked() else { return };
        let body = untrack(body);
        let id = who.id;
        form.send(
            move || async move { api::ban(space, id, &body).await },
            move |()| {
                toasts.done(tf(Key::ModerationBanDone, &[("name", who.name())]));
                open.set(false);
                if let Some(on_done) = on_done {
                    on_done.run(());
                }
            },
        );
    };
    view! {
        <DialogForm open form look=Look::Danger action=Key::ModerationBan on_send=move |()| send()>
            <p>{move || tf(Key::ModerationBanText, &[("name", &name())])}</p>
            <div class="manage__pair">
                <SelectField
                    label=t(Key::ModerationBanUntil)
                    value=until
                    options=Signal::derive(durations)
                />
                <SelectField label=t(Key::ModerationBanDelete) value=delete options=spans />
            </div>
            <TextArea
                label=t(Key::ModerationReason)
                hint=t(Key::ModerationReasonHint)
                value=reason
                error=field.error
                on_input=field.on_input
                on_leave=field.on_leave
            />
        </DialogForm>
    }
}
