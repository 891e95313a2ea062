//! Rows of `bans` and `past_members`.

use crate::identity::model::user;
use crate::platform::db::PgConn;
use crate::platform::schema::{bans, bots, past_members, roles, space_members, user_mail, users};
use crate::platform::sql::containing;
use diesel::dsl::{exists, now, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use shared::Timestamp;
use shared::ids::{RoleId, SpaceId, UserId};
use shared::spaces::{Ban, RoleKind};
use shared::validate::mailbox;

/// A ban.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = bans)]
pub struct BanRow {
    pub user_id: UserId,
    pub banned_by: Option<UserId>,
    pub reason: Option<String>,
    pub until: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// A ban to write; replaces the one before.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = bans, treat_none_as_null = true)]
pub struct NewBan<'a> {
    pub space_id: SpaceId,
    pub user_id: UserId,
    pub banned_by: UserId,
    pub reason: Option<&'a str>,
    pub until: Option<Timestamp>,
    pub mailbox: Option<String>,
    pub created_at: Timestamp,
}

impl NewBan<'_> {
    /// # Errors
    /// The database's.
    pub async fn save(&self, conn: &mut PgConn) -> QueryResult<()> {
        diesel::insert_into(bans::table)
            .values(self)
            .on_conflict((bans::space_id, bans::user_id))
            .do_update()
            .set(self)
            .execute(conn)
            .await
            .map(drop)
    }
}

/// The person's mailbox, as bans compare them, when he has shown that it is his: whoever only writes
/// somebody's address into his account must not have that person kept out.
///
/// # Errors
/// The database's.
pub async fn mailbox_of(conn: &mut PgConn, user: UserId) -> QueryResult<Option<String>> {
    let email: Option<Option<String>> = users::table
        .inner_join(user_mail::table.on(user_mail::user_id.eq(users::id)))
        .filter(users::id.eq(user).and(user_mail::verified_at.is_not_null()))
        .select(users::email)
        .first(conn)
        .await
        .optional()?;
    Ok(email.flatten().as_deref().map(mailbox))
}

/// Whether a ban in force keeps the person out, under this account or another one of his mailbox,
/// whether he has shown that it is his or not.
///
/// # Errors
/// The database's.
pub async fn is_out(conn: &mut PgConn, space: SpaceId, user: UserId) -> QueryResult<bool> {
    let email: Option<String> = users::table.find(user).select(users::email).first(conn).await?;
    // No ban has an empty mailbox.
    let mailbox = email.as_deref().map(mailbox).unwrap_or_default();
    let mailbox = bans::mailbox.eq(mailbox).assume_not_null();
    let same = bans::user_id.eq(user).or(mailbox);
    diesel::select(exists(
        bans::table
            .filter(bans::space_id.eq(space))
            .filter(bans::until.is_null().or(bans::until.gt(now)))
            .filter(same),
    ))
    .get_result(conn)
    .await
}

/// The bots of a person that are members of the space.
///
/// # Errors
/// The database's.
pub async fn bots_of(conn: &mut PgConn, space: SpaceId, owner: UserId) -> QueryResult<Vec<UserId>> {
    bots::table
        .inner_join(space_members::table.on(space_members::user_id.eq(bots::user_id)))
        .filter(bots::owner_id.eq(owner).and(space_members::space_id.eq(space)))
        .select(bots::user_id)
        .order(bots::user_id)
        .load(conn)
        .await
}

/// The ban of a person, if it is in force.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn find(conn: &mut PgConn, space: SpaceId, user: UserId) -> QueryResult<BanRow> {
    bans::table
        .find((space, user))
        .filter(bans::until.is_null().or(bans::until.gt(now)))
        .select(BanRow::as_select())
        .first(conn)
        .await
}

/// Lifts a ban.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut PgConn, space: SpaceId, user: UserId) -> QueryResult<()> {
    diesel::delete(bans::table.find((space, user))).execute(conn).await.map(drop)
}

/// Forgets bans that are over; returns how many.
///
/// # Errors
/// The database's.
pub async fn delete_over(conn: &mut PgConn) -> QueryResult<usize> {
    diesel::delete(bans::table.filter(bans::until.le(now))).execute(conn).await
}

/// The bans in force after a key, latest first.
///
/// # Errors
/// The database's.
pub async fn page_after(
    conn: &mut PgConn,
    space: SpaceId,
    name: Option<&str>,
    after: Option<(Timestamp, UserId)>,
    limit: i64,
) -> QueryResult<Vec<Ban>> {
    let mut query = bans::table
        .inner_join(users::table.on(users::id.eq(bans::user_id)))
        .filter(bans::space_id.eq(space))
        .filter(bans::until.is_null().or(bans::until.gt(now)))
        .select(BanRow::as_select())
        .order((bans::created_at.desc(), bans::user_id.desc()))
        .limit(limit)
        .into_boxed();
    if let Some(name) = name {
        let pattern = containing(name);
        query = query.filter(
            users::nickname
                .ilike(pattern.clone())
                .or(users::display_name.ilike(pattern).assume_not_null()),
        );
    }
    if let Some((at, id)) = after {
        query = query
            .filter(bans::created_at.lt(at).or(bans::created_at.eq(at).and(bans::user_id.lt(id))));
    }
    let rows: Vec<BanRow> = query.load(conn).await?;
    let ids: Vec<UserId> =
        rows.iter().flat_map(|r| [Some(r.user_id), r.banned_by]).flatten().collect();
    let people = user::refs(conn, &ids).await?;
    let bans = rows.into_iter().filter_map(|row| {
        let banned_by = row.banned_by.and_then(|id| people.get(&id).cloned());
        Some(Ban {
            user: people.get(&row.user_id).cloned()?,
            banned_by,
            reason: row.reason,
            until: row.until,
            created_at: row.created_at,
        })
    });
    Ok(bans.collect())
}

/// Notes that a membership ends, and its role when that is below the one of members.
///
/// # Errors
/// The database's.
pub async fn note_end(
    conn: &mut PgConn,
    space: SpaceId,
    user: UserId,
    was_kicked: bool,
) -> QueryResult<()> {
    let plain = roles::table
        .filter(roles::space_id.eq(space).and(roles::kind.eq(RoleKind::Member.key())))
        .select(roles::priority)
        .first::<i32>(conn)
        .await?;
    let low: Option<RoleId> = space_members::table
        .inner_join(roles::table.on(roles::id.eq(space_members::role_id)))
        .filter(space_members::space_id.eq(space).and(space_members::user_id.eq(user)))
        .filter(roles::priority.lt(plain))
        .select(roles::id)
        .first(conn)
        .await
        .optional()?;
    let end = (
        past_members::was_kicked.eq(was_kicked),
        past_members::left_at.eq(now),
        past_members::low_role_id.eq(low),
    );
    diesel::insert_into(past_members::table)
        .values((past_members::space_id.eq(space), past_members::user_id.eq(user), end))
        .on_conflict((past_members::space_id, past_members::user_id))
        .do_update()
        .set(end)
        .execute(conn)
        .await
        .map(drop)
}

/// The role below that of members with which a person left.
///
/// # Errors
/// The database's.
pub async fn low_role(
    conn: &mut PgConn,
    space: SpaceId,
    user: UserId,
) -> QueryResult<Option<RoleId>> {
    let role = past_members::table.find((space, user)).select(past_members::low_role_id);
    Ok(role.first::<Option<RoleId>>(conn).await.optional()?.flatten())
}

/// Whether the person left by his own wish.
///
/// # Errors
/// The database's.
pub async fn has_left(conn: &mut PgConn, space: SpaceId, user: UserId) -> QueryResult<bool> {
    let left = past_members::table.find((space, user)).filter(past_members::was_kicked.eq(false));
    diesel::select(exists(left)).get_result(conn).await
}

/// He is in (again).
///
/// # Errors
/// The database's.
pub async fn forget_end(conn: &mut PgConn, space: SpaceId, user: UserId) -> QueryResult<()> {
    diesel::delete(past_members::table.find((space, user))).execute(conn).await.map(drop)
}

/// Whether the person was a member once.
///
/// # Errors
/// The database's.
pub async fn was_member(conn: &mut PgConn, space: SpaceId, user: UserId) -> QueryResult<bool> {
    diesel::select(exists(past_members::table.find((space, user)))).get_result(conn).await
}

/// Whether the person was removed within the last hour.
///
/// # Errors
/// The database's.
pub async fn was_kicked_lately(
    conn: &mut PgConn,
    space: SpaceId,
    user: UserId,
) -> QueryResult<bool> {
    diesel::select(exists(
        past_members::table
            .find((space, user))
            .filter(past_members::was_kicked)
            .filter(sql::<Bool>("left_at > now() - interval '1 hour'")),
    ))
    .get_result(conn)
    .await
}
