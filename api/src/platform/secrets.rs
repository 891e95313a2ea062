//! Secrets that nobody set: made once, kept in the data folder, readable by its owner only.

use crate::config::{Config, Secret};
use anyhow::Context;
use rand::TryRngCore;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const FILE: &str = "secrets.json";

/// What the server keeps to itself.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Signs and verifies access tokens. The first signs, all verify.
    pub signing_keys: Vec<SigningKey>,
    /// The bearer token of `/metrics`.
    pub metrics_token: Secret,
}

/// A key of access tokens, with the id that tokens name it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    pub kid: String,
    pub secret: Secret,
}

impl SigningKey {
    /// The id follows from the secret, so all nodes agree on it.
    #[must_use]
    pub fn new(secret: Secret) -> Self {
        let digest = Sha256::digest(format!("kid:{}", secret.expose()));
        let kid = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Self { kid, secret }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    jwt_secret: String,
    metrics_token: String,
}

impl Secrets {
    /// The secrets that are set, completed by those of the data folder.
    ///
    /// # Errors
    /// The file can't be read or made.
    pub fn load(config: &Config) -> anyhow::Result<Self> {
        let identity = &config.identity;
        let (jwt_secret, metrics_token) =
            match (&identity.jwt_secret, &config.telemetry.metrics_token) {
                (Some(jwt_secret), Some(token)) => (jwt_secret.clone(), token.clone()),
                (jwt_secret, token) => {
                    let stored = load_or_make(&config.data_dir)?;
                    (
                        jwt_secret.clone().unwrap_or_else(|| Secret::new(stored.jwt_secret)),
                        token.clone().unwrap_or_else(|| Secret::new(stored.metrics_token)),
                    )
                }
            };
        let keys = std::iter::once(jwt_secret).chain(identity.jwt_secret_previous.clone());
        Ok(Self { signing_keys: keys.map(SigningKey::new).collect(), metrics_token })
    }
}

fn load_or_make(data_dir: &Path) -> anyhow::Result<Stored> {
    let path = data_dir.join(FILE);
    let shown = path.display().to_string();
    if !path.exists() {
        make(data_dir, &path).with_context(|| format!("making {shown}"))?;
    }
    let text = fs::read_to_string(&path).with_context(|| format!("reading {shown}"))?;
    serde_json::from_str(&text).with_context(|| format!("{shown} is damaged"))
}

/// Writes beside the place and links it there: two processes at once end with one set of secrets.
fn make(data_dir: &Path, path: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(data_dir)?;
    let stored = Stored { jwt_secret: random()?, metrics_token: random()? };
    let fresh = data_dir.join(format!("{FILE}.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    file.write_all(serde_json::to_string_pretty(&stored)?.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&fresh, path);
    fs::remove_file(&fresh)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

/// 384 bits, in letters that need no escaping anywhere.
fn random() -> anyhow::Result<String> {
    use base64::Engine;
    let mut bytes = [0_u8; 48];
    OsRng.try_fill_bytes(&mut bytes).context("the system's random numbers")?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn config(data_dir: &Path, more: &[(&str, &str)]) -> Config {
        let data_dir = data_dir.to_str().unwrap();
        let pairs = more.iter().copied().chain([("SPACE_DATA_DIR", data_dir)]);
        Config::from_pairs(pairs).unwrap()
    }

    #[test]
    fn made_once_kept_private_and_strong() {
        let folder = std::env::temp_dir().join(format!("secrets-{}", uuid::Uuid::now_v7()));
        let first = Secrets::load(&config(&folder, &[])).unwrap();
        let again = Secrets::load(&config(&folder, &[])).unwrap();
        assert_eq!(first.signing_keys, again.signing_keys);
        assert_eq!(first.signing_keys[0].secret.weakness(), None);
        let mode = fs::metadata(folder.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn set_secrets_touch_no_file_and_the_previous_one_still_verifies() {
        let folder = std::env::temp_dir().join(format!("secrets-{}", uuid::Uuid::now_v7()));
        let secrets = Secrets::load(&config(
            &folder,
            &[
                ("SPACE_JWT_SECRET", "new"),
                ("SPACE_JWT_SECRET_PREVIOUS", "old"),
                ("SPACE_METRICS_TOKEN", "token"),
            ],
        ))
        .unwrap();
        let texts: Vec<&str> = secrets.signing_keys.iter().map(|key| key.secret.expose()).collect();
        assert_eq!(texts, ["new", "old"]);
        assert_ne!(secrets.signing_keys[0].kid, secrets.signing_keys[1].kid);
        assert!(!folder.exists());
    }
}
