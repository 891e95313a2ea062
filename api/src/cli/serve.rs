use super::{Database, demo};
use crate::config::Config;
use crate::files::sweep;
use crate::jobs::worker::Worker;
use crate::people::deletion;
use crate::platform::backup;
use crate::realtime::retention;
use crate::router;
use crate::server::Server;
use crate::spaces;
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
    let keep = server.app.config.stream.event_days;
    let retention = tokio::spawn(retention::run(server.app.db.clone(), keep));
    let deletion = tokio::spawn(deletion::run(server.app.clone()));
    let worker = Worker::start(server.app.clone(), router::jobs());
    let drain = server.app.config.server.drain;
    let sweeping = tokio::spawn(sweep::run(server.app.clone()));
    let cleaning = tokio::spawn(spaces::housekeeping::run(server.app.db.clone()));
    let watching = server.app.config.database.backup_within;
    let watching =
        watching.map(|within| tokio::spawn(backup::watch(server.app.db.clone(), within)));
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
    let served = server.run(stop).await;
    worker.stop(drain).await;
    retention.abort();
    deletion.abort();
    sweeping.abort();
    cleaning.abort();
    if let Some(watching) = watching {
        watching.abort();
    }
    served
}

/// On standard output, for people and for scripts.
fn announce(server: &Server) {
    let public = &server.app.config.server.public_url;
    println!("Listening on http://{}", server.address);
    println!("The Space  {public}");
    println!("API        {public}/api/docs/");
}
