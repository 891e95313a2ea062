//! The roles every new space has, in the maker's language.

use crate::spaces::model::role::NewRole;
use shared::ids::{RoleId, SpaceId};
use shared::spaces::ROLE_PRESETS;
use shared::text::{Lang, text};

/// The ids of the roles that a new space's first rows need.
pub struct Presets<'a> {
    pub owner: RoleId,
    pub roles: Vec<NewRole<'a>>,
}

/// Fresh roles of a space.
#[must_use]
pub fn roles(space: SpaceId, lang: Lang) -> Presets<'static> {
    let roles = ROLE_PRESETS.map(|preset| NewRole {
        id: RoleId::new(),
        space_id: space,
        kind: preset.kind.key(),
        name: text(lang, preset.name),
        color: preset.color,
        priority: preset.priority,
        permissions: preset.permissions,
    });
    let [owner, ..] = &roles;
    Presets { owner: owner.id, roles: roles.into() }
}
