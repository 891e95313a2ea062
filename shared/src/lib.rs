//! The wire crate: what the server sends, what the browser reads and what OpenAPI describes.
//!
//! Compiled into `api` and into `web` (wasm32). It does no I/O. Slices: [`identity`] ([`people`],
//! [`settings`]), [`spaces`], [`chat`], [`files`], [`notifications`], [`integrations`], [`expression`]; the rules
//! both sides apply: [`permission`], [`validate`], [`markdown`]; the stream: [`event`], [`command`], [`topic`].

pub mod chat;
pub mod command;
pub mod error;
pub mod event;
pub mod expression;
pub mod files;
pub mod identity;
pub mod ids;
pub mod integrations;
pub mod json;
pub mod markdown;
pub mod notifications;
pub mod page;
pub mod patch;
pub mod people;
pub mod permission;
pub mod settings;
pub mod spaces;
pub mod text;
pub mod topic;
pub mod validate;

/// All times on the wire: UTC, RFC 3339 with milliseconds.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// Serialises [`Timestamp`] as RFC 3339 UTC with exactly three fractional digits.
pub mod millis {
    use super::Timestamp;
    use chrono::{DateTime, SecondsFormat};
    use serde::de::{Error, Visitor};
    use serde::{Deserialize, Deserializer, Serializer};
    use std::fmt;

    /// Reads only RFC 3339: the parser of chrono's own `Deserialize` takes more, and much more code.
    #[derive(Deserialize)]
    struct Read(#[serde(deserialize_with = "deserialize")] Timestamp);

    struct Text;

    impl Visitor<'_> for Text {
        type Value = Timestamp;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an RFC 3339 date and time")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
            DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).map_err(E::custom)
        }
    }

    /// See [`crate::millis`].
    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Millis, true))
    }

    /// See [`crate::millis`].
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        deserializer.deserialize_str(Text)
    }

    /// The same for an optional time; use with `#[serde(default)]`.
    pub mod option {
        use super::{Read, Timestamp};
        use serde::{Deserialize, Deserializer, Serializer};

        /// See [`crate::millis`].
        pub fn serialize<S: Serializer>(
            at: &Option<Timestamp>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match at {
                Some(at) => super::serialize(at, serializer),
                None => serializer.serialize_none(),
            }
        }

        /// See [`crate::millis`].
        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Timestamp>, D::Error> {
            Ok(Option::<Read>::deserialize(deserializer)?.map(|read| read.0))
        }
    }
}
