//! Chats that were deleted. Nobody sees them any more; what was written in them goes in parts, for a
//! statement that took all of it would take longer than a statement may.

use crate::platform::db::PgConn;
use crate::platform::schema::{chat_members, chat_overrides, chats, messages};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::chat::ChatKind;
use shared::ids::{CategoryId, ChatId, SpaceId, UserId};

/// Takes chats from everybody: they become groups without people, whose names are free again.
///
/// # Errors
/// The database's.
pub async fn doom(conn: &mut PgConn, ids: &[ChatId]) -> QueryResult<()> {
    diesel::delete(chat_members::table.filter(chat_members::chat_id.eq_any(ids)))
        .execute(conn)
        .await?;
    diesel::delete(chat_overrides::table.filter(chat_overrides::chat_id.eq_any(ids)))
        .execute(conn)
        .await?;
    diesel::update(chats::table.filter(chats::id.eq_any(ids)))
        .set((
            chats::doomed_at.eq(Some(chrono::Utc::now())),
            chats::kind.eq(ChatKind::Group.key()),
            chats::space_id.eq(None::<SpaceId>),
            chats::owner_id.eq(None::<UserId>),
            chats::category_id.eq(None::<CategoryId>),
            chats::direct_key.eq(None::<String>),
            chats::name.eq(""),
            chats::topic.eq(None::<String>),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Removes up to `limit` of the newest messages of a doomed chat, with all that hangs on them; returns
/// how many. Answers go before what they answer, so that no root takes a long thread along.
///
/// # Errors
/// The database's.
pub async fn delete_messages(conn: &mut PgConn, chat: ChatId, limit: i64) -> QueryResult<usize> {
    let newest = diesel::alias!(messages as newest);
    let ids = newest
        .filter(newest.field(messages::chat_id).eq(chat))
        .order(newest.field(messages::seq).desc())
        .limit(limit)
        .select(newest.field(messages::id));
    diesel::delete(messages::table.filter(messages::id.eq_any(ids))).execute(conn).await
}

/// Removes a doomed chat whose messages are gone.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut PgConn, chat: ChatId) -> QueryResult<()> {
    let doomed = chats::table.find(chat).filter(chats::doomed_at.is_not_null());
    diesel::delete(doomed).execute(conn).await.map(drop)
}
