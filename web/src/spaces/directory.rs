//! The directory of public spaces.

use super::create_space::CreateSpaceDialog;
use super::space_header::SpaceBanner;
use crate::api::ApiError;
use crate::api::spaces as api;
use crate::app::PageHeader;
use crate::i18n::{Key, t, tf, tn};
use crate::page::Page;
use crate::router::{A, navigate};
use crate::state::{Load, Spaces};
use crate::ui::{
    Avatar, AvatarSize, Button, Empty, Failure, Icon, Look, Picture, SkeletonRows, TextField,
    Toasts,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::SpaceId;
use shared::spaces::{Space, Visibility};
use std::time::Duration;

/// What the directory shows.
#[derive(Clone, Copy)]
struct Directory {
    found: RwSignal<Load<Vec<Space>>>,
    cursor: RwSignal<Option<String>>,
    query: RwSignal<String>,
    busy: RwSignal<bool>,
    /// Counts fetches: an answer to an older query is dropped.
    turn: StoredValue<u32>,
}

impl Directory {
    fn new() -> Self {
        let directory = Self {
            found: RwSignal::new(Load::Loading),
            cursor: RwSignal::new(None),
            query: RwSignal::new(String::new()),
            busy: RwSignal::new(false),
            turn: StoredValue::new(0),
        };
        directory.fetch(None);
        directory
    }

    /// Fetches from the beginning, or the page at the cursor.
    fn fetch(self, cursor: Option<String>) {
        let turn = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(turn);
        self.busy.set(true);
        let query = self.query.get_untracked().trim().to_owned();
        spawn_local(async move {
            let is_first = cursor.is_none();
            let outcome = api::list_directory(&query, cursor).await;
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            self.busy.set(false);
            match outcome {
                Ok(page) => {
                    self.cursor.set(page.next_cursor);
                    self.found.update(|found| match found.ready_mut() {
                        // What grew meanwhile may come once more.
                        Some(list) if !is_first => {
                            for space in page.items {
                                if list.iter().all(|known| known.id != space.id) {
                                    list.push(space);
                                }
                            }
                        }
                        _ => *found = Load::Ready(page.items),
                    });
                }
                Err(error) => self.found.set(Load::Failed(error)),
            }
        });
    }

    fn get(self, id: SpaceId) -> Option<Space> {
        self.found.with(|found| found.ready()?.iter().find(|space| space.id == id).cloned())
    }
}

/// The page of public spaces: find, look, join.
#[component]
fn DiscoverScreen() -> impl IntoView {
    let directory = Directory::new();
    let creating = RwSignal::new(false);
    let search = leptos::leptos_dom::helpers::debounce(Duration::from_millis(250), move |()| {
        directory.fetch(None);
    });
    let search = StoredValue::new_local(search);
    let ids = move || {
        directory.found.with(|found| {
            found.ready().into_iter().flatten().map(|space| space.id).collect::<Vec<_>>()
        })
    };
    let retry = Callback::new(move |()| {
        directory.found.set(Load::Loading);
        directory.fetch(None);
    });
    let state = Memo::new(move |_| {
        directory.found.with(|found| match found {
            Load::Loading => State::Loading,
            Load::Failed(error) => State::Failed(error.clone()),
            Load::Ready(list) if list.is_empty() => State::Empty,
            Load::Ready(_) => State::Found,
        })
    });
    view! {
        <div class="page">
            <PageHeader title=t(Key::AppDiscover) />
            <div class="page__body">
                <div class="directory">
                    <TextField
                        label=t(Key::SpacesFind)
                        value=directory.query
                        kind="search"
                        on_input=move |()| search.update_value(|search| search(()))
                    />
                    {move || match state.get() {
                        State::Loading => {
                            view! { <SkeletonRows label=t(Key::SpacesLoadingSpaces) /> }.into_any()
                        }
                        State::Failed(error) => {
                            let sentence = Signal::derive(move || error.sentence());
                            view! { <Failure sentence on_retry=retry /> }.into_any()
                        }
                        State::Empty => {
                            view! {
                                <Empty
                                    picture=Picture::Telescope
                                    title=t(Key::SpacesNothingTitle)
                                    text=t(Key::SpacesNothingText)
                                >
                                    <Button
                                        look=Look::Primary
                                        icon=Icon::Plus
                                        on_click=move |_| creating.set(true)
                                    >
                                        {t(Key::SpacesCreate)}
                                    </Button>
                                </Empty>
                            }
                                .into_any()
                        }
                        State::Found => {
                            view! {
                                <ul class="directory__list">
                                    <For each=ids key=|id| *id let(id)>
                                        <Entry directory id />
                                    </For>
                                </ul>
                                <Show when=move || directory.cursor.with(Option::is_some)>
                                    <Button
                                        busy=directory.busy
                                        on_click=move |_| {
                                            directory.fetch(directory.cursor.get_untracked());
                                        }
                                    >
                                        {t(Key::SpacesMoreSpaces)}
                                    </Button>
                                </Show>
                            }
                                .into_any()
                        }
                    }}
                </div>
            </div>
        </div>
        <CreateSpaceDialog open=creating />
    }
}

#[derive(Clone, PartialEq)]
enum State {
    Loading,
    Failed(ApiError),
    Empty,
    Found,
}

#[component]
fn Entry(directory: Directory, id: SpaceId) -> impl IntoView {
    let space = Memo::new(move |_| directory.get(id));
    let part = move |pick: fn(&Space) -> String| {
        Signal::derive(move || space.with(|space| space.as_ref().map(pick).unwrap_or_default()))
    };
    let name = part(|space| space.name.clone());
    let about = part(|space| space.description.clone().unwrap_or_default());
    let url = Signal::derive(move || space.get().and_then(|space| space.avatar_url));
    let banner = Signal::derive(move || space.get().and_then(|space| space.banner_url));
    let count = move || space.with(|space| space.as_ref().map_or(0, |space| space.member_count));
    view! {
        <li class="directory__entry">
            <SpaceBanner url=banner />
            <div class="directory__line">
                <Avatar id=id.0 name url size=AvatarSize::Large square=true />
                <div class="directory__text">
                    <h2>{name}</h2>
                    <p class="directory__about">{about}</p>
                    <p class="directory__count">{move || tn(Key::SpacesMembersCount, count())}</p>
                </div>
                <Entrance id space name />
            </div>
        </li>
    }
}

/// Open, join, or a word that an invitation is needed.
#[component]
fn Entrance(id: SpaceId, space: Memo<Option<Space>>, name: Signal<String>) -> impl IntoView {
    let (spaces, toasts) = (expect_context::<Spaces>(), expect_context::<Toasts>());
    let go = Callback::new(move |()| navigate(&Page::Space(id).path()));
    let busy = RwSignal::new(false);
    let is_mine = Memo::new(move |_| spaces.get(id).is_some());
    let is_public = move || space.get().is_some_and(|s| s.visibility == Visibility::Public);
    let join = move || {
        busy.set(true);
        spawn_local(async move {
            let outcome = api::join_space(id).await;
            let _was_there = busy.try_set(false);
            match outcome {
                Ok(space) => {
                    toasts.done(tf(Key::SpacesJoined, &[("name", &space.name)]));
                    spaces.put(space);
                    go.run(());
                }
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    };
    move || {
        if is_mine.get() {
            view! {
                <A href=Page::Space(id).path() attr:class="button">
                    {t(Key::SpacesOpen)}
                    <span class="visually-hidden">{name}</span>
                </A>
            }
            .into_any()
        } else if is_public() {
            view! {
                <Button look=Look::Primary busy on_click=move |_| join()>
                    {t(Key::SpacesJoin)}
                    <span class="visually-hidden">{name}</span>
                </Button>
            }
            .into_any()
        } else {
            view! { <span class="directory__closed">{t(Key::SpacesNeedsInvitation)}</span> }
                .into_any()
        }
    }
}

crate::lazy! {
    tools => fn discover_page() -> AnyView {
        view! { <DiscoverScreen /> }.into_any()
    }
}

/// See the module. Its code is fetched when it is shown.
#[component]
pub fn DiscoverPage() -> impl IntoView {
    crate::ui::later(discover_page)
}
