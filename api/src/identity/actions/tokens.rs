//! Tokens for programs: made, shown once, revoked at once.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::identity::model::access_token::{self, NewAccessToken};
use crate::identity::model::user;
use crate::identity::program_token::{as_session, make};
use crate::realtime::stream::{Tx, now};
use chrono::Duration;
use shared::error::ErrorCode;
use shared::event::{Event, SessionRevoked};
use shared::ids::{TokenId, UserId};
use shared::integrations::{AccessToken, CreateToken, MAX_TOKENS};
use shared::topic::Topic;

/// Makes a token of an account.
///
/// # Errors
/// `limit_reached`.
pub async fn do_create_token(
    tx: &mut Tx,
    holder: UserId,
    body: &CreateToken,
) -> ApiResult<AccessToken> {
    // The account's row keeps two requests from making the last one twice.
    let row = user::lock(tx, holder).await?;
    if access_token::count(tx, holder).await? >= MAX_TOKENS {
        return Err(ApiError::new(ErrorCode::LimitReached));
    }
    let fresh = make(row.is_bot)?;
    let new = NewAccessToken {
        id: TokenId::new(),
        user_id: holder,
        name: body.name.trim(),
        token_hash: fresh.hash,
        hint: &fresh.hint,
        scopes: body.scopes,
        expires_at: body.expires_in_days.map(|days| now() + Duration::days(days.into())),
    };
    let made = AccessToken::from(new.insert(tx).await?);
    Ok(AccessToken { token: Some(fresh.text), ..made })
}

/// Ends tokens and tells their sockets. Returns those that were in force: after the commit they go
/// to [`crate::identity::program_token::ProgramTokens::forget`].
///
/// # Errors
/// The database's.
pub async fn do_revoke_tokens(
    tx: &mut Tx,
    holder: UserId,
    only: Option<TokenId>,
) -> ApiResult<Vec<TokenId>> {
    let ended = access_token::revoke(tx, holder, only).await?;
    for token in &ended {
        let event = Event::SessionRevoked(SessionRevoked { session_id: as_session(*token) });
        tx.emit(Topic::User(holder), event).await?;
    }
    Ok(ended)
}

/// Ends all tokens that programs use in somebody's name: his own and those of his bots.
///
/// # Errors
/// The database's.
pub async fn do_revoke_programs(tx: &mut Tx, person: UserId) -> ApiResult<Vec<TokenId>> {
    let mut ended = Vec::new();
    for holder in access_token::holders_of(tx, person).await? {
        ended.extend(do_revoke_tokens(tx, holder, None).await?);
    }
    Ok(ended)
}

/// Ends one token of an account, here and now.
///
/// # Errors
/// `not_found` when it has no such token.
pub async fn revoke_token(app: &App, holder: UserId, token: TokenId) -> ApiResult<()> {
    let ended = app.transact(async |tx| do_revoke_tokens(tx, holder, Some(token)).await).await?;
    app.identity.forget_tokens(&app.live, &ended).await;
    if ended.is_empty() { Err(ApiError::not_found()) } else { Ok(()) }
}
