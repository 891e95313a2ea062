//! Changes of memberships.

use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::query::storable;
use crate::realtime::stream::Tx;
use crate::spaces::access::{MemberAccess, RoleAccess, SpaceAccess, view_space};
use crate::spaces::model::member::{self, MemberRow, NewRestriction};
use crate::spaces::model::role::RoleRow;
use crate::spaces::model::space::{SeenSpace, SpaceRow};
use shared::error::{ErrorCode, FieldCode};
use shared::event::{
    Event, MemberGone, MemberJoined, MembershipChanged, RoleAssigned, SpaceDeleted,
};
use shared::identity::Status;
use shared::ids::{SpaceId, UserId};
use shared::people::{MemberRenamed, UpdateParticipant};
use shared::permission::Permission;
use shared::spaces::{RestrictMember, Restriction, RoleKind, Space, Visibility};
use shared::topic::Topic;

/// Joins a public space. Who is in already stays what he is.
pub async fn do_join_space(
    tx: &mut Tx,
    user: &CurrentUser,
    id: SpaceId,
    status: Status,
) -> ApiResult<Space> {
    SpaceRow::lock(tx, id).await?;
    let view = view_space(tx, user, id).await?;
    if view.is_member() {
        return Ok(view.into_space());
    }
    if view.space().visibility() != Visibility::Public {
        return Err(ErrorCode::NotJoinable.into());
    }
    let role = RoleRow::of_kind(tx, id, RoleKind::Member).await?;
    member::insert(tx, id, user.id, role.id).await?;
    let space = SeenSpace::find(tx, user.id, id).await?.into_space(user.id);
    let member = MemberRow::find(tx, id, user.id).await?.into_participant(status);
    tx.emit(Topic::User(user.id), Event::SpaceJoined(space.clone())).await?;
    let joined = MemberJoined { space_id: id, member };
    tx.emit(Topic::Space(id), Event::MemberJoined(joined)).await?;
    Ok(space)
}

/// Leaves. The owner transfers or deletes the space instead.
pub async fn do_leave_space(tx: &mut Tx, access: &SpaceAccess) -> ApiResult<()> {
    if access.standing().is_owner {
        return Err(ErrorCode::OwnerCannotLeave.into());
    }
    let gone = MemberGone { space_id: access.id(), user_id: access.user_id(), by: None };
    end_membership(tx, gone.clone(), Event::MemberLeft(gone)).await
}

/// Removes a member of a lower rank.
pub async fn do_kick_member(
    tx: &mut Tx,
    access: &SpaceAccess,
    target: &MemberAccess,
) -> ApiResult<()> {
    target.require(access, Permission::KickMembers)?;
    let by = Some(access.user_id());
    let gone = MemberGone { space_id: access.id(), user_id: target.user_id(), by };
    end_membership(tx, gone.clone(), Event::UserKicked(gone)).await
}

async fn end_membership(tx: &mut Tx, gone: MemberGone, event: Event) -> ApiResult<()> {
    member::delete(tx, gone.space_id, gone.user_id).await?;
    let left = SpaceDeleted { space_id: gone.space_id };
    tx.emit(Topic::User(gone.user_id), Event::SpaceLeft(left)).await?;
    tx.emit(Topic::Space(gone.space_id), event).await?;
    Ok(())
}

/// Gives a member of a lower rank a role below the caller's own.
pub async fn do_assign_role(
    tx: &mut Tx,
    access: &SpaceAccess,
    target: &MemberAccess,
    role: &RoleAccess,
) -> ApiResult<()> {
    target.require(access, Permission::PromoteMembers)?;
    role.require_assign(access)?;
    if role.role.kind() == RoleKind::Owner {
        return Err(ErrorCode::SystemRole.into());
    }
    let (space_id, user_id, role_id) = (access.id(), target.user_id(), role.role.id);
    if target.standing().role_id == role_id {
        return Ok(());
    }
    member::set_role(tx, space_id, user_id, role_id).await?;
    tell_membership(tx, space_id, user_id).await?;
    let assigned = RoleAssigned { space_id, user_id, role_id };
    tx.emit(access.topic(), Event::RoleAssigned(assigned)).await?;
    Ok(())
}

/// Takes permissions from a member of a lower rank, or gives them back.
pub async fn do_restrict_member(
    tx: &mut Tx,
    access: &SpaceAccess,
    target: &MemberAccess,
    body: &RestrictMember,
) -> ApiResult<Restriction> {
    target.require(access, Permission::RestrictMembers)?;
    let now = crate::realtime::stream::now();
    if body.until.is_some_and(|until| until <= now || !storable(until)) {
        return Err(ApiError::field("until", FieldCode::OutOfRange));
    }
    let (space_id, user_id, denied) = (access.id(), target.user_id(), body.permissions_denied);
    let until = body.until.filter(|_| !denied.is_empty());
    if denied.is_empty() {
        member::lift_restriction(tx, space_id, user_id).await?;
    } else {
        let set_by = access.user_id();
        NewRestriction { space_id, user_id, denied, until, set_by, created_at: now }
            .save(tx)
            .await?;
    }
    tell_membership(tx, space_id, user_id).await?;
    Ok(Restriction { space_id, user_id, permissions_denied: denied, until })
}

/// Calls a member otherwise in this space: everybody himself, others those of a higher rank with
/// `promote_members`.
pub async fn do_rename_member(
    tx: &mut Tx,
    access: &SpaceAccess,
    target: &MemberAccess,
    body: &UpdateParticipant,
) -> ApiResult<MemberRow> {
    let (space_id, user_id) = (access.id(), target.user_id());
    if user_id != access.user_id() {
        target.require(access, Permission::PromoteMembers)?;
    }
    if let Some(nickname) = &body.nickname {
        let nickname = nickname.as_deref().map(str::trim);
        member::set_nickname(tx, space_id, user_id, nickname).await?;
        let user = MemberRow::find(tx, space_id, user_id).await?.user_ref();
        let space_nickname = nickname.map(str::to_owned);
        let renamed = MemberRenamed { space_id, user, space_nickname };
        tx.emit(access.topic(), Event::MemberRenamed(renamed)).await?;
    }
    Ok(MemberRow::find(tx, space_id, user_id).await?)
}

/// Tells a member's own devices what he is in the space now.
pub(super) async fn tell_membership(tx: &mut Tx, space_id: SpaceId, user: UserId) -> ApiResult<()> {
    let seen = SeenSpace::find(tx, user, space_id).await?;
    if let Some(me) = seen.membership(user) {
        let changed = MembershipChanged { space_id, me };
        tx.emit(Topic::User(user), Event::MembershipChanged(changed)).await?;
    }
    Ok(())
}
