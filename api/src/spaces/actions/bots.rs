//! Bots come into spaces and leave them; they never do so by themselves.

use super::members::{End, admit, end_membership, is_out};
use crate::error::{ApiError, ApiResult};
use crate::realtime::Live;
use crate::realtime::stream::Tx;
use crate::spaces::access::{RoleAccess, SpaceAccess};
use crate::spaces::audit::{Entry, record};
use crate::spaces::conversations::Conversations;
use crate::spaces::model::member::{self, MemberRow};
use crate::spaces::model::role::RoleRow;
use crate::spaces::model::space::SpaceRow;
use diesel::OptionalExtension as _;
use shared::error::ErrorCode;
use shared::ids::{SpaceId, UserId};
use shared::permission::Permission;
use shared::spaces::{AuditAction, Participant, RoleKind};

/// Makes a bot a member. A bot that is one already stays what it is.
///
/// # Errors
/// `forbidden`, `banned`, `limit_reached`; for a role of its own also `rank_too_low`, `grants_more`, `system_role`.
pub async fn do_admit_bot(
    tx: &mut Tx,
    access: &SpaceAccess,
    bot: UserId,
    role: Option<&RoleAccess>,
    live: &Live,
) -> ApiResult<Participant> {
    access.require(Permission::AddMembers)?;
    let id = access.id();
    let role = match role {
        Some(chosen) => {
            chosen.require_assign(access)?;
            if chosen.role.kind() == RoleKind::Owner {
                return Err(ErrorCode::SystemRole.into());
            }
            chosen.role.id
        }
        None => RoleRow::of_kind(tx, id, RoleKind::Member).await?.id,
    };
    is_out(tx, id, bot).await?;
    if let Some(member) = MemberRow::find(tx, id, bot).await.optional()? {
        return Ok(member.into_participant(live.presences().of(bot)));
    }
    let (_, member) = admit(tx, id, bot, role, live, None).await?;
    let entry = Entry::new(id, access.user_id(), AuditAction::BotAdded).user(bot);
    record(tx, entry).await?;
    Ok(member)
}

/// Takes a bot out of a space for its owner.
///
/// # Errors
/// `not_found` when it is no member.
pub async fn do_remove_bot(
    tx: &mut Tx,
    space: SpaceId,
    bot: UserId,
    owner: UserId,
    conversations: &dyn Conversations,
) -> ApiResult<()> {
    do_leave_space_as(tx, space, bot, conversations).await?;
    record(tx, Entry::new(space, owner, AuditAction::BotRemoved).user(bot)).await?;
    Ok(())
}

/// Takes an account out of a space whose owner it is not.
///
/// # Errors
/// `not_found` when it is no member, `owner_cannot_leave`.
pub async fn do_leave_space_as(
    tx: &mut Tx,
    space: SpaceId,
    user: UserId,
    conversations: &dyn Conversations,
) -> ApiResult<()> {
    SpaceRow::lock(tx, space).await?;
    let found = MemberRow::find(tx, space, user).await.optional()?;
    let member = found.ok_or_else(ApiError::not_found)?;
    if member.standing().is_owner {
        return Err(ErrorCode::OwnerCannotLeave.into());
    }
    end_membership(tx, space, user, End::Left, conversations).await
}

/// Takes an account out of every space. It owns none.
///
/// # Errors
/// The database's.
pub async fn do_leave_all_spaces(
    tx: &mut Tx,
    user: UserId,
    conversations: &dyn Conversations,
) -> ApiResult<()> {
    let spaces = member::spaces_of(tx, user).await?;
    for space in &spaces {
        SpaceRow::lock(tx, *space).await?;
    }
    for space in spaces {
        end_membership(tx, space, user, End::Left, conversations).await?;
    }
    Ok(())
}
