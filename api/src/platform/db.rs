//! The connection pools: the primary's, and that of a read replica where there is one.

pub mod address;
mod replica;

use crate::error::{ApiError, ApiResult};
use address::Address;
use anyhow::Context as _;
use deadpool_redis::{QueueMode, Runtime};
use diesel::connection::InstrumentationEvent;
use diesel::sql_types::Bool;
use diesel::{ConnectionError, QueryableByName};
use diesel_async::pooled_connection::deadpool::{Hook, HookError, Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;
use replica::Replica;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// The connection that model functions take.
pub type PgConn = AsyncPgConnection;

/// A connection that goes back to its pool.
pub type Pooled = Object<AsyncPgConnection>;

/// What every pooled connection is told: nobody waits without end for a lock or a statement, and a
/// transaction that was forgotten ends. Shorter than the deadline of a request, so that the reason
/// is known. Reading a page anywhere costs what it does on an SSD or from memory: by the default, made
/// for turning disks, PostgreSQL plans the statement of a history page anew with every call. Nor does it compile
/// plans that look dear (`jit`): that takes longer than our statements run.
///
/// Errors come in English: diesel hands out no SQLSTATE, so [`crate::error`] reads their texts. Only who may set
/// that for himself can ask for it; see [`Db::speaks_english`].
const SETTINGS: &str = "SET statement_timeout = '8s'; SET lock_timeout = '5s'; \
     SET idle_in_transaction_session_timeout = '30s'; SET random_page_cost = 1.1; SET jit = off; \
     DO $$ BEGIN SET lc_messages = 'C'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

/// How long a connection to the primary may take, and a turn for a heavy read.
const PATIENCE: Duration = Duration::from_secs(3);

/// A connection unused for longer is not trusted any more: what stands between may have forgotten it.
const IDLE: Duration = Duration::from_mins(5);

/// What sees each statement.
#[derive(Default)]
struct Watch {
    queries: AtomicU64,
    observer: OnceLock<Box<Observer>>,
}

/// Gets the text of a statement, with what is bound, before (`false`) and after (`true`) it.
type Observer = dyn Fn(&str, bool) + Send + Sync;

impl Watch {
    fn see(&self, event: &InstrumentationEvent<'_>) {
        let (query, is_done) = match event {
            InstrumentationEvent::StartQuery { query, .. } => (query, false),
            InstrumentationEvent::FinishQuery { query, .. } => (query, true),
            _ => return,
        };
        if !is_done {
            self.queries.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(observer) = self.observer.get() {
            observer(&query.to_string(), is_done);
        }
    }
}

/// A PostgreSQL: the primary, and perhaps a replica for heavy reads.
#[derive(Clone)]
pub struct Db {
    pool: Pool<AsyncPgConnection>,
    watch: Arc<Watch>,
    replica: Option<Arc<Replica>>,
    /// Heavy reads that the primary does at once: a quarter of its connections.
    heavy: Arc<Semaphore>,
}

impl Db {
    /// A pool of at most `size` connections; none is opened yet.
    ///
    /// # Errors
    /// The pool could not be built.
    pub fn new(url: &str, size: usize) -> anyhow::Result<Self> {
        let watch = Arc::new(Watch::default());
        let pool = pool(url, size, PATIENCE, SETTINGS.to_owned(), &watch)?;
        let heavy = Arc::new(Semaphore::new(size.div_ceil(4)));
        Ok(Self { pool, watch, replica: None, heavy })
    }

    /// With a read replica, to which at most `size` connections are opened.
    ///
    /// # Errors
    /// Its pool could not be built.
    pub fn with_replica(mut self, url: &str, size: usize) -> anyhow::Result<Self> {
        let settings = format!("{SETTINGS}; {}", replica::SETTINGS);
        let pool = pool(url, size, replica::REACH, settings, &self.watch)?;
        self.replica = Some(Arc::new(Replica::new(pool)));
        Ok(self)
    }

    /// The most connections to the primary.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.pool.status().max_size
    }

    /// A connection to the primary.
    ///
    /// # Errors
    /// `unavailable` when the database does not answer within 3 s.
    pub async fn conn(&self) -> ApiResult<Pooled> {
        self.pool.get().await.map_err(ApiError::unavailable)
    }

    /// Reads what costs the database much more than asking it twice, and writes nothing: on the replica
    /// once it has all that was committed before this call, wherever it was written; else on the
    /// primary, where a quarter of the connections is for this and the others stay for what is light.
    /// What the replica began and could not finish is read once more there.
    ///
    /// Who may see it is asked on `conn` before: this is no place for permissions.
    ///
    /// # Errors
    /// Those of `read`, or `unavailable`, also when no turn comes within 3 s.
    pub async fn heavy_read<T, E: Into<ApiError>>(
        &self,
        mut conn: Pooled,
        read: impl AsyncFn(&mut PgConn) -> Result<T, E>,
    ) -> ApiResult<T> {
        match self.replica.as_ref().map(|replica| (replica, replica.turn())) {
            None => {}
            Some((_, Err(away))) => replica::count(away.served_by()),
            Some((replica, Ok(()))) => {
                let point = replica::Point::of(&mut conn).await?;
                // Others may have it while the replica is waited for.
                drop(conn);
                if let Some(value) = replica.read(&point, &read).await {
                    return value;
                }
                let _turn = self.heavy_turn().await?;
                return read(&mut *self.conn().await?).await.map_err(Into::into);
            }
        }
        if let Ok(_turn) = self.heavy.try_acquire() {
            return read(&mut conn).await.map_err(Into::into);
        }
        // Nor is it kept from others while a turn is waited for.
        drop(conn);
        let _turn = self.heavy_turn().await?;
        read(&mut *self.conn().await?).await.map_err(Into::into)
    }

    async fn heavy_turn(&self) -> ApiResult<SemaphorePermit<'_>> {
        let turn = timeout(PATIENCE, self.heavy.acquire()).await.map_err(ApiError::unavailable)?;
        turn.map_err(ApiError::unavailable)
    }

    /// Whether the database's errors come in English, so that one that took too long, or has no room left,
    /// is known as such and answered with 503 instead of 500.
    ///
    /// # Errors
    /// `unavailable` when the database does not answer.
    pub async fn speaks_english(&self) -> ApiResult<bool> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Bool)]
            is_english: bool,
        }
        let question = "SELECT current_setting('lc_messages') ~ '^(C|POSIX|en)' AS is_english";
        let conn = &mut *self.conn().await?;
        let row: Row =
            diesel_async::RunQueryDsl::get_result(diesel::sql_query(question), conn).await?;
        Ok(row.is_english)
    }

    /// Does this before (`false`) and after (`true`) each statement, of which it gets the text with what is
    /// bound: where tests break something (battery R22) or read what is asked. Once.
    pub fn at_statements(&self, observer: impl Fn(&str, bool) + Send + Sync + 'static) {
        drop(self.watch.observer.set(Box::new(observer)));
    }

    /// Statements sent so far, `BEGIN` and `COMMIT` included. Tests pin it.
    #[must_use]
    pub fn queries(&self) -> u64 {
        self.watch.queries.load(Ordering::Relaxed)
    }
}

/// A pool whose connections are told these settings and counted. Each step of getting one may take so long.
fn pool(
    url: &str,
    size: usize,
    patience: Duration,
    settings: String,
    watch: &Arc<Watch>,
) -> anyhow::Result<Pool<AsyncPgConnection>> {
    let mut config = ManagerConfig::default();
    // No extra round trip per checkout: a dead connection shows in its first statement.
    config.recycling_method = RecyclingMethod::Fast;
    let (watch, address) = (watch.clone(), Arc::new(Address::new(url, patience)?));
    config.custom_setup = Box::new(move |_| {
        let (watch, address, settings) = (watch.clone(), address.clone(), settings.clone());
        async move {
            let mut conn = address.connect().await?;
            conn.batch_execute(&settings)
                .await
                .map_err(ConnectionError::CouldntSetupConfiguration)?;
            conn.set_instrumentation(move |event: InstrumentationEvent<'_>| watch.see(&event));
            Ok(conn)
        }
        .boxed()
    });
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    Pool::builder(manager)
        .max_size(size)
        .wait_timeout(Some(patience))
        .create_timeout(Some(patience))
        .recycle_timeout(Some(patience))
        .runtime(Runtime::Tokio1)
        // The one used last has its statements prepared and its caches warm.
        .queue_mode(QueueMode::Lifo)
        .pre_recycle(Hook::sync_fn(|_, metrics| {
            let idle = metrics.last_used() >= IDLE;
            if idle { Err(HookError::message("idle for long")) } else { Ok(()) }
        }))
        .build()
        .context("cannot build the database pool")
}
