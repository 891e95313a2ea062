//! Members of a space.

use super::{MemberPath, MemberRolePath, SpacePath, wanted};
use crate::app::App;
use crate::error::{ApiError, ApiResult, check};
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::{Created, Json, NoContent, OptionalJson, Valid};
use crate::http::query::{Path, Query, limit};
use crate::platform::db::PgConn;
use crate::realtime::Live;
use crate::spaces::access::{access_member, access_role, access_space, access_space_to_change};
use crate::spaces::actions::invites::do_add_member;
use crate::spaces::actions::members::{
    do_assign_role, do_join_space, do_kick_member, do_leave_space, do_rename_member,
};
use crate::spaces::model::member::MemberRow;
use crate::spaces::model::members_list::{self, MemberFilter, MemberKey};
use crate::spaces::online::HANDED;
use actix_web::web::Data;
use actix_web::{get, patch, post};
use serde::Deserialize;
use shared::error::FieldCode;
use shared::identity::Status;
use shared::ids::{RoleId, SpaceId, UserId};
use shared::page::Page;
use shared::people::UpdateParticipant;
use shared::spaces::{AddMember, KickMember, MyPermissions, OnlineMembers, Participant, Space};
use utoipa::IntoParams;

/// Which members to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ParticipantsQuery {
    /// Only holders of this role.
    role: Option<RoleId>,
    /// Only people of this presence.
    status: Option<Status>,
    /// Only people with this in their nickname or display name.
    q: Option<String>,
    /// Only these people: at most 100 ids with commas. They come in one page, whatever else is asked.
    ids: Option<String>,
    /// 1-100, by default 50.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// The most people that are asked for by their ids at once.
const MAX_IDS: usize = 100;

/// People by their ids, with commas.
fn named(ids: &str) -> ApiResult<Vec<UserId>> {
    let wrong = |code| ApiError::field("ids", code);
    let parse = |id: &str| id.parse().map_err(|_| wrong(FieldCode::BadFormat));
    let ids = ids.split(',').map(parse).collect::<ApiResult<Vec<UserId>>>()?;
    if ids.len() > MAX_IDS { Err(wrong(FieldCode::TooMany)) } else { Ok(ids) }
}

/// List the members: strongest role first, who is here before who is away, then by nickname. Of more
/// than 2,000 who are here so many come first.
#[utoipa::path(
    tag = "spaces",
    params(SpacePath, ParticipantsQuery),
    responses((status = 200, body = Page<Participant>))
)]
#[get("/spaces/{space_id}/participants")]
pub async fn list_participants(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    Query(query): Query<ParticipantsQuery>,
) -> ApiResult<Json<Page<Participant>>> {
    let limit = limit(query.limit, 50)?;
    let after = cursor::decode(query.cursor.as_deref())?;
    let (role, name) = (query.role, wanted(query.q)?);
    let ids = query.ids.as_deref().map(named).transpose()?;
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    if let Some(ids) = ids {
        let (rows, presences) =
            (MemberRow::of_users(conn, space.id(), &ids).await?, app.live.presences());
        let shown = |row: MemberRow| {
            let status = presences.of(row.user_id());
            row.into_participant(status)
        };
        return Ok(Json(Page::whole(rows.into_iter().map(shown).collect())));
    }
    let here = app.crowds.here(conn, &app.live, space.space()).await?;
    let filter = filter(&app.live, here, role, name, query.status);
    members(conn, &app.live, space.id(), filter, after, limit).await.map(Json)
}

/// A page of members.
pub(super) async fn members(
    conn: &mut PgConn,
    live: &Live,
    space: SpaceId,
    filter: MemberFilter,
    after: Option<MemberKey>,
    limit: i64,
) -> ApiResult<Page<Participant>> {
    let rows = members_list::page_after(conn, space, filter, after, limit + 1).await?;
    let page = cursor::page(rows, limit, |(_, key)| key.clone());
    let presences = live.presences();
    let shown = |(row, _): (MemberRow, MemberKey)| {
        let status = presences.of(row.user_id());
        row.into_participant(status)
    };
    let items = page.items.into_iter().map(shown).collect();
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// Whom a list shows, of those who are `here`. Who does not want to be seen is away.
pub(super) fn filter(
    live: &Live,
    mut here: Vec<UserId>,
    role: Option<RoleId>,
    name: Option<String>,
    status: Option<Status>,
) -> MemberFilter {
    let presences = live.presences();
    let fits = |other: Status| match status {
        None | Some(Status::Offline) => other != Status::Offline,
        Some(wanted) => other == wanted,
    };
    match status {
        // Of so many it is enough that some come first.
        None => here.truncate(HANDED),
        Some(_) => here.retain(|user| fits(presences.of(*user))),
    }
    let is_here = status.map(|status| status != Status::Offline);
    MemberFilter { role, name, is_here, here }
}

/// How many members are there, and who, unless they are a crowd. Who hides is not counted.
#[utoipa::path(tag = "spaces", params(SpacePath), responses((status = 200, body = OnlineMembers)))]
#[get("/spaces/{space_id}/online")]
pub async fn count_online(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
) -> ApiResult<Json<OnlineMembers>> {
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    app.crowds.online(conn, &app.live, space.space()).await.map(Json)
}

/// What the caller is and may do in the space.
#[utoipa::path(tag = "spaces", params(SpacePath), responses((status = 200, body = MyPermissions)))]
#[get("/spaces/{space_id}/my-permissions")]
pub async fn find_my_permissions(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
) -> ApiResult<Json<MyPermissions>> {
    let space = access_space(&mut *app.conn().await?, &user, path.space_id).await?;
    Ok(Json(space.into_my_permissions()))
}

/// Join a public space with the member role. Who is a member already stays what he is; who is banned
/// or was removed within the last hour stays out (403).
#[utoipa::path(tag = "spaces", params(SpacePath), responses((status = 200, body = Space)))]
#[post("/spaces/{space_id}/join")]
pub async fn join_space(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
) -> ApiResult<Json<Space>> {
    app.transact(async |tx| do_join_space(tx, &user, path.space_id, &app.live).await)
        .await
        .map(Json)
}

/// Leave a space. The owner transfers or deletes it instead (409).
#[utoipa::path(tag = "spaces", params(SpacePath), responses((status = 204)))]
#[post("/spaces/{space_id}/leave")]
pub async fn leave_space(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, path.space_id).await?;
        do_leave_space(tx, &space, &*app.conversations).await
    })
    .await?;
    Ok(NoContent)
}

/// Remove a member of a lower rank. He may come back with an invitation, or after an hour where
/// everybody may join. Needs `kick_members`; the body may be absent.
#[utoipa::path(
    tag = "spaces",
    params(MemberPath),
    request_body(content = KickMember, description = "May be absent"),
    responses((status = 204))
)]
#[post("/spaces/{space_id}/kick/{user_id}")]
pub async fn kick_member(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<MemberPath>,
    OptionalJson(body): OptionalJson<KickMember>,
) -> ApiResult<NoContent> {
    check(&body)?;
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, path.space_id).await?;
        let target = access_member(tx, &space, path.user_id).await?;
        do_kick_member(tx, &space, &target, &body, &*app.conversations).await
    })
    .await?;
    Ok(NoContent)
}

/// Give a member of a lower rank a role below one's own. Needs `promote_members`.
#[utoipa::path(tag = "spaces", params(MemberRolePath), responses((status = 204)))]
#[post("/spaces/{space_id}/assign-role/{user_id}/{role_id}")]
pub async fn assign_role(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<MemberRolePath>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, path.space_id).await?;
        let target = access_member(tx, &space, path.user_id).await?;
        let role = access_role(tx, &space, path.role_id).await?;
        do_assign_role(tx, &space, &target, &role).await
    })
    .await?;
    Ok(NoContent)
}

/// One member, as the space shows him.
#[utoipa::path(tag = "spaces", params(MemberPath), responses((status = 200, body = Participant)))]
#[get("/spaces/{space_id}/participants/{user_id}")]
pub async fn find_participant(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<MemberPath>,
) -> ApiResult<Json<Participant>> {
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    let member = access_member(conn, &space, path.user_id).await?.member;
    let status = app.live.presences().of(path.user_id);
    Ok(Json(member.into_participant(status)))
}

/// Call a member otherwise in this space; `null` takes the name away. Everybody may rename himself;
/// others need `promote_members` and a higher rank.
#[utoipa::path(tag = "spaces", request_body = UpdateParticipant, params(MemberPath),
    responses((status = 200, body = Participant)))]
#[patch("/spaces/{space_id}/participants/{user_id}")]
pub async fn update_participant(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<MemberPath>,
    Valid(body): Valid<UpdateParticipant>,
) -> ApiResult<Json<Participant>> {
    let member = app
        .transact(async |tx| {
            let space = access_space_to_change(tx, &user, path.space_id).await?;
            let target = access_member(tx, &space, path.user_id).await?;
            do_rename_member(tx, &space, &target, &body).await
        })
        .await?;
    let status = app.live.presences().of(path.user_id);
    Ok(Json(member.into_participant(status)))
}

/// Bring somebody in by his nickname, with the member role. Needs `add_members`; who is banned stays
/// out (403).
#[utoipa::path(tag = "spaces", request_body = AddMember, params(SpacePath),
    responses((status = 201, body = Participant)))]
#[post("/spaces/{space_id}/members")]
pub async fn add_member(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    Valid(body): Valid<AddMember>,
) -> ApiResult<Created<Participant>> {
    let member = app
        .transact(async |tx| {
            let space = access_space_to_change(tx, &user, path.space_id).await?;
            do_add_member(tx, &space, &body, &app.live).await
        })
        .await?;
    Ok(Created { location: format!("/profile/{}", member.user.id), body: member })
}
