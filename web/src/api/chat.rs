//! Chats, messages and search.

use super::client::{Call, delete, get, patch, post, put};
use super::{ApiError, ApiResult, version_of};
use crate::chat::search_words::Words;
use crate::state::kept;
use crate::ui::lazy::Missing;
use chrono::SecondsFormat;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use shared::Timestamp;
use shared::chat::{
    AddChatMember, Chat, CreateChat, EditMessage, ForwardSource, History, ListedThread,
    MarkAllRead, MarkRead, MarkThreadRead, MarkUnread, Message, MessageVersion, OpenChat,
    QuickFound, React, Reactions, ReadState, SearchHit, SendMessage, Thread, ThreadState,
    UpdateChat,
};
use shared::identity::{Profile, UserRef};
use shared::ids::{ChatId, MessageId, SpaceId, UserId};
use shared::page::Page;
use shared::permission::ChatOverride;

/// Every chat the caller sees: of his spaces, direct and group.
pub async fn list_chats(cursor: Option<String>) -> ApiResult<Page<Chat>> {
    match cursor {
        None => get("/chats").kept().send().await,
        Some(cursor) => get("/chats").query("cursor", cursor).send().await,
    }
}

/// The first page as it was the last time, see [`kept`].
pub fn kept_chats(owner: UserId) -> Option<Page<Chat>> {
    kept::answer(owner, &get("/chats").address())
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

/// Changes name, topic, category, slow mode or overrides of a chat, where they are as an editor saw them.
pub async fn update_chat(seen: &Chat, body: &UpdateChat) -> ApiResult<Chat> {
    let path = format!("/chats/{}", seen.id);
    let is_same = |now: &Chat| {
        (body.name.is_none() || now.name == seen.name)
            && (body.topic.is_none() || now.topic == seen.topic)
            && (body.category_id.is_none() || now.category_id == seen.category_id)
            && (body.slow_seconds.is_none() || now.slow_seconds == seen.slow_seconds)
            && (body.overrides.is_none() || same(&now.overrides, &seen.overrides))
    };
    let version = version_of(&path, is_same).await?;
    patch(path).seen(version).json(body).send().await
}

/// The same overrides, in whatever order.
fn same(a: &[ChatOverride], b: &[ChatOverride]) -> bool {
    a.len() == b.len() && a.iter().all(|one| b.contains(one))
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
    let nickname = js_sys::encode_uri_component(nickname);
    get(format!("/profile/nickname/{nickname}")).send().await
}

/// Notes that everything up to `seq` is read.
pub async fn mark_read(chat: ChatId, seq: i64) -> ApiResult<ReadState> {
    post(format!("/chats/{chat}/read")).json(&MarkRead { seq }).send().await
}

/// Makes a message and all after it unread again.
pub async fn mark_unread(chat: ChatId, seq: i64) -> ApiResult<ReadState> {
    post(format!("/chats/{chat}/unread")).json(&MarkUnread { seq }).send().await
}

/// Notes that every chat of a space, or every one there is, is read.
pub async fn mark_all_read(space: Option<SpaceId>) -> ApiResult<()> {
    post("/chats/read-all").json(&MarkAllRead { space_id: space }).send().await
}

/// Brings somebody into a group.
pub async fn add_member(chat: ChatId, user: UserId) -> ApiResult<Chat> {
    post(format!("/chats/{chat}/members")).json(&AddChatMember { user_id: user }).send().await
}

type Fetching<T> = LocalBoxFuture<'static, ApiResult<T>>;

crate::lazy! {
    tools => fn fetch_thread(root: MessageId, part: Part, limit: usize) -> Fetching<(History, ThreadState)> {
        read_thread(root, part, limit).boxed_local()
    }
}

/// A page of a thread as a history, its first message where it begins; and the reader's place in it.
pub async fn thread(
    root: MessageId,
    part: Part,
    limit: usize,
) -> ApiResult<(History, ThreadState)> {
    match fetch_thread(root, part, limit).await {
        Ok(fetching) => fetching.await,
        Err(Missing) => Err(ApiError::Unreachable),
    }
}

async fn read_thread(
    root: MessageId,
    part: Part,
    limit: usize,
) -> ApiResult<(History, ThreadState)> {
    let call = part.of(get(format!("/messages/{root}/thread")).query("limit", limit));
    let Thread { root, me, mut items, has_before, has_after, .. } = call.send().await?;
    if let Some(root) = root.filter(|_| !has_before) {
        items.insert(0, root);
    }
    Ok((History { items, has_before, has_after }, me))
}

/// Notes that the replies up to `seq` are read.
pub async fn mark_thread_read(root: MessageId, seq: i64) -> ApiResult<ThreadState> {
    post(format!("/messages/{root}/thread/read")).json(&MarkThreadRead { seq }).send().await
}

/// Follows a thread, or stops to.
pub async fn follow_thread(root: MessageId, follows: bool) -> ApiResult<ThreadState> {
    let path = format!("/messages/{root}/thread/follow");
    let call = if follows { put(path) } else { delete(path) };
    call.send().await
}

/// The threads that the caller follows, or all of a chat.
pub async fn list_threads(
    chat: Option<ChatId>,
    cursor: Option<String>,
) -> ApiResult<Page<ListedThread>> {
    let list = get("/threads").query("limit", 50).query_some("chat_id", chat);
    list.query_some("cursor", cursor).send().await
}

/// People and chats by a piece of their names.
pub async fn search_quick(words: &str) -> ApiResult<QuickFound> {
    get("/search/quick").query("q", words).query("limit", 8).send().await
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

impl Part {
    fn of(self, call: Call) -> Call {
        match self {
            Self::Latest => call,
            Self::Before(seq) => call.query("before", seq),
            Self::After(seq) => call.query("after", seq),
            Self::Around(seq) => call.query("around", seq),
            Self::At(time) => call.query("at", time.to_rfc3339_opts(SecondsFormat::Millis, true)),
        }
    }
}

/// A page of a chat's messages.
pub async fn history(chat: ChatId, part: Part, limit: usize) -> ApiResult<History> {
    let call = page_of(chat, limit);
    let call = if part == Part::Latest { call.kept() } else { call };
    part.of(call).send().await
}

fn page_of(chat: ChatId, limit: usize) -> Call {
    get(format!("/messages/{chat}")).query("limit", limit)
}

/// The end of a chat as it was the last time, see [`kept`].
pub fn kept_history(owner: UserId, chat: ChatId, limit: usize) -> Option<History> {
    kept::answer(owner, &page_of(chat, limit).address())
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

/// Where a message that was passed on was taken from.
pub async fn forward_source(message: MessageId) -> ApiResult<ForwardSource> {
    get(format!("/messages/{message}/source")).send().await
}

/// Shows nothing of the links of a message any more.
pub async fn remove_previews(message: MessageId) -> ApiResult<()> {
    delete(format!("/messages/{message}/previews")).send().await
}

/// The earlier texts of a message, oldest first.
pub async fn list_versions(message: MessageId) -> ApiResult<Page<MessageVersion>> {
    get(format!("/messages/{message}/history")).send().await
}

/// A page of those who reacted to a message with an emoji.
pub async fn list_reactors(
    message: MessageId,
    emoji: &str,
    cursor: Option<String>,
) -> ApiResult<Page<UserRef>> {
    let call = get(format!("/messages/{message}/reactors")).query("emoji", emoji);
    call.query_some("cursor", cursor).send().await
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

/// Messages that match, newest first.
pub async fn search(
    words: &Words,
    scope: Scope,
    cursor: Option<String>,
) -> ApiResult<Page<SearchHit>> {
    let list = |values: &[String]| (!values.is_empty()).then(|| values.join(","));
    let call = get("/search")
        .query("q", &words.text)
        .query("limit", 20)
        .query_some("from", words.from.as_ref())
        .query_some("has", list(&words.has))
        .query_some("is", list(&words.is))
        .query_some("mentions", words.mentions.as_ref())
        .query_some("before", words.before.as_ref())
        .query_some("after", words.after.as_ref())
        .query_some("cursor", cursor);
    let call = match (words.chat, scope) {
        (Some(chat), _) | (None, Scope::Chat(chat)) => call.query("chat_id", chat),
        (None, Scope::Space(space)) => call.query("space_id", space),
        (None, Scope::Everywhere) => call,
    };
    call.send().await
}
