//! The roles that every space starts with, and that can be made again.

use super::RoleKind;
use crate::permission::PermissionSet;
use crate::text::Key;

/// A role ready to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RolePreset {
    pub kind: RoleKind,
    /// Its name, in the maker's language.
    pub name: Key,
    pub color: &'static str,
    pub priority: i32,
    pub permissions: PermissionSet,
}

const fn preset(
    kind: RoleKind,
    name: Key,
    color: &'static str,
    priority: i32,
    permissions: PermissionSet,
) -> RolePreset {
    RolePreset { kind, name, color, priority, permissions }
}

/// Strongest first. Those of kind `custom` can be made again by hand.
pub const ROLE_PRESETS: [RolePreset; 5] = [
    preset(RoleKind::Owner, Key::PresetOwner, "#ff0000", 100, PermissionSet::ALL),
    preset(RoleKind::Custom, Key::PresetAdministrator, "#ffa500", 80, PermissionSet::ADMINISTRATOR),
    preset(RoleKind::Custom, Key::PresetModerator, "#00ff00", 60, PermissionSet::MODERATOR),
    preset(RoleKind::Member, Key::PresetMember, "#0000ff", 10, PermissionSet::MEMBER),
    preset(RoleKind::Custom, Key::PresetRestricted, "#808080", 5, PermissionSet::RESTRICTED),
];
