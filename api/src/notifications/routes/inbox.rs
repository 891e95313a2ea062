//! The inbox.

use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::{Json, NoContent};
use crate::http::query::{Path, Query, limit};
use crate::notifications::actions::read::{do_delete, do_read, do_read_all};
use crate::notifications::model::inbox::{self, Key};
use actix_web::{delete, get, post, web};
use serde::Deserialize;
use shared::error::Problem;
use shared::ids::NotificationId;
use shared::notifications::{Notification, UnreadCount};
use shared::page::Page;

/// Which entries.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InboxQuery {
    /// Only what is unread.
    unread: Option<bool>,
    /// 1-100, default 30.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// The caller's notifications, newest first. What he may not see any more is an entry without it.
#[utoipa::path(tag = "notifications", params(InboxQuery), responses(
    (status = 200, body = Page<Notification>), (status = "default", body = Problem)))]
#[get("/notifications")]
pub async fn list_notifications(
    app: web::Data<App>,
    user: CurrentUser,
    query: Query<InboxQuery>,
) -> ApiResult<Json<Page<Notification>>> {
    let limit = limit(query.0.limit, 30)?;
    let before: Option<Key> = cursor::decode(query.0.cursor.as_deref())?;
    let unread = query.0.unread.unwrap_or(false);
    let rows = {
        let conn = &mut *app.conn().await?;
        inbox::page(conn, user.id, unread, before, limit + 1).await?
    };
    let hidden = match rows.iter().any(|row| row.chat_id().is_some()) {
        true => app.live.directory().hidden_chats(user.id).await?,
        false => Default::default(),
    };
    let page = cursor::page(rows, limit, |row| (row.created_at, row.id()));
    let items = page.items.into_iter().map(|row| {
        let may_see = row.chat_id().is_none_or(|chat| !hidden.contains(&chat));
        row.into_wire(may_see)
    });
    let items = items.collect::<diesel::QueryResult<_>>()?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// How many of them are unread.
#[utoipa::path(tag = "notifications", responses((status = 200, body = UnreadCount)))]
#[get("/notifications/unread-count")]
pub async fn count_unread_notifications(
    app: web::Data<App>,
    user: CurrentUser,
) -> ApiResult<Json<UnreadCount>> {
    let unread = inbox::unread(&mut *app.conn().await?, user.id).await?;
    Ok(Json(UnreadCount { unread }))
}

/// Mark one as read. Once more changes nothing.
#[utoipa::path(tag = "notifications", responses(
    (status = 204), (status = 404, body = Problem)))]
#[post("/notifications/{notification_id}/read")]
pub async fn read_notification(
    app: web::Data<App>,
    user: CurrentUser,
    id: Path<NotificationId>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| do_read(tx, user.id, id.0).await).await.map(|()| NoContent)
}

/// Mark all as read.
#[utoipa::path(tag = "notifications", responses((status = 204)))]
#[post("/notifications/read-all")]
pub async fn read_all_notifications(
    app: web::Data<App>,
    user: CurrentUser,
) -> ApiResult<NoContent> {
    app.transact(async |tx| do_read_all(tx, user.id).await).await.map(|()| NoContent)
}

/// Take one out of the inbox.
#[utoipa::path(tag = "notifications", responses(
    (status = 204), (status = 404, body = Problem)))]
#[delete("/notifications/{notification_id}")]
pub async fn delete_notification(
    app: web::Data<App>,
    user: CurrentUser,
    id: Path<NotificationId>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| do_delete(tx, user.id, id.0).await).await.map(|()| NoContent)
}
