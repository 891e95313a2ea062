//! What a person leaves in spaces and chats.

use crate::platform::db::PgConn;
use crate::platform::schema::{
    access_tokens, bots, chat_members, chats, message_versions, messages, space_members, spaces,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::chat::ChatKind;
use shared::ids::{ChatId, MessageId, SpaceId, UserId};
use shared::people::OwnedSpace;

/// The spaces that nobody else could rule.
///
/// # Errors
/// The database's.
pub async fn owned_spaces(conn: &mut PgConn, user: UserId) -> QueryResult<Vec<OwnedSpace>> {
    let rows: Vec<(SpaceId, String, i64)> = spaces::table
        .filter(spaces::owner_id.eq(user))
        .order(spaces::name)
        .select((spaces::id, spaces::name, spaces::member_count))
        .load(conn)
        .await?;
    let owned = |(id, name, member_count)| OwnedSpace { id, name, member_count };
    Ok(rows.into_iter().map(owned).collect())
}

/// Ends what programs ask with, in his name and in that of his bots.
///
/// # Errors
/// The database's.
pub async fn end_programs(conn: &mut PgConn, user: UserId) -> QueryResult<()> {
    let his: Vec<UserId> =
        bots::table.filter(bots::owner_id.eq(user)).select(bots::user_id).load(conn).await?;
    let mine = access_tokens::user_id.eq(user).or(access_tokens::user_id.eq_any(his));
    diesel::update(access_tokens::table.filter(mine.and(access_tokens::revoked_at.is_null())))
        .set(access_tokens::revoked_at.eq(diesel::dsl::now))
        .execute(conn)
        .await
        .map(drop)
}

/// Deletes the person's bots; what they wrote stays.
///
/// # Errors
/// The database's.
pub async fn end_bots(conn: &mut PgConn, user: UserId) -> QueryResult<()> {
    let his = bots::table.filter(bots::owner_id.eq(user).and(bots::deleted_at.is_null()));
    diesel::update(his).set(bots::deleted_at.eq(diesel::dsl::now)).execute(conn).await.map(drop)
}

/// The spaces the person is in.
///
/// # Errors
/// The database's.
pub async fn spaces_of(conn: &mut PgConn, user: UserId) -> QueryResult<Vec<SpaceId>> {
    let mine = space_members::table.filter(space_members::user_id.eq(user));
    mine.select(space_members::space_id).load(conn).await
}

/// Ends a membership; `false` when there was none.
///
/// # Errors
/// The database's.
pub async fn leave_space(conn: &mut PgConn, space: SpaceId, user: UserId) -> QueryResult<bool> {
    let gone = diesel::delete(space_members::table.find((space, user))).execute(conn).await?;
    Ok(gone > 0)
}

/// The groups the person is in. Direct chats stay: the other one may want to read them.
///
/// # Errors
/// The database's.
pub async fn groups_of(conn: &mut PgConn, user: UserId) -> QueryResult<Vec<ChatId>> {
    chat_members::table
        .inner_join(chats::table.on(chats::id.eq(chat_members::chat_id)))
        .filter(chat_members::user_id.eq(user).and(chats::kind.eq(ChatKind::Group.key())))
        .select(chats::id)
        .load(conn)
        .await
}

/// Takes the person out of a group; who made it is followed by who came next.
///
/// # Errors
/// The database's.
pub async fn leave_group(conn: &mut PgConn, chat: ChatId, user: UserId) -> QueryResult<bool> {
    let gone = diesel::delete(chat_members::table.find((chat, user))).execute(conn).await?;
    let next: Option<UserId> = chat_members::table
        .filter(chat_members::chat_id.eq(chat))
        .order((chat_members::joined_at, chat_members::user_id))
        .select(chat_members::user_id)
        .first(conn)
        .await
        .optional()?;
    diesel::update(chats::table.find(chat).filter(chats::owner_id.eq(user)))
        .set((chats::owner_id.eq(next), chats::version.eq(chats::version + 1)))
        .execute(conn)
        .await?;
    Ok(gone > 0)
}

/// A message that goes.
pub type Trace = (MessageId, ChatId, i64);

/// Empties the oldest of the person's messages and their earlier texts, of one chat, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn remove_messages(
    conn: &mut PgConn,
    user: UserId,
    at: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<Trace>> {
    let left = messages::author_id.eq(user).and(messages::deleted_at.is_null());
    let chat: Option<ChatId> = messages::table
        .filter(left)
        .order(messages::id)
        .select(messages::chat_id)
        .first(conn)
        .await
        .optional()?;
    let Some(chat) = chat else { return Ok(Vec::new()) };
    let ids: Vec<MessageId> = messages::table
        .filter(left.and(messages::chat_id.eq(chat)))
        .order(messages::seq)
        .limit(limit)
        .select(messages::id)
        .for_update()
        .load(conn)
        .await?;
    diesel::delete(message_versions::table.filter(message_versions::message_id.eq_any(&ids)))
        .execute(conn)
        .await?;
    diesel::update(messages::table.filter(messages::id.eq_any(&ids)))
        .set((messages::content.eq(""), messages::deleted_at.eq(at), messages::deleted_by.eq(user)))
        .returning((messages::id, messages::chat_id, messages::seq))
        .get_results(conn)
        .await
}
