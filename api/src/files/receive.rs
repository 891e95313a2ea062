//! An upload on its way in: streamed to a file without a name, judged by its first bytes, cut off where
//! it is larger than its kind may be.

use super::inspect::{Content, HEAD, inspect};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use anyhow::anyhow;
use bytes::Bytes;
use futures_util::StreamExt as _;
use shared::error::{ErrorCode, FieldCode};
use shared::files::clean_name;
use std::io::ErrorKind;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;

/// Between two pieces of an upload.
const SILENCE: Duration = Duration::from_secs(20);
/// After this an upload must have kept the pace below.
const GRACE: Duration = Duration::from_secs(20);
/// Bytes a second.
const PACE: f64 = 1024.0;
/// What a form has beside the file.
const FRAME: u64 = 16 * 1024;
/// Of a refused upload so much is read, so that a browser hears why.
const DRAIN: usize = 4 * 1024 * 1024;

/// An upload that has come whole.
#[derive(Debug)]
pub struct Upload {
    /// Has no name and is gone with this.
    pub file: std::fs::File,
    pub size: u64,
    pub name: String,
    pub content: Content,
}

/// Receives the one field `file`. `admit` is asked once it is known what comes and before the rest is
/// read; it returns the most bytes.
///
/// # Errors
/// `unsupported_media_type`, `malformed`, `unknown_field`, `too_large`, `file_type`, those of `admit`.
pub async fn receive(
    app: &App,
    request: &HttpRequest,
    mut form: Multipart,
    admit: impl Fn(&Content) -> ApiResult<u64>,
) -> ApiResult<Upload> {
    let outcome = read_form(app, request, &mut form, admit).await;
    // A form that has ended or is broken must not be asked again.
    if let Err(error) = &outcome
        && !matches!(error.code, ErrorCode::Malformed | ErrorCode::Invalid)
    {
        drain(form).await;
    }
    outcome
}

async fn read_form(
    app: &App,
    request: &HttpRequest,
    form: &mut Multipart,
    admit: impl Fn(&Content) -> ApiResult<u64>,
) -> ApiResult<Upload> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if !header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        return Err(ApiError::new(ErrorCode::UnsupportedMediaType));
    }
    let length = header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if length.is_some_and(|length| length > app.config.files.largest() + FRAME) {
        return Err(ApiError::new(ErrorCode::TooLarge));
    }
    let mut upload = None;
    while let Some(field) = next(form.next()).await? {
        let mut field = field.map_err(malformed)?;
        match (field.name(), &upload) {
            (Some("file"), None) => upload = Some(read_file(app, &mut field, &admit).await?),
            (Some("file"), Some(_)) => return Err(ApiError::field("file", FieldCode::TooMany)),
            (name, _) => {
                let name = name.unwrap_or_default().chars().take(50).collect::<String>();
                let errors = vec![shared::error::FieldError::new(&name, FieldCode::Unknown)];
                return Err(ApiError { errors, ..ApiError::new(ErrorCode::UnknownField) });
            }
        }
    }
    upload.ok_or_else(|| ApiError::field("file", FieldCode::Required))
}

async fn read_file(
    app: &App,
    field: &mut Field,
    admit: &impl Fn(&Content) -> ApiResult<u64>,
) -> ApiResult<Upload> {
    let name = field.content_disposition().and_then(|disposition| {
        let extended = disposition.get_filename_ext();
        extended
            .and_then(|name| String::from_utf8(name.value.clone()).ok())
            .or_else(|| disposition.get_filename().map(str::to_owned))
    });
    let name = clean_name(&name.unwrap_or_default());
    let file = tempfile::tempfile_in(&app.files.incoming).map_err(unwritten)?;
    let mut writer = tokio::fs::File::from_std(file.try_clone().map_err(ApiError::internal)?);
    let (mut head, mut size, mut admitted) = (Vec::with_capacity(HEAD), 0_u64, None);
    let began = Instant::now();
    loop {
        let chunk: Option<Bytes> = next(field.next()).await?.transpose().map_err(malformed)?;
        if head.len() < HEAD
            && let Some(chunk) = &chunk
        {
            head.extend_from_slice(&chunk[..chunk.len().min(HEAD - head.len())]);
        }
        if admitted.is_none() && (head.len() >= HEAD || chunk.is_none()) {
            if head.is_empty() {
                return Err(ApiError::field("file", FieldCode::Required));
            }
            let content = inspect(&head, &name, app.config.files.accept_other)
                .ok_or_else(|| ApiError::new(ErrorCode::FileType))?;
            admitted = Some((content, admit(&content)?));
        }
        let Some(chunk) = chunk else { break };
        size += chunk.len() as u64;
        let limit = admitted.map_or(u64::MAX, |(_, limit)| limit);
        if size > limit {
            return Err(ApiError::new(ErrorCode::TooLarge));
        }
        let elapsed = began.elapsed();
        if elapsed > GRACE && (size as f64) < PACE * elapsed.as_secs_f64() {
            return Err(slow());
        }
        writer.write_all(&chunk).await.map_err(unwritten)?;
    }
    writer.flush().await.map_err(unwritten)?;
    let (content, _) = admitted.ok_or_else(|| ApiError::new(ErrorCode::FileType))?;
    Ok(Upload { file, size, name, content })
}

/// The next piece, unless it does not come.
async fn next<T>(piece: impl Future<Output = Option<T>>) -> ApiResult<Option<T>> {
    tokio::time::timeout(SILENCE, piece).await.map_err(|_| slow())
}

fn slow() -> ApiError {
    ApiError {
        cause: Some(anyhow!("an upload was too slow")),
        ..ApiError::new(ErrorCode::Malformed)
    }
}

/// A full disk is no fault of ours: there may be room later.
fn unwritten(error: std::io::Error) -> ApiError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ApiError::unavailable(error),
        _ => ApiError::internal(error),
    }
}

fn malformed(_: MultipartError) -> ApiError {
    ApiError::new(ErrorCode::Malformed)
}

/// A browser that is refused in the middle of an upload reports a broken connection instead of the
/// reason: what is already on its way is read.
async fn drain(mut form: Multipart) {
    let reading = async {
        let mut left = DRAIN;
        while let Some(Ok(mut field)) = form.next().await {
            while let Some(Ok(chunk)) = field.next().await {
                left = left.saturating_sub(chunk.len());
                if left == 0 {
                    return;
                }
            }
        }
    };
    // Whether it came to its end makes no difference.
    drop(tokio::time::timeout(Duration::from_secs(3), reading).await);
}
