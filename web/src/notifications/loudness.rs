//! The menu that makes a space or a chat louder or quieter.

use super::kinds_dialog::{kinds_dialog, name};
use crate::api::notifications as api;
use crate::i18n::{Key, exact, t, tf, tr};
use crate::state::{Chats, Notices, Spaces};
use crate::ui::{Anchor, Icon, Menu, MenuItem, MenuLine, Toasts, once_open};
use chrono::{TimeDelta, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::{ChatId, SpaceId};
use shared::notifications::{Level, Loudness};

/// A space or a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub space: Option<SpaceId>,
    pub chat: Option<ChatId>,
}

impl Place {
    fn is_of(self, level: &Loudness) -> bool {
        level.space_id == self.space && level.chat_id == self.chat
    }
}

/// How loud it is, reactively.
pub fn of(notices: Notices, place: Place) -> Loudness {
    let known = notices
        .settings
        .with(|settings| settings.levels.iter().find(|level| place.is_of(level)).cloned());
    known.unwrap_or(Loudness { space_id: place.space, chat_id: place.chat, ..Loudness::default() })
}

/// How loud that is, in words.
pub fn words(level: &Loudness) -> String {
    match (level.muted, level.muted_until, level.level) {
        (true, Some(until), _) => tf(Key::NotificationsMutedUntil, &[("time", &exact(until))]),
        (true, None, _) => tr(Key::NotificationsMuted).to_owned(),
        (false, _, Some(Level::All)) => tr(Key::NotificationsLevelAll).to_owned(),
        (false, _, Some(Level::Mentions)) => tr(Key::NotificationsLevelMentions).to_owned(),
        (false, _, Some(Level::Nothing)) => tr(Key::NotificationsLevelNothing).to_owned(),
        (false, _, None) => tr(Key::NotificationsLevelDefault).to_owned(),
    }
}

/// As [`save`]; once it is so, it is told with the way back.
pub fn save_told(notices: Notices, toasts: Toasts, level: Loudness, name: &str) {
    let place = Place { space: level.space_id, chat: level.chat_id };
    let before = untrack(|| of(notices, place));
    // Absent would keep what is there then.
    let before = Loudness { kinds: Some(before.kinds.unwrap_or_default()), ..before };
    let text = format!("{name}: {}", words(&level));
    let undo = move || save(notices, toasts, before.clone());
    save_then(notices, toasts, level, Box::new(move || toasts.undoable(text, undo)));
}

/// Shows it at once; what is refused is told, and goes back.
pub fn save(notices: Notices, toasts: Toasts, level: Loudness) {
    save_then(notices, toasts, level, Box::new(|| ()));
}

fn save_then(notices: Notices, toasts: Toasts, level: Loudness, then: Box<dyn FnOnce()>) {
    let place = Place { space: level.space_id, chat: level.chat_id };
    let before = untrack(|| of(notices, place));
    // The others stay as they are, whatever becomes of this one.
    let show = move |level: Loudness| {
        notices.settings.try_update(|settings| {
            settings.levels.retain(|level| !place.is_of(level));
            settings.levels.push(level);
        });
    };
    show(level.clone());
    spawn_local(async move {
        match api::set_loudness(level).await {
            Ok(settings) => {
                let _was_there = notices.settings.try_set(settings);
                then();
            }
            Err(error) => {
                toasts.failed(error.sentence());
                show(before);
            }
        }
    });
}

/// Mute for a while, or choose what comes. Opens at the anchor.
#[component]
pub fn LoudnessMenu(
    at: RwSignal<Option<Anchor>>,
    #[prop(optional)] space: Option<SpaceId>,
    #[prop(optional)] chat: Option<ChatId>,
) -> impl IntoView {
    let (notices, toasts) = (expect_context::<Notices>(), expect_context::<Toasts>());
    let place = Place { space, chat };
    let (spaces, chats) = (expect_context::<Spaces>(), expect_context::<Chats>());
    let save = move |level: Loudness| {
        save_told(notices, toasts, level, &untrack(|| name(spaces, chats, place)));
    };
    let now = Memo::new(move |_| of(notices, place));
    let mute = move |hours: Option<i64>| {
        let until = hours.map(|hours| Utc::now() + TimeDelta::hours(hours));
        let level = Loudness { muted: true, muted_until: until, ..now.get_untracked() };
        save(level);
    };
    let choose = move |level: Option<Level>| {
        save(Loudness { level, ..now.get_untracked() });
    };
    let is_muted =
        move || now.with(|l| l.muted && l.muted_until.is_none_or(|until| until > Utc::now()));
    let unmute_label = move || match now.with(|l| l.muted_until) {
        Some(until) => {
            let until = tf(Key::NotificationsMutedUntil, &[("time", &exact(until))]);
            format!("{} ({until})", tr(Key::NotificationsUnmute))
        }
        None => tr(Key::NotificationsUnmute).to_owned(),
    };
    let by_kind_label = move || match now.with(|l| l.kinds.as_ref().map_or(0, Vec::len)) {
        0 => tr(Key::NotificationsByKind).to_owned(),
        count => format!("{} ({count})", tr(Key::NotificationsByKind)),
    };
    let item = move |level: Option<Level>, label: Key| {
        let checked = Signal::derive(move || now.with(|l| l.level == level));
        view! { <MenuItem label=t(label) checked on_choose=move |()| choose(level) /> }.into_any()
    };
    let pause = move |hours: Option<i64>, label: Key| {
        view! { <MenuItem icon=Icon::BellOff label=t(label) on_choose=move |()| mute(hours) /> }
            .into_any()
    };
    let by_kind = RwSignal::new(false);
    view! {
        {once_open(move || by_kind.get(), move || kinds_dialog(place, by_kind))}
        <Menu at label=t(Key::NotificationsLoudness)>
            <Show
                when=is_muted
                fallback=move || {
                    view! {
                        {pause(Some(1), Key::NotificationsMuteHour)}
                        {pause(Some(8), Key::NotificationsMute8Hours)}
                        {pause(Some(24), Key::NotificationsMuteDay)}
                        {pause(None, Key::NotificationsMuteForever)}
                    }
                }
            >
                <MenuItem
                    icon=Icon::Bell
                    label=unmute_label
                    on_choose=move |()| {
                        let level = Loudness {
                            muted: false,
                            muted_until: None,
                            ..now.get_untracked()
                        };
                        save(level);
                    }
                />
            </Show>
            <MenuLine />
            {item(None, Key::NotificationsLevelDefault)}
            {item(Some(Level::All), Key::NotificationsLevelAll)}
            {item(Some(Level::Mentions), Key::NotificationsLevelMentions)}
            {item(Some(Level::Nothing), Key::NotificationsLevelNothing)}
            <MenuLine />
            <MenuItem
                icon=Icon::Settings
                label=by_kind_label
                on_choose=move |()| by_kind.set(true)
            />
        </Menu>
    }
}
