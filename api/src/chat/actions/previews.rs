//! What messages show of their links: comes after them, goes with the links, or when somebody wants it
//! away.

use crate::chat::access::ChatAccess;
use crate::chat::model::chat_changes::keep_of;
use crate::chat::model::message::MessageRow;
use crate::chat::model::{message_changes, preview};
use crate::chat::previews::{links_of, wanted_of};
use crate::error::{ApiError, ApiResult};
use crate::realtime::stream::Tx;
use shared::chat::{LinkPreview, Message, MessagePreviews};
use shared::event::Event;
use shared::ids::{ChatId, MessageId};
use shared::permission::Permission;
use shared::topic::Topic;
use uuid::Uuid;

/// Shows what was found at the links of a message, unless it has others by now: then another job is on
/// its way.
///
/// # Errors
/// The database's.
pub async fn do_show_previews(
    tx: &mut Tx,
    message: MessageId,
    urls: &[String],
    shown: &[Uuid],
) -> ApiResult<()> {
    keep_of(tx, &[message]).await?;
    let is_there = message_changes::lock(tx, message).await?;
    if !is_there || links_of(tx, message).await? != urls || preview::is_hidden(tx, message).await? {
        return Ok(());
    }
    if preview::ids(tx, message).await? == shown {
        return Ok(());
    }
    preview::show(tx, message, shown).await?;
    let row = MessageRow::find(tx, message).await?;
    let previews = preview::of_message(tx, message).await?;
    tell(tx, &row, previews).await
}

/// After an edit, takes away what is shown of links that are not in the message any more.
///
/// # Errors
/// The database's.
pub async fn do_keep_previews(tx: &mut Tx, message: &mut Message) -> ApiResult<()> {
    let urls = wanted_of(message);
    let shown = message.previews.len();
    message.previews.retain(|preview| urls.contains(&preview.url));
    if message.previews.len() == shown {
        return Ok(());
    }
    preview::keep(tx, message.id, &urls).await?;
    let (id, chat, seq) = (message.id, message.chat_id, message.seq);
    emit(tx, (id, chat, seq), message.previews.clone()).await
}

/// Shows nothing of the links of a message any more: of one's own, or of any with the permission.
///
/// # Errors
/// `forbidden`, or `not_found` when the message has gone.
pub async fn do_remove_previews(tx: &mut Tx, chat: &ChatAccess, row: &MessageRow) -> ApiResult<()> {
    if row.author_id() != chat.user_id() {
        chat.require(Permission::DeleteAnyMessages)?;
    }
    keep_of(tx, &[row.id()]).await?;
    if !message_changes::lock(tx, row.id()).await? {
        return Err(ApiError::not_found());
    }
    if preview::hide(tx, row.id()).await? > 0 {
        tell(tx, row, Vec::new()).await?;
    }
    Ok(())
}

async fn tell(tx: &mut Tx, row: &MessageRow, previews: Vec<LinkPreview>) -> ApiResult<()> {
    emit(tx, (row.id(), row.chat_id(), row.seq), previews).await
}

async fn emit(
    tx: &mut Tx,
    (message_id, chat_id, message_seq): (MessageId, ChatId, i64),
    previews: Vec<LinkPreview>,
) -> ApiResult<()> {
    let event = MessagePreviews { message_id, chat_id, message_seq, previews };
    tx.emit(Topic::Chat(chat_id), Event::MessagePreviews(event)).await?;
    Ok(())
}
