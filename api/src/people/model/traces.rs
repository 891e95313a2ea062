//! What stands in the way of ending an account.

use crate::platform::db::PgConn;
use crate::platform::schema::spaces;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::ids::{SpaceId, UserId};
use shared::people::OwnedSpace;

/// The spaces that nobody else could rule.
///
/// # Errors
/// The database's.
pub async fn owned_spaces(conn: &mut PgConn, user: UserId) -> QueryResult<Vec<OwnedSpace>> {
    let rows: Vec<(SpaceId, String, i64)> = spaces::table
        .filter(spaces::owner_id.eq(user))
        .order(spaces::name)
        .select((spaces::id, spaces::name, spaces::member_count))
        .load(conn)
        .await?;
    let owned = |(id, name, member_count)| OwnedSpace { id, name, member_count };
    Ok(rows.into_iter().map(owned).collect())
}
