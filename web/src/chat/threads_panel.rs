//! The threads of a chat.

use super::listed::listed;
use super::threads_page::lines;
use crate::api::chat as api;
use crate::effect::Effect;
use crate::i18n::{Key, t};
use crate::page::Page;
use crate::router::A;
use crate::state::{Load, Messages, Threads};
use crate::ui::{Button, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::ListedThread;
use shared::ids::ChatId;

/// See the module. Fetched anew whenever a thread that is known changes.
#[component]
fn ThreadsPanel(chat: ChatId) -> impl IntoView {
    let (messages, followed) = (expect_context::<Messages>(), expect_context::<Threads>());
    let toasts = expect_context::<Toasts>();
    let threads = RwSignal::new(Load::<Vec<ListedThread>>::Loading);
    let next = RwSignal::new(None::<String>);
    let turn = StoredValue::new(0_u32);
    let fetch = move |cursor: Option<String>| {
        let (asked, is_first) = (turn.get_value().wrapping_add(1), cursor.is_none());
        turn.set_value(asked);
        spawn_local(async move {
            let outcome = api::list_threads(Some(chat), cursor).await;
            // Whoever asked later gets another answer.
            if turn.try_get_value() != Some(asked) {
                return;
            }
            match outcome {
                Ok(page) => {
                    next.set(page.next_cursor);
                    threads.update(|threads| match threads.ready_mut() {
                        Some(list) if !is_first => list.extend(page.items),
                        _ => *threads = Load::Ready(page.items),
                    });
                }
                Err(error) if threads.with_untracked(|threads| threads.ready().is_none()) => {
                    threads.set(Load::Failed(error));
                }
                Err(error) if !is_first => toasts.failed(error.sentence()),
                // What is on the screen stays.
                Err(_) => {}
            }
        });
    };
    let known = Memo::new(move |_| {
        let followed: Vec<_> = followed.list().with(|list| {
            let here = list.ready().into_iter().flatten().filter(|one| one.chat_id == chat);
            here.map(|one| (one.thread.last_seq, one.me)).collect()
        });
        let Some(room) = messages.room(chat) else { return (followed, Vec::new()) };
        room.changed.track();
        let window = room.window.borrow();
        let threads = window.entries().iter().filter_map(|entry| entry.message.thread.as_ref());
        (followed, threads.map(|thread| (thread.last_seq, thread.count)).collect::<Vec<_>>())
    });
    Effect::new(move |_| {
        // Reading it makes it: a memo that is only tracked never runs.
        known.with(|_| ());
        fetch(None);
    });
    let empty = (Key::ConversationNoChatThreadsTitle, Key::ConversationNoChatThreadsText);
    view! {
        <div class="panel__body threads">
            {listed(threads.into(), empty, Callback::new(move |()| fetch(None)), move || {
                view! {
                    {lines(threads.into(), true)}
                    <Show when=move || next.with(Option::is_some)>
                        <Button on_click=move |_| fetch(next.get_untracked())>
                            {t(Key::ChatSearchMore)}
                        </Button>
                    </Show>
                }
                    .into_any()
            })}
            <A href=Page::Threads.path() attr:class="link threads__all">
                {t(Key::ConversationAllThreads)}
            </A>
        </div>
    }
}

crate::lazy! {
    tools => pub fn threads_panel(chat: ChatId) -> AnyView {
        view! { <ThreadsPanel chat /> }.into_any()
    }
}
