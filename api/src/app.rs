//! What handlers, commands and jobs share. Built once by [`crate::server`]; clones are cheap.

use crate::chat::group_commit::GroupCommit;
use crate::chat::previews::Asked;
use crate::config::Config;
use crate::error::ApiResult;
use crate::files::Files;
use crate::http::current_user::Authenticator;
use crate::http::rate_limit::Limits;
use crate::identity::Identity;
use crate::platform::db::{Db, Pooled};
use crate::platform::fetch::Fetcher;
use crate::platform::mail::Mailer;
use crate::platform::secrets::Secrets;
use crate::platform::shares::Shares;
use crate::platform::web_assets::Assets;
use crate::realtime::Live;
use crate::realtime::stream::Tx;
use crate::spaces::conversations::Conversations;
use crate::spaces::online::Crowds;
use std::ops::Deref;
use std::sync::Arc;

/// See the module.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// See [`App`].
pub struct Parts {
    pub config: Config,
    pub secrets: Secrets,
    pub assets: Assets,
    pub db: Db,
    pub live: Live,
    pub mailer: Mailer,
    pub fetcher: Fetcher,
    pub limits: Limits,
    pub authenticator: Arc<dyn Authenticator>,
    pub identity: Arc<Identity>,
    pub files: Arc<Files>,
    pub conversations: Arc<dyn Conversations>,
    pub group_commit: GroupCommit,
    pub asked: Asked,
    pub crowds: Crowds,
    /// Searches that an account has under way.
    pub searches: Shares,
}

impl App {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// A connection for reading. What is heavy to read goes through [`Db::heavy_read`].
    ///
    /// # Errors
    /// `unavailable` when the database does not answer.
    pub async fn conn(&self) -> ApiResult<Pooled> {
        self.db.conn().await
    }

    /// Runs `work` in a transaction. Its events are published after commit; an error rolls back.
    ///
    /// # Errors
    /// Those of `work`, or `unavailable`.
    pub async fn transact<T>(
        &self,
        work: impl AsyncFnOnce(&mut Tx) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let mut tx = Tx::begin(&self.db, &self.live).await?;
        match work(&mut tx).await {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(error) => {
                tx.rollback().await;
                Err(error)
            }
        }
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
