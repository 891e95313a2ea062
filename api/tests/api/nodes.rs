//! What people may expect of the engines: the same of one node that keeps everything in memory, of two
//! nodes with Redis between them, and of two with a Redis cluster.

mod away;
mod contract;
mod files;
mod wire;

use crate::support::TestApp;
use crate::support::bakery::Bakery;
use crate::support::client::Client;
use crate::support::database;
use crate::support::redis::{OwnRedis, cli, shared_url};
use serde_json::json;

/// Anna is at the first node, boris at the second; with `memory` that is the same one.
pub struct Nodes {
    bakery: Bakery,
    second: Option<TestApp>,
    redis: Option<OwnRedis>,
}

impl Nodes {
    pub async fn memory(settings: &[(&str, &str)]) -> Self {
        Self { bakery: Bakery::at(TestApp::with(settings).await).await, second: None, redis: None }
    }

    pub async fn redis(settings: &[(&str, &str)]) -> Self {
        Self::two(&shared_url(), settings).await
    }

    pub async fn cluster(settings: &[(&str, &str)]) -> Self {
        let redis = OwnRedis::cluster().await;
        let nodes = Self::two(&redis.url(), settings).await;
        Self { redis: Some(redis), ..nodes }
    }

    /// Two nodes on a Redis of their own.
    pub async fn own_redis(settings: &[(&str, &str)]) -> Self {
        let redis = OwnRedis::start().await;
        let nodes = Self::two(&redis.url(), settings).await;
        Self { redis: Some(redis), ..nodes }
    }

    async fn two(redis: &str, settings: &[(&str, &str)]) -> Self {
        let url = database::fresh().await;
        let prefix = format!("test-{}", uuid::Uuid::now_v7().simple());
        let mut all = vec![
            ("REDIS_URL", redis),
            ("SPACE_REDIS_PREFIX", &*prefix),
            // One installation has one address; tokens name it.
            ("PUBLIC_URL", "http://space.test"),
        ];
        all.extend_from_slice(settings);
        let (first, second) = (TestApp::node(&url, &all).await, TestApp::node(&url, &all).await);
        let channel = format!("{prefix}:nodes");
        contract::until("both nodes listen", async || {
            let count = |command| cli(redis, &["PUBSUB", command, &channel]).contains("\n2");
            count("NUMSUB") || count("SHARDNUMSUB")
        })
        .await;
        Self { bakery: Bakery::at(first).await, second: Some(second), redis: None }
    }

    pub fn second(&self) -> &TestApp {
        self.second.as_ref().unwrap_or(&self.bakery.app)
    }

    /// Boris, at the second node.
    pub fn boris(&self) -> Client {
        self.second().at(&self.bakery.boris)
    }

    /// Sends `many` messages from each side, by turns, and checks what both sockets hear.
    pub async fn talk(&self, many: usize) {
        let (mut anna, mut boris) = (self.bakery.anna.socket().await, self.boris().socket().await);
        let from = |joined: &serde_json::Value| joined["seq"].as_i64().unwrap();
        let join = json!({"chat_id": self.bakery.chat});
        let start = from(&anna.ask("join_room", join.clone()).await);
        assert_eq!(from(&boris.ask("join_room", join).await), start);
        let second = self.boris();
        for n in 0..many {
            self.bakery.say(&self.bakery.anna, &format!("anna {n}")).await;
            self.bakery.say(&second, &format!("boris {n}")).await;
        }
        for socket in [&mut anna, &mut boris] {
            for n in 1..=2 * many as i64 {
                assert_eq!(socket.frame("new_message").await["seq"], start + n);
            }
            let more = socket.drain().await;
            assert!(more.iter().all(|frame| frame["type"] != "new_message"), "twice: {more:?}");
        }
    }
}
