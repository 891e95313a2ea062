//! The emoji of a space. Who may change how the space looks changes them.

use crate::error::{ApiError, ApiResult, conflict};
use crate::expression::model::emoji::{self, NewEmoji};
use crate::files::model::file::{self, FileRow};
use crate::realtime::stream::Tx;
use crate::spaces::access::SpaceAccess;
use crate::spaces::audit::{Entry, record};
use shared::error::ErrorCode;
use shared::event::Event;
use shared::expression::{EmojiDeleted, MAX_SPACE_EMOJI, SpaceEmoji};
use shared::files;
use shared::ids::EmojiId;
use shared::permission::Permission;
use shared::spaces::AuditAction;

/// Adds a stored picture as an emoji of the space. The space is locked: nobody adds the last one twice.
///
/// # Errors
/// `forbidden`, `limit_reached`, `name_taken`.
pub async fn do_create_emoji(
    tx: &mut Tx,
    access: &SpaceAccess,
    picture: &FileRow,
    name: &str,
) -> ApiResult<SpaceEmoji> {
    access.require(Permission::ChangeInfo)?;
    if emoji::count(tx, access.id()).await? >= MAX_SPACE_EMOJI {
        return Err(ApiError::new(ErrorCode::LimitReached));
    }
    let url = files::url(picture.id);
    let new = NewEmoji {
        id: EmojiId::new(),
        space_id: access.id(),
        name,
        file_id: picture.id,
        url: &url,
        created_by: access.user_id(),
    };
    let made = SpaceEmoji::from(new.insert(tx).await.map_err(taken)?);
    file::mark_used(tx, picture.id).await?;
    let entry = Entry::new(access.id(), access.user_id(), AuditAction::EmojiAdded);
    record(tx, entry.target(made.id.0, &made.name)).await?;
    tx.emit(access.topic(), Event::EmojiCreated(made.clone())).await?;
    Ok(made)
}

/// Gives an emoji another name.
///
/// # Errors
/// `forbidden`, `not_found`, `name_taken`.
pub async fn do_rename_emoji(
    tx: &mut Tx,
    access: &SpaceAccess,
    id: EmojiId,
    name: &str,
) -> ApiResult<SpaceEmoji> {
    access.require(Permission::ChangeInfo)?;
    let before = emoji::name(tx, access.id(), id).await?;
    let renamed = emoji::rename(tx, access.id(), id, name).await.map_err(taken)?;
    let renamed = SpaceEmoji::from(renamed);
    let entry = Entry::new(access.id(), access.user_id(), AuditAction::EmojiRenamed)
        .target(id.0, name)
        .change("name", Some(before), Some(name));
    record(tx, entry).await?;
    tx.emit(access.topic(), Event::EmojiUpdated(renamed.clone())).await?;
    Ok(renamed)
}

/// Removes an emoji with its picture. Where it was written its name stands from now on.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn do_delete_emoji(tx: &mut Tx, access: &SpaceAccess, id: EmojiId) -> ApiResult<()> {
    access.require(Permission::ChangeInfo)?;
    let name = emoji::name(tx, access.id(), id).await?;
    emoji::delete(tx, access.id(), id).await?;
    let entry = Entry::new(access.id(), access.user_id(), AuditAction::EmojiRemoved);
    record(tx, entry.target(id.0, &name)).await?;
    let gone = EmojiDeleted { space_id: access.id(), emoji_id: id };
    tx.emit(access.topic(), Event::EmojiDeleted(gone)).await?;
    Ok(())
}

fn taken(error: diesel::result::Error) -> ApiError {
    conflict(error, "space_emoji_name", ErrorCode::NameTaken)
}
