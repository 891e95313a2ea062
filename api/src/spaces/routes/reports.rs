//! The queue of reports. Messages are reported at their own address, in the slice of chats.

use super::{MemberPath, ReportPath, SpacePath};
use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::{Json, NoContent, Valid};
use crate::http::query::{Path, Query, limit};
use crate::spaces::access::{access_member, access_space, access_space_to_change};
use crate::spaces::actions::reports::{
    HANDLES_REPORTS, REPORTS, Reported, do_handle_report, do_report, kept_from, state, waiting,
};
use crate::spaces::model::report;
use actix_web::web::Data;
use actix_web::{get, patch, post};
use serde::Deserialize;
use shared::page::Page;
use shared::spaces::{HandleReport, OpenReports, Report, SendReport};
use utoipa::IntoParams;

/// Which reports to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportsQuery {
    /// `open`, `resolved` or `dismissed`; absent: all.
    state: Option<String>,
    /// 1-100, by default 50.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Report a member to the moderators. Saying the same again changes nothing.
#[utoipa::path(tag = "spaces", request_body = SendReport, params(MemberPath), responses((status = 204)))]
#[post("/spaces/{space_id}/report/{user_id}")]
pub async fn report_member(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<MemberPath>,
    Valid(body): Valid<SendReport>,
) -> ApiResult<NoContent> {
    app.limits.take(REPORTS, user.id).await?;
    app.transact(async |tx| {
        let space = access_space(tx, &user, path.space_id).await?;
        let target = access_member(tx, &space, path.user_id).await?;
        let reported = Reported { space: space.id(), user: target.user_id(), message: None };
        do_report(tx, user.id, reported, &body).await
    })
    .await?;
    Ok(NoContent)
}

/// List reports, latest first. Needs `delete_any_messages`. Those about himself nobody sees but the
/// owner.
#[utoipa::path(
    tag = "spaces",
    params(SpacePath, ReportsQuery),
    responses((status = 200, body = Page<Report>))
)]
#[get("/spaces/{space_id}/reports")]
pub async fn list_reports(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    Query(query): Query<ReportsQuery>,
) -> ApiResult<Json<Page<Report>>> {
    let (limit, state) = (limit(query.limit, 50)?, state(query.state.as_deref())?);
    let before = cursor::decode(query.cursor.as_deref())?;
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    space.require(HANDLES_REPORTS)?;
    let rows =
        report::page_before(conn, space.id(), kept_from(&space), state, before, limit + 1).await?;
    Ok(Json(cursor::page(rows, limit, |row| row.id)))
}

/// How many reports wait. Needs `delete_any_messages`.
#[utoipa::path(tag = "spaces", params(SpacePath), responses((status = 200, body = OpenReports)))]
#[get("/spaces/{space_id}/reports/count")]
pub async fn count_reports(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
) -> ApiResult<Json<OpenReports>> {
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    space.require(HANDLES_REPORTS)?;
    let open = report::count_open(conn, space.id()).await?;
    Ok(Json(OpenReports { open: waiting(&open, kept_from(&space)) }))
}

/// Decide about a report, or open it again; nobody but the owner decides about himself. Needs
/// `delete_any_messages`.
#[utoipa::path(tag = "spaces", request_body = HandleReport, params(ReportPath),
    responses((status = 200, body = Report)))]
#[patch("/spaces/{space_id}/reports/{report_id}")]
pub async fn handle_report(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<ReportPath>,
    Valid(body): Valid<HandleReport>,
) -> ApiResult<Json<Report>> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, path.space_id).await?;
        do_handle_report(tx, &space, path.report_id, &body).await
    })
    .await
    .map(Json)
}
