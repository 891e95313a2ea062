//! Invitations, and people brought in by name.

use super::members::{admit, is_out};
use super::notices;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::identity::model::{choices, mark, user};
use crate::notifications::{NewNotification, do_forget_invitation, do_renew_invitation};
use crate::platform::db::PgConn;
use crate::realtime::Live;
use crate::realtime::stream::{Tx, now};
use crate::spaces::access::{SpaceAccess, access_role};
use crate::spaces::audit::{Entry, record};
use crate::spaces::model::ban;
use crate::spaces::model::invite::{self, InviteRow};
use crate::spaces::model::member::MemberRow;
use crate::spaces::model::role::RoleRow;
use crate::spaces::model::space::{SeenSpace, SpaceRow};
use chrono::Duration;
use diesel::OptionalExtension as _;
use rand::Rng as _;
use shared::error::{ErrorCode, FieldCode};
use shared::ids::{RoleId, SpaceId, UserId};
use shared::notifications::NotificationKind;
use shared::permission::{Permission, Standing, act_on_member, act_on_role, in_space};
use shared::spaces::{
    AddMember, AuditAction, CreateInvite, Invite, InvitePreview, Participant, RoleKind, Space,
};

/// The most invitations of a space that can be used at a time.
const MAX_INVITES: i64 = 500;
/// No look-alikes; a power of two, so that each is as likely.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789w";
const CODE_LENGTH: usize = 12;

fn code() -> String {
    let mut rng = rand::rng();
    let letter = |_| char::from(LETTERS[rng.random_range(0..LETTERS.len())]);
    (0..CODE_LENGTH).map(letter).collect()
}

/// Makes an invitation, to the member role or to one that the caller could hand out.
pub async fn do_create_invite(
    tx: &mut Tx,
    access: &SpaceAccess,
    body: &CreateInvite,
) -> ApiResult<Invite> {
    access.require(Permission::CreateInvites)?;
    let space_id = access.id();
    if let Some(role) = body.role_id {
        let role = access_role(tx, access, role).await?;
        role.require_assign(access)?;
        if role.role.kind() == RoleKind::Owner {
            return Err(ErrorCode::SystemRole.into());
        }
    }
    let guest = match &body.nickname {
        Some(nickname) => Some(guest(tx, access, nickname).await?),
        None => None,
    };
    if invite::count_open(tx, space_id).await? >= MAX_INVITES {
        return Err(ApiError::field("max_uses", FieldCode::TooMany));
    }
    let created_at = now();
    let row = InviteRow {
        code: code(),
        space_id,
        created_by: access.user_id(),
        role_id: body.role_id,
        for_user: guest,
        max_uses: if guest.is_some() { Some(1) } else { body.max_uses },
        uses: 0,
        expires_at: body.expires_in.map(|seconds| created_at + Duration::seconds(seconds)),
        created_at,
    };
    row.insert(tx).await?;
    if let Some(guest) = guest {
        tell_invited(tx, space_id, guest).await?;
    }
    let mut entry = Entry::new(space_id, access.user_id(), AuditAction::InviteCreated)
        .change("max_uses", None::<i32>, row.max_uses)
        .change("expires_at", None::<&str>, row.expires_at.map(super::bans::time));
    entry.user = guest;
    record(tx, entry).await?;
    invite::wire(tx, vec![row]).await?.pop().ok_or_else(ApiError::not_found)
}

/// However many invite somebody to a space, one entry tells him of it: of the best invitation by
/// somebody whom he wants to hear.
async fn tell_invited(tx: &mut Tx, space: SpaceId, guest: UserId) -> ApiResult<()> {
    // Usually the first one.
    for row in invite::open_for(tx, space, guest).await? {
        let (by, told) = (row.created_by, notices::invitation(Some(&row.code)));
        let is_heard = mark::silenced(tx, by, &[guest]).await?.is_empty();
        if is_heard && opens(tx, row).await?.is_some() {
            let kind = NotificationKind::Invite;
            let new = NewNotification::about_space(guest, kind, space, by, told);
            return do_renew_invitation(tx, new).await;
        }
    }
    Ok(())
}

/// The roles of the space that the caller could hand out.
///
/// # Errors
/// The database's.
pub async fn roles_to_hand_out(conn: &mut PgConn, access: &SpaceAccess) -> ApiResult<Vec<RoleId>> {
    let actor = access.standing();
    let roles = RoleRow::of_space(conn, access.id()).await?.into_iter();
    let his = roles.filter(|role| act_on_role(&actor, role.priority, role.permissions).is_ok());
    Ok(his.map(|role| role.id).collect())
}

/// Somebody who could become a member.
async fn guest(tx: &mut Tx, access: &SpaceAccess, nickname: &str) -> ApiResult<UserId> {
    let nickname = nickname.trim().trim_start_matches('@');
    let unknown = || ApiError::field("nickname", FieldCode::Unknown);
    let found = user::by_nickname(tx, nickname).await.optional()?.ok_or_else(unknown)?;
    if MemberRow::find(tx, access.id(), found.id).await.optional()?.is_some() {
        return Err(ErrorCode::AlreadyMember.into());
    }
    // Bots come by their owners' hands.
    if found.is_bot || user::is_placeholder(tx, found.id).await? {
        return Err(unknown());
    }
    // Who has blocked the caller is told to nobody.
    if !mark::apart(tx, access.user_id(), &[found.id]).await?.is_empty() {
        return Err(unknown());
    }
    is_out(tx, access.id(), found.id).await?;
    Ok(found.id)
}

/// Takes an invitation away: one's own, or one of a lower rank.
pub async fn do_revoke_invite(tx: &mut Tx, access: &SpaceAccess, row: &InviteRow) -> ApiResult<()> {
    if row.created_by != access.user_id() {
        access.require(Permission::CreateInvites)?;
        if let Some(maker) = MemberRow::find(tx, access.id(), row.created_by).await.optional()? {
            act_on_member(&access.standing(), &maker.standing(), Permission::CreateInvites)?;
        }
    }
    invite::delete(tx, &row.code).await?;
    if let Some(guest) = row.for_user
        && do_forget_invitation(tx, guest, &row.code).await?
        && MemberRow::find(tx, access.id(), guest).await.optional()?.is_none()
        && !ban::is_out(tx, access.id(), guest).await?
    {
        // Others may have invited him, too.
        tell_invited(tx, access.id(), guest).await?;
    }
    let entry =
        Entry::new(access.id(), access.user_id(), AuditAction::InviteRevoked).user(row.created_by);
    record(tx, entry).await?;
    Ok(())
}

/// An invitation that can be used.
async fn valid(conn: &mut PgConn, code: &str) -> ApiResult<(InviteRow, Option<RoleRow>)> {
    let over = || ApiError::new(ErrorCode::InviteOver);
    let row = InviteRow::find(conn, code).await.optional()?.ok_or_else(over)?;
    opens(conn, row).await?.ok_or_else(over)
}

/// The invitation with its role, if it can be used: whoever made it is still a member who could make
/// it.
async fn opens(
    conn: &mut PgConn,
    row: InviteRow,
) -> ApiResult<Option<(InviteRow, Option<RoleRow>)>> {
    if !row.is_open(now()) {
        return Ok(None);
    }
    let maker = MemberRow::find(conn, row.space_id, row.created_by).await.optional()?;
    let maker = maker.map(|maker| maker.standing());
    let may_invite = |maker: &Standing| in_space(maker).contains(Permission::CreateInvites);
    let Some(maker) = maker.filter(may_invite) else { return Ok(None) };
    let Some(role) = row.role_id else { return Ok(Some((row, None))) };
    let role = RoleRow::find(conn, row.space_id, role).await?;
    let is_his = act_on_role(&maker, role.priority, role.permissions).is_ok();
    Ok(is_his.then_some((row, Some(role))))
}

/// What an invitation leads to, for anybody who has the code.
///
/// # Errors
/// `invite_over` when it cannot be used.
pub async fn preview(conn: &mut PgConn, code: &str) -> ApiResult<InvitePreview> {
    let (row, _) = valid(conn, code).await?;
    let space = SpaceRow::find(conn, row.space_id).await?;
    let people = user::refs(conn, &[row.created_by]).await?;
    let created_by = people.into_values().next().ok_or_else(ApiError::not_found)?;
    Ok(InvitePreview {
        code: row.code,
        space_id: space.id,
        name: space.name,
        description: space.description,
        avatar_url: space.avatar_url,
        banner_url: space.banner_url,
        member_count: space.member_count,
        created_by,
        expires_at: row.expires_at,
    })
}

/// Joins by an invitation. Who is a member already stays what he is and uses nothing up.
pub async fn do_accept_invite(
    tx: &mut Tx,
    user: &CurrentUser,
    code: &str,
    live: &Live,
) -> ApiResult<Space> {
    let over = || ApiError::new(ErrorCode::InviteOver);
    let space = InviteRow::find(tx, code).await.optional()?.ok_or_else(over)?.space_id;
    SpaceRow::lock(tx, space).await?;
    let seen = SeenSpace::find(tx, user.id, space).await?;
    if seen.role.is_some() {
        return Ok(seen.into_space(user.id));
    }
    let (row, role) = valid(tx, code).await?;
    if row.for_user.is_some_and(|guest| guest != user.id) {
        return Err(over());
    }
    is_out(tx, space, user.id).await?;
    if !invite::take(tx, code).await? {
        return Err(over());
    }
    let role = match role {
        Some(role) => role.id,
        None => RoleRow::of_kind(tx, space, RoleKind::Member).await?.id,
    };
    let (space, _) = admit(tx, space, user.id, role, live, None).await?;
    Ok(space)
}

/// Brings somebody in by his nickname, with the member role. Who takes no direct messages, and who left
/// by himself, decides himself: he gets an invitation.
pub async fn do_add_member(
    tx: &mut Tx,
    access: &SpaceAccess,
    body: &AddMember,
    live: &Live,
) -> ApiResult<Participant> {
    access.require(Permission::AddMembers)?;
    let id: SpaceId = access.id();
    let guest = guest(tx, access, &body.nickname).await?;
    if ban::has_left(tx, id, guest).await? || !choices::closed(tx, &[guest]).await?.is_empty() {
        return Err(ErrorCode::InviteOnly.into());
    }
    let role = RoleRow::of_kind(tx, id, RoleKind::Member).await?;
    let (_, member) = admit(tx, id, guest, role.id, live, Some(access.user_id())).await?;
    let entry = Entry::new(id, access.user_id(), AuditAction::MemberAdded).user(guest);
    record(tx, entry).await?;
    Ok(member)
}
