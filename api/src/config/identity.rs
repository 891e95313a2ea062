use super::{Secret, Source};
use std::time::Duration;

/// Accounts, passwords and tokens.
#[derive(Clone, Debug)]
pub struct IdentityConfig {
    /// `SPACE_JWT_SECRET`: signs access tokens, at least 32 random characters, the same on every
    /// node. Default: made once and kept in `SPACE_DATA_DIR`.
    pub jwt_secret: Option<Secret>,
    /// `SPACE_JWT_SECRET_PREVIOUS`: still accepted, not used for signing: set it to the old value
    /// when `SPACE_JWT_SECRET` changes, remove it after `SPACE_ACCESS_TOKEN_SECONDS`.
    pub jwt_secret_previous: Option<Secret>,
    /// `SPACE_ACCESS_TOKEN_SECONDS`: life of an access token, 60-3600. Default 900.
    pub access_token: Duration,
    /// `SPACE_REFRESH_TOKEN_DAYS`: a login ends after so many days without use, 1-365. Default 30.
    pub refresh_token: Duration,
    /// `SPACE_SESSION_DAYS`: a login ends after so many days however much it is used, 1-3650.
    /// Default 365.
    pub session: Duration,
    /// `SPACE_BCRYPT_COST`: 4-16, at least 12 in production. Default 12.
    pub bcrypt_cost: u32,
    /// `SPACE_REGISTRATION`: `open` or `closed` (only `api admin create-user`). Default `open`.
    pub registration_open: bool,
}

impl IdentityConfig {
    pub(super) fn read(source: &mut Source) -> Self {
        let registration = source.text_or("SPACE_REGISTRATION", "open");
        if !matches!(registration.as_str(), "open" | "closed") {
            source.problem(format!(
                "SPACE_REGISTRATION is `{registration}`; it can be `open` or `closed`."
            ));
        }
        let seconds = source.number("SPACE_ACCESS_TOKEN_SECONDS", 900, 60..=3600);
        let days: u64 = source.number("SPACE_REFRESH_TOKEN_DAYS", 30, 1..=365);
        let session_days: u64 = source.number("SPACE_SESSION_DAYS", 365, 1..=3650);
        Self {
            jwt_secret: source.secret("SPACE_JWT_SECRET"),
            jwt_secret_previous: source.secret("SPACE_JWT_SECRET_PREVIOUS"),
            access_token: Duration::from_secs(seconds),
            refresh_token: Duration::from_secs(days * 24 * 60 * 60),
            session: Duration::from_secs(session_days * 24 * 60 * 60),
            bcrypt_cost: source.number("SPACE_BCRYPT_COST", 12, 4..=16),
            registration_open: registration == "open",
        }
    }

    pub(super) fn check_production(&self, shared_database: bool, source: &mut Source) {
        for (name, secret) in [
            ("SPACE_JWT_SECRET", &self.jwt_secret),
            ("SPACE_JWT_SECRET_PREVIOUS", &self.jwt_secret_previous),
        ] {
            if let Some(weakness) = secret.as_ref().and_then(Secret::weakness) {
                source.problem(format!(
                    "{name} is too weak for production: {weakness}. Try `openssl rand -base64 48`."
                ));
            }
        }
        if shared_database && self.jwt_secret.is_none() {
            source.problem(
                "SPACE_JWT_SECRET must be set when production uses DATABASE_URL: \
                 every node has to sign with the same secret.",
            );
        }
        if self.bcrypt_cost < 12 {
            source.problem("SPACE_BCRYPT_COST must be at least 12 in production.");
        }
    }
}
