//! What hangs on messages (reactions, mentions of people and of many, threads, files, stickers, what
//! they pass on, what is shown of their links): one statement, whatever there is and however many messages.

use super::sql::from_json;
use super::{forward, group_mention, mention, preview, reaction, sticker, thread};
use crate::files::model::attachments;
use crate::files::model::file::FileRow;
use crate::platform::db::PgConn;
use crate::platform::prepared::prepared;
use diesel::prelude::*;
use diesel::sql_types::{Array, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::chat::{Forwarded, LinkPreview, MentionGroups, Reaction, ThreadSummary};
use shared::expression::Sticker;
use shared::identity::UserRef;
use shared::ids::{MessageId, UserId};
use std::collections::HashMap;
use std::sync::LazyLock;
use uuid::Uuid;

/// What hangs on each of some messages; absent where there is nothing.
#[derive(Debug, Default)]
pub struct Details {
    pub reactions: HashMap<MessageId, Vec<Reaction>>,
    pub mentions: HashMap<MessageId, Vec<UserRef>>,
    pub groups: HashMap<MessageId, MentionGroups>,
    pub threads: HashMap<MessageId, ThreadSummary>,
    pub files: HashMap<MessageId, Vec<FileRow>>,
    pub stickers: HashMap<MessageId, Sticker>,
    pub forwarded: HashMap<MessageId, Forwarded>,
    pub previews: HashMap<MessageId, Vec<LinkPreview>>,
}

/// A part of the statement yields `part`, `message_id` and `data`, for the messages `$1`, as the
/// person `$2` sees it. What stands for a text that is not there also for those in `$3`.
static ALL: LazyLock<String> = LazyLock::new(|| {
    let parts = [
        reaction::OF_MESSAGES,
        mention::OF_MESSAGES,
        group_mention::OF_MESSAGES,
        thread::OF_MESSAGES,
        attachments::OF_MESSAGES,
        sticker::OF_MESSAGES,
        forward::OF_MESSAGES,
        preview::OF_MESSAGES,
    ];
    parts.join(" UNION ALL ")
});

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    part: String,
    #[diesel(sql_type = SqlUuid)]
    message_id: MessageId,
    #[diesel(sql_type = Jsonb)]
    data: Value,
}

/// All that hangs on messages as `reader` sees it; of those they answer the files, the
/// stickers and what they pass on.
///
/// # Errors
/// The database's.
pub async fn of_messages(
    conn: &mut PgConn,
    ids: &[MessageId],
    answered: &[MessageId],
    reader: UserId,
) -> QueryResult<Details> {
    let mut found = Details::default();
    if ids.is_empty() {
        return Ok(found);
    }
    for Row { part, message_id, data } in load(conn, &ALL, ids, answered, Some(reader)).await? {
        match part.as_str() {
            "reactions" => put(&mut found.reactions, message_id, data)?,
            "mentions" => put(&mut found.mentions, message_id, data)?,
            "groups" => put(&mut found.groups, message_id, data)?,
            "threads" => {
                found.threads.insert(message_id, thread::summary(data)?);
            }
            "forwarded" => {
                found.forwarded.insert(message_id, forward::forwarded(data)?);
            }
            "previews" => {
                found.previews.insert(message_id, preview::previews(message_id, data)?);
            }
            "files" => put(&mut found.files, message_id, data)?,
            _ => put(&mut found.stickers, message_id, data)?,
        }
    }
    Ok(found)
}

/// One part for messages, by message; `reader` where it depends on who reads.
///
/// # Errors
/// The database's.
pub(super) async fn only(
    conn: &mut PgConn,
    part: &str,
    ids: &[MessageId],
    reader: Option<UserId>,
) -> QueryResult<Vec<(MessageId, Value)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = load(conn, part, ids, &[], reader).await?;
    Ok(rows.into_iter().map(|row| (row.message_id, row.data)).collect())
}

async fn load(
    conn: &mut PgConn,
    sql: &str,
    ids: &[MessageId],
    answered: &[MessageId],
    reader: Option<UserId>,
) -> QueryResult<Vec<Row>> {
    let bare = |ids: &[MessageId]| ids.iter().map(|id| id.0).collect::<Vec<Uuid>>();
    let with_answered = [bare(ids), bare(answered)].concat();
    prepared(
        diesel::sql_query(sql)
            .bind::<Array<SqlUuid>, _>(bare(ids))
            .bind::<Nullable<SqlUuid>, _>(reader.map(|reader| reader.0))
            .bind::<Array<SqlUuid>, _>(with_answered),
    )
    .load(conn)
    .await
}

fn put<T: DeserializeOwned>(
    map: &mut HashMap<MessageId, T>,
    id: MessageId,
    data: Value,
) -> QueryResult<()> {
    map.insert(id, from_json(data)?);
    Ok(())
}
