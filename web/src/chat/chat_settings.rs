//! Name and topic of a chat, and its end.

use crate::api::chat as api;
use crate::form::{Form, FormFailure};
use crate::i18n::{Key, t, tf, tr};
use crate::state::Chats;
use crate::ui::{Button, Confirm, Dialog, Look, TextArea, TextField, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{Chat, UpdateChat};
use shared::error::ErrorCode;
use shared::ids::ChatId;
use shared::validate::Validate;

/// The dialog that changes name and topic.
#[component]
pub fn ChatSettings(chat: ChatId, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::ChatSettings)>
            <SettingsForm chat open />
        </Dialog>
    }
}

#[component]
fn SettingsForm(chat: ChatId, open: RwSignal<bool>) -> impl IntoView {
    let (chats, toasts) = (expect_context::<Chats>(), expect_context::<Toasts>());
    let before = chats.peek(chat, |c| (c.name.clone(), c.topic.clone())).unwrap_or_default();
    let name = RwSignal::new(before.0);
    let topic = RwSignal::new(before.1.unwrap_or_default());
    let body = move || {
        let topic = topic.get().trim().to_owned();
        UpdateChat {
            name: Some(name.get().trim().to_owned()),
            topic: Some((!topic.is_empty()).then_some(topic)),
            ..UpdateChat::default()
        }
    };
    let form = Form::with_codes(move || body().validate(), &[(ErrorCode::NameTaken, "name")]);
    let (name_field, topic_field) = (form.field("name"), form.field("topic"));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.send(
            move || {
                let body = untrack(body);
                async move { api::update_chat(chat, &body).await }
            },
            move |chat: Chat| {
                chats.put(chat);
                toasts.done(tr(Key::AppSaved));
                open.set(false);
            },
        );
    };
    view! {
        <form class="dialog__body" on:submit=submit>
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
            <FormFailure form />
            <footer class="dialog__footer">
                <Button on_click=move |_| open.set(false)>{t(Key::AppCancel)}</Button>
                <Button look=Look::Primary submit=true busy=form.is_busy()>
                    {t(Key::AppSave)}
                </Button>
            </footer>
        </form>
    }
}

/// Asks for the chat's name before everything in it is gone.
#[component]
pub fn DeleteChat(chat: ChatId, open: RwSignal<bool>) -> impl IntoView {
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
