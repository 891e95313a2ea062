//! Runs the jobs of this node.

use super::Jobs;
use super::model::queue::{self, LEASE_SECONDS, Taken};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::platform::background::kept;
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};
use uuid::Uuid;

/// Jobs at once on a node.
const AT_ONCE: usize = 4;
/// How often an idle worker looks for work.
const LOOK: Duration = Duration::from_millis(500);
/// How often it looks which periodic jobs are due.
const LOOK_AT_SCHEDULES: Duration = Duration::from_secs(10);

/// The worker of a node. Needs a `LocalSet` around it.
pub struct Worker {
    runner: Arc<Runner>,
    dispatcher: JoinHandle<()>,
}

struct Runner {
    id: Uuid,
    app: App,
    jobs: Jobs,
    free: Arc<Semaphore>,
}

impl Worker {
    /// Begins to take jobs, until the node shuts down.
    #[must_use]
    pub fn start(app: App, jobs: Jobs) -> Self {
        let runner = Arc::new(Runner::new(app, jobs));
        let dispatched = runner.clone();
        let dispatcher = tokio::task::spawn_local(async move {
            kept(|| dispatch(dispatched.clone())).await;
        });
        Self { runner, dispatcher }
    }

    /// Takes no more jobs, lets those that run finish for so long, and gives the rest back.
    pub async fn stop(self, patience: Duration) {
        self.dispatcher.abort();
        let all = u32::try_from(AT_ONCE).unwrap_or(1);
        let idle = timeout(patience, self.runner.free.acquire_many(all)).await.is_ok();
        if idle {
            return;
        }
        tracing::warn!("jobs are still running; others will take them over");
        if let Ok(mut conn) = self.runner.app.conn().await
            && let Err(error) = queue::give_back(&mut conn, self.runner.id).await
        {
            tracing::error!(%error, "cannot give jobs back");
        }
    }
}

async fn dispatch(runner: Arc<Runner>) {
    let shutdown = runner.app.live.shutdown();
    let mut look = interval(LOOK);
    let mut schedules = interval(LOOK_AT_SCHEDULES);
    while !*shutdown.borrow() {
        tokio::select! {
            _ = schedules.tick() => {
                if let Err(error) = runner.add_due().await {
                    error.log();
                }
            }
            _ = look.tick() => runner.start_due(&shutdown).await,
        }
    }
}

impl Runner {
    fn new(app: App, jobs: Jobs) -> Self {
        Self { id: Uuid::now_v7(), app, jobs, free: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    async fn add_due(&self) -> ApiResult<()> {
        let conn = &mut *self.app.conn().await?;
        queue::add_due(conn, &self.jobs.schedules).await?;
        let lost = queue::lay_aside_lost(conn).await?;
        if lost > 0 {
            tracing::error!(count = lost, "jobs that took their worker along are laid aside");
        }
        queue::delete_old(conn).await?;
        Ok(())
    }

    /// Starts jobs as long as some are due and a place is free.
    async fn start_due(self: &Arc<Self>, shutdown: &tokio::sync::watch::Receiver<bool>) {
        while !*shutdown.borrow() {
            let Ok(place) = self.free.clone().acquire_owned().await else { return };
            let taken = match self.take().await {
                Ok(Some(taken)) => taken,
                Ok(None) => return,
                Err(error) => return error.log(),
            };
            let runner = self.clone();
            tokio::task::spawn_local(async move {
                let _place = place;
                if let Err(error) = runner.run(taken).await {
                    error.log();
                }
            });
        }
    }

    async fn take(&self) -> ApiResult<Option<Taken>> {
        let conn = &mut *self.app.conn().await?;
        Ok(queue::take(conn, self.id, &self.jobs.kinds()).await?)
    }

    /// Runs one job and writes down what became of it.
    async fn run(&self, job: Taken) -> ApiResult<()> {
        let Some(handler) = self.jobs.handlers.get(job.kind.as_str()) else { return Ok(()) };
        let work = async { handler(self.app.clone(), job.payload.clone()).await };
        let mut work = pin!(AssertUnwindSafe(work).catch_unwind());
        let mut beat = interval(Duration::from_secs(LEASE_SECONDS / 3));
        beat.tick().await;
        let outcome = loop {
            tokio::select! {
                outcome = &mut work => {
                    break outcome.unwrap_or_else(|cause| Err(ApiError::panicked(&*cause)));
                }
                _ = beat.tick() => {
                    let conn = &mut *self.app.conn().await?;
                    if !queue::renew(conn, self.id, job.id).await? {
                        // Another worker thought this one dead and has the job.
                        return Ok(());
                    }
                }
            }
        };
        let conn = &mut *self.app.conn().await?;
        match outcome {
            Ok(()) => {
                metrics::counter!("jobs_done", "kind" => job.kind.clone()).increment(1);
                queue::finish(conn, self.id, job.id).await?;
            }
            Err(error) => {
                metrics::counter!("jobs_failed", "kind" => job.kind.clone()).increment(1);
                let last = job.attempts >= job.max_attempts;
                let (kind, attempts, code) = (&job.kind, job.attempts, error.code.key());
                if last {
                    tracing::error!(kind, attempts, code, job.id = %job.id, "a job is laid aside");
                } else {
                    tracing::warn!(kind, attempts, code, job.id = %job.id, "a job failed");
                }
                queue::fail(conn, self.id, &job, &reason(&error)).await?;
            }
        }
        Ok(())
    }
}

/// For the operator: kept in the table, not logged.
fn reason(error: &ApiError) -> String {
    match &error.cause {
        Some(cause) => format!("{}: {cause:#}", error.code.key()),
        None => error.code.key().to_owned(),
    }
}

/// Runs everything that is due now, one after the other, and returns how many jobs that were; what
/// they add and is due runs as well. For tests and for the command line.
///
/// # Errors
/// The database's; a failing job is no error here.
pub async fn run_due(app: &App, jobs: Jobs) -> ApiResult<usize> {
    let runner = Runner::new(app.clone(), jobs);
    let mut done = 0;
    while let Some(taken) = runner.take().await? {
        runner.run(taken).await?;
        done += 1;
    }
    Ok(done)
}

/// Adds the periodic jobs that are due; see [`Jobs::every`].
///
/// # Errors
/// The database's.
pub async fn add_due(app: &App, jobs: Jobs) -> ApiResult<()> {
    Runner::new(app.clone(), jobs).add_due().await
}
