//! Read positions.

use crate::chat::access::ChatAccess;
use crate::chat::model::counted::CountedChat;
use crate::chat::model::read_state;
use crate::error::{ApiError, ApiResult};
use crate::notifications::{do_read_chats, do_read_up_to, do_unread_from};
use crate::realtime::stream::Tx;
use shared::chat::ReadState;
use shared::error::FieldCode;
use shared::event::{Event, ReadStateChanged};
use shared::ids::{ChatId, SpaceId, UserId};
use shared::permission::Permission;
use shared::topic::Topic;

/// Moves the caller's read position forward; never back.
pub async fn do_mark_read(tx: &mut Tx, chat: &ChatAccess, seq: i64) -> ApiResult<ReadState> {
    if seq < 0 || seq > chat.view().last_seq {
        return Err(ApiError::field("seq", FieldCode::OutOfRange));
    }
    let before = CountedChat::find(tx, chat.user_id(), chat.chat_id()).await?.read();
    if seq <= before.read_seq
        || !read_state::advance(tx, chat.user_id(), chat.chat_id(), seq).await?
    {
        return Ok(before);
    }
    let read = CountedChat::find(tx, chat.user_id(), chat.chat_id()).await?.read();
    tell(tx, chat.user_id(), chat.chat_id(), read, false).await?;
    do_read_up_to(tx, chat.user_id(), (chat.chat_id(), None), seq).await?;
    Ok(read)
}

/// Makes a message and all after it unread again, and what told of them.
pub async fn do_mark_unread(tx: &mut Tx, chat: &ChatAccess, seq: i64) -> ApiResult<ReadState> {
    if seq < 1 || seq > chat.view().last_seq {
        return Err(ApiError::field("seq", FieldCode::OutOfRange));
    }
    read_state::set(tx, chat.user_id(), chat.chat_id(), seq - 1).await?;
    let read = CountedChat::find(tx, chat.user_id(), chat.chat_id()).await?.read();
    tell(tx, chat.user_id(), chat.chat_id(), read, true).await?;
    do_unread_from(tx, chat.user_id(), chat.chat_id(), seq).await?;
    Ok(read)
}

/// Marks chats as read to their ends: those that the person sees, of a space or all.
pub async fn do_mark_all_read(tx: &mut Tx, user: UserId, space: Option<SpaceId>) -> ApiResult<()> {
    let views = counted(tx, user, space).await?;
    let is_waiting = |view: &&CountedChat| {
        view.read() != ReadState { read_seq: view.read().read_seq, ..ReadState::default() }
            && view.permissions(user).contains(Permission::ViewChat)
    };
    let mut ends: Vec<_> =
        views.iter().filter(is_waiting).map(|view| (view.id(), view.last_seq)).collect();
    // All positions before the first word of it: who marks one chat holds it, and waits for the stream.
    let moved = read_state::advance_all(tx, user, &ends).await?;
    if moved.is_empty() {
        return Ok(());
    }
    ends.retain(|(chat, _)| moved.contains(chat));
    let after = counted(tx, user, space).await?;
    let events = after.iter().filter(|view| moved.contains(&view.id())).map(|view| {
        let read = view.read();
        Event::ReadStateChanged(ReadStateChanged { chat_id: view.id(), read, back: false })
    });
    tx.emit_many(Topic::User(user), events.collect()).await?;
    do_read_chats(tx, user, &ends).await
}

/// The person's chats, of a space or all, with what is unread in each.
async fn counted(tx: &mut Tx, user: UserId, space: Option<SpaceId>) -> ApiResult<Vec<CountedChat>> {
    Ok(match space {
        Some(space) => CountedChat::of_space(tx, user, space).await?,
        None => CountedChat::of_user(tx, user).await?,
    })
}

async fn tell(
    tx: &mut Tx,
    user: UserId,
    chat_id: ChatId,
    read: ReadState,
    back: bool,
) -> ApiResult<()> {
    let event = Event::ReadStateChanged(ReadStateChanged { chat_id, read, back });
    tx.emit(Topic::User(user), event).await?;
    Ok(())
}
