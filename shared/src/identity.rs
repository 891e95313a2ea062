//! Accounts, sessions and profiles on the wire.

use crate::error::FieldError;
use crate::ids::{SessionId, UserId};
use crate::people::{CardLook, CustomStatus, status_errors};
use crate::validate::{self, Validate, check};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A person as others see him in messages and lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserRef {
    pub id: UserId,
    pub nickname: String,
    pub display_name: Option<String>,
    pub avatar_url: Option<String>,
    #[serde(default)]
    pub is_bot: bool,
}

impl UserRef {
    /// The display name, or the nickname where there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.nickname)
    }
}

/// Presence. `offline` chosen by hand means invisible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Status {
    Online,
    Away,
    Dnd,
    #[default]
    Offline,
}

impl Status {
    /// The key on the wire, in the database and in the catalogue (`status.` and this).
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::Dnd => "dnd",
            Self::Offline => "offline",
        }
    }

    /// The status of a key of the database.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Online, Self::Away, Self::Dnd, Self::Offline].into_iter().find(|s| s.key() == key)
    }
}

/// The caller's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    pub id: UserId,
    pub nickname: String,
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub avatar_url: Option<String>,
    #[serde(default)]
    pub banner_url: Option<String>,
    pub bio: Option<String>,
    /// The status chosen by hand.
    pub status: Status,
    #[serde(default)]
    pub is_bot: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_status: Option<CustomStatus>,
    #[serde(default)]
    pub card: CardLook,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
}

impl Me {
    #[must_use]
    pub fn as_ref(&self) -> UserRef {
        UserRef {
            id: self.id,
            nickname: self.nickname.clone(),
            display_name: self.display_name.clone(),
            avatar_url: self.avatar_url.clone(),
            is_bot: self.is_bot,
        }
    }
}

/// `POST /auth/register`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Register {
    /// 3-20 latin letters, digits or `_`, at least one letter; unique by case and look-alikes.
    pub nickname: String,
    pub email: String,
    /// At least 8 characters, at most 72 bytes, not a common one.
    pub password: String,
    #[serde(default)]
    pub display_name: Option<String>,
}

impl Validate for Register {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "nickname", validate::nickname(&self.nickname));
        check(&mut errors, "email", validate::email(&self.email));
        check(&mut errors, "password", validate::password(&self.password, &self.nickname));
        if let Some(name) = &self.display_name {
            check(&mut errors, "display_name", validate::name(name, 1, 50));
        }
        errors
    }
}

/// `POST /auth/login`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Login {
    /// Nickname or e-mail address.
    pub login: String,
    pub password: String,
    /// `true`: the refresh token goes into a `__Host-` cookie instead of the body.
    #[serde(default)]
    pub web: bool,
}

/// `POST /auth/token`: the OAuth2 password form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordGrant {
    /// `password`, or absent.
    #[serde(default)]
    pub grant_type: Option<String>,
    /// Nickname or e-mail address.
    pub username: String,
    pub password: String,
    /// Taken and not used: there is one scope and no registration of clients.
    #[serde(default)]
    pub scope: Option<String>,
    #[serde(default)]
    pub client_id: Option<String>,
    #[serde(default)]
    pub client_secret: Option<String>,
}

/// `POST /auth/refresh`, `POST /auth/logout`; without a body the cookie is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refresh {
    #[serde(default)]
    pub refresh_token: Option<String>,
}

/// The answer to login, token and refresh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tokens {
    pub access_token: String,
    /// Absent for the web client: its refresh token is in the cookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Always `bearer`.
    pub token_type: String,
    /// Seconds until the access token ends.
    pub expires_in: u64,
    pub user: Me,
}

/// `POST /auth/change-password`. Every other session ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangePassword {
    pub old_password: String,
    pub new_password: String,
}

/// `POST /auth/forgot-password`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForgotPassword {
    /// Nickname or e-mail address.
    pub login: String,
}

impl Validate for ForgotPassword {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "login", validate::name(&self.login, 1, 254));
        errors
    }
}

/// `POST /auth/reset-password`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetPassword {
    /// What follows `#` in the link of the letter.
    pub token: String,
    pub new_password: String,
}

/// `POST /auth/verify-email`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyEmail {
    /// The six digits of the letter.
    pub code: String,
}

/// `GET /auth/email`: where letters to the caller go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmailState {
    pub email: Option<String>,
    /// Whether a code of a letter has shown that the address is his.
    pub verified: bool,
    /// A new address that waits for its code; the old one counts until then.
    pub pending: Option<String>,
}

/// One login of the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    pub id: SessionId,
    /// The session of this very request.
    pub current: bool,
    pub user_agent: Option<String>,
    pub address: Option<String>,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
    #[serde(with = "crate::millis")]
    pub last_used_at: DateTime<Utc>,
    #[serde(with = "crate::millis")]
    pub expires_at: DateTime<Utc>,
}

/// `PATCH /profile/me`: absent keeps, `null` clears.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateProfile {
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub display_name: Option<Option<String>>,
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub bio: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardLook>,
}

impl Validate for UpdateProfile {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if let Some(Some(name)) = &self.display_name {
            check(&mut errors, "display_name", validate::name(name, 1, 50));
        }
        if let Some(Some(bio)) = &self.bio {
            check(&mut errors, "bio", validate::text(bio, 0, 500));
        }
        errors
    }
}

/// A person's profile: public, but for the presence, which only people who share a space or a chat see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    pub id: UserId,
    pub nickname: String,
    pub display_name: Option<String>,
    pub avatar_url: Option<String>,
    #[serde(default)]
    pub banner_url: Option<String>,
    pub bio: Option<String>,
    #[serde(default)]
    pub is_bot: bool,
    #[serde(default)]
    pub card: CardLook,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
    /// Absent for people who share neither a space nor a chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence: Option<Presence>,
}

/// `POST /status/set-status` and the socket's `set_status`: absent keeps, `null` clears.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetStatus {
    pub status: Status,
    /// One line, at most 100 characters.
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub text: Option<Option<String>>,
    /// One emoji.
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub emoji: Option<Option<String>>,
    /// When text, emoji and a chosen `away` or `dnd` end: in the future, within a year.
    #[serde(default, with = "crate::patch::double", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<DateTime<Utc>>))]
    pub until: Option<Option<DateTime<Utc>>>,
}

impl Validate for SetStatus {
    fn validate(&self) -> Vec<FieldError> {
        let text = self.text.as_ref().and_then(Option::as_deref);
        let emoji = self.emoji.as_ref().and_then(Option::as_deref);
        status_errors(text, emoji, self.until.flatten(), Utc::now())
    }
}

/// `POST /status/heartbeat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Beat {
    /// Whether the person did something since the last one.
    pub active: bool,
}

impl Default for Beat {
    fn default() -> Self {
        Self { active: true }
    }
}

/// A person's presence as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Presence {
    pub user_id: UserId,
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_status: Option<CustomStatus>,
}
