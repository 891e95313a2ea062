//! `jobs` and `job_schedules`.

use crate::jobs::When;
use crate::platform::db::PgConn;
use crate::platform::schema::jobs;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// A worker that says nothing for so long is dead: its jobs are taken over.
pub const LEASE_SECONDS: u64 = 60;
/// Dead jobs are kept so long.
const DEAD_DAYS: i32 = 30;
/// The longest pause between two tries.
const LONGEST_PAUSE: u64 = 6 * 60 * 60;

/// A job to be added.
pub struct NewJob {
    pub kind: &'static str,
    pub payload: Value,
    pub max_attempts: i32,
}

/// A job that this worker holds.
#[derive(Clone, Debug, QueryableByName)]
pub struct Taken {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Jsonb)]
    pub payload: Value,
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = Integer)]
    pub max_attempts: i32,
}

/// A job as the operator sees it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct JobRow {
    pub id: Uuid,
    pub kind: String,
    pub attempts: i32,
    pub run_at: DateTime<Utc>,
    pub last_error: Option<String>,
    pub died_at: Option<DateTime<Utc>>,
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

/// Adds a job; `false` when one waits under its key.
///
/// # Errors
/// The database's.
pub async fn insert(conn: &mut PgConn, job: &NewJob, when: When<'_>) -> QueryResult<bool> {
    let added = diesel::sql_query(
        "INSERT INTO jobs (id, kind, payload, dedupe_key, max_attempts, run_at) \
         VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6)) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<Text, _>(job.kind)
    .bind::<Jsonb, _>(&job.payload)
    .bind::<diesel::sql_types::Nullable<Text>, _>(when.once)
    .bind::<Integer, _>(job.max_attempts)
    .bind::<diesel::sql_types::Double, _>(when.after.as_secs_f64())
    .execute(conn)
    .await?;
    Ok(added > 0)
}

/// Adds jobs of a kind that are due at once.
///
/// # Errors
/// The database's.
pub async fn insert_all(
    conn: &mut PgConn,
    kind: &str,
    payloads: &[Value],
    max_attempts: i32,
) -> QueryResult<()> {
    let ids: Vec<Uuid> = payloads.iter().map(|_| Uuid::now_v7()).collect();
    diesel::sql_query(
        "INSERT INTO jobs (id, kind, payload, max_attempts) \
         SELECT t.id, $1, t.payload, $2 FROM unnest($3::uuid[], $4::jsonb[]) AS t (id, payload)",
    )
    .bind::<Text, _>(kind)
    .bind::<Integer, _>(max_attempts)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Jsonb>, _>(payloads)
    .execute(conn)
    .await
    .map(drop)
}

/// Takes the job that is due longest, of the kinds that this worker knows. Each kind is asked for its own by the
/// index: what waits of other kinds, however much, is not read.
///
/// # Errors
/// The database's.
pub async fn take(conn: &mut PgConn, worker: Uuid, kinds: &[&str]) -> QueryResult<Option<Taken>> {
    diesel::sql_query(
        "UPDATE jobs SET attempts = attempts + 1, dedupe_key = NULL, locked_by = $1, \
             locked_until = now() + make_interval(secs => $3) \
         WHERE id = (SELECT next.id FROM unnest($2) AS k (kind) CROSS JOIN LATERAL ( \
             SELECT id, run_at FROM jobs WHERE kind = k.kind AND died_at IS NULL AND run_at <= now() \
                 AND attempts < max_attempts AND (locked_until IS NULL OR locked_until < now()) \
             ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) next \
             ORDER BY next.run_at, next.id LIMIT 1) \
         RETURNING id, kind, payload, attempts, max_attempts",
    )
    .bind::<SqlUuid, _>(worker)
    .bind::<Array<Text>, _>(kinds)
    .bind::<diesel::sql_types::Double, _>(LEASE_SECONDS as f64)
    .get_result(conn)
    .await
    .optional()
}

/// Lays jobs aside whose last try never ended: they took their worker along. Returns how many.
///
/// # Errors
/// The database's.
pub async fn lay_aside_lost(conn: &mut PgConn) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE jobs SET died_at = now(), locked_by = NULL, locked_until = NULL, \
             last_error = coalesce(last_error, 'the worker was lost') \
         WHERE died_at IS NULL AND attempts >= max_attempts AND locked_until < now()",
    )
    .execute(conn)
    .await
}

/// Holds on to a job for another while; `false` when another worker has it.
///
/// # Errors
/// The database's.
pub async fn renew(conn: &mut PgConn, worker: Uuid, id: Uuid) -> QueryResult<bool> {
    let held = diesel::sql_query(
        "UPDATE jobs SET locked_until = now() + make_interval(secs => $3) \
         WHERE id = $1 AND locked_by = $2",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(worker)
    .bind::<diesel::sql_types::Double, _>(LEASE_SECONDS as f64)
    .execute(conn)
    .await?;
    Ok(held > 0)
}

/// The job is done.
///
/// # Errors
/// The database's.
pub async fn finish(conn: &mut PgConn, worker: Uuid, id: Uuid) -> QueryResult<()> {
    let row = jobs::table.filter(jobs::id.eq(id).and(jobs::locked_by.eq(worker)));
    diesel::delete(row).execute(conn).await.map(drop)
}

/// The job failed: it is tried again later, or laid aside.
///
/// # Errors
/// The database's.
pub async fn fail(conn: &mut PgConn, worker: Uuid, job: &Taken, error: &str) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE jobs SET locked_by = NULL, locked_until = NULL, last_error = left($3, 2000), \
             run_at = now() + make_interval(secs => $4), \
             died_at = CASE WHEN attempts >= max_attempts THEN now() END \
         WHERE id = $1 AND locked_by = $2",
    )
    .bind::<SqlUuid, _>(job.id)
    .bind::<SqlUuid, _>(worker)
    .bind::<Text, _>(error)
    .bind::<diesel::sql_types::Double, _>(pause(job.attempts).as_secs_f64())
    .execute(conn)
    .await
    .map(drop)
}

/// How long after a try that failed: 5 s, 20 s, 80 s, … with a quarter of chance, so that many jobs
/// that failed together do not come back together.
fn pause(attempts: i32) -> Duration {
    let exponent = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(8);
    let longest = (5 * 4_u64.pow(exponent)).min(LONGEST_PAUSE);
    Duration::from_secs_f64(longest as f64 * (0.75 + rand::random::<f64>() / 4.0))
}

/// Gives back what a worker that stops still holds, as if it had not been tried.
///
/// # Errors
/// The database's.
pub async fn give_back(conn: &mut PgConn, worker: Uuid) -> QueryResult<usize> {
    diesel::update(jobs::table.filter(jobs::locked_by.eq(worker)))
        .set((
            jobs::locked_by.eq(None::<Uuid>),
            jobs::locked_until.eq(None::<DateTime<Utc>>),
            jobs::attempts.eq(jobs::attempts - 1),
        ))
        .execute(conn)
        .await
}

/// Adds the periodic jobs that are due, for all nodes together.
///
/// # Errors
/// The database's.
pub async fn add_due(
    conn: &mut PgConn,
    schedules: &[(&'static str, Duration, i32)],
) -> QueryResult<usize> {
    let kinds: Vec<&str> = schedules.iter().map(|(kind, ..)| *kind).collect();
    let periods: Vec<i64> = schedules.iter().map(|(_, period, _)| seconds(*period)).collect();
    let attempts: Vec<i32> = schedules.iter().map(|(.., attempts)| *attempts).collect();
    diesel::sql_query(
        "WITH wanted AS (SELECT * FROM unnest($1::text[], $2::bigint[], $3::integer[]) \
             AS w (kind, seconds, attempts) ORDER BY kind), \
         due AS (INSERT INTO job_schedules AS s (kind, next_at) \
             SELECT kind, now() + seconds * interval '1 second' FROM wanted \
             ON CONFLICT (kind) DO UPDATE SET next_at = excluded.next_at WHERE s.next_at <= now() \
             RETURNING kind) \
         INSERT INTO jobs (id, kind, payload, dedupe_key, max_attempts) \
         SELECT gen_random_uuid(), kind, '{}', 'schedule', attempts FROM due JOIN wanted USING (kind) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<BigInt>, _>(periods)
    .bind::<Array<Integer>, _>(attempts)
    .execute(conn)
    .await
}

/// How many jobs wait, and how many are dead.
///
/// # Errors
/// The database's.
pub async fn counts(conn: &mut PgConn) -> QueryResult<(i64, i64)> {
    let waiting = jobs::table.filter(jobs::died_at.is_null()).count().get_result(conn).await?;
    let dead = jobs::table.filter(jobs::died_at.is_not_null()).count().get_result(conn).await?;
    Ok((waiting, dead))
}

/// The dead jobs, or else the waiting ones, at most a hundred.
///
/// # Errors
/// The database's.
pub async fn list(conn: &mut PgConn, dead: bool) -> QueryResult<Vec<JobRow>> {
    let query = jobs::table.select(JobRow::as_select()).order(jobs::run_at).limit(100).into_boxed();
    let query = match dead {
        true => query.filter(jobs::died_at.is_not_null()),
        false => query.filter(jobs::died_at.is_null()),
    };
    query.load(conn).await
}

/// Lets the dead try again; returns how many.
///
/// # Errors
/// The database's.
pub async fn revive(conn: &mut PgConn) -> QueryResult<usize> {
    diesel::update(jobs::table.filter(jobs::died_at.is_not_null()))
        .set((
            jobs::died_at.eq(None::<DateTime<Utc>>),
            jobs::attempts.eq(0),
            jobs::run_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await
}

/// Forgets jobs that died long ago; returns how many.
///
/// # Errors
/// The database's.
pub async fn delete_old(conn: &mut PgConn) -> QueryResult<usize> {
    diesel::sql_query("DELETE FROM jobs WHERE died_at < now() - make_interval(days => $1)")
        .bind::<Integer, _>(DEAD_DAYS)
        .execute(conn)
        .await
}
