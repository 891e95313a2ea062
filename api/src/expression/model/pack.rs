//! `sticker_packs` as one person sees them.

use crate::platform::db::PgConn;
use crate::platform::schema::sticker_packs;
use crate::platform::sql::containing;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::expression::{PackVisibility, StickerPack};
use shared::ids::{PackId, StickerId, UserId};
use uuid::Uuid;

/// A pack that is not deleted.
#[derive(Clone, Debug, QueryableByName)]
pub struct PackRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    owner_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    author: Option<Value>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    description: Option<String>,
    #[diesel(sql_type = Text)]
    visibility: String,
    #[diesel(sql_type = Nullable<Text>)]
    thumbnail_url: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub sticker_count: i64,
    #[diesel(sql_type = Bool)]
    installed: bool,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

/// `$1` is the person who looks.
const SELECT: &str = "SELECT p.id, p.owner_id, p.name, p.description, p.visibility, p.created_at, \
     CASE WHEN u.id IS NOT NULL THEN jsonb_build_object('id', u.id, 'nickname', u.nickname, \
      'display_name', u.display_name, 'avatar_url', u.avatar_url, 'is_bot', u.is_bot) END AS author, \
     coalesce(t.url, (SELECT s.url FROM stickers s WHERE s.pack_id = p.id AND s.deleted_at IS NULL \
      ORDER BY s.position, s.id LIMIT 1)) AS thumbnail_url, \
     (SELECT count(*) FROM stickers s WHERE s.pack_id = p.id AND s.deleted_at IS NULL) \
      AS sticker_count, \
     CASE WHEN p.is_builtin THEN NOT coalesce(i.hidden, false) \
      ELSE i.user_id IS NOT NULL END AS installed \
     FROM sticker_packs p LEFT JOIN users u ON u.id = p.owner_id \
     LEFT JOIN stickers t ON t.id = p.thumbnail_id AND t.deleted_at IS NULL \
     LEFT JOIN installed_packs i ON i.pack_id = p.id AND i.user_id = $1 \
     WHERE p.deleted_at IS NULL AND (p.visibility <> 'private' OR p.owner_id = $1)";

/// Which packs a list shows.
#[derive(Clone, Debug, Default)]
pub struct PackFilter {
    /// Only the person's own, instead of the public ones.
    pub own: bool,
    /// Only names with this in it.
    pub name: Option<String>,
}

impl PackRow {
    #[must_use]
    pub fn id(&self) -> PackId {
        PackId(self.id)
    }

    #[must_use]
    pub fn owner_id(&self) -> Option<UserId> {
        self.owner_id.map(UserId)
    }

    /// The wire form.
    ///
    /// # Errors
    /// The query and the type do not fit.
    pub fn into_pack(self, reader: UserId) -> QueryResult<StickerPack> {
        let author = self.author.map(serde_json::from_value).transpose();
        Ok(StickerPack {
            id: PackId(self.id),
            own: self.owner_id == Some(reader.0),
            author: author.map_err(|e| diesel::result::Error::DeserializationError(e.into()))?,
            visibility: PackVisibility::from_key(&self.visibility).unwrap_or_default(),
            name: self.name,
            description: self.description,
            thumbnail_url: self.thumbnail_url,
            sticker_count: self.sticker_count,
            installed: self.installed,
            created_at: self.created_at,
        })
    }

    /// A pack, if the person may see it.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &mut PgConn, reader: UserId, id: PackId) -> QueryResult<Self> {
        diesel::sql_query(format!("{SELECT} AND p.id = $2"))
            .bind::<SqlUuid, _>(reader.0)
            .bind::<SqlUuid, _>(id.0)
            .get_result(conn)
            .await
    }

    /// Holds back other changes of this pack until the transaction ends.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn lock(conn: &mut PgConn, id: PackId) -> QueryResult<()> {
        sticker_packs::table
            .find(id)
            .select(sticker_packs::id)
            .for_no_key_update()
            .get_result::<PackId>(conn)
            .await
            .map(drop)
    }

    /// Packs before an id, newest first: public ones with something in them, or the person's own.
    ///
    /// # Errors
    /// The database's.
    pub async fn page_before(
        conn: &mut PgConn,
        reader: UserId,
        filter: &PackFilter,
        before: Option<PackId>,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        let which = match filter.own {
            true => "p.owner_id = $1",
            false => {
                "p.visibility = 'public' AND EXISTS (SELECT 1 FROM stickers s \
                 WHERE s.pack_id = p.id AND s.deleted_at IS NULL)"
            }
        };
        let pattern = filter.name.as_deref().map(containing);
        diesel::sql_query(format!(
            "{SELECT} AND {which} AND ($2 IS NULL OR p.id < $2) AND ($3 IS NULL OR p.name ILIKE $3) \
             ORDER BY p.id DESC LIMIT $4"
        ))
        .bind::<SqlUuid, _>(reader.0)
        .bind::<Nullable<SqlUuid>, _>(before.map(|id| id.0))
        .bind::<Nullable<Text>, _>(pattern)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await
    }

    /// The packs that a person has at hand, in his order; those that come with the server last.
    ///
    /// # Errors
    /// The database's.
    pub async fn installed(conn: &mut PgConn, reader: UserId) -> QueryResult<Vec<Self>> {
        diesel::sql_query(format!(
            "{SELECT} AND CASE WHEN p.is_builtin THEN NOT coalesce(i.hidden, false) \
             ELSE i.user_id IS NOT NULL END \
             ORDER BY i.position IS NULL, i.position, i.added_at, p.id"
        ))
        .bind::<SqlUuid, _>(reader.0)
        .load(conn)
        .await
    }
}

/// The packs that a person has made, held until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn of_owner(conn: &mut PgConn, owner: UserId) -> QueryResult<Vec<PackId>> {
    sticker_packs::table
        .filter(sticker_packs::owner_id.eq(owner).and(sticker_packs::deleted_at.is_null()))
        .order(sticker_packs::id)
        .select(sticker_packs::id)
        .for_no_key_update()
        .load(conn)
        .await
}

/// How many packs a person has made.
///
/// # Errors
/// The database's.
pub async fn count(conn: &mut PgConn, owner: UserId) -> QueryResult<i64> {
    sticker_packs::table
        .filter(sticker_packs::owner_id.eq(owner).and(sticker_packs::deleted_at.is_null()))
        .count()
        .get_result(conn)
        .await
}

/// A pack to insert.
#[derive(Insertable)]
#[diesel(table_name = sticker_packs)]
pub struct NewPack<'a> {
    pub id: PackId,
    pub owner_id: UserId,
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub visibility: &'a str,
}

impl NewPack<'_> {
    /// # Errors
    /// The database's.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<()> {
        diesel::insert_into(sticker_packs::table).values(self).execute(conn).await.map(drop)
    }
}

/// What an edit changes; `None` keeps.
#[derive(Default, AsChangeset)]
#[diesel(table_name = sticker_packs)]
pub struct PackChanges<'a> {
    pub name: Option<&'a str>,
    pub description: Option<Option<&'a str>>,
    pub visibility: Option<&'a str>,
    pub thumbnail_id: Option<Option<StickerId>>,
    pub deleted_at: Option<DateTime<Utc>>,
}

impl PackChanges<'_> {
    /// Writes what there is.
    ///
    /// # Errors
    /// The database's.
    pub async fn save(&self, conn: &mut PgConn, id: PackId) -> QueryResult<()> {
        let same = sticker_packs::id.eq(id);
        diesel::update(sticker_packs::table.find(id))
            .set((self, same))
            .execute(conn)
            .await
            .map(drop)
    }
}
