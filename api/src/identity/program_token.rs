//! Tokens for programs: opaque, stored as SHA-256, looked up once in a few seconds.
//!
//! `space_pat_` (a person's) or `space_bot_` and 40 letters and digits, 238 random bits. Scanners for
//! leaked secrets find them by `space_(pat|bot)_[0-9A-Za-z]{40}`.

use crate::error::{ApiResult, shared_copy};
use crate::http::current_user::{CurrentUser, Means};
use crate::identity::model::access_token::{self, Holder};
use crate::platform::db::Db;
use chrono::{Duration as Days, Utc};
use moka::future::Cache;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use sha2::{Digest as _, Sha256};
use shared::ids::{SessionId, TokenId};
use shared::integrations::{BOT_PREFIX, PERSONAL_PREFIX};
use std::time::Duration;

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 40;
/// How long another node may take a revoked token for good. On this node it is
/// never, and others are told at once: this is for what they do not hear.
const TTL: Duration = Duration::from_secs(5);
/// Longer than any look-up that began before the revocation can take.
const REMEMBERED: Duration = Duration::from_secs(60);
/// A socket of a token without an end says hello again after so long.
const LONGEST_DAYS: i64 = 365;

type Hash = [u8; 32];

/// A fresh token and what is stored of it.
pub struct Fresh {
    pub text: String,
    pub hash: Vec<u8>,
    pub hint: String,
}

/// Makes a token.
///
/// # Errors
/// The system has no random numbers.
pub fn make(is_bot: bool) -> anyhow::Result<Fresh> {
    let prefix = if is_bot { BOT_PREFIX } else { PERSONAL_PREFIX };
    let mut text = prefix.to_owned();
    while text.len() < prefix.len() + LENGTH {
        let mut bytes = [0_u8; LENGTH];
        OsRng.try_fill_bytes(&mut bytes)?;
        // 248 is the largest multiple of 62 in a byte: every letter is as likely as another.
        let letters = bytes.iter().filter(|byte| **byte < 248);
        let wanted = prefix.len() + LENGTH - text.len();
        text.extend(letters.take(wanted).map(|byte| char::from(LETTERS[usize::from(byte % 62)])));
    }
    let hint = format!("{prefix}…{}", &text[text.len() - 4..]);
    Ok(Fresh { hash: hash(&text).to_vec(), hint, text })
}

/// Whether this can be a token for programs.
#[must_use]
pub fn is_one(text: &str) -> bool {
    let secret = text.strip_prefix(PERSONAL_PREFIX).or_else(|| text.strip_prefix(BOT_PREFIX));
    secret.is_some_and(|secret| {
        secret.len() == LENGTH && secret.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn hash(text: &str) -> Hash {
    Sha256::digest(text).into()
}

/// Knows which tokens are in force.
pub struct ProgramTokens {
    db: Db,
    known: Cache<Hash, Option<Holder>>,
    /// A look-up under way may still bring the old answer: what is here is over, whatever it says.
    revoked: Cache<TokenId, ()>,
}

impl ProgramTokens {
    #[must_use]
    pub fn new(db: Db) -> Self {
        let known = Cache::builder().max_capacity(20_000).time_to_live(TTL).build();
        let revoked = Cache::builder().max_capacity(20_000).time_to_live(REMEMBERED).build();
        Self { db, known, revoked }
    }

    /// Who holds the token; `None` when it is unknown, over or revoked.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn check(&self, text: &str) -> ApiResult<Option<CurrentUser>> {
        let key = hash(text);
        let holder = self.known.try_get_with(key, self.look_up(key)).await;
        Ok(self.in_force(holder.map_err(|error| shared_copy(&error))?))
    }

    /// Whether the next [`ProgramTokens::check`] of this asks the database.
    #[must_use]
    pub fn is_unknown(&self, text: &str) -> bool {
        !self.known.contains_key(&hash(text))
    }

    /// As [`ProgramTokens::check`], by the database.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn ask(&self, text: &str) -> ApiResult<Option<CurrentUser>> {
        Ok(self.in_force(self.look_up(hash(text)).await?))
    }

    fn in_force(&self, holder: Option<Holder>) -> Option<CurrentUser> {
        let now = Utc::now();
        let in_force = holder.filter(|holder| {
            holder.expires_at.is_none_or(|end| end > now) && !self.revoked.contains_key(&holder.id)
        });
        in_force.map(|holder| CurrentUser {
            id: holder.user_id,
            session_id: as_session(holder.id),
            expires_at: holder.expires_at.unwrap_or(now + Days::days(LONGEST_DAYS)),
            means: Means::Token { scopes: holder.scopes, is_bot: holder.is_bot },
        })
    }

    /// These tokens are over, from now on. Call after the commit.
    pub async fn forget(&self, tokens: &[TokenId]) {
        for token in tokens {
            self.revoked.insert(*token, ()).await;
        }
    }

    async fn look_up(&self, key: Hash) -> ApiResult<Option<Holder>> {
        let conn = &mut *self.db.conn().await?;
        let holder = access_token::holder(conn, &key).await?;
        if let Some(holder) = holder.filter(Holder::is_to_be_noted) {
            access_token::note_use(conn, holder.id).await?;
        }
        Ok(holder)
    }
}

/// Sockets know a token by this: they close when it is revoked, as those of a session do.
#[must_use]
pub fn as_session(token: TokenId) -> SessionId {
    SessionId(token.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn tokens_look_like_tokens_and_differ() {
        let made: HashSet<String> = (0..100).map(|n| make(n % 2 == 0).unwrap().text).collect();
        assert_eq!(made.len(), 100);
        assert!(made.iter().all(|text| is_one(text)), "{made:?}");
        for other in ["space_pat_short", "eyJ.eyJ.x", "", "space_bot_"] {
            assert!(!is_one(other), "{other}");
        }
        let fresh = make(false).unwrap();
        assert_eq!(fresh.hash, Sha256::digest(&fresh.text).to_vec());
        assert!(fresh.hint.starts_with("space_pat_…") && fresh.hint.chars().count() == 15);
    }
}
