//! Logins begin, are renewed, and end.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::identity::model::session::NewSession;
use crate::identity::model::user::{self, UserRow};
use crate::identity::refresh_token::RefreshToken;
use crate::platform::db::PgConn;
use chrono::{DateTime, Utc};
use shared::error::ErrorCode;
use shared::identity::Tokens;
use shared::ids::SessionId;
use std::net::IpAddr;

/// What a session remembers of the device it began on.
#[derive(Clone, Debug)]
pub struct Device {
    pub user_agent: Option<String>,
    pub address: IpAddr,
}

/// What a login or a refresh brings.
pub struct Grant {
    pub user: UserRow,
    pub session_id: SessionId,
    pub refresh_token: RefreshToken,
    /// When the refresh token ends, if it is not used.
    pub expires_at: DateTime<Utc>,
}

impl Grant {
    /// The wire form, refresh token included.
    ///
    /// # Errors
    /// No access token could be made.
    pub fn tokens(self, app: &App) -> ApiResult<Tokens> {
        let tokens = &app.identity.access_tokens;
        let access_token =
            tokens.make(self.user.id, self.session_id).map_err(ApiError::internal)?;
        Ok(Tokens {
            access_token,
            refresh_token: Some(self.refresh_token.text()),
            token_type: "bearer".to_owned(),
            expires_in: tokens.lifetime_seconds(),
            user: self.user.into(),
        })
    }
}

/// Checks a login and its password. Unknown and wrong are one answer and take one time.
///
/// # Errors
/// `wrong_credentials`; `unavailable` when too many wait.
pub async fn check_password(app: &App, login: &str, password: String) -> ApiResult<UserRow> {
    let found = {
        let conn = &mut *app.conn().await?;
        user::by_login(conn, login).await?
    };
    let (row, hash) = found.map_or((None, None), |(row, hash)| (Some(row), hash));
    let matches = app.identity.hasher.verify(password, hash).await?;
    row.filter(|_| matches).ok_or_else(|| ApiError::new(ErrorCode::WrongCredentials))
}

/// Begins a session of somebody whose password was checked.
///
/// # Errors
/// The database's.
pub async fn do_begin_session(
    conn: &mut PgConn,
    app: &App,
    user: UserRow,
    device: Device,
) -> ApiResult<Grant> {
    let session_id = SessionId::new();
    let refresh_token = app.identity.refresh_tokens.first(session_id)?;
    let expires_at = Utc::now() + app.config.identity.refresh_token;
    let session = NewSession {
        id: session_id,
        user_id: user.id,
        token_hash: refresh_token.hash(),
        user_agent: device.user_agent,
        address: Some(device.address.to_string()),
        expires_at,
    };
    session.insert(conn).await?;
    Ok(Grant { user, session_id, refresh_token, expires_at })
}
