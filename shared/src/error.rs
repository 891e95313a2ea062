//! Errors on the wire: RFC 9457 problem details with a stable `code`.

use crate::permission::Permission;
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $key:literal, $status:literal;)*) => {
        /// What went wrong, stable for integrators; the sentence for people is `detail`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The key on the wire; the catalogue's key is `error.` and this.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// The HTTP status that goes with the code.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
        }
    };
}

codes! {
    /// The body, query or frame could not be parsed.
    Malformed = "malformed", 400;
    /// A field or query parameter that this operation does not know.
    UnknownField = "unknown_field", 400;
    /// A cursor that was not given out by this list.
    BadCursor = "bad_cursor", 400;
    /// A command type that the socket does not know.
    UnknownCommand = "unknown_command", 400;
    /// No token, or one that is invalid or expired.
    Unauthenticated = "unauthenticated", 401;
    /// Unknown login or wrong password: the same answer for both.
    WrongCredentials = "wrong_credentials", 401;
    /// A refresh token that is invalid, expired, or used twice.
    InvalidRefreshToken = "invalid_refresh_token", 401;
    /// A permission is missing; `permission` names it.
    Forbidden = "forbidden", 403;
    /// The other one's rank is equal or higher.
    RankTooLow = "rank_too_low", 403;
    /// The owner and untouchable members answer only to the owner.
    Untouchable = "untouchable", 403;
    /// The role would grant what its maker lacks.
    GrantsMore = "grants_more", 403;
    /// The token was not made for this.
    InsufficientScope = "insufficient_scope", 403;
    /// Only people do this, and signed in themselves: not bots, not tokens.
    PeopleOnly = "people_only", 403;
    /// The request came from another site.
    CrossSite = "cross_site", 403;
    /// Accounts are made by the administrator only.
    RegistrationClosed = "registration_closed", 403;
    /// The current password did not match.
    WrongPassword = "wrong_password", 403;
    /// This person takes no direct messages from the caller.
    NotReachable = "not_reachable", 403;
    /// Absent, or not visible to the caller.
    NotFound = "not_found", 404;
    /// The path exists, not with this method.
    MethodNotAllowed = "method_not_allowed", 405;
    /// The nickname, or one that looks like it, is taken.
    NicknameTaken = "nickname_taken", 409;
    /// The e-mail address is in use.
    EmailTaken = "email_taken", 409;
    /// The caller has blocked this person.
    BlockedByYou = "blocked_by_you", 409;
    /// The nickname was changed a short while ago.
    NicknameTooSoon = "nickname_too_soon", 409;
    /// Spaces must be transferred or deleted first.
    OwnsSpaces = "owns_spaces", 409;
    /// The space does not accept people by itself.
    NotJoinable = "not_joinable", 403;
    /// The person is banned from the space.
    Banned = "banned", 403;
    /// Who was removed waits an hour before joining by himself.
    RemovedLately = "removed_lately", 403;
    /// This person decides himself: he can be invited, not added.
    InviteOnly = "invite_only", 403;
    /// The invitation does not exist, is used up, over, revoked or for somebody else.
    InviteOver = "invite_over", 404;
    /// The person is a member already.
    AlreadyMember = "already_member", 409;
    /// The chat belongs to no space: nobody moderates it.
    NotModerated = "not_moderated", 409;
    /// The owner can't leave; transfer or delete the space.
    OwnerCannotLeave = "owner_cannot_leave", 409;
    /// System roles can't be changed this way.
    SystemRole = "system_role", 409;
    /// The default chat of a space can't be deleted.
    DefaultChat = "default_chat", 409;
    /// Nobody can do this to himself.
    Yourself = "yourself", 409;
    /// There are as many of these already as there may be.
    LimitReached = "limit_reached", 409;
    /// The file belongs to a message or is shown somewhere.
    FileInUse = "file_in_use", 409;
    /// A name that must be unique is taken.
    NameTaken = "name_taken", 409;
    /// The chat has as many pinned messages as a chat can have.
    TooManyPins = "too_many_pins", 409;
    /// The same idempotency key is still being worked on.
    StillRunning = "still_running", 409;
    /// `If-Match` did not match: somebody changed it meanwhile.
    Stale = "stale", 412;
    /// The body is larger than allowed.
    TooLarge = "too_large", 413;
    /// The caller's files, or those of the space, take all the room they may.
    QuotaExceeded = "quota_exceeded", 413;
    /// The content type is not accepted.
    UnsupportedMediaType = "unsupported_media_type", 415;
    /// Files with such a content are not accepted here.
    FileType = "file_type", 415;
    /// The range lies outside of the file.
    RangeNotSatisfiable = "range_not_satisfiable", 416;
    /// One or more fields are invalid; `errors` names them.
    Invalid = "invalid", 422;
    /// The file is damaged, or not what it begins as.
    FileDamaged = "file_damaged", 422;
    /// A picture with too many pixels or frames, or an archive that unpacks to far too much.
    FileTooComplex = "file_too_complex", 422;
    /// The idempotency key was used with another body.
    IdempotencyMismatch = "idempotency_mismatch", 422;
    /// The nonce was used with another content.
    NonceMismatch = "nonce_mismatch", 422;
    /// The link of a letter was used, has expired or is not complete.
    BadResetLink = "bad_reset_link", 422;
    /// The code of a letter is wrong or has expired.
    WrongCode = "wrong_code", 422;
    /// This version of the WebSocket protocol is not spoken; `Sec-WebSocket-Version` says which is.
    UpgradeRequired = "upgrade_required", 426;
    /// Too many requests; `Retry-After` says how long to wait.
    RateLimited = "rate_limited", 429;
    /// Slow mode: `Retry-After` says when the caller may write here again.
    SlowMode = "slow_mode", 429;
    /// Something broke here; `request_id` finds it in the log.
    Internal = "internal", 500;
    /// The database or another part is not reachable; `Retry-After` says when to try again.
    Unavailable = "unavailable", 503;
}

/// Why a field is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FieldCode {
    Required,
    TooShort,
    TooLong,
    /// More than 72 bytes of UTF-8: bcrypt would cut it.
    TooManyBytes,
    BadCharacters,
    /// Only invisible characters, or control characters.
    Invisible,
    Reserved,
    NeedsLetter,
    /// On the list of common passwords, or made of the nickname.
    TooCommon,
    BadEmail,
    BadColor,
    OutOfRange,
    BadFormat,
    TooMany,
    Duplicate,
    /// Not what had to be typed again.
    Mismatch,
    /// Refers to something that does not exist or is not visible.
    Unknown,
}

impl FieldCode {
    pub const ALL: &[Self] = &[
        Self::Required,
        Self::TooShort,
        Self::TooLong,
        Self::TooManyBytes,
        Self::BadCharacters,
        Self::Invisible,
        Self::Reserved,
        Self::NeedsLetter,
        Self::TooCommon,
        Self::BadEmail,
        Self::BadColor,
        Self::OutOfRange,
        Self::BadFormat,
        Self::TooMany,
        Self::Duplicate,
        Self::Mismatch,
        Self::Unknown,
    ];

    /// The key on the wire; the catalogue's key is `field.` and this.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::TooManyBytes => "too_many_bytes",
            Self::BadCharacters => "bad_characters",
            Self::Invisible => "invisible",
            Self::Reserved => "reserved",
            Self::NeedsLetter => "needs_letter",
            Self::TooCommon => "too_common",
            Self::BadEmail => "bad_email",
            Self::BadColor => "bad_color",
            Self::OutOfRange => "out_of_range",
            Self::BadFormat => "bad_format",
            Self::TooMany => "too_many",
            Self::Duplicate => "duplicate",
            Self::Mismatch => "mismatch",
            Self::Unknown => "unknown",
        }
    }
}

/// One invalid field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// JSON pointer into the body, such as `/nickname`.
    pub pointer: String,
    pub code: FieldCode,
    /// A sentence in the caller's language.
    #[serde(default)]
    pub detail: String,
}

impl FieldError {
    /// For the field at the top level of the body.
    #[must_use]
    pub fn new(field: &str, code: FieldCode) -> Self {
        Self { pointer: format!("/{field}"), code, detail: String::new() }
    }
}

/// `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `about:blank#` and the code: the code is the type.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    #[serde(default)]
    pub instance: String,
    pub code: ErrorCode,
    #[serde(default)]
    pub request_id: String,
    /// The missing permission, with `forbidden`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<Permission>,
    /// Seconds to wait, with `rate_limited`, `slow_mode` and `unavailable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The invalid fields, with `invalid`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}
