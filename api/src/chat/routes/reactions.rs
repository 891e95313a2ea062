//! Reactions.

use crate::app::App;
use crate::chat::access::access_message;
use crate::chat::actions::reactions::do_toggle_reaction;
use crate::chat::model::reaction::{self, ReactorKey};
use crate::error::{ApiResult, check};
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::{Json, Valid};
use crate::http::query::{Path, Query, limit};
use crate::realtime::command::CommandContext;
use actix_web::{get, post, web};
use serde::Deserialize;
use shared::chat::{React, Reactions};
use shared::command::ReactTo;
use shared::identity::UserRef;
use shared::ids::MessageId;
use shared::page::Page;

/// Add one's reaction, or take it back.
#[utoipa::path(tag = "messages", request_body = React, responses(
    (status = 200, body = Reactions), (status = "default", body = shared::error::Problem)))]
#[post("/messages/{message_id}/reaction")]
pub async fn toggle_reaction(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
    body: Valid<React>,
) -> ApiResult<Json<Reactions>> {
    toggle(&app, &user, message.0, &body.0.emoji).await.map(Json)
}

/// The socket's `add_reaction`: toggles too.
pub async fn react_command(context: CommandContext, data: ReactTo) -> ApiResult<Reactions> {
    let body = React { emoji: data.emoji };
    check(&body)?;
    toggle(&context.app, &context.user, data.message_id, &body.emoji).await
}

async fn toggle(
    app: &App,
    user: &CurrentUser,
    message: MessageId,
    emoji: &str,
) -> ApiResult<Reactions> {
    app.transact(async |tx| {
        let (chat, row) = access_message(tx, user, message).await?;
        do_toggle_reaction(tx, &chat, &row, emoji).await?;
        let reactions = reaction::of_message(tx, row.id(), user.id).await?;
        Ok(Reactions { message_id: row.id(), reactions })
    })
    .await
}

/// The reactions of a message, with the first ten people of each.
#[utoipa::path(tag = "messages", responses(
    (status = 200, body = Reactions), (status = "default", body = shared::error::Problem)))]
#[get("/messages/{message_id}/reactions")]
pub async fn list_reactions(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
) -> ApiResult<Json<Reactions>> {
    let conn = &mut *app.conn().await?;
    let (_, row) = access_message(conn, &user, message.0).await?;
    let reactions = reaction::of_message(conn, row.id(), user.id).await?;
    Ok(Json(Reactions { message_id: row.id(), reactions }))
}

/// Whose reactions.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReactorsQuery {
    emoji: String,
    /// 1-100, default 50.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// List all people who reacted to a message with an emoji, the first one first.
#[utoipa::path(tag = "messages", params(ReactorsQuery), responses(
    (status = 200, body = Page<UserRef>), (status = "default", body = shared::error::Problem)))]
#[get("/messages/{message_id}/reactors")]
pub async fn list_reactors(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
    Query(query): Query<ReactorsQuery>,
) -> ApiResult<Json<Page<UserRef>>> {
    let limit = limit(query.limit, 50)?;
    let after: Option<ReactorKey> = cursor::decode(query.cursor.as_deref())?;
    let conn = &mut *app.conn().await?;
    let (_, row) = access_message(conn, &user, message.0).await?;
    let rows = reaction::people(conn, row.id(), &query.emoji, after, limit + 1).await?;
    let page = cursor::page(rows, limit, |(_, key)| *key);
    let items = page.items.into_iter().map(|(person, _)| person).collect();
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}
