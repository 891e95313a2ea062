//! Lists of threads: those that a person follows, those of a chat.

use super::message::EXCERPT;
use super::sql::{from_json, user_ref};
use super::thread::participants;
use crate::platform::db::PgConn;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::chat::{ListedThread, ReplyPreview, ThreadState, ThreadSummary};
use shared::ids::{ChatId, MessageId, UserId};
use shared::markdown;
use uuid::Uuid;

/// Where a page of threads ends.
pub type ThreadKey = (DateTime<Utc>, MessageId);

#[derive(QueryableByName)]
struct ListedRow {
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
    #[diesel(sql_type = Bool)]
    is_following: bool,
    #[diesel(sql_type = BigInt)]
    read_seq: i64,
    #[diesel(sql_type = BigInt)]
    unread: i64,
}

/// Which threads.
pub enum Which {
    /// Those in these chats that the person follows.
    Followed(Vec<Uuid>),
    /// All of a chat.
    OfChat(ChatId),
}

impl Which {
    /// `tm` and `t`, and which chats are meant by `$2`.
    const fn sql(&self) -> (&'static str, &'static str) {
        match self {
            Self::Followed(_) => (
                "thread_members tm JOIN threads t ON t.root_id = tm.root_id",
                "tm.user_id = $1 AND tm.is_following AND t.chat_id = ANY($2)",
            ),
            Self::OfChat(_) => (
                "threads t LEFT JOIN thread_members tm ON tm.root_id = t.root_id AND tm.user_id = $1",
                "t.chat_id = ($2)[1]",
            ),
        }
    }

    fn chats(self) -> Vec<Uuid> {
        match self {
            Self::Followed(chats) => chats,
            Self::OfChat(chat) => vec![chat.0],
        }
    }
}

/// A page of threads as a person sees them, the liveliest first, after a key.
///
/// # Errors
/// The database's.
pub async fn list(
    conn: &mut PgConn,
    user: UserId,
    which: Which,
    only_unread: bool,
    after: Option<ThreadKey>,
    limit: i64,
) -> QueryResult<Vec<ListedThread>> {
    let (at, id) = after.map_or((None, None), |(at, id)| (Some(at), Some(id.0)));
    let (from, only) = which.sql();
    let sql = concat!(
        "SELECT t.root_id, t.chat_id, r.seq AS root_seq, \
         CASE WHEN r.deleted_at IS NULL THEN left(r.content, 600) END AS content, \
         CASE WHEN r.deleted_at IS NULL THEN ",
        user_ref!("ru", "rm.nickname"),
        " END AS author, t.reply_count, t.last_seq, t.last_at, p.people, \
         coalesce(tm.is_following, false) AS is_following, \
         coalesce(tm.read_seq, 0) AS read_seq, n.unread FROM {from} \
         JOIN messages r ON r.id = t.root_id JOIN users ru ON ru.id = r.author_id \
         JOIN chats rc ON rc.id = t.chat_id \
         LEFT JOIN space_members rm ON rm.space_id = rc.space_id AND rm.user_id = r.author_id \
         CROSS JOIN LATERAL (SELECT count(*) AS unread FROM messages m \
             WHERE tm.is_following AND m.thread_root = tm.root_id AND m.seq > tm.read_seq AND m.author_id <> $1 \
             AND m.deleted_at IS NULL) n ",
        participants!(),
        "WHERE {only} AND t.reply_count > 0 \
         AND (NOT $3 OR n.unread > 0) AND ($4 IS NULL OR (t.last_at, t.root_id) < ($4, $5)) \
         ORDER BY t.last_at DESC, t.root_id DESC LIMIT $6"
    );
    let sql = sql.replace("{from}", from).replace("{only}", only);
    let rows: Vec<ListedRow> = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(user.0)
        .bind::<Array<SqlUuid>, _>(which.chats())
        .bind::<Bool, _>(only_unread)
        .bind::<Nullable<Timestamptz>, _>(at)
        .bind::<Nullable<SqlUuid>, _>(id)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    let wire = |row: ListedRow| {
        Ok(ListedThread {
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
            me: ThreadState {
                following: row.is_following,
                read_seq: row.read_seq,
                unread: row.unread,
            },
        })
    };
    rows.into_iter().map(wire).collect()
}
