//! The caller's tokens for programs.

use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::query::Path;
use crate::identity::actions::tokens::{do_create_token, revoke_token};
use crate::identity::model::access_token;
use actix_web::{delete, get, post, web};
use shared::error::Problem;
use shared::ids::TokenId;
use shared::integrations::{AccessToken, CreateToken};
use shared::page::Page;

/// The caller's tokens in force, newest first, without their secrets.
#[utoipa::path(tag = "auth", responses((status = 200, body = Page<AccessToken>)))]
#[get("/auth/tokens")]
pub async fn list_tokens(
    app: web::Data<App>,
    caller: CurrentUser,
) -> ApiResult<Json<Page<AccessToken>>> {
    let rows = access_token::of_user(&mut *app.conn().await?, caller.id).await?;
    Ok(Json(Page::whole(rows.into_iter().map(Into::into).collect())))
}

/// Make a token for a program. The answer is the only place that shows it.
#[utoipa::path(
    tag = "auth",
    request_body = CreateToken,
    responses(
        (status = 201, body = AccessToken),
        (status = 403, body = Problem, description = "`people_only`: tokens make no tokens"),
        (status = 409, body = Problem, description = "`limit_reached`"),
        (status = 422, body = Problem)
    )
)]
#[post("/auth/tokens")]
pub async fn create_access_token(
    app: web::Data<App>,
    caller: CurrentUser,
    Valid(body): Valid<CreateToken>,
) -> ApiResult<Created<AccessToken>> {
    let made = app.transact(async |tx| do_create_token(tx, caller.id, &body).await).await?;
    Ok(Created { location: format!("/auth/tokens/{}", made.id), body: made })
}

/// Revoke a token: it is refused and its sockets close at once.
#[utoipa::path(tag = "auth", responses((status = 204), (status = 404, body = Problem)))]
#[delete("/auth/tokens/{token_id}")]
pub async fn delete_access_token(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(token_id): Path<TokenId>,
) -> ApiResult<NoContent> {
    revoke_token(&app, caller.id, token_id).await?;
    Ok(NoContent)
}
