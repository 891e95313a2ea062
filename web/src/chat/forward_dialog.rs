//! Where a message is to be passed on: a list of chats and people to choose from, and a comment.

use super::keys::page;
use crate::api::chat as api;
use crate::files::brief;
use crate::form::{DialogForm, Form};
use crate::i18n::{Key, t, tf, tr};
use crate::page::link;
use crate::palette::{Act, Choices, best, follow, strangers, targets};
use crate::router::navigate;
use crate::state::Chats;
use crate::ui::{Dialog, Look, TextField, Toasts};
use leptos::prelude::*;
use shared::chat::{Message, QuickFound, SendMessage};
use shared::validate::Validate;
use uuid::Uuid;

/// Lines shown at once.
const MOST: usize = 6;

/// Passes on the message of `what` while `open` is true.
#[component]
pub fn ForwardDialog(
    open: RwSignal<bool>,
    #[prop(into)] what: Signal<Option<Message>>,
) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::ChatForwardTitle)>
            <ForwardForm open what />
        </Dialog>
    }
}

#[component]
fn ForwardForm(open: RwSignal<bool>, what: Signal<Option<Message>>) -> impl IntoView {
    let (chats, toasts) = (expect_context::<Chats>(), expect_context::<Toasts>());
    let (words, comment) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (answer, chosen) = (RwSignal::new(QuickFound::default()), RwSignal::new(0_usize));
    let all = StoredValue::new(targets(chats, expect_context(), expect_context()));
    follow(words, answer);
    let entries = Memo::new(move |_| {
        let others = strangers(answer.get().people).collect();
        let found = all.with_value(|all| best(&words.get(), all, others));
        found.into_iter().take(MOST).collect::<Vec<_>>()
    });
    let body = move |nonce: String| SendMessage {
        content: comment.get().trim().to_owned(),
        nonce,
        forward_of: what.with(|message| message.as_ref().map(|message| message.id)),
        ..SendMessage::default()
    };
    let form = Form::new(move || body("1".into()).validate());
    let field = form.field("content");
    // The same again, after an answer that was lost, is the same message.
    let tried = StoredValue::new(None::<(Act, String, String)>);
    let send = move || {
        let act =
            entries.with_untracked(|all| all.get(chosen.get_untracked()).map(|e| e.act.clone()));
        let Some(act) = act else { return };
        let text = comment.get_untracked();
        let before = tried.with_value(|tried| match tried {
            Some((to, said, nonce)) if *to == act && *said == text => Some(nonce.clone()),
            _ => None,
        });
        let nonce = before.unwrap_or_else(|| Uuid::now_v7().to_string());
        tried.set_value(Some((act.clone(), text, nonce.clone())));
        let body = untrack(move || body(nonce));
        form.send(
            move || async move {
                let chat = match act {
                    Act::Chat(_, chat) => Some(chat),
                    Act::Person(user) => {
                        let chat = api::open_direct(user).await?;
                        let id = chat.id;
                        chats.put(chat);
                        Some(id)
                    }
                    _ => None,
                };
                match chat {
                    Some(chat) => api::send_message(chat, &body).await.map(Some),
                    None => Ok(None),
                }
            },
            move |sent: Option<Message>| {
                open.set(false);
                let Some(Message { chat_id, seq, .. }) = sent else { return };
                let space = chats.peek(chat_id, |chat| chat.space_id).flatten();
                let path = link(page(space, chat_id), None, seq);
                let name = chats.peek(chat_id, |chat| chats.title(chat)).unwrap_or_default();
                let done = tf(Key::ChatForwardDone, &[("name", &name)]);
                let go = Callback::new(move |()| navigate(&path));
                toasts.done_with(done, tr(Key::ChatForwardOpen), go);
            },
        );
    };
    let excerpt = move || {
        what.with(|message| message.as_ref().map(|message| brief(message, 140))).unwrap_or_default()
    };
    view! {
        <DialogForm
            open
            form
            look=Look::Primary
            action=Key::ChatForwardSend
            on_send=move |()| send()
            disabled=Signal::derive(move || entries.with(Vec::is_empty))
        >
            <blockquote class="forward__what">{excerpt}</blockquote>
            <Choices
                words
                entries
                chosen
                label=Key::ChatForwardTo
                classes=("field__input", "forward__list")
            />
            <Show when=move || entries.with(Vec::is_empty)>
                <p class="forward__none" role="status">{t(Key::ChatForwardNone)}</p>
            </Show>
            <TextField
                label=t(Key::ChatForwardComment)
                value=comment
                error=field.error
                on_input=field.on_input
                on_leave=field.on_leave
            />
        </DialogForm>
    }
}
