//! `sessions`: a row is a login, that is one refresh-token family.

use crate::platform::db::PgConn;
use crate::platform::schema::sessions;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::identity::Session;
use shared::ids::{SessionId, UserId};

/// A login.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    pub id: SessionId,
    pub user_id: UserId,
    pub token_hash: Vec<u8>,
    pub previous_hash: Option<Vec<u8>>,
    pub rotated_at: DateTime<Utc>,
    pub user_agent: Option<String>,
    pub address: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A login to be made.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSession {
    pub id: SessionId,
    pub user_id: UserId,
    pub token_hash: Vec<u8>,
    pub user_agent: Option<String>,
    pub address: Option<String>,
    pub expires_at: DateTime<Utc>,
}

impl NewSession {
    /// Inserts it.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<()> {
        diesel::insert_into(sessions::table).values(self).execute(conn).await.map(drop)
    }
}

impl SessionRow {
    /// The wire form, as the holder of session `current` sees it.
    #[must_use]
    pub fn seen_from(self, current: SessionId) -> Session {
        Session {
            current: self.id == current,
            id: self.id,
            user_agent: self.user_agent,
            address: self.address,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            expires_at: self.expires_at,
        }
    }
}

/// Whose session this is; `None` when it is over or never was.
///
/// # Errors
/// The database's.
pub async fn holder(conn: &mut PgConn, id: SessionId) -> QueryResult<Option<UserId>> {
    sessions::table
        .find(id)
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(diesel::dsl::now)))
        .select(sessions::user_id)
        .first(conn)
        .await
        .optional()
}
