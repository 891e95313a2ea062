//! Pinning messages.

use crate::chat::access::ChatAccess;
use crate::chat::model::message::MessageRow;
use crate::chat::model::{chat_changes, message_changes, pin};
use crate::error::{ApiError, ApiResult};
use crate::realtime::stream::{Tx, now};
use shared::chat::{MAX_PINS, PinChanged};
use shared::error::ErrorCode;
use shared::event::Event;
use shared::permission::Permission;

/// Pins a message, or unpins it. What is so already stays so.
pub async fn do_pin(
    tx: &mut Tx,
    chat: &ChatAccess,
    row: &MessageRow,
    pinned: bool,
) -> ApiResult<()> {
    chat.require(Permission::PinMessages)?;
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
        }
        return Ok(());
    }
    if pin::insert(tx, chat.chat_id(), row.id(), chat.user_id(), now()).await? {
        if pin::count(tx, chat.chat_id()).await? > MAX_PINS as i64 {
            return Err(ApiError::new(ErrorCode::TooManyPins));
        }
        tx.emit(chat.topic(), Event::MessagePinned(change)).await?;
    }
    Ok(())
}
