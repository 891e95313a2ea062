//! Spaces and chats that differ from the default.

use super::kinds_dialog::{kinds_dialog, name, words};
use super::loudness::Place;
use super::settings_tab::Change;
use crate::i18n::{Key, by_name, exact, t, tf};
use crate::state::{Chats, Spaces};
use crate::ui::{Button, Look, once_open};
use chrono::Utc;
use leptos::prelude::*;
use shared::notifications::{Level, Loudness, UpdateNotificationSettings};

/// See the module.
pub fn levels(change: Change) -> AnyView {
    let (spaces, chats) = (expect_context::<Spaces>(), expect_context::<Chats>());
    let settings = change.notices.settings;
    let (editing, open) = (RwSignal::new(None::<Place>), RwSignal::new(false));
    let all = move || {
        settings.with(|s| {
            let ended = |l: &Loudness| {
                l.level.is_none() && l.effective(Utc::now()).is_none() && l.kinds.is_none()
            };
            s.levels.iter().filter(|l| !ended(l)).cloned().collect::<Vec<_>>()
        })
    };
    let state = |level: &Loudness| match (level.muted, level.muted_until, level.level) {
        (true, Some(until), _) => tf(Key::NotificationsMutedUntil, &[("time", &exact(until))]),
        (true, None, _) => crate::i18n::tr(Key::NotificationsMuted).to_owned(),
        (false, _, Some(Level::Mentions)) => {
            crate::i18n::tr(Key::NotificationsLevelMentions).to_owned()
        }
        (false, _, Some(Level::Nothing)) => {
            crate::i18n::tr(Key::NotificationsLevelNothing).to_owned()
        }
        _ if level.kinds.is_some() => String::new(),
        _ => crate::i18n::tr(Key::NotificationsLevelAll).to_owned(),
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
                    <Button look=Look::Plain on_click=move |_| {
                        editing.set(Some(place));
                        open.set(true);
                    }>
                        {t(Key::NotificationsByKind)}
                    </Button>
                    <Button look=Look::Plain on_click=move |_| {
                        let kinds = Some(Vec::new());
                        let level = Loudness { space_id, chat_id, kinds, ..Loudness::default() };
                        change
                            .save(UpdateNotificationSettings {
                                levels: vec![level],
                                ..Default::default()
                            });
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
        </section>
    }
    .into_any()
}
