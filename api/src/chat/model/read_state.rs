//! How far people have read.

use crate::platform::db::PgConn;
use crate::platform::schema::read_states;
use chrono::Utc;
use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use shared::ids::{ChatId, UserId};
use uuid::Uuid;

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

/// As [`advance`], for several chats; returns those that moved.
///
/// # Errors
/// The database's.
pub async fn advance_all(
    conn: &mut PgConn,
    user: UserId,
    ends: &[(ChatId, i64)],
) -> QueryResult<Vec<ChatId>> {
    let (chats, seqs): (Vec<Uuid>, Vec<i64>) =
        ends.iter().map(|(chat, seq)| (chat.0, *seq)).unzip();
    let moved: Vec<Moved> = diesel::sql_query(
        "INSERT INTO read_states AS r (user_id, chat_id, read_seq, updated_at) \
         SELECT $1, w.chat_id, w.seq, now() FROM unnest($2::uuid[], $3::bigint[]) AS w (chat_id, seq) \
         ORDER BY w.chat_id ON CONFLICT (user_id, chat_id) DO UPDATE \
             SET read_seq = excluded.read_seq, updated_at = excluded.updated_at \
             WHERE r.read_seq < excluded.read_seq RETURNING r.chat_id",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Array<SqlUuid>, _>(chats)
    .bind::<Array<BigInt>, _>(seqs)
    .load(conn)
    .await?;
    Ok(moved.into_iter().map(|row| ChatId(row.chat_id)).collect())
}

#[derive(QueryableByName)]
struct Moved {
    #[diesel(sql_type = SqlUuid)]
    chat_id: Uuid,
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
