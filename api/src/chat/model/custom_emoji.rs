//! The emoji of spaces, where somebody reacts with one.

use crate::platform::db::PgConn;
use crate::platform::schema::space_emoji;
use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::ids::SpaceId;

/// Whether the space has an emoji of this name.
///
/// # Errors
/// The database's.
pub async fn is_known(conn: &mut PgConn, space: SpaceId, name: &str) -> QueryResult<bool> {
    let own =
        space_emoji::table.filter(space_emoji::space_id.eq(space).and(space_emoji::name.eq(name)));
    select(exists(own)).get_result(conn).await
}
