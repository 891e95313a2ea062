//! What the client knows of people beyond one space: whom the person does not want to hear, what others
//! say about themselves, and profiles that were looked at.

use super::{Changes, Heard, Session};
use crate::api::people as api;
use crate::api::{ApiResult, identity, spaces};
use gloo_timers::callback::Interval;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::event::{Event, EventFrame};
use shared::identity::Profile;
use shared::ids::{MessageId, SpaceId, UserId};
use shared::people::{CustomStatus, Mark, Marked};
use shared::spaces::Participant;
use std::collections::{HashMap, HashSet};

/// A profile that was fetched is shown again without asking for so long, in milliseconds.
const FRESH_MS: f64 = 60_000.0;
/// How often statuses that are over are looked for, in milliseconds.
const TICK_MS: u32 = 15_000;

/// A person as a card shows him.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub profile: Profile,
    /// Who he is in the space that was asked for.
    pub member: Option<Participant>,
}

type Known = HashMap<(UserId, Option<SpaceId>), (Seen, f64)>;

/// See the module.
#[derive(Clone, Copy)]
pub struct People {
    marks: RwSignal<HashMap<UserId, Marked>>,
    mark_changes: Changes,
    custom: RwSignal<HashMap<UserId, CustomStatus>>,
    /// Goes up while time passes: what is over goes from the screen.
    clock: RwSignal<u32>,
    /// Folded messages that the person wants to see.
    unfolded: RwSignal<HashSet<MessageId>>,
    known: StoredValue<Known>,
    /// Of whom the stream told something: an answer that was asked for before is older.
    pub(super) heard: Heard<UserId>,
    /// Whose profile is open.
    pub open: RwSignal<Option<UserId>>,
    session: Session,
    _timer: StoredValue<Option<Interval>, LocalStorage>,
}

impl People {
    /// [`Self::reload`] loads. Lives as long as the view that calls it.
    #[must_use]
    pub fn start(session: Session) -> Self {
        let clock = RwSignal::new(0);
        let timer = Interval::new(TICK_MS, move || {
            // The view may be gone by now.
            let _was_there = clock.try_update(|n| *n += 1);
        });
        Self {
            marks: RwSignal::default(),
            mark_changes: Changes::default(),
            custom: RwSignal::default(),
            clock,
            unfolded: RwSignal::default(),
            known: StoredValue::default(),
            heard: Heard::default(),
            open: RwSignal::new(None),
            session,
            _timer: StoredValue::new_local(Some(timer)),
        }
    }

    /// Fetches the marks anew.
    pub fn reload(&self) {
        let people = *self;
        spawn_local(async move {
            // The next reconnect tries again.
            if let Some(Ok(page)) = people.mark_changes.settle(api::list_marks).await {
                let marks = page.items.into_iter().map(|marked| (marked.user.id, marked));
                let _was_there = people.marks.try_set(marks.collect());
            }
        });
    }

    /// Whom the person blocked or muted, by name, reactively.
    #[must_use]
    pub fn marked(&self) -> Vec<Marked> {
        let mut marked: Vec<_> = self.marks.with(|marks| marks.values().cloned().collect());
        marked.sort_by_key(|marked: &Marked| marked.user.name().to_lowercase());
        marked
    }

    /// What the person wants of somebody, reactively.
    #[must_use]
    pub fn mark(&self, user: UserId) -> Option<Mark> {
        self.marks.with(|marks| marks.get(&user).map(|marked| marked.mark))
    }

    /// Whether a message of this author stands folded, reactively.
    #[must_use]
    pub fn folds(&self, author: UserId, message: MessageId) -> bool {
        self.mark(author).is_some() && !self.unfolded.with(|shown| shown.contains(&message))
    }

    /// Shows a folded message.
    pub fn unfold(&self, message: MessageId) {
        self.unfolded.update(|shown| {
            shown.insert(message);
        });
    }

    /// Blocks or mutes somebody, or (`None`) neither.
    ///
    /// # Errors
    /// See [`crate::api::ApiError`].
    pub async fn set_mark(&self, user: UserId, mark: Option<Mark>) -> ApiResult<()> {
        let marked = match mark {
            Some(mark) => Some(api::set_mark(user, mark).await?),
            None => {
                api::clear_mark(user).await?;
                None
            }
        };
        self.note_mark(user, marked);
        Ok(())
    }

    fn note_mark(&self, user: UserId, marked: Option<Marked>) {
        self.mark_changes.note();
        self.marks.update(|marks| match marked {
            Some(marked) => drop(marks.insert(user, marked)),
            None => drop(marks.remove(&user)),
        });
    }

    /// What somebody says about himself now, reactively.
    #[must_use]
    pub fn custom_status(&self, user: UserId) -> Option<CustomStatus> {
        self.clock.track();
        let own = self.session.me().filter(|me| me.id == user);
        let status = match own {
            Some(me) => me.custom_status,
            None => self.custom.with(|custom| custom.get(&user).cloned()),
        };
        status?.in_force(chrono::Utc::now())
    }

    /// Notes what somebody says about himself.
    pub fn note_custom(&self, user: UserId, status: Option<&CustomStatus>) {
        let before = self.custom.with_untracked(|custom| custom.get(&user) != status);
        if before {
            self.custom.update(|custom| match status {
                Some(status) => drop(custom.insert(user, status.clone())),
                None => drop(custom.remove(&user)),
            });
        }
    }

    /// A person for a card, from memory when it was asked a short while ago.
    ///
    /// # Errors
    /// See [`crate::api::ApiError`].
    pub async fn look_at(&self, user: UserId, space: Option<SpaceId>) -> ApiResult<Seen> {
        if let Some(seen) = self.remembered(user, space) {
            return Ok(seen);
        }
        let asked = self.heard.now();
        let (profile, member) = match space {
            Some(space) => {
                let member = spaces::get_participant(space, user);
                let (profile, member) =
                    futures_util::future::join(identity::get_profile(user), member).await;
                // Who has left is still somebody.
                (profile?, member.ok())
            }
            None => (identity::get_profile(user).await?, None),
        };
        let is_old = self.heard.is_newer(user, asked);
        if let Some(presence) = profile.presence.as_ref().filter(|_| !is_old) {
            self.note_custom(user, presence.custom_status.as_ref());
        }
        let seen = Seen { profile, member };
        if is_old {
            return Ok(seen);
        }
        let entry = (seen.clone(), js_sys::Date::now());
        // The view may be gone by now.
        let _was_there = self.known.try_update_value(|known| known.insert((user, space), entry));
        Ok(seen)
    }

    /// The person if he is remembered.
    #[must_use]
    pub fn remembered(&self, user: UserId, space: Option<SpaceId>) -> Option<Seen> {
        let now = js_sys::Date::now();
        self.known
            .try_with_value(|known| {
                let (seen, at) = known.get(&(user, space))?;
                (now - at < FRESH_MS).then(|| seen.clone())
            })
            .flatten()
    }

    /// Somebody changed: he is asked anew.
    pub fn forget(&self, user: UserId) {
        self.heard.note(user);
        self.known.update_value(|known| known.retain(|(known, _), _| *known != user));
    }

    /// Takes in an event of the stream; what does not concern people is ignored.
    pub fn apply(&self, frame: &EventFrame) {
        match &frame.event {
            Event::MarkChanged(changed) => self.note_mark(changed.user_id, changed.marked.clone()),
            Event::UserStatusChanged(changed) => {
                self.heard.note(changed.user_id);
                self.note_custom(changed.user_id, changed.custom_status.as_ref());
            }
            Event::UserUpdated(updated) => self.forget(updated.user.id),
            Event::MemberRenamed(renamed) => self.forget(renamed.user.id),
            Event::RoleAssigned(assigned) => self.forget(assigned.user_id),
            Event::MemberLeft(gone) | Event::UserKicked(gone) => self.forget(gone.user_id),
            Event::MemberBanned(banned) => self.forget(banned.user_id),
            _ => {}
        }
    }
}
