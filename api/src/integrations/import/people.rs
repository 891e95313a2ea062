//! Authors become placeholder accounts: members of the space who cannot log in. Their nickname is
//! made from the name, their display name is the name.

use super::line::lasting_id;
use super::nickname;
use crate::platform::db::PgConn;
use crate::platform::schema::{roles, users};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::ids::{RoleId, SpaceId, UserId};
use shared::validate::nickname_key;
use std::collections::HashSet;
use uuid::Uuid;

/// Rounds of finding free nicknames: another one may be taken meanwhile.
const ROUNDS: usize = 5;
/// Accounts made by one statement.
const BATCH: usize = 1000;

/// The accounts of these authors, and how many of them are new.
///
/// # Errors
/// The database's.
pub async fn settle(
    conn: &mut PgConn,
    space: SpaceId,
    authors: Vec<String>,
) -> anyhow::Result<(Vec<(String, UserId)>, usize)> {
    let people: Vec<(String, UserId)> =
        authors.into_iter().map(|name| (account_of(space, &name), name)).map(swap).collect();
    let mut created = 0;
    for batch in people.chunks(BATCH) {
        let mut round = 0;
        loop {
            let missing = missing(conn, batch).await?;
            if missing.is_empty() {
                break;
            }
            anyhow::ensure!(round < ROUNDS, "no free nicknames for {} people", missing.len());
            round += 1;
            created += create(conn, space, &missing).await?;
        }
    }
    Ok((people, created))
}

fn swap((id, name): (UserId, String)) -> (String, UserId) {
    (name, id)
}

/// The same person in every run.
fn account_of(space: SpaceId, name: &str) -> UserId {
    let millis = space.0.get_timestamp().map_or(0, |at| at.to_unix().0 * 1000);
    UserId(lasting_id(millis, &[b"author", space.0.as_bytes(), name.as_bytes()]))
}

async fn missing(
    conn: &mut PgConn,
    people: &[(String, UserId)],
) -> QueryResult<Vec<(String, UserId)>> {
    let ids: Vec<UserId> = people.iter().map(|(_, id)| *id).collect();
    let known: Vec<UserId> =
        users::table.filter(users::id.eq_any(&ids)).select(users::id).load(conn).await?;
    let known: HashSet<UserId> = known.into_iter().collect();
    Ok(people.iter().filter(|(_, id)| !known.contains(id)).cloned().collect())
}

async fn create(
    conn: &mut PgConn,
    space: SpaceId,
    people: &[(String, UserId)],
) -> anyhow::Result<usize> {
    let nicknames = free_nicknames(conn, people).await?;
    let keys: Vec<String> = nicknames.iter().map(|nickname| nickname_key(nickname)).collect();
    let role: RoleId = roles::table
        .filter(roles::space_id.eq(space).and(roles::kind.eq("member")))
        .select(roles::id)
        .first(conn)
        .await?;
    // One statement: an account without its membership would never get one.
    let created = diesel::sql_query(
        "WITH made AS (INSERT INTO users (id, nickname, nickname_key, display_name, is_placeholder) \
             SELECT id, nickname, key, name, true \
             FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS p (id, nickname, key, name) \
             ON CONFLICT DO NOTHING RETURNING id) \
         INSERT INTO space_members (space_id, user_id, role_id) SELECT $5, id, $6 FROM made",
    )
    .bind::<Array<SqlUuid>, _>(people.iter().map(|(_, id)| id.0).collect::<Vec<Uuid>>())
    .bind::<Array<Text>, _>(&nicknames)
    .bind::<Array<Text>, _>(&keys)
    .bind::<Array<Text>, _>(people.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(space.0)
    .bind::<SqlUuid, _>(role.0)
    .execute(conn)
    .await?;
    Ok(created)
}

/// A nickname for each, unlike every one there is.
async fn free_nicknames(
    conn: &mut PgConn,
    people: &[(String, UserId)],
) -> anyhow::Result<Vec<String>> {
    /// Candidates looked up at once; who shares a name with more people gets a random one.
    const TRIES: usize = 20;
    let wanted: Vec<Vec<(String, String)>> = people
        .iter()
        .map(|(name, _)| {
            let tries = nickname::candidates(name).take(TRIES);
            tries.map(|nickname| (nickname_key(&nickname), nickname)).collect()
        })
        .collect();
    let keys: Vec<&str> = wanted.iter().flatten().map(|(key, _)| key.as_str()).collect();
    let taken: Vec<String> = users::table
        .filter(users::nickname_key.eq_any(keys))
        .select(users::nickname_key)
        .load(conn)
        .await?;
    let mut taken: HashSet<String> = taken.into_iter().collect();
    let mut chosen = Vec::with_capacity(people.len());
    for tries in wanted {
        let free = tries.into_iter().find(|(key, _)| !taken.contains(key));
        let (key, nickname) = free.unwrap_or_else(|| {
            let nickname = format!("guest_{:08x}", rand::random::<u32>());
            (nickname_key(&nickname), nickname)
        });
        taken.insert(key);
        chosen.push(nickname);
    }
    Ok(chosen)
}
