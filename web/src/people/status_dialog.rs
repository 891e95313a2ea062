//! One's own status: presence, an emoji, a few words, an end.

use crate::api::people as api;
use crate::chat::emoji_picker::emoji_popover;
use crate::form::{DialogForm, Form};
use crate::i18n::{Key, by_name, clock, day, t, tf, tr};
use crate::state::Session;
use crate::ui::popover::Side;
use crate::ui::{
    Anchor, Button, Choice, Choices, Dialog, Icon, IconButton, Look, SelectField, StatusDot,
    TextField, Toasts, once_open,
};
use chrono::{DateTime, Duration, Utc};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use shared::identity::{SetStatus, Status};
use shared::people::CustomStatus;
use shared::validate::Validate;

/// Ready-made ones: emoji, text, minutes.
const READY: &[(&str, Key, i64)] = &[
    ("📅", Key::PeopleReadyMeeting, 60),
    ("🍽️", Key::PeopleReadyLunch, 60),
    ("🚌", Key::PeopleReadyTravel, 30),
    ("🤒", Key::PeopleReadySick, 24 * 60),
    ("🌴", Key::PeopleReadyHoliday, 7 * 24 * 60),
];

/// Ends to choose from: key of the catalogue and minutes; 0 never ends.
const ENDS: &[(&str, i64)] =
    &[("never", 0), ("30m", 30), ("1h", 60), ("4h", 4 * 60), ("1d", 24 * 60), ("7d", 7 * 24 * 60)];

const STATUSES: [Status; 4] = [Status::Online, Status::Away, Status::Dnd, Status::Offline];

/// The dialog, while `open`.
#[component]
pub fn StatusDialog(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::PeopleSetStatus)>
            <StatusForm open />
        </Dialog>
    }
}

#[component]
fn StatusForm(open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (expect_context::<Session>(), expect_context::<Toasts>());
    let me = untrack(|| session.me());
    let custom = me.as_ref().and_then(|me| me.custom_status.clone()).unwrap_or_default();
    let before = custom.until;
    let status = RwSignal::new(me.map(|me| me.status).unwrap_or_default());
    let emoji = RwSignal::new(custom.emoji.unwrap_or_default());
    let text = RwSignal::new(custom.text.unwrap_or_default());
    let picking = RwSignal::new(None::<Anchor>);
    let choose = Callback::new(move |chosen: String| {
        emoji.set(chosen);
        picking.set(None);
    });
    let none = Signal::stored(None);
    let end = RwSignal::new(if before.is_some() { "kept" } else { "never" }.to_owned());
    let filled = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let body = move || SetStatus {
        status: status.get(),
        text: Some(filled(text.get())),
        emoji: Some(filled(emoji.get())),
        until: Some(until(&end.get(), before)),
    };
    let form = Form::new(move || body().validate());
    let (text_field, emoji_field) = (form.field("text"), form.field("emoji"));
    let send = move || {
        let body = untrack(body);
        let sent = body.clone();
        form.send(
            move || async move { api::set_status(&body).await },
            move |()| {
                note(session, sent);
                open.set(false);
                toasts.done(tr(Key::AppSaved));
            },
        );
    };
    let ends = Signal::derive(move || {
        let kept = before.map(|at| {
            let when = format!("{} {}", day(at), clock(at));
            ("kept".to_owned(), tf(Key::PeopleUntil, &[("when", &when)]))
        });
        let fresh =
            ENDS.iter().map(|(key, _)| ((*key).to_owned(), by_name(&format!("people.end_{key}"))));
        kept.into_iter().chain(fresh).collect::<Vec<_>>()
    });
    let clear = view! {
        <Button on_click=move |_| {
            emoji.set(String::new());
            text.set(String::new());
            end.set("never".into());
            send();
        }>{t(Key::PeopleClearStatus)}</Button>
    };
    view! {
        <DialogForm
            open
            form
            look=Look::Primary
            action=Key::AppSave
            on_send=move |()| send()
            aside=clear.into_any()
        >
            <Choices label=t(Key::StatusChoose)>
                {STATUSES
                    .into_iter()
                    .map(|choice| {
                        view! {
                            <Choice
                                label=move || name_of(choice)
                                checked=Signal::derive(move || status.get() == choice)
                                on_choose=move |()| status.set(choice)
                            >
                                <StatusDot status=Signal::stored(choice) label=move || name_of(choice) />
                            </Choice>
                        }
                    })
                    .collect_view()}
            </Choices>
            <div class="status-form__line">
                <TextField
                    label=t(Key::PeopleEmoji)
                    value=emoji
                    error=emoji_field.error
                    on_input=emoji_field.on_input
                    on_leave=emoji_field.on_leave
                />
                <IconButton
                    icon=Icon::Smile
                    label=t(Key::PeopleChooseEmoji)
                    on_click=move |event: MouseEvent| picking.set(Some(Anchor::of_event(&event)))
                />
                <TextField
                    label=t(Key::PeopleStatusText)
                    value=text
                    first=true
                    error=text_field.error
                    on_input=text_field.on_input
                    on_leave=text_field.on_leave
                />
            </div>
            <div class="status-form__ready" role="group" aria-label=t(Key::PeopleReady)>
                {READY
                    .iter()
                    .map(|(picture, words, minutes)| {
                        view! {
                            <button
                                class="chip"
                                type="button"
                                on:click=move |_| {
                                    emoji.set((*picture).to_owned());
                                    text.set(tr(*words).to_owned());
                                    end.set(key_of(*minutes).to_owned());
                                }
                            >
                                {*picture}
                                " "
                                {t(*words)}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
            {once_open(
                move || picking.with(Option::is_some),
                move || emoji_popover(picking, Side::Below, Key::PeopleChooseEmoji, choose, None, none),
            )}
            <SelectField label=t(Key::PeopleEnds) value=end options=ends hint=t(Key::PeopleEndsHint) />
        </DialogForm>
    }
}

/// What a status is called when chosen by hand: `offline` means invisible.
#[must_use]
pub fn name_of(status: Status) -> String {
    match status {
        Status::Offline => by_name("status.invisible"),
        status => by_name(&format!("status.{}", status.key())),
    }
}

fn key_of(minutes: i64) -> &'static str {
    ENDS.iter().find(|(_, known)| *known == minutes).map_or("never", |(key, _)| key)
}

fn until(end: &str, before: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    let minutes = ENDS.iter().find(|(key, _)| *key == end).map(|(_, minutes)| *minutes);
    match minutes {
        None => before,
        Some(0) => None,
        Some(minutes) => Some(Utc::now() + Duration::minutes(minutes)),
    }
}

/// Shows it here without waiting for the event.
fn note(session: Session, sent: SetStatus) {
    if let Some(mut me) = untrack(|| session.me()) {
        me.status = sent.status;
        let custom = CustomStatus {
            text: sent.text.flatten(),
            emoji: sent.emoji.flatten(),
            until: sent.until.flatten(),
        };
        me.custom_status = custom.in_force(Utc::now());
        session.set_me(me);
    }
}
