//! `installed_packs`: what a person has at hand, in his order.

use crate::platform::db::PgConn;
use crate::platform::schema::{installed_packs, sticker_packs};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::ids::{PackId, UserId};

/// Puts a pack first.
///
/// # Errors
/// The database's.
pub async fn install(conn: &mut PgConn, user: UserId, pack: PackId) -> QueryResult<()> {
    let first: Option<Option<i32>> = installed_packs::table
        .filter(installed_packs::user_id.eq(user))
        .select(diesel::dsl::min(installed_packs::position))
        .first(conn)
        .await
        .optional()?;
    let position = first.flatten().unwrap_or(0).saturating_sub(1);
    diesel::insert_into(installed_packs::table)
        .values((
            installed_packs::user_id.eq(user),
            installed_packs::pack_id.eq(pack),
            installed_packs::position.eq(position),
        ))
        .on_conflict((installed_packs::user_id, installed_packs::pack_id))
        .do_update()
        .set(installed_packs::hidden.eq(false))
        .execute(conn)
        .await
        .map(drop)
}

/// Takes a pack away. One that comes with the server is remembered as unwanted.
///
/// # Errors
/// The database's.
pub async fn uninstall(conn: &mut PgConn, user: UserId, pack: PackId) -> QueryResult<()> {
    let is_builtin: Option<bool> = sticker_packs::table
        .find(pack)
        .select(sticker_packs::is_builtin)
        .first(conn)
        .await
        .optional()?;
    if is_builtin != Some(true) {
        let row = installed_packs::table.find((user, pack));
        return diesel::delete(row).execute(conn).await.map(drop);
    }
    diesel::insert_into(installed_packs::table)
        .values((
            installed_packs::user_id.eq(user),
            installed_packs::pack_id.eq(pack),
            installed_packs::hidden.eq(true),
        ))
        .on_conflict((installed_packs::user_id, installed_packs::pack_id))
        .do_update()
        .set(installed_packs::hidden.eq(true))
        .execute(conn)
        .await
        .map(drop)
}

/// Takes everything from a person's hand.
///
/// # Errors
/// The database's.
pub async fn uninstall_all(conn: &mut PgConn, user: UserId) -> QueryResult<()> {
    let his = installed_packs::table.filter(installed_packs::user_id.eq(user));
    diesel::delete(his).execute(conn).await.map(drop)
}

/// How many packs a person has at hand.
///
/// # Errors
/// The database's.
pub async fn count(conn: &mut PgConn, user: UserId) -> QueryResult<i64> {
    installed_packs::table
        .filter(installed_packs::user_id.eq(user).and(installed_packs::hidden.eq(false)))
        .count()
        .get_result(conn)
        .await
}

/// Gives a person's packs their places: as in the list, from 0.
///
/// # Errors
/// The database's.
pub async fn order(conn: &mut PgConn, user: UserId, packs: &[PackId]) -> QueryResult<()> {
    let ids: Vec<uuid::Uuid> = packs.iter().map(|id| id.0).collect();
    diesel::sql_query(
        "INSERT INTO installed_packs (user_id, pack_id, position) \
         SELECT $1, p.id, wanted.place - 1 FROM unnest($2::uuid[]) WITH ORDINALITY \
         AS wanted (id, place) JOIN sticker_packs p ON p.id = wanted.id \
         LEFT JOIN installed_packs i ON i.pack_id = p.id AND i.user_id = $1 \
         WHERE p.is_builtin OR i.user_id IS NOT NULL \
         ON CONFLICT (user_id, pack_id) DO UPDATE SET position = excluded.position",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Array<SqlUuid>, _>(ids)
    .execute(conn)
    .await
    .map(drop)
}
