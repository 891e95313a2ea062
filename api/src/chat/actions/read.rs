//! Read positions.

use crate::chat::access::ChatAccess;
use crate::chat::model::chat::ChatView;
use crate::chat::model::read_state;
use crate::error::{ApiError, ApiResult};
use crate::realtime::stream::Tx;
use shared::chat::ReadState;
use shared::error::FieldCode;
use shared::event::{Event, ReadStateChanged};
use shared::topic::Topic;

/// Moves the caller's read position forward; never back.
pub async fn do_mark_read(tx: &mut Tx, chat: &ChatAccess, seq: i64) -> ApiResult<ReadState> {
    if seq < 0 || seq > chat.view().last_seq {
        return Err(ApiError::field("seq", FieldCode::OutOfRange));
    }
    let before = chat.view().read();
    if seq <= before.read_seq
        || !read_state::advance(tx, chat.user_id(), chat.chat_id(), seq).await?
    {
        return Ok(before);
    }
    let read = ChatView::find(tx, chat.user_id(), chat.chat_id()).await?.read();
    let event = ReadStateChanged { chat_id: chat.chat_id(), read };
    tx.emit(Topic::User(chat.user_id()), Event::ReadStateChanged(event)).await?;
    Ok(read)
}
