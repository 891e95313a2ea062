//! Files get their message, or are given up.

use super::store::check_room;
use crate::error::{ApiError, ApiResult};
use crate::files::guard::Destination;
use crate::files::model::attachments::{attach, lock_free};
use crate::files::model::file::{self, FileRow};
use crate::realtime::stream::Tx;
use shared::error::{ErrorCode, FieldCode};
use shared::files::Attachment;
use shared::ids::{FileId, MessageId, UserId};

/// Gives uploads of `owner` to a message that was just inserted, in the order of the ids.
/// `space_quota` in bytes.
///
/// # Errors
/// `unknown` for `attachment_ids` when one is not his, not there, or taken; `forbidden` when he may
/// not send such a file in the chat; `quota_exceeded` when the space has no room.
pub async fn do_attach(
    tx: &mut Tx,
    owner: UserId,
    message: MessageId,
    to: Destination,
    ids: &[FileId],
    space_quota: u64,
) -> ApiResult<Vec<Attachment>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = lock_free(tx, ids, owner, to.chat).await?;
    if rows.len() != ids.len() {
        return Err(ApiError::field("attachment_ids", FieldCode::Unknown));
    }
    for row in &rows {
        to.require(row.kind())?;
    }
    if let Some(space) = to.space {
        file::lock_room(tx, &format!("space:{space}")).await?;
        // Those uploaded for a chat of the space are counted already.
        let fresh = rows.iter().filter(|row| row.chat_id.is_none());
        let more = fresh.map(|row| row.size).sum();
        let used = file::used_by_space(tx, space).await?;
        check_room(used, more, space_quota)?;
    }
    attach(tx, ids, message, to.chat, to.space).await?;
    Ok(rows.into_iter().map(FileRow::into_attachment).collect())
}

/// Gives up an upload that no message has.
///
/// # Errors
/// `not_found` when it is not his, `file_in_use`.
pub async fn do_delete(tx: &mut Tx, owner: UserId, id: FileId) -> ApiResult<()> {
    let row = FileRow::lock(tx, id).await?;
    if row.owner_id != Some(owner) {
        return Err(ApiError::not_found());
    }
    if row.message_id.is_some() || row.is_picture() {
        return Err(ApiError::new(ErrorCode::FileInUse));
    }
    file::doom(tx, id).await?;
    Ok(())
}
