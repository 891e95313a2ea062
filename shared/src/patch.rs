//! PATCH fields: absent keeps, `null` clears, a value sets.

use serde::{Deserialize, Deserializer};

/// Use as `#[serde(default, with = "patch::double", skip_serializing_if = "Option::is_none")]` on an
/// `Option<Option<T>>`: absent is `None`, `null` is `Some(None)`.
pub mod double {
    use super::*;
    use serde::{Serialize, Serializer};

    /// See [`crate::patch::double`].
    pub fn serialize<T: Serialize, S: Serializer>(
        value: &Option<Option<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(serializer)
    }

    /// See [`crate::patch::double`].
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::<T>::deserialize(deserializer).map(Some)
    }
}
