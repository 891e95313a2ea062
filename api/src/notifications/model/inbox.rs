//! `notifications`.

use crate::platform::db::PgConn;
use crate::platform::schema::notifications as n;
use crate::platform::sql::from_json;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::ids::{ChatId, MessageId, NotificationId, UserId};
use shared::markdown;
use shared::notifications::{Notification, NotificationKind, NotifiedMessage};
use std::collections::HashMap;
use uuid::Uuid;

/// Characters of a message that are shown.
const EXCERPT: usize = 140;

/// An entry with what it is about.
#[derive(Clone, Debug, QueryableByName)]
pub struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    chat_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    message_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<BigInt>)]
    message_seq: Option<i64>,
    #[diesel(sql_type = Jsonb)]
    detail: Value,
    #[diesel(sql_type = Bool)]
    read: bool,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    space: Option<Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    chat: Option<Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    actor: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    content: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    thread_root: Option<Uuid>,
    /// Whether the person is (still) in the chat's space, or in the chat.
    #[diesel(sql_type = Bool)]
    is_in: bool,
}

const SELECT: &str = "\
    SELECT n.id, n.user_id, n.kind, n.chat_id, n.message_id, n.message_seq, n.detail, \
        n.read_at IS NOT NULL AS read, n.created_at, \
        CASE WHEN n.chat_id IS NOT NULL OR s.visibility <> 'hidden' OR EXISTS (SELECT FROM space_members x \
            WHERE x.space_id = n.space_id AND x.user_id = n.user_id) \
            THEN CASE WHEN s.id IS NOT NULL THEN jsonb_build_object('id', s.id, 'name', s.name, \
                'avatar_url', s.avatar_url) END \
            WHEN n.space_name IS NOT NULL THEN jsonb_build_object('id', n.space_id, \
                'name', n.space_name, 'avatar_url', NULL) END AS space, \
        CASE WHEN c.id IS NOT NULL THEN jsonb_build_object('id', c.id, 'kind', c.kind, \
            'name', c.name) END AS chat, \
        CASE WHEN u.id IS NOT NULL THEN jsonb_build_object('id', u.id, 'nickname', u.nickname, \
            'display_name', u.display_name, 'avatar_url', u.avatar_url, 'is_bot', u.is_bot) \
            END AS actor, \
        left(coalesce(nullif(m.content, ''), fw.content, m.content), 600) AS content, m.thread_root, n.chat_id IS NULL \
        OR EXISTS (SELECT FROM space_members x WHERE x.space_id = c.space_id AND x.user_id = n.user_id) \
        OR EXISTS (SELECT FROM chat_members x WHERE x.chat_id = n.chat_id AND x.user_id = n.user_id) \
            AS is_in \
    FROM notifications n LEFT JOIN spaces s ON s.id = n.space_id LEFT JOIN chats c ON c.id = n.chat_id \
        LEFT JOIN users u ON u.id = n.actor_id \
        LEFT JOIN messages m ON m.id = n.message_id AND m.deleted_at IS NULL \
        LEFT JOIN forwards fw ON fw.message_id = m.id ";

impl Row {
    #[must_use]
    pub fn id(&self) -> NotificationId {
        NotificationId(self.id)
    }

    #[must_use]
    pub fn user_id(&self) -> UserId {
        UserId(self.user_id)
    }

    #[must_use]
    pub fn chat_id(&self) -> Option<ChatId> {
        self.chat_id.map(ChatId)
    }

    /// The wire form; without what it is about when the reader may not see that.
    ///
    /// # Errors
    /// The query and the type do not fit.
    pub fn into_wire(self, may_see_chat: bool) -> QueryResult<Notification> {
        let visible = self.chat_id.is_none() || (may_see_chat && self.is_in);
        let message = match (self.message_id, self.message_seq, self.content) {
            (Some(id), Some(seq), Some(content)) if visible => Some(NotifiedMessage {
                id: MessageId(id),
                seq,
                thread_root: self.thread_root.map(MessageId),
                excerpt: markdown::plain(&content, EXCERPT),
            }),
            _ => None,
        };
        let only_visible = |value: Option<Value>| value.filter(|_| visible);
        Ok(Notification {
            id: NotificationId(self.id),
            kind: NotificationKind::from_key(&self.kind).unwrap_or(NotificationKind::Mention),
            space: only_visible(self.space).map(from_json).transpose()?,
            chat: only_visible(self.chat).map(from_json).transpose()?,
            message,
            actor: only_visible(self.actor).map(from_json).transpose()?,
            detail: if visible { from_json(self.detail)? } else { Default::default() },
            read: self.read,
            created_at: self.created_at,
        })
    }
}

/// These entries.
///
/// # Errors
/// The database's.
pub async fn by_ids(conn: &mut PgConn, ids: &[NotificationId]) -> QueryResult<Vec<Row>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    diesel::sql_query(format!("{SELECT} WHERE n.id = ANY($1)"))
        .bind::<Array<SqlUuid>, _>(ids)
        .load(conn)
        .await
}

/// Where a page ends.
pub type Key = (DateTime<Utc>, NotificationId);

/// A person's entries before a key, newest first.
///
/// # Errors
/// The database's.
pub async fn page(
    conn: &mut PgConn,
    user: UserId,
    unread: bool,
    before: Option<Key>,
    limit: i64,
) -> QueryResult<Vec<Row>> {
    let (at, id) = before.map_or((None, None), |(at, id)| (Some(at), Some(id.0)));
    diesel::sql_query(format!(
        "{SELECT} WHERE n.user_id = $1 AND (NOT $2 OR n.read_at IS NULL) \
         AND ($3 IS NULL OR (n.created_at, n.id) < ($3, $4)) \
         ORDER BY n.created_at DESC, n.id DESC LIMIT $5"
    ))
    .bind::<SqlUuid, _>(user.0)
    .bind::<Bool, _>(unread)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await
}

/// How many entries of a person are unread.
///
/// # Errors
/// The database's.
pub async fn unread(conn: &mut PgConn, user: UserId) -> QueryResult<i64> {
    let unread = n::table.filter(n::user_id.eq(user).and(n::read_at.is_null()));
    unread.count().get_result(conn).await
}

/// The same of several people; who has none is not among them.
///
/// # Errors
/// The database's.
pub async fn unread_of(conn: &mut PgConn, people: &[UserId]) -> QueryResult<HashMap<UserId, i64>> {
    let rows: Vec<(UserId, i64)> = n::table
        .filter(n::user_id.eq_any(people).and(n::read_at.is_null()))
        .group_by(n::user_id)
        .select((n::user_id, diesel::dsl::count_star()))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Whether an entry is in this person's inbox.
///
/// # Errors
/// The database's.
pub async fn is_of(conn: &mut PgConn, user: UserId, id: NotificationId) -> QueryResult<bool> {
    let row = n::table.filter(n::id.eq(id).and(n::user_id.eq(user)));
    diesel::select(diesel::dsl::exists(row)).get_result(conn).await
}

/// Marks one entry; returns it, unless it was read.
///
/// # Errors
/// The database's.
pub async fn read_one(
    conn: &mut PgConn,
    user: UserId,
    id: NotificationId,
) -> QueryResult<Vec<NotificationId>> {
    let row = n::table.filter(n::id.eq(id).and(n::user_id.eq(user)).and(n::read_at.is_null()));
    diesel::update(row)
        .set(n::read_at.eq(diesel::dsl::now))
        .returning(n::id)
        .get_results(conn)
        .await
}

/// Marks all entries; returns how many were unread.
///
/// # Errors
/// The database's.
pub async fn read_all(conn: &mut PgConn, user: UserId) -> QueryResult<usize> {
    diesel::update(n::table.filter(n::user_id.eq(user).and(n::read_at.is_null())))
        .set(n::read_at.eq(diesel::dsl::now))
        .execute(conn)
        .await
}

#[derive(QueryableByName)]
struct Changed {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Marks the entries about messages of a chat (those of one thread, or those of none) up to a `seq`;
/// returns those that were unread.
///
/// # Errors
/// The database's.
pub async fn read_up_to(
    conn: &mut PgConn,
    user: UserId,
    chat: ChatId,
    thread: Option<MessageId>,
    seq: i64,
) -> QueryResult<Vec<NotificationId>> {
    let read: Vec<Changed> = diesel::sql_query(
        "UPDATE notifications n SET read_at = now() FROM messages m \
         WHERE n.user_id = $1 AND n.chat_id = $2 AND n.message_seq <= $3 AND n.read_at IS NULL \
         AND m.id = n.message_id AND m.thread_root IS NOT DISTINCT FROM $4 RETURNING n.id",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<SqlUuid, _>(chat.0)
    .bind::<BigInt, _>(seq)
    .bind::<Nullable<SqlUuid>, _>(thread.map(|id| id.0))
    .load(conn)
    .await?;
    Ok(read.into_iter().map(|row| NotificationId(row.id)).collect())
}

/// As [`read_up_to`] for several chats, none in threads.
///
/// # Errors
/// The database's.
pub async fn read_chats(
    conn: &mut PgConn,
    user: UserId,
    ends: &[(ChatId, i64)],
) -> QueryResult<Vec<NotificationId>> {
    let (chats, seqs): (Vec<Uuid>, Vec<i64>) =
        ends.iter().map(|(chat, seq)| (chat.0, *seq)).unzip();
    let read: Vec<Changed> = diesel::sql_query(
        "UPDATE notifications n SET read_at = now() \
         FROM unnest($2::uuid[], $3::bigint[]) AS w (chat_id, seq), messages m \
         WHERE n.user_id = $1 AND n.chat_id = w.chat_id AND n.message_seq <= w.seq \
         AND n.read_at IS NULL AND m.id = n.message_id AND m.thread_root IS NULL RETURNING n.id",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Array<SqlUuid>, _>(chats)
    .bind::<Array<BigInt>, _>(seqs)
    .load(conn)
    .await?;
    Ok(read.into_iter().map(|row| NotificationId(row.id)).collect())
}

/// Marks the entries about messages of a chat, but none in threads, from a `seq` on as unread; returns
/// those that were read.
///
/// # Errors
/// The database's.
pub async fn unread_from(
    conn: &mut PgConn,
    user: UserId,
    chat: ChatId,
    seq: i64,
) -> QueryResult<Vec<NotificationId>> {
    let unread: Vec<Changed> = diesel::sql_query(
        "UPDATE notifications n SET read_at = NULL FROM messages m \
         WHERE n.user_id = $1 AND n.chat_id = $2 AND n.message_seq >= $3 AND n.read_at IS NOT NULL \
         AND m.id = n.message_id AND m.thread_root IS NULL RETURNING n.id",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<SqlUuid, _>(chat.0)
    .bind::<BigInt, _>(seq)
    .load(conn)
    .await?;
    Ok(unread.into_iter().map(|row| NotificationId(row.id)).collect())
}

/// Removes one entry; `false` when it was not the person's.
///
/// # Errors
/// The database's.
pub async fn delete_one(conn: &mut PgConn, user: UserId, id: NotificationId) -> QueryResult<bool> {
    let row = n::table.filter(n::id.eq(id).and(n::user_id.eq(user)));
    Ok(diesel::delete(row).execute(conn).await? > 0)
}
