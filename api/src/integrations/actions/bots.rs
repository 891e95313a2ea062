//! Bots are made, and end.

use crate::error::{ApiError, ApiResult};
use crate::identity::actions::accounts::do_create_user;
use crate::identity::actions::tokens::do_revoke_tokens;
use crate::identity::model::user::{self, NewUser};
use crate::integrations::access::BotAccess;
use crate::integrations::model::bot::{self, BotRow};
use crate::realtime::stream::Tx;
use crate::spaces::conversations::Conversations;
use crate::spaces::do_leave_all_spaces;
use shared::error::ErrorCode;
use shared::ids::{TokenId, UserId};
use shared::integrations::{Bot, CreateBot, MAX_BOTS};

/// Makes a bot of a person: an account without a password.
///
/// # Errors
/// `limit_reached`, `nickname_taken`.
pub async fn do_create_bot(tx: &mut Tx, owner: UserId, body: &CreateBot) -> ApiResult<Bot> {
    // The owner's row keeps two requests from making the last one twice.
    user::lock(tx, owner).await?;
    if bot::count(tx, owner).await? >= MAX_BOTS {
        return Err(ApiError::new(ErrorCode::LimitReached));
    }
    let trimmed = |text: &Option<String>| {
        text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let account = NewUser::bot(&body.nickname, trimmed(&body.display_name), trimmed(&body.bio));
    let id = do_create_user(tx, &account).await?.id;
    bot::insert(tx, id, owner).await?;
    Ok(BotRow::find(tx, owner, id).await?.into())
}

/// Ends a bot of the caller, see [`do_end_bot`].
///
/// # Errors
/// The database's.
pub async fn do_delete_bot(
    tx: &mut Tx,
    access: &BotAccess,
    conversations: &dyn Conversations,
) -> ApiResult<Vec<TokenId>> {
    do_end_bot(tx, access.id(), conversations).await
}

/// Ends a bot: its tokens, its memberships. What it wrote stays. Returns the tokens that were in
/// force: after the commit they are to be forgotten.
///
/// # Errors
/// The database's.
pub async fn do_end_bot(
    tx: &mut Tx,
    bot: UserId,
    conversations: &dyn Conversations,
) -> ApiResult<Vec<TokenId>> {
    do_leave_all_spaces(tx, bot, conversations).await?;
    bot::delete(tx, bot).await?;
    do_revoke_tokens(tx, bot, None).await
}
