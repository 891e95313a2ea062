//! An account together with what its person chose.

use super::choices::Choices;
use super::user::UserRow;
use crate::platform::db::PgConn;
use crate::platform::schema::{user_choices, users};
use crate::realtime::presence::Chosen;
use chrono::Utc;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::identity::{Me, Presence, Profile, UserRef};
use shared::ids::UserId;
use shared::people::status_at;

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Person {
    pub row: UserRow,
    pub choices: Choices,
}

type Found = (UserRow, Option<Choices>);

impl From<Found> for Person {
    fn from((row, choices): Found) -> Self {
        Self { row, choices: choices.unwrap_or_default() }
    }
}

impl From<UserRow> for Person {
    /// Of somebody who has chosen nothing yet.
    fn from(row: UserRow) -> Self {
        Self { row, choices: Choices::default() }
    }
}

impl From<Person> for Me {
    fn from(person: Person) -> Self {
        let Chosen { status, until, custom, .. } = person.chosen();
        let card = person.choices.card();
        let row = person.row;
        Self {
            id: row.id,
            nickname: row.nickname,
            display_name: row.display_name,
            email: row.email,
            avatar_url: row.avatar_url,
            banner_url: row.banner_url,
            bio: row.bio,
            status: status_at(status, until, Utc::now()),
            custom_status: custom,
            card,
            is_bot: row.is_bot,
            created_at: row.created_at,
        }
    }
}

impl Person {
    /// The account.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn find(conn: &mut PgConn, id: UserId) -> QueryResult<Self> {
        let found: Found = users::table
            .left_join(user_choices::table)
            .filter(users::id.eq(id))
            .select((UserRow::as_select(), Option::<Choices>::as_select()))
            .first(conn)
            .await?;
        Ok(found.into())
    }

    /// The account with this nickname, whatever its case. Look-alikes are somebody else.
    ///
    /// # Errors
    /// `NotFound`, or the database's.
    pub async fn by_nickname(conn: &mut PgConn, nickname: &str) -> QueryResult<Self> {
        let found: Found = users::table
            .left_join(user_choices::table)
            .filter(lower(users::nickname).eq(nickname.to_lowercase()))
            .select((UserRow::as_select(), Option::<Choices>::as_select()))
            .first(conn)
            .await?;
        Ok(found.into())
    }

    /// What he lets others see of himself.
    #[must_use]
    pub fn chosen(&self) -> Chosen {
        Chosen {
            status: self.row.chosen_status(),
            until: self.choices.status_until,
            custom: self.choices.custom_status(),
            shows_online: self.choices.shows_online,
        }
    }

    /// How he is shown beside a message.
    #[must_use]
    pub fn as_ref(&self) -> UserRef {
        UserRef {
            id: self.row.id,
            nickname: self.row.nickname.clone(),
            display_name: self.row.display_name.clone(),
            avatar_url: self.row.avatar_url.clone(),
            is_bot: self.row.is_bot,
        }
    }

    /// The profile for others; `presence` for those who may see it.
    #[must_use]
    pub fn into_profile(self, presence: Option<Presence>) -> Profile {
        let card = self.choices.card();
        let row = self.row;
        Profile {
            id: row.id,
            nickname: row.nickname,
            display_name: row.display_name,
            avatar_url: row.avatar_url,
            banner_url: row.banner_url,
            bio: row.bio,
            is_bot: row.is_bot,
            card,
            created_at: row.created_at,
            presence,
        }
    }
}
