//! Rows as they go into the copy of somebody's data: JSON made by the database.

use crate::platform::db::PgConn;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::ids::{ChatId, UserId};
use std::collections::HashSet;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    key: Uuid,
    #[diesel(sql_type = Text)]
    row: String,
}

/// What there is once, by the name of its file.
pub const OBJECTS: &[(&str, &str)] = &[
    (
        "profile.json",
        "SELECT id AS key, jsonb_build_object('id', id, 'nickname', nickname, 'display_name', display_name, \
         'email', email, 'bio', bio, 'avatar_url', avatar_url, 'banner_url', banner_url, 'status', status, \
         'created_at', created_at) AS row FROM users WHERE id = $1",
    ),
    (
        "settings.json",
        "SELECT user_id AS key, to_jsonb(c) - 'user_id' AS row FROM user_choices c WHERE user_id = $1",
    ),
    (
        "notification_settings.json",
        "SELECT user_id AS key, to_jsonb(s) - 'user_id' AS row FROM notification_settings s \
         WHERE user_id = $1",
    ),
];

/// What there is any number of, by the name of its file, in the order of its `key`.
pub const LISTS: &[(&str, &str)] = &[
    (
        "sessions.json",
        "SELECT id AS key, jsonb_build_object('user_agent', user_agent, 'address', address, \
         'created_at', created_at, 'last_used_at', last_used_at, 'revoked_at', revoked_at) AS row \
         FROM sessions WHERE user_id = $1",
    ),
    (
        "spaces.json",
        "SELECT s.id AS key, jsonb_build_object('id', s.id, 'name', s.name, 'role', r.name, \
         'owner', s.owner_id = $1, 'nickname', m.nickname, 'joined_at', m.joined_at) AS row \
         FROM space_members m JOIN spaces s ON s.id = m.space_id JOIN roles r ON r.id = m.role_id \
         WHERE m.user_id = $1",
    ),
    (
        "conversations.json",
        "SELECT c.id AS key, jsonb_build_object('id', c.id, 'kind', c.kind, 'name', c.name, \
         'joined_at', mine.joined_at, 'people', (SELECT jsonb_agg(u.nickname ORDER BY u.nickname) \
         FROM chat_members o JOIN users u ON u.id = o.user_id WHERE o.chat_id = c.id)) AS row \
         FROM chat_members mine JOIN chats c ON c.id = mine.chat_id WHERE mine.user_id = $1",
    ),
    (
        "people.json",
        "SELECT k.other_id AS key, jsonb_build_object('nickname', u.nickname, 'mark', k.mark, \
         'since', k.created_at) AS row \
         FROM user_marks k JOIN users u ON u.id = k.other_id WHERE k.user_id = $1",
    ),
    (
        "reactions.json",
        "SELECT message_id AS key, jsonb_build_object('message_id', message_id, 'emoji', emoji, \
         'created_at', created_at) AS row FROM reactions WHERE user_id = $1",
    ),
    (
        "files.json",
        "SELECT id AS key, jsonb_build_object('id', id, 'name', name, 'mime', mime, 'bytes', size, \
         'kind', kind, 'purpose', purpose, 'message_id', message_id, 'created_at', created_at) AS row \
         FROM files WHERE owner_id = $1 AND stored_at IS NOT NULL AND doomed_at IS NULL",
    ),
    (
        "notifications.json",
        "SELECT n.id AS key, jsonb_build_object('kind', n.kind, 'space', coalesce(s.name, n.space_name), \
         'message_id', n.message_id, 'detail', n.detail, 'created_at', n.created_at, \
         'read_at', n.read_at) AS row \
         FROM notifications n LEFT JOIN spaces s ON s.id = n.space_id AND EXISTS (SELECT \
         FROM space_members x WHERE x.space_id = s.id AND x.user_id = $1) WHERE n.user_id = $1",
    ),
    (
        "stickers.json",
        "SELECT p.id AS key, jsonb_build_object('name', p.name, 'description', p.description, \
         'visibility', p.visibility, 'own', coalesce(p.owner_id = $1, false), \
         'installed', i.user_id IS NOT NULL AND NOT i.hidden, 'created_at', p.created_at, \
         'stickers', CASE WHEN p.owner_id = $1 THEN (SELECT jsonb_agg(jsonb_build_object( \
         'name', t.name, 'shortcode', t.shortcode, 'file_id', t.file_id) ORDER BY t.position, t.id) \
         FROM stickers t WHERE t.pack_id = p.id AND t.deleted_at IS NULL) END) AS row \
         FROM sticker_packs p LEFT JOIN installed_packs i ON i.pack_id = p.id AND i.user_id = $1 \
         WHERE p.deleted_at IS NULL AND (p.owner_id = $1 OR i.user_id IS NOT NULL)",
    ),
];

/// Rows of one of the [`OBJECTS`] or [`LISTS`] with a key after this one, by their key, each with it: `limit` of
/// them, and those with the key of the last one (somebody's reactions to one message).
///
/// # Errors
/// The database's.
pub async fn rows(
    conn: &mut PgConn,
    sql: &str,
    user: UserId,
    after: Uuid,
    limit: i64,
) -> QueryResult<Vec<(Uuid, String)>> {
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT key, row::text AS row FROM ({sql}) x WHERE key > $2 \
         ORDER BY key FETCH FIRST ($3) ROWS WITH TIES"
    ))
    .bind::<SqlUuid, _>(user.0)
    .bind::<SqlUuid, _>(after)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|Row { key, row }| (key, row)).collect())
}

/// The person's messages after an id, oldest first. Chats and spaces that he does not see (any more),
/// with the `hidden` ones of his spaces, are not named.
///
/// # Errors
/// The database's.
pub async fn messages(
    conn: &mut PgConn,
    user: UserId,
    hidden: &HashSet<ChatId>,
    after: Uuid,
    limit: i64,
) -> QueryResult<Vec<(Uuid, String)>> {
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT m.id AS key, jsonb_build_object('id', m.id, 'chat_id', m.chat_id, \
         'chat', CASE WHEN c.id <> ALL($4) AND (s.id IS NULL OR x.user_id IS NOT NULL) THEN c.name END, \
         'space', CASE WHEN x.user_id IS NOT NULL THEN s.name END, 'seq', m.seq, 'content', m.content, 'sticker', t.name, 'files', \
         (SELECT jsonb_agg(f.id ORDER BY f.position) FROM files f WHERE f.message_id = m.id \
         AND f.doomed_at IS NULL), 'reply_to', m.reply_to, \
         'created_at', m.created_at, 'edited_at', m.edited_at, 'earlier', \
         (SELECT jsonb_agg(v.content ORDER BY v.written_at) FROM message_versions v \
         WHERE v.message_id = m.id))::text AS row \
         FROM messages m JOIN chats c ON c.id = m.chat_id LEFT JOIN spaces s ON s.id = c.space_id \
         LEFT JOIN space_members x ON x.space_id = s.id AND x.user_id = $1 \
         LEFT JOIN stickers t ON t.id = m.sticker_id WHERE m.author_id = $1 AND m.id > $2 AND m.deleted_at IS NULL ORDER BY m.id LIMIT $3",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<SqlUuid, _>(after)
    .bind::<BigInt, _>(limit)
    .bind::<Array<SqlUuid>, _>(hidden.iter().map(|chat| chat.0).collect::<Vec<_>>())
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|Row { key, row }| (key, row)).collect())
}
