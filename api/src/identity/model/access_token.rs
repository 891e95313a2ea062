//! `access_tokens`: what programs ask with.

use crate::platform::db::PgConn;
use crate::platform::schema::{access_tokens, bots, users};
use chrono::{DateTime, Duration, Utc};
use diesel::dsl::{auto_type, now};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::ids::{TokenId, UserId};
use shared::integrations::{AccessToken, ScopeSet};

/// A use is written down when the last one is older than this.
const NOTED_EVERY: Duration = Duration::minutes(5);

/// Who asks with a token, and for what he may use it.
#[derive(Clone, Copy, Debug, Queryable)]
pub struct Holder {
    pub id: TokenId,
    pub user_id: UserId,
    pub scopes: ScopeSet,
    pub expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    pub is_bot: bool,
}

impl Holder {
    /// Whether its use should be written down again.
    #[must_use]
    pub fn is_to_be_noted(&self) -> bool {
        self.last_used_at.is_none_or(|at| Utc::now() - at > NOTED_EVERY)
    }
}

/// A token without its secret.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = access_tokens)]
pub struct AccessTokenRow {
    id: TokenId,
    name: String,
    hint: String,
    scopes: ScopeSet,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
}

impl From<AccessTokenRow> for AccessToken {
    fn from(row: AccessTokenRow) -> Self {
        let AccessTokenRow { id, name, hint, scopes, created_at, expires_at, last_used_at } = row;
        Self { id, name, hint, scopes, created_at, expires_at, last_used_at, token: None }
    }
}

/// A token to be stored.
#[derive(Insertable)]
#[diesel(table_name = access_tokens)]
pub struct NewAccessToken<'a> {
    pub id: TokenId,
    pub user_id: UserId,
    pub name: &'a str,
    pub token_hash: Vec<u8>,
    pub hint: &'a str,
    pub scopes: ScopeSet,
    pub expires_at: Option<DateTime<Utc>>,
}

impl NewAccessToken<'_> {
    /// # Errors
    /// The database's.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<AccessTokenRow> {
        diesel::insert_into(access_tokens::table)
            .values(self)
            .returning(AccessTokenRow::as_returning())
            .get_result(conn)
            .await
    }
}

/// Neither revoked nor at their end.
#[auto_type(no_type_alias)]
fn in_force() -> _ {
    let endless = access_tokens::expires_at.is_null();
    let to_come = access_tokens::expires_at.assume_not_null().gt(now);
    access_tokens::revoked_at.is_null().and(endless.or(to_come))
}

/// Whose token this is; `None` when there is none in force.
///
/// # Errors
/// The database's.
pub async fn holder(conn: &mut PgConn, hash: &[u8]) -> QueryResult<Option<Holder>> {
    access_tokens::table
        .inner_join(users::table)
        .filter(access_tokens::token_hash.eq(hash).and(in_force()))
        .select((
            access_tokens::id,
            access_tokens::user_id,
            access_tokens::scopes,
            access_tokens::expires_at,
            access_tokens::last_used_at,
            users::is_bot,
        ))
        .first(conn)
        .await
        .optional()
}

/// Writes down that the token was used.
///
/// # Errors
/// The database's.
pub async fn note_use(conn: &mut PgConn, id: TokenId) -> QueryResult<()> {
    let row = diesel::update(access_tokens::table.find(id));
    row.set(access_tokens::last_used_at.eq(now)).execute(conn).await.map(drop)
}

/// The account's tokens in force, newest first.
///
/// # Errors
/// The database's.
pub async fn of_user(conn: &mut PgConn, user: UserId) -> QueryResult<Vec<AccessTokenRow>> {
    access_tokens::table
        .filter(access_tokens::user_id.eq(user).and(in_force()))
        .order((access_tokens::created_at.desc(), access_tokens::id.desc()))
        .select(AccessTokenRow::as_select())
        .load(conn)
        .await
}

/// How many tokens of the account are in force.
///
/// # Errors
/// The database's.
pub async fn count(conn: &mut PgConn, user: UserId) -> QueryResult<i64> {
    let own = access_tokens::table.filter(access_tokens::user_id.eq(user).and(in_force()));
    own.count().get_result(conn).await
}

/// A person and his bots, deleted ones too, in the order in which their streams are locked.
///
/// # Errors
/// The database's.
pub async fn holders_of(conn: &mut PgConn, person: UserId) -> QueryResult<Vec<UserId>> {
    let mut holders: Vec<UserId> =
        bots::table.filter(bots::owner_id.eq(person)).select(bots::user_id).load(conn).await?;
    holders.push(person);
    holders.sort_unstable();
    Ok(holders)
}

/// Ends one token of the account, or all; returns those that were not revoked yet.
///
/// # Errors
/// The database's.
pub async fn revoke(
    conn: &mut PgConn,
    user: UserId,
    only: Option<TokenId>,
) -> QueryResult<Vec<TokenId>> {
    let own = access_tokens::user_id.eq(user).and(access_tokens::revoked_at.is_null());
    let mut query = diesel::update(access_tokens::table.filter(own)).into_boxed();
    if let Some(id) = only {
        query = query.filter(access_tokens::id.eq(id));
    }
    query
        .set(access_tokens::revoked_at.eq(now))
        .returning(access_tokens::id)
        .get_results(conn)
        .await
}

/// Deletes tokens that have been over for 30 days; returns how many.
///
/// # Errors
/// The database's.
pub async fn delete_old(conn: &mut PgConn) -> QueryResult<usize> {
    let before = Utc::now() - Duration::days(30);
    let old = access_tokens::revoked_at.lt(before).or(access_tokens::expires_at.lt(before));
    diesel::delete(access_tokens::table.filter(old)).execute(conn).await
}
