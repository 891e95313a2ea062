//! Following threads and reading them.

use crate::chat::access::ChatAccess;
use crate::chat::model::thread::{self, RootRow};
use crate::error::{ApiError, ApiResult};
use crate::notifications::do_read_up_to;
use crate::realtime::stream::Tx;
use shared::chat::{ThreadState, ThreadStateChanged};
use shared::error::FieldCode;
use shared::event::Event;
use shared::topic::Topic;

/// Follows a thread from here on, or stops to.
pub async fn do_follow(
    tx: &mut Tx,
    chat: &ChatAccess,
    root: &RootRow,
    follows: bool,
) -> ApiResult<ThreadState> {
    let changed = thread::follow(tx, root.id(), chat.user_id(), follows, root.last_seq).await?;
    tell(tx, chat, root, changed).await
}

/// Moves the caller's read position in a thread forward; never back.
pub async fn do_read_thread(
    tx: &mut Tx,
    chat: &ChatAccess,
    root: &RootRow,
    seq: i64,
) -> ApiResult<ThreadState> {
    if seq < 0 || seq > root.last_seq {
        return Err(ApiError::field("seq", FieldCode::OutOfRange));
    }
    let changed = thread::advance(tx, root.id(), chat.user_id(), seq).await?;
    let state = tell(tx, chat, root, changed).await?;
    if changed {
        let place = (chat.chat_id(), Some(root.id()));
        do_read_up_to(tx, chat.user_id(), place, seq).await?;
    }
    Ok(state)
}

async fn tell(
    tx: &mut Tx,
    chat: &ChatAccess,
    root: &RootRow,
    changed: bool,
) -> ApiResult<ThreadState> {
    let me = thread::state(tx, root.id(), chat.user_id()).await?;
    if changed {
        let event = ThreadStateChanged { chat_id: chat.chat_id(), root_id: root.id(), me };
        tx.emit(Topic::User(chat.user_id()), Event::ThreadStateChanged(event)).await?;
    }
    Ok(me)
}
