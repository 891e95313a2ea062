//! `bots`, each with its account and how much it is used.

use crate::platform::db::PgConn;
use crate::platform::schema::bots;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::ids::UserId;
use shared::integrations::Bot;
use uuid::Uuid;

/// A bot that is not deleted.
#[derive(Clone, Debug, QueryableByName)]
pub struct BotRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    nickname: String,
    #[diesel(sql_type = Nullable<Text>)]
    display_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    avatar_url: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    bio: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    token_count: i64,
    #[diesel(sql_type = BigInt)]
    space_count: i64,
    #[diesel(sql_type = Jsonb)]
    spaces: Value,
}

const SELECT: &str = "SELECT u.id, u.nickname, u.display_name, u.avatar_url, u.bio, b.created_at, \
     (SELECT count(*) FROM access_tokens t WHERE t.user_id = u.id AND t.revoked_at IS NULL \
      AND (t.expires_at IS NULL OR t.expires_at > now())) AS token_count, \
     (SELECT count(*) FROM space_members m WHERE m.user_id = u.id) AS space_count, \
     (SELECT coalesce(jsonb_agg(x), '[]') FROM (SELECT s.id, s.name, s.avatar_url \
      FROM space_members m JOIN spaces s ON s.id = m.space_id WHERE m.user_id = u.id \
      ORDER BY lower(s.name), s.id LIMIT 100) x) AS spaces \
     FROM bots b JOIN users u ON u.id = b.user_id WHERE b.owner_id = $1 AND b.deleted_at IS NULL";

impl BotRow {
    #[must_use]
    pub fn id(&self) -> UserId {
        UserId(self.id)
    }

    /// One bot of a person.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &mut PgConn, owner: UserId, bot: UserId) -> QueryResult<Self> {
        diesel::sql_query(format!("{SELECT} AND b.user_id = $2"))
            .bind::<SqlUuid, _>(owner.0)
            .bind::<SqlUuid, _>(bot.0)
            .get_result(conn)
            .await
    }

    /// All bots of a person, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_owner(conn: &mut PgConn, owner: UserId) -> QueryResult<Vec<Self>> {
        diesel::sql_query(format!("{SELECT} ORDER BY b.created_at, u.id"))
            .bind::<SqlUuid, _>(owner.0)
            .load(conn)
            .await
    }
}

impl From<BotRow> for Bot {
    fn from(row: BotRow) -> Self {
        let BotRow { nickname, display_name, avatar_url, bio, .. } = row;
        Self {
            id: UserId(row.id),
            nickname,
            display_name,
            avatar_url,
            is_bot: true,
            bio,
            token_count: row.token_count,
            space_count: row.space_count,
            spaces: serde_json::from_value(row.spaces).unwrap_or_default(),
            created_at: row.created_at,
        }
    }
}

/// How many bots a person has.
///
/// # Errors
/// The database's.
pub async fn count(conn: &mut PgConn, owner: UserId) -> QueryResult<i64> {
    let own = bots::table.filter(bots::owner_id.eq(owner).and(bots::deleted_at.is_null()));
    own.count().get_result(conn).await
}

/// Gives an account to a person as his bot.
///
/// # Errors
/// The database's.
pub async fn insert(conn: &mut PgConn, bot: UserId, owner: UserId) -> QueryResult<()> {
    diesel::insert_into(bots::table)
        .values((bots::user_id.eq(bot), bots::owner_id.eq(owner)))
        .execute(conn)
        .await
        .map(drop)
}

/// Takes a bot out of its owner's list, for good.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut PgConn, bot: UserId) -> QueryResult<()> {
    let row = diesel::update(bots::table.find(bot));
    row.set(bots::deleted_at.eq(diesel::dsl::now)).execute(conn).await.map(drop)
}
