//! Invitations.

use super::{InvitePath, PageQuery, SpacePath};
use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::query::{Path, Query, limit};
use crate::spaces::access::{access_invite, access_space, access_space_to_change};
use crate::spaces::actions::invites::{
    do_accept_invite, do_create_invite, do_revoke_invite, preview, roles_to_hand_out,
};
use crate::spaces::model::invite::{self, Shown};
use actix_web::web::Data;
use actix_web::{delete, get, post};
use shared::page::Page;
use shared::permission::Permission;
use shared::spaces::{CreateInvite, Invite, InvitePreview, Space};

/// List the invitations that can be used, latest first. Needs `create_invites`. One to a role is shown
/// to who made it and to who could hand the role out: its code opens the role to whoever has it.
#[utoipa::path(
    tag = "spaces",
    params(SpacePath, PageQuery),
    responses((status = 200, body = Page<Invite>))
)]
#[get("/spaces/{space_id}/invites")]
pub async fn list_invites(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Invite>>> {
    let limit = limit(query.limit, 50)?;
    let after = cursor::decode(query.cursor.as_deref())?;
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    space.require(Permission::CreateInvites)?;
    let shown = Shown { maker: user.id, roles: roles_to_hand_out(conn, &space).await? };
    let rows = invite::page_after(conn, space.id(), &shown, after, limit + 1).await?;
    Ok(Json(cursor::page(rows, limit, |row| (row.created_at, row.code.clone()))))
}

/// Make an invitation: a code for a link, or for one person. Needs `create_invites`, and for a role
/// the right to hand it out.
#[utoipa::path(tag = "spaces", request_body = CreateInvite, params(SpacePath),
    responses((status = 201, body = Invite)))]
#[post("/spaces/{space_id}/invites")]
pub async fn create_invite(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    Valid(body): Valid<CreateInvite>,
) -> ApiResult<Created<Invite>> {
    let invite = app
        .transact(async |tx| {
            let space = access_space_to_change(tx, &user, path.space_id).await?;
            do_create_invite(tx, &space, &body).await
        })
        .await?;
    Ok(Created { location: format!("/invites/{}", invite.code), body: invite })
}

/// Take an invitation away: one's own, or with `create_invites` one of a lower rank.
#[utoipa::path(tag = "spaces", params(InvitePath), responses((status = 204)))]
#[delete("/invites/{code}")]
pub async fn revoke_invite(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<InvitePath>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let (space, row) = access_invite(tx, &user, &path.code).await?;
        do_revoke_invite(tx, &space, &row).await
    })
    .await?;
    Ok(NoContent)
}

/// What an invitation leads to; also for people who are not signed in.
#[utoipa::path(
    tag = "spaces",
    params(InvitePath),
    responses((status = 200, body = InvitePreview)),
    security(())
)]
#[get("/invites/{code}")]
pub async fn find_invite(
    app: Data<App>,
    Path(path): Path<InvitePath>,
) -> ApiResult<Json<InvitePreview>> {
    preview(&mut *app.conn().await?, &path.code).await.map(Json)
}

/// Join by an invitation. Who is a member already stays what he is and uses nothing up; who is
/// banned stays out (403).
#[utoipa::path(tag = "spaces", params(InvitePath), responses((status = 200, body = Space)))]
#[post("/invites/{code}/accept")]
pub async fn accept_invite(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<InvitePath>,
) -> ApiResult<Json<Space>> {
    app.transact(async |tx| do_accept_invite(tx, &user, &path.code, &app.live).await)
        .await
        .map(Json)
}
