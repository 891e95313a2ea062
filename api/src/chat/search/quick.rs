//! People and chats by a piece of their names, for going there.

use super::scope::readable;
use crate::chat::model::people::escape_like;
use crate::chat::model::sql::{from_json, user_ref};
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::platform::db::PgConn;
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::chat::{ChatKind, QuickChat, QuickFound};
use shared::identity::UserRef;
use shared::ids::{ChatId, SpaceId};
use uuid::Uuid;

/// From so many letters on, names are searched for pieces; before, for their beginnings.
const PIECE: usize = 3;

/// The people and chats whose names have this in them, as far as the caller may know of them.
///
/// # Errors
/// The database's.
pub async fn quick(
    conn: &mut PgConn,
    user: &CurrentUser,
    text: &str,
    limit: i64,
) -> ApiResult<QuickFound> {
    let text = text.trim().trim_start_matches(['@', '#']).to_lowercase();
    let found = QuickFound {
        people: people(conn, user, &text, limit).await?,
        chats: chats(conn, user, &text, limit).await?,
    };
    Ok(found)
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

async fn chats(
    conn: &mut PgConn,
    user: &CurrentUser,
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
    let visible = readable(conn, user, None, None).await?.chats;
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT id, kind, space_id, name FROM chats \
         WHERE id = ANY($1) AND lower(name) LIKE '%' || $2 || '%' \
         ORDER BY lower(name) LIKE $2 || '%' DESC, last_message_at DESC NULLS LAST, id LIMIT $3",
    )
    .bind::<Array<SqlUuid>, _>(visible)
    .bind::<Text, _>(escape_like(text))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
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
