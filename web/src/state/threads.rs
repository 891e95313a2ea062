//! The threads that the person follows, the liveliest first.

use super::{Changes, Load, Session};
use crate::api::chat as api;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::ListedThread;
use shared::event::{Event, EventFrame};
use shared::ids::MessageId;
use shared::topic::Topic;
use std::time::Duration;

/// The list is fetched once the page stands, and again this long after news.
const SOON: Duration = Duration::from_millis(800);

/// See the module.
#[derive(Clone, Copy)]
pub struct Threads {
    list: RwSignal<Load<Vec<ListedThread>>>,
    cursor: RwSignal<Option<String>>,
    changes: Changes,
    timer: StoredValue<Option<TimeoutHandle>>,
    session: Session,
}

impl Threads {
    /// [`Self::reload`] loads.
    #[must_use]
    pub fn start(session: Session) -> Self {
        Self {
            list: RwSignal::new(Load::Loading),
            cursor: RwSignal::new(None),
            changes: Changes::default(),
            timer: StoredValue::new(None),
            session,
        }
    }

    /// What is known.
    #[must_use]
    pub fn list(&self) -> Signal<Load<Vec<ListedThread>>> {
        self.list.into()
    }

    /// How many of them have something unread, reactively.
    #[must_use]
    pub fn waiting(&self) -> i64 {
        self.list.with(|list| {
            let list = list.ready().map(Vec::as_slice).unwrap_or_default();
            list.iter().filter(|one| one.me.unread > 0).count() as i64
        })
    }

    /// Whether there are more, reactively.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.cursor.with(Option::is_some)
    }

    fn reload_soon(&self) {
        let threads = *self;
        let timer = set_timeout_with_handle(move || threads.reload(), SOON).ok();
        self.timer.update_value(|old| {
            if let Some(old) = std::mem::replace(old, timer) {
                old.clear();
            }
        });
    }

    /// Fetches the list anew.
    pub fn reload(&self) {
        let threads = *self;
        spawn_local(async move {
            let fetch = || api::list_threads(None, None);
            let Some(outcome) = threads.changes.settle(fetch).await else { return };
            match outcome {
                Ok(page) => {
                    let _was_there = threads.cursor.try_set(page.next_cursor);
                    let _was_there = threads.list.try_set(Load::Ready(page.items));
                }
                Err(error) => {
                    let is_empty = threads.list.try_with_untracked(|list| list.ready().is_none());
                    if is_empty == Some(true) {
                        threads.list.set(Load::Failed(error));
                    }
                }
            }
        });
    }

    /// Fetches the next page.
    pub fn load_more(&self) {
        let Some(cursor) = self.cursor.get_untracked() else { return };
        let threads = *self;
        spawn_local(async move {
            let outcome = api::list_threads(None, Some(cursor.clone())).await;
            // Asked for twice, or the list began anew: it goes on from elsewhere.
            let is_next = threads.cursor.try_with_untracked(|now| now.as_ref() == Some(&cursor));
            if let Ok(page) = outcome
                && is_next == Some(true)
            {
                threads.cursor.set(page.next_cursor);
                threads.list.update(|list| {
                    if let Some(list) = list.ready_mut() {
                        let is_new =
                            |one: &ListedThread| list.iter().all(|k| k.root.id != one.root.id);
                        let new: Vec<_> = page.items.into_iter().filter(is_new).collect();
                        list.extend(new);
                    }
                });
            }
        });
    }

    /// Takes in an event; what does not concern threads is ignored.
    pub fn apply(&self, frame: &EventFrame) {
        match &frame.event {
            Event::ThreadStateChanged(changed) if !changed.me.following => {
                self.edit(|list| list.retain(|one| one.root.id != changed.root_id));
            }
            Event::ThreadStateChanged(changed)
                if !self.change(changed.root_id, |one| one.me = changed.me) =>
            {
                self.reload_soon();
            }
            Event::NewMessage(message) => {
                let Some(root) = message.thread_root else { return };
                let me = untrack(|| self.session.user_id());
                let mine = Some(message.author.id) == me;
                let known = self.change(root, |one| one.me.unread += i64::from(!mine));
                let concerns_me = mine || message.mentions.iter().any(|m| Some(m.id) == me);
                if !known && concerns_me {
                    self.reload_soon();
                }
            }
            Event::ThreadUpdated(updated) => match &updated.thread {
                Some(thread) => {
                    let mut shrank = false;
                    self.change(updated.root_id, |one| {
                        shrank = thread.count < one.thread.count;
                        one.thread = thread.clone();
                    });
                    // Whether what went was unread only the server knows.
                    if shrank {
                        self.reload_soon();
                    }
                    self.edit(|list| list.sort_by_key(|one| std::cmp::Reverse(one.thread.last_at)));
                }
                None => self.edit(|list| list.retain(|one| one.root.id != updated.root_id)),
            },
            Event::MessageDeleted(deleted) => {
                self.change(deleted.message_id, |one| {
                    one.root.author = None;
                    one.root.excerpt = None;
                });
            }
            // Told to who follows the thread or is mentioned in it.
            Event::ChatActivity(news)
                if news.thread_root.is_some() && matches!(frame.topic, Topic::User(_)) =>
            {
                self.reload_soon();
            }
            Event::ChatDeleted(_) | Event::SpaceLeft(_) => self.reload_soon(),
            _ => {}
        }
    }

    fn edit(&self, edit: impl FnOnce(&mut Vec<ListedThread>)) {
        self.changes.note();
        self.list.update(|list| {
            if let Some(list) = list.ready_mut() {
                edit(list);
            }
        });
    }

    fn change(&self, root: MessageId, edit: impl FnOnce(&mut ListedThread)) -> bool {
        let mut found = false;
        self.edit(|list| {
            if let Some(one) = list.iter_mut().find(|one| one.root.id == root) {
                edit(one);
                found = true;
            }
        });
        found
    }
}
