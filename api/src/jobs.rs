//! Work that must happen, but not in the request: mail, fan-out, clean-up. Tables: `jobs`,
//! `job_schedules`.
//!
//! A job is a row of the transaction that wants it: committed with it, or not there at all. Workers
//! of every node take due rows with `SKIP LOCKED` and hold them by a lease that is renewed while the
//! job runs, so that a killed worker's jobs are taken over. **At least once**: a job that was cut
//! off runs again, and must be written so that this does no harm. A failure is tried again later and
//! later; what failed too often is laid aside (`api jobs`), never lost.
//!
//! Slices offer a table of [`Jobs`] beside their routes; this room names none of them.

pub mod model;
pub mod worker;

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::platform::db::PgConn;
use diesel::QueryResult;
use futures_util::future::LocalBoxFuture;
use model::queue::{self, NewJob};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;

/// Work of one kind; its fields are what it needs to know, small and without secrets.
pub trait Job: Serialize + DeserializeOwned + 'static {
    /// Its name in the table, for ever: `slice.what_it_does`.
    const KIND: &'static str;
    /// How often it is tried before it is laid aside. Twelve tries take about a day.
    const ATTEMPTS: i32 = 12;

    /// Does the work. An error means: try again later.
    fn run(self, app: App) -> impl Future<Output = ApiResult<()>>;
}

/// When a job runs, and whether a second one is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct When<'a> {
    /// Not before so long from now.
    pub after: Duration,
    /// While a job of the kind waits under this key, no other is added.
    pub once: Option<&'a str>,
}

/// Adds a job to the caller's transaction: it runs once that is committed.
///
/// # Errors
/// The database's.
pub async fn enqueue<J: Job>(conn: &mut PgConn, job: &J) -> QueryResult<()> {
    enqueue_when(conn, job, When::default()).await.map(drop)
}

/// As [`enqueue`], for many with one statement.
///
/// # Errors
/// The database's.
pub async fn enqueue_all<J: Job>(conn: &mut PgConn, jobs: &[J]) -> QueryResult<()> {
    let payloads: Result<Vec<Value>, _> = jobs.iter().map(serde_json::to_value).collect();
    let payloads =
        payloads.map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
    queue::insert_all(conn, J::KIND, &payloads, J::ATTEMPTS).await
}

/// As [`enqueue`], later or only once; `false` when one waits under the key already.
///
/// # Errors
/// The database's.
pub async fn enqueue_when<J: Job>(conn: &mut PgConn, job: &J, when: When<'_>) -> QueryResult<bool> {
    let payload = serde_json::to_value(job)
        .map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
    let job = NewJob { kind: J::KIND, payload, max_attempts: J::ATTEMPTS };
    queue::insert(conn, &job, when).await
}

type Handler = fn(App, Value) -> LocalBoxFuture<'static, ApiResult<()>>;

/// The jobs of some slices, by kind.
#[derive(Clone, Default)]
pub struct Jobs {
    handlers: HashMap<&'static str, Handler>,
    schedules: Vec<(&'static str, Duration, i32)>,
}

impl Jobs {
    /// Adds a kind of job.
    #[must_use]
    pub fn on<J: Job>(mut self) -> Self {
        self.handlers.insert(J::KIND, start::<J>);
        self
    }

    /// Adds a kind that is due every so often, once for all nodes. It carries nothing (its fields, if
    /// any, have defaults).
    #[must_use]
    pub fn every<J: Job + Default>(mut self, period: Duration) -> Self {
        self.schedules.push((J::KIND, period, J::ATTEMPTS));
        self.on::<J>()
    }

    /// All jobs of both tables.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.handlers.extend(other.handlers);
        self.schedules.extend(other.schedules);
        self
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.handlers.keys().copied().collect()
    }
}

fn start<J: Job>(app: App, payload: Value) -> LocalBoxFuture<'static, ApiResult<()>> {
    Box::pin(async move {
        let job: J = serde_json::from_value(payload).map_err(ApiError::internal)?;
        job.run(app).await
    })
}
