//! Search in messages: everywhere, in this space, in this chat; filters are typed or pressed.

use super::keys::page;
use super::search_notes::{intro, refused};
use super::search_words::{FILTERS, Words, finish, parse, unfinished, values};
use crate::api::ApiError;
use crate::api::chat::{self as api, Scope};
use crate::effect::Effect;
use crate::i18n::{Key, clock, day, t, tf};
use crate::page::link;
use crate::people::{Among, Finder};
use crate::router::{navigate, path};
use crate::spaces::CurrentSpace;
use crate::state::{Chats, Layout, Spaces};
use crate::ui::{Avatar, AvatarSize, Button, Empty, Failure, Glyph, Icon, Picture, SkeletonRows};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::SearchHit;
use shared::ids::{ChatId, SpaceId};
use std::time::Duration;

/// Letters after which the search begins by itself.
const PAUSE: Duration = Duration::from_millis(200);

/// What was found so far.
#[derive(Default)]
enum Found {
    #[default]
    Nothing,
    Searching,
    Failed(ApiError),
    Hits {
        hits: Vec<SearchHit>,
        next: Option<String>,
    },
}

/// What stands below the words.
#[derive(Clone, PartialEq)]
enum Shown {
    Intro,
    Searching,
    Failed(ApiError),
    Empty,
    Hits,
}

impl Found {
    fn shown(&self) -> Shown {
        match self {
            Self::Nothing => Shown::Intro,
            Self::Searching => Shown::Searching,
            Self::Failed(error) => Shown::Failed(error.clone()),
            Self::Hits { hits, .. } if hits.is_empty() => Shown::Empty,
            Self::Hits { .. } => Shown::Hits,
        }
    }

    fn hits(&self) -> &[SearchHit] {
        if let Self::Hits { hits, .. } = self { hits } else { &[] }
    }

    fn next(&self) -> Option<&String> {
        if let Self::Hits { next, .. } = self { next.as_ref() } else { None }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Chat,
    Space,
    Everywhere,
}

/// See the module.
#[component]
fn SearchPanel() -> impl IntoView {
    let space = expect_context::<CurrentSpace>();
    let path = path();
    let chat =
        Memo::new(move |_| path.with(|path| path.rsplit('/').next()?.parse::<ChatId>().ok()));
    let layout = expect_context::<Layout>();
    let chats = expect_context::<Chats>();
    let words = RwSignal::new(layout.search_for.get_untracked());
    layout.search_for.set(String::new());
    let taken_apart =
        move || parse(&words.get(), |name| chat_named(chats, untrack(|| space.get()), name));
    let place = RwSignal::new(Where::Everywhere);
    let found = RwSignal::new(Found::Nothing);
    let turn = StoredValue::new(0_u64);
    let scope = move || match (place.get(), chat.get(), space.get()) {
        (Where::Chat, Some(chat), _) => Scope::Chat(chat),
        (Where::Space, _, Some(space)) => Scope::Space(space),
        _ => Scope::Everywhere,
    };
    let search = move |query: Words, scope: Scope, cursor: Option<String>| {
        let mine = turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        });
        spawn_local(async move {
            let (is_more, mut cursor) = (cursor.is_some(), cursor);
            loop {
                let outcome = api::search(&query, scope, cursor).await;
                if turn.try_get_value() != mine {
                    return;
                }
                match outcome {
                    // Rare, and further back than one answer looks.
                    Ok(page) if page.items.is_empty() && page.next_cursor.is_some() => {
                        cursor = page.next_cursor;
                        continue;
                    }
                    Ok(page) => found.update(|found| {
                        let mut hits = match std::mem::take(found) {
                            Found::Hits { hits, .. } if is_more => hits,
                            _ => Vec::new(),
                        };
                        for hit in page.items {
                            if hits.iter().all(|known| known.message.id != hit.message.id) {
                                hits.push(hit);
                            }
                        }
                        *found = Found::Hits { hits, next: page.next_cursor };
                    }),
                    Err(error) => found.set(Found::Failed(error)),
                }
                return;
            }
        });
    };
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let (query, scope) = (taken_apart(), scope());
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        turn.update_value(|turn| *turn += 1);
        if !query.is_enough() {
            return found.set(Found::Nothing);
        }
        if !found.with_untracked(|found| matches!(found, Found::Hits { .. })) {
            found.set(Found::Searching);
        }
        let wait = set_timeout_with_handle(move || search(query, scope, None), PAUSE);
        timer.set_value(wait.ok());
    });
    let again = move |()| search(untrack(taken_apart), untrack(scope), None);
    let more = move |_| {
        let next = found.with_untracked(|found| found.next().cloned());
        search(untrack(taken_apart), untrack(scope), next);
    };
    let shown = Memo::new(move |_| found.with(Found::shown));
    let hits = move || found.with(|found| found.hits().to_vec());
    // Other words show the same message with other marks.
    let marks = |hit: &SearchHit| {
        let parts = hit.snippet.iter().map(|part| (part.hit, part.text.clone()));
        (hit.message.id, parts.collect::<Vec<_>>())
    };
    view! {
        <div class="search">
            <div class="search__head">
                <input
                    class="field__input"
                    type="search"
                    node_ref=focused_once()
                    placeholder=t(Key::ChatSearchHint)
                    aria-label=t(Key::ChatSearchHint)
                    prop:value=move || words.get()
                    on:input=move |event| words.set(event_target_value(&event))
                />
                <Filters words space />
                <div class="search__places" role="group" aria-label=t(Key::ChatSearchWhere)>
                    <Place place here=Where::Everywhere label=Key::ChatSearchEverywhere />
                    <Show when=move || space.get().is_some()>
                        <Place place here=Where::Space label=Key::ChatSearchSpace />
                    </Show>
                    <Show when=move || chat.get().is_some()>
                        <Place place here=Where::Chat label=Key::ChatSearchChat />
                    </Show>
                </div>
            </div>
            <div class="search__hits" aria-live="polite">
                {move || match shown.get() {
                    Shown::Intro => intro(taken_apart()),
                    Shown::Searching => {
                        view! { <SkeletonRows label=t(Key::AppLoading) rows=4 /> }.into_any()
                    }
                    Shown::Failed(error) => {
                        refused(&error, untrack(taken_apart))
                            .unwrap_or_else(|| {
                                view! {
                                    <Failure
                                        sentence=Signal::derive(move || error.sentence())
                                        on_retry=again
                                    />
                                }
                                    .into_any()
                            })
                    }
                    Shown::Empty => {
                        view! { <Empty picture=Picture::Telescope title=t(Key::ChatNothingFound) /> }
                            .into_any()
                    }
                    Shown::Hits => {
                        view! {
                            <For each=hits key=marks let(hit)>
                                <Hit hit />
                            </For>
                            <Show when=move || found.with(|found| found.next().is_some())>
                                <Button on_click=more>{t(Key::ChatSearchMore)}</Button>
                            </Show>
                        }
                            .into_any()
                    }
                }}
            </div>
        </div>
    }
}

/// A chat by its name, of this space first.
fn chat_named(chats: Chats, space: Option<SpaceId>, name: &str) -> Option<ChatId> {
    let wanted = name.to_lowercase();
    let is_named = |id: &ChatId| {
        chats.peek(*id, |chat| chats.title(chat).to_lowercase() == wanted).unwrap_or(false)
    };
    let here = space.map(|space| untrack(|| chats.of_space(space))).unwrap_or_default();
    let here = here.into_iter().map(|(_, id)| id).find(is_named);
    here.or_else(|| chats.ids().into_iter().find(is_named))
}

/// Filters to press: those there are, or the names that finish the one being typed.
#[component]
fn Filters(words: RwSignal<String>, space: CurrentSpace) -> impl IntoView {
    let (chats, spaces) = (expect_context::<Chats>(), expect_context::<Spaces>());
    let people = Memo::new(move |_| spaces.members_here());
    let finder = Finder::new(Among::Everybody);
    Effect::new(move |_| {
        let begun = words.with(|typed| match unfinished(typed) {
            Some(("from", begun)) => begun,
            _ => String::new(),
        });
        finder.words.set(begun);
    });
    let offers = Memo::new(move |_| {
        let typed = words.get();
        match unfinished(&typed) {
            Some(("from", _)) => people.with(|people| {
                let found = finder.offers(people, |_| false).into_iter();
                found.map(|person| format!("from:@{}", person.nickname)).collect()
            }),
            Some((filter @ ("has" | "is" | "before" | "after"), begun)) => {
                values(filter, &begun, chrono::Local::now().date_naive())
            }
            Some((_, begun)) => {
                let here = space.get().map(|space| chats.of_space(space)).unwrap_or_default();
                let names =
                    here.into_iter().filter_map(|(_, id)| chats.read(id, |c| c.name.clone()));
                let fits = names.filter(|name| name.to_lowercase().contains(&begun));
                let quoted = fits.map(|name| match name.contains(' ') {
                    true => format!("in:\"{name}\""),
                    false => format!("in:#{name}"),
                });
                quoted.take(8).collect()
            }
            None => FILTERS.iter().map(|filter| (*filter).to_owned()).collect::<Vec<_>>(),
        }
    });
    let node = NodeRef::<leptos::html::Div>::new();
    let press = move |offer: &str| {
        let is_open = unfinished(&words.get_untracked()).is_some();
        words.update(|words| {
            let next = match is_open {
                true => finish(words, offer),
                false => format!(
                    "{}{}{offer}",
                    words.trim_end(),
                    if words.trim().is_empty() { "" } else { " " }
                ),
            };
            *words = if next.ends_with(['@', '#', ':', ' ']) { next } else { format!("{next} ") };
        });
        // The keyboard goes back to where one types.
        let head = node.get_untracked().and_then(|node| node.parent_element());
        if let Some(input) =
            head.and_then(|head| crate::ui::focus::all(&head, "input").into_iter().next())
        {
            crate::ui::focus::give(&input);
        }
    };
    view! {
        <div class="search__filters" role="group" aria-label=t(Key::ConversationFilters) node_ref=node>
            <For each=move || offers.get() key=Clone::clone let(offer)>
                <button
                    class="chip"
                    type="button"
                    on:click={
                        let offer = offer.clone();
                        move |_| press(&offer)
                    }
                >
                    {offer.clone()}
                </button>
            </For>
        </div>
    }
}

/// An input that has the keyboard as soon as it is there.
fn focused_once() -> NodeRef<leptos::html::Input> {
    let node = NodeRef::<leptos::html::Input>::new();
    node.on_load(|input| {
        request_animation_frame(move || crate::ui::focus::give(&input));
    });
    node
}

#[component]
fn Place(place: RwSignal<Where>, here: Where, label: Key) -> impl IntoView {
    view! {
        <button
            class="chip"
            class:chip--mine=move || place.get() == here
            type="button"
            aria-pressed=move || if place.get() == here { "true" } else { "false" }
            on:click=move |_| place.set(here)
        >
            {t(label)}
        </button>
    }
}

/// One message that was found; opens it in its place.
#[component]
fn Hit(hit: SearchHit) -> impl IntoView {
    let (chats, layout) = (expect_context::<Chats>(), expect_context::<Layout>());
    let SearchHit { message, snippet } = hit;
    let chat = chats.peek(message.chat_id, |chat| (chat.space_id, chats.title(chat)));
    let (space, title) = chat.unwrap_or_default();
    let path = link(page(space, message.chat_id), message.thread_root, message.seq);
    let at = message.created_at;
    let open = move |_| {
        navigate(&path);
        if layout.is_narrow.get_untracked() {
            layout.close_panel();
        }
    };
    let instead = message.content.is_empty().then(|| match &message.sticker {
        Some(sticker) => tf(Key::StickersOne, &[("name", &sticker.name)]),
        None if !message.words().is_empty() => shared::markdown::plain(message.words(), 140),
        None => message.attachments.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", "),
    });
    let pieces = snippet.into_iter().map(|part| {
        if part.hit { view! { <mark>{part.text}</mark> }.into_any() } else { part.text.into_any() }
    });
    view! {
        <button class="hit" type="button" on:click=open>
            <span class="hit__head">
                <Avatar
                    id=message.author.id.0
                    name=message.author.name().to_owned()
                    url=message.author.avatar_url.clone()
                    size=AvatarSize::Small
                />
                <span class="hit__author">{message.author.name().to_owned()}</span>
                <span class="hit__place"><Glyph icon=Icon::Hash size=14 />{title}</span>
            </span>
            <span class="hit__text">{instead} {pieces.collect::<Vec<_>>()}</span>
            <time class="hit__time">{move || format!("{}, {}", day(at), clock(at))}</time>
        </button>
    }
}

crate::lazy! {
    tools => pub fn search_panel() -> AnyView {
        view! { <SearchPanel /> }.into_any()
    }
}
