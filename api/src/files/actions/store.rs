//! From an upload to a stored file. The row comes first and takes the room; then the bytes; only then
//! the file can be used. A crash between leaves a row that the sweep removes with its bytes.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::files::archive::check_zip;
use crate::files::guard::Destination;
use crate::files::inspect::{Content, HEAD, inspect};
use crate::files::media;
use crate::files::model::file::{self, ATTACHMENT, FileRow, NewFile, PICTURE, PREVIEW};
use crate::files::picture::{self, Picture, Shape};
use crate::files::receive::{Upload, receive};
use crate::files::routes::upload::UPLOADS;
use crate::files::storage::Part;
use crate::realtime::stream::Tx;
use actix_multipart::Multipart;
use actix_web::HttpRequest;
use image::ImageFormat;
use shared::error::ErrorCode;
use shared::files::FileKind;
use shared::ids::{FileId, SpaceId, UserId};
use std::io::{Read as _, Seek as _};

/// Pictures of pages with an edge below this, in pixels, show nothing: they count visits.
const MIN_PREVIEW: u32 = 16;

/// The format of an upload that must be a picture.
///
/// # Errors
/// `file_type` when it is something else.
fn image_format(content: &Content) -> ApiResult<ImageFormat> {
    content.format.ok_or_else(|| ApiError::new(ErrorCode::FileType))
}

/// What is stored of an upload.
pub(super) enum Bytes {
    /// The upload itself.
    File(std::fs::File),
    Memory {
        content: Vec<u8>,
        thumbnail: Option<Vec<u8>>,
    },
    /// Those of another file, with its thumbnail.
    Of(FileId),
}

/// Stores an upload that waits for its message.
///
/// # Errors
/// `quota_exceeded`, `file_damaged`, `file_too_complex`, `unavailable`.
pub async fn store_attachment(
    app: &App,
    owner: UserId,
    upload: Upload,
    destination: Option<Destination>,
) -> ApiResult<FileRow> {
    let Upload { mut file, size, name, content } = upload;
    let mut new = NewFile {
        id: FileId::new(),
        owner_id: Some(owner),
        space_id: destination.and_then(|to| to.space),
        purpose: ATTACHMENT,
        chat_id: destination.map(|to| to.chat),
        kind: content.kind.key(),
        name,
        mime: content.mime.into(),
        size: i64::try_from(size).unwrap_or(i64::MAX),
        width: None,
        height: None,
        blurhash: None,
        duration_ms: None,
        animated: false,
        has_thumbnail: false,
    };
    let bytes = match content.format {
        Some(format) => {
            let pixels = app.config.files.pixels;
            let picture =
                app.files.work(move || picture::renew(&read(file)?, format, pixels)).await?;
            fill(&mut new, &picture);
            Bytes::Memory { content: picture.bytes, thumbnail: picture.thumbnail }
        }
        None => {
            let (kind, is_zip) = (content.kind, content.is_zip);
            let looked = move || {
                file.rewind().map_err(ApiError::internal)?;
                if is_zip {
                    check_zip(&mut file, size)?;
                }
                let is_media = matches!(kind, FileKind::Audio | FileKind::Video);
                let media = if is_media { media::read(&mut file) } else { media::Media::default() };
                Ok((file, media))
            };
            let (file, media) = app.files.work(looked).await?;
            (new.width, new.height) = (media.width, media.height);
            new.duration_ms = media.duration_ms;
            Bytes::File(file)
        }
    };
    store(app, new, bytes).await
}

/// Receives a picture of a person, a space, a sticker or an emoji, brings it into shape and stores it;
/// it counts as an upload. Name it in a column with the
/// trigger `release_file` and call [`file::mark_used`] in the same transaction; what is not named in
/// time goes.
///
/// # Errors
/// Those of [`receive`], `rate_limited`, `file_type`, `quota_exceeded`, `file_damaged`,
/// `file_too_complex`, `unavailable`.
pub async fn store_picture(
    app: &App,
    (owner, space): (UserId, Option<SpaceId>),
    (request, form): (&HttpRequest, Multipart),
    shape: Shape,
) -> ApiResult<FileRow> {
    app.limits.take(UPLOADS, owner).await?;
    let limit = app.config.files.limit(FileKind::Image);
    let upload =
        receive(app, request, form, |content| image_format(content).map(|_| limit)).await?;
    let format = image_format(&upload.content)?;
    let pixels = app.config.files.pixels;
    let file = upload.file;
    let picture =
        app.files.work(move || picture::shape(&read(file)?, format, pixels, shape)).await?;
    let new = NewFile {
        owner_id: Some(owner),
        space_id: space,
        ..new_picture(PICTURE, upload.name, &picture)
    };
    store(app, new, Bytes::Memory { content: picture.bytes, thumbnail: picture.thumbnail }).await
}

/// Stores the picture of a page that messages link to; nobody's room is taken. Name it as with
/// [`store_picture`]. `None` when it is no picture, or not one to be shown.
///
/// # Errors
/// `unavailable`, or the database's.
pub async fn store_preview(app: &App, bytes: Vec<u8>) -> ApiResult<Option<FileId>> {
    let Some(format) = inspect(&bytes[..bytes.len().min(HEAD)], "", false).and_then(|c| c.format)
    else {
        return Ok(None);
    };
    let pixels = app.config.files.pixels;
    let shaped =
        app.files.work_aside(move || picture::shape(&bytes, format, pixels, Shape::PREVIEW)).await;
    let picture = match shaped {
        Ok(picture) => picture,
        Err(error) if matches!(error.code, ErrorCode::FileDamaged | ErrorCode::FileTooComplex) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    if picture.width.min(picture.height) < MIN_PREVIEW {
        return Ok(None);
    }
    let new = new_picture(PREVIEW, "preview.webp".into(), &picture);
    let bytes = Bytes::Memory { content: picture.bytes, thumbnail: None };
    store(app, new, bytes).await.map(|row| Some(row.id))
}

/// A picture that is nobody's.
fn new_picture(purpose: &'static str, name: String, picture: &Picture) -> NewFile {
    let mut new = NewFile {
        id: FileId::new(),
        owner_id: None,
        space_id: None,
        purpose,
        chat_id: None,
        kind: FileKind::Image.key(),
        name,
        mime: picture.mime.into(),
        size: 0,
        width: None,
        height: None,
        blurhash: None,
        duration_ms: None,
        animated: false,
        has_thumbnail: false,
    };
    fill(&mut new, picture);
    new
}

fn read(mut file: std::fs::File) -> ApiResult<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(ApiError::internal)?;
    Ok(bytes)
}

fn fill(new: &mut NewFile, picture: &Picture) {
    let thumbnail = picture.thumbnail.as_ref().map_or(0, Vec::len);
    new.mime = picture.mime.into();
    // The thumbnail is small: it takes no room of the quota.
    new.size = i64::try_from(picture.bytes.len()).unwrap_or(i64::MAX);
    new.width = i32::try_from(picture.width).ok();
    new.height = i32::try_from(picture.height).ok();
    new.blurhash.clone_from(&picture.blurhash);
    new.animated = picture.animated;
    new.has_thumbnail = thumbnail > 0;
}

/// Takes the room, stores the bytes, and makes the file one that can be used.
pub(super) async fn store(app: &App, new: NewFile, bytes: Bytes) -> ApiResult<FileRow> {
    let (id, size, has_thumbnail) = (new.id, new.size, new.has_thumbnail);
    app.transact(async |tx| do_reserve(tx, app, &new).await).await?;
    let stored = async {
        match bytes {
            Bytes::File(file) => {
                app.files.storage.put_file(id, file, u64::try_from(size).unwrap_or(0)).await
            }
            Bytes::Of(other) => {
                app.files.storage.copy(other, id, Part::Content).await?;
                match has_thumbnail {
                    true => app.files.storage.copy(other, id, Part::Thumbnail).await,
                    false => Ok(()),
                }
            }
            Bytes::Memory { content, thumbnail } => {
                app.files.storage.put(id, Part::Content, content).await?;
                match thumbnail {
                    Some(thumbnail) => app.files.storage.put(id, Part::Thumbnail, thumbnail).await,
                    None => Ok(()),
                }
            }
        }
    };
    let outcome = stored.await;
    let conn = &mut *app.conn().await?;
    match outcome {
        Ok(()) => Ok(file::mark_stored(conn, id).await?),
        Err(error) => {
            file::doom(conn, id).await?;
            Err(error)
        }
    }
}

/// Takes room for a file: exactly as much as there is, however many try at once.
async fn do_reserve(tx: &mut Tx, app: &App, new: &NewFile) -> ApiResult<()> {
    if let Some(owner) = new.owner_id {
        file::lock_room(tx, &format!("user:{owner}")).await?;
        let used = file::used_by_person(tx, owner).await?;
        check_room(used, new.size, app.config.files.user_quota)?;
    }
    if let Some(space) = new.space_id {
        file::lock_room(tx, &format!("space:{space}")).await?;
        let used = file::used_by_space(tx, space).await?;
        check_room(used, new.size, app.config.files.space_quota)?;
    }
    new.insert(tx).await?;
    Ok(())
}

/// Whether so much more fits in.
///
/// # Errors
/// `quota_exceeded`.
pub(super) fn check_room(used: i64, more: i64, quota: u64) -> ApiResult<()> {
    let quota = i64::try_from(quota).unwrap_or(i64::MAX);
    if used.saturating_add(more) > quota {
        return Err(ApiError::new(ErrorCode::QuotaExceeded));
    }
    Ok(())
}
