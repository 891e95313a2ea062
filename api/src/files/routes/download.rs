//! Files go out: each time it is asked who wants them.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::files::model::file::FileRow;
use crate::files::range::{Wanted, wanted};
use crate::files::storage::Part;
use crate::http::current_user::CurrentUser;
use crate::http::query::{Path, Query};
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, Charset, ContentDisposition, DispositionParam, DispositionType, ETAG,
    ExtendedValue, IF_NONE_MATCH, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use shared::error::{ErrorCode, Problem};
use shared::files::FileKind;
use shared::ids::{FileId, MessageId};
use utoipa::IntoParams;

/// Whoever opens a file directly gets no page of this site.
const SANDBOX: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; \
    img-src 'self'; media-src 'self'; frame-ancestors 'none'";
/// A browser that has a file has it: asking again within an hour protects nobody.
const CACHED: &str = "private, max-age=3600";
/// Pictures of people and spaces get a new id when they change.
const CACHED_PICTURE: &str = "private, max-age=604800, immutable";

/// How to send it.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LoadQuery {
    /// `true`: to be saved and not shown.
    download: Option<bool>,
    /// The message that shows it, for the picture of a page that messages link to.
    message: Option<MessageId>,
}

/// Load a file, or a range of it. Pictures of people and spaces are for everybody; others for those who
/// see its message, and for its uploader until a message has it; those of pages that messages link to for
/// who sees the message that is named. Browsers may use the cookie of the
/// web client, which is good for reading below this path only.
#[utoipa::path(
    tag = "files",
    params(LoadQuery, ("Range" = Option<String>, Header, description = "One range of bytes")),
    responses(
        (status = 200, description = "The content", content_type = "application/octet-stream"),
        (status = 206, description = "The range", content_type = "application/octet-stream"),
        (status = 304, description = "Not changed"),
        (status = 401, body = Problem),
        (status = 404, body = Problem),
        (status = 416, body = Problem, description = "`range_not_satisfiable`")
    )
)]
#[get("/files/{file_id}")]
pub async fn load_file(
    app: web::Data<App>,
    user: Option<CurrentUser>,
    Path(id): Path<FileId>,
    Query(query): Query<LoadQuery>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let file = access_file(&app, user, id, query.message).await?;
    let as_attachment = query.download == Some(true) || file.kind() == FileKind::Document;
    send(&app, &request, &file, as_attachment).await
}

/// Load the smaller picture of a file, a WebP. Small pictures are their own.
#[utoipa::path(tag = "files", responses(
    (status = 200, description = "The picture", content_type = "image/webp"),
    (status = 304, description = "Not changed"),
    (status = 401, body = Problem), (status = 404, body = Problem)))]
#[get("/files/{file_id}/thumbnail")]
pub async fn load_thumbnail(
    app: web::Data<App>,
    user: Option<CurrentUser>,
    Path(id): Path<FileId>,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let file = access_file(&app, user, id, None).await?;
    if file.kind() != FileKind::Image {
        return Err(ApiError::not_found());
    }
    if !file.has_thumbnail {
        return send(&app, &request, &file, false).await;
    }
    let tag = format!("\"{id}-thumbnail\"");
    if is_known(&request, &tag) {
        return Ok(not_modified(&file, &tag));
    }
    let stream = app.files.storage.get(id, Part::Thumbnail, None).await?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, "image/webp"))
        .insert_header((CONTENT_DISPOSITION, "inline"))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CACHE_CONTROL, cache(&file)))
        .insert_header((ETAG, tag));
    Ok(response.streaming(stream))
}

/// A file that the caller may load. For others it does not exist.
async fn access_file(
    app: &App,
    user: Option<CurrentUser>,
    id: FileId,
    shown_by: Option<MessageId>,
) -> ApiResult<FileRow> {
    let found = FileRow::find(&mut *app.conn().await?, id).await;
    if let Ok(file) = &found
        && file.is_picture()
    {
        return Ok(found?);
    }
    let user = user.ok_or_else(|| ApiError::new(ErrorCode::Unauthenticated))?;
    let file = found?;
    if file.is_preview() {
        let message = shown_by.ok_or_else(ApiError::not_found)?;
        app.files.guard.check_preview(&user, message, id).await?;
        return Ok(file);
    }
    match file.message_id {
        Some(message) => app.files.guard.check_message(&user, message).await?,
        None if file.owner_id == Some(user.id) => {}
        None => return Err(ApiError::not_found()),
    }
    Ok(file)
}

async fn send(
    app: &App,
    request: &HttpRequest,
    file: &FileRow,
    as_attachment: bool,
) -> ApiResult<HttpResponse> {
    let tag = format!("\"{}\"", file.id);
    if is_known(request, &tag) {
        return Ok(not_modified(file, &tag));
    }
    let size = u64::try_from(file.size).unwrap_or(0);
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    // A part of another version would not fit.
    let range = header(RANGE).filter(|_| header(IF_RANGE).is_none_or(|other| other == tag));
    let wanted = wanted(range, size);
    let mut response = match &wanted {
        Wanted::Whole => HttpResponse::Ok(),
        Wanted::Part(_) => HttpResponse::PartialContent(),
        Wanted::Outside => return Err(ApiError::new(ErrorCode::RangeNotSatisfiable)),
    };
    response
        .insert_header((CONTENT_TYPE, content_type(file)))
        .insert_header((CONTENT_DISPOSITION, disposition(&file.name, as_attachment)))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CACHE_CONTROL, cache(file)))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((ETAG, tag));
    let part = match wanted {
        Wanted::Part(part) => {
            let range = format!("bytes {}-{}/{size}", part.start, part.end - 1);
            response.insert_header((CONTENT_RANGE, range)).no_chunking(part.end - part.start);
            Some(part)
        }
        _ => {
            response.no_chunking(size);
            None
        }
    };
    if size == 0 {
        return Ok(response.finish());
    }
    let stream = app.files.storage.get(file.id, Part::Content, part).await?;
    Ok(response.streaming(stream))
}

fn content_type(file: &FileRow) -> String {
    match file.mime.as_str() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    }
}

fn cache(file: &FileRow) -> &'static str {
    if file.is_picture() { CACHED_PICTURE } else { CACHED }
}

fn is_known(request: &HttpRequest, tag: &str) -> bool {
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known
        .is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag))
}

fn not_modified(file: &FileRow, tag: &str) -> HttpResponse {
    HttpResponse::NotModified()
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, cache(file)))
        .finish()
}

/// The name for old and new browsers; it was cleaned when it came.
fn disposition(name: &str, as_attachment: bool) -> ContentDisposition {
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let mut parameters = vec![DispositionParam::Filename(plain)];
    if !name.is_ascii() {
        parameters.push(DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: name.as_bytes().to_vec(),
        }));
    }
    let kind = if as_attachment { DispositionType::Attachment } else { DispositionType::Inline };
    ContentDisposition { disposition: kind, parameters }
}
