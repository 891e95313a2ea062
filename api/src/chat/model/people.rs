//! People around a chat: who may read it, who shares a space with whom.

use super::sql::{from_json, user_ref};
use crate::chat::access::ChatAccess;
use crate::platform::db::PgConn;
use crate::platform::sql::containing;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::chat::ChatKind;
use shared::identity::UserRef;
use shared::ids::{ChatId, RoleId, SpaceId, UserId};
use shared::permission::{ChatOverride, Permission, PermissionSet, Standing, in_chat, in_force};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Jsonb)]
    person: Value,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    is_owner: bool,
    #[diesel(sql_type = SqlUuid)]
    role_id: Uuid,
    #[diesel(sql_type = Integer)]
    rank: i32,
    #[diesel(sql_type = BigInt)]
    role: PermissionSet,
    #[diesel(sql_type = Nullable<BigInt>)]
    denied: Option<PermissionSet>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    denied_until: Option<DateTime<Utc>>,
}

impl Row {
    fn may_read(&self, overrides: &[ChatOverride], now: DateTime<Utc>) -> bool {
        let denied = self.denied.filter(|_| in_force(self.denied_until, now));
        let standing = Standing {
            user_id: UserId(self.id),
            is_owner: self.is_owner,
            role_id: RoleId(self.role_id),
            rank: self.rank,
            role: self.role,
            denied: denied.unwrap_or(PermissionSet::NONE),
        };
        in_chat(&standing, overrides).contains(Permission::ViewChat)
    }
}

const MEMBERS: &str = concat!(
    "SELECT ",
    user_ref!("u", "sm.nickname"),
    " AS person, u.id, s.owner_id = u.id AS is_owner, r.id AS role_id, r.priority AS rank, \
     r.permissions AS role, re.denied, re.until AS denied_until \
     FROM space_members sm JOIN users u ON u.id = sm.user_id JOIN spaces s ON s.id = sm.space_id \
     JOIN roles r ON r.id = sm.role_id \
     LEFT JOIN restrictions re ON re.space_id = sm.space_id AND re.user_id = sm.user_id "
);

/// Which people of a chat have these nicknames, by any case. Nobody who may not read it.
///
/// # Errors
/// The database's.
pub async fn named(
    conn: &mut PgConn,
    chat: ChatId,
    space: Option<SpaceId>,
    overrides: &[ChatOverride],
    nicknames: &[String],
) -> QueryResult<Vec<UserRef>> {
    if nicknames.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = nicknames.iter().map(|name| name.to_lowercase()).collect();
    let Some(space) = space else {
        return in_conversation(conn, chat, &names).await;
    };
    let rows: Vec<Row> = diesel::sql_query(format!(
        "{MEMBERS} WHERE sm.space_id = $1 AND lower(u.nickname) = ANY($2)"
    ))
    .bind::<SqlUuid, _>(space.0)
    .bind::<Array<Text>, _>(&names)
    .load(conn)
    .await?;
    let now = Utc::now();
    rows.into_iter()
        .filter(|row| row.may_read(overrides, now))
        .map(|row| from_json(row.person))
        .collect()
}

/// A reader of a chat.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    pub id: UserId,
    pub role: RoleId,
}

/// Some readers of a chat.
#[derive(Debug)]
pub struct Batch {
    pub people: Vec<Reader>,
    /// Where to go on; absent at the end of the space.
    pub next: Option<UserId>,
}

/// The readers among the next `limit` members of a space after a person, by id.
///
/// # Errors
/// The database's.
pub async fn batch(
    conn: &mut PgConn,
    space: SpaceId,
    overrides: &[ChatOverride],
    after: Option<UserId>,
    limit: i64,
) -> QueryResult<Batch> {
    let rows: Vec<Row> = diesel::sql_query(format!(
        "{MEMBERS} WHERE sm.space_id = $1 AND ($2 IS NULL OR sm.user_id > $2) \
         ORDER BY sm.user_id LIMIT $3"
    ))
    .bind::<SqlUuid, _>(space.0)
    .bind::<Nullable<SqlUuid>, _>(after.map(|id| id.0))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    let is_full = rows.len() as i64 == limit;
    let next = rows.last().filter(|_| is_full).map(|row| UserId(row.id));
    Ok(Batch { people: reading(rows, overrides), next })
}

fn reading(rows: Vec<Row>, overrides: &[ChatOverride]) -> Vec<Reader> {
    let now = Utc::now();
    rows.into_iter()
        .filter(|row| row.may_read(overrides, now))
        .map(|row| Reader { id: UserId(row.id), role: RoleId(row.role_id) })
        .collect()
}

/// Who of these people may read a chat of the space.
///
/// # Errors
/// The database's.
pub async fn readers_of(
    conn: &mut PgConn,
    space: SpaceId,
    overrides: &[ChatOverride],
    people: &[UserId],
) -> QueryResult<Vec<UserId>> {
    let people: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    let rows: Vec<Row> =
        diesel::sql_query(format!("{MEMBERS} WHERE sm.space_id = $1 AND sm.user_id = ANY($2)"))
            .bind::<SqlUuid, _>(space.0)
            .bind::<Array<SqlUuid>, _>(people)
            .load(conn)
            .await?;
    Ok(reading(rows, overrides).into_iter().map(|reader| reader.id).collect())
}

/// The holders of a role who may read a chat of the space.
///
/// # Errors
/// The database's.
pub async fn holders(
    conn: &mut PgConn,
    space: SpaceId,
    overrides: &[ChatOverride],
    role: RoleId,
) -> QueryResult<Vec<UserId>> {
    let rows: Vec<Row> =
        diesel::sql_query(format!("{MEMBERS} WHERE sm.space_id = $1 AND sm.role_id = $2"))
            .bind::<SqlUuid, _>(space.0)
            .bind::<SqlUuid, _>(role.0)
            .load(conn)
            .await?;
    Ok(reading(rows, overrides).into_iter().map(|reader| reader.id).collect())
}

/// Whether a person may read a chat that the caller sees.
///
/// # Errors
/// The database's.
pub async fn may_read(conn: &mut PgConn, chat: &ChatAccess, user: UserId) -> QueryResult<bool> {
    let Some(space) = chat.space_id() else {
        let id = chat.chat_id();
        let members = super::chat_changes::members_of(conn, &[id]).await?.remove(&id);
        return Ok(members.unwrap_or_default().iter().any(|member| member.id == user));
    };
    let rows: Vec<Row> =
        diesel::sql_query(format!("{MEMBERS} WHERE sm.space_id = $1 AND u.id = $2"))
            .bind::<SqlUuid, _>(space.0)
            .bind::<SqlUuid, _>(user.0)
            .load(conn)
            .await?;
    let (overrides, now) = (chat.view().overrides(), Utc::now());
    Ok(rows.iter().any(|row| row.may_read(&overrides, now)))
}

async fn in_conversation(
    conn: &mut PgConn,
    chat: ChatId,
    names: &[String],
) -> QueryResult<Vec<UserRef>> {
    let all =
        super::chat_changes::members_of(conn, &[chat]).await?.remove(&chat).unwrap_or_default();
    Ok(all.into_iter().filter(|p| names.contains(&p.nickname.to_lowercase())).collect())
}

/// People of a chat whose nickname or display name holds `query`, by nickname after `after`.
/// Reads a little more than `limit`, for some may not read the chat.
///
/// # Errors
/// The database's.
pub async fn readers(
    conn: &mut PgConn,
    chat: ChatId,
    space: Option<SpaceId>,
    overrides: &[ChatOverride],
    search: &ReaderSearch<'_>,
) -> QueryResult<Vec<UserRef>> {
    let pattern = containing(&search.query.to_lowercase());
    let called = if space.is_some() { "sm.nickname" } else { "NULL" };
    let matches = format!(
        "(lower(u.nickname) LIKE $2 OR lower(coalesce(u.display_name, '')) LIKE $2 \
         OR lower(coalesce({called}, '')) LIKE $2) \
         AND lower(u.nickname) > $3 ORDER BY lower(u.nickname) LIMIT $4"
    );
    let Some(space) = space else {
        #[derive(QueryableByName)]
        struct Person {
            #[diesel(sql_type = Jsonb)]
            person: Value,
        }
        let rows: Vec<Person> = diesel::sql_query(format!(
            concat!(
                "SELECT ",
                user_ref!("u"),
                " AS person FROM chat_members cm JOIN users u ON u.id = cm.user_id \
                 WHERE cm.chat_id = $1 AND {}"
            ),
            matches
        ))
        .bind::<SqlUuid, _>(chat.0)
        .bind::<Text, _>(pattern)
        .bind::<Text, _>(search.after)
        .bind::<BigInt, _>(search.limit)
        .load(conn)
        .await?;
        return rows.into_iter().map(|row| from_json(row.person)).collect();
    };
    let mut found = Vec::new();
    let mut after = search.after.to_owned();
    let wanted = usize::try_from(search.limit).unwrap_or(usize::MAX);
    let now = Utc::now();
    // In a private chat most members may be filtered out: go on until the page is full.
    while found.len() < wanted {
        let rows: Vec<Row> =
            diesel::sql_query(format!("{MEMBERS} WHERE sm.space_id = $1 AND {matches}"))
                .bind::<SqlUuid, _>(space.0)
                .bind::<Text, _>(&pattern)
                .bind::<Text, _>(&after)
                .bind::<BigInt, _>(500)
                .load(conn)
                .await?;
        let last = rows.len() < 500;
        for row in rows {
            let readable = row.may_read(overrides, now);
            let person: UserRef = from_json(row.person)?;
            after = person.nickname.to_lowercase();
            if readable && found.len() < wanted {
                found.push(person);
            }
        }
        if last {
            break;
        }
    }
    Ok(found)
}

/// See [`readers`].
pub struct ReaderSearch<'a> {
    pub query: &'a str,
    /// The lower-case nickname that ended the page before.
    pub after: &'a str,
    pub limit: i64,
}

/// Which of these people share a space with the person.
///
/// # Errors
/// The database's.
pub async fn known_to(
    conn: &mut PgConn,
    user: UserId,
    people: &[UserId],
) -> QueryResult<Vec<UserId>> {
    #[derive(QueryableByName)]
    struct Id {
        #[diesel(sql_type = SqlUuid)]
        user_id: Uuid,
    }
    let people: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    let rows: Vec<Id> = diesel::sql_query(
        "SELECT DISTINCT other.user_id FROM space_members mine \
         JOIN space_members other ON other.space_id = mine.space_id \
         JOIN users u ON u.id = other.user_id AND NOT u.is_placeholder \
         WHERE mine.user_id = $1 AND other.user_id = ANY($2)",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Array<SqlUuid>, _>(people)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| UserId(row.user_id)).collect())
}

/// The kinds of chat whose people are listed in `chat_members`.
#[must_use]
pub fn has_own_members(kind: ChatKind) -> bool {
    matches!(kind, ChatKind::Direct | ChatKind::Group)
}
