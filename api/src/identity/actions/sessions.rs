//! Logins begin, are renewed, and end.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::rate_limit::subscriber;
use crate::identity::limits;
use crate::identity::model::deletion;
use crate::identity::model::person::Person;
use crate::identity::model::session::{self, Locked, NewSession, SessionRow, Which};
use crate::identity::model::user::{self, UserRow};
use crate::identity::password::Verified;
use crate::identity::refresh_token::RefreshToken;
use crate::realtime::stream::Tx;
use chrono::{DateTime, Duration, Utc};
use shared::error::ErrorCode;
use shared::event::{Event, SessionRevoked};
use shared::identity::Tokens;
use shared::ids::{SessionId, UserId};
use shared::topic::Topic;
use shared::validate::nickname_key;
use std::net::IpAddr;
use subtle::ConstantTimeEq as _;

/// How long tabs that refresh at the same moment are given the same successor.
const GRACE: Duration = Duration::seconds(10);

/// What a session remembers of the device it began on.
#[derive(Clone, Debug)]
pub struct Device {
    pub user_agent: Option<String>,
    pub address: IpAddr,
}

/// What a login or a refresh brings.
pub struct Grant {
    pub user: Person,
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
            tokens.make(self.user.row.id, self.session_id).map_err(ApiError::internal)?;
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
/// `wrong_credentials`; `rate_limited`; `unavailable` when too many wait.
pub async fn check_password(
    app: &App,
    device: &Device,
    login: &str,
    password: String,
) -> ApiResult<(UserRow, Verified)> {
    app.limits.take(limits::LOGIN_ADDRESS, subscriber(device.address)).await?;
    let found = {
        let conn = &mut *app.conn().await?;
        user::by_login(conn, login).await?
    };
    let (row, hash) = found.map_or((None, None), |(row, hash)| (Some(row), hash));
    // A name that is nobody's has its budget too, or a throttled one would be somebody's.
    let account = row.as_ref().map_or_else(|| stranger_key(login), |row| row.id.to_string());
    app.limits.take(limits::PASSWORD, account).await?;
    let verified = app.identity.hasher.verify(password, hash).await?;
    row.zip(verified).ok_or_else(|| ApiError::new(ErrorCode::WrongCredentials))
}

/// Nobody's name, as long as a name can be.
pub(super) fn stranger_key(login: &str) -> String {
    nickname_key(&login.chars().take(64).collect::<String>())
}

/// Begins a session of somebody whose password was checked. Who comes back stays: a planned end of
/// his account is called off.
///
/// # Errors
/// `wrong_credentials` when the account has ended meanwhile, or has another password.
pub async fn do_begin_session(
    tx: &mut Tx,
    app: &App,
    (user, verified): (UserRow, Verified),
    device: Device,
) -> ApiResult<Grant> {
    if !verified.holds(tx, user.id).await? {
        return Err(ErrorCode::WrongCredentials.into());
    }
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
    session.insert(tx).await?;
    if deletion::call_off(tx, user.id).await? {
        tracing::info!(user.id = %user.id, "deletion called off by a login");
    }
    let user = Person::find(tx, user.id).await?;
    Ok(Grant { user, session_id, refresh_token, expires_at })
}

/// What a refresh token is good for.
enum Standing {
    /// In force: it is replaced now.
    InForce,
    /// Replaced a moment ago: another tab was faster.
    JustReplaced,
    /// Used up long ago, and here it is again: somebody has a copy.
    Stolen,
    Worthless,
}

fn standing(app: &App, session: &SessionRow, now: DateTime<Utc>, token: &RefreshToken) -> Standing {
    let hash = token.hash();
    let is = |stored: &[u8]| bool::from(stored.ct_eq(&hash));
    if session.revoked_at.is_some() || session.expires_at <= now {
        Standing::Worthless
    } else if is(&session.token_hash) {
        Standing::InForce
    } else if !app.identity.refresh_tokens.is_ours(token) {
        Standing::Worthless
    } else if session.previous_hash.as_deref().is_some_and(is) && now - session.rotated_at < GRACE {
        Standing::JustReplaced
    } else {
        Standing::Stolen
    }
}

/// Exchanges a refresh token for fresh tokens.
///
/// # Errors
/// `invalid_refresh_token`. One that was used before ends its session, access tokens and sockets
/// included.
pub async fn renew(app: &App, text: &str) -> ApiResult<Grant> {
    let refused = || ApiError::new(ErrorCode::InvalidRefreshToken);
    let token = RefreshToken::parse(text).ok_or_else(refused)?;
    let renewal = app
        .transact(async |tx| match session::lock(tx, token.session()).await? {
            Some(locked) => do_renew(tx, app, &token, locked).await,
            None => Ok(Renewal::Refused),
        })
        .await?;
    match renewal {
        Renewal::Granted(grant) => Ok(*grant),
        Renewal::Refused => Err(refused()),
        Renewal::Ended(sessions) => {
            app.identity.forget_sessions(&app.live, &sessions).await;
            Err(refused())
        }
    }
}

/// What came of a refresh; all of it is committed.
enum Renewal {
    Granted(Box<Grant>),
    Refused,
    Ended(Vec<SessionId>),
}

async fn do_renew(
    tx: &mut Tx,
    app: &App,
    token: &RefreshToken,
    locked: Locked,
) -> ApiResult<Renewal> {
    let Locked { session, user, now } = locked;
    let refresh_token = app.identity.refresh_tokens.successor(token);
    let expires_at = match standing(app, &session, now, token) {
        Standing::InForce => {
            let config = &app.config.identity;
            let ends = session.created_at + config.session;
            let expires_at = ends.min(now + config.refresh_token);
            session::rotate(tx, session.id, refresh_token.hash(), expires_at).await?;
            expires_at
        }
        Standing::JustReplaced if session.token_hash == refresh_token.hash() => session.expires_at,
        Standing::Stolen => {
            tracing::warn!(session.id = %session.id, user.id = %session.user_id, "refresh token used twice");
            return do_revoke(tx, session.user_id, Which::One(session.id))
                .await
                .map(Renewal::Ended);
        }
        Standing::JustReplaced | Standing::Worthless => return Ok(Renewal::Refused),
    };
    let grant = Grant { user, session_id: session.id, refresh_token, expires_at };
    Ok(Renewal::Granted(Box::new(grant)))
}

/// Ends sessions and tells their sockets. Returns those that were alive: after the commit they go
/// to [`crate::identity::alive::Alive::forget`].
///
/// # Errors
/// The database's.
pub async fn do_revoke(tx: &mut Tx, user: UserId, which: Which) -> ApiResult<Vec<SessionId>> {
    let ended = session::revoke(tx, user, which).await?;
    for session_id in &ended {
        let event = Event::SessionRevoked(SessionRevoked { session_id: *session_id });
        tx.emit(Topic::User(user), event).await?;
    }
    Ok(ended)
}

/// Ends sessions, here and now. Returns how many were alive.
///
/// # Errors
/// The database's.
pub async fn revoke(app: &App, user: UserId, which: Which) -> ApiResult<usize> {
    let ended = app.transact(async |tx| do_revoke(tx, user, which).await).await?;
    app.identity.forget_sessions(&app.live, &ended).await;
    Ok(ended.len())
}
