//! What people are to each other: custom statuses, cards, marks, and the end of an account.

use crate::error::{FieldCode, FieldError};
use crate::identity::{Status, UserRef};
use crate::ids::{SpaceId, UserId};
use crate::settings::choices;
use crate::validate::{self, Validate, check};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// The longest text of a status, in characters.
pub const MAX_STATUS_TEXT: usize = 100;
/// The most people somebody can block or mute.
pub const MAX_MARKS: i64 = 1_000;
/// Days between two changes of a nickname.
pub const NICKNAME_DAYS: i64 = 14;
/// Days for which a nickname that was given up belongs to nobody else.
pub const FORMER_NICKNAME_DAYS: i64 = 30;
/// Days between asking for the end of an account and the end.
pub const DELETION_DAYS: i64 = 7;

/// What a person says about himself for a while.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomStatus {
    pub text: Option<String>,
    pub emoji: Option<String>,
    /// Over after this; absent: until it is changed.
    #[serde(default, with = "crate::millis::option")]
    pub until: Option<DateTime<Utc>>,
}

impl CustomStatus {
    /// The status while it says something and is not over.
    #[must_use]
    pub fn in_force(self, now: DateTime<Utc>) -> Option<Self> {
        let says = self.text.is_some() || self.emoji.is_some();
        (says && self.until.is_none_or(|until| until > now)).then_some(self)
    }
}

/// A status as it is at `now`: `away` and `dnd` chosen by hand end at `until`, hiding does not.
#[must_use]
pub fn status_at(chosen: Status, until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Status {
    match chosen {
        Status::Away | Status::Dnd if until.is_some_and(|until| until <= now) => Status::Online,
        chosen => chosen,
    }
}

choices! {
    /// The ground of a card.
    CardBackground {
        Plain = "plain",
        /// The person's banner; `plain` where there is none.
        #[default] Banner = "banner",
        Dawn = "dawn",
        Forest = "forest",
        Ocean = "ocean",
        Berry = "berry",
        Sand = "sand",
        Night = "night",
    }
}
choices! {
    /// What surrounds the avatar on a card.
    CardFrame {
        #[default] None = "none",
        Ring = "ring",
        Double = "double",
        Dashed = "dashed",
        Glow = "glow",
        Rainbow = "rainbow",
    }
}

/// How a person's card looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardLook {
    pub background: CardBackground,
    pub frame: CardFrame,
}

choices! {
    /// What somebody wants of another person.
    Mark {
        /// Nothing at all: no direct messages either.
        #[default] Blocked = "blocked",
        /// Not to be told; messages stand folded.
        Muted = "muted",
    }
}

/// `PUT /profile/me/marks/{user_id}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetMark {
    pub mark: Mark,
}

/// A person whom the caller blocked or muted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Marked {
    pub user: UserRef,
    pub mark: Mark,
    #[serde(with = "crate::millis")]
    pub since: DateTime<Utc>,
}

/// The caller blocked or muted somebody, or no longer does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkChanged {
    pub user_id: UserId,
    /// Absent: neither.
    pub marked: Option<Marked>,
}

/// A member is called otherwise in a space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberRenamed {
    pub space_id: SpaceId,
    /// As he is shown there now.
    pub user: UserRef,
    pub space_nickname: Option<String>,
}

/// Name or picture of a person changed: as he is shown in the space of the topic, or in direct chats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserUpdated {
    pub user: UserRef,
}

/// `PATCH /spaces/{space_id}/participants/{user_id}`: absent keeps, `null` clears.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateParticipant {
    /// What the person is called in this space, 1-50 characters.
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub nickname: Option<Option<String>>,
}

impl Validate for UpdateParticipant {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if let Some(Some(name)) = &self.nickname {
            check(&mut errors, "nickname", validate::name(name, 1, 50));
        }
        errors
    }
}

/// `POST /auth/change-nickname`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeNickname {
    pub nickname: String,
    pub password: String,
}

impl Validate for ChangeNickname {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "nickname", validate::nickname(&self.nickname));
        check(&mut errors, "password", given(&self.password));
        errors
    }
}

/// `POST /auth/change-email`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeEmail {
    pub email: String,
    pub password: String,
}

impl Validate for ChangeEmail {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "email", validate::email(&self.email));
        check(&mut errors, "password", given(&self.password));
        errors
    }
}

fn given(text: &str) -> Result<(), FieldCode> {
    if text.is_empty() { Err(FieldCode::Required) } else { Ok(()) }
}

/// `POST /profile/me/deletion`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteAccount {
    pub password: String,
    /// The caller's nickname, typed again.
    pub confirm: String,
    /// Whether his messages go too; otherwise they stay, as a deleted person's.
    #[serde(default)]
    pub remove_messages: bool,
}

/// What the end of the caller's account would mean now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletionOutlook {
    /// To be transferred or deleted before.
    pub owned_spaces: Vec<OwnedSpace>,
    /// Days until it is done; logging in before calls it off.
    pub days: i64,
}

/// A space of the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnedSpace {
    pub id: SpaceId,
    pub name: String,
    pub member_count: i64,
}

/// The account ends then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedDeletion {
    #[serde(with = "crate::millis")]
    pub due_at: DateTime<Utc>,
}

/// The rules of a status: one line of text, one emoji, an end within a year.
///
/// # Errors
/// The broken rules.
#[must_use]
pub fn status_errors(
    text: Option<&str>,
    emoji: Option<&str>,
    until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Some(text) = text {
        check(&mut errors, "text", validate::name(text, 1, MAX_STATUS_TEXT));
    }
    if let Some(emoji) = emoji {
        check(&mut errors, "emoji", validate::emoji(emoji));
    }
    if until.is_some_and(|until| until <= now || until > now + Duration::days(366)) {
        errors.push(FieldError::new("until", FieldCode::OutOfRange));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_over_at_its_end() {
        let now = Utc::now();
        let status = |until| CustomStatus { text: Some("Lunch".into()), emoji: None, until };
        assert!(status(None).in_force(now).is_some());
        assert!(status(Some(now + Duration::seconds(1))).in_force(now).is_some());
        assert_eq!(status(Some(now)).in_force(now), None);
        assert_eq!(CustomStatus::default().in_force(now), None);
        assert_eq!(status_at(Status::Dnd, Some(now), now), Status::Online);
        assert_eq!(status_at(Status::Dnd, Some(now + Duration::seconds(1)), now), Status::Dnd);
        // Nobody becomes visible by waiting.
        assert_eq!(status_at(Status::Offline, Some(now), now), Status::Offline);
    }

    #[test]
    fn statuses_keep_their_rules() {
        let now = Utc::now();
        let wrong = |text, emoji, until| {
            let errors = status_errors(text, emoji, until, now);
            errors.into_iter().map(|error| error.pointer).collect::<Vec<_>>()
        };
        assert!(wrong(Some("Lunch"), Some("🥐"), Some(now + Duration::hours(1))).is_empty());
        let long = "x".repeat(MAX_STATUS_TEXT + 1);
        assert_eq!(wrong(Some(&long), Some("ab"), Some(now)), ["/text", "/emoji", "/until"]);
        assert_eq!(
            wrong(Some("two\nlines"), None, Some(now + Duration::days(400))),
            ["/text", "/until"]
        );
    }
}
