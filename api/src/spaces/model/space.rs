//! Rows of `spaces`, alone and as one person sees them.

use super::role::RoleRow;
use crate::platform::db::PgConn;
use crate::platform::schema::{chats, restrictions, roles, space_members, space_order, spaces};
use crate::platform::sql::containing;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::Timestamp;
use shared::chat::ChatKind;
use shared::ids::{ChatId, FileId, SpaceId, UserId};
use shared::permission::{PermissionSet, Standing, in_space};
use shared::spaces::{Membership, Space, Visibility};

/// A space.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = spaces)]
pub struct SpaceRow {
    pub id: SpaceId,
    pub name: String,
    pub description: Option<String>,
    pub avatar_url: Option<String>,
    pub banner_url: Option<String>,
    visibility: String,
    pub owner_id: UserId,
    pub default_chat_id: Option<ChatId>,
    pub member_count: i64,
    pub created_at: Timestamp,
    /// Changes with every edit; the ETag.
    pub version: i64,
}

impl SpaceRow {
    /// Holds back every other change of this space's people and roles until the transaction ends, so
    /// that ranks do not move between check and change.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn lock(conn: &mut PgConn, id: SpaceId) -> QueryResult<()> {
        spaces::table
            .find(id)
            .select(spaces::id)
            .for_no_key_update()
            .get_result::<SpaceId>(conn)
            .await
            .map(|_| ())
    }

    /// A space, seen by nobody in particular.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &mut PgConn, id: SpaceId) -> QueryResult<Self> {
        spaces::table.find(id).select(Self::as_select()).first(conn).await
    }

    #[must_use]
    pub fn visibility(&self) -> Visibility {
        Visibility::from_key(&self.visibility).unwrap_or(Visibility::Hidden)
    }

    /// The wire form.
    #[must_use]
    pub fn into_space(self, me: Option<Membership>) -> Space {
        let visibility = self.visibility();
        Space {
            id: self.id,
            name: self.name,
            description: self.description,
            avatar_url: self.avatar_url,
            banner_url: self.banner_url,
            visibility,
            owner_id: self.owner_id,
            default_chat_id: self.default_chat_id,
            member_count: self.member_count,
            created_at: self.created_at,
            me,
        }
    }
}

/// A space to insert.
#[derive(Insertable)]
#[diesel(table_name = spaces)]
pub struct NewSpace<'a> {
    pub id: SpaceId,
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub visibility: &'a str,
    pub owner_id: UserId,
    pub default_chat_id: ChatId,
}

impl NewSpace<'_> {
    /// # Errors
    /// The database's.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<()> {
        diesel::insert_into(spaces::table).values(self).execute(conn).await.map(|_| ())
    }
}

/// The chat that every space has. What happens to it later is the chat slice's.
///
/// # Errors
/// The database's.
pub async fn insert_default_chat(
    conn: &mut PgConn,
    space: SpaceId,
    chat: ChatId,
    name: &str,
) -> QueryResult<()> {
    diesel::insert_into(chats::table)
        .values((
            chats::id.eq(chat),
            chats::kind.eq(ChatKind::Space.key()),
            chats::space_id.eq(space),
            chats::name.eq(name),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// What an edit changes; `None` keeps.
#[derive(Default, AsChangeset)]
#[diesel(table_name = spaces)]
pub struct SpaceChanges<'a> {
    pub name: Option<&'a str>,
    pub description: Option<Option<&'a str>>,
    pub visibility: Option<&'a str>,
    pub owner_id: Option<UserId>,
    pub avatar_id: Option<Option<FileId>>,
    pub avatar_url: Option<Option<String>>,
    pub banner_id: Option<Option<FileId>>,
    pub banner_url: Option<Option<String>>,
}

impl SpaceChanges<'_> {
    /// Applies the changes and counts the version up.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn save(&self, conn: &mut PgConn, id: SpaceId) -> QueryResult<SpaceRow> {
        diesel::update(spaces::table.find(id))
            .set((self, spaces::version.eq(spaces::version + 1)))
            .returning(SpaceRow::as_returning())
            .get_result(conn)
            .await
    }
}

/// Deletes a space with everything in it.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut PgConn, id: SpaceId) -> QueryResult<usize> {
    diesel::delete(spaces::table.find(id)).execute(conn).await
}

/// A space as one person sees it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = spaces)]
pub struct SeenSpace {
    #[diesel(embed)]
    pub space: SpaceRow,
    /// Absent for people outside.
    #[diesel(embed)]
    pub role: Option<RoleRow>,
    #[diesel(select_expression = space_members::joined_at.nullable())]
    pub joined_at: Option<Timestamp>,
    #[diesel(select_expression = restrictions::denied.nullable())]
    denied: Option<PermissionSet>,
    #[diesel(select_expression = restrictions::until.nullable())]
    denied_until: Option<Timestamp>,
}

/// All spaces, with the person's membership, role and restriction in force.
#[auto_type(no_type_alias)]
fn seen_by(user: UserId) -> _ {
    spaces::table
        .left_join(
            space_members::table
                .on(space_members::space_id.eq(spaces::id).and(space_members::user_id.eq(user))),
        )
        .left_join(roles::table.on(roles::id.eq(space_members::role_id)))
        .left_join(restrictions::table.on(
            restrictions::space_id.eq(spaces::id).and(
                restrictions::user_id.eq(user).and(
                    restrictions::until.is_null().or(restrictions::until.gt(diesel::dsl::now)),
                ),
            ),
        ))
}

/// Where a page of a person's spaces ends.
pub type SpaceKey = (i32, Timestamp, SpaceId);

/// The place in the person's own order; behind all of it where there is none.
fn place() -> diesel::expression::SqlLiteral<diesel::sql_types::Integer> {
    diesel::dsl::sql("coalesce(space_order.position, 2147483647)")
}

impl SeenSpace {
    /// One space, visible to the person or not.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &mut PgConn, user: UserId, id: SpaceId) -> QueryResult<Self> {
        seen_by(user).filter(spaces::id.eq(id)).select(Self::as_select()).get_result(conn).await
    }

    /// The person's spaces after a key: those he has put in order, then the others by joining.
    ///
    /// # Errors
    /// The database's.
    pub async fn joined(
        conn: &mut PgConn,
        user: UserId,
        name: Option<&str>,
        after: Option<SpaceKey>,
        limit: i64,
    ) -> QueryResult<Vec<(Self, i32)>> {
        let mut query = seen_by(user)
            .left_join(
                space_order::table
                    .on(space_order::space_id.eq(spaces::id).and(space_order::user_id.eq(user))),
            )
            .filter(space_members::user_id.is_not_null())
            .select((Self::as_select(), place()))
            .order((place(), space_members::joined_at, spaces::id))
            .limit(limit)
            .into_boxed();
        if let Some(name) = name {
            query = query.filter(spaces::name.ilike(containing(name)));
        }
        if let Some((position, at, id)) = after {
            let later = space_members::joined_at
                .gt(at)
                .or(space_members::joined_at.eq(at).and(spaces::id.gt(id)));
            query = query.filter(place().gt(position).or(place().eq(position).and(later)));
        }
        query.load(conn).await
    }

    /// What the directory lists: public and invite spaces after a key, the largest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn listed(
        conn: &mut PgConn,
        user: UserId,
        name: Option<&str>,
        after: Option<(i64, SpaceId)>,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        let mut query = seen_by(user)
            .filter(spaces::visibility.ne(Visibility::Hidden.key()))
            .select(Self::as_select())
            .order((spaces::member_count.desc(), spaces::id.desc()))
            .limit(limit)
            .into_boxed();
        if let Some(name) = name {
            query = query.filter(spaces::name.ilike(containing(name)));
        }
        if let Some((count, id)) = after {
            query = query.filter(
                spaces::member_count
                    .lt(count)
                    .or(spaces::member_count.eq(count).and(spaces::id.lt(id))),
            );
        }
        query.load(conn).await
    }

    /// What the person is in the space; `None` outside.
    #[must_use]
    pub fn standing(&self, user: UserId) -> Option<Standing> {
        let role = self.role.as_ref()?;
        Some(Standing {
            user_id: user,
            is_owner: self.space.owner_id == user,
            role_id: role.id,
            rank: role.priority,
            role: role.permissions,
            denied: self.denied.unwrap_or_default(),
        })
    }

    /// The person's membership on the wire; `None` outside.
    #[must_use]
    pub fn membership(&self, user: UserId) -> Option<Membership> {
        let standing = self.standing(user)?;
        Some(Membership {
            is_owner: standing.is_owner,
            role: self.role.clone()?.into(),
            denied: standing.denied,
            denied_until: self.denied_until,
            permissions: in_space(&standing),
            joined_at: self.joined_at?,
        })
    }

    /// The wire form for this person.
    #[must_use]
    pub fn into_space(self, user: UserId) -> Space {
        let me = self.membership(user);
        self.space.into_space(me)
    }
}
