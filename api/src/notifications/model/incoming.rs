//! Entries that come: who wants them, and into `notifications` with them.

use crate::notifications::NewNotification;
use crate::platform::db::PgConn;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::ids::{ChatId, MessageId, NotificationId, SpaceId, UserId};
use shared::notifications::NotificationKind;
use std::collections::HashSet;
use uuid::Uuid;

/// An entry to be made.
#[derive(Clone, Debug)]
pub struct NewRow {
    pub user_id: UserId,
    kind: NotificationKind,
    space_id: Option<SpaceId>,
    chat_id: Option<ChatId>,
    message_id: Option<MessageId>,
    message_seq: Option<i64>,
    actor_id: Option<UserId>,
    detail: Value,
}

impl From<NewNotification> for NewRow {
    fn from(new: NewNotification) -> Self {
        Self {
            user_id: new.user,
            kind: new.kind,
            space_id: new.space,
            chat_id: new.chat,
            message_id: new.message.map(|(id, _)| id),
            message_seq: new.message.map(|(_, seq)| seq),
            actor_id: new.actor,
            detail: serde_json::to_value(new.detail).unwrap_or_default(),
        }
    }
}

/// Which of these people want these entries: real people whose settings do not refuse the kind, in the
/// chat, else in its space, else everywhere, nor the chat or the space. A ban is told however loud the
/// space is.
///
/// # Errors
/// The database's.
pub async fn wanted(conn: &mut PgConn, rows: &[NewRow]) -> QueryResult<HashSet<UserId>> {
    #[derive(QueryableByName)]
    struct Person {
        #[diesel(sql_type = SqlUuid)]
        user_id: Uuid,
    }
    let people: Vec<Uuid> = rows.iter().map(|row| row.user_id.0).collect();
    let kinds: Vec<&str> = rows.iter().map(|row| row.kind.key()).collect();
    let spaces: Vec<Option<Uuid>> = rows.iter().map(|row| row.space_id.map(|id| id.0)).collect();
    let chats: Vec<Option<Uuid>> = rows.iter().map(|row| row.chat_id.map(|id| id.0)).collect();
    let actors: Vec<Option<Uuid>> = rows.iter().map(|row| row.actor_id.map(|id| id.0)).collect();
    let found: Vec<Person> = diesel::sql_query(
        "SELECT w.user_id FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[]) \
             AS w (user_id, kind, space_id, chat_id, actor_id) \
         JOIN users u ON u.id = w.user_id AND NOT u.is_placeholder \
         LEFT JOIN notification_settings s ON s.user_id = w.user_id \
         LEFT JOIN notification_levels ls ON ls.user_id = w.user_id AND ls.space_id = w.space_id \
         LEFT JOIN notification_levels lc ON lc.user_id = w.user_id AND lc.chat_id = w.chat_id \
         WHERE NOT EXISTS (SELECT FROM user_marks k \
             WHERE k.user_id = w.user_id AND k.other_id = w.actor_id \
             AND (w.chat_id IS NOT NULL OR w.kind = 'invite')) \
         AND coalesce( \
             CASE WHEN w.kind = ANY(lc.kinds_on) THEN true WHEN w.kind = ANY(lc.kinds_off) THEN false END, \
             CASE WHEN w.kind = ANY(ls.kinds_on) THEN true WHEN w.kind = ANY(ls.kinds_off) THEN false END, \
             w.kind <> ALL(coalesce(s.kinds_off, '{}'))) \
         AND (w.chat_id IS NULL OR NOT ( \
             coalesce(ls.level = 'nothing', false) OR coalesce(lc.level = 'nothing', false) \
             OR coalesce(lc.level = 'mentions' AND w.kind = 'direct_message', false) \
             OR coalesce(ls.muted AND coalesce(ls.muted_until > now(), true), false) \
             OR coalesce(lc.muted AND coalesce(lc.muted_until > now(), true), false)))",
    )
    .bind::<Array<SqlUuid>, _>(people)
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Nullable<SqlUuid>>, _>(spaces)
    .bind::<Array<Nullable<SqlUuid>>, _>(chats)
    .bind::<Array<Nullable<SqlUuid>>, _>(actors)
    .load(conn)
    .await?;
    Ok(found.into_iter().map(|person| UserId(person.user_id)).collect())
}

/// Inserts entries; those of a message that its reader has, or has read already, are left out.
/// Returns the new ones.
///
/// # Errors
/// The database's.
pub async fn insert(
    conn: &mut PgConn,
    rows: &[NewRow],
    at: DateTime<Utc>,
) -> QueryResult<Vec<NotificationId>> {
    #[derive(QueryableByName)]
    struct New {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let ids: Vec<Uuid> = rows.iter().map(|_| NotificationId::new().0).collect();
    let people: Vec<Uuid> = rows.iter().map(|row| row.user_id.0).collect();
    let kinds: Vec<&str> = rows.iter().map(|row| row.kind.key()).collect();
    let spaces: Vec<Option<Uuid>> = rows.iter().map(|row| row.space_id.map(|id| id.0)).collect();
    let chats: Vec<Option<Uuid>> = rows.iter().map(|row| row.chat_id.map(|id| id.0)).collect();
    let messages: Vec<_> = rows.iter().map(|row| row.message_id.map(|id| id.0)).collect();
    let seqs: Vec<Option<i64>> = rows.iter().map(|row| row.message_seq).collect();
    let actors: Vec<Option<Uuid>> = rows.iter().map(|row| row.actor_id.map(|id| id.0)).collect();
    let details: Vec<&Value> = rows.iter().map(|row| &row.detail).collect();
    let new: Vec<New> = diesel::sql_query(
        "INSERT INTO notifications (id, user_id, kind, space_id, chat_id, message_id, message_seq, \
             actor_id, detail, created_at, space_name) \
         SELECT w.*, $10, CASE WHEN w.chat_id IS NULL THEN \
             (SELECT name FROM spaces WHERE id = w.space_id) END FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], \
             $6::uuid[], $7::bigint[], $8::uuid[], $9::jsonb[]) \
             AS w (id, user_id, kind, space_id, chat_id, message_id, seq, actor_id, detail) \
         WHERE NOT EXISTS (SELECT FROM read_states r WHERE r.user_id = w.user_id \
             AND r.chat_id = w.chat_id AND r.read_seq >= w.seq AND w.kind <> 'thread') \
         ON CONFLICT DO NOTHING RETURNING id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<SqlUuid>, _>(people)
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Nullable<SqlUuid>>, _>(spaces)
    .bind::<Array<Nullable<SqlUuid>>, _>(chats)
    .bind::<Array<Nullable<SqlUuid>>, _>(messages)
    .bind::<Array<Nullable<BigInt>>, _>(seqs)
    .bind::<Array<Nullable<SqlUuid>>, _>(actors)
    .bind::<Array<Jsonb>, _>(details)
    .bind::<Timestamptz, _>(at)
    .load(conn)
    .await?;
    Ok(new.into_iter().map(|new| NotificationId(new.id)).collect())
}
