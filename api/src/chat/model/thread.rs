//! Threads: their counts, who follows them, how far they are read.

use super::details;
use super::sql::{from_json, user_ref};
use crate::platform::db::PgConn;
use crate::platform::schema::{thread_members, threads};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::Value;
use shared::chat::{ThreadState, ThreadSummary};
use shared::identity::UserRef;
use shared::ids::{ChatId, MessageId, UserId};
use std::collections::HashMap;
use uuid::Uuid;

/// The message that a thread hangs on, deleted or not.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct RootRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    chat_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    author_id: Uuid,
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    #[diesel(sql_type = Bool)]
    pub is_deleted: bool,
    /// The newest reply; the root itself when there is none.
    #[diesel(sql_type = BigInt)]
    pub last_seq: i64,
}

impl RootRow {
    /// The root of the thread that the message opens or belongs to. A deleted one is found as long
    /// as replies hang on it.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn of(conn: &mut PgConn, message: MessageId) -> QueryResult<Self> {
        diesel::sql_query(
            "SELECT r.id, r.chat_id, r.author_id, r.seq, r.deleted_at IS NOT NULL AS is_deleted, \
             greatest(r.seq, coalesce(t.last_seq, 0)) AS last_seq FROM messages m \
             JOIN messages r ON r.id = coalesce(m.thread_root, m.id) \
             LEFT JOIN threads t ON t.root_id = r.id WHERE m.id = $1 \
             AND (m.thread_root IS NULL OR m.deleted_at IS NULL) \
             AND (r.deleted_at IS NULL OR t.reply_count > 0)",
        )
        .bind::<SqlUuid, _>(message.0)
        .get_result(conn)
        .await
    }

    #[must_use]
    pub fn id(&self) -> MessageId {
        MessageId(self.id)
    }

    #[must_use]
    pub fn chat_id(&self) -> ChatId {
        ChatId(self.chat_id)
    }

    #[must_use]
    pub fn author_id(&self) -> UserId {
        UserId(self.author_id)
    }
}

/// The first three who replied in thread `t`, as `p.people`.
macro_rules! participants {
    () => {
        concat!(
            "LEFT JOIN LATERAL (SELECT jsonb_agg(",
            user_ref!("u", "xm.nickname"),
            " ORDER BY x.first_reply_at, x.user_id) AS people FROM \
             (SELECT * FROM thread_members tm WHERE tm.root_id = t.root_id \
              AND tm.first_reply_at IS NOT NULL ORDER BY tm.first_reply_at, tm.user_id LIMIT 3) x \
             JOIN users u ON u.id = x.user_id JOIN chats xc ON xc.id = t.chat_id \
             LEFT JOIN space_members xm ON xm.space_id = xc.space_id \
             AND xm.user_id = x.user_id) p ON true "
        )
    };
}
pub(super) use participants;

/// The threads of messages as a part of [`details`]; those without a reply left out.
pub const OF_MESSAGES: &str = concat!(
    "SELECT 'threads' AS part, t.root_id AS message_id, jsonb_build_object('count', t.reply_count, \
         'last_seq', t.last_seq, 'last_at', t.last_at, 'participants', coalesce(p.people, '[]')) \
         AS data FROM threads t ",
    participants!(),
    "WHERE t.root_id = ANY($1) AND t.reply_count > 0"
);

/// Reads what [`OF_MESSAGES`] put together.
///
/// # Errors
/// The query and the type do not fit.
pub(super) fn summary(data: Value) -> QueryResult<ThreadSummary> {
    #[derive(Deserialize)]
    struct Data {
        count: i64,
        last_seq: i64,
        last_at: DateTime<Utc>,
        participants: Vec<UserRef>,
    }
    let Data { count, last_seq, last_at, participants } = from_json(data)?;
    Ok(ThreadSummary { count, last_seq, last_at, participants })
}

/// The threads of messages, by message; those without a reply left out.
///
/// # Errors
/// The database's.
pub async fn summaries(
    conn: &mut PgConn,
    ids: &[MessageId],
) -> QueryResult<HashMap<MessageId, ThreadSummary>> {
    let found = details::only(conn, OF_MESSAGES, ids, None).await?;
    found.into_iter().map(|(id, data)| Ok((id, summary(data)?))).collect()
}

/// A reply to count.
#[derive(Clone, Copy, Debug)]
pub struct Reply {
    pub root: MessageId,
    pub chat: ChatId,
    pub author: UserId,
    pub seq: i64,
    pub at: DateTime<Utc>,
}

/// Counts a reply; its author follows the thread from now on. The people in `drawn_in` begin to
/// follow it unless they decided about that before.
///
/// # Errors
/// The database's.
pub async fn add_reply(conn: &mut PgConn, reply: Reply, drawn_in: &[UserId]) -> QueryResult<()> {
    let Reply { root, chat, author, seq, at } = reply;
    diesel::insert_into(threads::table)
        .values((
            threads::root_id.eq(root),
            threads::chat_id.eq(chat),
            threads::reply_count.eq(1),
            threads::last_seq.eq(seq),
            threads::last_at.eq(at),
        ))
        .on_conflict(threads::root_id)
        .do_update()
        .set((
            threads::reply_count.eq(threads::reply_count + 1),
            threads::last_seq.eq(seq),
            threads::last_at.eq(at),
        ))
        .execute(conn)
        .await?;
    diesel::sql_query(
        "INSERT INTO thread_members (root_id, user_id, is_following, read_seq, first_reply_at) \
         VALUES ($1, $2, true, $3, $4) ON CONFLICT (root_id, user_id) DO UPDATE SET \
         is_following = true, \
         read_seq = CASE WHEN thread_members.is_following THEN thread_members.read_seq \
             ELSE greatest(thread_members.read_seq, $3) END, \
         first_reply_at = coalesce(thread_members.first_reply_at, $4)",
    )
    .bind::<SqlUuid, _>(root.0)
    .bind::<SqlUuid, _>(author.0)
    .bind::<BigInt, _>(seq)
    .bind::<Timestamptz, _>(at)
    .execute(conn)
    .await?;
    let rows: Vec<_> = drawn_in
        .iter()
        .filter(|user| **user != author)
        .map(|user| {
            (
                thread_members::root_id.eq(root),
                thread_members::user_id.eq(*user),
                thread_members::is_following.eq(true),
                thread_members::read_seq.eq(seq - 1),
            )
        })
        .collect();
    diesel::insert_into(thread_members::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(drop)
}

/// Counts threads anew after replies of these authors were deleted.
///
/// # Errors
/// The database's.
pub async fn take_replies(
    conn: &mut PgConn,
    roots: &[MessageId],
    authors: &[UserId],
) -> QueryResult<()> {
    // First the locks, then a statement that sees what was committed meanwhile.
    threads::table
        .filter(threads::root_id.eq_any(roots))
        .order(threads::root_id)
        .select(threads::root_id)
        .for_no_key_update()
        .load::<MessageId>(conn)
        .await?;
    let roots: Vec<Uuid> = roots.iter().map(|id| id.0).collect();
    let authors: Vec<Uuid> = authors.iter().map(|id| id.0).collect();
    diesel::sql_query(
        "UPDATE threads t SET reply_count = x.n, last_seq = coalesce(x.seq, 0), \
         last_at = coalesce(x.at, t.last_at) FROM unnest($1::uuid[]) AS r (id) \
         CROSS JOIN LATERAL (SELECT count(*) AS n, max(seq) AS seq, \
             (array_agg(created_at ORDER BY seq DESC))[1] AS at FROM messages \
             WHERE thread_root = r.id AND deleted_at IS NULL) x WHERE t.root_id = r.id",
    )
    .bind::<Array<SqlUuid>, _>(&roots)
    .execute(conn)
    .await?;
    diesel::sql_query(
        "UPDATE thread_members tm SET first_reply_at = (SELECT min(created_at) FROM messages m \
         WHERE m.thread_root = tm.root_id AND m.author_id = tm.user_id AND m.deleted_at IS NULL) \
         WHERE tm.root_id = ANY($1) AND tm.user_id = ANY($2)",
    )
    .bind::<Array<SqlUuid>, _>(&roots)
    .bind::<Array<SqlUuid>, _>(&authors)
    .execute(conn)
    .await
    .map(drop)
}

/// A person's place in a thread.
///
/// # Errors
/// The database's.
pub async fn state(conn: &mut PgConn, root: MessageId, user: UserId) -> QueryResult<ThreadState> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        is_following: bool,
        #[diesel(sql_type = BigInt)]
        read_seq: i64,
        #[diesel(sql_type = BigInt)]
        unread: i64,
    }
    let row: Option<Row> = diesel::sql_query(
        "SELECT tm.is_following, tm.read_seq, CASE WHEN tm.is_following THEN \
         (SELECT count(*) FROM messages m WHERE m.thread_root = tm.root_id AND m.seq > tm.read_seq \
          AND m.author_id <> $2 AND m.deleted_at IS NULL) ELSE 0 END AS unread \
         FROM thread_members tm WHERE tm.root_id = $1 AND tm.user_id = $2",
    )
    .bind::<SqlUuid, _>(root.0)
    .bind::<SqlUuid, _>(user.0)
    .get_result(conn)
    .await
    .optional()?;
    let state = |row: Row| ThreadState {
        following: row.is_following,
        read_seq: row.read_seq,
        unread: row.unread,
    };
    Ok(row.map(state).unwrap_or_default())
}

/// Whether a person follows a thread, has followed it, or decided not to.
///
/// # Errors
/// The database's.
pub async fn has_place(conn: &mut PgConn, root: MessageId, user: UserId) -> QueryResult<bool> {
    let place = thread_members::table.find((root, user));
    diesel::select(diesel::dsl::exists(place)).get_result(conn).await
}

/// Follows a thread, with everything up to `read_seq` read, or stops to; `false` when that was so.
///
/// # Errors
/// The database's.
pub async fn follow(
    conn: &mut PgConn,
    root: MessageId,
    user: UserId,
    follows: bool,
    read_seq: i64,
) -> QueryResult<bool> {
    let rows = diesel::sql_query(
        "INSERT INTO thread_members (root_id, user_id, is_following, read_seq) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (root_id, user_id) DO UPDATE SET \
         is_following = $3, read_seq = greatest(thread_members.read_seq, $4) \
         WHERE thread_members.is_following <> $3",
    )
    .bind::<SqlUuid, _>(root.0)
    .bind::<SqlUuid, _>(user.0)
    .bind::<Bool, _>(follows)
    .bind::<BigInt, _>(read_seq)
    .execute(conn)
    .await?;
    Ok(rows == 1)
}

/// Moves the read position of who follows forward; `false` when it was there already.
///
/// # Errors
/// The database's.
pub async fn advance(
    conn: &mut PgConn,
    root: MessageId,
    user: UserId,
    seq: i64,
) -> QueryResult<bool> {
    let rows = diesel::update(thread_members::table.find((root, user)))
        .filter(thread_members::is_following.and(thread_members::read_seq.lt(seq)))
        .set(thread_members::read_seq.eq(seq))
        .execute(conn)
        .await?;
    Ok(rows == 1)
}

/// Who follows a thread and still belongs to its chat or the chat's space.
///
/// # Errors
/// The database's.
pub async fn followers(conn: &mut PgConn, root: MessageId) -> QueryResult<Vec<UserId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        user_id: Uuid,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT tm.user_id FROM thread_members tm JOIN messages r ON r.id = tm.root_id \
         JOIN chats c ON c.id = r.chat_id WHERE tm.root_id = $1 AND tm.is_following AND (EXISTS \
         (SELECT 1 FROM space_members sm WHERE sm.space_id = c.space_id AND sm.user_id = tm.user_id) \
         OR EXISTS (SELECT 1 FROM chat_members cm WHERE cm.chat_id = c.id \
         AND cm.user_id = tm.user_id))",
    )
    .bind::<SqlUuid, _>(root.0)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| UserId(row.user_id)).collect())
}
