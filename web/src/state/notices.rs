//! The inbox, its badge, and what the person wants to hear.

use super::{Changes, Load, Session, storage};
use crate::api::notifications as api;
use crate::api::{ApiResult, identity};
use crate::notifications::pop_up;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use shared::event::{Event, EventFrame};
use shared::identity::EmailState;
use shared::ids::NotificationId;
use shared::notifications::{Notification, NotificationSettings};

/// What this device does beside showing a badge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Device {
    /// Notifications of the system.
    pub desktop: bool,
    pub sound: bool,
}

const DEVICE: &str = "notifications";

/// What is fetched by itself.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
enum Part {
    #[default]
    Count,
    Settings,
    Items,
}

/// See the module.
#[derive(Clone, Copy)]
pub struct Notices {
    /// Unread entries: exact, by the last event.
    pub unread: RwSignal<i64>,
    pub settings: RwSignal<NotificationSettings>,
    /// The page of the inbox, while it is open or was.
    pub items: RwSignal<Load<Vec<Notification>>>,
    pub only_unread: RwSignal<bool>,
    next: RwSignal<Option<String>>,
    /// Where letters go; absent until it is known.
    pub email: RwSignal<Option<EmailState>>,
    pub device: RwSignal<Device>,
    /// Whether somebody looked at the inbox: then it is kept up to date.
    watched: StoredValue<bool>,
    changes: Changes<Part>,
    /// Goes up with each first page: what was asked for before does not follow it.
    loads: StoredValue<u32>,
    session: Session,
}

impl Notices {
    /// [`Self::reload`] loads.
    #[must_use]
    pub fn start(session: Session, settings: RwSignal<NotificationSettings>) -> Self {
        Self {
            unread: RwSignal::new(0),
            settings,
            items: RwSignal::new(Load::Loading),
            only_unread: RwSignal::new(false),
            next: RwSignal::new(None),
            // Its banner stands where it stood: nothing moves when the answer comes.
            email: RwSignal::new(
                untrack(|| session.user_id()).and_then(identity::kept_email_state),
            ),
            device: RwSignal::new(storage::load(DEVICE).unwrap_or_default()),
            watched: StoredValue::new(false),
            changes: Changes::default(),
            loads: StoredValue::new(0),
            session,
        }
    }

    /// Fetches count, settings and, where it was looked at, the inbox anew.
    pub fn reload(&self) {
        let notices = *self;
        // Side by side, the banner's first: it takes room.
        notices.reload_email();
        spawn_local(async move {
            if let Some(Ok(count)) = notices.changes.settle_of(Part::Count, api::count_unread).await
            {
                let _was_there = notices.unread.try_set(count.unread);
            }
        });
        spawn_local(async move {
            let settings = notices.changes.settle_of(Part::Settings, api::settings).await;
            if let Some(Ok(settings)) = settings {
                let _was_there = notices.settings.try_set(settings);
            }
        });
        if self.watched.try_get_value() == Some(true) {
            self.fetch();
        }
    }

    fn reload_email(&self) {
        let notices = *self;
        spawn_local(async move {
            if let Ok(state) = identity::email_state().await {
                let _was_there = notices.email.try_set(Some(state));
            }
        });
    }

    /// Shows the inbox: fetches its newest page.
    pub fn open(&self, only_unread: bool) {
        self.watched.set_value(true);
        self.only_unread.set(only_unread);
        self.items.set(Load::Loading);
        self.fetch();
    }

    /// Fetches the newest page.
    pub fn fetch(&self) {
        let (notices, unread) = (*self, self.only_unread.get_untracked());
        self.loads.update_value(|loads| *loads += 1);
        spawn_local(async move {
            let fetch = || api::list(unread, None);
            let Some(outcome) = notices.changes.settle_of(Part::Items, fetch).await else { return };
            if notices.only_unread.try_get_untracked() == Some(unread) {
                notices.take_page(outcome, false);
            }
        });
    }

    /// Whether there are older entries, reactively.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.next.with(Option::is_some)
    }

    /// Fetches the next older page.
    pub fn fetch_more(&self) {
        let notices = *self;
        let Some(cursor) = self.next.get_untracked() else { return };
        let (unread, loads) = (self.only_unread.get_untracked(), self.loads.get_value());
        spawn_local(async move {
            let outcome = api::list(unread, Some(cursor)).await;
            if notices.loads.try_get_value() == Some(loads) {
                notices.take_page(outcome, true);
            }
        });
    }

    fn take_page(&self, outcome: ApiResult<shared::page::Page<Notification>>, more: bool) {
        match outcome {
            Ok(page) => {
                let _was_there = self.next.try_set(page.next_cursor);
                let _was_there = self.items.try_update(|items| match items.ready_mut() {
                    Some(known) if more => {
                        let new = page.items.into_iter();
                        let new: Vec<_> =
                            new.filter(|n| known.iter().all(|k| k.id != n.id)).collect();
                        known.extend(new);
                    }
                    _ => *items = Load::Ready(page.items),
                });
            }
            Err(error) => {
                let _was_there = self.items.try_update(|items| {
                    if items.ready().is_none() {
                        *items = Load::Failed(error);
                    }
                });
            }
        }
    }

    fn set_unread(&self, unread: i64) {
        self.changes.note_of(Part::Count);
        self.unread.set(unread);
    }

    fn change(&self, act: impl FnOnce(&mut Vec<Notification>)) {
        self.changes.note_of(Part::Items);
        self.items.update(|items| {
            if let Some(items) = items.ready_mut() {
                act(items);
            }
        });
    }

    /// Marks one as read, here at once and then at the server.
    pub fn read(&self, id: NotificationId) {
        let is_new = self.items.with_untracked(|items| {
            items.ready().is_some_and(|items| items.iter().any(|n| n.id == id && !n.read))
        });
        if is_new {
            self.set_unread((self.unread.get_untracked() - 1).max(0));
        }
        self.change(|items| mark(items, |n| n.id == id));
        self.after(async move { api::read(id).await });
    }

    /// Marks all as read.
    pub fn read_all(&self) {
        self.set_unread(0);
        self.change(|items| mark(items, |_| true));
        self.after(api::read_all());
    }

    /// Takes one out.
    pub fn remove(&self, id: NotificationId) {
        self.change(|items| items.retain(|n| n.id != id));
        self.after(async move { api::remove(id).await });
    }

    /// What was refused is shown as it is at the server. A page asked for meanwhile may not know of the
    /// change: it is asked for again.
    fn after(&self, request: impl Future<Output = ApiResult<()>> + 'static) {
        let (notices, loads) = (*self, self.loads.get_value());
        spawn_local(async move {
            let outcome = request.await;
            let Some(now) = notices.loads.try_get_value() else { return };
            if outcome.is_err() {
                notices.reload();
            } else if now != loads {
                notices.fetch();
            }
        });
    }

    /// Keeps what this device does.
    pub fn set_device(&self, device: Device) {
        self.device.set(device);
        storage::save(DEVICE, &device);
    }

    /// Takes in an event; what does not concern the inbox is ignored.
    pub fn apply(&self, frame: &EventFrame) {
        match &frame.event {
            Event::NotificationCreated(created) => {
                self.set_unread(created.unread);
                let entry = created.notification.clone();
                self.change(|items| {
                    if items.iter().all(|known| known.id != entry.id) {
                        items.insert(0, entry);
                    }
                });
                pop_up::ring(self, self.session, &created.notification);
            }
            Event::NotificationsRead(read) => {
                self.set_unread(read.unread);
                self.change(|items| match &read.ids {
                    Some(ids) => mark(items, |n| ids.contains(&n.id)),
                    None => mark(items, |_| true),
                });
            }
            // Also those that are not in the page any more.
            Event::NotificationsUnread(_) => self.reload(),
            Event::NotificationsDeleted(deleted) => {
                self.set_unread(deleted.unread);
                self.change(|items| items.retain(|n| !deleted.ids.contains(&n.id)));
            }
            Event::NotificationSettingsChanged(settings) => {
                self.changes.note_of(Part::Settings);
                self.settings.set(settings.clone());
            }
            Event::EmailChanged(state) => {
                self.email.set(Some(state.clone()));
                // What is kept for the next start changes, too.
                self.reload_email();
            }
            // Its entries went with it, or show less.
            Event::SpaceLeft(_) | Event::SpaceDeleted(_) | Event::ChatDeleted(_) => self.reload(),
            _ => {}
        }
    }
}

fn mark(items: &mut [Notification], wanted: impl Fn(&Notification) -> bool) {
    for item in items.iter_mut().filter(|item| wanted(item)) {
        item.read = true;
    }
}
