//! Changes of roles.

use crate::error::{ApiError, ApiResult};
use crate::realtime::stream::Tx;
use crate::spaces::access::{RoleAccess, SpaceAccess};
use crate::spaces::model::role::{NewRole, RoleChanges, RoleRow};
use shared::error::{ErrorCode, FieldCode};
use shared::event::{Event, RoleDeleted};
use shared::ids::RoleId;
use shared::permission::act_on_role;
use shared::spaces::{CreateRole, Role, RoleKind, UpdateRole};

/// The most roles a space has.
const MAX_ROLES: i64 = 100;

/// Makes a role below the caller's own that grants nothing he lacks.
pub async fn do_create_role(
    tx: &mut Tx,
    access: &SpaceAccess,
    body: &CreateRole,
) -> ApiResult<Role> {
    act_on_role(&access.standing(), body.priority, body.permissions)?;
    if RoleRow::count(tx, access.id()).await? >= MAX_ROLES {
        return Err(ApiError::field("name", FieldCode::TooMany));
    }
    let new = NewRole {
        id: RoleId::new(),
        space_id: access.id(),
        kind: RoleKind::Custom.key(),
        name: body.name.trim(),
        color: &body.color,
        priority: body.priority,
        permissions: body.permissions,
    };
    let role = Role::from(new.insert(tx).await?);
    tx.emit(access.topic(), Event::RoleCreated(role.clone())).await?;
    Ok(role)
}

/// Changes a role below the caller's own; neither before nor after does it grant what he lacks.
pub async fn do_update_role(
    tx: &mut Tx,
    access: &SpaceAccess,
    target: &RoleAccess,
    body: &UpdateRole,
) -> ApiResult<Role> {
    target.require_change(access)?;
    let old = &target.role;
    let priority = body.priority.unwrap_or(old.priority);
    let permissions = body.permissions.unwrap_or(old.permissions);
    act_on_role(&access.standing(), priority, permissions)?;
    let fixed = match old.kind() {
        RoleKind::Owner => priority != old.priority || permissions != old.permissions,
        RoleKind::Member => priority != old.priority,
        RoleKind::Custom => false,
    };
    if fixed {
        return Err(ErrorCode::SystemRole.into());
    }
    if *body == UpdateRole::default() {
        return Ok(old.clone().into());
    }
    let changes = RoleChanges {
        name: body.name.as_deref().map(str::trim),
        color: body.color.as_deref(),
        priority: body.priority,
        permissions: body.permissions,
    };
    let role = Role::from(changes.save(tx, old.id).await?);
    tx.emit(access.topic(), Event::RoleUpdated(role.clone())).await?;
    Ok(role)
}

/// Deletes a role below the caller's own; its holders fall back to the member role.
pub async fn do_delete_role(
    tx: &mut Tx,
    access: &SpaceAccess,
    target: &RoleAccess,
) -> ApiResult<()> {
    target.require_change(access)?;
    let role = &target.role;
    if role.kind() != RoleKind::Custom {
        return Err(ErrorCode::SystemRole.into());
    }
    let fallback = RoleRow::of_kind(tx, access.id(), RoleKind::Member).await?;
    role.delete(tx, fallback.id).await?;
    let deleted =
        RoleDeleted { space_id: access.id(), role_id: role.id, replacement_id: fallback.id };
    tx.emit(access.topic(), Event::RoleDeleted(deleted)).await?;
    Ok(())
}
