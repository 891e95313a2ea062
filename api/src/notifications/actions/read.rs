//! A person has seen entries, or does not want them any more.

use crate::error::{ApiError, ApiResult};
use crate::notifications::actions::notify::tell_deleted;
use crate::notifications::model::inbox;
use crate::realtime::stream::{self, Tx};
use shared::event::{Event, NotificationsRead};
use shared::ids::{ChatId, MessageId, NotificationId, UserId};
use shared::topic::Topic;

/// One entry was seen.
///
/// # Errors
/// `not_found` when it is not the person's.
pub async fn do_read(tx: &mut Tx, user: UserId, id: NotificationId) -> ApiResult<()> {
    stream::lock(tx, &[Topic::User(user)]).await?;
    if !inbox::is_of(tx, user, id).await? {
        return Err(ApiError::not_found());
    }
    let read = inbox::read_one(tx, user, id).await?;
    tell_read(tx, user, read).await
}

/// All entries were seen.
///
/// # Errors
/// The database's.
pub async fn do_read_all(tx: &mut Tx, user: UserId) -> ApiResult<()> {
    stream::lock(tx, &[Topic::User(user)]).await?;
    if inbox::read_all(tx, user).await? == 0 {
        return Ok(());
    }
    let event = Event::NotificationsRead(NotificationsRead { ids: None, unread: 0 });
    tx.emit(Topic::User(user), event).await?;
    Ok(())
}

/// The person has read a chat, or one of its threads, up to a message: what told him of it is seen,
/// too. Call it after his read state was written and an event of his was emitted, which holds his
/// stream.
///
/// # Errors
/// The database's.
pub async fn do_read_up_to(
    tx: &mut Tx,
    user: UserId,
    (chat, thread): (ChatId, Option<MessageId>),
    seq: i64,
) -> ApiResult<()> {
    let read = inbox::read_up_to(tx, user, chat, thread, seq).await?;
    tell_read(tx, user, read).await
}

/// As [`do_read_up_to`] for several chats, each up to a `seq`, outside of their threads.
///
/// # Errors
/// The database's.
pub async fn do_read_chats(tx: &mut Tx, user: UserId, ends: &[(ChatId, i64)]) -> ApiResult<()> {
    let read = inbox::read_chats(tx, user, ends).await?;
    tell_read(tx, user, read).await
}

/// The opposite: a message and all after it, none in threads, are unread again, and so is what told
/// him of them. Call it as [`do_read_up_to`].
///
/// # Errors
/// The database's.
pub async fn do_unread_from(tx: &mut Tx, user: UserId, chat: ChatId, seq: i64) -> ApiResult<()> {
    let ids = inbox::unread_from(tx, user, chat, seq).await?;
    if ids.is_empty() {
        return Ok(());
    }
    let unread = inbox::unread(tx, user).await?;
    let event = Event::NotificationsUnread(NotificationsRead { ids: Some(ids), unread });
    tx.emit(Topic::User(user), event).await?;
    Ok(())
}

async fn tell_read(tx: &mut Tx, user: UserId, read: Vec<NotificationId>) -> ApiResult<()> {
    if read.is_empty() {
        return Ok(());
    }
    let unread = inbox::unread(tx, user).await?;
    let event = Event::NotificationsRead(NotificationsRead { ids: Some(read), unread });
    tx.emit(Topic::User(user), event).await?;
    Ok(())
}

/// Takes an entry out of the inbox.
///
/// # Errors
/// `not_found` when it is not the person's.
pub async fn do_delete(tx: &mut Tx, user: UserId, id: NotificationId) -> ApiResult<()> {
    stream::lock(tx, &[Topic::User(user)]).await?;
    if !inbox::delete_one(tx, user, id).await? {
        return Err(ApiError::not_found());
    }
    tell_deleted(tx, vec![(user, id)]).await
}
