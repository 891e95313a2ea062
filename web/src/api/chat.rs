//! Chats, messages and search.

use super::ApiResult;
use super::client::{delete, get, patch, post};
use chrono::SecondsFormat;
use shared::Timestamp;
use shared::chat::{
    Chat, CreateChat, EditMessage, History, MarkRead, Message, MessageVersion, OpenChat, React,
    Reactions, ReadState, SearchHit, SendMessage, UpdateChat,
};
use shared::identity::{Profile, UserRef};
use shared::ids::{ChatId, MessageId, SpaceId, UserId};
use shared::page::Page;

/// Every chat the caller sees: of his spaces, direct and group.
pub async fn list_chats(cursor: Option<String>) -> ApiResult<Page<Chat>> {
    get("/chats").query_some("cursor", cursor).send().await
}

/// One chat.
pub async fn get_chat(chat: ChatId) -> ApiResult<Chat> {
    get(format!("/chats/{chat}")).send().await
}

/// Gets or creates the direct chat with somebody.
pub async fn open_direct(user: UserId) -> ApiResult<Chat> {
    post("/chats").json(&OpenChat { user_id: Some(user), ..OpenChat::default() }).send().await
}

/// Creates a group.
pub async fn open_group(users: Vec<UserId>, name: Option<String>) -> ApiResult<Chat> {
    post("/chats").json(&OpenChat { user_ids: Some(users), name, user_id: None }).send().await
}

/// Creates a chat of a space.
pub async fn create_chat(space: SpaceId, body: &CreateChat) -> ApiResult<Chat> {
    post(format!("/spaces/{space}/chats")).json(body).send().await
}

/// Changes name, topic, order or overrides.
pub async fn update_chat(chat: ChatId, body: &UpdateChat) -> ApiResult<Chat> {
    patch(format!("/chats/{chat}")).json(body).send().await
}

/// Deletes a chat of a space, or one's own group, with everything in it.
pub async fn delete_chat(chat: ChatId) -> ApiResult<()> {
    delete(format!("/chats/{chat}")).send().await
}

/// People who can read a chat, by a part of their nickname or name.
pub async fn find_members(chat: ChatId, words: &str) -> ApiResult<Page<UserRef>> {
    get(format!("/chats/{chat}/members")).query("q", words).query("limit", 10).send().await
}

/// Leaves a group, or takes somebody out of one's own.
pub async fn remove_member(chat: ChatId, user: UserId) -> ApiResult<()> {
    delete(format!("/chats/{chat}/members/{user}")).send().await
}

/// Somebody by his whole nickname.
pub async fn find_person(nickname: &str) -> ApiResult<Profile> {
    get(format!("/profile/nickname/{nickname}")).send().await
}

/// Notes that everything up to `seq` is read.
pub async fn mark_read(chat: ChatId, seq: i64) -> ApiResult<ReadState> {
    post(format!("/chats/{chat}/read")).json(&MarkRead { seq }).send().await
}

/// Which part of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Latest,
    /// Older than this `seq`.
    Before(i64),
    /// Newer than this `seq`.
    After(i64),
    /// On both sides of this `seq`, it included.
    Around(i64),
    /// Around the first one at or after this time.
    At(Timestamp),
}

/// A page of a chat's messages.
pub async fn history(chat: ChatId, part: Part, limit: usize) -> ApiResult<History> {
    let call = get(format!("/messages/{chat}")).query("limit", limit);
    let call = match part {
        Part::Latest => call,
        Part::Before(seq) => call.query("before", seq),
        Part::After(seq) => call.query("after", seq),
        Part::Around(seq) => call.query("around", seq),
        Part::At(time) => call.query("at", time.to_rfc3339_opts(SecondsFormat::Millis, true)),
    };
    call.send().await
}

/// Sends a message; the same nonce is the same message, however often it is sent.
pub async fn send_message(chat: ChatId, body: &SendMessage) -> ApiResult<Message> {
    post(format!("/messages/{chat}")).json(body).send().await
}

/// Changes a message's text.
pub async fn edit_message(message: MessageId, content: String) -> ApiResult<Message> {
    patch(format!("/messages/{message}")).json(&EditMessage { content }).send().await
}

/// Deletes a message.
pub async fn delete_message(message: MessageId) -> ApiResult<()> {
    delete(format!("/messages/{message}")).send().await
}

/// Adds the caller's emoji, or takes it away.
pub async fn toggle_reaction(message: MessageId, emoji: String) -> ApiResult<Reactions> {
    post(format!("/messages/{message}/reaction")).json(&React { emoji }).send().await
}

/// The earlier texts of a message, oldest first.
pub async fn list_versions(message: MessageId) -> ApiResult<Page<MessageVersion>> {
    get(format!("/messages/{message}/history")).send().await
}

/// Where to search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Everything the caller may read.
    #[default]
    Everywhere,
    Space(SpaceId),
    Chat(ChatId),
}

/// Messages that match.
pub async fn search(
    words: &str,
    scope: Scope,
    cursor: Option<String>,
) -> ApiResult<Page<SearchHit>> {
    let call = get("/search").query("q", words).query("limit", 20).query_some("cursor", cursor);
    let call = match scope {
        Scope::Everywhere => call,
        Scope::Space(space) => call.query("space_id", space),
        Scope::Chat(chat) => call.query("chat_id", chat),
    };
    call.send().await
}
