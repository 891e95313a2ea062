//! `space_order`: the order a person has chosen for his spaces.

use crate::platform::db::PgConn;
use crate::platform::schema::{space_members, space_order};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::ids::{SpaceId, UserId};

/// Replaces the order. Spaces of which the person is no member are passed over; returns what stands.
///
/// # Errors
/// The database's.
pub async fn replace(
    conn: &mut PgConn,
    user: UserId,
    spaces: &[SpaceId],
) -> QueryResult<Vec<SpaceId>> {
    let own: Vec<SpaceId> = space_members::table
        .filter(space_members::user_id.eq(user).and(space_members::space_id.eq_any(spaces)))
        .select(space_members::space_id)
        // They do not leave meanwhile.
        .for_key_share()
        .load(conn)
        .await?;
    let kept: Vec<SpaceId> = spaces.iter().copied().filter(|id| own.contains(id)).collect();
    diesel::delete(space_order::table.filter(space_order::user_id.eq(user))).execute(conn).await?;
    let rows: Vec<_> = kept
        .iter()
        .zip(0_i32..)
        .map(|(id, at)| {
            (
                space_order::user_id.eq(user),
                space_order::space_id.eq(id),
                space_order::position.eq(at),
            )
        })
        .collect();
    diesel::insert_into(space_order::table).values(rows).execute(conn).await?;
    Ok(kept)
}
