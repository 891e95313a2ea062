//! `users`.

use crate::platform::db::PgConn;
use crate::platform::schema::users;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::identity::{Status, UpdateProfile, UserRef};
use shared::ids::{FileId, UserId};
use shared::validate::nickname_key;
use std::collections::HashMap;

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// Everything about an account but its password.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct UserRow {
    pub id: UserId,
    pub nickname: String,
    pub email: Option<String>,
    pub display_name: Option<String>,
    pub bio: Option<String>,
    pub avatar_url: Option<String>,
    pub banner_url: Option<String>,
    pub is_bot: bool,
    pub status: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An account to be made.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = users)]
pub struct NewUser {
    pub id: UserId,
    pub nickname: String,
    pub nickname_key: String,
    pub email: Option<String>,
    pub email_key: Option<String>,
    pub password_hash: Option<String>,
    pub display_name: Option<String>,
    pub bio: Option<String>,
    pub is_bot: bool,
    pub is_placeholder: bool,
}

/// How a person is shown beside a message: select `(users::id, …)` through this.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct UserRefRow {
    pub id: UserId,
    pub nickname: String,
    pub display_name: Option<String>,
    pub avatar_url: Option<String>,
    pub is_bot: bool,
}

impl From<UserRefRow> for UserRef {
    fn from(row: UserRefRow) -> Self {
        let UserRefRow { id, nickname, display_name, avatar_url, is_bot } = row;
        Self { id, nickname, display_name, avatar_url, is_bot }
    }
}

impl UserRow {
    /// Changes with every edit; what the ETag holds.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.updated_at.timestamp_micros()
    }

    /// The status chosen by hand, in force or not.
    #[must_use]
    pub fn chosen_status(&self) -> Status {
        Status::from_key(&self.status).unwrap_or_default()
    }
}

impl NewUser {
    /// A person who logs in with a password.
    #[must_use]
    pub fn person(nickname: &str, email: Option<&str>, password_hash: String) -> Self {
        Self {
            id: UserId::new(),
            nickname: nickname.to_owned(),
            nickname_key: nickname_key(nickname),
            email: email.map(str::to_owned),
            email_key: email.map(str::to_lowercase),
            password_hash: Some(password_hash),
            display_name: None,
            bio: None,
            is_bot: false,
            is_placeholder: false,
        }
    }

    /// An account for a program: nobody logs in to it with a password.
    #[must_use]
    pub fn bot(nickname: &str, display_name: Option<String>, bio: Option<String>) -> Self {
        Self {
            id: UserId::new(),
            nickname: nickname.to_owned(),
            nickname_key: nickname_key(nickname),
            email: None,
            email_key: None,
            password_hash: None,
            display_name,
            bio,
            is_bot: true,
            is_placeholder: false,
        }
    }

    /// Inserts the account.
    ///
    /// # Errors
    /// The database's; taken names violate `users_nickname_key_key` or `users_email_key_key`.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<UserRow> {
        diesel::insert_into(users::table)
            .values(self)
            .returning(UserRow::as_returning())
            .get_result(conn)
            .await
    }
}

/// The account.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn find(conn: &mut PgConn, id: UserId) -> QueryResult<UserRow> {
    users::table.find(id).select(UserRow::as_select()).first(conn).await
}

/// The account with this nickname, whatever its case. Look-alikes are somebody else.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn by_nickname(conn: &mut PgConn, nickname: &str) -> QueryResult<UserRow> {
    users::table
        .filter(lower(users::nickname).eq(nickname.to_lowercase()))
        .select(UserRow::as_select())
        .first(conn)
        .await
}

/// Whether the account was made by an import: nobody can log in as this person.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn is_placeholder(conn: &mut PgConn, id: UserId) -> QueryResult<bool> {
    users::table.find(id).select(users::is_placeholder).first(conn).await
}

/// The account a login means (nickname or e-mail address), with its password hash.
///
/// # Errors
/// The database's.
pub async fn by_login(
    conn: &mut PgConn,
    login: &str,
) -> QueryResult<Option<(UserRow, Option<String>)>> {
    let (select, login) = ((UserRow::as_select(), users::password_hash), login.to_lowercase());
    if login.contains('@') {
        let found = users::table.filter(users::email_key.eq(login));
        return found.select(select).first(conn).await.optional();
    }
    let found = users::table.filter(lower(users::nickname).eq(login));
    found.select(select).first(conn).await.optional()
}

/// How these people are shown, by id.
///
/// # Errors
/// The database's.
pub async fn refs(conn: &mut PgConn, ids: &[UserId]) -> QueryResult<HashMap<UserId, UserRef>> {
    let rows: Vec<UserRefRow> = users::table
        .filter(users::id.eq_any(ids))
        .select(UserRefRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.into())).collect())
}

/// The password's hash; `None` for accounts that cannot log in.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn password_hash(conn: &mut PgConn, id: UserId) -> QueryResult<Option<String>> {
    users::table.find(id).select(users::password_hash).first(conn).await
}

/// Stores a new password.
///
/// # Errors
/// The database's.
pub async fn set_password(conn: &mut PgConn, id: UserId, hash: &str) -> QueryResult<()> {
    let row = diesel::update(users::table.find(id)).set(users::password_hash.eq(hash));
    row.execute(conn).await.map(drop)
}

/// Stores the status chosen by hand. The profile that people edit has no other version by it.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn set_status(conn: &mut PgConn, id: UserId, status: Status) -> QueryResult<UserRow> {
    diesel::update(users::table.find(id))
        .set(users::status.eq(status.key()))
        .returning(UserRow::as_returning())
        .get_result(conn)
        .await
}

/// Locks the account until the end of the transaction. Rows that refer to it may come meanwhile: else
/// who tells him something, and has his place in a stream already, and who waits for that place would
/// wait for each other.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn lock(conn: &mut PgConn, id: UserId) -> QueryResult<UserRow> {
    users::table.find(id).select(UserRow::as_select()).for_no_key_update().first(conn).await
}

/// As [`lock`], and nothing comes that refers to the account, which is about to end.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn lock_to_end(conn: &mut PgConn, id: UserId) -> QueryResult<UserRow> {
    users::table.find(id).select(UserRow::as_select()).for_update().first(conn).await
}

/// Writes the fields that are there.
///
/// # Errors
/// The database's.
pub async fn update_profile(
    conn: &mut PgConn,
    id: UserId,
    change: &UpdateProfile,
) -> QueryResult<UserRow> {
    let trimmed = |field: &Option<Option<String>>| {
        field.as_ref().map(|value| value.as_ref().map(|text| text.trim().to_owned()))
    };
    diesel::update(users::table.find(id))
        .set((
            trimmed(&change.display_name).map(|value| users::display_name.eq(value)),
            trimmed(&change.bio).map(|value| users::bio.eq(value)),
            users::updated_at.eq(diesel::dsl::now),
        ))
        .returning(UserRow::as_returning())
        .get_result(conn)
        .await
}

/// A picture of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    Avatar,
    Banner,
}

/// Puts a file in the place of a picture, or nothing. What was there is released by the database.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn set_picture(
    conn: &mut PgConn,
    id: UserId,
    picture: Picture,
    file: Option<FileId>,
) -> QueryResult<UserRow> {
    let url = file.map(shared::files::url);
    let now = users::updated_at.eq(diesel::dsl::now);
    let row = users::table.find(id);
    let returning = UserRow::as_returning();
    match picture {
        Picture::Avatar => {
            let set = (users::avatar_id.eq(file), users::avatar_url.eq(url), now);
            diesel::update(row).set(set).returning(returning).get_result(conn).await
        }
        Picture::Banner => {
            let set = (users::banner_id.eq(file), users::banner_url.eq(url), now);
            diesel::update(row).set(set).returning(returning).get_result(conn).await
        }
    }
}
