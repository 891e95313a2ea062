//! Imports the history of a community from NDJSON, packed with gzip or not: a line a message,
//! `{id, channel, topic, author, sent_at, text}`.
//!
//! - A channel becomes a chat, an author a placeholder account, a topic a chain of replies: its
//!   first message carries the topic as `subject`, the later ones answer that message.
//! - A message is known by chat, author and `id` (its nonce is `import:<id>`), so a second run adds
//!   nothing, and a run that was cut off is simply started again.
//! - Messages are appended to their chats in the order of `sent_at`; `seq` has no holes.
//! - A text of more than 10,000 characters becomes several messages: nothing is cut.
//! - A line that can't be used is reported with its number and skipped.
//! - Nobody gets unread messages from it, and no event for each message: who has a chat open
//!   sees its imported history when he opens it again.

mod line;
mod nickname;
mod people;
mod rooms;
mod source;
mod stage;
mod target;

pub use target::Target;

use crate::app::App;
use crate::error::ApiError;
use crate::platform::db::PgConn;
use crate::realtime::stream::Tx;
use anyhow::Context as _;
use futures_util::{StreamExt as _, TryStreamExt as _};
use line::Entry;
use shared::ids::{ChatId, SpaceId, UserId};
use source::{Line, Source};
use stage::{Stage, Work};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Lines read ahead of the database.
const READ_BATCH: usize = 2_000;
/// Messages written by one transaction.
const WRITE_BATCH: i64 = 1_000;
/// Chats written at the same time. The work is the database's: parsing texts for search.
const WRITERS: usize = 2;

/// What an import tells while it works.
pub trait Progress: Send + Sync {
    /// Bytes of the file read, of all.
    fn reading(&self, done: u64, size: u64);
    /// Messages written, of all.
    fn writing(&self, done: i64, all: i64);
    /// A line was skipped.
    fn bad_line(&self, line: i64, reason: &str);
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines with something in them.
    pub lines: i64,
    pub bad_lines: i64,
    /// Texts stored in several messages.
    pub split: i64,
    /// Messages of an earlier line of the file: the same chat, author and `id`. The first counts, whatever
    /// the later ones say.
    pub repeated: i64,
    /// Messages that an earlier run has stored.
    pub known: i64,
    pub messages: i64,
    pub chats: usize,
    pub people: usize,
    pub took: Duration,
}

/// Imports a file into a space. The owner will have read all of it.
///
/// # Errors
/// The file can't be read to its end, another import into this space is running, or the
/// database's.
pub async fn import_community(
    app: &App,
    space: SpaceId,
    owner: UserId,
    file: &Path,
    progress: &dyn Progress,
) -> anyhow::Result<Summary> {
    let began = Instant::now();
    // Held to the end; a transaction, so that it goes with whatever ends this run.
    let lock = only_one(app, space).await?;
    let mut summary = Summary::default();
    let conn = &mut *app.conn().await.map_err(told)?;
    let stage = Stage::create(conn, space).await?;
    let staged = read(&stage, conn, file, progress, &mut summary).await?;
    let authors = stage.authors(conn).await?;
    let (authors, created) = people::settle(conn, space, authors).await?;
    summary.people = created;
    let channels = stage.channels(conn).await?;
    let settled = app.transact(async |tx| rooms::settle(tx, space, channels).await).await;
    summary.chats = settled.map_err(told)?;
    let work = stage.plan(conn, &authors).await?;
    let planned = work.iter().map(|work| work.messages).sum();
    summary.known = staged - planned;
    rooms::read_from_the_start(conn, owner, &work).await?;
    summary.messages = write(app, &stage, work, planned, progress).await?;
    stage.drop(conn).await?;
    lock.rollback().await;
    summary.took = began.elapsed();
    Ok(summary)
}

async fn only_one(app: &App, space: SpaceId) -> anyhow::Result<Tx> {
    let mut tx = Tx::begin(&app.db, &app.live).await.map_err(told)?;
    stage::lock(&mut tx, space).await.context("another import into this space is running")?;
    Ok(tx)
}

/// Brings the file to the stage; returns how many messages wait there.
async fn read(
    stage: &Stage,
    conn: &mut PgConn,
    file: &Path,
    progress: &dyn Progress,
    summary: &mut Summary,
) -> anyhow::Result<i64> {
    let mut source = Source::open(file)?;
    let size = source.size;
    let (sender, mut batches) = mpsc::channel(2);
    let reader = tokio::task::spawn_blocking(move || {
        let now = chrono::Utc::now();
        let mut batch = Batch::default();
        while let Some(line) = source.next_line()? {
            batch.take(line, now);
            if batch.lines >= READ_BATCH {
                batch.position = source.position();
                // Nobody listens: the import has failed and says why.
                if sender.blocking_send(std::mem::take(&mut batch)).is_err() {
                    return Ok(());
                }
            }
        }
        batch.position = source.position();
        let _ = sender.blocking_send(batch);
        anyhow::Ok(())
    });
    let mut staged = 0;
    while let Some(batch) = batches.recv().await {
        for (line, reason) in &batch.bad {
            progress.bad_line(*line, reason);
        }
        let added = stage.add(conn, &batch.entries).await?;
        staged += i64::try_from(added)?;
        summary.lines += i64::try_from(batch.lines)?;
        summary.bad_lines += i64::try_from(batch.bad.len())?;
        summary.split += batch.entries.iter().filter(|entry| entry.part == 2).count() as i64;
        summary.repeated += i64::try_from(batch.entries.len() - added)?;
        progress.reading(batch.position, size);
    }
    reader.await??;
    Ok(staged)
}

#[derive(Default)]
struct Batch {
    lines: usize,
    entries: Vec<Entry>,
    bad: Vec<(i64, String)>,
    position: u64,
}

impl Batch {
    fn take(&mut self, line: Line, now: shared::Timestamp) {
        self.lines += 1;
        match line {
            Line::TooLong(number) => self.bad.push((number, "longer than 4 MiB".into())),
            Line::Text(number, bytes) => match Entry::read(number, &bytes, now) {
                Ok(entries) => self.entries.extend(entries),
                Err(reason) => self.bad.push((number, reason)),
            },
        }
    }
}

async fn write(
    app: &App,
    stage: &Stage,
    work: Vec<Work>,
    planned: i64,
    progress: &dyn Progress,
) -> anyhow::Result<i64> {
    let written = std::sync::atomic::AtomicI64::new(0);
    progress.writing(0, planned);
    let written = &written;
    futures_util::stream::iter(work)
        .map(anyhow::Ok)
        .try_for_each_concurrent(WRITERS, |work| async move {
            let mut first = 1;
            while first <= work.messages {
                let chat = ChatId(work.chat);
                let n = app
                    .transact(async |tx| Ok(stage.write(tx, chat, first, WRITE_BATCH).await?))
                    .await
                    .map_err(told)?;
                anyhow::ensure!(n > 0, "the plan of chat {chat} ends before its messages do");
                first += n;
                let done = written.fetch_add(n, std::sync::atomic::Ordering::Relaxed) + n;
                progress.writing(done, planned);
            }
            Ok(())
        })
        .await?;
    Ok(written.load(std::sync::atomic::Ordering::Relaxed))
}

/// What stopped an action, for people at a terminal.
fn told(error: ApiError) -> anyhow::Error {
    let code = error.code;
    error.cause.unwrap_or_else(|| anyhow::anyhow!("{}", code.key()))
}
