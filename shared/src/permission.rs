//! Who may do what: one pure engine for server and browser.
//!
//! A member holds one role of the space. The owner holds everything. A chat may override
//! everybody's, a role's or a member's permissions; a restriction takes permissions away, last, for a while.
//! Rank is the role's priority: nobody acts on an equal or higher rank, nobody hands out a
//! permission he lacks, and an `untouchable` member answers only to the owner.

mod explain;
mod set;
#[cfg(test)]
mod tests;

pub use explain::{Cause, Step, explain};
pub use set::PermissionSet;

use crate::Timestamp;
use crate::ids::{RoleId, UserId};
use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($name:ident = $bit:literal, $key:literal, $group:ident;)*) => {
        /// A permission key. The number is the bit in the database: never reuse one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum Permission { $($name = $bit,)* }

        impl Permission {
            /// Every permission, in the order of the role editor.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The key on the wire and in the catalogue.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// The group of the role editor.
            #[must_use]
            pub const fn group(self) -> PermissionGroup {
                match self { $(Self::$name => PermissionGroup::$group,)* }
            }
        }
    };
}

permissions! {
    ManageSpace = 0, "manage_space", Space;
    ChangeInfo = 1, "change_info", Space;
    DeleteSpace = 2, "delete_space", Space;
    ViewAudit = 3, "view_audit", Space;
    ManageChats = 4, "manage_chats", Space;
    AddMembers = 5, "add_members", Members;
    CreateInvites = 6, "create_invites", Members;
    KickMembers = 7, "kick_members", Members;
    BanMembers = 8, "ban_members", Members;
    RestrictMembers = 9, "restrict_members", Members;
    PromoteMembers = 10, "promote_members", Members;
    Untouchable = 11, "untouchable", Members;
    ViewChat = 12, "view_chat", Sending;
    SendMessages = 13, "send_messages", Sending;
    SendMedia = 14, "send_media", Sending;
    SendStickers = 15, "send_stickers", Sending;
    SendFiles = 16, "send_files", Sending;
    AddReactions = 17, "add_reactions", Sending;
    MentionAll = 18, "mention_all", Sending;
    EditOwnMessages = 19, "edit_own_messages", Messages;
    DeleteOwnMessages = 20, "delete_own_messages", Messages;
    DeleteAnyMessages = 21, "delete_any_messages", Messages;
    PinMessages = 22, "pin_messages", Messages;
}

/// Groups of the role editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PermissionGroup {
    Space,
    Members,
    Sending,
    Messages,
}

impl PermissionGroup {
    /// In the order of the role editor.
    pub const ALL: &[Self] = &[Self::Space, Self::Members, Self::Sending, Self::Messages];

    /// The key on the wire and in the catalogue.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Space => "space",
            Self::Members => "members",
            Self::Sending => "sending",
            Self::Messages => "messages",
        }
    }
}

/// What a person is in a space, as far as permissions go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub user_id: UserId,
    pub is_owner: bool,
    pub role_id: RoleId,
    /// The role's priority: higher is stronger.
    pub rank: i32,
    /// The role's permissions.
    pub role: PermissionSet,
    /// Taken away by a restriction that is in force.
    pub denied: PermissionSet,
}

/// Whom an override of a chat concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OverrideTarget {
    /// Every member: what makes a chat private.
    Everybody,
    Role(RoleId),
    Member(UserId),
}

impl OverrideTarget {
    /// The person it is about, if it is about one.
    #[must_use]
    pub fn member(self) -> Option<UserId> {
        match self {
            Self::Member(user) => Some(user),
            Self::Everybody | Self::Role(_) => None,
        }
    }
}

/// Permissions allowed or denied in one chat. Member overrides win over role overrides, those over the
/// one for everybody, and within one override `allow` wins over `deny`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChatOverride {
    pub target: OverrideTarget,
    pub allow: PermissionSet,
    pub deny: PermissionSet,
}

/// Whether a restriction that ends at `until` (`None`: never) is in force at `now`.
#[must_use]
pub fn in_force(until: Option<Timestamp>, now: Timestamp) -> bool {
    until.is_none_or(|until| until > now)
}

/// Permissions in the space as a whole.
#[must_use]
pub fn in_space(standing: &Standing) -> PermissionSet {
    if standing.is_owner {
        return PermissionSet::ALL;
    }
    standing.role.without(standing.denied)
}

/// Permissions in one chat of the space. Without `view_chat` nothing is left.
#[must_use]
pub fn in_chat(standing: &Standing, overrides: &[ChatOverride]) -> PermissionSet {
    if standing.is_owner {
        return PermissionSet::ALL;
    }
    let mut set = standing.role;
    for target in targets(standing) {
        for o in overrides.iter().filter(|o| o.target == target) {
            set = set.without(o.deny).union(o.allow);
        }
    }
    // An override can open a chat, never grant power over the space or its people.
    let power = PermissionSet::ALL.without(CHAT_SCOPE);
    let set = set.without(power).union(standing.role.without(CHAT_SCOPE));
    let set = set.without(standing.denied);
    if set.contains(Permission::ViewChat) { set } else { PermissionSet::NONE }
}

/// What concerns a person, the strongest last.
const fn targets(standing: &Standing) -> [OverrideTarget; 3] {
    [
        OverrideTarget::Everybody,
        OverrideTarget::Role(standing.role_id),
        OverrideTarget::Member(standing.user_id),
    ]
}

/// The permissions a chat may override.
pub const CHAT_SCOPE: PermissionSet = PermissionSet::of(&[
    Permission::ViewChat,
    Permission::SendMessages,
    Permission::SendMedia,
    Permission::SendStickers,
    Permission::SendFiles,
    Permission::AddReactions,
    Permission::MentionAll,
    Permission::EditOwnMessages,
    Permission::DeleteOwnMessages,
    Permission::DeleteAnyMessages,
    Permission::PinMessages,
]);

/// Whether slow mode does not hold for who has this in the space and in the chat: who moderates the
/// chat, or manages chats.
#[must_use]
pub const fn ignores_slow_mode(in_space: PermissionSet, in_chat: PermissionSet) -> bool {
    in_space.contains(Permission::ManageChats) || in_chat.contains(Permission::DeleteAnyMessages)
}

/// Why an act on a person or a role is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The permission is missing.
    Missing(Permission),
    /// The other one's rank is equal or higher.
    Rank,
    /// The target is the owner, or untouchable and the actor is not the owner.
    Untouchable,
    /// Nobody acts on himself here.
    Yourself,
    /// The role would grant what its maker lacks.
    Grants(PermissionSet),
}

/// Whether `actor` may kick, ban, restrict or re-role `target`, given the `needed` permission.
///
/// # Errors
/// The reason why not.
pub fn act_on_member(
    actor: &Standing,
    target: &Standing,
    needed: Permission,
) -> Result<(), Refusal> {
    if !in_space(actor).contains(needed) {
        return Err(Refusal::Missing(needed));
    }
    if actor.user_id == target.user_id {
        return Err(Refusal::Yourself);
    }
    if target.is_owner {
        return Err(Refusal::Untouchable);
    }
    if actor.is_owner {
        return Ok(());
    }
    if target.role.contains(Permission::Untouchable) {
        return Err(Refusal::Untouchable);
    }
    if target.rank >= actor.rank {
        return Err(Refusal::Rank);
    }
    Ok(())
}

/// Whether `actor` may create, edit, delete or hand out a role of this rank and these permissions.
///
/// # Errors
/// The reason why not.
pub fn act_on_role(actor: &Standing, rank: i32, permissions: PermissionSet) -> Result<(), Refusal> {
    let own = in_space(actor);
    if !own.contains(Permission::PromoteMembers) {
        return Err(Refusal::Missing(Permission::PromoteMembers));
    }
    if actor.is_owner {
        return Ok(());
    }
    if rank >= actor.rank {
        return Err(Refusal::Rank);
    }
    if !own.covers(permissions) {
        return Err(Refusal::Grants(permissions.without(own)));
    }
    Ok(())
}

/// Whether `actor` may edit or delete an existing role of this rank and these permissions. What an
/// edit makes of it must pass [`act_on_role`] as well.
///
/// # Errors
/// The reason why not.
pub fn change_role(actor: &Standing, rank: i32, permissions: PermissionSet) -> Result<(), Refusal> {
    act_on_role(actor, rank, permissions)?;
    // Its holders answer only to the owner: their role is not taken from them sideways either.
    if permissions.contains(Permission::Untouchable) && !actor.is_owner {
        return Err(Refusal::Untouchable);
    }
    Ok(())
}
