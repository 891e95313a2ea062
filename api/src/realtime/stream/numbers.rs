//! Appending to the log in two steps, for those who have something else to send the database with
//! each: the numbers, then the events.

use super::Delivery;
use crate::platform::db::PgConn;
use crate::platform::prepared::prepared;
use crate::platform::schema::streams;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;
use shared::event::Event;
use shared::topic::Topic;
use std::sync::Arc;

/// Numbers that a topic gave away.
#[must_use = "a number without an event is a hole in the log"]
pub struct Reserved {
    topic: Topic,
    last: i64,
}

/// Events with their numbers: [`Numbered::write`], then [`Tx::tell`].
#[must_use = "what is written must be told"]
pub struct Numbered(pub(super) Vec<Arc<Delivery>>);

/// Takes the topic's next `count` numbers, in a transaction.
///
/// # Errors
/// The database's.
pub async fn reserve(conn: &PgConn, topic: Topic, count: usize) -> QueryResult<Reserved> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let insert = diesel::insert_into(streams::table)
        .values((streams::topic.eq(topic.to_string()), streams::seq.eq(count)))
        .on_conflict(streams::topic)
        .do_update()
        .set(streams::seq.eq(streams::seq + count))
        .returning(streams::seq);
    let last = prepared(insert).get_result(&mut &*conn).await?;
    Ok(Reserved { topic, last })
}

impl Reserved {
    pub(super) fn last(self) -> i64 {
        self.last
    }

    /// Gives the numbers to as many events.
    pub fn number(self, events: Vec<Event>) -> Numbered {
        let first = self.last - i64::try_from(events.len()).unwrap_or(i64::MAX) + 1;
        let make = |(seq, event)| Arc::new(Delivery::new(self.topic, Some(seq), None, event));
        Numbered((first..).zip(events).map(make).collect())
    }
}

impl Numbered {
    /// Appends them to the log, in the same transaction.
    ///
    /// # Errors
    /// The database's.
    pub async fn write(&self, conn: &PgConn) -> QueryResult<()> {
        let Some(first) = self.0.as_slice().first() else { return Ok(()) };
        let parts = self.0.iter().map(|made| (made.seq.unwrap_or_default(), &*made.frame));
        let (seqs, frames): (Vec<i64>, Vec<&str>) = parts.unzip();
        let query = diesel::sql_query(
            "INSERT INTO events (topic, seq, frame) \
             SELECT $1, t.seq, t.frame FROM unnest($2::bigint[], $3::text[]) AS t (seq, frame)",
        )
        .bind::<Text, _>(first.topic.to_string())
        .bind::<Array<BigInt>, _>(seqs)
        .bind::<Array<Text>, _>(frames);
        prepared(query).execute(&mut &*conn).await.map(drop)
    }
}
