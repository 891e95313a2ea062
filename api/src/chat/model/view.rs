//! What several people may hear, with three queries however many they are.

use super::chat::overrides;
use crate::platform::db::PgConn;
use crate::platform::schema::space_members;
use crate::realtime::directory::{Question, View};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Jsonb, Nullable, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::ids::{ChatId, RoleId, SpaceId, UserId};
use shared::permission::{Permission, PermissionSet, Standing, in_chat};
use shared::topic::Topic;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A chat that overrides, a role or a restriction may hide from a member of its space.
#[derive(QueryableByName)]
struct Doubtful {
    #[diesel(sql_type = SqlUuid)]
    person: UserId,
    #[diesel(sql_type = SqlUuid)]
    chat: ChatId,
    #[diesel(sql_type = Bool)]
    is_owner: bool,
    #[diesel(sql_type = SqlUuid)]
    role_id: RoleId,
    #[diesel(sql_type = Integer)]
    rank: i32,
    #[diesel(sql_type = BigInt)]
    role: PermissionSet,
    #[diesel(sql_type = Nullable<BigInt>)]
    denied: Option<PermissionSet>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    overrides: Option<Value>,
}

impl Doubtful {
    fn is_hidden(&mut self) -> bool {
        let standing = Standing {
            user_id: self.person,
            is_owner: self.is_owner,
            role_id: self.role_id,
            rank: self.rank,
            role: self.role,
            denied: self.denied.unwrap_or_default(),
        };
        !in_chat(&standing, &overrides(self.overrides.take())).contains(Permission::ViewChat)
    }
}

const DOUBTFUL: &str = "WITH mine AS (SELECT sm.* FROM space_members sm WHERE sm.user_id = ANY($1)), \
     special AS (SELECT c.id, jsonb_agg(to_jsonb(x)) AS overrides \
         FROM chats c JOIN chat_overrides x ON x.chat_id = c.id \
         WHERE c.space_id IN (SELECT space_id FROM mine) GROUP BY c.id) \
     SELECT sm.user_id AS person, c.id AS chat, s.owner_id = sm.user_id AS is_owner, sm.role_id, \
         r.priority AS rank, r.permissions AS role, re.denied, re.until, o.overrides \
     FROM mine sm JOIN spaces s ON s.id = sm.space_id JOIN roles r ON r.id = sm.role_id \
     JOIN chats c ON c.space_id = sm.space_id LEFT JOIN special o ON o.id = c.id \
     LEFT JOIN restrictions re ON re.space_id = sm.space_id AND re.user_id = sm.user_id \
         AND (re.until IS NULL OR re.until > now()) \
     WHERE o.id IS NOT NULL OR (r.permissions & ~coalesce(re.denied, 0)) & $2 = 0";

#[derive(QueryableByName)]
struct Open {
    #[diesel(sql_type = SqlUuid)]
    person: UserId,
    #[diesel(sql_type = SqlUuid)]
    chat: ChatId,
}

/// Open chats whose people they belong to; whether a space's chat is hidden is another question.
const OPEN: &str = "SELECT q.person, q.chat FROM unnest($1::uuid[], $2::uuid[]) AS q (person, chat) \
     JOIN chats c ON c.id = q.chat \
     WHERE EXISTS (SELECT 1 FROM space_members m WHERE m.space_id = c.space_id AND m.user_id = q.person) \
        OR EXISTS (SELECT 1 FROM chat_members m WHERE m.chat_id = c.id AND m.user_id = q.person)";

/// What each of these people may hear, in the order of the questions.
///
/// # Errors
/// The database's.
pub async fn of_people(conn: &mut PgConn, questions: Vec<Question>) -> QueryResult<Vec<View>> {
    let people: Vec<Uuid> = questions.iter().map(|q| q.user.0).collect();
    let memberships: Vec<(UserId, SpaceId, RoleId)> = space_members::table
        .filter(space_members::user_id.eq_any(&people))
        .select((space_members::user_id, space_members::space_id, space_members::role_id))
        .load(conn)
        .await?;
    let mut roles: HashMap<UserId, HashMap<SpaceId, RoleId>> = HashMap::new();
    for (user, space, role) in memberships {
        roles.entry(user).or_default().insert(space, role);
    }
    let doubtful: Vec<Doubtful> = diesel::sql_query(DOUBTFUL)
        .bind::<Array<SqlUuid>, _>(&people)
        .bind::<BigInt, _>(PermissionSet::of(&[Permission::ViewChat]))
        .load(conn)
        .await?;
    let mut hidden: HashMap<UserId, HashSet<ChatId>> = HashMap::new();
    let mut ends: HashMap<UserId, DateTime<Utc>> = HashMap::new();
    for mut chat in doubtful {
        if chat.is_hidden() {
            if let Some(until) = chat.until {
                let first = ends.entry(chat.person).or_insert(until);
                *first = until.min(*first);
            }
            hidden.entry(chat.person).or_default().insert(chat.chat);
        }
    }
    let open = open(conn, &questions).await?;
    let view = |question: Question| {
        let user = question.user;
        // Several sockets of one person ask at once.
        let roles = roles.get(&user).cloned().unwrap_or_default();
        let hidden = hidden.get(&user).cloned().unwrap_or_default();
        let spaces = roles.keys().copied().map(Topic::Space);
        let topics = std::iter::once(Topic::User(user)).chain(spaces).collect();
        let readable = |chat: &ChatId| open.contains(&(user, *chat)) && !hidden.contains(chat);
        let readable = question.rooms.into_iter().filter(readable).collect();
        View { topics, roles, readable, hidden, hidden_until: ends.get(&user).copied() }
    };
    Ok(questions.into_iter().map(view).collect())
}

async fn open(conn: &mut PgConn, questions: &[Question]) -> QueryResult<HashSet<(UserId, ChatId)>> {
    let pairs = questions.iter().flat_map(|q| q.rooms.iter().map(|room| (q.user.0, room.0)));
    let (people, chats): (Vec<Uuid>, Vec<Uuid>) = pairs.unzip();
    if chats.is_empty() {
        return Ok(HashSet::new());
    }
    let rows: Vec<Open> = diesel::sql_query(OPEN)
        .bind::<Array<SqlUuid>, _>(people)
        .bind::<Array<SqlUuid>, _>(chats)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.person, row.chat)).collect())
}
