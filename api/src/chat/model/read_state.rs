//! How far people have read.

use crate::platform::db::PgConn;
use crate::platform::schema::read_states;
use chrono::Utc;
use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use shared::ids::{ChatId, UserId};

/// Moves the read position forward; `false` when it was there already.
///
/// # Errors
/// The database's.
pub async fn advance(conn: &mut PgConn, user: UserId, chat: ChatId, seq: i64) -> QueryResult<bool> {
    let rows = diesel::insert_into(read_states::table)
        .values((
            read_states::user_id.eq(user),
            read_states::chat_id.eq(chat),
            read_states::read_seq.eq(seq),
            read_states::updated_at.eq(Utc::now()),
        ))
        .on_conflict((read_states::user_id, read_states::chat_id))
        .do_update()
        .set((
            read_states::read_seq.eq(excluded(read_states::read_seq)),
            read_states::updated_at.eq(excluded(read_states::updated_at)),
        ))
        .filter(read_states::read_seq.lt(excluded(read_states::read_seq)))
        .execute(conn)
        .await?;
    Ok(rows == 1)
}

/// Sets the read position, also back.
///
/// # Errors
/// The database's.
pub async fn set(conn: &mut PgConn, user: UserId, chat: ChatId, seq: i64) -> QueryResult<()> {
    let position = (read_states::read_seq.eq(seq), read_states::updated_at.eq(Utc::now()));
    diesel::insert_into(read_states::table)
        .values((read_states::user_id.eq(user), read_states::chat_id.eq(chat), position))
        .on_conflict((read_states::user_id, read_states::chat_id))
        .do_update()
        .set(position)
        .execute(conn)
        .await
        .map(drop)
}
