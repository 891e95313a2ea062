//! Whom a message mentions as many.

use crate::notifications::RoleRef;
use serde::{Deserialize, Serialize};

/// Mentions of many. What somebody had no right to mention is not here: it is only text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MentionGroups {
    /// `@all` or `@everyone`.
    #[serde(default)]
    pub all: bool,
    /// `@here`: who was online then.
    #[serde(default)]
    pub here: bool,
    /// Roles, by name.
    #[serde(default)]
    pub roles: Vec<RoleRef>,
}

impl MentionGroups {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.all && !self.here && self.roles.is_empty()
    }
}
