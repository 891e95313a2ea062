//! Categories of a space and the order of its chats.

use crate::chat::model::category;
use crate::chat::model::chat_changes::{self, ChatChanges};
use crate::error::{ApiError, ApiResult, conflict};
use crate::realtime::stream::Tx;
use crate::spaces::access::SpaceAccess;
use crate::spaces::audit::{Entry, record};
use shared::chat::{Category, CategoryDeleted, ChatMoved, ChatOrder, MAX_CATEGORIES};
use shared::error::{ErrorCode, FieldCode};
use shared::event::Event;
use shared::ids::{CategoryId, ChatId};
use shared::permission::Permission;
use shared::spaces::AuditAction;
use std::collections::HashMap;

fn taken(error: diesel::result::Error) -> ApiError {
    conflict(error, "chat_categories_name", ErrorCode::NameTaken)
}

/// Adds a category below the others.
pub async fn do_create_category(
    tx: &mut Tx,
    space: &SpaceAccess,
    name: &str,
) -> ApiResult<Category> {
    space.require(Permission::ManageChats)?;
    let all = category::of_space(tx, space.id()).await?;
    if all.len() >= MAX_CATEGORIES {
        return Err(ApiError::field("name", FieldCode::TooMany));
    }
    let category = Category {
        id: CategoryId::new(),
        space_id: space.id(),
        name: name.trim().to_owned(),
        position: all.last().map_or(0, |last| last.position.saturating_add(1)),
    };
    category::insert(tx, &category).await.map_err(taken)?;
    tx.emit(space.topic(), Event::CategoryCreated(category.clone())).await?;
    let entry = Entry::new(space.id(), space.user_id(), AuditAction::CategoryCreated)
        .target(category.id.0, &category.name);
    record(tx, entry).await?;
    Ok(category)
}

/// Renames a category.
pub async fn do_rename_category(
    tx: &mut Tx,
    space: &SpaceAccess,
    id: CategoryId,
    name: &str,
) -> ApiResult<Category> {
    space.require(Permission::ManageChats)?;
    let before = category::of_space(tx, space.id()).await?;
    let before = before.into_iter().find(|category| category.id == id).map(|c| c.name);
    let category = category::rename(tx, space.id(), id, name.trim()).await.map_err(taken)?;
    tx.emit(space.topic(), Event::CategoryUpdated(category.clone())).await?;
    if before.as_ref() != Some(&category.name) {
        let entry = Entry::new(space.id(), space.user_id(), AuditAction::CategoryRenamed)
            .target(id.0, &category.name)
            .change("name", before, Some(&category.name));
        record(tx, entry).await?;
    }
    Ok(category)
}

/// Removes a category; its chats stand above all others from then on.
pub async fn do_delete_category(tx: &mut Tx, space: &SpaceAccess, id: CategoryId) -> ApiResult<()> {
    space.require(Permission::ManageChats)?;
    let known = category::of_space(tx, space.id()).await?;
    let known = known.into_iter().find(|category| category.id == id);
    let category = known.ok_or_else(ApiError::not_found)?;
    category::delete(tx, space.id(), id).await?;
    let gone = CategoryDeleted { space_id: space.id(), category_id: id };
    tx.emit(space.topic(), Event::CategoryDeleted(gone)).await?;
    let entry = Entry::new(space.id(), space.user_id(), AuditAction::CategoryDeleted)
        .target(id.0, &category.name);
    record(tx, entry).await?;
    Ok(())
}

/// Puts categories and chats into an order. Only what moves is told.
pub async fn do_order_chats(tx: &mut Tx, space: &SpaceAccess, order: &ChatOrder) -> ApiResult<()> {
    space.require(Permission::ManageChats)?;
    let known: HashMap<CategoryId, Category> =
        category::of_space(tx, space.id()).await?.into_iter().map(|c| (c.id, c)).collect();
    let unknown = |field| ApiError::field(field, FieldCode::Unknown);
    let mut has_moved = false;
    for (position, id) in (0..).zip(&order.categories) {
        let category = known.get(id).ok_or_else(|| unknown("categories"))?;
        if category.position != position {
            category::place(tx, *id, position).await?;
            has_moved = true;
            let moved = Category { position, ..category.clone() };
            tx.emit(space.topic(), Event::CategoryUpdated(moved)).await?;
        }
    }
    let places: HashMap<ChatId, (Option<CategoryId>, i32)> = category::places(tx, space.id())
        .await?
        .into_iter()
        .map(|(chat, category, position)| (chat, (category, position)))
        .collect();
    for (position, place) in (0..).zip(&order.chats) {
        let now = places.get(&place.chat_id).ok_or_else(|| unknown("chats"))?;
        if place.category_id.is_some_and(|id| !known.contains_key(&id)) {
            return Err(unknown("chats"));
        }
        if *now == (place.category_id, position) {
            continue;
        }
        let changes = ChatChanges {
            position: Some(position),
            category_id: Some(place.category_id),
            ..ChatChanges::default()
        };
        chat_changes::update(tx, place.chat_id, changes).await?;
        has_moved = true;
        let (chat_id, category_id) = (place.chat_id, place.category_id);
        let moved = ChatMoved { space_id: space.id(), chat_id, category_id, position };
        tx.emit_to(space.topic(), chat_id, Event::ChatMoved(moved)).await?;
    }
    if has_moved {
        // Which chats: some of them may be secret.
        let entry = Entry::new(space.id(), space.user_id(), AuditAction::ChatsOrdered);
        record(tx, entry).await?;
    }
    Ok(())
}
