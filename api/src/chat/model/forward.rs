//! What messages pass on.

use super::details;
use super::sql::{called, from_json, user_ref};
use crate::platform::db::PgConn;
use crate::platform::schema::forwards;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::Value;
use shared::chat::Forwarded;
use shared::identity::UserRef;
use shared::ids::{MessageId, UserId};

/// What the messages `$3` pass on, as a part of [`super::details`].
pub const OF_MESSAGES: &str = concat!(
    "SELECT 'forwarded' AS part, f.message_id, jsonb_build_object('author', ",
    user_ref!("u", "um.nickname"),
    ", 'content', f.content, 'written_at', f.written_at) AS data FROM forwards f \
     JOIN messages m ON m.id = f.message_id JOIN chats c ON c.id = m.chat_id \
     JOIN users u ON u.id = f.author_id ",
    called!("um", "f.author_id"),
    "WHERE f.message_id = ANY($3)"
);

/// A part of [`OF_MESSAGES`] in its wire form.
///
/// # Errors
/// The query and the type do not fit.
pub(super) fn forwarded(data: Value) -> QueryResult<Forwarded> {
    #[derive(Deserialize)]
    struct Data {
        author: UserRef,
        content: String,
        written_at: DateTime<Utc>,
    }
    let Data { author, content, written_at } = from_json(data)?;
    Ok(Forwarded { author, content, written_at })
}

/// A copy of a message.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = forwards)]
pub struct Copied {
    pub source_id: MessageId,
    pub author_id: UserId,
    pub content: String,
    pub written_at: DateTime<Utc>,
}

impl Copied {
    /// What a message passes on; `None` when it passes on nothing.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(conn: &mut PgConn, message: MessageId) -> QueryResult<Option<Self>> {
        let row = forwards::table.find(message).select(Self::as_select());
        row.first(conn).await.optional()
    }

    /// Makes it what the message passes on; returns it as people see it.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, conn: &mut PgConn, message: MessageId) -> QueryResult<Forwarded> {
        diesel::insert_into(forwards::table)
            .values((forwards::message_id.eq(message), self))
            .execute(conn)
            .await?;
        let found = details::only(conn, OF_MESSAGES, &[message], None).await?;
        let found = found.into_iter().next().ok_or(diesel::result::Error::NotFound)?;
        forwarded(found.1)
    }
}
