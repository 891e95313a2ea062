//! The connection pool.

use crate::error::{ApiError, ApiResult};
use anyhow::Context as _;
use deadpool_redis::{QueueMode, Runtime};
use diesel::ConnectionError;
use diesel::connection::InstrumentationEvent;
use diesel_async::pooled_connection::deadpool::{Hook, HookError, Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The connection that model functions take.
pub type PgConn = AsyncPgConnection;

/// What every pooled connection is told: nobody waits without end for a lock or a statement, and a
/// transaction that was forgotten ends. Shorter than the deadline of a request, so that the reason
/// is known. Reading a page anywhere costs what it does on an SSD or from memory: by the default, made
/// for turning disks, PostgreSQL plans the statement of a history page anew with every call.
const SETTINGS: &str = "SET statement_timeout = '8s'; SET lock_timeout = '5s'; \
     SET idle_in_transaction_session_timeout = '30s'; SET random_page_cost = 1.1";

/// A connection unused for longer is not trusted any more: what stands between may have forgotten it.
const IDLE: Duration = Duration::from_mins(5);

/// A pool of PostgreSQL connections.
#[derive(Clone)]
pub struct Db {
    pool: Pool<AsyncPgConnection>,
    queries: Arc<AtomicU64>,
}

impl Db {
    /// A pool of at most `size` connections; none is opened yet.
    ///
    /// # Errors
    /// The pool could not be built.
    pub fn new(url: &str, size: usize) -> anyhow::Result<Self> {
        let queries = Arc::new(AtomicU64::new(0));
        let mut config = ManagerConfig::default();
        // No extra round trip per checkout: a dead connection shows in its first statement.
        config.recycling_method = RecyclingMethod::Fast;
        let counter = queries.clone();
        config.custom_setup = Box::new(move |url| {
            let counter = counter.clone();
            async move {
                let mut conn = AsyncPgConnection::establish(url).await?;
                conn.batch_execute(SETTINGS)
                    .await
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                    if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                        counter.fetch_add(1, Ordering::Relaxed);
                    }
                });
                Ok(conn)
            }
            .boxed()
        });
        let manager = AsyncDieselConnectionManager::new_with_config(url, config);
        let pool = Pool::builder(manager)
            .max_size(size)
            .wait_timeout(Some(Duration::from_secs(3)))
            .create_timeout(Some(Duration::from_secs(3)))
            .recycle_timeout(Some(Duration::from_secs(3)))
            .runtime(Runtime::Tokio1)
            // The one used last has its statements prepared and its caches warm.
            .queue_mode(QueueMode::Lifo)
            .pre_recycle(Hook::sync_fn(|_, metrics| {
                let idle = metrics.last_used() >= IDLE;
                if idle { Err(HookError::message("idle for long")) } else { Ok(()) }
            }))
            .build()
            .context("cannot build the database pool")?;
        Ok(Self { pool, queries })
    }

    /// The most connections.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.pool.status().max_size
    }

    /// A connection.
    ///
    /// # Errors
    /// `unavailable` when the database does not answer within 3 s.
    pub async fn conn(&self) -> ApiResult<Object<AsyncPgConnection>> {
        self.pool.get().await.map_err(ApiError::unavailable)
    }

    /// Statements sent so far, `BEGIN` and `COMMIT` included. Tests pin it.
    #[must_use]
    pub fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }
}
