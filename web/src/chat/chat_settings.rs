//! Name, topic, category and slow mode of a chat, and its end.

use crate::api::chat as api;
use crate::form::{DialogForm, Form};
use crate::i18n::{Key, t, tf, tn, tr};
use crate::state::{Categories, Chats};
use crate::ui::{Confirm, Dialog, Look, SelectField, TextArea, TextField, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{Chat, UpdateChat};
use shared::error::ErrorCode;
use shared::ids::{ChatId, SpaceId};
use shared::validate::Validate;

/// The dialog that changes name and topic.
#[component]
fn ChatSettings(chat: ChatId, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::ChatSettings)>
            <SettingsForm chat open />
        </Dialog>
    }
}

#[component]
fn SettingsForm(chat: ChatId, open: RwSignal<bool>) -> impl IntoView {
    let (chats, toasts) = (expect_context::<Chats>(), expect_context::<Toasts>());
    let Some(before) = chats.peek(chat, Chat::clone) else { return ().into_any() };
    let space = before.space_id;
    let name = RwSignal::new(before.name.clone());
    let topic = RwSignal::new(before.topic.clone().unwrap_or_default());
    let category = RwSignal::new(before.category_id.map(|id| id.to_string()).unwrap_or_default());
    let slow = RwSignal::new(before.slow_seconds.to_string());
    let before = StoredValue::new(before);
    let body = move || {
        let topic = topic.get().trim().to_owned();
        UpdateChat {
            name: Some(name.get().trim().to_owned()),
            topic: Some((!topic.is_empty()).then_some(topic)),
            category_id: space.map(|_| category.get().parse().ok()),
            slow_seconds: space.and_then(|_| slow.get().parse().ok()),
            ..UpdateChat::default()
        }
    };
    let form = Form::with_codes(move || body().validate(), &[(ErrorCode::NameTaken, "name")]);
    let (name_field, topic_field) = (form.field("name"), form.field("topic"));
    let send = move || {
        form.send(
            move || {
                let (before, body) = (before.get_value(), untrack(body));
                async move { api::update_chat(&before, &body).await }
            },
            move |chat: Chat| {
                chats.put(chat);
                toasts.done(tr(Key::AppSaved));
                open.set(false);
            },
        );
    };
    view! {
        <DialogForm open form look=Look::Primary action=Key::AppSave on_send=move |()| send()>
            <TextField
                label=t(Key::ChatName)
                value=name
                first=true
                error=name_field.error
                on_input=name_field.on_input
                on_leave=name_field.on_leave
            />
            <TextArea
                label=t(Key::ChatTopic)
                value=topic
                hint=t(Key::ChatTopicHint)
                error=topic_field.error
                on_input=topic_field.on_input
                on_leave=topic_field.on_leave
            />
            {space.map(|space| view! { <OfSpace space category slow /> })}
        </DialogForm>
    }
    .into_any()
}

/// The choice of a category by its id; empty: none.
pub(super) fn category_field(space: SpaceId, value: RwSignal<String>) -> AnyView {
    let categories = expect_context::<Categories>();
    let options = Signal::derive(move || {
        let all = categories.of(space).into_iter().map(|one| (one.id.to_string(), one.name));
        std::iter::once((String::new(), tr(Key::ConversationNoCategory).to_owned()))
            .chain(all)
            .collect::<Vec<_>>()
    });
    view! { <SelectField label=t(Key::ConversationCategory) value options /> }.into_any()
}

/// The pauses of slow mode that are offered, in seconds.
const PAUSES: [i32; 9] = [0, 5, 10, 30, 60, 300, 900, 3_600, 21_600];

/// What only a chat of a space has: its category and its slow mode.
#[component]
fn OfSpace(space: SpaceId, category: RwSignal<String>, slow: RwSignal<String>) -> impl IntoView {
    let pauses = Signal::derive(move || {
        let text = |seconds: i32| match seconds {
            0 => tr(Key::ConversationSlowOff).to_owned(),
            n if n < 60 => tn(Key::ConversationSeconds, n.into()),
            n if n < 3_600 => tn(Key::ConversationMinutes, (n / 60).into()),
            n => tn(Key::ConversationHours, (n / 3_600).into()),
        };
        let now: i32 = slow.get_untracked().parse().unwrap_or(0);
        let odd = (!PAUSES.contains(&now)).then_some(now);
        PAUSES.into_iter().chain(odd).map(|s| (s.to_string(), text(s))).collect()
    });
    view! {
        {category_field(space, category)}
        <SelectField
            label=t(Key::ConversationSlow)
            value=slow
            options=pauses
            hint=t(Key::ConversationSlowHint)
        />
    }
}

/// Asks for the chat's name before everything in it is gone.
#[component]
fn DeleteChat(chat: ChatId, open: RwSignal<bool>) -> impl IntoView {
    let chats = expect_context::<Chats>();
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    let name = Memo::new(move |_| chats.get(chat).map(|c| chats.title(&c)).unwrap_or_default());
    let delete = move |()| {
        busy.set(true);
        spawn_local(async move {
            let outcome = api::delete_chat(chat).await;
            busy.set(false);
            match outcome {
                Ok(()) => {
                    open.set(false);
                    chats.remove(chat);
                }
                Err(problem) => error.set(Some(problem.sentence())),
            }
        });
    };
    view! {
        <Confirm
            open
            title=t(Key::ChatDeleteChat)
            text=move || tf(Key::ChatDeleteChatText, &[("name", &name.get())])
            action=t(Key::ChatDeleteChat)
            phrase=Signal::derive(move || Some(name.get()))
            busy
            error
            on_confirm=delete
        />
    }
}

crate::lazy! {
    tools => pub fn chat_settings(chat: ChatId, open: RwSignal<bool>) -> AnyView {
        view! { <ChatSettings chat open /> }.into_any()
    }
}

crate::lazy! {
    tools => pub fn delete_chat(chat: ChatId, open: RwSignal<bool>) -> AnyView {
        view! { <DeleteChat chat open /> }.into_any()
    }
}
