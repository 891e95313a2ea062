//! People, chats and files by a piece of their names, for going there.

use super::scope::readable;
use crate::chat::model::sql::{from_json, user_ref};
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::platform::db::{Db, PgConn, Pooled};
use crate::platform::sql::escape_like;
use diesel::pg::Pg;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryResult, QueryableByName};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::chat::{ChatKind, QuickChat, QuickFile, QuickFound};
use shared::files::FileKind;
use shared::identity::UserRef;
use shared::ids::{ChatId, FileId, MessageId, SpaceId};
use uuid::Uuid;

/// From so many letters on, names are searched for pieces; before, for their beginnings.
const PIECE: usize = 3;

/// The people, chats and files whose names have this in them, as far as the caller may know of them.
///
/// # Errors
/// The database's.
pub async fn quick(
    db: &Db,
    mut conn: Pooled,
    user: &CurrentUser,
    text: &str,
    limit: i64,
) -> ApiResult<QuickFound> {
    let text = text.trim().trim_start_matches(['@', '#']).to_lowercase();
    let visible = readable(&mut conn, user, None, None).await?.chats;
    let found = async |conn: &mut PgConn| -> ApiResult<QuickFound> {
        Ok(QuickFound {
            people: people(conn, user, &text, limit).await?,
            chats: chats(conn, &visible, &text, limit).await?,
            files: files(conn, &visible, &text, limit).await?,
        })
    };
    db.heavy_read(conn, found).await
}

async fn people(
    conn: &mut PgConn,
    user: &CurrentUser,
    text: &str,
    limit: i64,
) -> ApiResult<Vec<UserRef>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Jsonb)]
        person: Value,
    }
    // Each way has its index.
    let matches = if text.chars().count() < PIECE {
        "lower(u.nickname) LIKE $2 || '%'"
    } else {
        "(lower(u.nickname) || ' ' || lower(coalesce(u.display_name, ''))) LIKE '%' || $2 || '%'"
    };
    let rows: Vec<Row> = diesel::sql_query(format!(
        concat!(
            "SELECT ",
            user_ref!("u"),
            " AS person FROM users u WHERE {} AND u.id <> $1 AND NOT u.is_placeholder AND (EXISTS \
             (SELECT 1 FROM space_members mine JOIN space_members other \
              ON other.space_id = mine.space_id AND other.user_id = u.id WHERE mine.user_id = $1) \
             OR EXISTS (SELECT 1 FROM chat_members mine JOIN chat_members other \
              ON other.chat_id = mine.chat_id AND other.user_id = u.id WHERE mine.user_id = $1)) \
             ORDER BY lower(u.nickname) LIKE $2 || '%' DESC, lower(u.nickname) LIMIT $3"
        ),
        matches
    ))
    .bind::<SqlUuid, _>(user.id.0)
    .bind::<Text, _>(escape_like(text))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| from_json(row.person)).collect::<Result<_, _>>()?)
}

async fn files(
    conn: &mut PgConn,
    visible: &[Uuid],
    text: &str,
    limit: i64,
) -> ApiResult<Vec<QuickFile>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        kind: String,
        #[diesel(sql_type = SqlUuid)]
        chat_id: Uuid,
        #[diesel(sql_type = SqlUuid)]
        message_id: Uuid,
        #[diesel(sql_type = BigInt)]
        seq: i64,
        #[diesel(sql_type = Nullable<SqlUuid>)]
        thread_root: Option<Uuid>,
    }
    // The index knows pieces of three letters.
    if text.chars().count() < PIECE {
        return Ok(Vec::new());
    }
    let sql = "SELECT f.id, f.name, f.kind, m.chat_id, m.id AS message_id, m.seq, m.thread_root \
         FROM files f JOIN messages m ON m.id = f.message_id AND m.deleted_at IS NULL \
         WHERE lower(f.name) LIKE '%' || $2 || '%' AND f.doomed_at IS NULL \
         AND m.chat_id = ANY($1) ORDER BY m.id DESC, f.position LIMIT $3";
    let rows: Vec<Row> = named(conn, sql, visible, text, limit).await?;
    Ok(rows
        .into_iter()
        .map(|row| QuickFile {
            id: FileId(row.id),
            name: row.name,
            kind: FileKind::from_key(&row.kind).unwrap_or(FileKind::Document),
            chat_id: ChatId(row.chat_id),
            message_id: MessageId(row.message_id),
            message_seq: row.seq,
            thread_root: row.thread_root.map(MessageId),
        })
        .collect())
}

async fn chats(
    conn: &mut PgConn,
    visible: &[Uuid],
    text: &str,
    limit: i64,
) -> ApiResult<Vec<QuickChat>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Text)]
        kind: String,
        #[diesel(sql_type = Nullable<SqlUuid>)]
        space_id: Option<Uuid>,
        #[diesel(sql_type = Text)]
        name: String,
    }
    let sql = "SELECT id, kind, space_id, name FROM chats \
         WHERE id = ANY($1) AND lower(name) LIKE '%' || $2 || '%' \
         ORDER BY lower(name) LIKE $2 || '%' DESC, last_message_at DESC NULLS LAST, id LIMIT $3";
    let rows: Vec<Row> = named(conn, sql, visible, text, limit).await?;
    Ok(rows
        .into_iter()
        .map(|row| QuickChat {
            id: ChatId(row.id),
            kind: ChatKind::from_key(&row.kind).unwrap_or(ChatKind::Group),
            space_id: row.space_id.map(SpaceId),
            name: row.name,
        })
        .collect())
}

/// What has a text (`$2`) in its name in these chats (`$1`), at most so many (`$3`).
async fn named<Row: QueryableByName<Pg> + Send + 'static>(
    conn: &mut PgConn,
    sql: &str,
    visible: &[Uuid],
    text: &str,
    limit: i64,
) -> QueryResult<Vec<Row>> {
    diesel::sql_query(sql)
        .bind::<Array<SqlUuid>, _>(visible)
        .bind::<Text, _>(escape_like(text))
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await
}
