//! What comes from one space or chat, kind by kind.

use super::loudness::{Place, of, save};
use crate::i18n::{Key, by_name, t, tf, tr};
use crate::state::{Chats, Notices, Spaces};
use crate::ui::{Button, Dialog, Toasts};
use leptos::prelude::*;
use shared::notifications::{KindSetting, Loudness, NotificationKind};

crate::lazy! {
    tools => pub fn kinds_dialog(place: Place, open: RwSignal<bool>) -> AnyView {
        let (spaces, chats) = (expect_context::<Spaces>(), expect_context::<Chats>());
        let title =
            move || tf(Key::NotificationsKindsOf, &[("place", &name(spaces, chats, place))]);
        view! {
            <Dialog open title>
                <Kinds place open />
            </Dialog>
        }
        .into_any()
    }
}

/// What the space or the chat is called, reactively.
#[must_use]
pub fn name(spaces: Spaces, chats: Chats, place: Place) -> String {
    let of_space = place.space.and_then(|id| spaces.get(id)).map(|space| space.name);
    let of_chat = place.chat.and_then(|id| chats.get(id)).map(|chat| chats.title(&chat));
    of_space.or(of_chat).unwrap_or_default()
}

/// What a setting says, in a word.
#[must_use]
pub fn words(setting: KindSetting) -> &'static str {
    tr(match (setting.inbox, setting.mail) {
        (true, true) => Key::NotificationsComesBoth,
        (true, false) => Key::NotificationsComesInbox,
        (false, _) => Key::NotificationsComesOff,
    })
}

/// The values of a select: `default` and these.
const CHOICES: [(&str, bool, bool); 3] =
    [("both", true, true), ("inbox", true, false), ("off", false, false)];

#[component]
fn Kinds(place: Place, open: RwSignal<bool>) -> impl IntoView {
    let (notices, chats) = (expect_context::<Notices>(), expect_context::<Chats>());
    // Of a chat: the space it is in.
    let space = place.chat.and_then(|id| chats.peek(id, |chat| chat.space_id)).flatten();
    let here = Loudness { space_id: place.space, chat_id: place.chat, ..Loudness::default() };
    let kinds = here.kinds_of(space.is_some());
    view! {
        <div class="dialog__body">
            <p class="settings__hint">{t(Key::NotificationsKindsOfHint)}</p>
            {kinds.iter().map(|kind| pick(notices, place, space, *kind)).collect::<Vec<_>>()}
            <footer class="dialog__footer">
                <Button on_click=move |_| open.set(false)>{t(Key::AppClose)}</Button>
            </footer>
        </div>
    }
}

/// What comes of a kind: as elsewhere, or otherwise. Saved at once.
fn pick(
    notices: Notices,
    place: Place,
    space: Option<shared::ids::SpaceId>,
    kind: NotificationKind,
) -> AnyView {
    let toasts = expect_context::<Toasts>();
    let label = move || by_name(&format!("notifications.kind_{}", kind.key()));
    let own = Memo::new(move |_| of(notices, place).kind(kind));
    let above = move || notices.settings.with(|s| s.kind_in(kind, space, None));
    let choose = move |value: String| {
        let level = untrack(|| of(notices, place));
        let mut kinds = level.kinds.clone().unwrap_or_default();
        kinds.retain(|setting| setting.kind != kind);
        let chosen = CHOICES.iter().find(|(name, ..)| *name == value);
        kinds.extend(chosen.map(|(_, inbox, mail)| KindSetting {
            kind,
            inbox: *inbox,
            mail: *mail,
        }));
        save(notices, toasts, Loudness { kinds: Some(kinds), ..level });
    };
    let is = move |inbox: bool, mail: bool| {
        own.get().is_some_and(|own| own.inbox == inbox && (own.mail == mail || !inbox))
    };
    view! {
        <label class="settings__pick">
            <span>{label}</span>
            <select class="select" on:change=move |event| choose(event_target_value(&event))>
                <option value="default" selected=move || own.get().is_none()>
                    {move || tf(Key::NotificationsComesDefault, &[("what", words(above()))])}
                </option>
                {CHOICES
                    .iter()
                    .map(|(name, inbox, mail)| {
                        let (kind, inbox, mail) = (kind, *inbox, *mail);
                        view! {
                            <option value=*name selected=move || is(inbox, mail)>
                                {move || words(KindSetting { kind, inbox, mail })}
                            </option>
                        }
                    })
                    .collect::<Vec<_>>()}
            </select>
        </label>
    }
    .into_any()
}
