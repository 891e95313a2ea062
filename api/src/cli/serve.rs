use super::{Database, demo};
use crate::chat;
use crate::config::Config;
use crate::files::sweep;
use crate::jobs::worker::Worker;
use crate::people::deletion;
use crate::platform::background::Background;
use crate::platform::{backup, mail};
use crate::realtime::{live, retention};
use crate::router;
use crate::server::Server;
use crate::spaces;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// `api serve`: until SIGTERM or Ctrl-C, then drains.
pub(super) async fn run(config: Config, with_demo: bool) -> anyhow::Result<()> {
    // Before anything is started, so that a signal during the start is not lost.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let database = Database::open(&config).await?;
    // Jobs stay on this thread.
    let local = tokio::task::LocalSet::new();
    let served = local
        .run_until(serve(config, &database, with_demo, async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::info!("draining");
        }))
        .await;
    database.close().await;
    served
}

async fn serve(
    config: Config,
    database: &Database,
    with_demo: bool,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let server = Server::bind(config, database.url())?;
    let app = &server.app;
    let worker = Worker::start(app.clone(), router::jobs());
    let asker = Worker::start(app.clone(), chat::previews::jobs());
    let (drain, days) = (app.config.server.drain, app.config.stream.event_days);
    let mut background = Background::default();
    background.keep(&app.db, move |db| retention::run(db, days));
    background.keep(&app.live, live::watch_log);
    background.keep(&app.db, spaces::housekeeping::run);
    background.keep(app, deletion::run);
    background.keep(app, sweep::run);
    if let Some(within) = app.config.database.backup_within {
        background.keep(&app.db, move |db| backup::watch(db, within));
    }
    match server.app.db.speaks_english().await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(
            "errors of the database come in another language than English, so some are not known for what \
             they are: ALTER ROLE … SET lc_messages = 'C'"
        ),
        Err(error) => error.log(),
    }
    announce(&server);
    if with_demo {
        demo::load(&server.app).await?;
    }
    // Jobs have the same time as requests, not more after them.
    let mut shutdown = server.app.live.shutdown();
    let jobs = async {
        if shutdown.wait_for(|down| *down).await.is_ok() {
            // Links can be asked later, by whoever is there then.
            tokio::join!(worker.stop(drain), asker.stop(Duration::ZERO));
        }
    };
    let (served, ()) = tokio::join!(server.run(stop), jobs);
    served
}

/// On standard output, for people and for scripts.
fn announce(server: &Server) {
    let public = &server.app.config.server.public_url;
    println!("Listening on http://{}", server.address);
    println!("The Space  {public}");
    println!("API        {public}/api/docs/");
    if server.app.config.mail.smtp_url.is_none() {
        let folder = mail::folder(&server.app.config);
        println!("Letters    are files in {}, for there is no SMTP_URL", folder.display());
    }
}
