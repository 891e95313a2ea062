//! The chats of a space, or the direct and group chats, in the sidebar.

use super::all_read::mark_all_read;
use super::arrange::arrange_dialog;
use super::chat_row::ChatRow;
use super::keys::page;
use super::new_chat::{new_chat, new_conversation};
use crate::i18n::{Key, t, tn};
use crate::page::Page;
use crate::router::{A, navigate, path};
use crate::state::{Categories, Chats, Load, Session, Spaces, Threads};
use crate::ui::button::IconLook;
use crate::ui::{
    Anchor, Badge, Button, Empty, Failure, Glyph, Icon, IconButton, Menu, MenuItem, Picture,
    SkeletonRows, Toasts, once_open,
};
use leptos::prelude::*;
use shared::ids::{CategoryId, ChatId, SpaceId};
use shared::permission::Permission;

/// The chats of `space`; without one, the direct and group chats.
#[component]
pub fn ChatList(#[prop(into)] space: Signal<Option<SpaceId>>) -> impl IntoView {
    let (chats, spaces) = (expect_context::<Chats>(), expect_context::<Spaces>());
    let making = RwSignal::new(false);
    let talking = RwSignal::new(false);
    let categories = expect_context::<Categories>();
    let arranging = RwSignal::new(false);
    let menu = RwSignal::new(None::<Anchor>);
    let parts = Memo::new(move |_| parts(chats, categories, space.get()));
    let may_add = move || match space.get() {
        Some(space) => spaces.can(space, Permission::ManageChats),
        None => true,
    };
    let add = move || {
        if space.get_untracked().is_some() {
            making.set(true);
        } else {
            talking.set(true);
        }
    };
    let label = move || match space.get() {
        Some(_) => t(Key::ChatNewChat)(),
        None => t(Key::ChatNewMessage)(),
    };
    let heading = move || match space.get() {
        Some(_) => t(Key::ChatChats)(),
        None => t(Key::ChatConversations)(),
    };
    let is_empty = move || {
        parts.with(|parts| parts.iter().all(|part| part.1.is_empty()))
            && chats.load().ready().is_some()
    };
    view! {
        <nav class="chat-list" aria-label=heading>
            <div class="chat-list__head">
                <h2 class="chat-list__heading">{heading}</h2>
                <IconButton
                    icon=Icon::More
                    label=t(Key::ConversationListMenu)
                    look=IconLook::Small
                    on_click=move |event: leptos::ev::MouseEvent| {
                        menu.set(Some(Anchor::of_event(&event)));
                    }
                />
                <Show when=may_add>
                    <IconButton
                        icon=Icon::Plus
                        label
                        look=IconLook::Small
                        on_click=move |_| add()
                    />
                </Show>
            </div>
            {move || match chats.load() {
                Load::Loading => view! { <SkeletonRows label=t(Key::AppLoading) rows=4 /> }.into_any(),
                Load::Failed(error) => {
                    view! {
                        <Failure
                            sentence=Signal::derive(move || error.sentence())
                            on_retry=move |()| chats.reload()
                        />
                    }
                        .into_any()
                }
                Load::Ready(()) => ().into_any(),
            }}
            <ThreadsLink />
            <Show when=move || space.get().is_none()>
                <NotesLink />
            </Show>
            <For each=move || parts.get() key=|part| part.0 let(part)>
                <Part category=part.0 parts />
            </For>
            <Show when=move || is_empty() && space.get().is_none()>
                <Empty
                    picture=Picture::Bubbles
                    title=t(Key::ChatNoConversationsTitle)
                    text=t(Key::ChatNoConversationsText)
                >
                    <Button icon=Icon::Plus on_click=move |_| talking.set(true)>
                        {t(Key::ChatNewMessage)}
                    </Button>
                </Empty>
            </Show>
        </nav>
        {once_open(
            move || menu.with(Option::is_some),
            move || list_menu(space, menu, arranging),
        )}
        {move || {
            space
                .get()
                .map(|space| {
                    view! {
                        {once_open(move || making.get(), move || new_chat(space, making))}
                        {once_open(move || arranging.get(), move || arrange_dialog(space, arranging))}
                    }
                })
        }}
        {once_open(move || talking.get(), move || new_conversation(talking))}
    }
}

crate::lazy! {
    tools => fn list_menu(
        space: Signal<Option<SpaceId>>,
        menu: RwSignal<Option<Anchor>>,
        arranging: RwSignal<bool>,
    ) -> AnyView {
        let (chats, spaces) = (expect_context::<Chats>(), expect_context::<Spaces>());
        let toasts = expect_context::<Toasts>();
        let may_arrange =
            move || space.get().is_some_and(|id| spaces.can(id, Permission::ManageChats));
        let all_read = move |()| mark_all_read(chats, toasts, space.get_untracked());
        view! {
            <Menu at=menu label=t(Key::ConversationListMenu)>
                <MenuItem
                    icon=Icon::Check
                    label=t(Key::ConversationAllRead)
                    on_choose=all_read
                />
                <Show when=may_arrange>
                    <MenuItem
                        icon=Icon::Grip
                        label=t(Key::ConversationArrange)
                        on_choose=move |()| arranging.set(true)
                    />
                </Show>
            </Menu>
        }
        .into_any()
    }
}

/// A category (none: above all of them) and its chats.
type Listed = (Option<CategoryId>, Vec<ChatId>);

/// The list in its parts. A category without a chat that the person sees is not shown.
fn parts(chats: Chats, categories: Categories, space: Option<SpaceId>) -> Vec<Listed> {
    let Some(space) = space else { return vec![(None, chats.conversations())] };
    let all = chats.of_space(space);
    let headings = categories.of(space);
    let is_known = |id: CategoryId| headings.iter().any(|heading| heading.id == id);
    let of = |wanted: Option<CategoryId>| -> Vec<ChatId> {
        let inside =
            all.iter().filter(|(category, _)| category.filter(|id| is_known(*id)) == wanted);
        inside.map(|(_, id)| *id).collect()
    };
    let inside = headings.iter().map(|heading| (Some(heading.id), of(Some(heading.id))));
    let shown = inside.filter(|(_, chats)| !chats.is_empty());
    std::iter::once((None, of(None))).chain(shown).collect()
}

/// A category, folded or not: a folded one still shows what is unread or open.
#[component]
fn Part(category: Option<CategoryId>, parts: Memo<Vec<Listed>>) -> impl IntoView {
    let (chats, categories) = (expect_context::<Chats>(), expect_context::<Categories>());
    let path = path();
    let all = move || {
        parts.with(|parts| parts.iter().find(|part| part.0 == category).map(|part| part.1.clone()))
    };
    let is_folded = Memo::new(move |_| category.is_some_and(|id| categories.is_folded(id)));
    let shown = Memo::new(move |_| {
        let mut list = all().unwrap_or_default();
        if is_folded.get() {
            list.retain(|id| {
                let unread = chats.read(*id, |chat| chat.read.unread > 0).unwrap_or(false);
                unread || path.with(|path| path.ends_with(&id.to_string()))
            });
        }
        list
    });
    let name = move |id: CategoryId| {
        let space = parts.with(|parts| {
            let part = parts.iter().find(|part| part.0 == Some(id))?;
            chats.read(*part.1.first()?, |chat| chat.space_id).flatten()
        });
        let all = space.map(|space| categories.of(space)).unwrap_or_default();
        all.into_iter().find(|c| c.id == id).map(|c| c.name).unwrap_or_default()
    };
    view! {
        {category
            .map(|id| {
                view! {
                    <button
                        class="chat-list__category"
                        type="button"
                        aria-expanded=move || if is_folded.get() { "false" } else { "true" }
                        on:click=move |_| categories.fold(id)
                    >
                        <Glyph
                            icon=Signal::derive(move || {
                                if is_folded.get() { Icon::ChevronRight } else { Icon::ChevronDown }
                            })
                            size=14
                        />
                        <span>{move || name(id)}</span>
                    </button>
                }
            })}
        <For each=move || shown.get() key=|id| *id let(id)>
            <ChatRow id />
        </For>
    }
}

/// The threads that one follows, and how many wait.
#[component]
fn ThreadsLink() -> impl IntoView {
    let threads = expect_context::<Threads>();
    let waiting = Signal::derive(move || threads.waiting());
    view! {
        <A
            href=Page::Threads.path()
            attr:class="chat-row"
            attr:data-unread=move || (waiting.get() > 0).then_some("true")
        >
            <Glyph icon=Icon::MessageCircle size=18 />
            <span class="chat-row__name">{t(Key::ConversationThreads)}</span>
            <Badge count=waiting loud=true label=move || tn(Key::AppUnread, waiting.get()) />
        </A>
    }
}

/// The way to the notes to oneself, until they are a chat among the others.
#[component]
fn NotesLink() -> impl IntoView {
    let (chats, session) = (expect_context::<Chats>(), expect_context::<Session>());
    let toasts = expect_context::<Toasts>();
    let exists = Memo::new(move |_| {
        let all = chats.conversations();
        all.into_iter().any(|id| chats.read(id, |chat| chats.is_notes(chat)).unwrap_or(false))
    });
    let open = Callback::new(move |()| {
        let Some(me) = untrack(|| session.user_id()) else { return };
        leptos::task::spawn_local(async move {
            match crate::api::chat::open_direct(me).await {
                Ok(chat) => {
                    let path = page(None, chat.id).path();
                    chats.put(chat);
                    navigate(&path);
                }
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    });
    view! {
        <Show when=move || !exists.get()>
            <button class="chat-row" type="button" on:click=move |_| open.run(())>
                <Glyph icon=Icon::Bookmark size=18 />
                <span class="chat-row__name">{t(Key::ConversationNotes)}</span>
            </button>
        </Show>
    }
}
