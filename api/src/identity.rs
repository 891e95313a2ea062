//! Accounts, logins, tokens for programs, profiles, settings, and whom somebody does not want to hear.
//! Tables: `users`, `sessions`, `access_tokens`, `idempotency_keys`, `user_choices`, `user_marks`,
//! `former_nicknames`, `account_deletions`, `user_mail`, `email_codes`, `password_resets`. Events on
//! the person's own topic: `profile_updated`, `email_changed`, `session_revoked`, `settings_updated`,
//! `mark_changed`.
//!
//! [`password`] hashes, [`token`] makes and reads access tokens, [`refresh_token`] what renews them,
//! [`alive`] knows which sessions are over, [`program_token`] what programs ask with,
//! [`file_cookie`] opens files to browsers. Rooms above ask
//! [`model::user`] and [`model::person`] how people are shown, [`model::mark`] who does not want to be
//! told.

pub mod actions;
pub mod admin;
pub mod alive;
pub mod file_cookie;
pub mod housekeeping;
pub mod letters;
pub mod limits;
pub mod model;
pub mod password;
pub mod program_token;
pub mod refresh_cookie;
pub mod refresh_token;
pub mod routes;
pub mod secret_code;
pub mod token;

use crate::config::Config;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::{Authenticator, CurrentUser};
use crate::jobs::Jobs;
use crate::platform::db::Db;
use crate::platform::secrets::SigningKey;
use crate::realtime::Live;
use crate::realtime::command::Commands;
use alive::Alive;
use async_trait::async_trait;
use file_cookie::FileCookies;
use password::Hasher;
use program_token::{ProgramTokens, as_session};
use refresh_token::RefreshTokens;
use shared::error::ErrorCode;
use shared::ids::{SessionId, TokenId};
use token::AccessTokens;
use utoipa_actix_web::service_config::ServiceConfig;

/// What the slice keeps in memory: keys, the hashing queue, sessions known to be alive.
pub struct Identity {
    pub access_tokens: AccessTokens,
    pub refresh_tokens: RefreshTokens,
    pub file_cookies: FileCookies,
    pub hasher: Hasher,
    pub alive: Alive,
    pub program_tokens: ProgramTokens,
}

impl Identity {
    /// The first key signs, all verify.
    #[must_use]
    pub fn new(config: &Config, keys: &[SigningKey], db: Db) -> Self {
        let lifetime = config.identity.access_token;
        Self {
            access_tokens: AccessTokens::new(keys, &config.server.public_url, lifetime),
            refresh_tokens: RefreshTokens::new(keys.iter().map(|key| key.secret.expose())),
            file_cookies: FileCookies::new(keys.iter().map(|key| key.secret.expose())),
            hasher: Hasher::new(config.identity.bcrypt_cost),
            alive: Alive::new(db.clone()),
            program_tokens: ProgramTokens::new(db),
        }
    }
}

#[async_trait]
impl Authenticator for Identity {
    async fn authenticate(&self, token: &str) -> ApiResult<CurrentUser> {
        if program_token::is_one(token) {
            return self.program_tokens.check(token).await?.ok_or_else(unauthenticated);
        }
        self.alive_only(self.access_tokens.read(token)).await
    }

    async fn authenticate_anew(&self, token: &str) -> ApiResult<CurrentUser> {
        if program_token::is_one(token) {
            return self.program_tokens.ask(token).await?.ok_or_else(unauthenticated);
        }
        let user = self.access_tokens.read(token).ok_or_else(unauthenticated)?;
        let is_alive = self.alive.ask(user.session_id, user.id).await?;
        is_alive.then_some(user).ok_or_else(unauthenticated)
    }

    fn must_be_looked_up(&self, token: &str) -> bool {
        program_token::is_one(token) && self.program_tokens.is_unknown(token)
    }

    async fn authenticate_cookie(&self, value: &str) -> ApiResult<CurrentUser> {
        self.alive_only(self.file_cookies.read(value)).await
    }
}

impl Identity {
    /// These sessions are over, here and on every other node. Call after the commit.
    pub async fn forget_sessions(&self, live: &Live, sessions: &[SessionId]) {
        self.alive.forget(sessions).await;
        live.revoke(sessions);
    }

    /// These tokens for programs are over, here and on every other node. Call after the commit.
    pub async fn forget_tokens(&self, live: &Live, tokens: &[TokenId]) {
        self.program_tokens.forget(tokens).await;
        let known_as: Vec<SessionId> = tokens.iter().copied().map(as_session).collect();
        live.revoke(&known_as);
    }

    /// Another node ended these sessions, or tokens by the names that sockets know them by.
    pub async fn hear_of_end(&self, sessions: Vec<SessionId>) {
        self.alive.forget(&sessions).await;
        let tokens: Vec<TokenId> = sessions.into_iter().map(|session| TokenId(session.0)).collect();
        self.program_tokens.forget(&tokens).await;
    }

    async fn alive_only(&self, user: Option<CurrentUser>) -> ApiResult<CurrentUser> {
        let user = user.ok_or_else(unauthenticated)?;
        let is_alive = self.alive.check(user.session_id, user.id).await?;
        is_alive.then_some(user).ok_or_else(unauthenticated)
    }
}

fn unauthenticated() -> ApiError {
    ApiError::new(ErrorCode::Unauthenticated)
}

/// The routes, below `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    use routes::{accounts, logins, marks, profile, recovery, sessions, settings, status, tokens};
    config
        .service(accounts::register)
        .service(accounts::find_me)
        .service(accounts::change_password)
        .service(accounts::change_nickname)
        .service(recovery::forgot_password)
        .service(recovery::reset_password)
        .service(recovery::find_email)
        .service(recovery::verify_email)
        .service(recovery::resend_code)
        .service(recovery::change_email)
        .service(recovery::keep_email)
        .service(logins::login)
        .service(logins::create_token)
        .service(logins::refresh)
        .service(logins::logout)
        .service(logins::logout_all)
        .service(sessions::list_sessions)
        .service(sessions::delete_session)
        .service(tokens::list_tokens)
        .service(tokens::create_access_token)
        .service(tokens::delete_access_token)
        .service(profile::find_my_profile)
        .service(profile::update_my_profile)
        .service(settings::find_settings)
        .service(settings::update_settings)
        .service(marks::list_marks)
        .service(marks::set_mark)
        .service(marks::clear_mark)
        .service(profile::find_profile_by_nickname)
        .service(profile::find_profile)
        .service(status::find_my_status)
        .service(status::set_status)
        .service(status::find_status)
        .service(status::heartbeat);
}

/// The socket commands.
#[must_use]
pub fn commands() -> Commands {
    Commands::default().on("set_status", routes::status::set_status_command)
}

/// The jobs.
#[must_use]
pub fn jobs() -> Jobs {
    Jobs::default()
        .every::<housekeeping::CleanUp>(housekeeping::PERIOD)
        .on::<letters::ResetPassword>()
        .on::<letters::ConfirmEmail>()
        .on::<letters::TellOwner>()
}
