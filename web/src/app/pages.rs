//! Small pages that choose where to go.

use super::{BackOrMenu, PageHeader};
use crate::chat::new_conversation;
use crate::effect::Effect;
use crate::i18n::{Key, t};
use crate::page::Page;
use crate::router::{A, redirect};
use crate::spaces::{CurrentSpace, create_space};
use crate::state::{Layout, Load, Spaces, last};
use crate::ui::{Button, Empty, Failure, Icon, Look, Picture, SkeletonRows, once_open};
use leptos::prelude::*;
use shared::ids::SpaceId;

/// Goes on without leaving this address in the history.
fn go_on(page: impl Fn() -> Option<Page> + 'static) {
    Effect::new(move |_| {
        if let Some(page) = page() {
            redirect(&page.path());
        }
    });
}

/// The last space, or the first one; without any, the ways to one.
#[component]
pub fn HomePage() -> impl IntoView {
    let spaces = expect_context::<Spaces>();
    let first = Memo::new(move |_| {
        let ids = spaces.ids();
        last::space().filter(|id| ids.contains(id)).or(ids.first().copied())
    });
    go_on(move || first.get().map(Page::Space));
    view! {
        <WithSpaces spaces>
            <Show when=move || first.get().is_none()>
                <NoSpaces />
            </Show>
        </WithSpaces>
    }
}

/// The children once the spaces are there.
#[component]
fn WithSpaces(spaces: Spaces, children: ChildrenFn) -> impl IntoView {
    let children = StoredValue::new(children);
    let state = Memo::new(move |_| spaces.load());
    move || match state.get() {
        Load::Loading => view! { <SkeletonRows label=t(Key::SpacesLoadingSpaces) /> }.into_any(),
        Load::Failed(error) => {
            let sentence = Signal::derive(move || error.sentence());
            view! { <Failure sentence on_retry=move |()| spaces.reload() /> }.into_any()
        }
        Load::Ready(()) => children.read_value()().into_any(),
    }
}

#[component]
fn NoSpaces() -> impl IntoView {
    let creating = RwSignal::new(false);
    view! {
        <header class="page__header">
            <BackOrMenu to=Page::Conversations />
            <h1>{t(Key::AppHome)}</h1>
        </header>
        <Empty
            picture=Picture::Planet
            title=t(Key::AppNoSpacesTitle)
            text=t(Key::AppNoSpacesText)
        >
            <Button look=Look::Primary icon=Icon::Plus on_click=move |_| creating.set(true)>
                {t(Key::SpacesCreate)}
            </Button>
            <A href=Page::Discover.path() attr:class="button">
                {t(Key::AppDiscover)}
            </A>
        </Empty>
        {once_open(move || creating.get(), move || create_space(creating))}
    }
}

/// A space without a chat in the address: opens the last one or the default one. A phone shows the
/// list of chats instead.
#[component]
pub fn SpacePage() -> impl IntoView {
    let (spaces, layout) = (expect_context::<Spaces>(), expect_context::<Layout>());
    let current = expect_context::<CurrentSpace>();
    let chat_of = move |id: SpaceId| last::chat(id).or_else(|| spaces.get(id)?.default_chat_id);
    let space = Memo::new(move |_| current.get().filter(|id| spaces.get(*id).is_some()));
    let chat = Memo::new(move |_| space.get().and_then(|id| Some(Page::Chat(id, chat_of(id)?))));
    go_on(move || chat.get().filter(|_| !layout.is_phone.get()));
    view! {
        <WithSpaces spaces>
            <Show
                when=move || space.get().is_some()
                fallback=|| {
                    view! {
                        <Empty
                            picture=Picture::Telescope
                            title=t(Key::SpacesNotSeenTitle)
                            text=t(Key::SpacesNotSeenText)
                        />
                    }
                }
            >
                <Show when=move || chat.get().is_none()>
                    <Empty
                        picture=Picture::Bubbles
                        title=t(Key::SpacesNoChatsTitle)
                        text=t(Key::SpacesNoChatsText)
                    />
                </Show>
            </Show>
        </WithSpaces>
    }
}

/// Direct chats, none open.
#[component]
pub fn ConversationsPage() -> impl IntoView {
    let talking = RwSignal::new(false);
    view! {
        <PageHeader title=t(Key::AppDirectMessages) />
        <Empty
            picture=Picture::Bubbles
            title=t(Key::AppChooseChatTitle)
            text=t(Key::AppChooseChatText)
        >
            <Button icon=Icon::Plus on_click=move |_| talking.set(true)>
                {t(Key::ChatNewMessage)}
            </Button>
        </Empty>
        {once_open(move || talking.get(), move || new_conversation(talking))}
    }
}

/// An address that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Empty
            picture=Picture::Telescope
            title=t(Key::AppNotFoundTitle)
            text=t(Key::AppNotFoundText)
        >
            <A href=Page::Home.path() attr:class="button">
                {t(Key::AppGoHome)}
            </A>
        </Empty>
    }
}
