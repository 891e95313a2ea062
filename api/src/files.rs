//! Files: uploads, where their bytes are, what they are, who may load them.
//!
//! Table: `files`. No events: what uses a file tells of it. Bytes go to an object store (a folder or
//! S3). An upload is streamed to a temporary file, judged by its content ([`inspect`], [`archive`]),
//! pictures are made anew without their metadata ([`picture`]). Who sees the message of a file is
//! known by rooms above: they hand over a [`guard::Guard`].
//!
//! Other rooms store pictures with [`actions::store_picture`], name them in a column with the trigger
//! `release_file`, and attach files to messages with [`actions::do_attach`].

pub mod actions;
pub mod archive;
pub mod guard;
pub mod inspect;
pub mod media;
pub mod model;
pub mod picture;
pub mod range;
pub mod receive;
pub mod routes;
pub mod storage;
pub mod sweep;

use crate::config::Config;
use crate::error::{ApiError, ApiResult};
use anyhow::Context as _;
use guard::Guard;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use storage::Storage;
use tokio::sync::Semaphore;
use utoipa_actix_web::service_config::ServiceConfig;

/// How long an upload waits for its turn to be decoded.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the slice keeps in memory.
pub struct Files {
    pub storage: Storage,
    pub guard: Arc<dyn Guard>,
    /// Where uploads wait until they are judged. The files have no names: a crash leaves nothing.
    pub incoming: PathBuf,
    /// Pictures decoded at a time: each may take a hundred megabytes.
    decoders: Semaphore,
    /// Of these, one for what nobody waits for.
    aside: Semaphore,
}

impl Files {
    /// Opens the store of the configuration.
    ///
    /// # Errors
    /// A folder cannot be made.
    pub fn new(config: &Config, guard: Arc<dyn Guard>) -> anyhow::Result<Self> {
        let incoming = config.data_dir.join("incoming");
        std::fs::create_dir_all(&incoming)
            .with_context(|| format!("making {}", incoming.display()))?;
        let decoders = Semaphore::new(config.server.workers.div_ceil(2).max(1));
        let aside = Semaphore::new(1);
        Ok(Self { storage: Storage::open(config)?, guard, incoming, decoders, aside })
    }

    /// Runs heavy work off the workers, few at a time.
    ///
    /// # Errors
    /// Those of the work; `unavailable` when too many wait.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        let _permit = tokio::time::timeout(PATIENCE, self.decoders.acquire())
            .await
            .map_err(ApiError::unavailable)?
            .map_err(ApiError::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)?
    }

    /// As [`Files::work`], for what nobody waits for: one at a time, so that uploads have their turn.
    ///
    /// # Errors
    /// As [`Files::work`].
    pub async fn work_aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> ApiResult<T> + Send + 'static,
    ) -> ApiResult<T> {
        let _turn = self.aside.acquire().await.map_err(ApiError::internal)?;
        self.work(work).await
    }
}

/// The routes, below `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(routes::upload::create_file)
        .service(routes::upload::find_file_limits)
        .service(routes::upload::delete_file)
        .service(routes::download::load_file)
        .service(routes::download::load_thumbnail);
}
