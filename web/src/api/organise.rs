//! Categories, the order of chats, pins, and why somebody may do something.

use super::ApiResult;
use super::client::{delete, get, patch, post, put};
use shared::chat::{Category, ChatOrder, Explanation, NameCategory, Pin};
use shared::ids::{CategoryId, ChatId, MessageId, SpaceId, UserId};
use shared::page::Page;

/// The categories of a space in their order.
pub async fn list_categories(space: SpaceId) -> ApiResult<Page<Category>> {
    get(format!("/spaces/{space}/categories")).send().await
}

/// Adds a category below the others.
pub async fn create_category(space: SpaceId, name: String) -> ApiResult<Category> {
    post(format!("/spaces/{space}/categories")).json(&NameCategory { name }).send().await
}

/// Renames a category.
pub async fn rename_category(space: SpaceId, id: CategoryId, name: String) -> ApiResult<Category> {
    patch(format!("/spaces/{space}/categories/{id}")).json(&NameCategory { name }).send().await
}

/// Removes a category; its chats stay.
pub async fn delete_category(space: SpaceId, id: CategoryId) -> ApiResult<()> {
    delete(format!("/spaces/{space}/categories/{id}")).send().await
}

/// Puts categories and chats into an order.
pub async fn order_chats(space: SpaceId, order: &ChatOrder) -> ApiResult<()> {
    put(format!("/spaces/{space}/chat-order")).json(order).send().await
}

/// What somebody may do in a chat, and why.
pub async fn explain(chat: ChatId, user: UserId) -> ApiResult<Explanation> {
    get(format!("/chats/{chat}/explain")).query("user_id", user).send().await
}

/// The pinned messages of a chat, the newest pin first.
pub async fn list_pins(chat: ChatId) -> ApiResult<Page<Pin>> {
    get(format!("/chats/{chat}/pins")).send().await
}

/// Pins a message, or unpins it.
pub async fn set_pinned(message: MessageId, pinned: bool) -> ApiResult<()> {
    let path = format!("/messages/{message}/pin");
    let call = if pinned { put(path) } else { delete(path) };
    call.send().await
}
