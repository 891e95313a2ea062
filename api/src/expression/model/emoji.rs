//! `space_emoji`.

use crate::platform::db::PgConn;
use crate::platform::schema::space_emoji;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::expression::SpaceEmoji;
use shared::ids::{EmojiId, FileId, SpaceId, UserId};

/// An emoji of a space.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = space_emoji)]
pub struct EmojiRow {
    id: EmojiId,
    space_id: SpaceId,
    name: String,
    url: String,
    created_by: Option<UserId>,
    created_at: DateTime<Utc>,
}

impl From<EmojiRow> for SpaceEmoji {
    fn from(row: EmojiRow) -> Self {
        let EmojiRow { id, space_id, name, url, created_by, created_at } = row;
        Self { id, space_id, name, url, created_by, created_at }
    }
}

impl EmojiRow {
    /// The emoji of a space by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_space(conn: &mut PgConn, space: SpaceId) -> QueryResult<Vec<Self>> {
        space_emoji::table
            .filter(space_emoji::space_id.eq(space))
            .order(space_emoji::name)
            .select(Self::as_select())
            .load(conn)
            .await
    }
}

/// How many emoji a space has.
///
/// # Errors
/// The database's.
pub async fn count(conn: &mut PgConn, space: SpaceId) -> QueryResult<i64> {
    let own = space_emoji::table.filter(space_emoji::space_id.eq(space));
    own.count().get_result(conn).await
}

/// An emoji to insert.
#[derive(Insertable)]
#[diesel(table_name = space_emoji)]
pub struct NewEmoji<'a> {
    pub id: EmojiId,
    pub space_id: SpaceId,
    pub name: &'a str,
    pub file_id: FileId,
    pub url: &'a str,
    pub created_by: UserId,
}

impl NewEmoji<'_> {
    /// # Errors
    /// The database's; a name the space has violates `space_emoji_name`.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<EmojiRow> {
        diesel::insert_into(space_emoji::table)
            .values(self)
            .returning(EmojiRow::as_returning())
            .get_result(conn)
            .await
    }
}

/// Gives an emoji of the space another name.
///
/// # Errors
/// `NotFound`, or the database's, as with [`NewEmoji::insert`].
pub async fn rename(
    conn: &mut PgConn,
    space: SpaceId,
    id: EmojiId,
    name: &str,
) -> QueryResult<EmojiRow> {
    diesel::update(space_emoji::table.find(id).filter(space_emoji::space_id.eq(space)))
        .set(space_emoji::name.eq(name))
        .returning(EmojiRow::as_returning())
        .get_result(conn)
        .await
}

/// The name of an emoji of the space.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn name(conn: &mut PgConn, space: SpaceId, id: EmojiId) -> QueryResult<String> {
    let row = space_emoji::table.find(id).filter(space_emoji::space_id.eq(space));
    row.select(space_emoji::name).first(conn).await
}

/// Removes an emoji of the space.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut PgConn, space: SpaceId, id: EmojiId) -> QueryResult<()> {
    let row = space_emoji::table.find(id).filter(space_emoji::space_id.eq(space));
    diesel::delete(row).execute(conn).await.map(drop)
}
