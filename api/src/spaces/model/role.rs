//! Rows of `roles`.

use crate::error::{ApiResult, conflict};
use crate::http::etag::Tagged;
use crate::platform::db::PgConn;
use crate::platform::schema::{roles, space_members};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::error::ErrorCode;
use shared::ids::{RoleId, SpaceId};
use shared::permission::PermissionSet;
use shared::spaces::{Role, RoleKind};

/// A role of a space.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = roles)]
pub struct RoleRow {
    pub id: RoleId,
    pub space_id: SpaceId,
    kind: String,
    pub name: String,
    pub color: String,
    pub priority: i32,
    pub permissions: PermissionSet,
    pub member_count: i64,
    /// Counts edits; what the ETag holds.
    pub version: i64,
}

impl RoleRow {
    #[must_use]
    pub fn kind(&self) -> RoleKind {
        RoleKind::from_key(&self.kind).unwrap_or(RoleKind::Custom)
    }

    /// The wire form with its version.
    #[must_use]
    pub fn into_tagged(self) -> Tagged<Role> {
        Tagged { version: self.version, body: self.into() }
    }

    /// All roles of a space, strongest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_space(conn: &mut PgConn, space: SpaceId) -> QueryResult<Vec<Self>> {
        roles::table
            .filter(roles::space_id.eq(space))
            .order((roles::priority.desc(), roles::id))
            .select(Self::as_select())
            .load(conn)
            .await
    }

    /// How many roles the space has.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(conn: &mut PgConn, space: SpaceId) -> QueryResult<i64> {
        roles::table.filter(roles::space_id.eq(space)).count().get_result(conn).await
    }

    /// A role, if it belongs to this space.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &mut PgConn, space: SpaceId, id: RoleId) -> QueryResult<Self> {
        roles::table
            .filter(roles::space_id.eq(space).and(roles::id.eq(id)))
            .select(Self::as_select())
            .get_result(conn)
            .await
    }

    /// The role of this kind; there is one owner's and one members' role a space.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn of_kind(conn: &mut PgConn, space: SpaceId, kind: RoleKind) -> QueryResult<Self> {
        roles::table
            .filter(roles::space_id.eq(space).and(roles::kind.eq(kind.key())))
            .select(Self::as_select())
            .get_result(conn)
            .await
    }

    /// Deletes the role; whoever holds it holds `replacement` then.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, conn: &mut PgConn, replacement: RoleId) -> QueryResult<()> {
        diesel::update(space_members::table)
            .filter(space_members::space_id.eq(self.space_id))
            .filter(space_members::role_id.eq(self.id))
            .set(space_members::role_id.eq(replacement))
            .execute(conn)
            .await?;
        diesel::delete(roles::table.find(self.id)).execute(conn).await.map(|_| ())
    }
}

impl From<RoleRow> for Role {
    fn from(row: RoleRow) -> Self {
        Self {
            id: row.id,
            space_id: row.space_id,
            kind: row.kind(),
            name: row.name,
            color: row.color,
            priority: row.priority,
            permissions: row.permissions,
            member_count: row.member_count,
        }
    }
}

/// A role to insert.
#[derive(Insertable)]
#[diesel(table_name = roles)]
pub struct NewRole<'a> {
    pub id: RoleId,
    pub space_id: SpaceId,
    pub kind: &'a str,
    pub name: &'a str,
    pub color: &'a str,
    pub priority: i32,
    pub permissions: PermissionSet,
}

impl NewRole<'_> {
    /// # Errors
    /// `name_taken`, or the database's.
    pub async fn insert(&self, conn: &mut PgConn) -> ApiResult<RoleRow> {
        diesel::insert_into(roles::table)
            .values(self)
            .returning(RoleRow::as_returning())
            .get_result(conn)
            .await
            .map_err(name_taken)
    }

    /// Several roles of a new space.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert_all(conn: &mut PgConn, list: &[Self]) -> QueryResult<()> {
        diesel::insert_into(roles::table).values(list).execute(conn).await.map(|_| ())
    }
}

/// What an edit changes; `None` keeps.
#[derive(AsChangeset)]
#[diesel(table_name = roles)]
pub struct RoleChanges<'a> {
    pub name: Option<&'a str>,
    pub color: Option<&'a str>,
    pub priority: Option<i32>,
    pub permissions: Option<PermissionSet>,
}

impl RoleChanges<'_> {
    /// Applies the changes and counts the version up.
    ///
    /// # Errors
    /// `name_taken`, or the database's.
    pub async fn save(&self, conn: &mut PgConn, id: RoleId) -> ApiResult<RoleRow> {
        diesel::update(roles::table.find(id))
            .set((self, roles::version.eq(roles::version + 1)))
            .returning(RoleRow::as_returning())
            .get_result(conn)
            .await
            .map_err(name_taken)
    }
}

fn name_taken(error: diesel::result::Error) -> crate::error::ApiError {
    conflict(error, "roles_name", ErrorCode::NameTaken)
}
