//! Categories of a space and the order of its chats.

use crate::app::App;
use crate::chat::actions::categories::{
    do_create_category, do_delete_category, do_order_chats, do_rename_category,
};
use crate::chat::model::category;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::query::Path;
use crate::spaces::access::{access_space, access_space_to_change};
use actix_web::{delete, get, patch, post, put, web};
use shared::chat::{Category, ChatOrder, NameCategory};
use shared::ids::{CategoryId, SpaceId};
use shared::page::Page;

/// The categories of a space in their order.
#[utoipa::path(tag = "chats", responses(
    (status = 200, body = Page<Category>), (status = "default", body = shared::error::Problem)))]
#[get("/spaces/{space_id}/categories")]
pub async fn list_categories(
    app: web::Data<App>,
    user: CurrentUser,
    space: Path<SpaceId>,
) -> ApiResult<Json<Page<Category>>> {
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, space.0).await?;
    Ok(Json(Page::whole(category::of_space(conn, space.id()).await?)))
}

/// Add a category below the others. Needs `manage_chats`.
#[utoipa::path(tag = "chats", request_body = NameCategory, responses(
    (status = 201, body = Category), (status = "default", body = shared::error::Problem)))]
#[post("/spaces/{space_id}/categories")]
pub async fn create_category(
    app: web::Data<App>,
    user: CurrentUser,
    space: Path<SpaceId>,
    body: Valid<NameCategory>,
) -> ApiResult<Created<Category>> {
    let category = app
        .transact(async |tx| {
            let space = access_space_to_change(tx, &user, space.0).await?;
            do_create_category(tx, &space, &body.0.name).await
        })
        .await?;
    let location = format!("/spaces/{}/categories/{}", category.space_id, category.id);
    Ok(Created { location, body: category })
}

/// Rename a category. Needs `manage_chats`.
#[utoipa::path(tag = "chats", request_body = NameCategory, responses(
    (status = 200, body = Category), (status = "default", body = shared::error::Problem)))]
#[patch("/spaces/{space_id}/categories/{category_id}")]
pub async fn update_category(
    app: web::Data<App>,
    user: CurrentUser,
    path: Path<(SpaceId, CategoryId)>,
    body: Valid<NameCategory>,
) -> ApiResult<Json<Category>> {
    let (space, category) = path.0;
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, space).await?;
        do_rename_category(tx, &space, category, &body.0.name).await
    })
    .await
    .map(Json)
}

/// Remove a category; its chats stay, above all others. Needs `manage_chats`.
#[utoipa::path(tag = "chats", responses(
    (status = 204), (status = "default", body = shared::error::Problem)))]
#[delete("/spaces/{space_id}/categories/{category_id}")]
pub async fn delete_category(
    app: web::Data<App>,
    user: CurrentUser,
    path: Path<(SpaceId, CategoryId)>,
) -> ApiResult<NoContent> {
    let (space, category) = path.0;
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, space).await?;
        do_delete_category(tx, &space, category).await
    })
    .await
    .map(|()| NoContent)
}

/// Put categories and chats into an order, all at once. Needs `manage_chats`.
#[utoipa::path(tag = "chats", request_body = ChatOrder, responses(
    (status = 204), (status = "default", body = shared::error::Problem)))]
#[put("/spaces/{space_id}/chat-order")]
pub async fn order_chats(
    app: web::Data<App>,
    user: CurrentUser,
    space: Path<SpaceId>,
    body: Valid<ChatOrder>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, space.0).await?;
        do_order_chats(tx, &space, &body.0).await
    })
    .await
    .map(|()| NoContent)
}
