//! Keeping people out, and letting them in again.

use super::members::{End, end_membership};
use super::notices;
use crate::error::{ApiError, ApiResult};
use crate::http::query::storable;
use crate::realtime::stream::{Tx, now};
use crate::spaces::access::SpaceAccess;
use crate::spaces::audit::{Entry, record};
use crate::spaces::conversations::{Conversations, Swept};
use crate::spaces::model::ban::{self, NewBan};
use crate::spaces::model::member::MemberRow;
use chrono::Duration;
use diesel::OptionalExtension as _;
use shared::error::{ErrorCode, FieldCode};
use shared::event::{Event, MemberGone};
use shared::ids::UserId;
use shared::notifications::{ModerationAction, NotificationKind};
use shared::permission::{Permission, act_on_member};
use shared::spaces::{AuditAction, BanMember, MemberBanned};

/// Bans a member of a lower rank, or somebody who was a member once.
pub async fn do_ban_member(
    tx: &mut Tx,
    access: &SpaceAccess,
    target: UserId,
    body: &BanMember,
    conversations: &dyn Conversations,
) -> ApiResult<Swept> {
    access.require(Permission::BanMembers)?;
    let created_at = now();
    if body.until.is_some_and(|until| until <= created_at || !storable(until)) {
        return Err(ApiError::field("until", FieldCode::OutOfRange));
    }
    let space_id = access.id();
    let by = access.user_id();
    if target == by {
        return Err(ErrorCode::Yourself.into());
    }
    let member = MemberRow::find(tx, space_id, target).await.optional()?;
    match &member {
        Some(member) => {
            act_on_member(&access.standing(), &member.standing(), Permission::BanMembers)?;
        }
        None if ban::was_member(tx, space_id, target).await? => {
            may_replace(tx, access, target).await?
        }
        None => return Err(ApiError::not_found()),
    }
    let reason = body.reason.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let mailbox = ban::mailbox_of(tx, target).await?;
    let new = NewBan {
        space_id,
        user_id: target,
        banned_by: by,
        reason,
        until: body.until,
        mailbox,
        created_at,
    };
    new.save(tx).await?;
    let told = notices::moderation(ModerationAction::Banned, reason, body.until);
    let was_member = member.is_some();
    let banned = MemberBanned { space_id, user_id: target, by, was_member };
    match member {
        Some(_) => {
            end_membership(tx, space_id, target, End::Banned(banned, told), conversations).await?;
        }
        None => {
            notices::tell(tx, (space_id, by), target, NotificationKind::Moderation, told).await?;
            tx.emit(access.topic(), Event::MemberBanned(banned)).await?;
        }
    }
    let swept = match body.delete_recent.filter(|seconds| *seconds > 0) {
        Some(seconds) => {
            let since = created_at - Duration::seconds(seconds);
            conversations.sweep(tx, space_id, target, since, by).await?
        }
        None => Swept::default(),
    };
    let entry = Entry::new(space_id, by, AuditAction::MemberBanned)
        .user(target)
        .reason(reason)
        .change("until", None::<&str>, body.until.map(time));
    record(tx, entry).await?;
    if swept.messages > 0 {
        let entry = Entry::new(space_id, by, AuditAction::MessagesDeleted).user(target).change(
            "count",
            None::<usize>,
            Some(swept.messages),
        );
        record(tx, entry).await?;
    }
    Ok(swept)
}

/// Lets a banned person come back. What a higher rank decided stays.
pub async fn do_unban_member(tx: &mut Tx, access: &SpaceAccess, target: UserId) -> ApiResult<()> {
    access.require(Permission::BanMembers)?;
    let space_id = access.id();
    let row = ban::find(tx, space_id, target).await?;
    outranks(tx, access, row.banned_by).await?;
    ban::delete(tx, space_id, target).await?;
    let (by, told) =
        (access.user_id(), notices::moderation(ModerationAction::Unbanned, None, None));
    notices::tell(tx, (space_id, by), target, NotificationKind::Moderation, told).await?;
    let gone = MemberGone { space_id, user_id: target, by: Some(by) };
    tx.emit(access.topic(), Event::MemberUnbanned(gone)).await?;
    let entry = Entry::new(space_id, access.user_id(), AuditAction::MemberUnbanned).user(target);
    record(tx, entry).await?;
    Ok(())
}

/// Another ban in force is replaced only by who could lift it.
async fn may_replace(tx: &mut Tx, access: &SpaceAccess, target: UserId) -> ApiResult<()> {
    match ban::find(tx, access.id(), target).await.optional()? {
        Some(row) => outranks(tx, access, row.banned_by).await,
        None => Ok(()),
    }
}

/// Whether the caller may undo what this person did: his own acts, those of lower ranks and of people
/// who are gone; the owner all.
pub(super) async fn outranks(
    tx: &mut Tx,
    access: &SpaceAccess,
    by: Option<UserId>,
) -> ApiResult<()> {
    let Some(by) = by.filter(|by| *by != access.user_id()) else { return Ok(()) };
    if access.standing().is_owner {
        return Ok(());
    }
    match MemberRow::find(tx, access.id(), by).await.optional()? {
        Some(other) if other.standing().is_owner => Err(ErrorCode::Untouchable.into()),
        Some(other) if other.standing().rank >= access.standing().rank => {
            Err(ErrorCode::RankTooLow.into())
        }
        _ => Ok(()),
    }
}

/// A time for the audit log.
pub(super) fn time(at: shared::Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
