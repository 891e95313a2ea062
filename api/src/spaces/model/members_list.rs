//! The list of members: strongest role first, who is here before who is away, then by nickname.
//!
//! Each role's part is a range of one index, and so is a page: what it costs does not grow with the
//! number of members.

use super::member::MemberRow;
use crate::platform::db::PgConn;
use crate::platform::sql::containing;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::ids::{RoleId, SpaceId, UserId};
use std::collections::HashMap;
use uuid::Uuid;

/// Which members a list shows.
#[derive(Clone, Debug, Default)]
pub struct MemberFilter {
    pub role: Option<RoleId>,
    /// Anywhere in nickname or display name.
    pub name: Option<String>,
    /// Only those who are here (with one of some presences), or who are not.
    pub is_here: Option<bool>,
    /// Who is here.
    pub here: Vec<UserId>,
}

/// Where a page of members ends: the role's priority, whether he is away, the folded nickname, the
/// person.
pub type MemberKey = (i32, bool, String, UserId);

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
    #[diesel(sql_type = Integer)]
    priority: i32,
    #[diesel(sql_type = Bool)]
    is_away: bool,
    #[diesel(sql_type = Text)]
    sort_name: String,
}

/// More people than these with a part of a name are not looked up first: walking the list soon finds
/// enough of them.
const FEW: i64 = 2000;

/// `$1` space, `$2` pattern, `$3` how many.
const NAMED: &str = "(SELECT id AS user_id FROM users \
     WHERE (lower(nickname) || ' ' || lower(coalesce(display_name, ''))) LIKE lower($2) LIMIT $3) \
     UNION SELECT user_id FROM space_members \
         WHERE space_id = $1 AND nickname IS NOT NULL AND nickname ILIKE $2";

/// `$1` space, `$2` role, `$3` pattern, `$4` who is here, `$5`-`$8` the key, `$9` how many, `$10` the
/// smallest id, `$11` who can be meant, when they are few.
/// Those who are here are few and found one by one; of the others each role gives its next ones.
const PAGE: &str = "WITH pages AS ( \
     (SELECT sm.user_id, r.priority, false AS is_away, sm.sort_name \
      FROM space_members sm JOIN roles r ON r.id = sm.role_id \
      WHERE {here} {few} sm.space_id = $1 AND sm.user_id = ANY($4) AND ($2 IS NULL OR sm.role_id = $2) \
        AND ($3 IS NULL OR EXISTS (SELECT 1 FROM users u WHERE u.id = sm.user_id \
             AND (u.nickname ILIKE $3 OR u.display_name ILIKE $3 OR sm.nickname ILIKE $3))) \
        AND ($5 IS NULL OR (-r.priority::bigint, false, sm.sort_name, sm.user_id) > (-$5::bigint, $6, $7, $8)) \
      ORDER BY r.priority DESC, sm.sort_name, sm.user_id LIMIT $9) \
     UNION ALL \
     (SELECT m.user_id, r.priority, true, m.sort_name FROM roles r CROSS JOIN LATERAL ( \
        SELECT sm.user_id, sm.sort_name FROM space_members sm \
        WHERE {away} {few} sm.space_id = $1 AND sm.role_id = r.id AND sm.user_id <> ALL($4) \
          AND (sm.sort_name, sm.user_id) > (CASE WHEN r.priority = $5 AND $6 THEN $7 ELSE '' END, \
               CASE WHEN r.priority = $5 AND $6 THEN $8 ELSE $10 END) \
          AND ($3 IS NULL OR EXISTS (SELECT 1 FROM users u WHERE u.id = sm.user_id \
               AND (u.nickname ILIKE $3 OR u.display_name ILIKE $3 OR sm.nickname ILIKE $3))) \
        ORDER BY sm.sort_name, sm.user_id LIMIT $9) m \
      WHERE r.space_id = $1 AND ($2 IS NULL OR r.id = $2) AND ($5 IS NULL OR r.priority <= $5) \
      ORDER BY r.priority DESC, m.sort_name, m.user_id LIMIT $9)) \
     SELECT * FROM pages ORDER BY priority DESC, is_away, sort_name, user_id LIMIT $9";

/// The members of a space after a key, each with the key of his place.
///
/// # Errors
/// The database's.
pub async fn page_after(
    conn: &mut PgConn,
    space: SpaceId,
    filter: MemberFilter,
    after: Option<MemberKey>,
    limit: i64,
) -> QueryResult<Vec<(MemberRow, MemberKey)>> {
    let here: Vec<Uuid> = filter.here.iter().map(|id| id.0).collect();
    let pattern = filter.name.as_deref().map(containing);
    let few = match &pattern {
        Some(pattern) => few_named(conn, space, pattern).await?,
        None => None,
    };
    let skip = |skipped: bool| if skipped { "false AND" } else { "" };
    let sql = PAGE
        .replace("{few}", if few.is_some() { "sm.user_id = ANY($11) AND" } else { "" })
        .replace("{here}", skip(filter.is_here == Some(false)))
        .replace("{away}", skip(filter.is_here == Some(true)));
    let (priority, is_away, name, id) = match after {
        Some((priority, is_away, name, id)) => (Some(priority), is_away, name, id.0),
        None => (None, false, String::new(), Uuid::nil()),
    };
    let places: Vec<Place> = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(space.0)
        .bind::<Nullable<SqlUuid>, _>(filter.role.map(|role| role.0))
        .bind::<Nullable<Text>, _>(pattern)
        .bind::<Array<SqlUuid>, _>(here)
        .bind::<Nullable<Integer>, _>(priority)
        .bind::<Bool, _>(is_away)
        .bind::<Text, _>(name)
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(limit)
        .bind::<SqlUuid, _>(Uuid::nil())
        .bind::<Array<SqlUuid>, _>(few.unwrap_or_default())
        .load(conn)
        .await?;
    let ids: Vec<UserId> = places.iter().map(|place| UserId(place.user_id)).collect();
    let rows = MemberRow::of_users(conn, space, &ids).await?;
    let mut rows: HashMap<UserId, MemberRow> =
        rows.into_iter().map(|row| (row.user_id(), row)).collect();
    let found = places.into_iter().filter_map(|place| {
        let id = UserId(place.user_id);
        Some((rows.remove(&id)?, (place.priority, place.is_away, place.sort_name, id)))
    });
    Ok(found.collect())
}

/// Who may have this in his name, in the space or not, unless they are many.
async fn few_named(
    conn: &mut PgConn,
    space: SpaceId,
    pattern: &str,
) -> QueryResult<Option<Vec<Uuid>>> {
    #[derive(QueryableByName)]
    struct Named {
        #[diesel(sql_type = SqlUuid)]
        user_id: Uuid,
    }
    let named: Vec<Named> = diesel::sql_query(NAMED)
        .bind::<SqlUuid, _>(space.0)
        .bind::<Text, _>(pattern)
        .bind::<BigInt, _>(FEW)
        .load(conn)
        .await?;
    let are_few = named.len() < FEW as usize;
    Ok(are_few.then(|| named.into_iter().map(|one| one.user_id).collect()))
}
