//! Rows of `space_members` and `restrictions`.

use super::role::RoleRow;
use crate::identity::model::choices::Choices;
use crate::identity::model::user::refs;
use crate::platform::db::PgConn;
use crate::platform::schema::{restrictions, roles, space_members, spaces, user_choices, users};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::Timestamp;
use shared::identity::{Status, UserRef};
use shared::ids::{RoleId, SpaceId, UserId};
use shared::permission::{PermissionSet, Standing};
use shared::spaces::{Participant, RestrictedMember};

/// A person as others see him.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Card {
    id: UserId,
    nickname: String,
    display_name: Option<String>,
    avatar_url: Option<String>,
    is_bot: bool,
    is_placeholder: bool,
}

impl From<Card> for UserRef {
    fn from(card: Card) -> Self {
        Self {
            id: card.id,
            nickname: card.nickname,
            display_name: card.display_name,
            avatar_url: card.avatar_url,
            is_bot: card.is_bot,
        }
    }
}

/// A member with his role and the restriction in force.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = space_members)]
pub struct MemberRow {
    #[diesel(embed)]
    card: Card,
    #[diesel(embed)]
    pub role: RoleRow,
    pub joined_at: Timestamp,
    #[diesel(select_expression = spaces::owner_id)]
    owner_id: UserId,
    #[diesel(select_expression = restrictions::denied.nullable())]
    denied: Option<PermissionSet>,
    nickname: Option<String>,
    #[diesel(embed)]
    choices: Option<Choices>,
}

/// All members of all spaces.
#[auto_type(no_type_alias)]
fn members() -> _ {
    space_members::table
        .inner_join(users::table)
        .inner_join(spaces::table)
        .inner_join(roles::table.on(roles::id.eq(space_members::role_id)))
        .left_join(user_choices::table.on(user_choices::user_id.eq(space_members::user_id)))
        .left_join(restrictions::table.on(
            restrictions::space_id.eq(space_members::space_id).and(
                restrictions::user_id.eq(space_members::user_id).and(
                    restrictions::until.is_null().or(restrictions::until.gt(diesel::dsl::now)),
                ),
            ),
        ))
}

impl MemberRow {
    /// A member, if the person is one of this space.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &mut PgConn, space: SpaceId, user: UserId) -> QueryResult<Self> {
        members()
            .filter(space_members::space_id.eq(space).and(space_members::user_id.eq(user)))
            .select(Self::as_select())
            .get_result(conn)
            .await
    }

    /// Those of these people who are members of this space, in no order.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_users(
        conn: &mut PgConn,
        space: SpaceId,
        users: &[UserId],
    ) -> QueryResult<Vec<Self>> {
        members()
            .filter(space_members::space_id.eq(space).and(space_members::user_id.eq_any(users)))
            .select(Self::as_select())
            .load(conn)
            .await
    }

    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.card.id
    }

    /// Made by an import: nobody can log in as this person.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        self.card.is_placeholder
    }

    /// Used by a program.
    #[must_use]
    pub fn is_bot(&self) -> bool {
        self.card.is_bot
    }

    /// What the person is in the space.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing {
            user_id: self.card.id,
            is_owner: self.owner_id == self.card.id,
            role_id: self.role.id,
            rank: self.role.priority,
            role: self.role.permissions,
            denied: self.denied.unwrap_or_default(),
        }
    }

    /// The person as he is shown in this space.
    #[must_use]
    pub fn user_ref(&self) -> UserRef {
        let user = UserRef::from(self.card.clone());
        UserRef { display_name: self.nickname.clone().or(user.display_name), ..user }
    }

    /// The wire form.
    #[must_use]
    pub fn into_participant(self, status: Status) -> Participant {
        Participant {
            user: self.user_ref(),
            role_id: self.role.id,
            status,
            custom_status: self.choices.and_then(|choices| choices.custom_status()),
            space_nickname: self.nickname,
            joined_at: self.joined_at,
        }
    }
}

/// Stores what a member is called in the space.
///
/// # Errors
/// The database's.
pub async fn set_nickname(
    conn: &mut PgConn,
    space: SpaceId,
    user: UserId,
    nickname: Option<&str>,
) -> QueryResult<()> {
    diesel::update(space_members::table.find((space, user)))
        .set(space_members::nickname.eq(nickname))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Makes the person a member; `false` when he was one already.
///
/// # Errors
/// The database's.
pub async fn insert(
    conn: &mut PgConn,
    space: SpaceId,
    user: UserId,
    role: RoleId,
) -> QueryResult<bool> {
    let added = diesel::insert_into(space_members::table)
        .values((
            space_members::space_id.eq(space),
            space_members::user_id.eq(user),
            space_members::role_id.eq(role),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(added > 0)
}

/// Ends a membership.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut PgConn, space: SpaceId, user: UserId) -> QueryResult<()> {
    diesel::delete(space_members::table.find((space, user))).execute(conn).await.map(|_| ())
}

/// Those of these people who are members.
///
/// # Errors
/// The database's.
pub async fn among(
    conn: &mut PgConn,
    space: SpaceId,
    users: &[UserId],
) -> QueryResult<Vec<UserId>> {
    space_members::table
        .filter(space_members::space_id.eq(space).and(space_members::user_id.eq_any(users)))
        .select(space_members::user_id)
        .load(conn)
        .await
}

/// All members.
///
/// # Errors
/// The database's.
pub async fn ids(conn: &mut PgConn, space: SpaceId) -> QueryResult<Vec<UserId>> {
    let members = space_members::table.filter(space_members::space_id.eq(space));
    members.select(space_members::user_id).load(conn).await
}

/// In how many spaces a person is.
///
/// # Errors
/// The database's.
pub async fn count_of(conn: &mut PgConn, user: UserId) -> QueryResult<i64> {
    let own = space_members::table.filter(space_members::user_id.eq(user));
    own.count().get_result(conn).await
}

/// The spaces of a person, by id.
///
/// # Errors
/// The database's.
pub async fn spaces_of(conn: &mut PgConn, user: UserId) -> QueryResult<Vec<SpaceId>> {
    space_members::table
        .filter(space_members::user_id.eq(user))
        .order(space_members::space_id)
        .select(space_members::space_id)
        .load(conn)
        .await
}

/// Gives a member a role of the same space; the database refuses another space's.
///
/// # Errors
/// The database's.
pub async fn set_role(
    conn: &mut PgConn,
    space: SpaceId,
    user: UserId,
    role: RoleId,
) -> QueryResult<()> {
    diesel::update(space_members::table.find((space, user)))
        .set(space_members::role_id.eq(role))
        .execute(conn)
        .await
        .map(|_| ())
}

/// What is taken from a person at the moment, until when, and who took it.
///
/// # Errors
/// The database's.
pub async fn restriction(
    conn: &mut PgConn,
    space: SpaceId,
    user: UserId,
) -> QueryResult<Option<(PermissionSet, Option<Timestamp>, Option<UserId>)>> {
    restrictions::table
        .find((space, user))
        .filter(restrictions::until.is_null().or(restrictions::until.gt(diesel::dsl::now)))
        .select((restrictions::denied, restrictions::until, restrictions::set_by))
        .first(conn)
        .await
        .optional()
}

type RestrictionRow = (UserId, PermissionSet, Option<Timestamp>, Option<UserId>, Timestamp);

/// The restrictions in force of a space after a key, latest first.
///
/// # Errors
/// The database's.
pub async fn restrictions_after(
    conn: &mut PgConn,
    space: SpaceId,
    after: Option<(Timestamp, UserId)>,
    limit: i64,
) -> QueryResult<Vec<RestrictedMember>> {
    let mut query = restrictions::table
        .filter(restrictions::space_id.eq(space))
        .filter(restrictions::until.is_null().or(restrictions::until.gt(diesel::dsl::now)))
        .select((
            restrictions::user_id,
            restrictions::denied,
            restrictions::until,
            restrictions::set_by,
            restrictions::created_at,
        ))
        .order((restrictions::created_at.desc(), restrictions::user_id.desc()))
        .limit(limit)
        .into_boxed();
    if let Some((at, id)) = after {
        query = query.filter(
            restrictions::created_at
                .lt(at)
                .or(restrictions::created_at.eq(at).and(restrictions::user_id.lt(id))),
        );
    }
    let rows: Vec<RestrictionRow> = query.load(conn).await?;
    let ids: Vec<UserId> = rows.iter().flat_map(|row| [Some(row.0), row.3]).flatten().collect();
    let people = refs(conn, &ids).await?;
    let list = rows.into_iter().filter_map(|(user, denied, until, set_by, created_at)| {
        Some(RestrictedMember {
            user: people.get(&user).cloned()?,
            permissions_denied: denied,
            until,
            set_by: set_by.and_then(|id| people.get(&id).cloned()),
            created_at,
        })
    });
    Ok(list.collect())
}

/// Forgets restrictions that are over; returns how many.
///
/// # Errors
/// The database's.
pub async fn delete_restrictions_over(conn: &mut PgConn) -> QueryResult<usize> {
    diesel::delete(restrictions::table.filter(restrictions::until.le(diesel::dsl::now)))
        .execute(conn)
        .await
}

/// Permissions to take from a person, instead of those taken before.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = restrictions, treat_none_as_null = true)]
pub struct NewRestriction {
    pub space_id: SpaceId,
    pub user_id: UserId,
    pub denied: PermissionSet,
    pub until: Option<Timestamp>,
    pub set_by: UserId,
    pub created_at: Timestamp,
}

impl NewRestriction {
    /// # Errors
    /// The database's.
    pub async fn save(&self, conn: &mut PgConn) -> QueryResult<()> {
        diesel::insert_into(restrictions::table)
            .values(self)
            .on_conflict((restrictions::space_id, restrictions::user_id))
            .do_update()
            .set(self)
            .execute(conn)
            .await
            .map(|_| ())
    }
}

/// Gives back what was taken.
///
/// # Errors
/// The database's.
pub async fn lift_restriction(conn: &mut PgConn, space: SpaceId, user: UserId) -> QueryResult<()> {
    diesel::delete(restrictions::table.find((space, user))).execute(conn).await.map(|_| ())
}
