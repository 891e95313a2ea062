//! Files come in, and go before a message has them.

use super::FileForm;
use crate::app::App;
use crate::error::ApiResult;
use crate::files::actions::{do_delete, store_attachment};
use crate::files::model::file::used_by_person;
use crate::files::receive::receive;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Created, Json, NoContent};
use crate::http::query::{Path, Query};
use crate::http::rate_limit::Limit;
use actix_multipart::Multipart;
use actix_web::{HttpRequest, delete, get, post, web};
use serde::Deserialize;
use shared::error::Problem;
use shared::files::{Attachment, FileKind, FileLimits, MAX_ATTACHMENTS};
use shared::ids::{ChatId, FileId};
use utoipa::IntoParams;

/// Uploads of a person.
pub const UPLOADS: Limit = Limit { name: "uploads", burst: 60, per_hour: 1_200 };

/// Where a file is to go.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// The chat it will be sent to: what may not be sent there is refused before it is uploaded.
    chat_id: Option<ChatId>,
}

/// Upload a file for a message: field `file` of a form. What it is is read from its content; pictures
/// lose their metadata. It is the caller's alone until a message has it, and goes after a day without.
#[utoipa::path(
    tag = "files",
    params(UploadQuery),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = Attachment),
        (status = 403, body = Problem, description = "`send_media` or `send_files` is missing"),
        (status = 413, body = Problem, description = "`too_large` or `quota_exceeded`"),
        (status = 415, body = Problem, description = "`file_type`"),
        (status = 422, body = Problem, description = "`file_damaged` or `file_too_complex`")
    )
)]
#[post("/files")]
pub async fn create_file(
    app: web::Data<App>,
    user: CurrentUser,
    Query(query): Query<UploadQuery>,
    request: HttpRequest,
    form: Multipart,
) -> ApiResult<Created<Attachment>> {
    app.limits.take(UPLOADS, user.id).await?;
    let destination = match query.chat_id {
        Some(chat) => Some(app.files.guard.destination(&user, chat).await?),
        None => None,
    };
    let may = |kind: FileKind| destination.map_or(Ok(()), |to| to.require(kind));
    let admit = |content: &crate::files::inspect::Content| {
        may(content.kind)?;
        Ok(app.config.files.limit(content.kind))
    };
    let upload = receive(&app, &request, form, admit).await?;
    let file = store_attachment(&app, user.id, upload, destination).await?;
    let location = format!("/files/{}", file.id);
    Ok(Created { location, body: file.into_attachment() })
}

/// What may be uploaded, and how much room the caller has left.
#[utoipa::path(tag = "files", responses((status = 200, body = FileLimits)))]
#[get("/files/limits")]
pub async fn find_file_limits(
    app: web::Data<App>,
    user: CurrentUser,
) -> ApiResult<Json<FileLimits>> {
    let used = used_by_person(&mut *app.conn().await?, user.id).await?;
    let files = &app.config.files;
    let bytes = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    Ok(Json(FileLimits {
        image: bytes(files.image),
        audio: bytes(files.audio),
        video: bytes(files.video),
        document: bytes(files.document),
        pixels: bytes(files.pixels),
        attachments: MAX_ATTACHMENTS as i64,
        used,
        quota: bytes(files.user_quota),
    }))
}

/// Give up one's own upload that no message has.
#[utoipa::path(tag = "files", responses(
    (status = 204), (status = 404, body = Problem),
    (status = 409, body = Problem, description = "`file_in_use`")))]
#[delete("/files/{file_id}")]
pub async fn delete_file(
    app: web::Data<App>,
    user: CurrentUser,
    Path(id): Path<FileId>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| do_delete(tx, user.id, id).await).await?;
    Ok(NoContent)
}
