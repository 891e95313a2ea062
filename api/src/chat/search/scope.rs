//! Where a person may search: what he may read, and nothing else.

use crate::chat::access::access_chat;
use crate::chat::model::chat::ChatView;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::platform::db::PgConn;
use crate::spaces::access::access_space;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Double, Nullable, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::ids::{ChatId, SpaceId};
use shared::permission::{Permission, PermissionSet};
use std::collections::HashSet;
use uuid::Uuid;

/// Chats to search in.
#[derive(Clone, Debug)]
pub struct Scope {
    pub chats: Vec<Uuid>,
    /// At most so many messages are in them.
    pub messages: i64,
    /// Whether they hold a good part of all messages: then walking all from the newest on soon
    /// meets theirs.
    pub dense: bool,
    /// How many of the newest messages of all chats are looked at first: they tell how frequent the words
    /// are, and so what is done next. What is in none of them is so rare that all of it can be taken; both
    /// costs grow with the root of the number of all messages.
    pub newest: i64,
    /// About how many messages there are, of all chats.
    pub total: f64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = Double)]
    total: f64,
}

const ROWS: &str = "SELECT c.id, c.last_seq, t.reltuples::float8 AS total FROM";
const TOTAL: &str =
    "CROSS JOIN (SELECT reltuples FROM pg_class WHERE oid = 'messages'::regclass) t";

impl Scope {
    fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let (mut chats, mut messages, mut total) = (Vec::new(), 0, 0.0_f64);
        for row in rows {
            chats.push(row.id);
            messages += row.last_seq;
            total = row.total;
        }
        let dense = messages as f64 * 10.0 >= total;
        let newest = total.max(0.0).sqrt().clamp(500.0, 20_000.0) as i64;
        // That a message is of another chat is soon seen.
        let newest = if dense { newest } else { 4 * newest };
        Self { chats, messages, dense, newest, total }
    }
}

/// The chats the caller may read: all, those of a space, or one.
///
/// # Errors
/// `not_found` for a space of which he is no member, or a chat that he does not see.
pub async fn readable(
    conn: &mut PgConn,
    user: &CurrentUser,
    space: Option<SpaceId>,
    chat: Option<ChatId>,
) -> ApiResult<Scope> {
    if let Some(chat) = chat {
        let access = access_chat(conn, user, chat).await?;
        if space.is_some() && access.space_id() != space {
            return Err(ApiError::not_found());
        }
        let chat: Row = diesel::sql_query(format!("{ROWS} chats c {TOTAL} WHERE c.id = $1"))
            .bind::<SqlUuid, _>(chat.0)
            .get_result(conn)
            .await?;
        return Ok(Scope::of([&chat].into_iter()));
    }
    if let Some(space) = space {
        access_space(conn, user, space).await?;
    }
    let rows: Vec<Row> = diesel::sql_query(format!(
        "{ROWS} (\
             SELECT c.id, c.last_seq FROM space_members sm \
             JOIN chats c ON c.space_id = sm.space_id AND c.kind = 'space' \
             WHERE sm.user_id = $1 AND ($2 IS NULL OR sm.space_id = $2) \
             UNION ALL SELECT c.id, c.last_seq FROM chat_members cm \
             JOIN chats c ON c.id = cm.chat_id WHERE cm.user_id = $1 AND $2 IS NULL) c {TOTAL}"
    ))
    .bind::<SqlUuid, _>(user.id.0)
    .bind::<Nullable<SqlUuid>, _>(space.map(|space| space.0))
    .load(conn)
    .await?;
    let view = PermissionSet::of(&[Permission::ViewChat]);
    let hidden: HashSet<Uuid> = ChatView::possibly_hidden(conn, user.id, view)
        .await?
        .into_iter()
        .filter(|chat| !chat.permissions(user.id).contains(Permission::ViewChat))
        .map(|chat| chat.id)
        .collect();
    Ok(Scope::of(rows.iter().filter(|row| !hidden.contains(&row.id))))
}
