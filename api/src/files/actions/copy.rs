//! Files that a message has are copied for another one.

use super::store::{Bytes, store};
use crate::app::App;
use crate::error::ApiResult;
use crate::files::guard::Destination;
use crate::files::model::file::{self, ATTACHMENT, FileRow, NewFile};
use crate::files::routes::upload::UPLOADS;
use shared::ids::{FileId, UserId};

/// Copies files for a message to come, as if `owner` had uploaded them for the chat: they take his room
/// and that of the space. He must be allowed to read them.
///
/// # Errors
/// `forbidden` when he may not send such a file there, `rate_limited`, `quota_exceeded`, `not_found`
/// when one has gone, `unavailable`.
pub async fn copy_attachments(
    app: &App,
    owner: UserId,
    files: Vec<FileRow>,
    to: Destination,
) -> ApiResult<Vec<FileId>> {
    for row in &files {
        to.require(row.kind())?;
    }
    let mut copies = Vec::with_capacity(files.len());
    for row in files {
        match copy(app, owner, row, to).await {
            Ok(id) => copies.push(id),
            Err(error) => {
                give_up(app, &copies).await?;
                return Err(error);
            }
        }
    }
    Ok(copies)
}

async fn copy(app: &App, owner: UserId, row: FileRow, to: Destination) -> ApiResult<FileId> {
    app.limits.take(UPLOADS, owner).await?;
    let new = NewFile {
        id: FileId::new(),
        owner_id: Some(owner),
        space_id: to.space,
        purpose: ATTACHMENT,
        chat_id: Some(to.chat),
        kind: row.kind().key(),
        width: row.width,
        height: row.height,
        duration_ms: row.duration_ms,
        animated: row.animated,
        has_thumbnail: row.has_thumbnail,
        size: row.size,
        name: row.name,
        mime: row.mime.into(),
        blurhash: row.blurhash,
    };
    Ok(store(app, new, Bytes::Of(row.id)).await?.id)
}

/// Gives up copies that no message took.
///
/// # Errors
/// The database's.
pub async fn give_up(app: &App, copies: &[FileId]) -> ApiResult<()> {
    let conn = &mut *app.conn().await?;
    for id in copies {
        file::doom_free(conn, *id).await?;
    }
    Ok(())
}
