//! Access tokens: JWT, HS256 and nothing else, read as strictly as they are written.

use crate::http::current_user::{CurrentUser, Means};
use crate::platform::secrets::SigningKey;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use shared::ids::{SessionId, UserId};
use std::time::Duration;
use uuid::Uuid;

/// RFC 9068: an ID token or a refresh token of any kind can't pass for an access token.
const TYPE: &str = "at+jwt";
const AUDIENCE: &str = "the-space";
/// How far ahead another node's clock may be.
const SKEW_SECONDS: i64 = 60;

/// Makes and reads access tokens.
pub struct AccessTokens {
    keys: Vec<Key>,
    issuer: String,
    lifetime: Duration,
    validation: Validation,
}

struct Key {
    /// Exactly what a token of this key begins with.
    header: Header,
    signs: EncodingKey,
    verifies: DecodingKey,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    iat: i64,
    exp: i64,
    jti: Uuid,
}

/// The token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    #[error("there is no signing key")]
    NoKey,
    #[error(transparent)]
    Jwt(#[from] jsonwebtoken::errors::Error),
}

impl AccessTokens {
    /// The first key signs, all verify.
    #[must_use]
    pub fn new(keys: &[SigningKey], issuer: &str, lifetime: Duration) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let keys = keys.iter().map(|key| {
            let secret = key.secret.expose().as_bytes();
            let header = Header {
                typ: Some(TYPE.to_owned()),
                kid: Some(key.kid.clone()),
                ..Header::new(Algorithm::HS256)
            };
            let (signs, verifies) =
                (EncodingKey::from_secret(secret), DecodingKey::from_secret(secret));
            Key { header, signs, verifies }
        });
        Self { keys: keys.collect(), issuer: issuer.to_owned(), lifetime, validation }
    }

    /// Seconds from making to end.
    #[must_use]
    pub fn lifetime_seconds(&self) -> u64 {
        self.lifetime.as_secs()
    }

    /// A token of this session.
    ///
    /// # Errors
    /// There is no key, or the claims could not be written.
    pub fn make(&self, user: UserId, session: SessionId) -> Result<String, SigningError> {
        let key = self.keys.first().ok_or(SigningError::NoKey)?;
        let now = Utc::now().timestamp();
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: user,
            sid: session,
            iat: now,
            exp: now.saturating_add_unsigned(self.lifetime.as_secs()),
            jti: Uuid::now_v7(),
        };
        Ok(jsonwebtoken::encode(&key.header, &claims, &key.signs)?)
    }

    /// Who holds the token, if we made it and it has not ended. The session may be over.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<CurrentUser> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        let key = self.keys.iter().find(|key| key.header == header)?;
        let data = jsonwebtoken::decode::<Claims>(token, &key.verifies, &self.validation).ok()?;
        let Claims { sub, sid, iat, exp, .. } = data.claims;
        let now = Utc::now().timestamp();
        if exp <= now || iat > now + SKEW_SECONDS || iat > exp {
            return None;
        }
        let expires_at = DateTime::from_timestamp(exp, 0)?;
        Some(CurrentUser { id: sub, session_id: sid, expires_at, means: Means::Login })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;
    use proptest::prelude::*;

    fn tokens(secret: &str) -> AccessTokens {
        let key = SigningKey::new(Secret::new(secret.to_owned()));
        AccessTokens::new(&[key], "http://space.test", Duration::from_secs(900))
    }

    proptest! {
        #[test]
        fn a_token_that_was_changed_anywhere_is_none(
            at in any::<prop::sample::Index>(), with in "[0-9A-Za-z._=-]{0,3}", cut in 0..4_usize,
        ) {
            let tokens = tokens("a secret of this test");
            let token = tokens.make(UserId::new(), SessionId::new()).unwrap();
            prop_assert!(tokens.read(&token).is_some());
            let from = at.index(token.len());
            let to = (from + cut).min(token.len());
            let changed = format!("{}{with}{}", &token[..from], &token[to..]);
            prop_assume!(changed != token);
            prop_assert!(tokens.read(&changed).is_none(), "{changed}");
            prop_assert!(self::tokens("another secret of this test").read(&token).is_none());
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,200}") {
            prop_assert!(tokens("a secret of this test").read(&text).is_none());
        }
    }
}
