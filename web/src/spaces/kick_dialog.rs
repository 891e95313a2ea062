//! Removing somebody, and why.

use super::ban_dialog::filled;
use crate::api::moderation as api;
use crate::form::{DialogForm, Form};
use crate::i18n::{Key, t, tf};
use crate::ui::{Dialog, Look, TextArea, Toasts};
use leptos::prelude::*;
use shared::identity::UserRef;
use shared::ids::SpaceId;
use shared::spaces::KickMember;
use shared::validate::Validate;

#[component]
pub fn KickDialog(
    open: RwSignal<bool>,
    space: SpaceId,
    #[prop(into)] user: Signal<Option<UserRef>>,
) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::SpacesKick)>
            <KickForm open space user />
        </Dialog>
    }
}

#[component]
fn KickForm(open: RwSignal<bool>, space: SpaceId, user: Signal<Option<UserRef>>) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let reason = RwSignal::new(String::new());
    let name = move || user.get().map(|user| user.name().to_owned()).unwrap_or_default();
    let form = Form::new(move || KickMember { reason: filled(&reason.get()) }.validate());
    let field = form.field("reason");
    let send = move || {
        let Some(who) = user.get_untracked() else { return };
        let (id, reason) = (who.id, filled(&reason.get_untracked()));
        form.send(
            move || async move { api::kick(space, id, reason).await },
            move |()| {
                toasts.done(tf(Key::SpacesKicked, &[("name", who.name())]));
                open.set(false);
            },
        );
    };
    view! {
        <DialogForm open form look=Look::Danger action=Key::SpacesKickAction on_send=move |()| send()>
            <p>{move || tf(Key::ModerationKickText, &[("name", &name())])}</p>
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
