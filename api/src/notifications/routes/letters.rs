//! Letters: what was sent to the caller, and no more of them.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::{Json, NoContent};
use crate::http::query::{Path, Query, limit};
use crate::notifications::actions::settings::do_unsubscribe;
use crate::platform::mail;
use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use shared::error::Problem;
use shared::notifications::Delivery;
use shared::page::Page;
use uuid::Uuid;

/// Which page.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveriesQuery {
    /// 1-100, default 30.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// What was sent to the caller outside of the client, or could not be: channel, time, outcome.
#[utoipa::path(tag = "notifications", params(DeliveriesQuery), responses(
    (status = 200, body = Page<Delivery>), (status = "default", body = Problem)))]
#[get("/notifications/deliveries")]
pub async fn list_deliveries(
    app: web::Data<App>,
    user: CurrentUser,
    query: Query<DeliveriesQuery>,
) -> ApiResult<Json<Page<Delivery>>> {
    let limit = limit(query.0.limit, 30)?;
    let before: Option<(DateTime<Utc>, Uuid)> = cursor::decode(query.0.cursor.as_deref())?;
    let rows = mail::list(&mut *app.conn().await?, user.id, before, limit + 1).await?;
    let page = cursor::page(rows, limit, |(key, _)| *key);
    let items = page.items.into_iter().map(|(_, delivery)| delivery).collect();
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// End the letters about unread notifications, with the link of a letter and without a login. What
/// mail programs send when somebody presses "unsubscribe" (RFC 8058).
#[utoipa::path(tag = "notifications", security(()), params(("link" = Uuid, Path)), responses(
    (status = 204), (status = 404, body = Problem)))]
#[post("/notifications/unsubscribe/{link}")]
pub async fn unsubscribe(app: web::Data<App>, link: Path<Uuid>) -> ApiResult<NoContent> {
    let known = app.transact(async |tx| do_unsubscribe(tx, link.0).await).await?;
    if known { Ok(NoContent) } else { Err(ApiError::not_found()) }
}
