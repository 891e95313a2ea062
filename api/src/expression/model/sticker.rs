//! `stickers`.

use crate::platform::db::PgConn;
use crate::platform::schema::{messages, stickers};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::expression::Sticker;
use shared::ids::{PackId, StickerId};

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

    #[must_use]
    pub fn id(&self) -> StickerId {
        self.id
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
