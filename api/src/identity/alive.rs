//! Which sessions are alive: asked with every request, answered from memory for a few seconds.

use crate::error::{ApiResult, shared_copy};
use crate::identity::model::session;
use crate::platform::batch::Batch;
use crate::platform::db::Db;
use moka::future::Cache;
use shared::ids::{SessionId, UserId};
use std::time::Duration;

/// How long another node may take a revoked session for alive. On this node it is
/// never, and others are told at once: this is for what they do not hear.
const TTL: Duration = Duration::from_secs(5);
/// Longer than any look-up that began before the revocation can take.
const REMEMBERED: Duration = Duration::from_secs(60);

/// See the module.
pub struct Alive {
    db: Db,
    /// Thousands of sockets that come back ask at the same time.
    holders: Batch<SessionId, Option<UserId>>,
    known: Cache<SessionId, Option<UserId>>,
    /// A look-up under way may still bring the old answer: what is here is over, whatever it says.
    revoked: Cache<SessionId, ()>,
}

impl Alive {
    #[must_use]
    pub fn new(db: Db) -> Self {
        let known = Cache::builder().max_capacity(100_000).time_to_live(TTL).build();
        let revoked = Cache::builder().max_capacity(100_000).time_to_live(REMEMBERED).build();
        let asked = db.clone();
        let holders = Batch::new(move |sessions: Vec<SessionId>| {
            let db = asked.clone();
            async move {
                let found = session::holders(&mut *db.conn().await?, &sessions).await?;
                Ok(sessions.iter().map(|session| found.get(session).copied()).collect())
            }
        });
        Self { db, holders, known, revoked }
    }

    /// Whether the session exists, belongs to the person and is not over.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn check(&self, session: SessionId, user: UserId) -> ApiResult<bool> {
        let holder = self.known.try_get_with(session, self.look_up(session)).await;
        let holder = holder.map_err(|error| shared_copy(&error))?;
        Ok(holder == Some(user) && !self.revoked.contains_key(&session))
    }

    /// As [`Alive::check`], by the database, with the query of all who ask at the same time.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn ask(&self, session: SessionId, user: UserId) -> ApiResult<bool> {
        let holder = self.holders.ask(session).await?;
        Ok(holder == Some(user) && !self.revoked.contains_key(&session))
    }

    /// These sessions are over, from now on. Call after the commit.
    pub async fn forget(&self, sessions: &[SessionId]) {
        for session in sessions {
            self.revoked.insert(*session, ()).await;
            self.known.invalidate(session).await;
        }
    }

    async fn look_up(&self, session: SessionId) -> ApiResult<Option<UserId>> {
        let conn = &mut *self.db.conn().await?;
        Ok(session::holders(conn, &[session]).await?.remove(&session))
    }
}
