//! Profiles: the caller's own, and what everybody signed in may see of others.

use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::etag::{IfMatch, Tagged};
use crate::http::json::{Json, Valid};
use crate::http::query::Path;
use crate::identity::actions::accounts::do_update_profile;
use crate::identity::model::person::Person;
use crate::identity::routes::status::presence_of;
use actix_web::{get, patch, web};
use shared::error::Problem;
use shared::identity::{Me, Profile, UpdateProfile};
use shared::ids::UserId;

/// The caller's own profile, with an ETag.
#[utoipa::path(
    tag = "profile",
    responses((status = 200, body = Me))
)]
#[get("/profile/me")]
pub async fn find_my_profile(app: web::Data<App>, caller: CurrentUser) -> ApiResult<Tagged<Me>> {
    let person = Person::find(&mut *app.conn().await?, caller.id).await?;
    Ok(Tagged { version: person.row.version(), body: person.into() })
}

/// Change display name, bio or the looks of the card: absent keeps, `null` clears. `If-Match` refuses a lost update.
#[utoipa::path(
    tag = "profile",
    request_body = UpdateProfile,
    params(("If-Match" = Option<String>, Header, description = "The ETag that was edited")),
    responses(
        (status = 200, body = Me),
        (status = 412, body = Problem, description = "`stale`"),
        (status = 422, body = Problem)
    )
)]
#[patch("/profile/me")]
pub async fn update_my_profile(
    app: web::Data<App>,
    caller: CurrentUser,
    expected: IfMatch,
    Valid(body): Valid<UpdateProfile>,
) -> ApiResult<Tagged<Me>> {
    let person =
        app.transact(async |tx| do_update_profile(tx, caller.id, &expected, &body).await).await?;
    if body.display_name.is_some() {
        app.live.show_face(caller.id);
    }
    Ok(Tagged { version: person.row.version(), body: person.into() })
}

/// A person's profile; his presence only for people who share a space or a chat with him.
#[utoipa::path(
    tag = "profile",
    responses(
        (status = 200, body = Profile),
        (status = 404, body = Problem)
    )
)]
#[get("/profile/{user_id}")]
pub async fn find_profile(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(user_id): Path<UserId>,
) -> ApiResult<Json<Profile>> {
    let person = Person::find(&mut *app.conn().await?, user_id).await?;
    seen_by(&app, caller, person).await
}

async fn seen_by(app: &App, caller: CurrentUser, person: Person) -> ApiResult<Json<Profile>> {
    let may_see = app.live.directory().knows(caller.id, person.row.id).await?;
    let presence = may_see.then(|| presence_of(app, &person));
    Ok(Json(person.into_profile(presence)))
}

/// The public profile of a nickname, whatever its case.
#[utoipa::path(
    tag = "profile",
    params(("nickname" = String, Path)),
    responses(
        (status = 200, body = Profile),
        (status = 404, body = Problem)
    )
)]
#[get("/profile/nickname/{nickname}")]
pub async fn find_profile_by_nickname(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(nickname): Path<String>,
) -> ApiResult<Json<Profile>> {
    let person = Person::by_nickname(&mut *app.conn().await?, &nickname).await?;
    seen_by(&app, caller, person).await
}
