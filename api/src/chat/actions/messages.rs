//! Send, edit, delete, react.

use crate::chat::access::ChatAccess;
use crate::chat::model::message::{self, EXCERPT, MessageRow, NewMessage};
use crate::chat::model::{mention, people, reaction};
use crate::error::{ApiError, ApiResult};
use crate::realtime::Live;
use crate::realtime::stream::{Tx, now};
use diesel::OptionalExtension as _;
use shared::chat::{ChatKind, MAX_REACTION_KINDS, Message, MessageType, ReplyPreview, SendMessage};
use shared::error::{ErrorCode, FieldCode};
use shared::event::{ChatActivity, Event, MessageDeleted, MessageEdited, ReactionChanged};
use shared::identity::UserRef;
use shared::ids::{ChatId, MessageId, UserId};
use shared::markdown;
use shared::permission::Permission;
use shared::topic::Topic;

/// The most people one message can mention.
const MAX_MENTIONS: usize = 50;

/// What became of a send.
pub enum Sent {
    New(Box<Message>),
    /// The nonce was used before: nothing was changed, and the transaction must not commit.
    Repeat,
}

/// Inserts a message as the chat's next one.
pub async fn do_send_message(
    tx: &mut Tx,
    chat: &ChatAccess,
    body: &SendMessage,
) -> ApiResult<Sent> {
    chat.require(Permission::SendMessages)?;
    let author = chat.me().clone();
    let reply_to = match body.reply_to {
        Some(id) => Some(answered(tx, chat, id).await?),
        None => None,
    };
    let created_at = now();
    let seq = message::next_seq(tx, chat.chat_id(), created_at).await?;
    let id = MessageId::new();
    let new = NewMessage {
        id,
        chat_id: chat.chat_id(),
        seq,
        author_id: author.id,
        content: &body.content,
        reply_to: reply_to.as_ref().map(|reply| reply.id),
        nonce: &body.nonce,
        created_at,
    };
    if !new.insert(tx).await? {
        return Ok(Sent::Repeat);
    }
    let mentions = mentioned(tx, chat, &body.content).await?;
    if !mentions.is_empty() {
        mention::replace(tx, id, chat.chat_id(), seq, &mentions).await?;
    }
    let message = Message {
        id,
        chat_id: chat.chat_id(),
        seq,
        author,
        content: body.content.clone(),
        kind: MessageType::Text,
        subject: None,
        reply_to,
        reactions: Vec::new(),
        mentions,
        edited_at: None,
        created_at,
        nonce: body.nonce.clone(),
    };
    tx.emit(chat.topic(), Event::NewMessage(message.clone())).await?;
    Ok(Sent::New(Box::new(message)))
}

/// The message that a nonce was used for.
///
/// # Errors
/// `nonce_mismatch` when it had another content.
pub async fn repeated(
    conn: &mut crate::platform::db::PgConn,
    chat: ChatId,
    author: UserId,
    body: &SendMessage,
) -> ApiResult<Message> {
    let row = MessageRow::by_nonce(conn, chat, author, &body.nonce).await?;
    let row = row.ok_or_else(ApiError::not_found)?;
    let same_text = match row.edited_at {
        None => row.content == body.content,
        Some(_) => message::original(conn, row.id()).await?.as_ref() == Some(&body.content),
    };
    if !same_text || row.reply_to() != body.reply_to {
        return Err(ApiError::new(ErrorCode::NonceMismatch));
    }
    one(conn, row, author).await
}

/// Tells who does not have the chat open; mentioned people hear it on their own topic.
pub fn announce(live: &Live, chat: &ChatAccess, people: &[UserRef], message: &Message) {
    let news =
        |mentioned| ChatActivity { chat_id: message.chat_id, last_seq: message.seq, mentioned };
    match chat.space_id() {
        Some(space) => {
            live.chat_activity(Topic::Space(space), Some(message.chat_id), news(false));
            for person in message.mentions.iter().filter(|p| p.id != message.author.id) {
                live.chat_activity(Topic::User(person.id), None, news(true));
            }
        }
        None => {
            for person in people.iter().filter(|p| p.id != message.author.id) {
                let mentioned = message.mentions.iter().any(|m| m.id == person.id);
                live.chat_activity(Topic::User(person.id), None, news(mentioned));
            }
        }
    }
}

/// Tells who has a deleted message unread and the chat closed to count again.
pub fn recount(live: &Live, chat: &ChatAccess, people: &[UserRef]) {
    let (chat_id, last_seq) = (chat.chat_id(), chat.view().last_seq);
    let news = ChatActivity { chat_id, last_seq, mentioned: false };
    match chat.space_id() {
        Some(space) => live.chat_activity(Topic::Space(space), Some(chat_id), news),
        None => {
            for person in people {
                live.chat_activity(Topic::User(person.id), None, news.clone());
            }
        }
    }
}

/// Replaces the text of one's own message.
pub async fn do_edit_message(
    tx: &mut Tx,
    chat: &ChatAccess,
    id: MessageId,
    content: &str,
) -> ApiResult<Message> {
    if !message::lock(tx, id).await? {
        return Err(ApiError::not_found());
    }
    let row = MessageRow::find(tx, id).await?;
    if row.author_id() != chat.user_id() {
        return Err(ApiError::new(ErrorCode::Forbidden));
    }
    // Who may not write would write by editing.
    chat.require(Permission::SendMessages)?;
    chat.require(Permission::EditOwnMessages)?;
    if row.content == content {
        return one(tx, row, chat.user_id()).await;
    }
    let edited_at = now();
    message::edit(tx, &row, content, edited_at).await?;
    let mentions = mentioned(tx, chat, content).await?;
    mention::replace(tx, id, chat.chat_id(), row.seq, &mentions).await?;
    let event = MessageEdited {
        message_id: id,
        chat_id: chat.chat_id(),
        message_seq: row.seq,
        content: content.to_owned(),
        mentions,
        edited_at,
    };
    tx.emit(chat.topic(), Event::MessageEdited(event)).await?;
    let row = MessageRow::find(tx, id).await?;
    one(tx, row, chat.user_id()).await
}

/// Takes a message away: one's own, or any with the permission.
pub async fn do_delete_message(tx: &mut Tx, chat: &ChatAccess, row: &MessageRow) -> ApiResult<()> {
    let is_own = row.author_id() == chat.user_id();
    let allowed = chat.has(Permission::DeleteAnyMessages)
        || (is_own && chat.has(Permission::DeleteOwnMessages));
    if !allowed {
        let missing = match is_own {
            true => Permission::DeleteOwnMessages,
            false => Permission::DeleteAnyMessages,
        };
        return Err(ApiError::forbidden(missing));
    }
    if !message::lock(tx, row.id()).await? {
        return Err(ApiError::not_found());
    }
    message::delete(tx, row.id(), chat.user_id(), now()).await?;
    let event =
        MessageDeleted { message_id: row.id(), chat_id: chat.chat_id(), message_seq: row.seq };
    tx.emit(chat.topic(), Event::MessageDeleted(event)).await?;
    Ok(())
}

/// Adds or removes the caller's reaction.
pub async fn do_toggle_reaction(
    tx: &mut Tx,
    chat: &ChatAccess,
    row: &MessageRow,
    emoji: &str,
) -> ApiResult<()> {
    chat.require(Permission::AddReactions)?;
    // One at a time on a message, so that every event carries the count that is true after it.
    if !message::lock(tx, row.id()).await? {
        return Err(ApiError::not_found());
    }
    let added = reaction::toggle(tx, row.id(), chat.user_id(), emoji).await?;
    let counts = reaction::counts(tx, row.id()).await?;
    if added && counts.len() > MAX_REACTION_KINDS {
        return Err(ApiError::field("emoji", FieldCode::TooMany));
    }
    let change = ReactionChanged {
        message_id: row.id(),
        chat_id: chat.chat_id(),
        message_seq: row.seq,
        emoji: emoji.to_owned(),
        user: chat.me().clone(),
        count: counts.get(emoji).copied().unwrap_or(0),
    };
    let event = if added { Event::ReactionAdded(change) } else { Event::ReactionRemoved(change) };
    tx.emit(chat.topic(), event).await?;
    Ok(())
}

/// The wire form of one message.
pub async fn one(
    conn: &mut crate::platform::db::PgConn,
    row: MessageRow,
    reader: UserId,
) -> ApiResult<Message> {
    let mut messages = message::assemble(conn, vec![row], reader).await?;
    messages.pop().ok_or_else(ApiError::not_found)
}

/// The message that is answered: one of this chat.
async fn answered(tx: &mut Tx, chat: &ChatAccess, id: MessageId) -> ApiResult<ReplyPreview> {
    let unknown = || ApiError::field("reply_to", FieldCode::Unknown);
    let row = MessageRow::find(tx, id).await.optional()?.ok_or_else(unknown)?;
    if row.chat_id() != chat.chat_id() {
        return Err(unknown());
    }
    let excerpt = markdown::plain(&row.content, EXCERPT);
    let (id, seq) = (row.id(), row.seq);
    let author = row.author()?;
    Ok(ReplyPreview { id, seq, author: Some(author), excerpt: Some(excerpt) })
}

/// Who a text mentions, of those who may read the chat.
async fn mentioned(tx: &mut Tx, chat: &ChatAccess, content: &str) -> ApiResult<Vec<UserRef>> {
    let mut names = markdown::mentions(content);
    names.truncate(MAX_MENTIONS);
    let space = chat.space_id().filter(|_| chat.view().kind() == ChatKind::Space);
    let overrides = chat.view().overrides();
    let mut found = people::named(tx, chat.chat_id(), space, &overrides, &names).await?;
    found.sort_by(|a, b| a.nickname.cmp(&b.nickname));
    Ok(found)
}
