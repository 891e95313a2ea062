//! The profile: name, words about oneself, the card as others see it.

use crate::api::identity as api;
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, by_name, t, tr};
use crate::people::{CardLine, CardTop};
use crate::state::{People, Session};
use crate::ui::{Button, Choice, Choices, Look, TextArea, TextField, Toasts};
use leptos::prelude::*;
use shared::identity::{Me, UpdateProfile, UserRef};
use shared::people::{CardBackground, CardFrame, CardLook};
use shared::validate::Validate;

/// The tab of the profile.
#[component]
pub fn ProfileTab() -> impl IntoView {
    let session = expect_context::<Session>();
    untrack(|| session.me()).map(|me| view! { <Profile session me /> })
}

#[component]
fn Profile(session: Session, me: Me) -> impl IntoView {
    let (toasts, people) = (expect_context::<Toasts>(), expect_context::<People>());
    let id = me.id;
    let name = RwSignal::new(me.display_name.clone().unwrap_or_default());
    let bio = RwSignal::new(me.bio.clone().unwrap_or_default());
    let card = RwSignal::new(me.card);
    let before = StoredValue::new(me);
    let filled = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let body = move || UpdateProfile {
        display_name: Some(filled(name.get())),
        bio: Some(filled(bio.get())),
        card: Some(card.get()),
    };
    let form = Form::new(move || body().validate());
    let (name_field, bio_field) = (form.field("display_name"), form.field("bio"));
    let send = move || {
        let (seen, body) = (before.get_value(), untrack(body));
        form.send(
            move || async move { api::update_profile(&seen, &body).await },
            move |me: Me| {
                // The tab may be left by now.
                drop(before.try_set_value(me.clone()));
                session.set_me(me);
                people.forget(id);
                toasts.done(tr(Key::AppSaved));
            },
        );
    };
    // As it will be: what is typed, over what is there.
    let face = Signal::derive(move || {
        let me = session.me().map(|me| me.as_ref());
        me.map_or_else(
            || UserRef {
                id,
                nickname: String::new(),
                display_name: None,
                avatar_url: None,
                is_bot: false,
            },
            |me| UserRef { display_name: filled(name.get()), ..me },
        )
    });
    let status = Signal::derive(move || session.me().map(|me| me.status).unwrap_or_default());
    let custom = Signal::derive(move || people.custom_status(id));
    let banner = Signal::derive(move || session.me().and_then(|me| me.banner_url));
    view! {
        <form
            class="form settings__section"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <h2>{t(Key::SettingsProfile)}</h2>
            <figure class="settings__preview">
                <div class="card">
                    <CardTop user=face look=card status banner />
                    <CardLine status=custom />
                    <Show when=move || !bio.with(|bio| bio.trim().is_empty())>
                        <p class="card__bio">{move || bio.get()}</p>
                    </Show>
                </div>
                <figcaption class="settings__hint">{t(Key::PeoplePreview)}</figcaption>
            </figure>
            <TextField
                label=t(Key::IdentityDisplayName)
                value=name
                autocomplete="name"
                hint=t(Key::IdentityDisplayNameHint)
                error=name_field.error
                on_input=name_field.on_input
                on_leave=name_field.on_leave
            />
            <TextArea
                label=t(Key::SettingsBio)
                value=bio
                hint=t(Key::SettingsBioHint)
                error=bio_field.error
                on_input=bio_field.on_input
                on_leave=bio_field.on_leave
            />
            <Grounds card />
            <Frames card />
            <FormFailure form />
            <div class="settings__foot">
                <Button look=Look::Primary submit=true busy=form.is_busy()>
                    {t(Key::AppSave)}
                </Button>
            </div>
        </form>
    }
}

#[component]
fn Grounds(card: RwSignal<CardLook>) -> impl IntoView {
    view! {
        <Choices label=t(Key::PeopleBackground)>
            {CardBackground::ALL
                .iter()
                .map(|choice| {
                    let choice = *choice;
                    view! {
                        <Choice
                            label=move || by_name(&format!("people.background_{}", choice.key()))
                            checked=Signal::derive(move || card.get().background == choice)
                            on_choose=move |()| card.update(|card| card.background = choice)
                        >
                            <span class="card-sample" data-ground=choice.key()></span>
                        </Choice>
                    }
                })
                .collect_view()}
        </Choices>
    }
}

#[component]
fn Frames(card: RwSignal<CardLook>) -> impl IntoView {
    view! {
        <Choices label=t(Key::PeopleFrame)>
            {CardFrame::ALL
                .iter()
                .map(|choice| {
                    let choice = *choice;
                    view! {
                        <Choice
                            label=move || by_name(&format!("people.frame_{}", choice.key()))
                            checked=Signal::derive(move || card.get().frame == choice)
                            on_choose=move |()| card.update(|card| card.frame = choice)
                        >
                            <span class="card__frame card__frame--sample" data-frame=choice.key()></span>
                        </Choice>
                    }
                })
                .collect_view()}
        </Choices>
    }
}
