//! Send, edit, delete.

use crate::chat::access::ChatAccess;
use crate::chat::actions::forwards::excerpt;
use crate::chat::actions::notices::{do_tell_of_edit, do_tell_of_message, mentioned};
use crate::chat::actions::previews::do_keep_previews;
use crate::chat::actions::removal::do_remove_messages;
use crate::chat::model::chat_changes::keep_of;
use crate::chat::model::forward::Copied;
use crate::chat::model::group_mention;
use crate::chat::model::message::{self, MessageRow};
use crate::chat::model::message_changes::{self as changes, NewMessage};
use crate::chat::model::sticker;
use crate::chat::model::sweep::Gone;
use crate::chat::model::thread::{self, Reply, RootRow};
use crate::error::{ApiError, ApiResult};
use crate::files::actions::do_attach;
use crate::files::model::attachments;
use crate::files::model::file::FileRow;
use crate::realtime::stream::{self, Tx, now};
use crate::spaces::audit::{Entry, record};
use chrono::{DateTime, Utc};
use diesel::OptionalExtension as _;
use futures_util::future::try_join;
use shared::chat::{MentionGroups, Message, MessageType, ReplyPreview, SendMessage, ThreadUpdated};
use shared::error::{ErrorCode, FieldCode};
use shared::event::{Event, MessageEdited};
use shared::expression::Sticker;
use shared::ids::{ChatId, MessageId, StickerId, UserId};
use shared::permission::Permission;
use shared::spaces::AuditAction;
use shared::topic::Topic;

/// What became of a send.
pub enum Sent {
    /// The message, and whom it mentions, also as one of many.
    New(Box<Message>, Vec<UserId>),
    /// The nonce was used before: nothing was changed, and the transaction must not commit.
    Repeat,
}

/// Inserts a message as the chat's next one. `copied`: what it passes on; `space_quota`: bytes of files a
/// space may have.
pub async fn do_send_message(
    tx: &mut Tx,
    chat: &ChatAccess,
    body: &SendMessage,
    copied: Option<Copied>,
    space_quota: u64,
) -> ApiResult<Sent> {
    chat.require_to_send()?;
    let author = chat.me().clone();
    let (sticker, root, reply_to) = match place(tx, chat, body).await {
        Ok(place) => place,
        // What it belonged to may have gone since it was sent the first time.
        Err(_) if changes::is_used(tx, chat.chat_id(), author.id, &body.nonce).await? => {
            return Ok(Sent::Repeat);
        }
        Err(error) => return Err(error),
    };
    let created_at = now();
    let seq = changes::next_seqs(tx, chat.chat_id(), 1, created_at).await?;
    let id = MessageId::new();
    let new = NewMessage {
        id,
        chat_id: chat.chat_id(),
        seq,
        author_id: author.id,
        content: &body.content,
        reply_to: reply_to.as_ref().map(|reply| reply.id),
        thread_root: body.thread_root,
        sticker_id: body.sticker_id,
        nonce: &body.nonce,
        created_at,
    };
    if !new.insert(tx).await? {
        return Ok(Sent::Repeat);
    }
    keep_slow(tx, chat, id, created_at).await?;
    let (to, ids) = (chat.destination(), &body.attachment_ids);
    let attachments = do_attach(tx, author.id, id, to, ids, space_quota).await?;
    let forwarded = match copied {
        Some(copied) => Some(Box::new(copied.insert(tx, id).await?)),
        None => None,
    };
    let mentioned = mentioned(tx, chat, &body.content).await?;
    mentioned.save(tx, id, chat.chat_id(), seq, true).await?;
    let message = Message {
        attachments,
        kind: if sticker.is_some() { MessageType::Sticker } else { MessageType::Text },
        sticker,
        forwarded,
        reply_to,
        mentions: mentioned.people.clone(),
        mention_groups: mentioned.groups.clone(),
        ..fresh(chat, id, seq, body, created_at)
    };
    let root_author = root.as_ref().map(RootRow::author_id);
    let told = do_tell_of_message(tx, chat, &message, &mentioned, root_author).await?;
    tx.emit(chat.topic(), Event::NewMessage(Box::new(message.clone()))).await?;
    if let Some(root) = root {
        let reply = Reply {
            root: root.id(),
            chat: chat.chat_id(),
            author: chat.user_id(),
            seq,
            at: created_at,
        };
        let mentioned = mentioned.people.iter().map(|person| person.id);
        let drawn_in: Vec<UserId> = mentioned.chain([root.author_id()]).collect();
        thread::add_reply(tx, reply, &drawn_in).await?;
        tell_thread(tx, chat, root.id()).await?;
    }
    Ok(Sent::New(Box::new(message), told))
}

/// Inserts several people's texts as the chat's next messages, in their order: texts that mention and
/// answer nobody, in a chat of a space, by people who may send them, no nonce of an author twice. With
/// a repeat among them the transaction must not commit.
pub async fn do_send_plain(
    tx: &mut Tx,
    chat: ChatId,
    sends: Vec<(&ChatAccess, &SendMessage)>,
) -> ApiResult<Vec<Sent>> {
    if sends.is_empty() {
        return Ok(Vec::new());
    }
    let (created_at, topic) = (now(), Topic::Chat(chat));
    let count = i64::try_from(sends.len()).unwrap_or(i64::MAX);
    // What does not wait for each other's answer goes to the database together: both numbers, then
    // both rows. They are carried out in this order.
    let numbers = changes::next_seqs(tx, chat, count, created_at);
    let (last, reserved) = try_join(numbers, stream::reserve(tx, topic, sends.len())).await?;
    let messages: Vec<Message> = (last - count + 1..)
        .zip(&sends)
        .map(|(seq, (access, body))| fresh(access, MessageId::new(), seq, body, created_at))
        .collect();
    let events = messages.iter().map(|message| Event::NewMessage(Box::new(message.clone())));
    let numbered = reserved.number(events.collect());
    let rows = changes::insert_plain(tx, chat, &messages, created_at);
    let (written, ()) = try_join(rows, numbered.write(tx)).await?;
    tx.tell(numbered);
    let sent = messages.into_iter().map(|message| match written.contains(&message.id) {
        true => Sent::New(Box::new(message), Vec::new()),
        false => Sent::Repeat,
    });
    Ok(sent.collect())
}

/// A message as it is at first, with nothing but its text.
fn fresh(
    chat: &ChatAccess,
    id: MessageId,
    seq: i64,
    body: &SendMessage,
    created_at: DateTime<Utc>,
) -> Message {
    Message {
        id,
        chat_id: chat.chat_id(),
        seq,
        author: chat.me().clone(),
        content: body.content.clone(),
        attachments: Vec::new(),
        kind: MessageType::Text,
        sticker: None,
        forwarded: None,
        previews: Vec::new(),
        subject: None,
        reply_to: None,
        reactions: Vec::new(),
        thread_root: body.thread_root,
        thread: None,
        pinned: false,
        mentions: Vec::new(),
        mention_groups: MentionGroups::default(),
        edited_at: None,
        created_at,
        nonce: body.nonce.clone(),
    }
}

/// The sticker of a message, the thread that it goes to and the message that it answers.
async fn place(
    tx: &mut Tx,
    chat: &ChatAccess,
    body: &SendMessage,
) -> ApiResult<(Option<Sticker>, Option<RootRow>, Option<ReplyPreview>)> {
    let sticker = match body.sticker_id {
        Some(id) => Some(sendable(tx, chat, id).await?),
        None => None,
    };
    let root = match body.thread_root {
        Some(id) => Some(thread_of(tx, chat, id).await?),
        None => None,
    };
    let reply_to = match body.reply_to {
        Some(id) => Some(answered(tx, chat, id, body.thread_root).await?),
        None => None,
    };
    Ok((sticker, root, reply_to))
}

/// Slow mode: refuses a message that comes too soon after the author's last one. The chat's row is
/// locked by now, so two at once are one too many.
async fn keep_slow(
    tx: &mut Tx,
    chat: &ChatAccess,
    id: MessageId,
    at: DateTime<Utc>,
) -> ApiResult<()> {
    let Some(pause) = chat.view().pause(chat.user_id(), at) else { return Ok(()) };
    let last = changes::written_before(tx, chat.chat_id(), chat.user_id(), id).await?;
    let left = last.map_or(chrono::TimeDelta::zero(), |last| last + pause - at);
    if left > chrono::TimeDelta::zero() {
        let seconds = (left.num_milliseconds() + 999) / 1_000;
        return Err(ApiError::slow_mode(u64::try_from(seconds).unwrap_or_default()));
    }
    Ok(())
}

/// Tells who has the chat open what hangs on a message now.
async fn tell_thread(tx: &mut Tx, chat: &ChatAccess, root: MessageId) -> ApiResult<()> {
    let thread = thread::summaries(tx, &[root]).await?.remove(&root);
    let updated = ThreadUpdated { chat_id: chat.chat_id(), root_id: root, thread };
    tx.emit(chat.topic(), Event::ThreadUpdated(updated)).await?;
    Ok(())
}

/// The message in whose thread one goes: one of this chat that is no reply itself.
async fn thread_of(tx: &mut Tx, chat: &ChatAccess, id: MessageId) -> ApiResult<RootRow> {
    let root = RootRow::of(tx, id).await.optional()?;
    root.filter(|root| root.id() == id && root.chat_id() == chat.chat_id())
        .ok_or_else(|| ApiError::field("thread_root", FieldCode::Unknown))
}

/// The message that a nonce was used for.
///
/// # Errors
/// `nonce_mismatch` when it had another content or other files.
pub async fn repeated(
    conn: &mut crate::platform::db::PgConn,
    chat: ChatId,
    author: UserId,
    body: &SendMessage,
) -> ApiResult<Message> {
    let row = MessageRow::by_nonce(conn, chat, author, &body.nonce).await?;
    let row = row.ok_or_else(ApiError::not_found)?;
    let same_text = match row.edited_at {
        // The text of a deleted message is gone.
        _ if row.deleted_at.is_some() => true,
        None => row.content == body.content,
        Some(_) => changes::original(conn, row.id()).await?.as_ref() == Some(&body.content),
    };
    let files = attachments::of_messages(conn, &[row.id()]).await?;
    let files = files.get(&row.id()).map_or(&[][..], Vec::as_slice);
    // The files of a deleted message may be gone.
    let same_files = row.deleted_at.is_some()
        || files.iter().map(|file| file.id).eq(body.attachment_ids.iter().copied());
    let sent = sticker::of_messages(conn, &[row.id()]).await?.remove(&row.id());
    let same_sticker =
        row.deleted_at.is_some() || sent.map(|sticker| sticker.id) == body.sticker_id;
    let passed_on = Copied::of(conn, row.id()).await?.map(|copied| copied.source_id);
    let same_source = row.deleted_at.is_some() || passed_on == body.forward_of;
    // What is passed on brought its own files and sticker.
    let same_things = same_source && (body.forward_of.is_some() || same_files && same_sticker);
    let same_place = row.reply_to() == body.reply_to && row.thread_root() == body.thread_root;
    if !same_text || !same_things || !same_place {
        return Err(ApiError::new(ErrorCode::NonceMismatch));
    }
    one(conn, row, author).await
}

/// Replaces the text of one's own message.
pub async fn do_edit_message(
    tx: &mut Tx,
    chat: &ChatAccess,
    id: MessageId,
    content: &str,
) -> ApiResult<Message> {
    keep_of(tx, &[id]).await?;
    if !changes::lock(tx, id).await? {
        return Err(ApiError::not_found());
    }
    let row = MessageRow::find(tx, id).await?;
    if row.author_id() != chat.user_id() {
        return Err(ApiError::new(ErrorCode::Forbidden));
    }
    // Who may not write would write by editing.
    chat.require(Permission::SendMessages)?;
    chat.require(Permission::EditOwnMessages)?;
    chat.require_reachable()?;
    if !sticker::of_messages(tx, &[id]).await?.is_empty() {
        return Err(ApiError::new(ErrorCode::Forbidden));
    }
    if content.trim().is_empty() {
        // Without words there must be something else.
        let files = attachments::of_messages(tx, &[id]).await?;
        if files.is_empty() && Copied::of(tx, id).await?.is_none() {
            return Err(ApiError::field("content", FieldCode::Required));
        }
    }
    if row.content == content {
        return one(tx, row, chat.user_id()).await;
    }
    let edited_at = now();
    changes::edit(tx, &row, content, edited_at).await?;
    let mentioned = mentioned(tx, chat, content).await?;
    let before = group_mention::of_message(tx, id).await?.unwrap_or_default();
    mentioned.save(tx, id, chat.chat_id(), row.seq, false).await?;
    let row = MessageRow::find(tx, id).await?;
    let seq = row.seq;
    let mut edited = one(tx, row, chat.user_id()).await?;
    do_tell_of_edit(tx, chat, &edited, &mentioned, &before).await?;
    let event = MessageEdited {
        message_id: id,
        chat_id: chat.chat_id(),
        message_seq: seq,
        content: content.to_owned(),
        mentions: mentioned.people,
        mention_groups: mentioned.groups,
        edited_at,
    };
    tx.emit(chat.topic(), Event::MessageEdited(event)).await?;
    do_keep_previews(tx, &mut edited).await?;
    Ok(edited)
}

/// Takes a message away: one's own, or any with the permission. Returns it.
pub async fn do_delete_message(
    tx: &mut Tx,
    chat: &ChatAccess,
    row: &MessageRow,
) -> ApiResult<Vec<Gone>> {
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
    let gone = do_remove_messages(tx, &[row.id()], chat.user_id()).await?;
    if gone.is_empty() {
        return Err(ApiError::not_found());
    }
    if let Some(space) = chat.space_id().filter(|_| !is_own) {
        let excerpt = excerpt(tx, row).await?;
        let entry = Entry::new(space, chat.user_id(), AuditAction::MessageDeleted)
            .user(row.author_id())
            .target(row.id().0, &excerpt)
            .chat(chat.chat_id());
        record(tx, entry).await?;
    }
    Ok(gone)
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

/// The message that is answered: one of this chat, and of the same thread.
async fn answered(
    tx: &mut Tx,
    chat: &ChatAccess,
    id: MessageId,
    thread: Option<MessageId>,
) -> ApiResult<ReplyPreview> {
    let unknown = || ApiError::field("reply_to", FieldCode::Unknown);
    let row = MessageRow::find(tx, id).await.optional()?.ok_or_else(unknown)?;
    let is_beside = row.thread_root() == thread || thread == Some(row.id());
    if row.chat_id() != chat.chat_id() || !is_beside {
        return Err(unknown());
    }
    let excerpt = excerpt(tx, &row).await?;
    let (id, seq) = (row.id(), row.seq);
    let author = row.author()?;
    let files = attachments::of_messages(tx, &[id]).await?;
    let file = files.get(&id).and_then(|files| files.first()).map(FileRow::hint);
    let sticker = sticker::of_messages(tx, &[id]).await?.remove(&id).map(|sticker| sticker.name);
    Ok(ReplyPreview { id, seq, author: Some(author), excerpt: Some(excerpt), file, sticker })
}

/// The sticker to send, when the author may.
async fn sendable(tx: &mut Tx, chat: &ChatAccess, id: StickerId) -> ApiResult<Sticker> {
    chat.require(Permission::SendStickers)?;
    let found = sticker::sendable(tx, id, chat.user_id()).await?;
    found.ok_or_else(|| ApiError::field("sticker_id", FieldCode::Unknown))
}
