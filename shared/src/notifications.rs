//! The inbox, and what comes into it.

mod loudness;
mod words;

pub use loudness::Loudness;

use crate::chat::ChatKind;
use crate::error::{FieldCode, FieldError};
use crate::identity::UserRef;
use crate::ids::{ChatId, MessageId, NotificationId, RoleId, SpaceId};
use crate::validate::{Validate, check};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $key:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name { $($(#[$of])* $variant,)* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The key on the wire, in the database and in the catalogue.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }

            /// The value of a key of the database.
            #[must_use]
            pub fn from_key(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.key() == key)
            }
        }
    )*};
}

keys! {
    /// Why somebody is told something.
    NotificationKind {
        /// Mentioned: himself, his role, who is online, or everybody.
        Mention = "mention",
        /// His message was answered.
        Reply = "reply",
        /// News in a thread he takes part in.
        Thread = "thread",
        /// A message in a direct or group chat.
        DirectMessage = "direct_message",
        /// Invited to a space, or brought into it.
        Invite = "invite",
        /// Holds another role.
        RoleChange = "role_change",
        /// A moderator did something that concerns him.
        Moderation = "moderation",
    }
    /// What a mention named.
    MentionVia {
        You = "you",
        Role = "role",
        Here = "here",
        All = "all",
    }
    /// What a moderator did.
    ModerationAction {
        Kicked = "kicked",
        Banned = "banned",
        Unbanned = "unbanned",
        /// Permissions were taken.
        Restricted = "restricted",
        /// Permissions were given back.
        Released = "released",
        /// Something was done about what he reported.
        ReportResolved = "report_resolved",
        /// Nothing had to be done about what he reported.
        ReportDismissed = "report_dismissed",
    }
    /// What of a chat or a space one wants to hear.
    Level {
        /// Badges count every message.
        All = "all",
        /// Mentions, answers and threads. Badges count mentions only.
        Mentions = "mentions",
        /// Nothing, and no badge.
        Nothing = "nothing",
    }
}

/// Something to know about a space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpaceRef {
    pub id: SpaceId,
    pub name: String,
    pub avatar_url: Option<String>,
}

/// A chat by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChatRef {
    pub id: ChatId,
    pub kind: ChatKind,
    /// Empty for a direct chat.
    pub name: String,
}

/// The message a notification is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotifiedMessage {
    pub id: MessageId,
    pub seq: i64,
    /// The thread it is a reply in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
    /// The first 140 characters, as they are now.
    pub excerpt: String,
}

/// A role by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleRef {
    pub id: RoleId,
    pub name: String,
    pub color: String,
}

/// What differs by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationDetail {
    /// With `mention`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<MentionVia>,
    /// With `role_change`, and with a mention of a role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleRef>,
    /// With `moderation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ModerationAction>,
    /// With `moderation`: what the moderator wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// With `moderation`: when it ends.
    #[serde(default, with = "crate::millis::option", skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// With `invite`: its code; absent when he is in already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// An entry of the inbox. What its reader may not see any more is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notification {
    pub id: NotificationId,
    pub kind: NotificationKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<SpaceRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChatRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<NotifiedMessage>,
    /// Who caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<UserRef>,
    #[serde(default)]
    pub detail: NotificationDetail,
    pub read: bool,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
}

/// `GET /notifications/unread-count`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnreadCount {
    /// Exact.
    pub unread: i64,
}

/// Whether a kind comes, and whether it is mailed when it stays unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KindSetting {
    pub kind: NotificationKind,
    pub inbox: bool,
    pub mail: bool,
}

/// When nothing may ring: no sound, no pop-up, no mail. The inbox still fills.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quiet {
    /// Until then, once.
    #[serde(default, with = "crate::millis::option", skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Every day from this local time, `HH:MM`; with `to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// To this local time; earlier than `from` means over midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// IANA name of the time zone, such as `Europe/Kyiv`. Default `UTC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// `GET /notifications/settings`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationSettings {
    /// Every kind.
    pub kinds: Vec<KindSetting>,
    /// Whether unread notifications are mailed at all.
    pub mail: bool,
    /// What stayed unread for so long is mailed, in one letter.
    pub mail_minutes: i32,
    pub quiet: Quiet,
    /// Spaces and chats that differ from the default.
    pub levels: Vec<Loudness>,
}

impl Default for NotificationSettings {
    fn default() -> Self {
        let kind = |kind: &NotificationKind| KindSetting { kind: *kind, inbox: true, mail: true };
        Self {
            kinds: NotificationKind::ALL.iter().map(kind).collect(),
            mail: true,
            mail_minutes: 30,
            quiet: Quiet::default(),
            levels: Vec::new(),
        }
    }
}

/// `PATCH /notifications/settings`: absent keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateNotificationSettings {
    /// The kinds named here change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<KindSetting>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<bool>,
    /// 5-1440.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_minutes: Option<i32>,
    /// Replaces the whole rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// The spaces and chats named here change, each as a whole; at most 100 at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Loudness>,
}

impl Validate for UpdateNotificationSettings {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.mail_minutes.is_some_and(|minutes| !(5..=1440).contains(&minutes)) {
            check(&mut errors, "mail_minutes", Err(FieldCode::OutOfRange));
        }
        if let Some(quiet) = &self.quiet {
            let times = [&quiet.from, &quiet.to];
            let malformed = times.iter().copied().flatten().any(|time| !is_time(time));
            if malformed {
                check(&mut errors, "quiet", Err(FieldCode::BadFormat));
            } else if quiet.from.is_some() != quiet.to.is_some() {
                check(&mut errors, "quiet", Err(FieldCode::Required));
            }
        }
        if self.levels.len() > 100 {
            check(&mut errors, "levels", Err(FieldCode::TooMany));
        }
        if self.levels.iter().any(|l| l.space_id.is_some() == l.chat_id.is_some()) {
            check(&mut errors, "levels", Err(FieldCode::Required));
        } else if !self.levels.iter().all(Loudness::has_its_kinds) {
            check(&mut errors, "levels", Err(FieldCode::Unknown));
        }
        errors
    }
}

/// `HH:MM`.
fn is_time(text: &str) -> bool {
    text.len() == 5 && chrono::NaiveTime::parse_from_str(text, "%H:%M").is_ok()
}

/// A letter or another message that left the house, or should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// `email`.
    pub channel: String,
    /// What it was about: `digest`, `reset_password`, `confirm_email`, …
    pub about: String,
    /// Whether it was handed over.
    pub sent: bool,
    /// Why not, in a word, where it failed; it is tried again for a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(with = "crate::millis")]
    pub at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_targets_are_checked() {
        let quiet = |from: Option<&str>, to: Option<&str>| UpdateNotificationSettings {
            quiet: Some(Quiet {
                from: from.map(str::to_owned),
                to: to.map(str::to_owned),
                ..Quiet::default()
            }),
            ..Default::default()
        };
        assert!(quiet(Some("22:00"), Some("07:30")).validate().is_empty());
        for (from, to) in [(Some("22:00"), None), (Some("24:00"), Some("07:00")), (Some("7"), None)]
        {
            assert!(!quiet(from, to).validate().is_empty(), "{from:?} {to:?}");
        }
        let nowhere =
            UpdateNotificationSettings { levels: vec![Loudness::default()], ..Default::default() };
        assert!(!nowhere.validate().is_empty());
    }
}
