//! What files must ask rooms above: where one may go, who may see it.

use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use async_trait::async_trait;
use shared::files::FileKind;
use shared::ids::{ChatId, FileId, MessageId, SpaceId};
use shared::permission::{Permission, PermissionSet};

/// A chat that a file is uploaded for.
#[derive(Clone, Copy, Debug)]
pub struct Destination {
    pub chat: ChatId,
    /// The space whose room it takes; absent for direct and group chats.
    pub space: Option<SpaceId>,
    /// What the uploader may do in the chat.
    pub permissions: PermissionSet,
}

impl Destination {
    /// May the uploader send a file of this kind there?
    ///
    /// # Errors
    /// `forbidden`, naming the permission.
    pub fn require(&self, kind: FileKind) -> ApiResult<()> {
        let needed = if kind.is_media() { Permission::SendMedia } else { Permission::SendFiles };
        if self.permissions.contains(needed) { Ok(()) } else { Err(ApiError::forbidden(needed)) }
    }
}

/// Answers for files.
#[async_trait]
pub trait Guard: Send + Sync {
    /// The chat, as this person sees it.
    ///
    /// # Errors
    /// `not_found` when he does not see it.
    async fn destination(&self, user: &CurrentUser, chat: ChatId) -> ApiResult<Destination>;

    /// Whether this person sees the message now.
    ///
    /// # Errors
    /// `not_found` when he does not.
    async fn check_message(&self, user: &CurrentUser, message: MessageId) -> ApiResult<()>;

    /// Whether this person sees the message now, and it shows this picture of a page.
    ///
    /// # Errors
    /// `not_found` when he does not, or it does not.
    async fn check_preview(
        &self,
        user: &CurrentUser,
        message: MessageId,
        picture: FileId,
    ) -> ApiResult<()>;
}
