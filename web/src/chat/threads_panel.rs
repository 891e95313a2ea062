//! The threads of a chat.

use super::threads_page::one;
use crate::api::chat as api;
use crate::effect::Effect;
use crate::i18n::{Key, t};
use crate::page::Page;
use crate::state::{Load, Messages, Threads};
use crate::ui::{Button, Empty, Failure, Picture, SkeletonRows};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use shared::chat::ListedThread;
use shared::ids::ChatId;

/// See the module. Fetched anew whenever a thread that is known changes.
#[component]
fn ThreadsPanel(chat: ChatId) -> impl IntoView {
    let (messages, followed) = (expect_context::<Messages>(), expect_context::<Threads>());
    let threads = RwSignal::new(Load::<Vec<ListedThread>>::Loading);
    let next = RwSignal::new(None::<String>);
    let fetch = move || {
        spawn_local(async move {
            let found = api::list_threads(Some(chat), None).await;
            let cursor = found.as_ref().ok().and_then(|page| page.next_cursor.clone());
            let found = found.map(|page| page.items);
            threads.try_update(|threads| {
                if found.is_ok() || threads.ready().is_none() {
                    *threads = found.into();
                }
            });
            let _was_there = next.try_set(cursor);
        });
    };
    let more = move || {
        let Some(cursor) = next.get_untracked() else { return };
        next.set(None);
        spawn_local(async move {
            if let Ok(page) = api::list_threads(Some(chat), Some(cursor)).await {
                let _was_there = next.try_set(page.next_cursor);
                threads.try_update(|threads| {
                    if let Some(threads) = threads.ready_mut() {
                        threads.extend(page.items);
                    }
                });
            }
        });
    };
    let known = Memo::new(move |_| {
        let followed = followed.list();
        let followed = followed.ready().into_iter().flatten().filter(|one| one.chat_id == chat);
        let followed: Vec<_> = followed.map(|one| (one.thread.last_seq, one.me)).collect();
        let Some(room) = messages.room(chat) else { return (followed, Vec::new()) };
        room.changed.track();
        let window = room.window.borrow();
        let threads = window.entries().iter().filter_map(|entry| entry.message.thread.as_ref());
        (followed, threads.map(|thread| (thread.last_seq, thread.count)).collect::<Vec<_>>())
    });
    Effect::new(move |_| {
        // Reading it makes it: a memo that is only tracked never runs.
        known.with(|_| ());
        fetch();
    });
    view! {
        <div class="panel__body threads">
            {move || match threads.get() {
                Load::Loading => view! { <SkeletonRows label=t(Key::AppLoading) rows=4 /> }.into_any(),
                Load::Failed(error) => {
                    let sentence = Signal::derive(move || error.sentence());
                    view! { <Failure sentence on_retry=move |()| fetch() /> }.into_any()
                }
                Load::Ready(list) if list.is_empty() => {
                    view! {
                        <Empty
                            picture=Picture::Bubbles
                            title=t(Key::ConversationNoChatThreadsTitle)
                            text=t(Key::ConversationNoChatThreadsText)
                        />
                    }
                        .into_any()
                }
                Load::Ready(list) => {
                    view! {
                        <ul class="threads__list">
                            {list.into_iter().map(|thread| one(thread, true)).collect_view()}
                        </ul>
                        <Show when=move || next.with(Option::is_some)>
                            <Button on_click=move |_| more()>{t(Key::ChatSearchMore)}</Button>
                        </Show>
                    }
                        .into_any()
                }
            }}
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
