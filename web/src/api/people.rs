//! Settings, marks, names, and the end of an account.

use super::ApiResult;
use super::client::{delete, get, patch, post, put};
use shared::identity::{EmailState, Me, SetStatus};
use shared::ids::{SpaceId, UserId};
use shared::page::Page;
use shared::people::{
    ChangeEmail, ChangeNickname, DeleteAccount, DeletionOutlook, Mark, Marked, PlannedDeletion,
    SetMark, UpdateParticipant,
};
use shared::settings::{UpdateSettings, UserSettings};
use shared::spaces::Participant;

/// The caller's settings.
pub async fn get_settings() -> ApiResult<UserSettings> {
    get("/profile/me/settings").send().await
}

/// Changes settings.
pub async fn update_settings(body: &UpdateSettings) -> ApiResult<UserSettings> {
    patch("/profile/me/settings").json(body).send().await
}

/// Whom the caller blocked or muted.
pub async fn list_marks() -> ApiResult<Page<Marked>> {
    get("/profile/me/marks").send().await
}

/// Blocks or mutes somebody.
pub async fn set_mark(user: UserId, mark: Mark) -> ApiResult<Marked> {
    put(format!("/profile/me/marks/{user}")).json(&SetMark { mark }).send().await
}

/// Hears somebody again.
pub async fn clear_mark(user: UserId) -> ApiResult<()> {
    delete(format!("/profile/me/marks/{user}")).send().await
}

/// Chooses status, text, emoji and their end.
pub async fn set_status(body: &SetStatus) -> ApiResult<()> {
    post("/status/set-status").json(body).send().await
}

/// Calls a member otherwise in a space.
pub async fn rename(
    space: SpaceId,
    user: UserId,
    nickname: Option<String>,
) -> ApiResult<Participant> {
    let body = UpdateParticipant { nickname: Some(nickname) };
    patch(format!("/spaces/{space}/participants/{user}")).json(&body).send().await
}

/// Takes another nickname.
pub async fn change_nickname(body: &ChangeNickname) -> ApiResult<Me> {
    post("/auth/change-nickname").json(body).send().await
}

/// Wants another e-mail address: it counts once its code was typed.
pub async fn change_email(body: &ChangeEmail) -> ApiResult<EmailState> {
    post("/auth/change-email").json(body).send().await
}

/// Gives up an address that waits to be confirmed: the old one stays.
pub async fn keep_email() -> ApiResult<()> {
    delete("/auth/change-email").send().await
}

/// What stands in the way of the end of the account.
pub async fn get_deletion() -> ApiResult<DeletionOutlook> {
    get("/profile/me/deletion").send().await
}

/// Plans the end of the account.
pub async fn delete_account(body: &DeleteAccount) -> ApiResult<PlannedDeletion> {
    post("/profile/me/deletion").json(body).send().await
}

/// A copy of the caller's data: an address of this page that lasts until it is closed. `stop` ends it.
pub async fn export(stop: &web_sys::AbortSignal) -> ApiResult<String> {
    get("/profile/me/export").blob_url(stop).await
}
