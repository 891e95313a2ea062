//! Rows of `files`.

use crate::platform::db::PgConn;
use crate::platform::schema::files;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use shared::files::{Attachment, FileHint, FileKind, thumbnail_url, url};
use shared::ids::{ChatId, FileId, MessageId, SpaceId, UserId};
use std::borrow::Cow;

/// For those who see its message.
pub const ATTACHMENT: &str = "attachment";
/// Of a person, a space or a sticker: for everybody who knows its id.
pub const PICTURE: &str = "picture";
/// Of a page that messages link to: for those who see one that shows it.
pub const PREVIEW: &str = "preview";

/// A file.
#[derive(Clone, Debug, Deserialize, Queryable, Selectable)]
#[diesel(table_name = files)]
pub struct FileRow {
    pub id: FileId,
    pub owner_id: Option<UserId>,
    purpose: String,
    pub chat_id: Option<ChatId>,
    pub message_id: Option<MessageId>,
    kind: String,
    pub name: String,
    pub mime: String,
    pub size: i64,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub blurhash: Option<String>,
    pub duration_ms: Option<i64>,
    pub animated: bool,
    pub has_thumbnail: bool,
}

impl FileRow {
    #[must_use]
    pub fn kind(&self) -> FileKind {
        FileKind::from_key(&self.kind).unwrap_or_default()
    }

    /// Whether everybody may load it.
    #[must_use]
    pub fn is_picture(&self) -> bool {
        self.purpose == PICTURE
    }

    /// Whether it is the picture of a page that messages link to.
    #[must_use]
    pub fn is_preview(&self) -> bool {
        self.purpose == PREVIEW
    }

    /// What an answer to a message with this file shows of it.
    #[must_use]
    pub fn hint(&self) -> FileHint {
        FileHint { kind: self.kind(), name: self.name.clone() }
    }

    /// The wire form.
    #[must_use]
    pub fn into_attachment(self) -> Attachment {
        Attachment {
            kind: self.kind(),
            url: url(self.id),
            thumbnail_url: self.has_thumbnail.then(|| thumbnail_url(self.id)),
            id: self.id,
            name: self.name,
            mime: self.mime,
            size: self.size,
            width: self.width,
            height: self.height,
            blurhash: self.blurhash,
            duration_ms: self.duration_ms,
            animated: self.animated,
        }
    }

    /// A file whose bytes are there and that nobody gave up.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &mut PgConn, id: FileId) -> QueryResult<Self> {
        files::table
            .find(id)
            .filter(files::stored_at.is_not_null().and(files::doomed_at.is_null()))
            .select(Self::as_select())
            .first(conn)
            .await
    }

    /// As [`Self::find`], and nobody else changes it until the transaction ends.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub async fn lock(conn: &mut PgConn, id: FileId) -> QueryResult<Self> {
        files::table
            .find(id)
            .filter(files::stored_at.is_not_null().and(files::doomed_at.is_null()))
            .select(Self::as_select())
            .for_update()
            .first(conn)
            .await
    }
}

/// A file to insert.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = files)]
pub struct NewFile {
    pub id: FileId,
    pub owner_id: Option<UserId>,
    pub space_id: Option<SpaceId>,
    pub purpose: &'static str,
    pub chat_id: Option<ChatId>,
    pub kind: &'static str,
    pub name: String,
    pub mime: Cow<'static, str>,
    pub size: i64,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub blurhash: Option<String>,
    pub duration_ms: Option<i64>,
    pub animated: bool,
    pub has_thumbnail: bool,
}

impl NewFile {
    /// # Errors
    /// The database's.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<()> {
        diesel::insert_into(files::table).values(self).execute(conn).await.map(drop)
    }
}

/// The bytes are there.
///
/// # Errors
/// `NotFound` when it was given up meanwhile, or the database's.
pub async fn mark_stored(conn: &mut PgConn, id: FileId) -> QueryResult<FileRow> {
    diesel::update(files::table.find(id))
        .filter(files::doomed_at.is_null())
        .set(files::stored_at.eq(diesel::dsl::now))
        .returning(FileRow::as_returning())
        .get_result(conn)
        .await
}

/// Something uses it from now on.
///
/// # Errors
/// `NotFound` when it is not there any more, or the database's.
pub async fn mark_used(conn: &mut PgConn, id: FileId) -> QueryResult<FileId> {
    diesel::update(files::table.find(id))
        .filter(files::doomed_at.is_null())
        .set(files::used_at.eq(diesel::dsl::now))
        .returning(files::id)
        .get_result(conn)
        .await
}

/// Gives a file up; the sweep does the rest.
///
/// # Errors
/// The database's.
pub async fn doom(conn: &mut PgConn, id: FileId) -> QueryResult<()> {
    diesel::update(files::table.find(id))
        .filter(files::doomed_at.is_null())
        .set(files::doomed_at.eq(diesel::dsl::now))
        .execute(conn)
        .await
        .map(drop)
}

/// As [`doom`], unless a message took it.
///
/// # Errors
/// The database's.
pub async fn doom_free(conn: &mut PgConn, id: FileId) -> QueryResult<()> {
    diesel::update(files::table.find(id))
        .filter(files::message_id.is_null().and(files::doomed_at.is_null()))
        .set(files::doomed_at.eq(diesel::dsl::now))
        .execute(conn)
        .await
        .map(drop)
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// Waits for others who count the same room, until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn lock_room(conn: &mut PgConn, of: &str) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(7403, hashtext($1))")
        .bind::<Text, _>(of)
        .execute(conn)
        .await
        .map(drop)
}

/// Bytes of a person's files.
///
/// # Errors
/// The database's.
pub async fn used_by_person(conn: &mut PgConn, user: UserId) -> QueryResult<i64> {
    let sql = "SELECT coalesce(sum(size), 0)::bigint AS bytes FROM files \
               WHERE owner_id = $1 AND doomed_at IS NULL";
    let sum: Sum =
        diesel::sql_query(sql).bind::<diesel::sql_types::Uuid, _>(user.0).get_result(conn).await?;
    Ok(sum.bytes)
}

/// Bytes of a space's files.
///
/// # Errors
/// The database's.
pub async fn used_by_space(conn: &mut PgConn, space: SpaceId) -> QueryResult<i64> {
    let sql = "SELECT coalesce(sum(size), 0)::bigint AS bytes FROM files \
               WHERE space_id = $1 AND doomed_at IS NULL";
    let sum: Sum =
        diesel::sql_query(sql).bind::<diesel::sql_types::Uuid, _>(space.0).get_result(conn).await?;
    Ok(sum.bytes)
}

/// Bytes of the pictures of pages that messages link to.
///
/// # Errors
/// The database's.
pub async fn used_by_previews(conn: &mut PgConn) -> QueryResult<i64> {
    let sql = "SELECT coalesce(sum(size), 0)::bigint AS bytes FROM files \
               WHERE purpose = 'preview' AND doomed_at IS NULL";
    let sum: Sum = diesel::sql_query(sql).get_result(conn).await?;
    Ok(sum.bytes)
}

#[derive(QueryableByName)]
struct Gone {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: uuid::Uuid,
}

/// Dooms what nobody uses: uploads that no message took in time, files of deleted messages and
/// spaces, pictures that were never shown. Returns up to `limit` doomed files.
///
/// # Errors
/// The database's.
pub async fn doomed(
    conn: &mut PgConn,
    loose_before: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<FileId>> {
    // Conditions on the row itself: one that a message takes meanwhile is looked at again.
    diesel::sql_query(
        "UPDATE files SET doomed_at = now() WHERE doomed_at IS NULL AND message_id IS NULL \
         AND created_at < $1 AND (purpose = 'attachment' OR used_at IS NULL)",
    )
    .bind::<diesel::sql_types::Timestamptz, _>(loose_before)
    .execute(conn)
    .await?;
    let rows: Vec<Gone> = diesel::sql_query(
        "SELECT id FROM files WHERE doomed_at IS NOT NULL ORDER BY doomed_at LIMIT $1",
    )
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| FileId(row.id)).collect())
}

/// Dooms the files of messages that were deleted.
///
/// # Errors
/// The database's.
pub async fn doom_of(conn: &mut PgConn, messages: &[MessageId]) -> QueryResult<()> {
    let own = files::message_id.eq_any(messages).and(files::doomed_at.is_null());
    diesel::update(files::table.filter(own))
        .set(files::doomed_at.eq(Some(Utc::now())))
        .execute(conn)
        .await
        .map(drop)
}

/// Puts doomed files behind all others.
///
/// # Errors
/// The database's.
pub async fn doom_again(conn: &mut PgConn, ids: &[FileId]) -> QueryResult<()> {
    diesel::update(files::table.filter(files::id.eq_any(ids)))
        .set(files::doomed_at.eq(Some(Utc::now())))
        .execute(conn)
        .await
        .map(drop)
}

/// Forgets files whose bytes are gone.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut PgConn, ids: &[FileId]) -> QueryResult<usize> {
    let doomed = files::id.eq_any(ids).and(files::doomed_at.is_not_null());
    diesel::delete(files::table.filter(doomed)).execute(conn).await
}
