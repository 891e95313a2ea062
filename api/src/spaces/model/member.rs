//! Rows of `space_members` and `restrictions`.

use super::role::RoleRow;
use crate::identity::model::choices::Choices;
use crate::platform::db::PgConn;
use crate::platform::schema::{restrictions, roles, space_members, spaces, user_choices, users};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::Timestamp;
use shared::identity::{Status, UserRef};
use shared::ids::{RoleId, SpaceId, UserId};
use shared::permission::{PermissionSet, Standing};
use shared::spaces::Participant;

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

/// Which members a list shows.
#[derive(Clone, Debug, Default)]
pub struct MemberFilter {
    pub role: Option<RoleId>,
    /// Anywhere in nickname or display name.
    pub name: Option<String>,
    pub only: Option<Vec<UserId>>,
    pub except: Option<Vec<UserId>>,
}

/// Where a page of members ends: the role's priority, the folded nickname, the person.
pub type MemberKey = (i32, String, UserId);

diesel::define_sql_function! {
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
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

    /// The members of a space after a key: strongest role first, then by nickname.
    ///
    /// # Errors
    /// The database's.
    pub async fn page_after(
        conn: &mut PgConn,
        space: SpaceId,
        filter: MemberFilter,
        after: Option<MemberKey>,
        limit: i64,
    ) -> QueryResult<Vec<Self>> {
        let nickname = lower(users::nickname);
        let mut query = members()
            .filter(space_members::space_id.eq(space))
            .select(Self::as_select())
            .order((roles::priority.desc(), nickname, users::id))
            .limit(limit)
            .into_boxed();
        if let Some(role) = filter.role {
            query = query.filter(space_members::role_id.eq(role));
        }
        if let Some(name) = filter.name {
            let pattern = super::containing(&name);
            query = query.filter(
                users::nickname
                    .ilike(pattern.clone())
                    .or(users::display_name.ilike(pattern.clone()).assume_not_null())
                    .or(space_members::nickname.ilike(pattern).assume_not_null()),
            );
        }
        if let Some(only) = filter.only {
            query = query.filter(space_members::user_id.eq_any(only));
        }
        if let Some(except) = filter.except {
            query = query.filter(space_members::user_id.ne_all(except));
        }
        if let Some((priority, name, id)) = after {
            let later = nickname.gt(name.clone()).or(nickname.eq(name).and(users::id.gt(id)));
            query = query
                .filter(roles::priority.lt(priority).or(roles::priority.eq(priority).and(later)));
        }
        query.load(conn).await
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

    /// Where a page that ends with this member goes on.
    #[must_use]
    pub fn key(&self) -> MemberKey {
        (self.role.priority, self.card.nickname.to_lowercase(), self.card.id)
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
