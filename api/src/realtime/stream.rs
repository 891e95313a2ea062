//! The durable log. Every change appends its events in its own transaction; they leave the process
//! after commit and not before.

mod numbers;

use crate::error::ApiResult;
use crate::platform::db::{Db, PgConn};
use crate::platform::schema::{events, streams};
use crate::realtime::Live;
pub use crate::realtime::delivery::{Delivery, Effect, without_deleted};
use chrono::{DateTime, SubsecRound as _, Utc};
use diesel::prelude::*;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AsyncPgConnection, RunQueryDsl, TransactionManager};
pub use numbers::{Numbered, reserve};
use shared::event::Event;
use shared::ids::ChatId;
use shared::topic::Topic;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

type Manager = <AsyncPgConnection as diesel_async::AsyncConnection>::TransactionManager;

/// A transaction that collects its events and publishes them after commit.
///
/// Dropping it (a client that went away) rolls back at once: the connection is closed, because in
/// the pool it would keep its locks until somebody takes it out again.
pub struct Tx {
    /// Absent once the transaction has ended.
    conn: Option<Object<AsyncPgConnection>>,
    live: Live,
    deliveries: Vec<Arc<Delivery>>,
    committing: bool,
}

impl Tx {
    /// Begins.
    ///
    /// # Errors
    /// `unavailable` when the database does not answer.
    pub async fn begin(db: &Db, live: &Live) -> ApiResult<Self> {
        let mut conn = db.conn().await?;
        Manager::begin_transaction(&mut *conn).await?;
        Ok(Self { conn: Some(conn), live: live.clone(), deliveries: Vec::new(), committing: false })
    }

    /// Appends a durable event to a topic.
    ///
    /// Takes the topic's row lock until commit: append in the order user, space, chat.
    ///
    /// # Errors
    /// The database's.
    pub async fn emit(&mut self, topic: Topic, event: Event) -> QueryResult<i64> {
        self.append(topic, None, event).await
    }

    /// As [`Tx::emit`], for people who may see `audience`; others learn only that something was.
    ///
    /// # Errors
    /// The database's.
    pub async fn emit_to(
        &mut self,
        topic: Topic,
        audience: ChatId,
        event: Event,
    ) -> QueryResult<i64> {
        self.append(topic, Some(audience), event).await
    }

    /// Appends several events to one topic, in their order, with two statements.
    ///
    /// # Errors
    /// The database's.
    pub async fn emit_many(&mut self, topic: Topic, list: Vec<Event>) -> QueryResult<()> {
        if list.is_empty() {
            return Ok(());
        }
        let numbered = reserve(self, topic, list.len()).await?.number(list);
        numbered.write(self).await?;
        self.tell(numbered);
        Ok(())
    }

    /// Publishes after commit what was written.
    pub fn tell(&mut self, numbered: Numbered) {
        self.deliveries.extend(numbered.0);
    }

    async fn append(
        &mut self,
        topic: Topic,
        audience: Option<ChatId>,
        event: Event,
    ) -> QueryResult<i64> {
        let seq = reserve(self, topic, 1).await?.last();
        let delivery = Delivery::new(topic, Some(seq), audience, event);
        let conn: &mut PgConn = self;
        diesel::insert_into(events::table)
            .values((
                events::topic.eq(topic.to_string()),
                events::seq.eq(seq),
                events::audience.eq(audience.map(|id| id.0)),
                events::frame.eq(&*delivery.frame),
            ))
            .execute(conn)
            .await?;
        self.deliveries.push(Arc::new(delivery));
        Ok(seq)
    }

    /// Appends one event to each of several topics, for people who may see `audience` where there is
    /// one, in two statements. Each topic at most once.
    ///
    /// # Errors
    /// The database's.
    pub async fn emit_each(
        &mut self,
        mut list: Vec<(Topic, Option<ChatId>, Event)>,
    ) -> QueryResult<()> {
        if list.is_empty() {
            return Ok(());
        }
        list.sort_by_key(|(topic, ..)| *topic);
        let topics: Vec<Topic> = list.iter().map(|(topic, ..)| *topic).collect();
        let conn: &mut PgConn = self;
        let seqs = advance(conn, &topics, 1).await?;
        let deliveries: Vec<_> = list
            .into_iter()
            .filter_map(|(topic, audience, event)| {
                let seq = seqs.get(&topic.to_string()).copied()?;
                Some(Arc::new(Delivery::new(topic, Some(seq), audience, event)))
            })
            .collect();
        let rows: Vec<_> = deliveries
            .iter()
            .map(|delivery| {
                (
                    events::topic.eq(delivery.topic.to_string()),
                    events::seq.eq(delivery.seq.unwrap_or_default()),
                    events::audience.eq(delivery.audience.map(|id| id.0)),
                    events::frame.eq(&*delivery.frame),
                )
            })
            .collect();
        diesel::insert_into(events::table).values(rows).execute(conn).await?;
        self.deliveries.extend(deliveries);
        Ok(())
    }

    /// The live part of this node: who is present.
    #[must_use]
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Commits, then publishes.
    ///
    /// # Errors
    /// `unavailable` or `internal`; nothing was published, and the outcome may be unknown.
    pub async fn commit(mut self) -> ApiResult<()> {
        self.committing = true;
        Manager::commit_transaction(&mut *self).await?;
        self.committing = false;
        drop(self.conn.take());
        for delivery in std::mem::take(&mut self.deliveries) {
            self.live.publish(delivery);
        }
        Ok(())
    }

    /// Gives up: nothing happened.
    pub async fn rollback(mut self) {
        self.deliveries.clear();
        match Manager::rollback_transaction(&mut *self).await {
            Ok(()) => drop(self.conn.take()),
            Err(error) => tracing::debug!(%error, "rollback failed; the connection is closed"),
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            drop(Object::take(conn));
        }
        // Cut off while committing: the database may have committed. Let the hub look at the log.
        if self.committing {
            for delivery in &self.deliveries {
                self.live.nudge(delivery.topic);
            }
        }
    }
}

impl Deref for Tx {
    type Target = PgConn;
    fn deref(&self) -> &PgConn {
        match &self.conn {
            Some(conn) => conn,
            None => unreachable!("a transaction that has ended is gone"),
        }
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut PgConn {
        match &mut self.conn {
            Some(conn) => conn,
            None => unreachable!("a transaction that has ended is gone"),
        }
    }
}

/// Names this log: another one after the database was restored from a copy or moved to another
/// server, where the same `seq` may stand for another event. Opaque.
///
/// # Errors
/// The database's.
pub async fn epoch(conn: &mut PgConn) -> QueryResult<String> {
    #[derive(QueryableByName)]
    struct Epoch {
        #[diesel(sql_type = diesel::sql_types::Text)]
        epoch: String,
    }
    // A copy of the cluster that went its own way has another timeline, which the last checkpoint may not
    // know yet; a dump that was read in has other tables.
    let row: Epoch = diesel::sql_query(
        "SELECT md5(concat_ws('-', (pg_control_system()).system_identifier, \
             ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int, \
             d.oid, 'streams'::regclass::oid)) AS epoch \
         FROM pg_database d WHERE d.datname = current_database()",
    )
    .get_result(conn)
    .await?;
    Ok(row.epoch)
}

/// Holds the streams until commit: whoever counts what they tell counts alone.
///
/// # Errors
/// The database's.
pub async fn lock(conn: &mut PgConn, topics: &[Topic]) -> QueryResult<()> {
    let mut topics = topics.to_vec();
    topics.sort_unstable();
    topics.dedup();
    advance(conn, &topics, 0).await.map(drop)
}

/// Moves several streams on, in the order given; by topic, where they are then.
async fn advance(
    conn: &mut PgConn,
    topics: &[Topic],
    by: i64,
) -> QueryResult<std::collections::HashMap<String, i64>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        topic: String,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        seq: i64,
    }
    let names: Vec<String> = topics.iter().map(ToString::to_string).collect();
    let rows: Vec<Row> = diesel::sql_query(
        "INSERT INTO streams AS s (topic, seq) SELECT topic, $2 FROM unnest($1::text[]) AS t (topic) \
         ON CONFLICT (topic) DO UPDATE SET seq = s.seq + $2 RETURNING topic, seq",
    )
    .bind::<diesel::sql_types::Array<diesel::sql_types::Text>, _>(names)
    .bind::<diesel::sql_types::BigInt, _>(by)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.topic, row.seq)).collect())
}

/// The newest `seq` of each topic; 0 for topics nothing happened on.
///
/// # Errors
/// The database's.
pub async fn positions(conn: &mut PgConn, topics: &[Topic]) -> QueryResult<Vec<(Topic, i64)>> {
    let names: Vec<String> = topics.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, i64)> = streams::table
        .filter(streams::topic.eq_any(&names))
        .select((streams::topic, streams::seq))
        .load(conn)
        .await?;
    let found: std::collections::HashMap<_, _> = rows.into_iter().collect();
    Ok(topics
        .iter()
        .zip(&names)
        .map(|(topic, name)| (*topic, found.get(name).copied().unwrap_or(0)))
        .collect())
}

/// The events of a topic after `after`, oldest first, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn read(
    conn: &mut PgConn,
    topic: Topic,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<Arc<Delivery>>> {
    let rows: Vec<(i64, Option<uuid::Uuid>, String)> = events::table
        .filter(events::topic.eq(topic.to_string()).and(events::seq.gt(after)))
        .order(events::seq)
        .limit(limit)
        .select((events::seq, events::audience, events::frame))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(seq, audience, frame)| Arc::new(Delivery::stored(topic, seq, audience, frame)))
        .collect())
}

/// The most events of one topic that are replayed; who missed more fetches anew.
pub const REPLAY_LIMIT: i64 = 1000;
/// The most bytes of all topics together: a socket that does not read holds no more in memory.
const REPLAY_BYTES: i64 = 16 * 1024 * 1024;

/// The events of several topics after a `seq` each, by topic and oldest first, in one query; not
/// all of them when there are too many.
///
/// # Errors
/// The database's.
pub async fn read_many(
    conn: &mut PgConn,
    cursors: &[(Topic, i64)],
) -> QueryResult<Vec<Arc<Delivery>>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        topic: String,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        seq: i64,
        #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Uuid>)]
        audience: Option<uuid::Uuid>,
        #[diesel(sql_type = diesel::sql_types::Text)]
        frame: String,
    }
    if cursors.is_empty() {
        return Ok(Vec::new());
    }
    let topics: Vec<String> = cursors.iter().map(|(topic, _)| topic.to_string()).collect();
    let after: Vec<i64> = cursors.iter().map(|(_, seq)| *seq).collect();
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT topic, seq, audience, frame FROM (SELECT e.*, \
             sum(octet_length(e.frame)) OVER (ORDER BY e.topic, e.seq) AS bytes \
         FROM unnest($1::text[], $2::bigint[]) AS wanted (topic, after), \
         LATERAL (SELECT * FROM events e WHERE e.topic = wanted.topic AND e.seq > wanted.after \
                  ORDER BY e.seq LIMIT $3) e) e WHERE bytes <= $4 ORDER BY topic, seq",
    )
    .bind::<diesel::sql_types::Array<diesel::sql_types::Text>, _>(&topics)
    .bind::<diesel::sql_types::Array<diesel::sql_types::BigInt>, _>(&after)
    .bind::<diesel::sql_types::BigInt, _>(REPLAY_LIMIT)
    .bind::<diesel::sql_types::BigInt, _>(REPLAY_BYTES)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let topic = row.topic.parse().ok()?;
            Some(Arc::new(Delivery::stored(topic, row.seq, row.audience, row.frame)))
        })
        .collect())
}

/// Now, as the database stores it: microseconds.
#[must_use]
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
