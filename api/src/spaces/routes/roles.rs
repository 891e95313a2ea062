//! `/spaces/{space_id}/roles`.

use super::{RolePath, SpacePath};
use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::query::Path;
use crate::spaces::access::{access_role, access_space, access_space_to_change};
use crate::spaces::actions::roles::{do_create_role, do_delete_role, do_update_role};
use crate::spaces::model::role::RoleRow;
use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use shared::page::Page;
use shared::spaces::{CreateRole, Role, UpdateRole};

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

/// Create a role below one's own that grants nothing one lacks. Needs `promote_members`.
#[utoipa::path(tag = "spaces", params(SpacePath), responses((status = 201, body = Role)))]
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
/// role keeps rank and permissions, the member role keeps its rank (409). Needs `promote_members`.
#[utoipa::path(tag = "spaces", params(RolePath), responses((status = 200, body = Role)))]
#[patch("/spaces/{space_id}/roles/{role_id}")]
pub async fn update_role(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<RolePath>,
    Valid(body): Valid<UpdateRole>,
) -> ApiResult<Json<Role>> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, path.space_id).await?;
        let role = access_role(tx, &space, path.role_id).await?;
        do_update_role(tx, &space, &role, &body).await
    })
    .await
    .map(Json)
}

/// Delete a role below one's own; its holders fall back to the member role. Needs
/// `promote_members`.
#[utoipa::path(tag = "spaces", params(RolePath), responses((status = 204)))]
#[delete("/spaces/{space_id}/roles/{role_id}")]
pub async fn delete_role(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<RolePath>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, path.space_id).await?;
        let role = access_role(tx, &space, path.role_id).await?;
        do_delete_role(tx, &space, &role).await
    })
    .await?;
    Ok(NoContent)
}
