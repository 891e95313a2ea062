//! A running server and named people.

pub mod bakery;
pub mod binary;
pub mod client;
pub mod cut_wire;
pub mod database;
pub mod expression;
pub mod files;
pub mod mail;
pub mod programs;
pub mod raw;
pub mod redis;
pub mod replica;
pub mod site;
pub mod socket;
pub mod staff;

use api::config::Config;
use api::server::Server;
use client::Client;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::sync::oneshot;

/// A server on a free port with a fresh database. Stops when dropped.
pub struct TestApp {
    pub app: api::app::App,
    pub address: SocketAddr,
    /// The address of its database.
    pub database: String,
    stop: Option<oneshot::Sender<()>>,
    data_dir: PathBuf,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // What is left of it the system clears away.
        drop(std::fs::remove_dir_all(&self.data_dir));
    }
}

impl TestApp {
    /// The usual settings: cheap hashing, no rate limits.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With these settings on top. With `TEST_ENGINE=redis` on the Redis of `TEST_REDIS_URL`.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let url = database::fresh().await;
        let prefix = format!("test-{}", uuid::Uuid::now_v7().simple());
        let shared = redis::shared_url();
        let mut all = match std::env::var("TEST_ENGINE").as_deref() {
            Ok("redis") => vec![("REDIS_URL", &*shared), ("SPACE_REDIS_PREFIX", &*prefix)],
            _ => Vec::new(),
        };
        all.extend_from_slice(settings);
        Self::node(&url, &all).await
    }

    /// A node on this database, with these settings on top.
    pub async fn node(url: &str, settings: &[(&str, &str)]) -> Self {
        let name = format!("space-test-data-{}", uuid::Uuid::now_v7().simple());
        let data_dir = std::env::temp_dir().join(name);
        let folder = data_dir.to_string_lossy().into_owned();
        let mut pairs = vec![
            ("SPACE_DATA_DIR", folder.as_str()),
            ("SPACE_LISTEN", "127.0.0.1:0"),
            ("SPACE_WORKERS", "2"),
            ("SPACE_DATABASE_CONNECTIONS", "8"),
            ("SPACE_BCRYPT_COST", "4"),
            ("SPACE_LIMIT_FACTOR", "0"),
            ("SPACE_METRICS_TOKEN", "a token that only these tests know about"),
            ("SPACE_JWT_SECRET", "a secret that only these tests know about"),
            ("SPACE_METRICS_TOKEN", "a token that only these tests know about"),
        ];
        pairs.extend_from_slice(settings);
        let config = Config::from_pairs(pairs).unwrap();
        let server = Server::bind(config, url).unwrap();
        let (app, address) = (server.app.clone(), server.address);
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Self { app, address, database: url.to_owned(), stop: Some(stop), data_dir }
    }

    /// The same person at this node.
    pub fn at(&self, who: &Client) -> Client {
        who.at(self.address)
    }

    /// Starts the shutdown as SIGTERM does.
    pub fn stop(&mut self) {
        self.stop.take();
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.address)
    }

    /// A client without an account.
    pub fn stranger(&self) -> Client {
        Client::anonymous(self.address)
    }

    /// Registers a person and logs in.
    pub async fn user(&self, nickname: &str) -> Client {
        Client::register(self.address, nickname).await
    }

    /// Runs `work` and returns its value and the number of statements the server sent meanwhile.
    pub async fn counting<T>(&self, work: impl Future<Output = T>) -> (T, u64) {
        let before = self.app.db.queries();
        let value = work.await;
        (value, self.app.db.queries() - before)
    }
}
