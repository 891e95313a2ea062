//! The threads that a person follows.

use super::message::EXCERPT;
use super::sql::{from_json, user_ref};
use super::thread::participants;
use crate::platform::db::PgConn;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::chat::{FollowedThread, ReplyPreview, ThreadState, ThreadSummary};
use shared::ids::{ChatId, MessageId, UserId};
use shared::markdown;
use uuid::Uuid;

/// Where a page of followed threads ends.
pub type ThreadKey = (DateTime<Utc>, MessageId);

#[derive(QueryableByName)]
struct FollowedRow {
    #[diesel(sql_type = SqlUuid)]
    root_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    chat_id: Uuid,
    #[diesel(sql_type = BigInt)]
    root_seq: i64,
    #[diesel(sql_type = Nullable<Text>)]
    content: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    author: Option<Value>,
    #[diesel(sql_type = BigInt)]
    reply_count: i64,
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = Timestamptz)]
    last_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    people: Option<Value>,
    #[diesel(sql_type = BigInt)]
    read_seq: i64,
    #[diesel(sql_type = BigInt)]
    unread: i64,
}

/// The threads in these chats that a person follows, the liveliest first, after a key.
///
/// # Errors
/// The database's.
pub async fn followed(
    conn: &mut PgConn,
    user: UserId,
    chats: Vec<Uuid>,
    only_unread: bool,
    after: Option<ThreadKey>,
    limit: i64,
) -> QueryResult<Vec<FollowedThread>> {
    let (at, id) = after.map_or((None, None), |(at, id)| (Some(at), Some(id.0)));
    let rows: Vec<FollowedRow> = diesel::sql_query(concat!(
        "SELECT t.root_id, t.chat_id, r.seq AS root_seq, \
         CASE WHEN r.deleted_at IS NULL THEN left(r.content, 600) END AS content, \
         CASE WHEN r.deleted_at IS NULL THEN ",
        user_ref!("ru", "rm.nickname"),
        " END AS author, t.reply_count, t.last_seq, t.last_at, p.people, tm.read_seq, n.unread \
         FROM thread_members tm JOIN threads t ON t.root_id = tm.root_id \
         JOIN messages r ON r.id = t.root_id JOIN users ru ON ru.id = r.author_id \
         JOIN chats rc ON rc.id = t.chat_id \
         LEFT JOIN space_members rm ON rm.space_id = rc.space_id AND rm.user_id = r.author_id \
         CROSS JOIN LATERAL (SELECT count(*) AS unread FROM messages m \
             WHERE m.thread_root = tm.root_id AND m.seq > tm.read_seq AND m.author_id <> $1 \
             AND m.deleted_at IS NULL) n ",
        participants!(),
        "WHERE tm.user_id = $1 AND tm.is_following AND t.reply_count > 0 AND t.chat_id = ANY($2) \
         AND (NOT $3 OR n.unread > 0) AND ($4 IS NULL OR (t.last_at, t.root_id) < ($4, $5)) \
         ORDER BY t.last_at DESC, t.root_id DESC LIMIT $6"
    ))
    .bind::<SqlUuid, _>(user.0)
    .bind::<Array<SqlUuid>, _>(chats)
    .bind::<Bool, _>(only_unread)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    let wire = |row: FollowedRow| {
        Ok(FollowedThread {
            chat_id: ChatId(row.chat_id),
            root: ReplyPreview {
                id: MessageId(row.root_id),
                seq: row.root_seq,
                author: row.author.map(from_json).transpose()?,
                excerpt: row.content.map(|text| markdown::plain(&text, EXCERPT)),
                file: None,
                sticker: None,
            },
            thread: ThreadSummary {
                count: row.reply_count,
                last_seq: row.last_seq,
                last_at: row.last_at,
                participants: row.people.map(from_json).transpose()?.unwrap_or_default(),
            },
            me: ThreadState { following: true, read_seq: row.read_seq, unread: row.unread },
        })
    };
    rows.into_iter().map(wire).collect()
}
