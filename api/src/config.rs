//! Settings: one struct a concern, each variable named and explained at its field.
//!
//! Values come from the environment and, below it, from an optional TOML file (`SPACE_CONFIG`) with
//! the same names as keys. Every problem is collected, so one start shows all of them.

mod database;
mod files;
mod identity;
mod limits;
mod mail;
mod previews;
mod redis;
mod secret;
mod server;
mod source;
mod stream;
mod telemetry;

pub use database::DatabaseConfig;
pub use files::{FilesConfig, S3Config};
pub use identity::IdentityConfig;
pub use limits::LimitsConfig;
pub use mail::MailConfig;
pub use previews::PreviewsConfig;
pub use redis::RedisConfig;
pub use secret::Secret;
pub use server::ServerConfig;
pub use source::{ConfigError, Source};
pub use stream::StreamConfig;
pub use telemetry::{LogFormat, TelemetryConfig};

use std::path::PathBuf;

/// How strict the start is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A developer's machine or a test: secrets may be short, hashing cheap.
    Development,
    /// Weak secrets and switched-off protections stop the start.
    Production,
}

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Config {
    /// `SPACE_ENV`: `development` or `production`. Default: `production` when `PUBLIC_URL` is
    /// https, else `development`.
    pub mode: Mode,
    /// `SPACE_DATA_DIR`: where the private database, secrets, files and logs live. Default `data`.
    pub data_dir: PathBuf,
    pub server: ServerConfig,
    pub database: DatabaseConfig,
    pub redis: RedisConfig,
    pub identity: IdentityConfig,
    pub files: FilesConfig,
    pub stream: StreamConfig,
    pub limits: LimitsConfig,
    pub mail: MailConfig,
    pub previews: PreviewsConfig,
    pub telemetry: TelemetryConfig,
}

impl Config {
    /// Reads the environment and the file it names.
    ///
    /// # Errors
    /// Every unknown, malformed or unsafe setting, a sentence each.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_source(Source::from_env()?)
    }

    /// Reads pairs of variable and value; tests start the server this way.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Result<Self, ConfigError>
    where
        K: Into<String>,
        V: Into<String>,
    {
        Self::from_source(Source::from_pairs(pairs))
    }

    /// Reads the given source.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn from_source(mut source: Source) -> Result<Self, ConfigError> {
        let config = Self::read(&mut source);
        config.check(&mut source);
        source.finish().map(|()| config)
    }

    /// The names of all variables, sorted.
    #[must_use]
    pub fn variables() -> Vec<&'static str> {
        let mut source = Source::default();
        Self::read(&mut source);
        source.asked().collect()
    }

    #[must_use]
    pub fn is_production(&self) -> bool {
        self.mode == Mode::Production
    }

    fn read(source: &mut Source) -> Self {
        let server = ServerConfig::read(source);
        let default = if server.is_https() { "production" } else { "development" };
        let mode = match source.text_or("SPACE_ENV", default).as_str() {
            "production" => Mode::Production,
            "development" => Mode::Development,
            other => {
                source.problem(format!(
                    "SPACE_ENV is `{other}`; it can be `development` or `production`."
                ));
                Mode::Production
            }
        };
        Self {
            mode,
            data_dir: source.text_or("SPACE_DATA_DIR", "data").into(),
            server,
            database: DatabaseConfig::read(source),
            redis: RedisConfig::read(source),
            identity: IdentityConfig::read(source),
            files: FilesConfig::read(source),
            stream: StreamConfig::read(source),
            limits: LimitsConfig::read(source),
            mail: MailConfig::read(source),
            previews: PreviewsConfig::read(source),
            telemetry: TelemetryConfig::read(source, mode),
        }
    }

    /// Rules that need more than one setting.
    fn check(&self, source: &mut Source) {
        if !self.is_production() {
            return;
        }
        self.identity.check_production(self.database.url.is_some(), source);
        self.limits.check_production(source);
        self.telemetry.check_production(source);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(pairs: &[(&str, &str)]) -> String {
        Config::from_pairs(pairs.iter().copied()).unwrap_err().to_string()
    }

    #[test]
    fn nothing_is_required() {
        let config = Config::from_pairs::<&str, &str>([]).unwrap();
        assert_eq!(config.mode, Mode::Development);
        assert_eq!(config.server.public_url, "http://localhost:8080");
        assert!(config.database.url.is_none());
    }

    #[test]
    fn an_unknown_variable_stops_the_start() {
        let text = problems(&[("SPACE_LISTN", "127.0.0.1:80")]);
        assert!(text.contains("SPACE_LISTN is not a known setting"), "{text}");
        assert!(text.contains("SPACE_LISTEN"), "the nearest name is offered: {text}");
    }

    #[test]
    fn all_problems_are_shown_at_once() {
        let text = problems(&[("SPACE_LISTEN", "nowhere"), ("SPACE_EVENT_DAYS", "-1")]);
        assert!(text.contains("SPACE_LISTEN") && text.contains("SPACE_EVENT_DAYS"), "{text}");
    }

    #[test]
    fn https_means_production() {
        let config = Config::from_pairs([("PUBLIC_URL", "https://chat.example.org")]).unwrap();
        assert!(config.is_production());
    }

    #[test]
    fn hole_5_production_refuses_weak_secrets() {
        for secret in ["tiny-0", "change-me-change-me-change-me-change-me", &"a".repeat(64)] {
            let text = problems(&[("SPACE_ENV", "production"), ("SPACE_JWT_SECRET", secret)]);
            assert!(text.contains("SPACE_JWT_SECRET"), "{secret}: {text}");
            assert!(!text.contains(secret), "a secret must not be printed: {text}");
        }
    }

    #[test]
    fn production_on_a_shared_database_needs_a_shared_secret() {
        let shared = [("SPACE_ENV", "production"), ("DATABASE_URL", "postgres://db/space")];
        assert!(problems(&shared).contains("SPACE_JWT_SECRET"));
    }

    #[test]
    fn production_keeps_its_protections() {
        let text = problems(&[
            ("SPACE_ENV", "production"),
            ("SPACE_BCRYPT_COST", "4"),
            ("SPACE_LIMIT_FACTOR", "0"),
        ]);
        assert!(
            text.contains("SPACE_BCRYPT_COST") && text.contains("SPACE_LIMIT_FACTOR"),
            "{text}"
        );
    }

    #[test]
    fn debug_output_hides_secrets() {
        let secret = "f3b1c8e07d5a49268b0e4c1f7a92d6358e";
        let config = Config::from_pairs([
            ("SPACE_JWT_SECRET", secret),
            ("DATABASE_URL", "postgres://space:hunter2@db/space"),
        ])
        .unwrap();
        let text = format!("{config:?}");
        assert!(!text.contains(secret) && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn env_example_lists_exactly_the_variables() {
        let example = include_str!("../../.env.example");
        let listed: std::collections::BTreeSet<&str> = example
            .lines()
            .filter_map(|line| line.trim_start_matches("# ").split_once('='))
            .map(|(name, _)| name)
            .filter(|name| {
                name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            })
            .collect();
        let known: std::collections::BTreeSet<&str> = Config::variables().into_iter().collect();
        assert_eq!(listed, known);
    }
}
