//! The only door to a space: loads and authorises, and returns a proof.

use super::model::invite::InviteRow;
use super::model::member::MemberRow;
use super::model::role::RoleRow;
use super::model::space::{SeenSpace, SpaceRow};
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::etag::Tagged;
use crate::platform::db::PgConn;
use shared::error::ErrorCode;
use shared::ids::{RoleId, SpaceId, UserId};
use shared::permission::{
    Permission, PermissionSet, Standing, act_on_member, act_on_role, change_role, in_space,
};
use shared::spaces::{MyPermissions, Role, Space, Visibility};
use shared::topic::Topic;

/// Proof that the caller may know of the space, as a member or from the directory.
pub struct SpaceView {
    seen: SeenSpace,
    user: UserId,
}

impl SpaceView {
    #[must_use]
    pub fn space(&self) -> &SpaceRow {
        &self.seen.space
    }

    #[must_use]
    pub fn is_member(&self) -> bool {
        self.seen.role.is_some()
    }

    /// The wire form for the caller.
    #[must_use]
    pub fn into_space(self) -> Space {
        self.seen.into_space(self.user)
    }
}

/// Loads a space that the caller may know of: his own, or one of the directory.
///
/// # Errors
/// `not_found` when there is none, or it is hidden from him.
pub async fn view_space(
    conn: &mut PgConn,
    user: &CurrentUser,
    id: SpaceId,
) -> ApiResult<SpaceView> {
    let seen = SeenSpace::find(conn, user.id, id).await?;
    if seen.role.is_none() && seen.space.visibility() == Visibility::Hidden {
        return Err(ApiError::not_found());
    }
    Ok(SpaceView { seen, user: user.id })
}

/// Proof that the caller is a member of the space.
pub struct SpaceAccess {
    seen: SeenSpace,
    role: RoleRow,
    standing: Standing,
}

/// Loads a space of which the caller is a member. What is inside is nobody else's business.
///
/// # Errors
/// `not_found` when there is none, or he is not a member.
pub async fn access_space(
    conn: &mut PgConn,
    user: &CurrentUser,
    id: SpaceId,
) -> ApiResult<SpaceAccess> {
    let seen = SeenSpace::find(conn, user.id, id).await?;
    match (seen.standing(user.id), seen.role.clone()) {
        (Some(standing), Some(role)) => Ok(SpaceAccess { seen, role, standing }),
        _ => Err(ApiError::not_found()),
    }
}

/// As [`access_space`], and nobody else changes the space's people and roles until the transaction
/// ends: what was checked still holds when it is written.
///
/// # Errors
/// As [`access_space`].
pub async fn access_space_to_change(
    conn: &mut PgConn,
    user: &CurrentUser,
    id: SpaceId,
) -> ApiResult<SpaceAccess> {
    SpaceRow::lock(conn, id).await?;
    access_space(conn, user, id).await
}

impl SpaceAccess {
    #[must_use]
    pub fn space(&self) -> &SpaceRow {
        &self.seen.space
    }

    #[must_use]
    pub fn id(&self) -> SpaceId {
        self.seen.space.id
    }

    #[must_use]
    pub fn topic(&self) -> Topic {
        Topic::Space(self.id())
    }

    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.standing.user_id
    }

    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// What the caller may do in the space as a whole.
    #[must_use]
    pub fn permissions(&self) -> PermissionSet {
        in_space(&self.standing)
    }

    /// The wire form for the caller.
    #[must_use]
    pub fn into_space(self) -> Space {
        self.seen.into_space(self.standing.user_id)
    }

    /// What the caller is and may do.
    #[must_use]
    pub fn into_my_permissions(self) -> MyPermissions {
        MyPermissions {
            is_owner: self.standing.is_owner,
            permissions: self.permissions(),
            role: self.role.into(),
        }
    }

    /// # Errors
    /// `forbidden`, naming the permission.
    pub fn require(&self, permission: Permission) -> ApiResult<()> {
        if self.permissions().contains(permission) {
            Ok(())
        } else {
            Err(ApiError::forbidden(permission))
        }
    }

    /// What only the owner may do.
    ///
    /// # Errors
    /// `forbidden`; no permission opens this.
    pub fn require_owner(&self) -> ApiResult<()> {
        if self.standing.is_owner { Ok(()) } else { Err(ErrorCode::Forbidden.into()) }
    }
}

/// Proof that a person is a member of the same space.
pub struct MemberAccess {
    pub(super) member: MemberRow,
}

/// Loads another member of the space.
///
/// # Errors
/// `not_found` when he is none.
pub async fn access_member(
    conn: &mut PgConn,
    space: &SpaceAccess,
    user: UserId,
) -> ApiResult<MemberAccess> {
    Ok(MemberAccess { member: MemberRow::find(conn, space.id(), user).await? })
}

impl MemberAccess {
    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.member.user_id()
    }

    #[must_use]
    pub fn standing(&self) -> Standing {
        self.member.standing()
    }

    /// May the caller act on this person?
    ///
    /// # Errors
    /// `forbidden`, `yourself`, `untouchable` or `rank_too_low`.
    pub fn require(&self, actor: &SpaceAccess, needed: Permission) -> ApiResult<()> {
        Ok(act_on_member(&actor.standing, &self.standing(), needed)?)
    }
}

/// Proof that a role belongs to the space.
pub struct RoleAccess {
    pub(super) role: RoleRow,
}

/// Loads a role of the space.
///
/// # Errors
/// `not_found` when the space has no such role.
pub async fn access_role(
    conn: &mut PgConn,
    space: &SpaceAccess,
    role: RoleId,
) -> ApiResult<RoleAccess> {
    Ok(RoleAccess { role: RoleRow::find(conn, space.id(), role).await? })
}

impl RoleAccess {
    /// The wire form with its version.
    #[must_use]
    pub fn into_role(self) -> Tagged<Role> {
        self.role.into_tagged()
    }

    /// May the caller hand this role out?
    ///
    /// # Errors
    /// `forbidden`, `rank_too_low` or `grants_more`.
    pub fn require_assign(&self, actor: &SpaceAccess) -> ApiResult<()> {
        Ok(act_on_role(&actor.standing, self.role.priority, self.role.permissions)?)
    }

    /// May the caller edit or delete this role?
    ///
    /// # Errors
    /// `forbidden`, `rank_too_low`, `grants_more` or `untouchable`.
    pub fn require_change(&self, actor: &SpaceAccess) -> ApiResult<()> {
        Ok(change_role(&actor.standing, self.role.priority, self.role.permissions)?)
    }
}

/// Loads an invitation to a space of which the caller is a member, to change it.
///
/// # Errors
/// `not_found` when there is none, or he is not a member.
pub async fn access_invite(
    conn: &mut PgConn,
    user: &CurrentUser,
    code: &str,
) -> ApiResult<(SpaceAccess, InviteRow)> {
    let space = InviteRow::find(conn, code).await?.space_id;
    let access = access_space_to_change(conn, user, space).await?;
    // Behind the lock: somebody may have taken it away meanwhile.
    let row = InviteRow::find(conn, code).await?;
    Ok((access, row))
}
