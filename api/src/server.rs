//! One builder for `main` and for tests.

use crate::app::{App, Parts};
use crate::chat::conversations::ChatConversations;
use crate::chat::directory::ChatDirectory;
use crate::chat::file_guard::ChatFiles;
use crate::chat::group_commit::GroupCommit;
use crate::chat::previews::Asked;
use crate::config::Config;
use crate::files::Files;
use crate::http::rate_limit::memory::MemoryLimits;
use crate::http::rate_limit::redis::RedisLimits;
use crate::http::rate_limit::{Engine, Limits};
use crate::identity::Identity;
use crate::platform::db::Db;
use crate::platform::fetch::Fetcher;
use crate::platform::mail::Mailer;
use crate::platform::redis::Redis;
use crate::platform::secrets::Secrets;
use crate::platform::shares::Shares;
use crate::platform::telemetry;
use crate::platform::web_assets::Assets;
use crate::realtime::Live;
use crate::realtime::bus::Bus;
use crate::realtime::bus::memory::MemoryBus;
use crate::realtime::bus::redis::RedisBus;
use crate::realtime::socket::{Door, Waiting};
use crate::router;
use crate::spaces::online::Crowds;
use actix_web::HttpServer;
use anyhow::Context as _;
use std::any::Any;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A bound server that does not run yet.
pub struct Server {
    pub app: App,
    pub address: SocketAddr,
    listener: TcpListener,
}

/// Builds the shared state on a migrated database.
///
/// # Errors
/// A setting is unusable.
pub fn build_app(config: Config, database_url: &str) -> anyhow::Result<App> {
    telemetry::metrics()?;
    let secrets = Secrets::load(&config)?;
    let assets = Assets::load(&config.server.web_dir)?;
    let mut db = Db::new(database_url, config.database.connections)?;
    if let Some(url) = &config.database.read_url {
        db = db.with_replica(url.expose(), config.database.read_connections)?;
    }
    let identity = Arc::new(Identity::new(&config, &secrets.signing_keys, db.clone()));
    let directory = Arc::new(ChatDirectory::new(db.clone()));
    let files = Arc::new(Files::new(&config, Arc::new(ChatFiles::new(db.clone())))?);
    let redis = Redis::new(&config.redis)?.map(Arc::new);
    let (bus, engine): (Arc<dyn Bus>, Box<dyn Engine>) = match redis {
        Some(redis) => (Arc::new(RedisBus::new(redis.clone())), Box::new(RedisLimits::new(redis))),
        None => (Arc::new(MemoryBus::default()), Box::new(MemoryLimits::default())),
    };
    let live = Live::new(db.clone(), bus, directory);
    let knower = identity.clone();
    live.on_revoked(move |sessions| {
        let knower = knower.clone();
        tokio::spawn(async move { knower.hear_of_end(sessions).await });
    });
    let mailer = Mailer::new(&config)?;
    let fetcher = Fetcher::new(&config);
    let limits = Limits::new(config.limits.factor, engine);
    Ok(App::new(Parts {
        config,
        secrets,
        assets,
        db,
        live,
        mailer,
        fetcher,
        limits,
        authenticator: identity.clone(),
        identity,
        files,
        conversations: Arc::new(ChatConversations),
        group_commit: GroupCommit::default(),
        asked: Asked::default(),
        crowds: Crowds::default(),
        searches: Shares::new(2),
    }))
}

/// A node that is told to stop answers for so long, so that a proxy hears from its readiness to send
/// nobody any more.
const NOTICE: Duration = Duration::from_secs(1);
/// Sockets have so long to take their Close.
const CLOSING: Duration = Duration::from_secs(2);

impl Server {
    /// Binds the address of the configuration; port 0 takes a free one.
    ///
    /// # Errors
    /// The address is in use, or the state cannot be built.
    pub fn bind(mut config: Config, database_url: &str) -> anyhow::Result<Self> {
        let listen = config.server.listen;
        let listener =
            TcpListener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
        let address = listener.local_addr()?;
        config.server.bound(address);
        let app = build_app(config, database_url)?;
        if app.assets.is_empty() {
            let folder = app.config.server.web_dir.display();
            tracing::warn!("there is no web client in {folder}; scripts/build-web.sh builds it");
        }
        Ok(Self { app, address, listener })
    }

    /// Serves until `stop` resolves, then drains: readiness says so, sockets get Close 1001, requests
    /// finish within the time that is set.
    ///
    /// # Errors
    /// The listener broke.
    pub async fn run(self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let Self { app, listener, .. } = self;
        let server = &app.config.server;
        let (workers, drain) = (server.workers, server.drain);
        let silence = app.config.stream.silence();
        let (waiting, door) = (Waiting::default(), Door::default());
        let state = app.clone();
        let running =
            HttpServer::new(move || router::service(state.clone(), waiting.clone(), door.clone()))
                .workers(workers)
                .shutdown_timeout(drain.as_secs())
                .keep_alive(Duration::from_secs(75))
                // A frame on a socket must not wait until the one before it was acknowledged.
                .tcp_nodelay(true)
                .client_request_timeout(Duration::from_secs(10))
                .on_connect(move |connection, _| give_up_after(connection, silence))
                .disable_signals()
                .listen(listener)?
                .run();
        let handle = running.handle();
        let running = tokio::spawn(running);
        stop.await;
        app.live.shut_down();
        let began = Instant::now();
        let is_over = || match app.live.open_sockets() {
            0 => began.elapsed() >= NOTICE,
            _ => began.elapsed() >= CLOSING,
        };
        while !is_over() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        handle.stop(true).await;
        running.await??;
        Ok(())
    }
}

/// A peer that takes nothing for so long is gone: one that vanished without a word, or one that stopped
/// reading. Without this the system goes on sending to it for a quarter of an hour, or for ever.
#[cfg(target_os = "linux")]
fn give_up_after(connection: &dyn Any, time: Duration) {
    if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>()
        && let Err(error) = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(time))
    {
        tracing::debug!(%error, "a connection keeps the system's own timeout");
    }
}

/// Other systems have no such option.
#[cfg(not(target_os = "linux"))]
fn give_up_after(_: &dyn Any, _: Duration) {}
