//! Chats of spaces, direct and group chats.

use crate::app::App;
use crate::chat::access::{ChatAccess, access_chat, access_chat_to_change};
use crate::chat::actions::chats::{do_create_chat, do_delete_chat, do_open_direct, do_update_chat};
use crate::chat::actions::groups::do_create_group;
use crate::chat::model::chat_changes::members_of;
use crate::chat::model::counted::CountedChat;
use crate::chat::model::people::has_own_members;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::etag::{IfMatch, Tagged};
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::query::Path;
use crate::platform::db::PgConn;
use crate::spaces::access::{access_space, access_space_to_change};
use actix_web::{Either, delete, get, patch, post, web};
use shared::chat::{Chat, CreateChat, OpenChat, UpdateChat};
use shared::ids::{ChatId, SpaceId, UserId};
use shared::page::Page;
use shared::permission::Permission;

/// All chats the caller sees: of every space, direct and group, with exact unread counts.
#[utoipa::path(tag = "chats", responses(
    (status = 200, body = Page<Chat>), (status = "default", body = shared::error::Problem)))]
#[get("/chats")]
pub async fn list_chats(app: web::Data<App>, user: CurrentUser) -> ApiResult<Json<Page<Chat>>> {
    let conn = &mut *app.conn().await?;
    let views = CountedChat::of_user(conn, user.id).await?;
    Ok(Json(Page::whole(visible(conn, user.id, views).await?)))
}

/// Get or create the direct chat with somebody (`user_id`), or create a group (`user_ids`).
#[utoipa::path(tag = "chats", request_body = OpenChat, responses(
    (status = 201, body = Chat), (status = 200, body = Chat),
    (status = "default", body = shared::error::Problem)))]
#[post("/chats")]
pub async fn open_chat(
    app: web::Data<App>,
    user: CurrentUser,
    body: Valid<OpenChat>,
) -> ApiResult<Either<Created<Chat>, Json<Chat>>> {
    let OpenChat { user_id, user_ids, name } = body.0;
    let (chat, is_new) = app
        .transact(async |tx| match (user_id, &user_ids) {
            (Some(other), _) => do_open_direct(tx, user.id, other).await,
            (None, Some(others)) => {
                let chat = do_create_group(tx, user.id, others, name.as_deref()).await?;
                Ok((chat, true))
            }
            (None, None) => Err(ApiError::not_found()),
        })
        .await?;
    Ok(if is_new { Either::Left(created(chat)) } else { Either::Right(Json(chat)) })
}

/// The chats of a space that the caller sees.
#[utoipa::path(tag = "chats", responses(
    (status = 200, body = Page<Chat>), (status = "default", body = shared::error::Problem)))]
#[get("/spaces/{space_id}/chats")]
pub async fn list_space_chats(
    app: web::Data<App>,
    user: CurrentUser,
    space: Path<SpaceId>,
) -> ApiResult<Json<Page<Chat>>> {
    let conn = &mut *app.conn().await?;
    access_space(conn, &user, space.0).await?;
    let views = CountedChat::of_space(conn, user.id, space.0).await?;
    Ok(Json(Page::whole(visible(conn, user.id, views).await?)))
}

/// Add a chat to a space. Needs `manage_chats`.
#[utoipa::path(tag = "chats", request_body = CreateChat, responses(
    (status = 201, body = Chat), (status = "default", body = shared::error::Problem)))]
#[post("/spaces/{space_id}/chats")]
pub async fn create_chat(
    app: web::Data<App>,
    user: CurrentUser,
    space: Path<SpaceId>,
    body: Valid<CreateChat>,
) -> ApiResult<Created<Chat>> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, space.0).await?;
        do_create_chat(tx, space.id(), &space.standing(), &body.0).await
    })
    .await
    .map(created)
}

/// One chat.
#[utoipa::path(tag = "chats", responses(
    (status = 200, body = Chat), (status = "default", body = shared::error::Problem)))]
#[get("/chats/{chat_id}")]
pub async fn find_chat(
    app: web::Data<App>,
    user: CurrentUser,
    chat: Path<ChatId>,
) -> ApiResult<Tagged<Chat>> {
    let conn = &mut *app.conn().await?;
    let access = access_chat(conn, &user, chat.0).await?;
    whole(conn, access).await
}

/// Rename, describe, order, open or close a chat. Needs `manage_chats`; in a group everybody may. With
/// `If-Match` of another version: 412.
#[utoipa::path(tag = "chats", request_body = UpdateChat, responses(
    (status = 200, body = Chat), (status = "default", body = shared::error::Problem)))]
#[patch("/chats/{chat_id}")]
pub async fn update_chat(
    app: web::Data<App>,
    user: CurrentUser,
    chat: Path<ChatId>,
    seen: IfMatch,
    body: Valid<UpdateChat>,
) -> ApiResult<Tagged<Chat>> {
    app.transact(async |tx| {
        let access = access_chat_to_change(tx, &user, chat.0).await?;
        do_update_chat(tx, &access, &seen, &body.0).await
    })
    .await
}

/// Delete a chat of a space, or one's own group, with everything in it.
#[utoipa::path(tag = "chats", responses(
    (status = 204), (status = "default", body = shared::error::Problem)))]
#[delete("/chats/{chat_id}")]
pub async fn delete_chat(
    app: web::Data<App>,
    user: CurrentUser,
    chat: Path<ChatId>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let access = access_chat_to_change(tx, &user, chat.0).await?;
        do_delete_chat(tx, &access).await
    })
    .await
    .map(|()| NoContent)
}

fn created(chat: Chat) -> Created<Chat> {
    Created { location: format!("/chats/{}", chat.id), body: chat }
}

/// Those the person may see, with the people of direct and group chats.
async fn visible(conn: &mut PgConn, user: UserId, views: Vec<CountedChat>) -> ApiResult<Vec<Chat>> {
    let views: Vec<CountedChat> = views
        .into_iter()
        .filter(|view| view.permissions(user).contains(Permission::ViewChat))
        .collect();
    let ids: Vec<ChatId> =
        views.iter().filter(|view| has_own_members(view.kind())).map(|view| view.id()).collect();
    let mut members = members_of(conn, &ids).await?;
    Ok(views
        .into_iter()
        .map(|view| {
            let people = members.remove(&view.id()).unwrap_or_default();
            view.into_chat(user, people)
        })
        .collect())
}

async fn whole(conn: &mut PgConn, access: ChatAccess) -> ApiResult<Tagged<Chat>> {
    let user = access.user_id();
    let view = CountedChat::find(conn, user, access.chat_id()).await?;
    let version = view.version;
    let chats = visible(conn, user, vec![view]).await?;
    let body = chats.into_iter().next().ok_or_else(ApiError::not_found)?;
    Ok(Tagged { version, body })
}
