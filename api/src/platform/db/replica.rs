//! A read replica that never shows less than the primary has: who reads asks the primary how far its
//! log is written, and reads on the replica once that much was replayed there. So whatever anybody was
//! told as done before is seen, at any node, without a token that clients would have to carry.

use super::{PgConn, Pooled};
use crate::error::{ApiError, ApiResult};
use crate::platform::prepared::prepared;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
use diesel::{QueryResult, QueryableByName};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use shared::error::ErrorCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// How long a connection to the replica may take.
pub(super) const REACH: Duration = Duration::from_millis(500);
/// How long it is waited until the replica has what the primary had, and for each of its answers.
const PATIENCE: Duration = Duration::from_millis(100);
/// The longest pause between two questions whether it has.
const PAUSE: Duration = Duration::from_millis(10);
/// How long a read may take on the replica: the primary must still have time for it before the request's
/// is over. Longer than one statement may ([`SETTINGS`]), which the replica ends by itself; nobody else
/// would end one whose replica froze or vanished.
const READING: Duration = Duration::from_millis(4_500);
/// What connections to a replica are told besides.
pub(super) const SETTINGS: &str = "SET statement_timeout = '4s'";

/// See the module.
pub(super) struct Replica {
    pool: Pool<AsyncPgConnection>,
    rest: Mutex<Option<Rest>>,
}

/// The replica is left alone for a while: not every read shall find out by itself.
struct Rest {
    until: Instant,
    why: Away,
}

/// Why a read is the primary's.
#[derive(Clone, Copy, Debug)]
pub(super) enum Away {
    /// It replays what was committed a while ago.
    Behind,
    /// It does not answer.
    Down,
    /// It is the primary itself, or a replica of another one, or of an earlier life of this one.
    NoReplica,
    /// All connections to it are in use.
    Busy,
}

impl Away {
    pub fn served_by(self) -> &'static str {
        match self {
            Self::Behind => "primary_behind",
            Self::Down | Self::NoReplica => "primary_down",
            Self::Busy => "primary_busy",
        }
    }

    fn rest(self) -> Duration {
        match self {
            Self::Behind => Duration::from_secs(1),
            Self::Down | Self::NoReplica => Duration::from_secs(3),
            Self::Busy => Duration::ZERO,
        }
    }
}

/// `heavy_reads` of the metrics, by who served them.
pub(super) fn count(served_by: &'static str) {
    metrics::counter!("heavy_reads", "by" => served_by).increment(1);
}

/// Where the primary's log was at some moment.
#[derive(QueryableByName)]
pub(super) struct Point {
    #[diesel(sql_type = BigInt)]
    cluster: i64,
    #[diesel(sql_type = Integer)]
    timeline: i32,
    #[diesel(sql_type = Text)]
    position: String,
}

impl Point {
    /// A commit is written to disk before anybody sees it, unless the primary was told to acknowledge
    /// before: then what was only inserted into the log counts, too.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(primary: &mut PgConn) -> QueryResult<Self> {
        prepared(diesel::sql_query(
            "SELECT (pg_control_system()).system_identifier AS cluster, \
             (pg_control_checkpoint()).timeline_id AS timeline, \
             (CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn() \
              ELSE pg_current_wal_flush_lsn() END)::text AS position",
        ))
        .get_result(primary)
        .await
    }

    /// Whether a replica has everything up to here; `None` when it is no copy of the same cluster, on the
    /// same timeline: its positions mean something else.
    async fn is_reached(&self, replica: &mut PgConn) -> QueryResult<Option<bool>> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Nullable<Bool>)]
            reached: Option<bool>,
        }
        let row: Row = prepared(
            diesel::sql_query(
                "SELECT CASE WHEN pg_is_in_recovery() \
                 AND (pg_control_system()).system_identifier = $1 \
                 AND (pg_control_checkpoint()).timeline_id = $2 \
                 THEN pg_last_wal_replay_lsn() >= $3::pg_lsn END AS reached",
            )
            .bind::<BigInt, _>(self.cluster)
            .bind::<Integer, _>(self.timeline)
            .bind::<Text, _>(&self.position),
        )
        .get_result(replica)
        .await?;
        Ok(row.reached)
    }
}

impl Replica {
    pub fn new(pool: Pool<AsyncPgConnection>) -> Self {
        Self { pool, rest: Mutex::new(None) }
    }

    /// Whether the replica may be asked. After a rest one caller finds out for all.
    ///
    /// # Errors
    /// Why it is left alone.
    pub fn turn(&self) -> Result<(), Away> {
        if self.is_full() {
            return Err(Away::Busy);
        }
        if let Some(rest) = self.rest().as_mut() {
            let now = Instant::now();
            if now < rest.until {
                return Err(rest.why);
            }
            rest.until = now + rest.why.rest();
        }
        Ok(())
    }

    /// What `read` finds here, `None` when it must be read on the primary.
    pub async fn read<T, E: Into<ApiError>>(
        &self,
        point: &Point,
        read: impl AsyncFn(&mut PgConn) -> Result<T, E>,
    ) -> Option<ApiResult<T>> {
        let mut conn = match self.reach(point).await {
            Ok(conn) => conn,
            Err(away) => {
                count(away.served_by());
                if away.rest().is_zero() {
                    return None;
                }
                let until = Instant::now() + away.rest();
                if self.rest().replace(Rest { until, why: away }).is_none() {
                    tracing::warn!(?away, "heavy reads go to the primary");
                }
                return None;
            }
        };
        if self.rest().take().is_some() {
            tracing::info!("heavy reads go to the replica again");
        }
        let outcome = match timeout(READING, read(&mut conn)).await {
            Ok(outcome) => outcome.map_err(Into::into),
            Err(elapsed) => Err(ApiError::unavailable(elapsed)),
        };
        match outcome {
            // Replaying comes before reading: a query may be ended for it, and a connection, too.
            Err(error) if is_ours(&error) => {
                tracing::warn!(cause = ?error.cause, "a read of the replica is done by the primary");
                drop(Object::take(conn));
                count("primary_repeats");
                None
            }
            outcome => {
                count("replica");
                Some(outcome)
            }
        }
    }

    /// A connection that sees everything up to `point`.
    async fn reach(&self, point: &Point) -> Result<Pooled, Away> {
        let began = Instant::now();
        let mut conn = self.pool.get().await.map_err(|error| {
            tracing::debug!(cause = %error, "no connection to the replica");
            // Others have them: it is slow, not gone.
            if self.is_full() { Away::Busy } else { Away::Down }
        })?;
        let connected = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            let answer = timeout(PATIENCE, point.is_reached(&mut conn)).await;
            match answer {
                Ok(Ok(Some(true))) => {
                    metrics::histogram!("replica_wait_seconds").record(began.elapsed());
                    return Ok(conn);
                }
                Ok(Ok(Some(false))) if connected.elapsed() < PATIENCE => {}
                Ok(Ok(Some(false))) => return Err(Away::Behind),
                Ok(Ok(None)) => return Err(Away::NoReplica),
                Ok(Err(_)) | Err(_) => {
                    // Whatever it still says is not for the next one.
                    drop(Object::take(conn));
                    tracing::debug!(?answer, "the replica cannot be used");
                    return Err(Away::Down);
                }
            }
            sleep(pause).await;
            pause = PAUSE.min(pause * 2);
        }
    }

    fn is_full(&self) -> bool {
        let status = self.pool.status();
        status.available == 0 && status.size >= status.max_size
    }

    fn rest(&self) -> MutexGuard<'_, Option<Rest>> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an error says something of us, not of what was asked for.
fn is_ours(error: &ApiError) -> bool {
    matches!(error.code, ErrorCode::Unavailable | ErrorCode::Internal)
}
