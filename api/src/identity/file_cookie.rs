//! The cookie with which a browser loads pictures, sounds and videos: elements of a page send no
//! bearer token. It names the session and is good for reading below `/api/v1/files` and nowhere else.
//! What its session may not see it does not open, and it ends with the session.

use super::refresh_cookie::takes_secure;
use crate::app::App;
use crate::http::current_user::{CurrentUser, FILES_COOKIE, FILES_PATH, Means, PLAIN_FILES_COOKIE};
use actix_web::HttpRequest;
use actix_web::cookie::time::OffsetDateTime;
use actix_web::cookie::{Cookie, SameSite};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use shared::ids::{SessionId, UserId};
use uuid::Uuid;

/// User, session, seconds since 1970.
const CLAIMS: usize = 40;
const TAG: usize = 32;

/// Makes and reads the values.
pub struct FileCookies {
    /// The first signs, all verify.
    keys: Vec<Hmac<Sha256>>,
}

impl FileCookies {
    /// Keys of their own, made from the secrets of access tokens.
    #[must_use]
    pub fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let key = |secret: &str| {
            let mut key = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
            key.update(b"the-space.files-cookie.v1");
            let derived = key.finalize().into_bytes();
            Hmac::<Sha256>::new_from_slice(&derived).ok()
        };
        Self { keys: secrets.filter_map(key).collect() }
    }

    fn value(&self, user: UserId, session: SessionId, ends: DateTime<Utc>) -> Option<String> {
        let mut bytes = Vec::with_capacity(CLAIMS + TAG);
        bytes.extend_from_slice(user.0.as_bytes());
        bytes.extend_from_slice(session.0.as_bytes());
        bytes.extend_from_slice(&ends.timestamp().to_be_bytes());
        let mut key = self.keys.first()?.clone();
        key.update(&bytes);
        bytes.extend_from_slice(&key.finalize().into_bytes());
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whose value it is, if we made it and it has not ended. The session may be over.
    #[must_use]
    pub fn read(&self, value: &str) -> Option<CurrentUser> {
        let bytes = URL_SAFE_NO_PAD.decode(value).ok().filter(|b| b.len() == CLAIMS + TAG)?;
        let (claims, tag) = bytes.split_at(CLAIMS);
        let is_ours = self.keys.iter().any(|key| {
            let mut key = key.clone();
            key.update(claims);
            key.verify_slice(tag).is_ok()
        });
        if !is_ours {
            return None;
        }
        let id = UserId(Uuid::from_slice(&claims[..16]).ok()?);
        let session_id = SessionId(Uuid::from_slice(&claims[16..32]).ok()?);
        let ends = i64::from_be_bytes(claims[32..].try_into().ok()?);
        let expires_at = DateTime::from_timestamp(ends, 0).filter(|ends| *ends > Utc::now())?;
        Some(CurrentUser { id, session_id, expires_at, means: Means::Login })
    }
}

/// The cookie of a session.
#[must_use]
pub fn with(
    app: &App,
    request: &HttpRequest,
    user: UserId,
    session: SessionId,
    ends: DateTime<Utc>,
) -> Cookie<'static> {
    let mut cookie = empty(app, request);
    let until = OffsetDateTime::from_unix_timestamp(ends.timestamp());
    cookie.set_expires(until.unwrap_or(OffsetDateTime::UNIX_EPOCH));
    cookie.set_value(app.identity.file_cookies.value(user, session, ends).unwrap_or_default());
    cookie
}

/// The cookie that removes it.
#[must_use]
pub fn removal(app: &App, request: &HttpRequest) -> Cookie<'static> {
    let mut cookie = empty(app, request);
    cookie.make_removal();
    cookie
}

fn empty(app: &App, request: &HttpRequest) -> Cookie<'static> {
    let secure = takes_secure(app, request);
    Cookie::build(if secure { FILES_COOKIE } else { PLAIN_FILES_COOKIE }, "")
        .path(FILES_PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(secure)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    #[test]
    fn only_our_own_and_only_in_time() {
        let ours = FileCookies::new(["one secret", "an older secret"].into_iter());
        let (user, session) = (UserId::new(), SessionId::new());
        let soon = Utc::now() + Duration::hours(1);
        let value = ours.value(user, session, soon).unwrap();
        let read = ours.read(&value).unwrap();
        assert_eq!((read.id, read.session_id), (user, session));
        let older = FileCookies::new(["an older secret"].into_iter());
        assert!(ours.read(&older.value(user, session, soon).unwrap()).is_some());
        assert!(older.read(&value).is_none(), "another key");
        let ended = ours.value(user, session, Utc::now() - Duration::seconds(1)).unwrap();
        assert!(ours.read(&ended).is_none());
        let mut bytes = URL_SAFE_NO_PAD.decode(&value).unwrap();
        for at in [0, 16, 39, 40, 71] {
            bytes[at] ^= 1;
            assert!(ours.read(&URL_SAFE_NO_PAD.encode(&bytes)).is_none(), "{at}");
            bytes[at] ^= 1;
        }
        for other in ["", "x", "AAAA", &value[1..]] {
            assert!(ours.read(other).is_none());
        }
    }
}
