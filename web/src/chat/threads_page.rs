//! The threads that one follows.

use super::keys::page;
use super::listed::listed;
use crate::app::PageHeader;
use crate::i18n::{Key, relative, t, tn};
use crate::router::A;
use crate::state::{Chats, Layout, Load, Threads};
use crate::ui::{Avatar, AvatarSize, Badge, Button, later};
use leptos::prelude::*;
use shared::chat::ListedThread;
use shared::ids::{ChatId, MessageId};

/// See the module: the liveliest first, unread ones bold.
#[component]
fn ThreadsScreen() -> impl IntoView {
    let threads = expect_context::<Threads>();
    threads.reload();
    let empty = (Key::ConversationNoThreadsTitle, Key::ConversationNoThreadsText);
    view! {
        <PageHeader title=t(Key::ConversationThreads) />
        <div class="threads">
            {listed(threads.list(), empty, Callback::new(move |()| threads.reload()), move || {
                view! {
                    {lines(threads.list(), false)}
                    <Show when=move || threads.has_more()>
                        <Button on_click=move |_| threads.load_more()>
                            {t(Key::ChatSearchMore)}
                        </Button>
                    </Show>
                }
                    .into_any()
            })}
        </div>
    }
}

/// The lines of a list, one a thread, which each follows. `beside`: the chat stands there already, and its
/// address may be the same.
pub(super) fn lines(list: Signal<Load<Vec<ListedThread>>>, beside: bool) -> AnyView {
    let roots = move || {
        let roots = |list: &Load<Vec<ListedThread>>| {
            list.ready().into_iter().flatten().map(|one| (one.chat_id, one.root.id)).collect()
        };
        list.with::<Vec<_>>(roots)
    };
    view! {
        <ul class="threads__list">
            <For
                each=roots
                key=|(_, root)| *root
                children=move |(chat, root)| one(list, chat, root, beside)
            />
        </ul>
    }
    .into_any()
}

fn one(
    list: Signal<Load<Vec<ListedThread>>>,
    chat: ChatId,
    root: MessageId,
    beside: bool,
) -> impl IntoView {
    let (chats, layout) = (expect_context::<Chats>(), expect_context::<Layout>());
    let (space, place) =
        chats.peek(chat, |known| (known.space_id, chats.title(known))).unwrap_or_default();
    // One that goes is as it was until its line is gone.
    let thread = Memo::new(move |last: Option<&Option<ListedThread>>| {
        let found = |one: &&ListedThread| one.root.id == root;
        let now = list.with(|list| list.ready().into_iter().flatten().find(found).cloned());
        now.or_else(|| last.cloned().flatten())
    });
    let author = Memo::new(move |_| thread.with(|one| one.as_ref()?.root.author.clone()));
    let name = move || author.with(|author| author.as_ref().map(|author| author.name().to_owned()));
    let excerpt = move || thread.with(|one| one.as_ref()?.root.excerpt.clone());
    let text = move || excerpt().unwrap_or_else(|| t(Key::ChatReplyGone)().to_owned());
    let replies = move || {
        let (count, at) =
            thread.with(|one| one.as_ref().map(|one| (one.thread.count, one.thread.last_at)))?;
        Some(format!("{} · {}", tn(Key::ConversationReplies, count), relative(at)))
    };
    let unread =
        Signal::derive(move || thread.with(|one| one.as_ref().map_or(0, |one| one.me.unread)));
    let open = move |_| {
        if beside {
            layout.open_thread(chat, root);
        }
    };
    view! {
        <li>
            <A
                href=format!("{}?t={root}", page(space, chat).path())
                attr:class="threads__one"
                on:click=open
                attr:data-unread=move || (unread.get() > 0).then_some("true")
            >
                {move || {
                    author
                        .get()
                        .map(|author| {
                            view! {
                                <Avatar
                                    id=author.id.0
                                    name=author.name().to_owned()
                                    url=author.avatar_url
                                    size=AvatarSize::Small
                                />
                            }
                        })
                }}
                <span class="threads__body">
                    <span class="threads__head">
                        <span class="hit__author">{name}</span>
                        // Beside its chat that goes without saying.
                        {(!beside).then(|| view! { <span class="threads__place">{place}</span> })}
                    </span>
                    <span class="threads__text">{text}</span>
                    <span class="hit__time">{replies}</span>
                </span>
                <Badge count=unread loud=true label=move || tn(Key::AppUnread, unread.get()) />
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
