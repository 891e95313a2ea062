//! Conversations of several people: who is brought in, who leaves.

use crate::chat::access::{ChatAccess, unreachable};
use crate::chat::actions::chats::{announce, announce_with, load};
use crate::chat::actions::removal::do_delete_chats;
use crate::chat::model::chat_changes::{self as chat, ChatChanges, NewChat};
use crate::chat::model::people;
use crate::error::{ApiError, ApiResult};
use crate::identity::model::{choices, mark};
use crate::realtime::stream::Tx;
use shared::chat::{Chat, ChatKind, MAX_GROUP};
use shared::error::{ErrorCode, FieldCode};
use shared::event::{ChatDeleted, Event};
use shared::ids::{ChatId, UserId};
use shared::topic::Topic;

/// Creates a group of people who each share a space with its maker.
pub async fn do_create_group(
    tx: &mut Tx,
    user: UserId,
    others: &[UserId],
    name: Option<&str>,
) -> ApiResult<Chat> {
    let mut others: Vec<UserId> = others.iter().copied().filter(|id| *id != user).collect();
    others.sort_unstable();
    others.dedup();
    if others.is_empty() {
        return Err(ApiError::field("user_ids", FieldCode::Required));
    }
    if people::known_to(tx, user, &others).await?.len() != others.len() {
        return Err(ApiError::field("user_ids", FieldCode::Unknown));
    }
    require_reachable(tx, user, &others).await?;
    let id = ChatId::new();
    let new = NewChat {
        id,
        kind: ChatKind::Group.key(),
        space_id: None,
        owner_id: Some(user),
        name: name.map(str::trim).unwrap_or_default(),
        topic: None,
        position: 0,
        category_id: None,
        direct_key: None,
    };
    new.insert(tx).await?;
    others.insert(0, user);
    chat::add_members(tx, id, &others).await?;
    announce(tx, user, id).await?;
    load(tx, user, id).await
}

/// Brings somebody into a group.
pub async fn do_add_member(tx: &mut Tx, access: &ChatAccess, other: UserId) -> ApiResult<Chat> {
    if access.view().kind() != ChatKind::Group {
        return Err(ApiError::new(ErrorCode::Forbidden));
    }
    let (id, user) = (access.chat_id(), access.user_id());
    if people::known_to(tx, user, &[other]).await?.is_empty() {
        return Err(ApiError::field("user_id", FieldCode::Unknown));
    }
    require_reachable(tx, user, &[other]).await?;
    // The chat's row keeps two people from filling the last place at once.
    chat::update(tx, id, ChatChanges::default()).await?;
    let members = chat::members_of(tx, &[id]).await?.remove(&id).unwrap_or_default();
    if members.len() >= MAX_GROUP {
        return Err(ApiError::field("user_id", FieldCode::TooMany));
    }
    if chat::add_members(tx, id, &[other]).await? > 0 {
        announce(tx, user, id).await?;
    }
    load(tx, user, id).await
}

/// Leaves a group, or takes somebody out of one's own.
pub async fn do_remove_member(tx: &mut Tx, access: &ChatAccess, other: UserId) -> ApiResult<()> {
    let (id, user) = (access.chat_id(), access.user_id());
    let is_maker = access.view().owner_id() == Some(user);
    if access.view().kind() != ChatKind::Group || (other != user && !is_maker) {
        return Err(ApiError::new(ErrorCode::Forbidden));
    }
    do_leave_group(tx, id, other).await
}

/// Takes a person out of a group, whose row is locked. Who made it is followed by who came next; a
/// group without people is no more.
///
/// # Errors
/// `not_found` when he is not in it.
pub async fn do_leave_group(tx: &mut Tx, id: ChatId, user: UserId) -> ApiResult<()> {
    if chat::remove_member(tx, id, user).await? == 0 {
        return Err(ApiError::not_found());
    }
    let gone = Event::ChatDeleted(ChatDeleted { chat_id: id });
    match chat::hand_on(tx, id, user).await? {
        true => announce_with(tx, user, id, Some((user, gone))).await,
        false => {
            do_delete_group(tx, id).await?;
            tx.emit(Topic::User(user), gone).await?;
            Ok(())
        }
    }
}

/// Removes a group with everything in it; its row is locked.
pub(super) async fn do_delete_group(tx: &mut Tx, id: ChatId) -> ApiResult<()> {
    let members = chat::members_of(tx, &[id]).await?.remove(&id).unwrap_or_default();
    if do_delete_chats(tx, &[id]).await?.is_empty() {
        return Err(ErrorCode::NotFound.into());
    }
    let gone =
        |user: UserId| (Topic::User(user), None, Event::ChatDeleted(ChatDeleted { chat_id: id }));
    tx.emit_each(members.iter().map(|member| gone(member.id)).collect()).await?;
    Ok(())
}

/// Nobody is brought into a conversation by somebody he blocked, or whom he blocked himself, and not
/// when he takes no direct messages.
pub(super) async fn require_reachable(
    tx: &mut Tx,
    user: UserId,
    others: &[UserId],
) -> ApiResult<()> {
    if let Some((_, side)) = mark::apart(tx, user, others).await?.first() {
        return Err(unreachable(*side));
    }
    let others: Vec<UserId> = others.iter().copied().filter(|other| *other != user).collect();
    match choices::closed(tx, &others).await?.is_empty() {
        true => Ok(()),
        false => Err(ApiError::new(ErrorCode::NotReachable)),
    }
}
