//! The caller's bots and their tokens.

use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::etag::IfMatch;
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::query::Path;
use crate::identity::actions::accounts::do_update_profile;
use crate::identity::actions::tokens::{do_create_token, revoke_token};
use crate::identity::model::access_token;
use crate::integrations::access::access_bot;
use crate::integrations::actions::bots::{do_create_bot, do_delete_bot};
use crate::integrations::model::bot::BotRow;
use actix_web::{delete, get, patch, post, web};
use serde::Deserialize;
use shared::error::Problem;
use shared::identity::UpdateProfile;
use shared::ids::{TokenId, UserId};
use shared::integrations::{AccessToken, Bot, CreateBot, CreateToken};
use shared::page::Page;
use utoipa::IntoParams;

/// Parameters of `/bots/{bot_id}/tokens/{token_id}`.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TokenPath {
    pub bot_id: UserId,
    pub token_id: TokenId,
}

/// The caller's bots, the oldest first.
#[utoipa::path(tag = "bots", responses((status = 200, body = Page<Bot>)))]
#[get("/bots")]
pub async fn list_bots(app: web::Data<App>, caller: CurrentUser) -> ApiResult<Json<Page<Bot>>> {
    let rows = BotRow::of_owner(&mut *app.conn().await?, caller.id).await?;
    Ok(Json(Page::whole(rows.into_iter().map(Into::into).collect())))
}

/// Make a bot: an account of its own without a password. Give it a token, then bring it into spaces.
#[utoipa::path(
    tag = "bots",
    request_body = CreateBot,
    responses(
        (status = 201, body = Bot),
        (status = 409, body = Problem, description = "`nickname_taken`, `limit_reached`"),
        (status = 422, body = Problem)
    )
)]
#[post("/bots")]
pub async fn create_bot(
    app: web::Data<App>,
    caller: CurrentUser,
    Valid(body): Valid<CreateBot>,
) -> ApiResult<Created<Bot>> {
    let bot = app.transact(async |tx| do_create_bot(tx, caller.id, &body).await).await?;
    Ok(Created { location: format!("/bots/{}", bot.id), body: bot })
}

/// One of the caller's bots.
#[utoipa::path(tag = "bots", responses((status = 200, body = Bot), (status = 404, body = Problem)))]
#[get("/bots/{bot_id}")]
pub async fn find_bot(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(bot_id): Path<UserId>,
) -> ApiResult<Json<Bot>> {
    let bot = access_bot(&mut *app.conn().await?, &caller, bot_id).await?;
    Ok(Json(bot.into_bot()))
}

/// Change a bot's display name or description: absent keeps, `null` clears.
#[utoipa::path(
    tag = "bots",
    request_body = UpdateProfile,
    responses((status = 200, body = Bot), (status = 404, body = Problem), (status = 422, body = Problem))
)]
#[patch("/bots/{bot_id}")]
pub async fn update_bot(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(bot_id): Path<UserId>,
    expected: IfMatch,
    Valid(body): Valid<UpdateProfile>,
) -> ApiResult<Json<Bot>> {
    app.transact(async |tx| {
        let bot = access_bot(tx, &caller, bot_id).await?;
        do_update_profile(tx, bot.id(), &expected, &body).await?;
        access_bot(tx, &caller, bot_id).await.map(|bot| Json(bot.into_bot()))
    })
    .await
}

/// Delete a bot: its tokens end at once, it leaves its spaces, what it wrote stays.
#[utoipa::path(tag = "bots", responses((status = 204), (status = 404, body = Problem)))]
#[delete("/bots/{bot_id}")]
pub async fn delete_bot(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(bot_id): Path<UserId>,
) -> ApiResult<NoContent> {
    let ended = app
        .transact(async |tx| {
            let bot = access_bot(tx, &caller, bot_id).await?;
            do_delete_bot(tx, &bot, &*app.conversations).await
        })
        .await?;
    app.identity.forget_tokens(&app.live, &ended).await;
    Ok(NoContent)
}

/// A bot's tokens in force, newest first, without their secrets.
#[utoipa::path(
    tag = "bots",
    responses((status = 200, body = Page<AccessToken>), (status = 404, body = Problem))
)]
#[get("/bots/{bot_id}/tokens")]
pub async fn list_bot_tokens(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(bot_id): Path<UserId>,
) -> ApiResult<Json<Page<AccessToken>>> {
    let conn = &mut *app.conn().await?;
    let bot = access_bot(conn, &caller, bot_id).await?;
    let rows = access_token::of_user(conn, bot.id()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(Into::into).collect())))
}

/// Make a token of a bot. The answer is the only place that shows it.
#[utoipa::path(
    tag = "bots",
    request_body = CreateToken,
    responses(
        (status = 201, body = AccessToken),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`limit_reached`"),
        (status = 422, body = Problem)
    )
)]
#[post("/bots/{bot_id}/tokens")]
pub async fn create_bot_token(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(bot_id): Path<UserId>,
    Valid(body): Valid<CreateToken>,
) -> ApiResult<Created<AccessToken>> {
    let made = app
        .transact(async |tx| {
            let bot = access_bot(tx, &caller, bot_id).await?;
            do_create_token(tx, bot.id(), &body).await
        })
        .await?;
    Ok(Created { location: format!("/bots/{bot_id}/tokens/{}", made.id), body: made })
}

/// Revoke a token of a bot: it is refused and its sockets close at once.
#[utoipa::path(
    tag = "bots",
    params(TokenPath),
    responses((status = 204), (status = 404, body = Problem))
)]
#[delete("/bots/{bot_id}/tokens/{token_id}")]
pub async fn delete_bot_token(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(path): Path<TokenPath>,
) -> ApiResult<NoContent> {
    let bot = access_bot(&mut *app.conn().await?, &caller, path.bot_id).await?;
    revoke_token(&app, bot.id(), path.token_id).await?;
    Ok(NoContent)
}
