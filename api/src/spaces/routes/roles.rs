//! `/spaces/{space_id}/roles`.

use super::members::{filter, members};
use super::{PageQuery, RolePath, SpacePath};
use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::etag::{IfMatch, Tagged};
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::query::{Path, Query, limit};
use crate::spaces::access::{access_role, access_space, access_space_to_change};
use crate::spaces::actions::roles::{
    do_create_role, do_delete_role, do_order_roles, do_update_role,
};
use crate::spaces::model::role::RoleRow;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post, put};
use serde::Deserialize;
use shared::ids::RoleId;
use shared::page::Page;
use shared::spaces::{CreateRole, OrderRoles, Participant, Role, UpdateRole};
use utoipa::IntoParams;

/// List all roles of a space, strongest first.
#[utoipa::path(tag = "spaces", params(SpacePath), responses((status = 200, body = Page<Role>)))]
#[get("/spaces/{space_id}/roles")]
pub async fn list_roles(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
) -> ApiResult<Json<Page<Role>>> {
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    let roles = RoleRow::of_space(conn, space.id()).await?;
    Ok(Json(Page::whole(roles.into_iter().map(Role::from).collect())))
}

/// One role of a space.
#[utoipa::path(tag = "spaces", params(RolePath), responses((status = 200, body = Role)))]
#[get("/spaces/{space_id}/roles/{role_id}")]
pub async fn find_role(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<RolePath>,
) -> ApiResult<Tagged<Role>> {
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    Ok(access_role(conn, &space, path.role_id).await?.into_role())
}

/// Create a role below one's own that grants nothing one lacks. Needs `promote_members`.
#[utoipa::path(tag = "spaces", request_body = CreateRole, params(SpacePath), responses((status = 201, body = Role)))]
#[post("/spaces/{space_id}/roles")]
pub async fn create_role(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    Valid(body): Valid<CreateRole>,
) -> ApiResult<Created<Role>> {
    let role = app
        .transact(async |tx| {
            let space = access_space_to_change(tx, &user, path.space_id).await?;
            do_create_role(tx, &space, &body).await
        })
        .await?;
    Ok(Created { location: format!("/spaces/{}/roles/{}", role.space_id, role.id), body: role })
}

/// Edit a role below one's own; neither before nor after may it grant what one lacks. The owner's
/// role keeps rank and permissions, the member role keeps its rank (409). With `If-Match` of another
/// version: 412. Needs `promote_members`.
#[utoipa::path(tag = "spaces", request_body = UpdateRole, params(RolePath), responses((status = 200, body = Role)))]
#[patch("/spaces/{space_id}/roles/{role_id}")]
pub async fn update_role(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<RolePath>,
    seen: IfMatch,
    Valid(body): Valid<UpdateRole>,
) -> ApiResult<Tagged<Role>> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, path.space_id).await?;
        let role = access_role(tx, &space, path.role_id).await?;
        do_update_role(tx, &space, &role, &seen, &body).await
    })
    .await
}

/// What becomes of the holders of a deleted role.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeleteRoleQuery {
    /// The role they get, below one's own; by default the member role.
    replacement: Option<RoleId>,
}

/// Delete a role below one's own; its holders get the replacement or fall back to the member role.
/// Needs `promote_members`.
#[utoipa::path(tag = "spaces", params(RolePath, DeleteRoleQuery), responses((status = 204)))]
#[delete("/spaces/{space_id}/roles/{role_id}")]
pub async fn delete_role(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<RolePath>,
    Query(query): Query<DeleteRoleQuery>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, path.space_id).await?;
        let role = access_role(tx, &space, path.role_id).await?;
        let heir = match query.replacement {
            Some(id) => Some(access_role(tx, &space, id).await?),
            None => None,
        };
        do_delete_role(tx, &space, &role, heir.as_ref(), &*app.conversations).await
    })
    .await?;
    Ok(NoContent)
}

/// Put the roles below one's own into another order, strongest first: they get other ranks. The
/// member role keeps its rank. Needs `promote_members`.
#[utoipa::path(tag = "spaces", request_body = OrderRoles, params(SpacePath),
    responses((status = 200, body = Page<Role>)))]
#[put("/spaces/{space_id}/roles/order")]
pub async fn order_roles(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    Valid(body): Valid<OrderRoles>,
) -> ApiResult<Json<Page<Role>>> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, path.space_id).await?;
        do_order_roles(tx, &space, &body.role_ids).await
    })
    .await
    .map(|roles| Json(Page::whole(roles)))
}

/// List the holders of a role: who is here before who is away, then by nickname.
#[utoipa::path(
    tag = "spaces",
    params(RolePath, PageQuery),
    responses((status = 200, body = Page<Participant>))
)]
#[get("/spaces/{space_id}/roles/{role_id}/members")]
pub async fn list_role_members(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<RolePath>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Participant>>> {
    let limit = limit(query.limit, 50)?;
    let after = cursor::decode(query.cursor.as_deref())?;
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    access_role(conn, &space, path.role_id).await?;
    let here = app.crowds.here(conn, &app.live, space.space()).await?;
    let filter = filter(&app.live, here, Some(path.role_id), None, None);
    members(conn, &app.live, space.id(), filter, after, limit).await.map(Json)
}
