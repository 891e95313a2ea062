//! The roles every new space has, in the maker's language.

use crate::spaces::model::role::NewRole;
use shared::ids::{RoleId, SpaceId};
use shared::permission::PermissionSet;
use shared::spaces::RoleKind;
use shared::text::{Key, Lang, text};

/// The ids of the roles that a new space's first rows need.
pub struct Presets<'a> {
    pub owner: RoleId,
    pub roles: Vec<NewRole<'a>>,
}

const PRESETS: [(RoleKind, Key, &str, i32, PermissionSet); 5] = [
    (RoleKind::Owner, Key::PresetOwner, "#ff0000", 100, PermissionSet::ALL),
    (RoleKind::Custom, Key::PresetAdministrator, "#ffa500", 80, PermissionSet::ADMINISTRATOR),
    (RoleKind::Custom, Key::PresetModerator, "#00ff00", 60, PermissionSet::MODERATOR),
    (RoleKind::Member, Key::PresetMember, "#0000ff", 10, PermissionSet::MEMBER),
    (RoleKind::Custom, Key::PresetRestricted, "#808080", 5, PermissionSet::RESTRICTED),
];

/// Fresh roles of a space.
#[must_use]
pub fn roles(space: SpaceId, lang: Lang) -> Presets<'static> {
    let roles = PRESETS.map(|(kind, name, color, priority, permissions)| NewRole {
        id: RoleId::new(),
        space_id: space,
        kind: kind.key(),
        name: text(lang, name),
        color,
        priority,
        permissions,
    });
    let [owner, ..] = &roles;
    Presets { owner: owner.id, roles: roles.into() }
}
