//! Keeps the log: a partition a day, made ahead, dropped when it is older than events are kept.

use crate::platform::db::{Db, PgConn};
use chrono::{Days, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection as _, RunQueryDsl, SimpleAsyncConnection as _};
use std::time::Duration;

/// Partitions are there for today and so many days more.
const AHEAD: u64 = 2;
const PREFIX: &str = "events_";

/// Looks after the partitions now and every hour, for ever.
pub async fn run(db: Db, keep_days: u16) {
    let mut hourly = tokio::time::interval(Duration::from_secs(3600));
    loop {
        hourly.tick().await;
        let outcome = match db.conn().await {
            Ok(mut conn) => maintain(&mut conn, Utc::now().date_naive(), keep_days).await,
            Err(error) => {
                error.log();
                continue;
            }
        };
        match outcome {
            Ok(dropped) if dropped.is_empty() => {}
            Ok(dropped) => tracing::info!(?dropped, "old events dropped"),
            Err(error) => tracing::error!(%error, "cannot look after the event partitions"),
        }
    }
}

/// Makes missing partitions and drops old ones; returns the dropped.
///
/// # Errors
/// The database's.
pub async fn maintain(
    conn: &mut PgConn,
    today: NaiveDate,
    keep_days: u16,
) -> QueryResult<Vec<String>> {
    let existing = partitions(conn).await?;
    for ahead in 0..=AHEAD {
        let Some(day) = today.checked_add_days(Days::new(ahead)) else { continue };
        if !existing.contains(&name(day)) {
            create(conn, day).await?;
        }
    }
    let Some(oldest) = today.checked_sub_days(Days::new(keep_days.into())) else {
        return Ok(Vec::new());
    };
    let mut dropped = Vec::new();
    for table in existing {
        if day_of(&table).is_some_and(|day| day < oldest) {
            conn.batch_execute(&format!("DROP TABLE {table}")).await?;
            dropped.push(table);
        }
    }
    // What came while no partition was there.
    conn.batch_execute(&format!("DELETE FROM events_default WHERE created_at < '{oldest}'"))
        .await?;
    Ok(dropped)
}

fn name(day: NaiveDate) -> String {
    format!("{PREFIX}{}", day.format("%Y%m%d"))
}

fn day_of(table: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(table.strip_prefix(PREFIX)?, "%Y%m%d").ok()
}

async fn partitions(conn: &mut PgConn) -> QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
         WHERE i.inhparent = 'events'::regclass",
    )
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// Events of the day that went to the default partition move over first; two nodes may try at once.
async fn create(conn: &mut PgConn, day: NaiveDate) -> QueryResult<()> {
    let table = name(day);
    let Some(next) = day.succ_opt() else { return Ok(()) };
    let sql = format!(
        "SELECT pg_advisory_xact_lock(7402);
         DO $$ BEGIN
           IF to_regclass('{table}') IS NULL THEN
             LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
             CREATE TABLE {table} (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
             WITH moved AS (DELETE FROM events_default
               WHERE created_at >= '{day}' AND created_at < '{next}' RETURNING *)
             INSERT INTO {table} SELECT * FROM moved;
             ALTER TABLE events ATTACH PARTITION {table}
               FOR VALUES FROM ('{day}') TO ('{next}');
           END IF;
         END $$;"
    );
    conn.transaction(async |conn| conn.batch_execute(&sql).await).await
}
