//! `sessions`: a row is a login, that is one refresh-token family.

use crate::identity::model::person::Person;
use crate::platform::db::PgConn;
use crate::platform::schema::sessions;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use diesel_async::RunQueryDsl;
use shared::identity::Session;
use shared::ids::{SessionId, UserId};
use std::collections::HashMap;

/// The most sessions a list shows.
const MOST_LISTED: i64 = 100;

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

/// Whose sessions these are; those that are over or never were are not in it.
///
/// # Errors
/// The database's.
pub async fn holders(
    conn: &mut PgConn,
    ids: &[SessionId],
) -> QueryResult<HashMap<SessionId, UserId>> {
    let rows: Vec<(SessionId, UserId)> = sessions::table
        .filter(sessions::id.eq_any(ids))
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(diesel::dsl::now)))
        .select((sessions::id, sessions::user_id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// A session that is locked.
pub struct Locked {
    pub session: SessionRow,
    pub user: Person,
    /// By the clock that its times are from: a node's may differ.
    pub now: DateTime<Utc>,
}

/// Locks the session until the end of the transaction, with its person's account.
///
/// # Errors
/// The database's.
pub async fn lock(conn: &mut PgConn, id: SessionId) -> QueryResult<Option<Locked>> {
    let row: Option<(SessionRow, DateTime<Utc>)> = sessions::table
        .find(id)
        .select((SessionRow::as_select(), diesel::dsl::now.into_sql::<Timestamptz>()))
        .for_update()
        .first(conn)
        .await
        .optional()?;
    match row {
        None => Ok(None),
        Some((session, now)) => {
            let user = Person::find(conn, session.user_id).await?;
            Ok(Some(Locked { session, user, now }))
        }
    }
}

/// Puts the next token in force; the one before it keeps its hash here.
///
/// # Errors
/// The database's.
pub async fn rotate(
    conn: &mut PgConn,
    id: SessionId,
    next: Vec<u8>,
    expires_at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(sessions::table.find(id))
        .set((
            sessions::previous_hash.eq(sessions::token_hash.nullable()),
            sessions::token_hash.eq(next),
            sessions::rotated_at.eq(diesel::dsl::now),
            sessions::last_used_at.eq(diesel::dsl::now),
            sessions::expires_at.eq(expires_at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// The person's sessions that are not over, newest first.
///
/// # Errors
/// The database's.
pub async fn of_user(conn: &mut PgConn, user: UserId) -> QueryResult<Vec<SessionRow>> {
    sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(diesel::dsl::now)))
        .order(sessions::created_at.desc())
        .limit(MOST_LISTED)
        .select(SessionRow::as_select())
        .load(conn)
        .await
}

/// Which sessions of a person are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    One(SessionId),
    AllBut(SessionId),
}

/// Ends sessions; returns those that were not over yet.
///
/// # Errors
/// The database's.
pub async fn revoke(conn: &mut PgConn, user: UserId, which: Which) -> QueryResult<Vec<SessionId>> {
    let alive = sessions::revoked_at.is_null();
    let mut query =
        diesel::update(sessions::table.filter(sessions::user_id.eq(user).and(alive))).into_boxed();
    match which {
        Which::All => {}
        Which::One(id) => query = query.filter(sessions::id.eq(id)),
        Which::AllBut(id) => query = query.filter(sessions::id.ne(id)),
    }
    query
        .set(sessions::revoked_at.eq(diesel::dsl::now))
        .returning(sessions::id)
        .get_results(conn)
        .await
}

/// Deletes sessions that have been over for 30 days; returns how many.
///
/// # Errors
/// The database's.
pub async fn delete_old(conn: &mut PgConn) -> QueryResult<usize> {
    let before = Utc::now() - chrono::Duration::days(30);
    let old = sessions::revoked_at.lt(before).or(sessions::expires_at.nullable().lt(before));
    diesel::delete(sessions::table.filter(old)).execute(conn).await
}
