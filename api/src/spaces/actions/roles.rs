//! Changes of roles.

use super::members::keys;
use crate::error::{ApiError, ApiResult};
use crate::http::etag::{IfMatch, Tagged};
use crate::realtime::stream::Tx;
use crate::spaces::access::{RoleAccess, SpaceAccess};
use crate::spaces::audit::{Entry, record};
use crate::spaces::conversations::Conversations;
use crate::spaces::model::role::{NewRole, RoleChanges, RoleRow};
use shared::error::{ErrorCode, FieldCode};
use shared::event::{Event, RoleDeleted};
use shared::ids::RoleId;
use shared::permission::{Permission, act_on_role, change_role};
use shared::spaces::{AuditAction, CreateRole, Role, RoleKind, UpdateRole};

/// The most roles a space has.
const MAX_ROLES: i64 = 100;
/// The rank of the owner's role.
const OWNER_RANK: i32 = 100;

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
    let entry = Entry::new(access.id(), access.user_id(), AuditAction::RoleCreated)
        .target(role.id.0, &role.name)
        .change("priority", None::<i32>, Some(role.priority))
        .change("permissions", None::<&str>, keys(role.permissions));
    record(tx, entry).await?;
    Ok(role)
}

/// Changes a role below the caller's own; neither before nor after does it grant what he lacks.
pub async fn do_update_role(
    tx: &mut Tx,
    access: &SpaceAccess,
    target: &RoleAccess,
    seen: &IfMatch,
    body: &UpdateRole,
) -> ApiResult<Tagged<Role>> {
    target.require_change(access)?;
    let old = &target.role;
    seen.check(old.version)?;
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
        return Ok(old.clone().into_tagged());
    }
    let changes = RoleChanges {
        name: body.name.as_deref().map(str::trim),
        color: body.color.as_deref(),
        priority: body.priority,
        permissions: body.permissions,
    };
    let tagged = changes.save(tx, old.id).await?.into_tagged();
    let role = &tagged.body;
    tx.emit(access.topic(), Event::RoleUpdated(role.clone())).await?;
    let entry = Entry::new(access.id(), access.user_id(), AuditAction::RoleUpdated)
        .target(role.id.0, &role.name)
        .change("name", Some(&old.name), Some(&role.name))
        .change("color", Some(&old.color), Some(&role.color))
        .change("priority", Some(old.priority), Some(role.priority))
        .change("permissions", keys(old.permissions), keys(role.permissions));
    record(tx, entry).await?;
    Ok(tagged)
}

/// Deletes a role below the caller's own; its holders get the replacement, which the caller could
/// hand out, or the member role.
pub async fn do_delete_role(
    tx: &mut Tx,
    access: &SpaceAccess,
    target: &RoleAccess,
    replacement: Option<&RoleAccess>,
    conversations: &dyn Conversations,
) -> ApiResult<()> {
    target.require_change(access)?;
    let role = &target.role;
    if role.kind() != RoleKind::Custom {
        return Err(ErrorCode::SystemRole.into());
    }
    let heir = match replacement {
        None => RoleRow::of_kind(tx, access.id(), RoleKind::Member).await?,
        Some(other) => {
            other.require_assign(access)?;
            if other.role.kind() == RoleKind::Owner || other.role.id == role.id {
                return Err(ApiError::field("replacement", FieldCode::OutOfRange));
            }
            other.role.clone()
        }
    };
    conversations.drop_role(tx, access.id(), access.user_id(), role.id).await?;
    role.delete(tx, heir.id).await?;
    let deleted = RoleDeleted { space_id: access.id(), role_id: role.id, replacement_id: heir.id };
    tx.emit(access.topic(), Event::RoleDeleted(deleted)).await?;
    let entry = Entry::new(access.id(), access.user_id(), AuditAction::RoleDeleted)
        .target(role.id.0, &role.name)
        .change("holders", Some(&role.name), Some(&heir.name));
    record(tx, entry).await?;
    Ok(())
}

/// Puts the roles below the caller's own into another order by giving them other ranks. The member
/// role keeps its rank: it parts those above from those below.
pub async fn do_order_roles(
    tx: &mut Tx,
    access: &SpaceAccess,
    order: &[RoleId],
) -> ApiResult<Vec<Role>> {
    access.require(Permission::PromoteMembers)?;
    let own = access.standing();
    let top = if own.is_owner { OWNER_RANK } else { own.rank };
    let all = RoleRow::of_space(tx, access.id()).await?;
    let below: Vec<&RoleRow> =
        all.iter().filter(|role| role.kind() != RoleKind::Owner && role.priority < top).collect();
    let find = |id: &RoleId| below.iter().copied().find(|role| role.id == *id);
    let wanted: Vec<&RoleRow> = order.iter().filter_map(find).collect();
    if wanted.len() != order.len() || wanted.len() != below.len() {
        return Err(ApiError::field("role_ids", FieldCode::Unknown));
    }
    let member = wanted.iter().position(|role| role.kind() == RoleKind::Member);
    let (above, under) = match member {
        Some(at) => (&wanted[..at], &wanted[at + 1..]),
        None => (&wanted[..0], &wanted[..]),
    };
    let floor = member.map_or(top, |at| wanted[at].priority);
    let mut changes = ranks(above, floor, top)?;
    changes.extend(ranks(under, 0, floor)?);
    let mut changed = Vec::new();
    for (role, priority) in changes {
        change_role(&own, role.priority, role.permissions)?;
        let changes =
            RoleChanges { name: None, color: None, priority: Some(priority), permissions: None };
        changed.push(Role::from(changes.save(tx, role.id).await?));
    }
    if changed.is_empty() {
        return Ok(all.into_iter().map(Role::from).collect());
    }
    let events = changed.iter().cloned().map(Event::RoleUpdated).collect();
    tx.emit_many(access.topic(), events).await?;
    let names = |list: &mut dyn Iterator<Item = &RoleRow>| {
        list.map(|role| role.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (before, after) = (names(&mut below.iter().copied()), names(&mut wanted.iter().copied()));
    let entry = Entry::new(access.id(), access.user_id(), AuditAction::RolesOrdered).change(
        "order",
        Some(before),
        Some(after),
    );
    record(tx, entry).await?;
    let all = RoleRow::of_space(tx, access.id()).await?;
    Ok(all.into_iter().map(Role::from).collect())
}

/// The roles that need another rank so that they stand in this order between `floor` and `top`, both
/// excluded. The ranks they have are dealt out anew where they will do, else all are spread evenly.
fn ranks<'a>(order: &[&'a RoleRow], floor: i32, top: i32) -> ApiResult<Vec<(&'a RoleRow, i32)>> {
    let count = i32::try_from(order.len()).unwrap_or(i32::MAX);
    if order.is_empty() {
        return Ok(Vec::new());
    }
    let room = top - floor - 1;
    if count > room {
        return Err(ApiError::field("role_ids", FieldCode::TooMany));
    }
    let mut held: Vec<i32> = order.iter().map(|role| role.priority).collect();
    held.sort_unstable_by_key(|rank| std::cmp::Reverse(*rank));
    let fits = held.windows(2).all(|pair| pair[0] > pair[1])
        && held.iter().all(|rank| (floor + 1..top).contains(rank));
    if !fits {
        held = (0..count).map(|at| top - 1 - at * room / count.max(1)).collect();
    }
    let pairs = order.iter().copied().zip(held);
    Ok(pairs.filter(|(role, rank)| role.priority != *rank).collect())
}
