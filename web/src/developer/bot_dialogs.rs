//! Making and editing a bot, and bringing it into a space.

use super::bots::Pen;
use crate::api::integrations as api;
use crate::form::{DialogForm, Form};
use crate::i18n::{Key, t, tf, tr};
use crate::state::Spaces;
use crate::ui::{Dialog, Look, SelectField, TextArea, TextField, Toasts};
use leptos::prelude::*;
use shared::error::ErrorCode;
use shared::identity::UpdateProfile;
use shared::ids::{SpaceId, UserId};
use shared::integrations::{Bot, CreateBot};
use shared::permission::Permission;
use shared::validate::Validate;

/// A new bot, or the chosen one.
#[component]
pub fn BotFormDialog(open: RwSignal<bool>, pen: Pen, edits: bool) -> impl IntoView {
    let title = move || match pen.chosen.get().filter(|_| edits) {
        Some(bot) => tf(Key::DeveloperEditNamed, &[("name", bot.name())]),
        None => tr(Key::DeveloperNewBot).to_owned(),
    };
    view! {
        <Dialog open title>
            {bot_form(open, pen, pen.chosen.get_untracked().filter(|_| edits))}
        </Dialog>
    }
}

fn bot_form(open: RwSignal<bool>, pen: Pen, known: Option<Bot>) -> AnyView {
    let toasts = expect_context::<Toasts>();
    let old = known.as_ref().map(|bot| bot.id);
    let nickname =
        RwSignal::new(known.as_ref().map(|bot| bot.nickname.clone()).unwrap_or_default());
    let name = known.as_ref().and_then(|bot| bot.display_name.clone());
    let name = RwSignal::new(name.unwrap_or_default());
    let bio = RwSignal::new(known.and_then(|bot| bot.bio).unwrap_or_default());
    let filled = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let body = move || CreateBot {
        nickname: nickname.get(),
        display_name: filled(name.get()),
        bio: filled(bio.get()),
    };
    let form =
        Form::with_codes(move || body().validate(), &[(ErrorCode::NicknameTaken, "nickname")]);
    let [nickname_field, name_field, bio_field] =
        ["nickname", "display_name", "bio"].map(|field| form.field(field));
    let done = move |bot: Bot| {
        pen.put(bot);
        toasts.done(tr(Key::AppSaved));
        open.set(false);
    };
    let send = move || {
        let body = untrack(body);
        form.send(move || save(old, body), done);
    };
    view! {
        <DialogForm open form look=Look::Primary action=Key::AppSave on_send=move |()| send()>
            {old
                .is_none()
                .then(|| {
                    view! {
                        <TextField
                            label=t(Key::DeveloperBotNickname)
                            hint=TextProp::from(t(Key::DeveloperBotNicknameHint))
                            value=nickname
                            first=true
                            error=nickname_field.error
                            on_input=nickname_field.on_input
                            on_leave=nickname_field.on_leave
                        />
                    }
                })}
            <TextField
                label=t(Key::DeveloperBotName)
                value=name
                error=name_field.error
                on_input=name_field.on_input
                on_leave=name_field.on_leave
            />
            <TextArea
                label=t(Key::DeveloperBotBio)
                value=bio
                error=bio_field.error
                on_input=bio_field.on_input
                on_leave=bio_field.on_leave
            />
        </DialogForm>
    }
    .into_any()
}

async fn save(old: Option<UserId>, body: CreateBot) -> crate::api::ApiResult<Bot> {
    match old {
        None => api::create_bot(&body).await,
        Some(id) => {
            let change = UpdateProfile {
                display_name: Some(body.display_name),
                bio: Some(body.bio),
                card: None,
            };
            api::update_bot(id, &change).await
        }
    }
}

/// Where the chosen bot shall be a member: spaces whose people the person may add to.
#[component]
pub fn AddToSpaceDialog(open: RwSignal<bool>, pen: Pen) -> impl IntoView {
    let name = move || {
        pen.chosen.with(|bot| bot.as_ref().map(|bot| bot.name().to_owned()).unwrap_or_default())
    };
    view! {
        <Dialog open title=move || tf(Key::DeveloperAddNamed, &[("name", &name())])>
            {place_form(open, pen)}
        </Dialog>
    }
}

fn place_form(open: RwSignal<bool>, pen: Pen) -> AnyView {
    let (spaces, toasts) = (expect_context::<Spaces>(), expect_context::<Toasts>());
    let places: Vec<(String, String)> = untrack(|| {
        let mine = spaces.ids().into_iter().filter(|id| spaces.can(*id, Permission::AddMembers));
        mine.filter_map(|id| Some((id.to_string(), spaces.get(id)?.name))).collect()
    });
    if places.is_empty() {
        return view! { <p class="dialog__body">{t(Key::DeveloperNoSpace)}</p> }.into_any();
    }
    let chosen = RwSignal::new(places[0].0.clone());
    let form = Form::new(Vec::new);
    let send = move || {
        let bot = pen.chosen.get_untracked().map(|bot| bot.id);
        let space: Option<SpaceId> = chosen.get_untracked().parse().ok();
        let (Some(bot), Some(space)) = (bot, space) else { return };
        form.send(
            move || async move { api::add_bot(space, bot, None).await },
            move |_| {
                toasts.done(tr(Key::DeveloperAdded));
                open.set(false);
            },
        );
    };
    view! {
        <DialogForm open form look=Look::Primary action=Key::DeveloperAdd on_send=move |()| send()>
            <SelectField
                label=t(Key::DeveloperSpace)
                value=chosen
                options=Signal::stored(places)
            />
            <p class="settings__hint">{t(Key::DeveloperAddText)}</p>
        </DialogForm>
    }
    .into_any()
}
