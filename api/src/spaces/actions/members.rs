//! Changes of memberships.

use super::bans::outranks;
use super::notices;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::query::storable;
use crate::identity::model::user;
use crate::realtime::Live;
use crate::realtime::stream::Tx;
use crate::spaces::access::{MemberAccess, RoleAccess, SpaceAccess, view_space};
use crate::spaces::audit::{Entry, record};
use crate::spaces::conversations::Conversations;
use crate::spaces::model::ban;
use crate::spaces::model::member::{self, MemberRow, NewRestriction};
use crate::spaces::model::role::RoleRow;
use crate::spaces::model::space::{SeenSpace, SpaceRow};
use shared::error::{ErrorCode, FieldCode};
use shared::event::{
    Event, MemberGone, MemberJoined, MembershipChanged, RoleAssigned, SpaceDeleted,
};
use shared::ids::{RoleId, SpaceId, UserId};
use shared::notifications::{ModerationAction, NotificationDetail, NotificationKind};
use shared::people::{MemberRenamed, UpdateParticipant};
use shared::permission::{Permission, PermissionSet};
use shared::spaces::{
    AuditAction, KickMember, MAX_MEMBERSHIPS, MemberBanned, Participant, RestrictMember,
    Restriction, RoleKind, Space, Visibility,
};
use shared::topic::Topic;

/// Joins a public space. Who is in already stays what he is; who is banned stays out, and who was
/// removed waits an hour.
pub async fn do_join_space(
    tx: &mut Tx,
    user: &CurrentUser,
    id: SpaceId,
    live: &Live,
) -> ApiResult<Space> {
    SpaceRow::lock(tx, id).await?;
    let view = view_space(tx, user, id).await?;
    if view.is_member() {
        return Ok(view.into_space());
    }
    if view.space().visibility() != Visibility::Public {
        return Err(ErrorCode::NotJoinable.into());
    }
    is_out(tx, id, user.id).await?;
    if ban::was_kicked_lately(tx, id, user.id).await? {
        return Err(ErrorCode::RemovedLately.into());
    }
    let role = RoleRow::of_kind(tx, id, RoleKind::Member).await?;
    let (space, _) = admit(tx, id, user.id, role.id, live, None).await?;
    Ok(space)
}

/// Refuses whom a ban keeps out. Every way in passes here.
pub(super) async fn is_out(tx: &mut Tx, space: SpaceId, user: UserId) -> ApiResult<()> {
    if ban::is_out(tx, space, user).await? { Err(ErrorCode::Banned.into()) } else { Ok(()) }
}

/// Makes the person a member and tells everybody. Who left with a role below that of members has it
/// again, whoever lets him in. Who was brought in by somebody is told. The space's row is locked by now.
pub(super) async fn admit(
    tx: &mut Tx,
    space_id: SpaceId,
    user: UserId,
    role: RoleId,
    live: &Live,
    by: Option<UserId>,
) -> ApiResult<(Space, Participant)> {
    may_join(tx, user).await?;
    let role = ban::low_role(tx, space_id, user).await?.unwrap_or(role);
    member::insert(tx, space_id, user, role).await?;
    ban::forget_end(tx, space_id, user).await?;
    let space = SeenSpace::find(tx, user, space_id).await?.into_space(user);
    let status = live.presences().of(user);
    let member = MemberRow::find(tx, space_id, user).await?.into_participant(status);
    tx.emit(Topic::User(user), Event::SpaceJoined(space.clone())).await?;
    if let Some(by) = by {
        let told = notices::invitation(None);
        notices::tell(tx, (space_id, by), user, NotificationKind::Invite, told).await?;
    }
    let joined = MemberJoined { space_id, member: member.clone() };
    tx.emit(Topic::Space(space_id), Event::MemberJoined(joined)).await?;
    Ok((space, member))
}

/// Refuses who is in as many spaces as one may be. Who joins another one at the same time waits.
pub(super) async fn may_join(tx: &mut Tx, user: UserId) -> ApiResult<()> {
    user::lock(tx, user).await?;
    match member::count_of(tx, user).await? >= i64::from(MAX_MEMBERSHIPS) {
        true => Err(ErrorCode::LimitReached.into()),
        false => Ok(()),
    }
}

/// Leaves. The owner transfers or deletes the space instead.
pub async fn do_leave_space(
    tx: &mut Tx,
    access: &SpaceAccess,
    conversations: &dyn Conversations,
) -> ApiResult<()> {
    if access.standing().is_owner {
        return Err(ErrorCode::OwnerCannotLeave.into());
    }
    end_membership(tx, access.id(), access.user_id(), End::Left, conversations).await
}

/// Removes a member of a lower rank. He may come back with an invitation, or after an hour where
/// everybody may join.
pub async fn do_kick_member(
    tx: &mut Tx,
    access: &SpaceAccess,
    target: &MemberAccess,
    body: &KickMember,
    conversations: &dyn Conversations,
) -> ApiResult<()> {
    target.require(access, Permission::KickMembers)?;
    let (space_id, user_id) = (access.id(), target.user_id());
    let told = notices::moderation(ModerationAction::Kicked, body.reason.as_deref(), None);
    let end = End::KickedBy(access.user_id(), told);
    end_membership(tx, space_id, user_id, end, conversations).await?;
    let entry = Entry::new(space_id, access.user_id(), AuditAction::MemberKicked)
        .user(user_id)
        .reason(body.reason.as_deref());
    record(tx, entry).await?;
    Ok(())
}

/// Why a membership ends.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// By his own wish, or with his account.
    Left,
    /// By whom, and what he is told.
    KickedBy(UserId, NotificationDetail),
    Banned(MemberBanned, NotificationDetail),
}

impl End {
    fn event(self, space_id: SpaceId, user_id: UserId) -> Event {
        match self {
            Self::Left => Event::MemberLeft(MemberGone { space_id, user_id, by: None }),
            Self::KickedBy(by, _) => {
                Event::UserKicked(MemberGone { space_id, user_id, by: Some(by) })
            }
            Self::Banned(banned, _) => Event::MemberBanned(banned),
        }
    }

    /// What it is for the bots that go along.
    fn of_bots(&self) -> Self {
        match self {
            Self::Left => Self::Left,
            Self::KickedBy(by, _) | Self::Banned(MemberBanned { by, .. }, _) => {
                Self::KickedBy(*by, NotificationDetail::default())
            }
        }
    }

    /// Who ended it, and what the person is told.
    fn told(&self) -> Option<(UserId, NotificationDetail)> {
        match self {
            Self::Left => None,
            Self::KickedBy(by, told) | Self::Banned(MemberBanned { by, .. }, told) => {
                Some((*by, told.clone()))
            }
        }
    }
}

/// The one way in which a membership ends, with those of the person's bots and what chats allowed them.
/// The space's row is locked by now.
pub(super) async fn end_membership(
    tx: &mut Tx,
    space_id: SpaceId,
    user: UserId,
    end: End,
    conversations: &dyn Conversations,
) -> ApiResult<()> {
    let told = end.told();
    let bots = ban::bots_of(tx, space_id, user).await?;
    let mut gone: Vec<(UserId, End)> = bots.into_iter().map(|bot| (bot, end.of_bots())).collect();
    gone.push((user, end));
    // User topics in one order.
    gone.sort_by_key(|(user, _)| *user);
    let people: Vec<UserId> = gone.iter().map(|(user, _)| *user).collect();
    let places = conversations.end_places(tx, space_id, &people).await?;
    for (user, end) in &gone {
        ban::note_end(tx, space_id, *user, !matches!(end, End::Left)).await?;
        member::delete(tx, space_id, *user).await?;
        tx.emit(Topic::User(*user), Event::SpaceLeft(SpaceDeleted { space_id })).await?;
    }
    // He is out: of a hidden space the entry keeps only the name.
    if let Some((by, told)) = told {
        notices::tell(tx, (space_id, by), user, NotificationKind::Moderation, told).await?;
    }
    let events = gone.into_iter().map(|(user, end)| end.event(space_id, user)).collect();
    tx.emit_many(Topic::Space(space_id), events).await?;
    for (chat, event) in places {
        tx.emit_to(Topic::Space(space_id), chat, event).await?;
    }
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
    let (by, told) = (access.user_id(), notices::role(&role.role));
    notices::tell(tx, (space_id, by), user_id, NotificationKind::RoleChange, told).await?;
    tell_membership(tx, space_id, user_id).await?;
    let assigned = RoleAssigned { space_id, user_id, role_id };
    tx.emit(access.topic(), Event::RoleAssigned(assigned)).await?;
    let before = target.member.role.name.as_str();
    let entry = Entry::new(space_id, access.user_id(), AuditAction::RoleAssigned)
        .user(user_id)
        .target(role_id.0, &role.role.name)
        .change("role", Some(before), Some(&role.role.name));
    record(tx, entry).await?;
    Ok(())
}

/// Takes permissions from a member of a lower rank, or gives them back. What a higher rank took stays
/// as it is.
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
    let before = member::restriction(tx, space_id, user_id).await?;
    let set_by = before.and_then(|(.., set_by)| set_by);
    outranks(tx, access, set_by).await?;
    let before = before.map(|(denied, until, _)| (denied, until));
    if denied.is_empty() {
        member::lift_restriction(tx, space_id, user_id).await?;
    } else {
        let set_by = access.user_id();
        NewRestriction { space_id, user_id, denied, until, set_by, created_at: now }
            .save(tx)
            .await?;
    }
    if before != (!denied.is_empty()).then_some((denied, until)) {
        let action = match denied.is_empty() {
            true => ModerationAction::Released,
            false => ModerationAction::Restricted,
        };
        let (by, told) =
            (access.user_id(), notices::moderation(action, body.reason.as_deref(), until));
        notices::tell(tx, (space_id, by), user_id, NotificationKind::Moderation, told).await?;
    }
    tell_membership(tx, space_id, user_id).await?;
    let action = match denied.is_empty() {
        true => AuditAction::RestrictionLifted,
        false => AuditAction::MemberRestricted,
    };
    let (denied_before, until_before) = before.unzip();
    let entry = Entry::new(space_id, access.user_id(), action)
        .user(user_id)
        .reason(body.reason.as_deref())
        .change("permissions_denied", denied_before.and_then(keys), keys(denied))
        .change(
            "until",
            until_before.flatten().map(super::bans::time),
            until.map(super::bans::time),
        );
    record(tx, entry).await?;
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

/// A set for the audit log: keys with commas, nothing for the empty set.
pub(super) fn keys(set: PermissionSet) -> Option<String> {
    let keys: Vec<_> = set.iter().map(Permission::key).collect();
    (!keys.is_empty()).then(|| keys.join(", "))
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
