//! Another nickname, another e-mail address.

use crate::app::App;
use crate::error::{ApiError, ApiResult, conflict};
use crate::http::current_user::CurrentUser;
use crate::identity::limits;
use crate::identity::model::person::Person;
use crate::identity::model::{nickname, user};
use crate::identity::password::Verified;
use crate::realtime::stream::Tx;
use chrono::{Duration, Utc};
use shared::error::ErrorCode;
use shared::event::Event;
use shared::ids::UserId;
use shared::people::{ChangeNickname, NICKNAME_DAYS};
use shared::topic::Topic;
use shared::validate::nickname_key;

/// Checks the caller's own password before something that cannot be taken back. What acts on it begins
/// with [`still_own`].
///
/// # Errors
/// `wrong_password`; `rate_limited`; `unavailable` when too many wait.
pub async fn check_own_password(
    app: &App,
    caller: UserId,
    password: String,
) -> ApiResult<Verified> {
    app.limits.take(limits::PASSWORD, caller).await?;
    let hash = user::password_hash(&mut *app.conn().await?, caller).await?;
    let verified = app.identity.hasher.verify(password, hash).await?;
    verified.ok_or_else(|| ApiError::new(ErrorCode::WrongPassword))
}

/// Nobody has changed the password since it was checked, and nobody does until the transaction ends.
///
/// # Errors
/// `wrong_password`.
pub async fn still_own(tx: &mut Tx, caller: UserId, verified: &Verified) -> ApiResult<()> {
    match verified.holds(tx, caller).await? {
        true => Ok(()),
        false => Err(ApiError::new(ErrorCode::WrongPassword)),
    }
}

/// Gives the caller another nickname; the former one is kept from others for a while.
///
/// # Errors
/// `wrong_password`, `nickname_taken`, `nickname_too_soon`.
pub async fn change_nickname(
    app: &App,
    caller: CurrentUser,
    body: ChangeNickname,
) -> ApiResult<Person> {
    let verified = check_own_password(app, caller.id, body.password).await?;
    let person = app
        .transact(async |tx| {
            still_own(tx, caller.id, &verified).await?;
            do_change_nickname(tx, caller.id, &body.nickname).await
        })
        .await?;
    app.live.show_face(caller.id);
    Ok(person)
}

async fn do_change_nickname(tx: &mut Tx, id: UserId, wanted: &str) -> ApiResult<Person> {
    let row = user::lock(tx, id).await?;
    // Another case of the same name is the same name.
    if nickname_key(&row.nickname) != nickname_key(wanted) {
        let last = nickname::last_change(tx, id).await?;
        if last.is_some_and(|last| last + Duration::days(NICKNAME_DAYS) > Utc::now()) {
            return Err(ApiError::new(ErrorCode::NicknameTooSoon));
        }
    }
    nickname::change(tx, &row, wanted)
        .await
        .map_err(|error| conflict(error, "users_nickname_key_key", ErrorCode::NicknameTaken))?;
    tell_profile(tx, id).await
}

/// Tells the person's devices how his account is now.
///
/// # Errors
/// The database's.
pub async fn tell_profile(tx: &mut Tx, id: UserId) -> ApiResult<Person> {
    let person = Person::find(tx, id).await?;
    tx.emit(Topic::User(id), Event::ProfileUpdated(person.clone().into())).await?;
    Ok(person)
}
