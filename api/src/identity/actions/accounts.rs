//! Making accounts.

use crate::error::{ApiError, ApiResult, conflict};
use crate::identity::model::user::{NewUser, UserRow};
use crate::platform::db::PgConn;
use diesel::result::{DatabaseErrorKind, Error};
use shared::error::ErrorCode;

/// Inserts an account.
///
/// # Errors
/// `nickname_taken` (also by one that looks like it), `email_taken`.
pub async fn do_create_user(conn: &mut PgConn, user: &NewUser) -> ApiResult<UserRow> {
    user.insert(conn).await.map_err(|error| match &error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
            if info.constraint_name() == Some("users_email_key_key") =>
        {
            ApiError::new(ErrorCode::EmailTaken)
        }
        _ => conflict(error, "users_nickname_key_key", ErrorCode::NicknameTaken),
    })
}
