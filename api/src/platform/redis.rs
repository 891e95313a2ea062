//! Redis: a pool for commands, and connections of their own for subscriptions. One server or a
//! cluster; which of them is asked once, as soon as it answers.
//!
//! Redis may be away at any time. Nothing here waits long for it, and while it is away most callers
//! are told so at once.

use crate::config::RedisConfig;
use anyhow::{Context as _, bail};
use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::cluster::ClusterClient;
use deadpool_redis::redis::cluster_async::ClusterConnection;
use deadpool_redis::redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, FromRedisValue, InfoDict, IntoConnectionInfo,
    Pipeline, ProtocolVersion, PushInfo, ScriptInvocation, cmd, pipe,
};
use deadpool_redis::{Runtime, cluster};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::timeout;

/// How long somebody who is waited for waits.
const PATIENCE: Duration = Duration::from_secs(1);
/// And how long others do.
const LONG_PATIENCE: Duration = Duration::from_secs(3);
/// After a failure nobody waits for so long: the answer is known.
const PAUSE: Duration = Duration::from_millis(500);
const CONNECTIONS: usize = 8;
/// What is on its way to the nodes of a cluster at once.
const AT_ONCE: usize = 64;

/// See the module.
pub struct Redis {
    seeds: Vec<ConnectionInfo>,
    prefix: String,
    pool: OnceCell<Pool>,
    began: Instant,
    /// Milliseconds since `began` until which it counts as away.
    away_until: AtomicU64,
}

enum Pool {
    Single(deadpool_redis::Pool),
    Cluster(cluster::Pool),
}

/// A connection for subscriptions. What comes goes to its sender.
#[derive(Clone)]
pub enum Subscriber {
    Single(MultiplexedConnection),
    /// Channels are sharded.
    Cluster(ClusterConnection),
}

impl Redis {
    /// Nothing is opened yet; `None` without `REDIS_URL`.
    ///
    /// # Errors
    /// `REDIS_URL` is not one.
    pub fn new(config: &RedisConfig) -> anyhow::Result<Option<Self>> {
        let Some(url) = &config.url else { return Ok(None) };
        let seed = |url: &str| url.into_connection_info().context("REDIS_URL");
        let seeds = url.expose().split(',').map(seed).collect::<anyhow::Result<_>>()?;
        Ok(Some(Self {
            seeds,
            prefix: config.prefix.clone(),
            pool: OnceCell::new(),
            began: Instant::now(),
            away_until: AtomicU64::new(0),
        }))
    }

    /// The name of a key or channel of this installation.
    #[must_use]
    pub fn name(&self, of: impl std::fmt::Display) -> String {
        format!("{}:{of}", self.prefix)
    }

    /// Publishes texts to channels, those of one channel in order.
    ///
    /// # Errors
    /// Redis does not answer; some may have been published.
    pub async fn publish(&self, messages: &[(String, &str)]) -> anyhow::Result<()> {
        let publish = async || match self.pool().await? {
            Pool::Single(pool) => {
                let mut all = pipe();
                for (channel, text) in messages {
                    all.cmd("PUBLISH").arg(channel).arg(text).ignore();
                }
                Ok(all.exec_async(&mut pool.get().await?).await?)
            }
            Pool::Cluster(pool) => {
                // What goes in one piece goes to one slot.
                let mut by_channel = HashMap::<_, Pipeline>::new();
                for (channel, text) in messages {
                    let own = by_channel.entry(channel).or_default();
                    own.cmd("SPUBLISH").arg(channel).arg(text).ignore();
                }
                let connection = pool.get().await?;
                at_once(by_channel.into_values(), &connection, |mut on, own| async move {
                    Ok(own.exec_async(&mut on).await?)
                })
                .await
            }
        };
        self.within(LONG_PATIENCE, publish()).await
    }

    /// Runs a script.
    ///
    /// # Errors
    /// Redis does not answer.
    pub async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> anyhow::Result<T> {
        let run = async || match self.pool().await? {
            Pool::Single(pool) => Ok(script.invoke_async(&mut pool.get().await?).await?),
            Pool::Cluster(pool) => Ok(script.invoke_async(&mut pool.get().await?).await?),
        };
        self.within(PATIENCE, run()).await
    }

    /// Opens a connection for subscriptions.
    ///
    /// # Errors
    /// Redis does not answer.
    pub async fn subscriber(&self, to: UnboundedSender<PushInfo>) -> anyhow::Result<Subscriber> {
        // Also while it counts as away: this is who finds out that it is back.
        let open = async || match self.pool().await? {
            Pool::Single(_) => {
                let config = patient().set_push_sender(to);
                let client = self.seed()?;
                let opened = client.get_multiplexed_async_connection_with_config(&config).await?;
                anyhow::Ok(Subscriber::Single(opened))
            }
            Pool::Cluster(_) => {
                let client = ClusterClient::builder(self.seeds.clone())
                    .use_protocol(ProtocolVersion::RESP3)
                    .push_sender(to)
                    .connection_timeout(LONG_PATIENCE)
                    .response_timeout(LONG_PATIENCE)
                    .build()?;
                Ok(Subscriber::Cluster(client.get_async_connection().await?))
            }
        };
        timeout(LONG_PATIENCE, open()).await?
    }

    /// The first seed that is one, speaking RESP3, which brings what is published beside answers.
    fn seed(&self) -> anyhow::Result<Client> {
        let Some(seed) = self.seeds.first().cloned() else { bail!("REDIS_URL is empty") };
        let settings = seed.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        Ok(Client::open(seed.set_redis_settings(settings))?)
    }

    async fn pool(&self) -> anyhow::Result<&Pool> {
        self.pool.get_or_try_init(|| self.open()).await
    }

    async fn open(&self) -> anyhow::Result<Pool> {
        let mut connection =
            self.seed()?.get_multiplexed_async_connection_with_config(&patient()).await?;
        let info: InfoDict = cmd("INFO").arg("cluster").query_async(&mut connection).await?;
        if info.get::<u8>("cluster_enabled") == Some(1) {
            let manager = cluster::Manager::new(self.seeds.clone(), false)?;
            let pool = cluster::Pool::builder(manager).max_size(CONNECTIONS);
            return Ok(Pool::Cluster(pool.runtime(Runtime::Tokio1).build()?));
        }
        let seed = self.seeds.first().cloned().context("REDIS_URL is empty")?;
        let manager = deadpool_redis::Manager::new_with_config(seed, patient())?;
        let pool = deadpool_redis::Pool::builder(manager).max_size(CONNECTIONS);
        Ok(Pool::Single(pool.runtime(Runtime::Tokio1).build()?))
    }

    async fn within<T>(
        &self,
        patience: Duration,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let now = || u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if now() < self.away_until.load(Ordering::Relaxed) {
            bail!("Redis is away");
        }
        let outcome = timeout(patience, work).await.map_err(Into::into).flatten();
        if let Err(cause) = &outcome {
            tracing::debug!(%cause, "Redis does not answer");
            let pause = u64::try_from(PAUSE.as_millis()).unwrap_or(u64::MAX);
            self.away_until.store(now().saturating_add(pause), Ordering::Relaxed);
            metrics::counter!("redis_failures").increment(1);
        }
        outcome
    }
}

/// The library's own limits are half a second: a busy machine is not a missing Redis.
fn patient() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(LONG_PATIENCE))
        .set_response_timeout(Some(LONG_PATIENCE))
}

impl Subscriber {
    /// Hears these channels from now on.
    ///
    /// # Errors
    /// Redis does not answer.
    pub async fn subscribe(&mut self, channels: Vec<String>) -> anyhow::Result<()> {
        match self {
            Self::Single(connection) => Ok(connection.subscribe(channels).await?),
            // Each may live on another node.
            Self::Cluster(connection) => {
                at_once(channels, connection, |mut on, channel| async move {
                    Ok(on.ssubscribe(channel).await?)
                })
                .await
            }
        }
    }

    /// Hears these channels no more.
    ///
    /// # Errors
    /// Redis does not answer.
    pub async fn unsubscribe(&mut self, channels: Vec<String>) -> anyhow::Result<()> {
        match self {
            Self::Single(connection) => Ok(connection.unsubscribe(channels).await?),
            Self::Cluster(connection) => {
                at_once(channels, connection, |mut on, channel| async move {
                    Ok(on.sunsubscribe(channel).await?)
                })
                .await
            }
        }
    }
}

async fn at_once<T, F>(
    all: impl IntoIterator<Item = T>,
    connection: &ClusterConnection,
    act: impl Fn(ClusterConnection, T) -> F,
) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>>,
{
    stream::iter(all)
        .map(|one| anyhow::Ok(act(connection.clone(), one)))
        .try_buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}
