//! Register, who am I, and another password.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::client_address::ClientAddress;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::language;
use crate::http::rate_limit::subscriber;
use crate::identity::actions::accounts::{self, do_create_user};
use crate::identity::actions::names;
use crate::identity::actions::recovery::do_send_code;
use crate::identity::limits;
use crate::identity::model::email;
use crate::identity::model::person::Person;
use crate::identity::model::user::NewUser;
use crate::identity::password::check_not_common;
use actix_web::{HttpRequest, get, post, web};
use shared::error::{ErrorCode, Problem};
use shared::identity::{ChangePassword, Me, Register};
use shared::people::ChangeNickname;

/// Make an account. Log in afterwards.
#[utoipa::path(
    tag = "auth",
    request_body = Register,
    security(()),
    responses(
        (status = 201, body = Me),
        (status = 403, body = Problem, description = "`registration_closed`"),
        (status = 409, body = Problem, description = "`nickname_taken`, `email_taken`"),
        (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/auth/register")]
pub async fn register(
    app: web::Data<App>,
    request: HttpRequest,
    address: ClientAddress,
    Valid(body): Valid<Register>,
) -> ApiResult<Created<Me>> {
    app.limits.take(limits::REGISTER, subscriber(address.0)).await?;
    if !app.config.identity.registration_open {
        return Err(ApiError::new(ErrorCode::RegistrationClosed));
    }
    check_not_common("password", &body.password)?;
    let hash = app.identity.hasher.hash(body.password).await?;
    let mut user = NewUser::person(&body.nickname, Some(&body.email), hash);
    user.display_name = body.display_name.map(|name| name.trim().to_owned());
    let lang = language::given(&request);
    let row = app
        .transact(async |tx| {
            let row = do_create_user(tx, &user).await?;
            if let Some(lang) = lang {
                email::set_language(tx, row.id, lang).await?;
            }
            do_send_code(tx, row.id).await?;
            Ok(row)
        })
        .await?;
    let location = format!("/profile/{}", row.id);
    Ok(Created { location, body: Person::from(row).into() })
}

/// The caller's own account.
#[utoipa::path(tag = "auth", responses((status = 200, body = Me)))]
#[get("/auth/me")]
pub async fn find_me(app: web::Data<App>, caller: CurrentUser) -> ApiResult<Json<Me>> {
    let person = Person::find(&mut *app.conn().await?, caller.id).await?;
    Ok(Json(person.into()))
}

/// Change the password. Every other session of the caller ends.
#[utoipa::path(
    tag = "auth",
    responses(
        (status = 204),
        (status = 403, body = Problem, description = "`wrong_password`"),
        (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/auth/change-password")]
pub async fn change_password(
    app: web::Data<App>,
    caller: CurrentUser,
    Json(body): Json<ChangePassword>,
) -> ApiResult<NoContent> {
    accounts::change_password(&app, caller, body).await?;
    Ok(NoContent)
}

/// Take another nickname, at most once in 14 days. Nobody else can take the former one for 30 days.
#[utoipa::path(
    tag = "auth",
    request_body = ChangeNickname,
    responses(
        (status = 200, body = Me),
        (status = 403, body = Problem, description = "`wrong_password`"),
        (status = 409, body = Problem, description = "`nickname_taken`, `nickname_too_soon`"),
        (status = 422, body = Problem),
        (status = 429, body = Problem)
    )
)]
#[post("/auth/change-nickname")]
pub async fn change_nickname(
    app: web::Data<App>,
    caller: CurrentUser,
    Valid(body): Valid<ChangeNickname>,
) -> ApiResult<Json<Me>> {
    names::change_nickname(&app, caller, body).await.map(|person| Json(person.into()))
}
