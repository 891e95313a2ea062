//! What changes chats: insert, update, delete, people and overrides.

use super::sql::{from_json, user_ref};
use crate::platform::db::PgConn;
use crate::platform::schema::{
    chat_members, chat_overrides, chats, messages, read_states, thread_members, threads,
};
use diesel::prelude::*;
use diesel::sql_types::{Array, Jsonb, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::chat::ChatKind;
use shared::identity::UserRef;
use shared::ids::{CategoryId, ChatId, MessageId, RoleId, SpaceId, UserId};
use shared::permission::{ChatOverride, OverrideTarget, PermissionSet};
use std::collections::HashMap;
use uuid::Uuid;

/// A chat to insert.
#[derive(Insertable)]
#[diesel(table_name = chats)]
pub struct NewChat<'a> {
    pub id: ChatId,
    pub kind: &'a str,
    pub space_id: Option<SpaceId>,
    pub owner_id: Option<UserId>,
    pub name: &'a str,
    pub topic: Option<&'a str>,
    pub position: i32,
    pub category_id: Option<CategoryId>,
    pub direct_key: Option<String>,
}

impl NewChat<'_> {
    /// Inserts; `false` when the direct chat of the pair exists already.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<bool> {
        let rows = diesel::insert_into(chats::table)
            .values(self)
            .on_conflict(chats::direct_key)
            .do_nothing()
            .execute(conn)
            .await?;
        Ok(rows == 1)
    }
}

/// Changed columns of a chat.
#[derive(Default, AsChangeset)]
#[diesel(table_name = chats)]
pub struct ChatChanges<'a> {
    pub name: Option<&'a str>,
    pub topic: Option<Option<&'a str>>,
    pub position: Option<i32>,
    pub category_id: Option<Option<CategoryId>>,
    pub slow_seconds: Option<i32>,
}

/// Applies the changes and counts the version up.
///
/// # Errors
/// The database's.
pub async fn update(conn: &mut PgConn, chat: ChatId, changes: ChatChanges<'_>) -> QueryResult<()> {
    diesel::update(chats::table.find(chat))
        .set((changes, chats::version.eq(chats::version + 1)))
        .execute(conn)
        .await
        .map(drop)
}

/// Holds back every other change of a chat outside spaces until the transaction ends.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn lock(conn: &mut PgConn, chat: ChatId) -> QueryResult<()> {
    let row = chats::table.find(chat).filter(chats::doomed_at.is_null()).select(chats::id);
    row.for_no_key_update().get_result::<ChatId>(conn).await.map(drop)
}

/// The chats of a space.
///
/// # Errors
/// The database's.
pub async fn of_space(conn: &mut PgConn, space: SpaceId) -> QueryResult<Vec<ChatId>> {
    chats::table.filter(chats::space_id.eq(space)).select(chats::id).load(conn).await
}

/// Holds back whatever writes into chats that are about to go until the transaction ends. Where people
/// were in them goes now: who moves on holds his place, and waits for his stream then, which whoever
/// deletes the chats holds later. Returns which of them were still there.
///
/// # Errors
/// The database's.
pub async fn lock_to_delete(conn: &mut PgConn, ids: &[ChatId]) -> QueryResult<Vec<ChatId>> {
    let rows = chats::table.filter(chats::id.eq_any(ids).and(chats::doomed_at.is_null()));
    let rows = rows.select(chats::id).order(chats::id);
    let chats = rows.for_update().load::<ChatId>(conn).await?;
    diesel::delete(read_states::table.filter(read_states::chat_id.eq_any(&chats)))
        .execute(conn)
        .await?;
    let roots = threads::table.filter(threads::chat_id.eq_any(&chats)).select(threads::root_id);
    diesel::delete(thread_members::table.filter(thread_members::root_id.eq_any(roots)))
        .execute(conn)
        .await?;
    Ok(chats)
}

/// The chats of these messages stay until the transaction ends. Before the messages' own locks: who
/// deletes a chat takes them after the chat's.
///
/// # Errors
/// The database's.
pub async fn keep_of(conn: &mut PgConn, ids: &[MessageId]) -> QueryResult<()> {
    let of = messages::table.filter(messages::id.eq_any(ids)).select(messages::chat_id);
    let rows = chats::table.filter(chats::id.eq_any(of)).select(chats::id).order(chats::id);
    rows.for_key_share().load::<ChatId>(conn).await.map(drop)
}

/// The chat of two people, if there is one.
///
/// # Errors
/// The database's.
pub async fn direct(conn: &mut PgConn, a: UserId, b: UserId) -> QueryResult<Option<ChatId>> {
    chats::table
        .filter(chats::direct_key.eq(direct_key(a, b)))
        .select(chats::id)
        .first::<ChatId>(conn)
        .await
        .optional()
}

/// Both ids, smaller first.
#[must_use]
pub fn direct_key(a: UserId, b: UserId) -> String {
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    format!("{low}:{high}")
}

/// The next free position in a space.
///
/// # Errors
/// The database's.
pub async fn next_position(conn: &mut PgConn, space: SpaceId) -> QueryResult<i32> {
    let last: Option<i32> = chats::table
        .filter(chats::space_id.eq(space))
        .select(diesel::dsl::max(chats::position))
        .first(conn)
        .await?;
    Ok(last.map_or(0, |last| last + 1))
}

/// Puts people into a direct or group chat; who is in it stays.
///
/// # Errors
/// The database's.
pub async fn add_members(conn: &mut PgConn, chat: ChatId, people: &[UserId]) -> QueryResult<usize> {
    let rows: Vec<_> = people
        .iter()
        .map(|user| (chat_members::chat_id.eq(chat), chat_members::user_id.eq(*user)))
        .collect();
    diesel::insert_into(chat_members::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(conn)
        .await
}

/// Takes a person out of a group.
///
/// # Errors
/// The database's.
pub async fn remove_member(conn: &mut PgConn, chat: ChatId, user: UserId) -> QueryResult<usize> {
    diesel::delete(chat_members::table.find((chat, user))).execute(conn).await
}

/// After `user` left a group: who made it is followed by who came first after him. `false` when nobody
/// is left.
///
/// # Errors
/// The database's.
pub async fn hand_on(conn: &mut PgConn, chat: ChatId, user: UserId) -> QueryResult<bool> {
    let next: Option<UserId> = chat_members::table
        .filter(chat_members::chat_id.eq(chat))
        .order((chat_members::joined_at, chat_members::user_id))
        .select(chat_members::user_id)
        .first(conn)
        .await
        .optional()?;
    diesel::update(chats::table.find(chat).filter(chats::owner_id.eq(user)))
        .set((chats::owner_id.eq(next), chats::version.eq(chats::version + 1)))
        .execute(conn)
        .await?;
    Ok(next.is_some())
}

/// The groups a person is in. Direct chats stay: the other one may want to read them.
///
/// # Errors
/// The database's.
pub async fn groups_of(conn: &mut PgConn, user: UserId) -> QueryResult<Vec<ChatId>> {
    chat_members::table
        .inner_join(chats::table.on(chats::id.eq(chat_members::chat_id)))
        .filter(chat_members::user_id.eq(user).and(chats::kind.eq(ChatKind::Group.key())))
        .select(chats::id)
        .load(conn)
        .await
}

/// How many chats a space has.
///
/// # Errors
/// The database's.
pub async fn count_of(conn: &mut PgConn, space: SpaceId) -> QueryResult<i64> {
    chats::table.filter(chats::space_id.eq(space)).count().get_result(conn).await
}

/// Forgets what chats allow or deny a role; returns those chats.
///
/// # Errors
/// The database's.
pub async fn drop_role(conn: &mut PgConn, role: RoleId) -> QueryResult<Vec<ChatId>> {
    let touched: Vec<ChatId> =
        diesel::delete(chat_overrides::table.filter(chat_overrides::role_id.eq(role)))
            .returning(chat_overrides::chat_id)
            .get_results(conn)
            .await?;
    diesel::update(chats::table.filter(chats::id.eq_any(&touched)))
        .set(chats::version.eq(chats::version + 1))
        .execute(conn)
        .await?;
    Ok(touched)
}

/// Forgets what chats of a space allow people, and keeps what they deny them; returns those chats, by id.
///
/// # Errors
/// The database's.
pub async fn end_places(
    conn: &mut PgConn,
    space: SpaceId,
    people: &[UserId],
) -> QueryResult<Vec<ChatId>> {
    let allowing = chat_overrides::table
        .filter(chat_overrides::user_id.eq_any(people).assume_not_null())
        .filter(chat_overrides::allow.ne(PermissionSet::NONE))
        .select(chat_overrides::chat_id);
    // Chats before what hangs on them, by id.
    let touched: Vec<ChatId> = chats::table
        .filter(chats::space_id.eq(space).and(chats::id.eq_any(allowing)))
        .select(chats::id)
        .order(chats::id)
        .for_no_key_update()
        .load(conn)
        .await?;
    if touched.is_empty() {
        return Ok(touched);
    }
    let theirs = chat_overrides::chat_id
        .eq_any(&touched)
        .and(chat_overrides::user_id.eq_any(people).assume_not_null());
    diesel::update(chat_overrides::table.filter(theirs.clone()))
        .set(chat_overrides::allow.eq(PermissionSet::NONE))
        .execute(conn)
        .await?;
    let empty = theirs.and(chat_overrides::deny.eq(PermissionSet::NONE));
    diesel::delete(chat_overrides::table.filter(empty)).execute(conn).await?;
    diesel::update(chats::table.filter(chats::id.eq_any(&touched)))
        .set(chats::version.eq(chats::version + 1))
        .execute(conn)
        .await?;
    Ok(touched)
}

/// Replaces the overrides of a chat.
///
/// # Errors
/// The database's.
pub async fn set_overrides(
    conn: &mut PgConn,
    chat: ChatId,
    overrides: &[ChatOverride],
) -> QueryResult<()> {
    diesel::delete(chat_overrides::table.filter(chat_overrides::chat_id.eq(chat)))
        .execute(conn)
        .await?;
    let rows: Vec<_> = overrides
        .iter()
        .map(|o| {
            let (role, user) = match o.target {
                OverrideTarget::Everybody => (None, None),
                OverrideTarget::Role(role) => (Some(role), None),
                OverrideTarget::Member(user) => (None, Some(user)),
            };
            (
                chat_overrides::chat_id.eq(chat),
                chat_overrides::role_id.eq(role),
                chat_overrides::user_id.eq(user),
                chat_overrides::allow.eq(o.allow),
                chat_overrides::deny.eq(o.deny),
            )
        })
        .collect();
    diesel::insert_into(chat_overrides::table).values(rows).execute(conn).await.map(drop)
}

/// Whether every target of the overrides belongs to the space.
///
/// # Errors
/// The database's.
pub async fn targets_exist(
    conn: &mut PgConn,
    space: SpaceId,
    overrides: &[ChatOverride],
) -> QueryResult<bool> {
    use crate::platform::schema::{roles, space_members};
    let mut wanted_roles = Vec::new();
    let mut people = Vec::new();
    for o in overrides {
        match o.target {
            OverrideTarget::Everybody => {}
            OverrideTarget::Role(role) => wanted_roles.push(role),
            OverrideTarget::Member(user) => people.push(user),
        }
    }
    let found_roles: i64 = roles::table
        .filter(roles::space_id.eq(space).and(roles::id.eq_any(&wanted_roles)))
        .count()
        .get_result(conn)
        .await?;
    let found_people: i64 = space_members::table
        .filter(space_members::space_id.eq(space).and(space_members::user_id.eq_any(&people)))
        .count()
        .get_result(conn)
        .await?;
    Ok(found_roles == wanted_roles.len() as i64 && found_people == people.len() as i64)
}

/// The people of direct and group chats, by chat.
///
/// # Errors
/// The database's.
pub async fn members_of(
    conn: &mut PgConn,
    ids: &[ChatId],
) -> QueryResult<HashMap<ChatId, Vec<UserRef>>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        chat_id: Uuid,
        #[diesel(sql_type = Jsonb)]
        people: Value,
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = diesel::sql_query(concat!(
        "SELECT cm.chat_id, jsonb_agg(",
        user_ref!("u"),
        " ORDER BY cm.joined_at, u.id) AS people FROM chat_members cm \
         JOIN users u ON u.id = cm.user_id WHERE cm.chat_id = ANY($1) GROUP BY cm.chat_id"
    ))
    .bind::<Array<SqlUuid>, _>(ids)
    .load(conn)
    .await?;
    rows.into_iter().map(|row| Ok((ChatId(row.chat_id), from_json(row.people)?))).collect()
}
