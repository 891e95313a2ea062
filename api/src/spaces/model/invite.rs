//! Rows of `invites`.

use crate::identity::model::user;
use crate::platform::db::PgConn;
use crate::platform::schema::{invites, roles};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::Timestamp;
use shared::ids::{RoleId, SpaceId, UserId};
use shared::spaces::{Invite, RoleKind};

/// An invitation.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = invites)]
pub struct InviteRow {
    pub code: String,
    pub space_id: SpaceId,
    pub created_by: UserId,
    pub role_id: Option<RoleId>,
    pub for_user: Option<UserId>,
    pub max_uses: Option<i32>,
    pub uses: i32,
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl InviteRow {
    /// An invitation, over or not.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &mut PgConn, code: &str) -> QueryResult<Self> {
        invites::table.find(code).select(Self::as_select()).first(conn).await
    }

    /// # Errors
    /// The database's.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<()> {
        diesel::insert_into(invites::table).values(self).execute(conn).await.map(drop)
    }

    /// Whether it can still be used, as far as the invitation itself goes.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > at) && self.max_uses.is_none_or(|n| self.uses < n)
    }
}

/// How many invitations of a space can be used.
///
/// # Errors
/// The database's.
pub async fn count_open(conn: &mut PgConn, space: SpaceId) -> QueryResult<i64> {
    invites::table
        .filter(invites::space_id.eq(space))
        .filter(invites::expires_at.is_null().or(invites::expires_at.gt(now)))
        .filter(invites::max_uses.is_null().or(invites::uses.nullable().lt(invites::max_uses)))
        .count()
        .get_result(conn)
        .await
}

/// A person's own invitations to a space that can still be used, those to the strongest role first,
/// the latest of them first.
///
/// # Errors
/// The database's.
pub async fn open_for(
    conn: &mut PgConn,
    space: SpaceId,
    guest: UserId,
) -> QueryResult<Vec<InviteRow>> {
    let usual = roles::space_id.eq(invites::space_id).and(roles::kind.eq(RoleKind::Member.key()));
    let role = roles::id.nullable().eq(invites::role_id).or(invites::role_id.is_null().and(usual));
    invites::table
        .inner_join(roles::table.on(role))
        .filter(invites::space_id.eq(space).and(invites::for_user.eq(guest)))
        .filter(invites::expires_at.is_null().or(invites::expires_at.gt(now)))
        .filter(invites::max_uses.is_null().or(invites::uses.nullable().lt(invites::max_uses)))
        .order((roles::priority.desc(), invites::created_at.desc(), invites::code.desc()))
        .select(InviteRow::as_select())
        .load(conn)
        .await
}

/// Takes one use; `false` when none is left.
///
/// # Errors
/// The database's.
pub async fn take(conn: &mut PgConn, code: &str) -> QueryResult<bool> {
    let taken = diesel::update(invites::table.find(code))
        .filter(invites::max_uses.is_null().or(invites::uses.nullable().lt(invites::max_uses)))
        .filter(invites::expires_at.is_null().or(invites::expires_at.gt(now)))
        .set(invites::uses.eq(invites::uses + 1))
        .execute(conn)
        .await?;
    Ok(taken > 0)
}

/// Takes the invitation away.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut PgConn, code: &str) -> QueryResult<()> {
    diesel::delete(invites::table.find(code)).execute(conn).await.map(drop)
}

/// Takes away what can be used by nobody any more; returns how many.
///
/// # Errors
/// The database's.
pub async fn delete_over(conn: &mut PgConn) -> QueryResult<usize> {
    let used_up = invites::uses.nullable().ge(invites::max_uses);
    diesel::delete(invites::table.filter(invites::expires_at.le(now).or(used_up)))
        .execute(conn)
        .await
}

/// Which invitations somebody sees: his own, those to no role, and those to these roles.
pub struct Shown {
    pub maker: UserId,
    pub roles: Vec<RoleId>,
}

/// The invitations of a space that can be used, after a key, latest first.
///
/// # Errors
/// The database's.
pub async fn page_after(
    conn: &mut PgConn,
    space: SpaceId,
    shown: &Shown,
    after: Option<(Timestamp, String)>,
    limit: i64,
) -> QueryResult<Vec<Invite>> {
    let mut query = invites::table
        .filter(invites::space_id.eq(space))
        .filter(invites::expires_at.is_null().or(invites::expires_at.gt(now)))
        .filter(invites::max_uses.is_null().or(invites::uses.nullable().lt(invites::max_uses)))
        .filter(
            invites::created_by
                .eq(shown.maker)
                .or(invites::role_id.is_null())
                .or(invites::role_id.eq_any(&shown.roles).assume_not_null()),
        )
        .select(InviteRow::as_select())
        .order((invites::created_at.desc(), invites::code.desc()))
        .limit(limit)
        .into_boxed();
    if let Some((at, code)) = after {
        query = query.filter(
            invites::created_at.lt(at).or(invites::created_at.eq(at).and(invites::code.lt(code))),
        );
    }
    let rows: Vec<InviteRow> = query.load(conn).await?;
    wire(conn, rows).await
}

/// The wire forms.
///
/// # Errors
/// The database's.
pub async fn wire(conn: &mut PgConn, rows: Vec<InviteRow>) -> QueryResult<Vec<Invite>> {
    let ids: Vec<UserId> =
        rows.iter().flat_map(|r| [Some(r.created_by), r.for_user]).flatten().collect();
    let people = user::refs(conn, &ids).await?;
    let invites = rows.into_iter().filter_map(|row| {
        Some(Invite {
            created_by: people.get(&row.created_by).cloned()?,
            for_user: row.for_user.and_then(|id| people.get(&id).cloned()),
            code: row.code,
            space_id: row.space_id,
            role_id: row.role_id,
            uses: row.uses,
            max_uses: row.max_uses,
            expires_at: row.expires_at,
            created_at: row.created_at,
        })
    });
    Ok(invites.collect())
}
