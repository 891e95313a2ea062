//! Bots in spaces.

use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Json, NoContent};
use crate::http::query::Path;
use crate::integrations::access::access_bot;
use crate::spaces::access::{access_role, access_space_to_change};
use crate::spaces::{do_admit_bot, do_remove_bot};
use actix_web::{delete, post, web};
use serde::Deserialize;
use shared::error::Problem;
use shared::ids::{SpaceId, UserId};
use shared::integrations::AddBot;
use shared::spaces::Participant;
use utoipa::IntoParams;

/// Parameters of `/spaces/{space_id}/bots/{bot_id}`.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct BotPath {
    pub space_id: SpaceId,
    pub bot_id: UserId,
}

/// Bring one of the caller's bots into a space. Needs `add_members`; another role than the usual one
/// also needs `promote_members`. A bot that is in already stays what it is.
#[utoipa::path(
    tag = "bots",
    responses(
        (status = 200, body = Participant),
        (status = 403, body = Problem),
        (status = 404, body = Problem)
    )
)]
#[post("/spaces/{space_id}/bots")]
pub async fn add_bot(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(space_id): Path<SpaceId>,
    Json(body): Json<AddBot>,
) -> ApiResult<Json<Participant>> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &caller, space_id).await?;
        let bot = access_bot(tx, &caller, body.bot_id).await?;
        let role = match body.role_id {
            Some(role) => Some(access_role(tx, &space, role).await?),
            None => None,
        };
        do_admit_bot(tx, &space, bot.id(), role.as_ref(), &app.live).await
    })
    .await
    .map(Json)
}

/// Take one of the caller's bots out of a space. (Somebody else's is kicked like anybody.)
#[utoipa::path(
    tag = "bots",
    params(BotPath),
    responses((status = 204), (status = 404, body = Problem))
)]
#[delete("/spaces/{space_id}/bots/{bot_id}")]
pub async fn remove_bot(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(path): Path<BotPath>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let bot = access_bot(tx, &caller, path.bot_id).await?;
        do_remove_bot(tx, path.space_id, bot.id(), caller.id, &*app.conversations).await
    })
    .await?;
    Ok(NoContent)
}
