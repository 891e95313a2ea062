//! The only door to a chat or a message: loads and authorises, and returns a proof.

use super::model::chat::ChatView;
use super::model::chat_changes;
use super::model::message::MessageRow;
use super::model::thread::RootRow;
use crate::error::{ApiError, ApiResult};
use crate::files::guard::Destination;
use crate::http::current_user::CurrentUser;
use crate::identity::model::mark::Side;
use crate::platform::db::PgConn;
use crate::spaces::model::space::SpaceRow;
use shared::chat::ChatKind;
use shared::error::ErrorCode;
use shared::identity::UserRef;
use shared::ids::{ChatId, MessageId, SpaceId, UserId};
use shared::permission::{Permission, PermissionSet, in_space};
use shared::topic::Topic;
use std::collections::HashMap;

/// Proof that the caller may see the chat.
pub struct ChatAccess {
    view: ChatView,
    me: UserRef,
    permissions: PermissionSet,
}

/// Loads a chat that the caller may see.
///
/// # Errors
/// `not_found` when there is none, or it is not visible to him.
pub async fn access_chat(conn: &PgConn, user: &CurrentUser, chat: ChatId) -> ApiResult<ChatAccess> {
    ChatAccess::of(ChatView::find(conn, user.id, chat).await?)?.ok_or_else(ApiError::not_found)
}

/// As [`access_chat`] for several people, with one statement: those of them who may see the chat.
///
/// # Errors
/// The database's.
pub async fn access_chat_for(
    conn: &mut PgConn,
    users: &[UserId],
    chat: ChatId,
) -> ApiResult<HashMap<UserId, ChatAccess>> {
    let views = ChatView::find_for(conn, users, chat).await?;
    let seen = views.into_iter().filter_map(|view| ChatAccess::of(view).transpose());
    seen.map(|access| access.map(|access| (access.user_id(), access))).collect()
}

/// As [`access_chat`], and nobody else changes the chat's settings and people (those of its space,
/// where it has one) until the transaction ends: what was checked still holds when it is written.
///
/// # Errors
/// As [`access_chat`].
pub async fn access_chat_to_change(
    conn: &mut PgConn,
    user: &CurrentUser,
    chat: ChatId,
) -> ApiResult<ChatAccess> {
    match access_chat(conn, user, chat).await?.space_id() {
        Some(space) => SpaceRow::lock(conn, space).await?,
        None => chat_changes::lock(conn, chat).await?,
    }
    access_chat(conn, user, chat).await
}

/// Loads a message and its chat, when the caller may see them.
///
/// # Errors
/// `not_found` when there is none, it is deleted, or it is not visible to him.
pub async fn access_message(
    conn: &mut PgConn,
    user: &CurrentUser,
    message: MessageId,
) -> ApiResult<(ChatAccess, MessageRow)> {
    let row = MessageRow::find(conn, message).await?;
    let access = access_chat(conn, user, row.chat_id()).await?;
    Ok((access, row))
}

/// Loads the thread that a message opens or belongs to, and its chat, when the caller may see them.
///
/// # Errors
/// `not_found` when there is none, or it is not visible to him. A thread outlives its first message.
pub async fn access_thread(
    conn: &mut PgConn,
    user: &CurrentUser,
    message: MessageId,
) -> ApiResult<(ChatAccess, RootRow)> {
    let root = RootRow::of(conn, message).await?;
    let access = access_chat(conn, user, root.chat_id()).await?;
    Ok((access, root))
}

/// Why two people cannot write to each other, told to one of them.
#[must_use]
pub fn unreachable(side: Side) -> ApiError {
    ApiError::new(match side {
        Side::Mine => ErrorCode::BlockedByYou,
        Side::Theirs => ErrorCode::NotReachable,
    })
}

impl ChatAccess {
    /// `None` when the person of the view may not see the chat.
    fn of(view: ChatView) -> ApiResult<Option<Self>> {
        let me = view.me()?;
        let permissions = view.permissions(me.id);
        let sees = permissions.contains(Permission::ViewChat);
        Ok(sees.then_some(Self { view, me, permissions }))
    }

    /// The caller as others see him.
    #[must_use]
    pub fn me(&self) -> &UserRef {
        &self.me
    }

    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.me.id
    }

    #[must_use]
    pub fn view(&self) -> &ChatView {
        &self.view
    }

    #[must_use]
    pub fn chat_id(&self) -> ChatId {
        self.view.id()
    }

    #[must_use]
    pub fn space_id(&self) -> Option<SpaceId> {
        self.view.space_id()
    }

    /// The chat as files see it.
    #[must_use]
    pub fn destination(&self) -> Destination {
        let (chat, space, permissions) = (self.chat_id(), self.space_id(), self.permissions);
        Destination { chat, space, permissions }
    }

    #[must_use]
    pub fn topic(&self) -> Topic {
        Topic::Chat(self.chat_id())
    }

    #[must_use]
    pub fn has(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// # Errors
    /// `forbidden`, naming the permission.
    pub fn require(&self, permission: Permission) -> ApiResult<()> {
        if self.has(permission) { Ok(()) } else { Err(ApiError::forbidden(permission)) }
    }

    /// May the caller write here at all?
    ///
    /// # Errors
    /// `forbidden`, `blocked_by_you` or `not_reachable`.
    pub fn require_to_send(&self) -> ApiResult<()> {
        self.require(Permission::SendMessages)?;
        self.require_reachable()
    }

    /// Does the caller manage the chats of the space?
    #[must_use]
    pub fn manages_chats(&self) -> bool {
        self.view
            .standing(self.user_id(), chrono::Utc::now())
            .is_some_and(|standing| in_space(&standing).contains(Permission::ManageChats))
    }

    /// In a direct chat neither of the two has blocked the other. Who was blocked is not told so: he
    /// gets the answer of somebody who takes no direct messages.
    ///
    /// # Errors
    /// `blocked_by_you` or `not_reachable`.
    pub fn require_reachable(&self) -> ApiResult<()> {
        match self.view.blocked() {
            None => Ok(()),
            Some(side) => Err(unreachable(side)),
        }
    }

    /// May the caller change the chat itself? In a space who manages chats, in a group everybody,
    /// in a direct chat nobody.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn require_manage(&self) -> ApiResult<()> {
        let allowed = match self.view.kind() {
            ChatKind::Space => self.manages_chats(),
            ChatKind::Group => true,
            ChatKind::Direct => false,
        };
        if allowed { Ok(()) } else { Err(ApiError::forbidden(Permission::ManageChats)) }
    }
}
