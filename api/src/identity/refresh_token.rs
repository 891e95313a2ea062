//! Refresh tokens: opaque to clients, stored as SHA-256, each with exactly one possible successor.
//!
//! A token is the id of its session, 256 secret bits and a tag. The successor's secret is an HMAC of
//! the token, so tabs that refresh at the same moment are all given the same one. The tag proves
//! that a token which is no longer in force was once made here: somebody kept a copy.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use sha2::{Digest as _, Sha256};
use shared::ids::SessionId;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

const ID: usize = 16;
const SECRET: usize = 32;
const TAG: usize = 16;

/// The keys that successors and tags are made with.
pub struct RefreshTokens {
    keys: Vec<Vec<u8>>,
}

/// A token as it was presented.
pub struct RefreshToken {
    bytes: [u8; ID + SECRET + TAG],
}

impl RefreshTokens {
    /// The first secret makes, all verify.
    pub fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        Self { keys: secrets.map(|secret| mac(secret.as_bytes(), b"refresh", &[])).collect() }
    }

    /// A session's first token.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn first(&self, session: SessionId) -> anyhow::Result<RefreshToken> {
        let mut secret = [0_u8; SECRET];
        OsRng.try_fill_bytes(&mut secret)?;
        Ok(self.assemble(session, &secret))
    }

    /// The one token that may follow.
    #[must_use]
    pub fn successor(&self, token: &RefreshToken) -> RefreshToken {
        self.assemble(token.session(), &mac(self.key(), b"successor", &token.bytes))
    }

    /// Whether this server made the token, at whatever time.
    #[must_use]
    pub fn is_ours(&self, token: &RefreshToken) -> bool {
        let (body, tag) = token.bytes.split_at(ID + SECRET);
        self.keys.iter().any(|key| bool::from(mac(key, b"tag", body)[..TAG].ct_eq(tag)))
    }

    fn key(&self) -> &[u8] {
        self.keys.first().map_or(&[], Vec::as_slice)
    }

    fn assemble(&self, session: SessionId, secret: &[u8]) -> RefreshToken {
        let mut bytes = [0; ID + SECRET + TAG];
        bytes[..ID].copy_from_slice(session.0.as_bytes());
        bytes[ID..ID + SECRET].copy_from_slice(secret);
        let tag = mac(self.key(), b"tag", &bytes[..ID + SECRET]);
        bytes[ID + SECRET..].copy_from_slice(&tag[..TAG]);
        RefreshToken { bytes }
    }
}

impl RefreshToken {
    /// Reads the text form; `None` when it is no such token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        Some(Self { bytes })
    }

    /// What clients get.
    #[must_use]
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes)
    }

    /// The session it claims to belong to.
    #[must_use]
    pub fn session(&self) -> SessionId {
        let mut id = [0; ID];
        id.copy_from_slice(&self.bytes[..ID]);
        SessionId(Uuid::from_bytes(id))
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.bytes).to_vec()
    }
}

fn mac(key: &[u8], purpose: &[u8], data: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length: this cannot fail, and an empty MAC would verify nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return vec![0; SECRET] };
    mac.update(purpose);
    mac.update(&[0]);
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_token_has_one_successor() {
        let tokens = RefreshTokens::new(["a secret"].into_iter());
        let first = tokens.first(SessionId::new()).unwrap();
        let next = tokens.successor(&first);
        assert_eq!(next.text(), tokens.successor(&first).text());
        assert_eq!(next.session(), first.session());
        assert_ne!(next.hash(), first.hash());
        assert_ne!(tokens.first(first.session()).unwrap().text(), first.text());
    }

    #[test]
    fn only_own_tokens_carry_the_tag() {
        let old = RefreshTokens::new(["old"].into_iter());
        let now = RefreshTokens::new(["new", "old"].into_iter());
        let other = RefreshTokens::new(["other"].into_iter());
        let token = RefreshToken::parse(&old.first(SessionId::new()).unwrap().text()).unwrap();
        assert!(old.is_ours(&token) && now.is_ours(&token) && !other.is_ours(&token));
        assert!(RefreshToken::parse("short").is_none());
    }
    proptest! {
        #[test]
        fn a_token_that_was_changed_anywhere_is_not_ours(
            at in any::<prop::sample::Index>(), letter in "[0-9A-Za-z_-]",
        ) {
            let tokens = RefreshTokens::new(["a secret"].into_iter());
            let text = tokens.first(SessionId::new()).unwrap().text();
            let at = at.index(text.len());
            let changed = format!("{}{letter}{}", &text[..at], &text[at + 1..]);
            prop_assume!(changed != text);
            let read = RefreshToken::parse(&changed);
            prop_assert!(read.is_none_or(|token| !tokens.is_ours(&token)));
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,120}") {
            let tokens = RefreshTokens::new(["a secret"].into_iter());
            prop_assert!(RefreshToken::parse(&text).is_none_or(|token| !tokens.is_ours(&token)));
        }
    }
}
