//! Tokens for programs, and bots.

use super::ApiResult;
use super::client::{delete, get, patch, post};
use shared::identity::UpdateProfile;
use shared::ids::{RoleId, SpaceId, TokenId, UserId};
use shared::integrations::{AccessToken, AddBot, Bot, CreateBot, CreateToken};
use shared::page::Page;
use shared::spaces::Participant;

/// Whose tokens: a bot's, or the caller's own.
fn tokens(bot: Option<UserId>) -> String {
    bot.map_or_else(|| "/auth/tokens".to_owned(), |bot| format!("/bots/{bot}/tokens"))
}

/// The tokens of the caller or of one of his bots.
pub async fn list_tokens(bot: Option<UserId>) -> ApiResult<Page<AccessToken>> {
    get(tokens(bot)).send().await
}

/// Makes a token. The answer is the only place that shows it.
pub async fn create_token(bot: Option<UserId>, body: &CreateToken) -> ApiResult<AccessToken> {
    post(tokens(bot)).json(body).send().await
}

/// Revokes a token, at once.
pub async fn revoke_token(bot: Option<UserId>, token: TokenId) -> ApiResult<()> {
    delete(format!("{}/{token}", tokens(bot))).send().await
}

/// The caller's bots.
pub async fn list_bots() -> ApiResult<Page<Bot>> {
    get("/bots").send().await
}

/// Makes a bot.
pub async fn create_bot(body: &CreateBot) -> ApiResult<Bot> {
    post("/bots").json(body).send().await
}

/// Changes a bot's name and description.
pub async fn update_bot(bot: UserId, body: &UpdateProfile) -> ApiResult<Bot> {
    patch(format!("/bots/{bot}")).json(body).send().await
}

/// Deletes a bot.
pub async fn delete_bot(bot: UserId) -> ApiResult<()> {
    delete(format!("/bots/{bot}")).send().await
}

/// Brings a bot into a space.
pub async fn add_bot(
    space: SpaceId,
    bot_id: UserId,
    role_id: Option<RoleId>,
) -> ApiResult<Participant> {
    post(format!("/spaces/{space}/bots")).json(&AddBot { bot_id, role_id }).send().await
}

/// Takes one of the caller's bots out of a space.
pub async fn remove_bot(space: SpaceId, bot: UserId) -> ApiResult<()> {
    delete(format!("/spaces/{space}/bots/{bot}")).send().await
}
