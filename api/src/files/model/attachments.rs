//! Files and the messages that have them.

use super::file::{ATTACHMENT, FileRow};
use crate::platform::db::PgConn;
use crate::platform::schema::files;
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::ids::{ChatId, FileId, MessageId, SpaceId, UserId};
use std::collections::HashMap;
use uuid::Uuid;

/// The files of the messages `$3` in their order, as a part of a statement that brings several things
/// about messages: rows as JSON, for [`FileRow`].
pub const OF_MESSAGES: &str = "SELECT 'files' AS part, f.message_id, \
     jsonb_agg(to_jsonb(f) ORDER BY f.position) AS data FROM files f \
     WHERE f.message_id = ANY($3) AND f.doomed_at IS NULL GROUP BY f.message_id";

/// The files of messages in their order, by message: one query, however many messages.
///
/// # Errors
/// The database's.
pub async fn of_messages(
    conn: &mut PgConn,
    messages: &[MessageId],
) -> QueryResult<HashMap<MessageId, Vec<FileRow>>> {
    let mut found: HashMap<MessageId, Vec<FileRow>> = HashMap::new();
    if messages.is_empty() {
        return Ok(found);
    }
    let rows: Vec<FileRow> = files::table
        .filter(files::message_id.eq_any(messages).and(files::doomed_at.is_null()))
        .order((files::message_id, files::position))
        .select(FileRow::as_select())
        .load(conn)
        .await?;
    for row in rows {
        if let Some(message) = row.message_id {
            found.entry(message).or_default().push(row);
        }
    }
    Ok(found)
}

/// Those of the files that the person uploaded, for this chat or for none, and that no message has,
/// in the order of the ids. Nobody else takes them until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn lock_free(
    conn: &mut PgConn,
    ids: &[FileId],
    owner: UserId,
    chat: ChatId,
) -> QueryResult<Vec<FileRow>> {
    let is_free = files::message_id
        .is_null()
        .and(files::purpose.eq(ATTACHMENT))
        .and(files::stored_at.is_not_null())
        .and(files::doomed_at.is_null());
    let is_his =
        files::owner_id.eq(owner).and(files::chat_id.is_null().or(files::chat_id.eq(chat)));
    let mut rows: Vec<FileRow> = files::table
        .filter(files::id.eq_any(ids))
        .filter(is_his.assume_not_null())
        .filter(is_free)
        .order(files::id)
        .select(FileRow::as_select())
        .for_update()
        .load(conn)
        .await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    Ok(rows)
}

/// Gives files to a message, in the order of the ids.
///
/// # Errors
/// The database's.
pub async fn attach(
    conn: &mut PgConn,
    ids: &[FileId],
    message: MessageId,
    chat: ChatId,
    space: Option<SpaceId>,
) -> QueryResult<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    diesel::sql_query(
        "UPDATE files SET message_id = $2, chat_id = $3, space_id = $4, used_at = now(), \
         position = array_position($1, id) WHERE id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<SqlUuid, _>(message.0)
    .bind::<SqlUuid, _>(chat.0)
    .bind::<Nullable<SqlUuid>, _>(space.map(|space| space.0))
    .execute(conn)
    .await
    .map(drop)
}
