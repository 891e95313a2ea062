//! What is known of pages that messages link to, and which messages show it.

use super::details;
use super::sql::from_json;
use crate::files::model::file::FileRow;
use crate::platform::db::PgConn;
use crate::platform::schema::{hidden_previews, link_previews, message_previews};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use serde_json::Value;
use shared::chat::LinkPreview;
use shared::files::{Attachment, preview_url};
use shared::ids::{FileId, MessageId};
use std::collections::HashMap;
use uuid::Uuid;

/// Hours for which a page is not asked again.
const FRESH_HOURS: i32 = 24;
/// The same, where there was nothing to show.
const EMPTY_HOURS: i32 = 1;
/// Days after which what no message shows is forgotten. Longer than anything is fresh, so that what was
/// just found is still there when its message takes it.
const KEPT_DAYS: i32 = 2;

/// What the messages `$1` show of their links, as a part of [`super::details`].
pub const OF_MESSAGES: &str = "SELECT 'previews' AS part, mp.message_id, \
     jsonb_agg(jsonb_build_object('url', p.url, 'title', p.title, 'site_name', p.site_name, \
         'description', p.description, 'picture', to_jsonb(f)) ORDER BY mp.position) AS data \
     FROM message_previews mp JOIN link_previews p ON p.id = mp.preview_id \
     LEFT JOIN files f ON f.id = p.picture_id AND f.doomed_at IS NULL \
     WHERE mp.message_id = ANY($1) AND p.title IS NOT NULL GROUP BY mp.message_id";

/// A part of [`OF_MESSAGES`] in its wire form.
///
/// # Errors
/// The query and the type do not fit.
pub(super) fn previews(message: MessageId, data: Value) -> QueryResult<Vec<LinkPreview>> {
    #[derive(Deserialize)]
    struct Data {
        url: String,
        title: String,
        site_name: String,
        description: Option<String>,
        picture: Option<FileRow>,
    }
    let rows: Vec<Data> = from_json(data)?;
    let shown = rows.into_iter().map(|Data { url, title, site_name, description, picture }| {
        let picture = picture
            .map(FileRow::into_attachment)
            .map(|picture| Attachment { url: preview_url(picture.id, message), ..picture });
        LinkPreview { url, title, site_name, description, picture }
    });
    Ok(shown.collect())
}

/// What a message shows of its links.
///
/// # Errors
/// The database's.
pub async fn of_message(conn: &mut PgConn, message: MessageId) -> QueryResult<Vec<LinkPreview>> {
    let found = details::only(conn, OF_MESSAGES, &[message], None).await?;
    let found = found.into_iter().next();
    found.map_or_else(|| Ok(Vec::new()), |(message, data)| previews(message, data))
}

/// What was found at a link. Without a title nothing is shown.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = link_previews)]
pub struct NewPreview {
    pub id: Uuid,
    pub url: String,
    pub title: Option<String>,
    pub site_name: Option<String>,
    pub description: Option<String>,
    pub picture_id: Option<FileId>,
}

impl NewPreview {
    /// Nothing to show.
    #[must_use]
    pub fn empty(id: Uuid, url: &str) -> Self {
        let url = url.to_owned();
        Self { id, url, title: None, site_name: None, description: None, picture_id: None }
    }

    /// # Errors
    /// The database's.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<()> {
        diesel::insert_into(link_previews::table).values(self).execute(conn).await.map(drop)
    }
}

/// What is known of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Known {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Whether there is something to show.
    #[diesel(sql_type = Bool)]
    pub is_shown: bool,
}

/// What was found at a link a short time ago.
///
/// # Errors
/// The database's.
pub async fn fresh(conn: &mut PgConn, url: &str) -> QueryResult<Option<Known>> {
    diesel::sql_query(
        "SELECT id, title IS NOT NULL AS is_shown FROM link_previews \
         WHERE url = $1 AND fetched_at > now() - make_interval(hours => \
             CASE WHEN title IS NULL THEN $2 ELSE $3 END) \
         ORDER BY fetched_at DESC LIMIT 1",
    )
    .bind::<Text, _>(url)
    .bind::<Integer, _>(EMPTY_HOURS)
    .bind::<Integer, _>(FRESH_HOURS)
    .get_result(conn)
    .await
    .optional()
}

/// The ids of what a message shows, in order.
///
/// # Errors
/// The database's.
pub async fn ids(conn: &mut PgConn, message: MessageId) -> QueryResult<Vec<Uuid>> {
    message_previews::table
        .filter(message_previews::message_id.eq(message))
        .order(message_previews::position)
        .select(message_previews::preview_id)
        .load(conn)
        .await
}

/// What a message shows, by link.
///
/// # Errors
/// The database's.
pub async fn shown(conn: &mut PgConn, message: MessageId) -> QueryResult<HashMap<String, Uuid>> {
    let rows: Vec<(String, Uuid)> = message_previews::table
        .inner_join(link_previews::table.on(link_previews::id.eq(message_previews::preview_id)))
        .filter(message_previews::message_id.eq(message))
        .select((link_previews::url, link_previews::id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Shows these with a message, in their order, and no others.
///
/// # Errors
/// The database's.
pub async fn show(conn: &mut PgConn, message: MessageId, ids: &[Uuid]) -> QueryResult<()> {
    forget(conn, &[message]).await?;
    diesel::sql_query(
        "INSERT INTO message_previews (message_id, position, preview_id) \
         SELECT $1, t.position, t.id FROM unnest($2::uuid[]) WITH ORDINALITY AS t (id, position)",
    )
    .bind::<SqlUuid, _>(message.0)
    .bind::<Array<SqlUuid>, _>(ids)
    .execute(conn)
    .await
    .map(drop)
}

/// Shows nothing more of other links than these with a message.
///
/// # Errors
/// The database's.
pub async fn keep(conn: &mut PgConn, message: MessageId, urls: &[String]) -> QueryResult<()> {
    let kept = link_previews::table.filter(link_previews::url.eq_any(urls));
    let rows = message_previews::table
        .filter(message_previews::message_id.eq(message))
        .filter(message_previews::preview_id.ne_all(kept.select(link_previews::id)));
    diesel::delete(rows).execute(conn).await.map(drop)
}

/// Shows nothing with these messages.
///
/// # Errors
/// The database's.
pub async fn forget(conn: &mut PgConn, messages: &[MessageId]) -> QueryResult<usize> {
    let rows = message_previews::table.filter(message_previews::message_id.eq_any(messages));
    diesel::delete(rows).execute(conn).await
}

/// Shows nothing with a message, now and after edits.
///
/// # Errors
/// The database's.
pub async fn hide(conn: &mut PgConn, message: MessageId) -> QueryResult<usize> {
    diesel::insert_into(hidden_previews::table)
        .values(hidden_previews::message_id.eq(message))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    forget(conn, &[message]).await
}

/// Whether nothing is to be shown with a message.
///
/// # Errors
/// The database's.
pub async fn is_hidden(conn: &mut PgConn, message: MessageId) -> QueryResult<bool> {
    let hidden = hidden_previews::table.find(message);
    diesel::select(diesel::dsl::exists(hidden)).get_result(conn).await
}

/// Whether a message shows the picture.
///
/// # Errors
/// The database's.
pub async fn shows(conn: &mut PgConn, message: MessageId, picture: FileId) -> QueryResult<bool> {
    let rows = message_previews::table
        .inner_join(link_previews::table.on(link_previews::id.eq(message_previews::preview_id)))
        .filter(message_previews::message_id.eq(message))
        .filter(link_previews::picture_id.eq(picture));
    diesel::select(diesel::dsl::exists(rows)).get_result(conn).await
}

/// Gives up the pictures of at most so many that no message shows, the oldest first; the trigger `release_file` does
/// it. Those of the last hour may be on their way to a message. Returns how many.
///
/// # Errors
/// The database's.
pub async fn give_up_pictures(conn: &mut PgConn, limit: usize) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE link_previews SET picture_id = NULL WHERE id IN (SELECT p.id FROM link_previews p \
         WHERE p.picture_id IS NOT NULL AND p.fetched_at < now() - interval '1 hour' \
         AND NOT EXISTS (SELECT FROM message_previews mp WHERE mp.preview_id = p.id) \
         ORDER BY p.fetched_at LIMIT $1 FOR UPDATE SKIP LOCKED)",
    )
    .bind::<BigInt, _>(i64::try_from(limit).unwrap_or(i64::MAX))
    .execute(conn)
    .await
}

/// Forgets at most so many that no message shows any more; the trigger `release_file` gives up the
/// pictures. Returns how many.
///
/// # Errors
/// The database's.
pub async fn delete_old(conn: &mut PgConn, limit: usize) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM link_previews WHERE id IN (SELECT p.id FROM link_previews p \
         WHERE p.fetched_at < now() - make_interval(days => $1) \
         AND NOT EXISTS (SELECT FROM message_previews mp WHERE mp.preview_id = p.id) \
         ORDER BY p.fetched_at LIMIT $2)",
    )
    .bind::<Integer, _>(KEPT_DAYS)
    .bind::<BigInt, _>(i64::try_from(limit).unwrap_or(i64::MAX))
    .execute(conn)
    .await
}
