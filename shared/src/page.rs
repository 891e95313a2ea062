//! Lists: one envelope, keyset cursors.

use serde::{Deserialize, Serialize};

/// A page of a list. Pass `next_cursor` back as `?cursor=`; `null` means the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A list that is always whole, such as the roles of a space.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}
