use super::Database;
use crate::config::Config;
use crate::integrations::import::{Progress, Summary, Target, import_community};
use crate::server::build_app;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bad lines shown one by one; the summary counts all.
const SHOWN: u64 = 50;

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Import the messages of a community: NDJSON, plain or gzip-packed.
    ///
    /// A line is {"id", "channel", "topic", "author", "sent_at", "text"}. Channels become chats,
    /// authors placeholder accounts, topics chains of replies to their first message. What is there
    /// already is not added again, so a run that was cut off is simply started again.
    Community(Community),
}

#[derive(Debug, Args)]
pub struct Community {
    /// The export.
    file: PathBuf,
    /// The space to fill, by name; a new public one if there is none.
    #[arg(long)]
    space: String,
    /// The nickname of the space's owner. Without it a new space gets an account of its own, whose
    /// login is printed.
    #[arg(long)]
    owner: Option<String>,
}

/// `api import`.
pub(super) async fn run(config: Config, import: Import) -> anyhow::Result<()> {
    let Import::Community(args) = import;
    let database = Database::open(&config).await?;
    let done = community(config, &database, &args).await;
    database.close().await;
    done
}

async fn community(config: Config, database: &Database, args: &Community) -> anyhow::Result<()> {
    let app = build_app(config, database.url())?;
    // Opened first: a wrong path must not leave a space behind.
    std::fs::File::open(&args.file)
        .map_err(|error| anyhow::anyhow!("cannot open {}: {error}", args.file.display()))?;
    let target = Target::find_or_create(&app, &args.space, args.owner.as_deref()).await?;
    if let Some((nickname, password)) = &target.login {
        println!("The new space belongs to the new account `{nickname}`, password {password}");
    }
    let bar = Bar::new();
    let summary = import_community(&app, target.space, target.owner, &args.file, &bar).await;
    bar.bar.finish_and_clear();
    print(&summary?);
    Ok(())
}

fn print(summary: &Summary) {
    let seconds = summary.took.as_secs_f64();
    let speed = summary.messages as f64 / seconds.max(0.001);
    println!("{} messages imported in {seconds:.1} s ({speed:.0} a second)", summary.messages);
    println!("  {} new chats, {} new people", summary.chats, summary.people);
    println!("  {} lines read", summary.lines);
    for (count, what) in [
        (summary.split, "long texts stored in several messages"),
        (summary.known, "messages were there already"),
        (summary.repeated, "lines repeat an earlier line"),
        (summary.bad_lines, "bad lines skipped"),
    ] {
        if count > 0 {
            println!("  {count} {what}");
        }
    }
}

/// A bar on the terminal; where there is none, a line for each tenth of the work.
struct Bar {
    bar: ProgressBar,
    /// Tenths told so far, of reading and then of writing.
    tenths: AtomicU64,
    bad: AtomicU64,
}

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::new(0);
        let template = "{msg:<8} {wide_bar} {percent:>3}% {pos}/{len} {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, tenths: AtomicU64::new(0), bad: AtomicU64::new(0) }
    }

    /// `before` are the tenths of the work before this.
    fn show(&self, what: &'static str, before: u64, done: u64, all: u64) {
        self.bar.set_message(what);
        self.bar.set_length(all);
        self.bar.set_position(done);
        if !self.bar.is_hidden() || all == 0 {
            return;
        }
        let tenth = 10 * done / all;
        if self.tenths.fetch_max(before + tenth, Ordering::Relaxed) < before + tenth {
            eprintln!("{what} {tenth}0 %");
        }
    }
}

impl Progress for Bar {
    fn reading(&self, done: u64, size: u64) {
        self.show("reading", 0, done, size);
    }

    fn writing(&self, done: i64, all: i64) {
        self.show("writing", 10, done.unsigned_abs(), all.unsigned_abs());
    }

    fn bad_line(&self, line: i64, reason: &str) {
        match self.bad.fetch_add(1, Ordering::Relaxed) {
            n if n < SHOWN => self.bar.suspend(|| eprintln!("line {line}: {reason}")),
            SHOWN => self.bar.suspend(|| eprintln!("more bad lines are only counted")),
            _ => {}
        }
    }
}
