//! Access tokens for programs, and bots, on the wire.

use crate::error::{FieldCode, FieldError};
use crate::ids::{RoleId, TokenId, UserId};
use crate::notifications::SpaceRef;
use crate::validate::{self, Validate, check};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The most tokens an account has at a time.
pub const MAX_TOKENS: i64 = 50;
/// The most bots a person has at a time.
pub const MAX_BOTS: i64 = 20;
/// How tokens of people begin; scanners for leaked secrets know them by it.
pub const PERSONAL_PREFIX: &str = "space_pat_";
/// How tokens of bots begin.
pub const BOT_PREFIX: &str = "space_bot_";

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $key:literal, $text:literal;)*) => {
        /// What a token may be used for. The number is the bit in the database: never reuse one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum Scope { $($(#[$doc])* #[serde(rename = $key)] $name = $bit,)* }

        impl Scope {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The key on the wire.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// The key in the catalogue; with `_hint` it says more.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

scopes! {
    /// Read everything the account may read, and hear the live stream.
    Read = 0, "read", "developer.scope_read";
    /// Send, edit, delete, react; mark as read.
    MessagesWrite = 1, "messages:write", "developer.scope_messages";
    /// Upload files.
    FilesWrite = 2, "files:write", "developer.scope_files";
    /// Change spaces, chats, roles, members, invites and emoji, as far as the account may.
    SpacesManage = 3, "spaces:manage", "developer.scope_spaces";
    /// Change the account's profile, status and notifications.
    ProfileWrite = 4, "profile:write", "developer.scope_profile";
    /// Make sticker packs, install and uninstall them.
    StickersWrite = 5, "stickers:write", "developer.scope_stickers";
}

/// A set of scopes: bits in memory and in the database, a list of keys on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "diesel", derive(diesel_derive_newtype::DieselNewType))]
pub struct ScopeSet(i64);

impl ScopeSet {
    pub const NONE: Self = Self(0);

    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as i64) != 0
    }

    #[must_use]
    pub const fn with(self, scope: Scope) -> Self {
        Self(self.0 | (1 << scope as i64))
    }

    #[must_use]
    pub const fn without(self, scope: Scope) -> Self {
        Self(self.0 & !(1 << scope as i64))
    }

    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::NONE, Self::with)
    }
}

impl Serialize for ScopeSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for ScopeSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Scope>::deserialize(deserializer).map(|list| list.into_iter().collect())
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ScopeSet {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ArrayBuilder::new()
            .items(utoipa::openapi::Ref::from_schema_name("Scope"))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ScopeSet {
    fn schemas(
        schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
    ) {
        schemas.push(("Scope".into(), <Scope as utoipa::PartialSchema>::schema()));
    }
}

/// A token. The secret itself is shown once, in the answer to making it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessToken {
    pub id: TokenId,
    pub name: String,
    /// How it begins and ends, such as `space_pat_…k3Vq`.
    pub hint: String,
    pub scopes: ScopeSet,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
    /// Absent: until it is revoked.
    #[serde(default, with = "crate::millis::option")]
    pub expires_at: Option<DateTime<Utc>>,
    /// True to five minutes; absent when it was never used.
    #[serde(default, with = "crate::millis::option")]
    pub last_used_at: Option<DateTime<Utc>>,
    /// The secret: a Bearer of REST, or `token` in the socket's `hello`. Only in the answer to making
    /// it, and never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// `POST /auth/tokens` and `POST /bots/{bot_id}/tokens`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateToken {
    /// 1-60 characters: what it is for.
    pub name: String,
    /// At least one.
    pub scopes: ScopeSet,
    /// 1-3650; absent: until it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<u32>,
}

impl Validate for CreateToken {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "name", validate::name(&self.name, 1, 60));
        if self.scopes.is_empty() {
            check(&mut errors, "scopes", Err(FieldCode::Required));
        }
        if self.expires_in_days.is_some_and(|days| !(1..=3650).contains(&days)) {
            check(&mut errors, "expires_in_days", Err(FieldCode::OutOfRange));
        }
        errors
    }
}

/// A bot as the person sees it to whom it belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bot {
    pub id: UserId,
    pub nickname: String,
    pub display_name: Option<String>,
    pub avatar_url: Option<String>,
    /// Always `true`.
    pub is_bot: bool,
    pub bio: Option<String>,
    /// Tokens that are in force.
    pub token_count: i64,
    /// Spaces it is a member of.
    pub space_count: i64,
    /// The first 100 of them by name.
    #[serde(default)]
    pub spaces: Vec<SpaceRef>,
    #[serde(with = "crate::millis")]
    pub created_at: DateTime<Utc>,
}

impl Bot {
    /// The display name, or the nickname where there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.nickname)
    }
}

/// `POST /bots`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateBot {
    /// As a person's nickname, and unique among all.
    pub nickname: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bio: Option<String>,
}

impl Validate for CreateBot {
    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        check(&mut errors, "nickname", validate::nickname(&self.nickname));
        if let Some(name) = &self.display_name {
            check(&mut errors, "display_name", validate::name(name, 1, 50));
        }
        if let Some(bio) = &self.bio {
            check(&mut errors, "bio", validate::text(bio, 0, 500));
        }
        errors
    }
}

/// `POST /spaces/{space_id}/bots`: brings one of the caller's bots into a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddBot {
    pub bot_id: UserId,
    /// Absent: the role that everybody gets who joins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_id: Option<RoleId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_keys_on_the_wire() {
        let set: ScopeSet =
            serde_json::from_str(r#"["messages:write","read"]"#).unwrap_or_default();
        assert!(set.contains(Scope::Read) && set.contains(Scope::MessagesWrite));
        assert!(!set.contains(Scope::SpacesManage));
        let text = serde_json::to_string(&set).unwrap_or_default();
        assert_eq!(text, r#"["read","messages:write"]"#);
        assert!(serde_json::from_str::<ScopeSet>(r#"["admin"]"#).is_err());
        for scope in Scope::ALL {
            let text = serde_json::to_string(scope).unwrap_or_default();
            assert_eq!(text, format!("{:?}", scope.key()));
        }
    }
}
