//! What letters carry: a code of six digits to confirm an address, a secret link for a new password.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use rand::rngs::OsRng;
use rand::{Rng as _, TryRngCore as _};
use sha2::{Digest as _, Sha256};
use shared::ids::UserId;

/// A fresh code.
#[must_use]
pub fn new_code() -> String {
    format!("{:06}", rand::rngs::OsRng.unwrap_err().random_range(0..1_000_000))
}

/// What is stored of a person's code.
#[must_use]
pub fn hash_code(app: &App, user: UserId, code: &str) -> Vec<u8> {
    let key = app.secrets.signing_keys.first().map_or("", |key| key.secret.expose());
    // HMAC takes keys of any length: this cannot fail, and nothing equals an empty hash.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return Vec::new() };
    mac.update(b"e-mail code\0");
    mac.update(user.0.as_bytes());
    mac.update(code.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A fresh secret for a link: 256 bits.
///
/// # Errors
/// The system has no random numbers.
pub fn new_link_secret() -> ApiResult<String> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(ApiError::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored of a link's secret.
#[must_use]
pub fn hash_link_secret(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
