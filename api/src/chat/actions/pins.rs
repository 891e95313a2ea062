//! Pinning messages.

use crate::chat::access::ChatAccess;
use crate::chat::actions::forwards::excerpt;
use crate::chat::model::message::MessageRow;
use crate::chat::model::{chat_changes, message_changes, pin};
use crate::error::{ApiError, ApiResult};
use crate::realtime::stream::{Tx, now};
use crate::spaces::audit::{Entry, record};
use shared::chat::{MAX_PINS, PinChanged};
use shared::error::ErrorCode;
use shared::event::Event;
use shared::permission::Permission;
use shared::spaces::AuditAction;

/// Pins a message, or unpins it. What is so already stays so.
pub async fn do_pin(
    tx: &mut Tx,
    chat: &ChatAccess,
    row: &MessageRow,
    pinned: bool,
) -> ApiResult<()> {
    chat.require(Permission::PinMessages)?;
    chat.require_reachable()?;
    // One after the other in a chat, so that the limit holds.
    chat_changes::lock(tx, chat.chat_id()).await?;
    if !message_changes::lock(tx, row.id()).await? {
        return Err(ApiError::not_found());
    }
    let change = PinChanged {
        message_id: row.id(),
        chat_id: chat.chat_id(),
        message_seq: row.seq,
        by: chat.me().clone(),
    };
    if !pinned {
        if pin::delete(tx, row.id()).await? {
            tx.emit(chat.topic(), Event::MessageUnpinned(change)).await?;
            note(tx, chat, row, AuditAction::MessageUnpinned).await?;
        }
        return Ok(());
    }
    if pin::insert(tx, chat.chat_id(), row.id(), chat.user_id(), now()).await? {
        if pin::count(tx, chat.chat_id()).await? > MAX_PINS as i64 {
            return Err(ApiError::new(ErrorCode::TooManyPins));
        }
        tx.emit(chat.topic(), Event::MessagePinned(change)).await?;
        note(tx, chat, row, AuditAction::MessagePinned).await?;
    }
    Ok(())
}

/// In the audit log of the chat's space.
async fn note(
    tx: &mut Tx,
    chat: &ChatAccess,
    row: &MessageRow,
    action: AuditAction,
) -> ApiResult<()> {
    let Some(space) = chat.space_id() else { return Ok(()) };
    let excerpt = excerpt(tx, row).await?;
    let entry = Entry::new(space, chat.user_id(), action)
        .user(row.author_id())
        .target(row.id().0, &excerpt)
        .chat(chat.chat_id());
    record(tx, entry).await?;
    Ok(())
}
