//! The page of the inbox.

use super::entry::Entry;
use crate::app::PageHeader;
use crate::i18n::{Key, t};
use crate::page::{Page, SettingsTab};
use crate::router::A;
use crate::state::{Load, Notices};
use crate::ui::{Button, Empty, Failure, Glyph, Icon, IconButton, Picture, SkeletonRows, later};
use leptos::prelude::*;
use shared::Timestamp;
use shared::notifications::Notification;

/// Entries by day, newest first.
#[component]
fn InboxScreen() -> impl IntoView {
    let notices = expect_context::<Notices>();
    notices.open(false);
    Effect::new(move |_| {
        let name = crate::i18n::tr(Key::NotificationsTitle);
        document().set_title(&match notices.unread.get() {
            0 => format!("{name} · The Space"),
            n => format!("({n}) {name} · The Space"),
        });
    });
    let tab = move |only: bool, label: Key| {
        let is_chosen = move || notices.only_unread.get() == only;
        view! {
            <button
                class="inbox__tab"
                type="button"
                aria-pressed=move || if is_chosen() { "true" } else { "false" }
                on:click=move |_| notices.open(only)
            >
                {t(label)}
            </button>
        }
    };
    let retry = move |()| notices.open(notices.only_unread.get_untracked());
    view! {
        <div class="page">
            <PageHeader title=t(Key::NotificationsTitle)>
                <span class="inbox__head">
                    <IconButton
                        icon=Icon::CheckCheck
                        label=t(Key::NotificationsReadAll)
                        disabled=Signal::derive(move || notices.unread.get() == 0)
                        on_click=move |_| notices.read_all()
                    />
                    <A
                        href=Page::Settings(SettingsTab::Notifications).path()
                        attr:class="icon-button"
                        attr:aria-label=t(Key::AppSettings)
                        attr:data-tip=t(Key::AppSettings)
                    >
                        <Glyph icon=Icon::Settings />
                    </A>
                </span>
            </PageHeader>
            <div class="page__body">
                <div class="inbox">
                    <div class="inbox__tabs" role="group" aria-label=t(Key::NotificationsTitle)>
                        {tab(false, Key::NotificationsEverything)}
                        {tab(true, Key::NotificationsUnreadOnly)}
                    </div>
                    {move || match notices.items.with(state) {
                        State::Loading => {
                            view! { <SkeletonRows label=t(Key::NotificationsTitle) /> }.into_any()
                        }
                        State::Failed(error) => {
                            let sentence = Signal::derive(move || error.clone());
                            view! { <Failure sentence on_retry=retry /> }.into_any()
                        }
                        State::Empty => view! { <Nothing notices /> }.into_any(),
                        State::Some => view! { <Days notices /> }.into_any(),
                    }}
                </div>
            </div>
        </div>
    }
}

#[derive(Clone, PartialEq)]
enum State {
    Loading,
    Failed(String),
    Empty,
    Some,
}

fn state(items: &Load<Vec<Notification>>) -> State {
    match items {
        Load::Loading => State::Loading,
        Load::Failed(error) => State::Failed(error.sentence()),
        Load::Ready(items) if items.is_empty() => State::Empty,
        Load::Ready(_) => State::Some,
    }
}

#[component]
fn Nothing(notices: Notices) -> impl IntoView {
    let title = move || {
        let key = match notices.only_unread.get() {
            true => Key::NotificationsEmptyUnread,
            false => Key::NotificationsEmpty,
        };
        crate::i18n::tr(key)
    };
    view! {
        <Empty picture=Picture::Bubbles title=title text=t(Key::NotificationsEmptyHint) />
    }
}

/// How long ago, in three steps.
fn day(at: Timestamp) -> Key {
    let today = js_sys::Date::new_0();
    let then = js_sys::Date::new(&(at.timestamp_millis() as f64).into());
    today.set_hours(0);
    today.set_minutes(0);
    today.set_seconds(0);
    today.set_milliseconds(0);
    let ago = today.get_time() - then.get_time();
    if ago <= 0.0 {
        Key::NotificationsToday
    } else if ago <= 86_400_000.0 {
        Key::NotificationsYesterday
    } else {
        Key::NotificationsEarlier
    }
}

#[component]
fn Days(notices: Notices) -> impl IntoView {
    let of = move |wanted: Key| {
        let entries = move || {
            notices.items.with(|items| {
                let items = items.ready().map(Vec::as_slice).unwrap_or_default();
                items.iter().filter(|n| day(n.created_at) == wanted).cloned().collect::<Vec<_>>()
            })
        };
        let some = Memo::new(move |_| !entries().is_empty());
        view! {
            <Show when=move || some.get()>
                <h2 class="inbox__day">{t(wanted)}</h2>
                <ul class="inbox__list">
                    <For
                        each=entries
                        key=|entry| (entry.id, entry.message.is_some())
                        let(entry)
                    >
                        <Entry notices entry />
                    </For>
                </ul>
            </Show>
        }
        .into_any()
    };
    view! {
        {of(Key::NotificationsToday)}
        {of(Key::NotificationsYesterday)}
        {of(Key::NotificationsEarlier)}
        <Show when=move || notices.has_more()>
            <Button on_click=move |_| notices.fetch_more()>{t(Key::NotificationsMore)}</Button>
        </Show>
    }
}

crate::lazy! {
    tools => fn inbox_page() -> AnyView {
        view! { <InboxScreen /> }.into_any()
    }
}

/// See the module. Its code is fetched when it is shown.
#[component]
pub fn InboxPage() -> impl IntoView {
    later(inbox_page)
}
