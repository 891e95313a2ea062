//! The only door to a sticker pack.

use super::model::pack::PackRow;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::platform::db::PgConn;
use shared::error::ErrorCode;
use shared::expression::StickerPack;
use shared::ids::{PackId, UserId};

/// Proof that the caller may look at the pack.
pub struct PackAccess {
    row: PackRow,
    user: UserId,
}

/// Loads a pack that the caller may see: a public one, one whose link he has, or his own.
///
/// # Errors
/// `not_found` when there is none, it is deleted, or it is somebody's private one.
pub async fn access_pack(
    conn: &mut PgConn,
    user: &CurrentUser,
    pack: PackId,
) -> ApiResult<PackAccess> {
    let row = PackRow::find(conn, user.id, pack).await?;
    Ok(PackAccess { row, user: user.id })
}

/// As [`access_pack`], of the caller's own; nobody else changes it until the transaction ends.
///
/// # Errors
/// As [`access_pack`]; `forbidden` when it is somebody else's.
pub async fn access_own_pack(
    conn: &mut PgConn,
    user: &CurrentUser,
    pack: PackId,
) -> ApiResult<PackAccess> {
    PackRow::lock(conn, pack).await?;
    let access = access_pack(conn, user, pack).await?;
    match access.row.owner_id() == Some(user.id) {
        true => Ok(access),
        false => Err(ApiError::new(ErrorCode::Forbidden)),
    }
}

impl PackAccess {
    #[must_use]
    pub fn id(&self) -> PackId {
        self.row.id()
    }

    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.user
    }

    /// How many stickers it has.
    #[must_use]
    pub fn sticker_count(&self) -> i64 {
        self.row.sticker_count
    }

    /// The wire form for the caller.
    ///
    /// # Errors
    /// The query and the type do not fit.
    pub fn into_pack(self) -> ApiResult<StickerPack> {
        Ok(self.row.into_pack(self.user)?)
    }
}
