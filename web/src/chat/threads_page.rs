//! The threads that one follows.

use super::keys::page;
use super::listed::listed;
use crate::app::PageHeader;
use crate::i18n::{Key, relative, t, tn};
use crate::router::A;
use crate::state::{Chats, Layout, Panel, Threads};
use crate::ui::{Avatar, AvatarSize, Badge, Button, later};
use leptos::prelude::*;
use shared::chat::ListedThread;

/// See the module: the liveliest first, unread ones bold.
#[component]
fn ThreadsScreen() -> impl IntoView {
    let threads = expect_context::<Threads>();
    threads.reload();
    view! {
        <PageHeader title=t(Key::ConversationThreads) />
        <div class="threads">
            {move || {
                let empty = (Key::ConversationNoThreadsTitle, Key::ConversationNoThreadsText);
                listed(threads.list(), empty, Callback::new(move |()| threads.reload()), |list| {
                    view! {
                        <ul class="threads__list">
                            {list.into_iter().map(|thread| one(thread, false)).collect_view()}
                        </ul>
                        <Show when=move || threads.has_more()>
                            <Button on_click=move |_| threads.load_more()>
                                {t(Key::ChatSearchMore)}
                            </Button>
                        </Show>
                    }
                        .into_any()
                })
            }}
        </div>
    }
}

/// A line of a list. `beside`: the chat stands there already, and its address may be the same.
pub(super) fn one(thread: ListedThread, beside: bool) -> impl IntoView + use<> {
    let (chats, layout) = (expect_context::<Chats>(), expect_context::<Layout>());
    let chat = chats.peek(thread.chat_id, |chat| (chat.space_id, chats.title(chat)));
    let (space, place) = chat.unwrap_or_default();
    let ListedThread { root, thread: summary, me, chat_id } = thread;
    let open = Panel::Thread { chat: chat_id, root: root.id, at: None };
    let href = format!("{}?t={}", page(space, chat_id).path(), root.id);
    let author = root.author;
    let name = author.as_ref().map(|author| author.name().to_owned()).unwrap_or_default();
    let text = move || root.excerpt.clone().unwrap_or_else(|| t(Key::ChatReplyGone)().to_owned());
    let (count, at) = (summary.count, summary.last_at);
    view! {
        <li>
            <A
                href=href
                attr:class="threads__one"
                on:click=move |_| {
                    if beside {
                        layout.panel.set(Some(open));
                    }
                }
                attr:data-unread=(me.unread > 0).then_some("true")
            >
                {author
                    .map(|author| {
                        view! {
                            <Avatar
                                id=author.id.0
                                name=author.name().to_owned()
                                url=author.avatar_url
                                size=AvatarSize::Small
                            />
                        }
                    })}
                <span class="threads__body">
                    <span class="threads__head">
                        <span class="hit__author">{name}</span>
                        // Beside its chat that goes without saying.
                        {(!beside).then(|| view! { <span class="threads__place">{place}</span> })}
                    </span>
                    <span class="threads__text">{text}</span>
                    <span class="hit__time">
                        {move || {
                            format!("{} · {}", tn(Key::ConversationReplies, count), relative(at))
                        }}
                    </span>
                </span>
                <Badge
                    count=Signal::derive(move || me.unread)
                    loud=true
                    label=move || tn(Key::AppUnread, me.unread)
                />
            </A>
        </li>
    }
}

crate::lazy! {
    tools => fn threads_page() -> AnyView {
        view! { <ThreadsScreen /> }.into_any()
    }
}

/// See the module. Its code is fetched when it is shown.
#[component]
pub fn ThreadsPage() -> impl IntoView {
    later(threads_page)
}
