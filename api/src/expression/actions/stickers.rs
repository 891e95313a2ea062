//! Stickers come into packs, change, and go.

use crate::error::{ApiError, ApiResult, conflict};
use crate::expression::access::PackAccess;
use crate::expression::model::sticker::{self, NewSticker, StickerChanges, StickerRow};
use crate::files::model::file::{self, FileRow};
use crate::realtime::stream::Tx;
use shared::error::ErrorCode;
use shared::expression::{MAX_STICKERS, Sticker, UpdateSticker};
use shared::files;
use shared::ids::StickerId;

/// Whether one more fits in.
///
/// # Errors
/// `limit_reached`.
pub fn check_room(access: &PackAccess) -> ApiResult<()> {
    match access.sticker_count() < MAX_STICKERS {
        true => Ok(()),
        false => Err(ApiError::new(ErrorCode::LimitReached)),
    }
}

/// Adds a stored picture as the last sticker of a pack.
///
/// # Errors
/// `limit_reached`, `name_taken` for the short name.
pub async fn do_add_sticker(
    tx: &mut Tx,
    access: &PackAccess,
    picture: &FileRow,
    name: &str,
    shortcode: Option<&str>,
) -> ApiResult<Sticker> {
    check_room(access)?;
    let url = files::url(picture.id);
    let new = NewSticker {
        id: StickerId::new(),
        pack_id: access.id(),
        name: name.trim(),
        shortcode,
        position: sticker::next_position(tx, access.id()).await?,
        file_id: picture.id,
        url: &url,
        width: picture.width.unwrap_or(1),
        height: picture.height.unwrap_or(1),
    };
    let row = new.insert(tx).await.map_err(taken)?;
    file::mark_used(tx, picture.id).await?;
    Ok(row.into())
}

/// Changes a sticker's name or short name.
///
/// # Errors
/// `not_found` when the pack has no such sticker, `name_taken` for the short name.
pub async fn do_update_sticker(
    tx: &mut Tx,
    access: &PackAccess,
    id: StickerId,
    body: &UpdateSticker,
) -> ApiResult<()> {
    StickerRow::find(tx, access.id(), id).await?;
    let changes = StickerChanges {
        name: body.name.as_deref().map(str::trim),
        shortcode: body.shortcode.as_ref().map(Option::as_deref),
    };
    changes.save(tx, id).await.map_err(taken)?;
    Ok(())
}

/// Takes a sticker out of its pack. Messages keep what they show.
///
/// # Errors
/// `not_found` when the pack has no such sticker.
pub async fn do_delete_sticker(tx: &mut Tx, access: &PackAccess, id: StickerId) -> ApiResult<()> {
    StickerRow::find(tx, access.id(), id).await?;
    Ok(sticker::delete(tx, id).await?)
}

fn taken(error: diesel::result::Error) -> ApiError {
    conflict(error, "stickers_shortcode", ErrorCode::NameTaken)
}
