//! Bans, reports and the audit log on the wire.

use crate::error::FieldError;
use crate::identity::UserRef;
use crate::ids::{AuditId, ChatId, MessageId, ReportId, SpaceId, UserId};
use crate::permission::PermissionSet;
use crate::validate::{self, Validate, check};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest reason or note, in characters.
pub const MAX_REASON: usize = 500;
/// How far back a ban may delete messages, in seconds: seven days.
pub const MAX_DELETE_RECENT: i64 = 7 * 24 * 60 * 60;

/// `POST /spaces/{space_id}/kick/{user_id}`; the body may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KickMember {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Validate for KickMember {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        reason(&mut errors, "reason", self.reason.as_deref());
        errors
    }
}

/// `POST /spaces/{space_id}/ban/{user_id}`; the body may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BanMember {
    /// At most 500 characters. Moderators read it, the banned person too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// In the future; absent: until lifted.
    #[serde(default, with = "crate::millis::option", skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Also deletes what the person wrote here in the last so many seconds, at most 604,800.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_recent: Option<i64>,
}

impl Validate for BanMember {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        reason(&mut errors, "reason", self.reason.as_deref());
        if self.delete_recent.is_some_and(|s| !(0..=MAX_DELETE_RECENT).contains(&s)) {
            errors.push(FieldError::new("delete_recent", crate::error::FieldCode::OutOfRange));
        }
        errors
    }
}

/// Somebody who is kept out of a space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ban {
    pub user: UserRef,
    /// Absent when the account is no more.
    pub banned_by: Option<UserRef>,
    pub reason: Option<String>,
    /// Absent: until lifted.
    #[serde(default, with = "crate::millis::option")]
    pub until: Option<DateTime<Utc>>,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
}

/// What is taken from whom at the moment, for the list of a space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RestrictedMember {
    pub user: UserRef,
    pub permissions_denied: PermissionSet,
    #[serde(default, with = "crate::millis::option")]
    pub until: Option<DateTime<Utc>>,
    pub set_by: Option<UserRef>,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
}

macro_rules! keys {
    ($(#[$doc:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $key:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name { $($(#[$inner])* $variant,)* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The key on the wire, in the database and in the catalogue.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }

            /// What a key of the database stands for.
            #[must_use]
            pub fn from_key(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.key() == key)
            }
        }
    };
}

keys! {
    /// Why something is reported.
    ReportReason {
        Spam = "spam",
        Abuse = "abuse",
        Illegal = "illegal",
        Other = "other",
    }
}

keys! {
    /// Where a report stands.
    ReportState {
        Open = "open",
        /// Something was done.
        Resolved = "resolved",
        /// Nothing had to be done.
        Dismissed = "dismissed",
    }
}

/// `POST /messages/{message_id}/report` and `POST /spaces/{space_id}/report/{user_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendReport {
    pub reason: ReportReason,
    /// At most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Validate for SendReport {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        reason(&mut errors, "note", self.note.as_deref());
        errors
    }
}

/// A report in the moderators' queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Report {
    pub id: ReportId,
    pub space_id: SpaceId,
    pub reporter: Option<UserRef>,
    /// The person it is about: the author of the message, where there is one.
    pub user: UserRef,
    /// Absent when a person was reported, or the message's chat is no more.
    pub message: Option<ReportedMessage>,
    /// The text as it was when it was reported.
    pub content: Option<String>,
    pub reason: ReportReason,
    pub note: Option<String>,
    pub state: ReportState,
    pub handled_by: Option<UserRef>,
    #[serde(default, with = "crate::millis::option")]
    pub handled_at: Option<DateTime<Utc>>,
    /// What the moderator wrote about it.
    pub outcome: Option<String>,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
}

/// Where a reported message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportedMessage {
    pub id: MessageId,
    pub chat_id: ChatId,
    pub seq: i64,
    /// The thread it is a reply in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
    pub is_deleted: bool,
}

/// `PATCH /spaces/{space_id}/reports/{report_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandleReport {
    pub state: ReportState,
    /// What was done, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

impl Validate for HandleReport {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        reason(&mut errors, "outcome", self.outcome.as_deref());
        errors
    }
}

keys! {
    /// What the audit log notes.
    AuditAction {
        SpaceUpdated = "space_updated",
        SpaceTransferred = "space_transferred",
        RoleCreated = "role_created",
        RoleUpdated = "role_updated",
        RoleDeleted = "role_deleted",
        RolesOrdered = "roles_ordered",
        RoleAssigned = "role_assigned",
        MemberAdded = "member_added",
        MemberKicked = "member_kicked",
        MemberBanned = "member_banned",
        MemberUnbanned = "member_unbanned",
        MemberRestricted = "member_restricted",
        RestrictionLifted = "restriction_lifted",
        InviteCreated = "invite_created",
        InviteRevoked = "invite_revoked",
        ReportHandled = "report_handled",
        ChatCreated = "chat_created",
        ChatUpdated = "chat_updated",
        ChatDeleted = "chat_deleted",
        ChatsOrdered = "chats_ordered",
        CategoryCreated = "category_created",
        CategoryRenamed = "category_renamed",
        CategoryDeleted = "category_deleted",
        MessageDeleted = "message_deleted",
        MessagesDeleted = "messages_deleted",
        MessagePinned = "message_pinned",
        MessageUnpinned = "message_unpinned",
        EmojiAdded = "emoji_added",
        EmojiRenamed = "emoji_renamed",
        EmojiRemoved = "emoji_removed",
        BotAdded = "bot_added",
        BotRemoved = "bot_removed",
    }
}

/// A line of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    pub id: AuditId,
    /// Absent when the account is no more.
    pub actor: Option<UserRef>,
    pub action: AuditAction,
    /// The person acted on.
    pub user: Option<UserRef>,
    /// The role, chat, message or report acted on.
    pub target_id: Option<Uuid>,
    /// Its name at that time.
    pub target_name: Option<String>,
    pub reason: Option<String>,
    pub changes: Vec<AuditChange>,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
}

/// One field before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditChange {
    /// The name of the field in the API.
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Somebody was banned; `was_member`: and is gone from the list of members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberBanned {
    pub space_id: SpaceId,
    pub user_id: UserId,
    pub by: UserId,
    pub was_member: bool,
}

/// The number of open reports of a space changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportsChanged {
    pub space_id: SpaceId,
    pub open: i64,
}

/// `GET /spaces/{space_id}/reports/count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenReports {
    pub open: i64,
}

fn reason(errors: &mut Vec<FieldError>, field: &str, text: Option<&str>) {
    if let Some(text) = text {
        check(errors, field, validate::text(text, 0, MAX_REASON));
    }
}
