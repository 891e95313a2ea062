//! Typed ids. All are UUIDv7: they sort by creation time and never collide across nodes.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "diesel", derive(diesel_derive_newtype::DieselNewType))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh id, later than every id made before it on this machine.
            #[must_use]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A person, a bot or a placeholder made by an import.
    UserId;
    /// A login: one refresh-token family.
    SessionId;
    /// The tenant.
    SpaceId;
    /// A role of one space.
    RoleId;
    /// A chat of a space, a direct chat or a small group.
    ChatId;
    /// A heading over chats of one space.
    CategoryId;
    /// A message.
    MessageId;
    /// A sticker pack.
    PackId;
    /// A sticker.
    StickerId;
    /// An emoji of a space.
    EmojiId;
    /// An access token of a program.
    TokenId;
    /// An entry of somebody's inbox.
    NotificationId;
    /// An uploaded file.
    FileId;
    /// A line of a space's audit log.
    AuditId;
    /// A report to the moderators of a space.
    ReportId;
}
