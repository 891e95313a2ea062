//! The command line.

mod admin;
mod backup;
mod database;
mod demo;
mod health;
mod import;
mod jobs;
mod mail;
mod mail_page;
mod openapi;
mod serve;

pub use database::Database;

use crate::config::Config;
use crate::platform::telemetry;
use clap::{Parser, Subcommand};

/// The Space: chat for communities, schools and small businesses.
///
/// Settings come from the environment; `.env.example` lists them. None is needed to try it.
#[derive(Debug, Parser)]
#[command(name = "api", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the web client, the API and its documents.
    Serve {
        /// Make a small demo space first, unless it is there, and print its login.
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database schema up to date.
    Migrate,
    /// Make a small demo space, unless it is there, and print its login.
    Demo,
    /// Make accounts and reset passwords.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Bring history from elsewhere into a space.
    #[command(subcommand)]
    Import(import::Import),
    /// Copy database and files into a new folder, and verify the copy.
    Backup { folder: std::path::PathBuf },
    /// Bring a backup back, into an empty database and an empty store of files.
    Restore { folder: std::path::PathBuf },
    /// List jobs that wait or were laid aside.
    Jobs {
        /// Let those that were laid aside try again.
        #[arg(long)]
        retry: bool,
    },
    /// Read the letters of a server without SMTP_URL.
    Mail {
        /// The name of one, as the list shows it.
        name: Option<String>,
        /// Show them on a page for the browser of this machine, until Ctrl-C.
        #[arg(long, conflicts_with = "name")]
        page: bool,
        /// The port of the page on 127.0.0.1; a free one when not given.
        #[arg(long, requires = "page", default_value_t = 0)]
        port: u16,
    },
    /// Ask the server of this machine whether it is ready; for health checks of containers.
    Health,
    /// Write the contracts: `openapi.json` (REST) and `asyncapi.json` (socket).
    Openapi {
        /// Where to.
        #[arg(long, default_value = "openapi")]
        dir: std::path::PathBuf,
    },
}

impl Cli {
    /// Does what was asked.
    ///
    /// # Errors
    /// A sentence for the person at the terminal.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve { demo } => serve::run(start()?, demo).await,
            Command::Migrate => database::migrate(&start()?).await,
            Command::Demo => demo::run(start()?).await,
            Command::Admin(command) => admin::run(start()?, command).await,
            Command::Import(import) => import::run(start()?, import).await,
            Command::Backup { folder } => backup::back_up(start()?, &folder).await,
            Command::Restore { folder } => backup::restore(start()?, &folder).await,
            Command::Jobs { retry } => jobs::run(start()?, retry).await,
            Command::Mail { page: true, port, .. } => {
                mail_page::run(&Config::from_env()?, port).await
            }
            Command::Mail { name, .. } => mail::run(&Config::from_env()?, name.as_deref()),
            Command::Health => health::run(&Config::from_env()?),
            Command::Openapi { dir } => openapi::write(&dir),
        }
    }
}

/// Settings read, log started.
fn start() -> anyhow::Result<Config> {
    let config = Config::from_env()?;
    telemetry::init_logs(&config.telemetry)?;
    Ok(config)
}
