//! Spaces and chats that differ from the default.

use super::kinds_dialog::{kinds_dialog, name, words};
use super::loudness::{self, Place};
use crate::i18n::{Key, by_name, t, tr};
use crate::state::{Chats, Notices, Spaces};
use crate::ui::{Button, Look, Toasts, once_open};
use chrono::Utc;
use leptos::prelude::*;
use shared::ids::{ChatId, SpaceId};
use shared::notifications::Loudness;
use shared::topic::Topic;

/// See the module.
pub fn levels(notices: Notices) -> AnyView {
    let (spaces, chats) = (expect_context::<Spaces>(), expect_context::<Chats>());
    let toasts = expect_context::<Toasts>();
    let settings = notices.settings;
    let (editing, open) = (RwSignal::new(None::<Place>), RwSignal::new(false));
    let all = move || {
        settings.with(|s| {
            let ended = |l: &Loudness| {
                let has_kinds = l.kinds.iter().flatten().next().is_some();
                l.level.is_none() && l.effective(Utc::now()).is_none() && !has_kinds
            };
            s.levels.iter().filter(|l| !ended(l)).cloned().collect::<Vec<_>>()
        })
    };
    let edit = move |place: Place| {
        editing.set(Some(place));
        open.set(true);
    };
    let listed = Memo::new(move |_| {
        all().iter().map(|level| (level.space_id, level.chat_id)).collect::<Vec<_>>()
    });
    let state = |level: &Loudness| match level.level {
        None if !level.muted => String::new(),
        _ => loudness::words(level),
    };
    let by_kind = |level: &Loudness| {
        let kinds = level.kinds.iter().flatten().map(|setting| {
            let name = by_name(&format!("notifications.kind_{}", setting.kind.key()));
            format!("{name}: {}", words(*setting))
        });
        kinds.collect::<Vec<_>>().join(" · ")
    };
    let row = move |level: Loudness| {
        let (state, by_kind) = (state(&level), by_kind(&level));
        let (space_id, chat_id) = (level.space_id, level.chat_id);
        let place = Place { space: space_id, chat: chat_id };
        view! {
            <li class="settings__line">
                <span>
                    <strong>{move || name(spaces, chats, place)}</strong>
                    <span class="settings__hint">{state}</span>
                    <span class="settings__hint">{by_kind}</span>
                </span>
                <div class="settings__deeds">
                    <Button look=Look::Plain on_click=move |_| edit(place)>
                        {t(Key::NotificationsByKind)}
                    </Button>
                    <Button look=Look::Plain on_click=move |_| {
                        let kinds = Some(Vec::new());
                        let level = Loudness { space_id, chat_id, kinds, ..Loudness::default() };
                        let name = untrack(|| name(spaces, chats, place));
                        loudness::save_told(notices, toasts, level, &name);
                    }>{t(Key::NotificationsLevelDefault)}</Button>
                </div>
            </li>
        }
        .into_any()
    };
    view! {
        <section class="settings__section">
            <h2>{t(Key::NotificationsLevels)}</h2>
            {move || {
                let dialog = move |place| {
                    once_open(move || open.get(), move || kinds_dialog(place, open))
                };
                editing.get().map(dialog)
            }}
            {move || match all() {
                list if list.is_empty() => {
                    view! { <p class="settings__hint">{t(Key::NotificationsLevelsEmpty)}</p> }
                        .into_any()
                }
                list => {
                    view! { <ul class="settings__lines">{list.into_iter().map(row).collect::<Vec<_>>()}</ul> }
                        .into_any()
                }
            }}
            {another(spaces, chats, listed, Callback::new(edit))}
        </section>
    }
    .into_any()
}

/// A space or a chat that is at the default, to choose what comes from it.
fn another(
    spaces: Spaces,
    chats: Chats,
    listed: Memo<Vec<(Option<SpaceId>, Option<ChatId>)>>,
    edit: Callback<Place>,
) -> AnyView {
    let chosen = RwSignal::new(None::<Topic>);
    let free = move |topic: &Topic| {
        place(*topic).is_some_and(|p| listed.with(|all| !all.contains(&(p.space, p.chat))))
    };
    let label = move |topic: Topic| {
        let name = place(topic).map(|place| untrack(|| name(spaces, chats, place)));
        (topic, name.unwrap_or_default())
    };
    // By names: news in a chat must not draw the list anew while somebody chooses.
    let groups = Memo::new(move |_| {
        let of_space = spaces.ids().into_iter().map(|space| {
            let chats = chats.of_space(space).into_iter().map(|(_, chat)| Topic::Chat(chat));
            let topics = std::iter::once(Topic::Space(space)).chain(chats);
            (label(Topic::Space(space)).1, topics.filter(free).map(label).collect::<Vec<_>>())
        });
        let direct = chats.conversations().into_iter().map(Topic::Chat).filter(free);
        let mut direct: Vec<_> = direct.map(label).collect();
        direct.sort_by_key(|(_, name)| name.to_lowercase());
        let direct = (tr(Key::ChatConversations).to_owned(), direct);
        let groups = of_space.chain(std::iter::once(direct));
        groups.filter(|(_, topics)| !topics.is_empty()).collect::<Vec<_>>()
    });
    let option = move |(topic, name): (Topic, String)| {
        let name = match topic {
            Topic::Space(_) => tr(Key::NotificationsWholeSpace).to_owned(),
            _ => name,
        };
        let selected = chosen.get_untracked() == Some(topic);
        view! { <option value=topic.to_string() selected=selected>{name}</option> }
    };
    let is_nothing = Signal::derive(move || chosen.get().is_none_or(|topic| !free(&topic)));
    view! {
        <div class="settings__pick">
            <label class="settings__another">
                <span>{t(Key::NotificationsAnother)}</span>
                <select
                    class="select"
                    on:change=move |event| chosen.set(event_target_value(&event).parse().ok())
                >
                    <option value="">{t(Key::NotificationsChoosePlace)}</option>
                    {move || {
                        let group = |(name, topics): (String, Vec<_>)| {
                            let options = topics.into_iter().map(option).collect::<Vec<_>>();
                            view! { <optgroup label=name>{options}</optgroup> }
                        };
                        groups.get().into_iter().map(group).collect::<Vec<_>>()
                    }}
                </select>
            </label>
            <Button
                disabled=is_nothing
                on_click=move |_| {
                    if let Some(place) = chosen.get_untracked().and_then(place) {
                        edit.run(place);
                    }
                }
            >
                {t(Key::NotificationsByKind)}
            </Button>
        </div>
    }
    .into_any()
}

fn place(topic: Topic) -> Option<Place> {
    match topic {
        Topic::Space(space) => Some(Place { space: Some(space), chat: None }),
        Topic::Chat(chat) => Some(Place { space: None, chat: Some(chat) }),
        Topic::User(_) => None,
    }
}
