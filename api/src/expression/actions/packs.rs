//! Packs are made, changed, deleted, and put at hand.

use crate::error::{ApiError, ApiResult};
use crate::expression::access::PackAccess;
use crate::expression::model::installed;
use crate::expression::model::pack::{self, NewPack, PackChanges};
use crate::expression::model::sticker::{self, StickerRow};
use crate::identity::model::user;
use crate::realtime::stream::{Tx, now};
use shared::error::{ErrorCode, FieldCode};
use shared::expression::{CreatePack, MAX_INSTALLED, MAX_OWN_PACKS, UpdatePack};
use shared::ids::{PackId, StickerId, UserId};

/// Makes a pack and puts it at its maker's hand.
///
/// # Errors
/// `limit_reached`.
pub async fn do_create_pack(tx: &mut Tx, owner: UserId, body: &CreatePack) -> ApiResult<PackId> {
    // The maker's row keeps two requests from making the last one twice.
    user::lock(tx, owner).await?;
    if pack::count(tx, owner).await? >= MAX_OWN_PACKS {
        return Err(ApiError::new(ErrorCode::LimitReached));
    }
    let id = PackId::new();
    let new = NewPack {
        id,
        owner_id: owner,
        name: body.name.trim(),
        description: filled(body.description.as_deref()),
        visibility: body.visibility.key(),
    };
    new.insert(tx).await?;
    installed::install(tx, owner, id).await?;
    Ok(id)
}

/// Changes what is given.
///
/// # Errors
/// `invalid` when the order or the picture names stickers of elsewhere.
pub async fn do_update_pack(tx: &mut Tx, access: &PackAccess, body: &UpdatePack) -> ApiResult<()> {
    let id = access.id();
    let has: Vec<StickerId> =
        StickerRow::of_pack(tx, id).await?.iter().map(StickerRow::id).collect();
    if let Some(order) = &body.order {
        let mut wanted = order.clone();
        wanted.sort_unstable();
        wanted.dedup();
        let mut known = has.clone();
        known.sort_unstable();
        if wanted != known || order.len() != known.len() {
            return Err(ApiError::field("order", FieldCode::Unknown));
        }
        sticker::order(tx, id, order).await?;
    }
    if let Some(Some(thumbnail)) = body.thumbnail_id
        && !has.contains(&thumbnail)
    {
        return Err(ApiError::field("thumbnail_id", FieldCode::Unknown));
    }
    let changes = PackChanges {
        name: body.name.as_deref().map(str::trim),
        description: body.description.as_ref().map(|text| filled(text.as_deref())),
        visibility: body.visibility.map(|visibility| visibility.key()),
        thumbnail_id: body.thumbnail_id,
        deleted_at: None,
    };
    Ok(changes.save(tx, id).await?)
}

/// Deletes a pack. Messages keep what they show.
///
/// # Errors
/// The database's.
pub async fn do_delete_pack(tx: &mut Tx, access: &PackAccess) -> ApiResult<()> {
    end(tx, access.id()).await
}

/// Ends what a person has made and what is at his hand, with his account.
///
/// # Errors
/// The database's.
pub async fn do_end_packs(tx: &mut Tx, owner: UserId) -> ApiResult<()> {
    installed::uninstall_all(tx, owner).await?;
    for id in pack::of_owner(tx, owner).await? {
        end(tx, id).await?;
    }
    Ok(())
}

async fn end(tx: &mut Tx, id: PackId) -> ApiResult<()> {
    for row in StickerRow::of_pack(tx, id).await? {
        sticker::delete(tx, row.id()).await?;
    }
    let changes = PackChanges { deleted_at: Some(now()), ..PackChanges::default() };
    Ok(changes.save(tx, id).await?)
}

/// Puts a pack at the caller's hand.
///
/// # Errors
/// `limit_reached`.
pub async fn do_install_pack(tx: &mut Tx, access: &PackAccess) -> ApiResult<()> {
    user::lock(tx, access.user_id()).await?;
    if installed::count(tx, access.user_id()).await? >= MAX_INSTALLED {
        return Err(ApiError::new(ErrorCode::LimitReached));
    }
    Ok(installed::install(tx, access.user_id(), access.id()).await?)
}

/// A text with something in it; an empty one clears.
fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
