//! Settings of the client and privacy, kept with the account.

use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::Json;
use crate::identity::actions::people::do_update_settings;
use crate::identity::model::choices;
use crate::identity::model::person::Person;
use actix_web::{get, patch, web};
use shared::error::Problem;
use shared::settings::{UpdateSettings, UserSettings};

/// The caller's settings.
#[utoipa::path(tag = "profile", responses((status = 200, body = UserSettings)))]
#[get("/profile/me/settings")]
pub async fn find_settings(
    app: web::Data<App>,
    caller: CurrentUser,
) -> ApiResult<Json<UserSettings>> {
    Ok(Json(choices::find(&mut *app.conn().await?, caller.id).await?.settings()))
}

/// Change settings: absent keeps, `null` clears. The caller's other devices follow.
#[utoipa::path(
    tag = "profile",
    responses((status = 200, body = UserSettings), (status = 422, body = Problem))
)]
#[patch("/profile/me/settings")]
pub async fn update_settings(
    app: web::Data<App>,
    caller: CurrentUser,
    Json(body): Json<UpdateSettings>,
) -> ApiResult<Json<UserSettings>> {
    let (settings, person) = app
        .transact(async |tx| {
            let choices = do_update_settings(tx, caller.id, &body).await?;
            Ok((choices.settings(), Person::find(tx, caller.id).await?))
        })
        .await?;
    if body.shows_online.is_some() {
        app.live.choose(caller.id, person.chosen());
    }
    Ok(Json(settings))
}
