//! What chats allow or deny somebody: who may change it, and what is forgotten with a role or a membership.

use crate::chat::model::chat::ChatView;
use crate::chat::model::chat_changes as chat;
use crate::error::{ApiError, ApiResult};
use crate::identity::model::user;
use crate::realtime::stream::Tx;
use crate::spaces::model::member::MemberRow;
use crate::spaces::model::role::RoleRow;
use shared::error::{ErrorCode, FieldCode};
use shared::event::Event;
use shared::ids::{ChatId, RoleId, SpaceId, UserId};
use shared::permission::{
    ChatOverride, OverrideTarget, PermissionSet, Standing, in_chat, in_space,
};
use shared::spaces::RoleKind;
use shared::topic::Topic;
use uuid::Uuid;

/// Every target belongs to the space or stood there before, nothing is allowed that the maker lacks, what
/// is denied to a role or a member, or given back, is that of a lower rank, and no higher one loses
/// anything.
pub(super) async fn check_overrides(
    tx: &mut Tx,
    space: SpaceId,
    maker: &Standing,
    old: &[ChatOverride],
    overrides: &[ChatOverride],
) -> ApiResult<()> {
    let granted = overrides.iter().fold(PermissionSet::NONE, |set, o| set.union(o.allow));
    if !in_space(maker).covers(granted) {
        return Err(ApiError::new(ErrorCode::GrantsMore));
    }
    // What denies somebody who is out something stays, and lets nobody in.
    let stood = |o: &ChatOverride| {
        old.iter().any(|before| before.target == o.target && before.allow.covers(o.allow))
    };
    let added: Vec<ChatOverride> = overrides.iter().filter(|o| !stood(o)).copied().collect();
    if !chat::targets_exist(tx, space, &added).await? {
        return Err(ApiError::field("overrides", FieldCode::Unknown));
    }
    if maker.is_owner {
        return Ok(());
    }
    let roles = RoleRow::of_space(tx, space).await?;
    let people: Vec<UserId> =
        old.iter().chain(overrides).filter_map(|o| o.target.member()).collect();
    // Who is not a member any more has no rank.
    let members = MemberRow::of_users(tx, space, &people).await?;
    let of_roles = roles.iter().map(|role| (OverrideTarget::Role(role.id), holder(role)));
    let of_people = members.iter().map(|member| {
        let standing = member.standing();
        (OverrideTarget::Member(standing.user_id), standing)
    });
    let denied = |list: &[ChatOverride], target: OverrideTarget| {
        let of = list.iter().filter(|o| o.target == target);
        of.fold(PermissionSet::NONE, |set, o| set.union(o.deny))
    };
    for (target, standing) in of_roles.chain(of_people) {
        if !standing.is_owner && standing.rank < maker.rank {
            continue;
        }
        // A restriction ends.
        let standing = Standing { denied: PermissionSet::NONE, ..standing };
        let loses = !in_chat(&standing, overrides).covers(in_chat(&standing, old));
        // His own he may give up.
        let loses = loses && standing.user_id != maker.user_id;
        if loses || denied(old, target) != denied(overrides, target) {
            return Err(ErrorCode::RankTooLow.into());
        }
    }
    Ok(())
}

/// Anybody who holds the role and about whom nothing else is said.
fn holder(role: &RoleRow) -> Standing {
    Standing {
        user_id: UserId(Uuid::nil()),
        is_owner: role.kind() == RoleKind::Owner,
        role_id: role.id,
        rank: role.priority,
        role: role.permissions,
        denied: PermissionSet::NONE,
    }
}

/// Overrides for the audit log: `Members: +send_messages, -view_chat`; nothing when there are none.
pub(super) async fn overrides_text(
    tx: &mut Tx,
    space: SpaceId,
    overrides: &[ChatOverride],
) -> ApiResult<Option<String>> {
    if overrides.is_empty() {
        return Ok(None);
    }
    let roles = RoleRow::of_space(tx, space).await?;
    let people: Vec<UserId> = overrides.iter().filter_map(|o| o.target.member()).collect();
    let people = user::refs(tx, &people).await?;
    let line = |o: &ChatOverride| {
        let name = match o.target {
            OverrideTarget::Everybody => "@all".to_owned(),
            OverrideTarget::Role(id) => {
                roles.iter().find(|role| role.id == id).map_or_else(String::new, |r| r.name.clone())
            }
            OverrideTarget::Member(id) => {
                people.get(&id).map_or_else(String::new, |p| format!("@{}", p.nickname))
            }
        };
        let allowed = o.allow.iter().map(|permission| format!("+{}", permission.key()));
        let denied = o.deny.iter().map(|permission| format!("-{}", permission.key()));
        format!("{name}: {}", allowed.chain(denied).collect::<Vec<_>>().join(", "))
    };
    let mut lines: Vec<String> = overrides.iter().map(line).collect();
    lines.sort();
    Ok(Some(lines.join("; ")))
}

/// A role goes, and what chats allow or deny it: tells who sees them.
pub async fn do_drop_role(
    tx: &mut Tx,
    space: SpaceId,
    actor: UserId,
    role: RoleId,
) -> ApiResult<()> {
    let touched = chat::drop_role(tx, role).await?;
    for (id, event) in changed(tx, space, actor, &touched).await? {
        tx.emit_to(Topic::Space(space), id, event).await?;
    }
    Ok(())
}

/// Memberships end, and what chats allow these people with them; what they deny stays, or leaving would
/// shed it. Returns what is to be told on the space's topic, and to whom, once the people's own topics
/// have been told.
pub async fn do_end_places(
    tx: &mut Tx,
    space: SpaceId,
    people: &[UserId],
) -> ApiResult<Vec<(ChatId, Event)>> {
    let touched = chat::end_places(tx, space, people).await?;
    match people.first() {
        Some(somebody) => changed(tx, space, *somebody, &touched).await,
        None => Ok(Vec::new()),
    }
}

/// How chats of a space are now, seen by nobody in particular.
async fn changed(
    tx: &mut Tx,
    space: SpaceId,
    actor: UserId,
    touched: &[ChatId],
) -> ApiResult<Vec<(ChatId, Event)>> {
    if touched.is_empty() {
        return Ok(Vec::new());
    }
    let views = ChatView::of_space(tx, actor, space).await?.into_iter();
    let views = views.filter(|view| touched.contains(&view.id()));
    Ok(views.map(|view| (view.id(), Event::ChatUpdated(view.into_anybodys(Vec::new())))).collect())
}
