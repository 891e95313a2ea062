//! `deliveries`.

use crate::platform::db::PgConn;
use crate::platform::schema::deliveries as d;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::ids::UserId;
use shared::notifications::Delivery;
use uuid::Uuid;

/// Writes down a try; of several the last one counts.
pub(super) async fn note(
    conn: &mut PgConn,
    user: UserId,
    about: &str,
    letter: Uuid,
    error: Option<&str>,
) -> QueryResult<()> {
    let outcome = (d::sent.eq(error.is_none()), d::error.eq(error), d::at.eq(diesel::dsl::now));
    diesel::insert_into(d::table)
        .values((
            d::id.eq(letter),
            d::user_id.eq(user),
            d::channel.eq("email"),
            d::about.eq(about),
            outcome,
        ))
        .on_conflict(d::id)
        .do_update()
        .set(outcome)
        .execute(conn)
        .await
        .map(drop)
}

/// Where a page ends.
pub type Key = (DateTime<Utc>, Uuid);

/// A person's deliveries before a key, newest first, with their keys.
///
/// # Errors
/// The database's.
pub async fn list(
    conn: &mut PgConn,
    user: UserId,
    before: Option<Key>,
    limit: i64,
) -> QueryResult<Vec<(Key, Delivery)>> {
    type Row = (Uuid, String, String, bool, Option<String>, DateTime<Utc>);
    let mut query = d::table
        .filter(d::user_id.eq(user))
        .order((d::at.desc(), d::id.desc()))
        .limit(limit)
        .select((d::id, d::channel, d::about, d::sent, d::error, d::at))
        .into_boxed();
    if let Some((at, id)) = before {
        query = query.filter(d::at.lt(at).or(d::at.eq(at).and(d::id.lt(id))));
    }
    let rows: Vec<Row> = query.load(conn).await?;
    let wire = |(id, channel, about, sent, error, at)| {
        ((at, id), Delivery { channel, about, sent, error, at })
    };
    Ok(rows.into_iter().map(wire).collect())
}

/// Forgets deliveries of long ago; returns how many.
///
/// # Errors
/// The database's.
pub async fn delete_old(conn: &mut PgConn) -> QueryResult<usize> {
    let before = Utc::now() - chrono::TimeDelta::days(90);
    diesel::delete(d::table.filter(d::at.lt(before))).execute(conn).await
}
