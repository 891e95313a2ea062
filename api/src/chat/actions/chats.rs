//! Create, change and delete chats; who is in a group.

use crate::chat::access::ChatAccess;
use crate::chat::actions::groups::{do_delete_group, require_reachable};
use crate::chat::actions::overrides::{check_overrides, overrides_text};
use crate::chat::actions::removal::do_delete_chats;
use crate::chat::model::chat::ChatView;
use crate::chat::model::chat_changes::{self as chat, ChatChanges, NewChat};
use crate::chat::model::counted::CountedChat;
use crate::chat::model::{category, people};
use crate::error::{ApiError, ApiResult, conflict};
use crate::http::etag::{IfMatch, Tagged};
use crate::realtime::stream::Tx;
use crate::spaces::audit::{Entry, record};
use shared::chat::{Chat, ChatKind, CreateChat, MAX_CHATS, UpdateChat};
use shared::error::{ErrorCode, FieldCode};
use shared::event::{ChatDeleted, Event};
use shared::ids::{CategoryId, ChatId, SpaceId, UserId};
use shared::permission::{ChatOverride, Permission, Standing, in_space};
use shared::spaces::AuditAction;
use shared::topic::Topic;

/// Adds a chat to a space.
pub async fn do_create_chat(
    tx: &mut Tx,
    space: SpaceId,
    maker: &Standing,
    body: &CreateChat,
) -> ApiResult<Chat> {
    if !in_space(maker).contains(Permission::ManageChats) {
        return Err(ApiError::forbidden(Permission::ManageChats));
    }
    if chat::count_of(tx, space).await? >= MAX_CHATS {
        return Err(ApiError::field("name", FieldCode::TooMany));
    }
    check_overrides(tx, space, maker, &[], &body.overrides).await?;
    check_category(tx, space, body.category_id).await?;
    let id = ChatId::new();
    let new = NewChat {
        id,
        kind: ChatKind::Space.key(),
        space_id: Some(space),
        owner_id: None,
        name: body.name.trim(),
        topic: body.topic.as_deref().map(str::trim).filter(|topic| !topic.is_empty()),
        position: chat::next_position(tx, space).await?,
        category_id: body.category_id,
        direct_key: None,
    };
    new.insert(tx).await.map_err(|e| conflict(e, "chats_name", ErrorCode::NameTaken))?;
    chat::set_overrides(tx, id, &body.overrides).await?;
    let view = CountedChat::find(tx, maker.user_id, id).await?;
    let event = Event::ChatCreated(view.view.clone().into_anybodys(Vec::new()));
    tx.emit_to(Topic::Space(space), id, event).await?;
    let set = overrides_text(tx, space, &body.overrides).await?;
    let entry = Entry::new(space, maker.user_id, AuditAction::ChatCreated)
        .target(id.0, &view.name)
        .chat(id)
        .change("overrides", None::<&str>, set);
    record(tx, entry).await?;
    Ok(view.into_chat(maker.user_id, Vec::new()))
}

/// Gets or creates the chat of two people who share a space, or somebody's notes to himself; `true`
/// when it is new.
pub async fn do_open_direct(tx: &mut Tx, user: UserId, other: UserId) -> ApiResult<(Chat, bool)> {
    if let Some(id) = chat::direct(tx, user, other).await? {
        return Ok((load(tx, user, id).await?, false));
    }
    if user != other && people::known_to(tx, user, &[other]).await?.is_empty() {
        return Err(ApiError::not_found());
    }
    require_reachable(tx, user, &[other]).await?;
    let id = ChatId::new();
    let new = NewChat {
        id,
        kind: ChatKind::Direct.key(),
        space_id: None,
        owner_id: None,
        name: "",
        topic: None,
        position: 0,
        category_id: None,
        direct_key: Some(chat::direct_key(user, other)),
    };
    if !new.insert(tx).await? {
        // The other one was faster.
        let id = chat::direct(tx, user, other).await?.ok_or_else(ApiError::not_found)?;
        return Ok((load(tx, user, id).await?, false));
    }
    chat::add_members(tx, id, &[user, other]).await?;
    announce(tx, user, id).await?;
    Ok((load(tx, user, id).await?, true))
}

/// Changes name, topic, order or overrides.
pub async fn do_update_chat(
    tx: &mut Tx,
    access: &ChatAccess,
    seen: &IfMatch,
    body: &UpdateChat,
) -> ApiResult<Tagged<Chat>> {
    access.require_manage()?;
    seen.check(access.view().version)?;
    let (id, user) = (access.chat_id(), access.user_id());
    match (access.space_id(), body.category_id) {
        (Some(space), Some(category)) => check_category(tx, space, category).await?,
        (None, Some(_)) => return Err(ApiError::field("category_id", FieldCode::OutOfRange)),
        (_, None) => {}
    }
    if access.space_id().is_none() && body.slow_seconds.is_some() {
        return Err(ApiError::field("slow_seconds", FieldCode::OutOfRange));
    }
    if let Some(overrides) = &body.overrides {
        let standing = access.view().standing(user, chrono::Utc::now());
        let (Some(space), Some(standing)) = (access.space_id(), standing) else {
            return Err(ApiError::field("overrides", FieldCode::OutOfRange));
        };
        let old = access.view().overrides();
        check_overrides(tx, space, &standing, &old, overrides).await?;
        chat::set_overrides(tx, id, overrides).await?;
    }
    let changes = ChatChanges {
        name: body.name.as_deref().map(str::trim),
        topic: body
            .topic
            .as_ref()
            .map(|topic| topic.as_deref().map(str::trim).filter(|text| !text.is_empty())),
        position: body.position,
        category_id: body.category_id,
        slow_seconds: body.slow_seconds,
    };
    chat::update(tx, id, changes)
        .await
        .map_err(|e| conflict(e, "chats_name", ErrorCode::NameTaken))?;
    let view = ChatView::find(tx, user, id).await?;
    let version = view.version;
    match access.space_id() {
        Some(space) => {
            let old = access.view();
            let entry = Entry::new(space, user, AuditAction::ChatUpdated)
                .target(id.0, &view.name)
                .change("name", Some(&old.name), Some(&view.name))
                .chat(id)
                .change("topic", old.topic.as_ref(), view.topic.as_ref())
                .change("slow_seconds", Some(old.slow_seconds), Some(view.slow_seconds))
                .change(
                    "overrides",
                    overrides_text(tx, space, &old.overrides()).await?,
                    overrides_text(tx, space, &view.overrides()).await?,
                );
            record(tx, entry).await?;
            let event = Event::ChatUpdated(view.into_anybodys(Vec::new()));
            tx.emit_to(Topic::Space(space), id, event).await?;
        }
        None => announce(tx, user, id).await?,
    }
    Ok(Tagged { version, body: load(tx, user, id).await? })
}

/// Removes a chat of a space (not its default one), or a group by who made it.
pub async fn do_delete_chat(tx: &mut Tx, access: &ChatAccess) -> ApiResult<()> {
    let id = access.chat_id();
    match (access.view().kind(), access.space_id()) {
        (ChatKind::Space, Some(space)) => {
            access.require_manage()?;
            if access.view().is_default {
                return Err(ApiError::new(ErrorCode::DefaultChat));
            }
            // From here on nobody writes in it.
            if do_delete_chats(tx, &[id]).await?.is_empty() {
                return Err(ErrorCode::NotFound.into());
            }
            let event = Event::ChatDeleted(ChatDeleted { chat_id: id });
            tx.emit_to(Topic::Space(space), id, event).await?;
            let mut entry = Entry::new(space, access.user_id(), AuditAction::ChatDeleted)
                .target(id.0, &access.view().name);
            // Nobody sees a chat that is gone: only the name of one that was closed to some stays secret.
            let closed = |o: &ChatOverride| o.deny.contains(Permission::ViewChat);
            entry.chat = access.view().overrides().iter().any(closed).then_some(id);
            record(tx, entry).await?;
        }
        (ChatKind::Group, _) if access.view().owner_id() == Some(access.user_id()) => {
            do_delete_group(tx, id).await?;
        }
        _ => return Err(ApiError::new(ErrorCode::Forbidden)),
    }
    Ok(())
}

/// The category is one of the space.
async fn check_category(
    tx: &mut Tx,
    space: SpaceId,
    category: Option<CategoryId>,
) -> ApiResult<()> {
    match category {
        Some(id) if !category::exists(tx, space, id).await? => {
            Err(ApiError::field("category_id", FieldCode::Unknown))
        }
        _ => Ok(()),
    }
}

pub(super) async fn load(tx: &mut Tx, user: UserId, id: ChatId) -> ApiResult<Chat> {
    let view = CountedChat::find(tx, user, id).await?;
    let members = match people::has_own_members(view.kind()) {
        true => chat::members_of(tx, &[id]).await?.remove(&id).unwrap_or_default(),
        false => Vec::new(),
    };
    Ok(view.into_chat(user, members))
}

/// Tells everybody in a direct or group chat how it is now.
pub(super) async fn announce(tx: &mut Tx, user: UserId, id: ChatId) -> ApiResult<()> {
    announce_with(tx, user, id, None).await
}

/// As [`announce`], and one person something else. Topics in one order: no deadlock.
pub(super) async fn announce_with(
    tx: &mut Tx,
    user: UserId,
    id: ChatId,
    other: Option<(UserId, Event)>,
) -> ApiResult<()> {
    let view = ChatView::find(tx, user, id).await?;
    let members = chat::members_of(tx, &[id]).await?.remove(&id).unwrap_or_default();
    let mut events: Vec<(UserId, Event)> = members
        .iter()
        .map(|member| {
            let chat = view.clone().into_anybodys(members.clone());
            (member.id, Event::ConversationUpdated(chat))
        })
        .chain(other)
        .collect();
    events.sort_by_key(|(user, _)| *user);
    for (user, event) in events {
        tx.emit(Topic::User(user), event).await?;
    }
    Ok(())
}
