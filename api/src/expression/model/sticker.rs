//! `stickers`.

use crate::platform::db::PgConn;
use crate::platform::schema::{messages, stickers};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::expression::Sticker;
use shared::ids::{FileId, PackId, StickerId};

/// A sticker.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = stickers)]
pub struct StickerRow {
    id: StickerId,
    pack_id: PackId,
    name: String,
    shortcode: Option<String>,
    url: String,
    width: i32,
    height: i32,
}

impl From<StickerRow> for Sticker {
    fn from(row: StickerRow) -> Self {
        let StickerRow { id, pack_id, name, shortcode, url, width, height } = row;
        Self { id, pack_id, name, shortcode, url, width, height }
    }
}

impl StickerRow {
    /// The stickers of a pack in order.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_pack(conn: &mut PgConn, pack: PackId) -> QueryResult<Vec<Self>> {
        stickers::table
            .filter(stickers::pack_id.eq(pack).and(stickers::deleted_at.is_null()))
            .order((stickers::position, stickers::id))
            .select(Self::as_select())
            .load(conn)
            .await
    }

    /// A sticker of this pack.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &mut PgConn, pack: PackId, id: StickerId) -> QueryResult<Self> {
        stickers::table
            .find(id)
            .filter(stickers::pack_id.eq(pack).and(stickers::deleted_at.is_null()))
            .select(Self::as_select())
            .first(conn)
            .await
    }

    #[must_use]
    pub fn id(&self) -> StickerId {
        self.id
    }
}

/// A sticker to insert, as the last one of its pack.
#[derive(Insertable)]
#[diesel(table_name = stickers)]
pub struct NewSticker<'a> {
    pub id: StickerId,
    pub pack_id: PackId,
    pub name: &'a str,
    pub shortcode: Option<&'a str>,
    pub position: i32,
    pub file_id: FileId,
    pub url: &'a str,
    pub width: i32,
    pub height: i32,
}

impl NewSticker<'_> {
    /// # Errors
    /// The database's; a shortcode the pack has violates `stickers_shortcode`.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<StickerRow> {
        diesel::insert_into(stickers::table)
            .values(self)
            .returning(StickerRow::as_returning())
            .get_result(conn)
            .await
    }
}

/// The place after the last sticker of a pack.
///
/// # Errors
/// The database's.
pub async fn next_position(conn: &mut PgConn, pack: PackId) -> QueryResult<i32> {
    let last: Option<i32> = stickers::table
        .filter(stickers::pack_id.eq(pack))
        .select(diesel::dsl::max(stickers::position))
        .first(conn)
        .await?;
    Ok(last.unwrap_or(0).saturating_add(1))
}

/// What an edit changes; `None` keeps.
#[derive(Default, AsChangeset)]
#[diesel(table_name = stickers)]
pub struct StickerChanges<'a> {
    pub name: Option<&'a str>,
    pub shortcode: Option<Option<&'a str>>,
}

impl StickerChanges<'_> {
    /// Writes what there is.
    ///
    /// # Errors
    /// The database's.
    pub async fn save(&self, conn: &mut PgConn, id: StickerId) -> QueryResult<StickerRow> {
        diesel::update(stickers::table.find(id))
            .set((self, stickers::id.eq(id)))
            .returning(StickerRow::as_returning())
            .get_result(conn)
            .await
    }
}

/// Takes a sticker out of its pack. One that no message shows goes with its picture.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut PgConn, id: StickerId) -> QueryResult<()> {
    let uses = messages::table.filter(messages::sticker_id.eq(id)).select(messages::id);
    if diesel::select(diesel::dsl::exists(uses)).get_result(conn).await? {
        let row = diesel::update(stickers::table.find(id));
        return row.set(stickers::deleted_at.eq(diesel::dsl::now)).execute(conn).await.map(drop);
    }
    diesel::delete(stickers::table.find(id)).execute(conn).await.map(drop)
}

/// Gives a pack's stickers their places: as in the list, from 1.
///
/// # Errors
/// The database's.
pub async fn order(conn: &mut PgConn, pack: PackId, ids: &[StickerId]) -> QueryResult<()> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    diesel::sql_query(
        "UPDATE stickers s SET position = wanted.place FROM unnest($2::uuid[]) WITH ORDINALITY \
         AS wanted (id, place) WHERE s.id = wanted.id AND s.pack_id = $1",
    )
    .bind::<SqlUuid, _>(pack.0)
    .bind::<Array<SqlUuid>, _>(ids)
    .execute(conn)
    .await
    .map(drop)
}
