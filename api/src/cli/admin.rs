//! `api admin`: accounts, from the machine itself.

use super::Database;
use crate::config::Config;
use crate::error::ApiError;
use crate::identity::admin;
use crate::server::build_app;
use anyhow::{Context as _, bail};
use clap::Subcommand;
use shared::error::ErrorCode;
use shared::text::Lang;
use std::io::{BufRead as _, IsTerminal as _};

/// Passwords are read from standard input: on the command line every user of the machine sees them.
#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Make an account, also where registration is closed.
    CreateUser {
        nickname: String,
        /// The e-mail address.
        #[arg(long)]
        email: Option<String>,
    },
    /// Give an account another password; end its logins, programs and programs of its bots.
    ResetPassword {
        /// Nickname or e-mail address.
        login: String,
    },
}

pub(super) async fn run(config: Config, command: Admin) -> anyhow::Result<()> {
    let password = password()?;
    let database = Database::open(&config).await?;
    let app = build_app(config, database.url())?;
    let done = match &command {
        Admin::CreateUser { nickname, email } => {
            admin::create_user(&app, nickname, email.as_deref(), &password).await
        }
        Admin::ResetPassword { login } => admin::reset_password(&app, login, &password).await,
    };
    drop(app);
    database.close().await;
    let user = done.map_err(|error| match (&command, error.code) {
        (Admin::ResetPassword { login }, ErrorCode::NotFound) => {
            anyhow::anyhow!("there is no account `{login}` that somebody can log in to")
        }
        _ => anyhow::anyhow!(sentence(&error)),
    })?;
    match command {
        Admin::CreateUser { .. } => println!("Made the account {} ({}).", user.nickname, user.id),
        Admin::ResetPassword { .. } => {
            println!("{} has the new password; all earlier logins are over.", user.nickname)
        }
    }
    Ok(())
}

fn password() -> anyhow::Result<String> {
    let input = std::io::stdin().lock();
    if input.is_terminal() {
        eprintln!("New password (shown while you type):");
    }
    let line = input.lines().next().context("no password came on standard input")??;
    if line.is_empty() {
        bail!("the password is empty");
    }
    Ok(line)
}

/// What is wrong, for the person at the terminal.
fn sentence(error: &ApiError) -> String {
    let problem = error.problem(Lang::En, "", "");
    let fields = problem
        .errors
        .iter()
        .map(|field| format!("\n{}: {}", field.pointer.trim_start_matches('/'), field.detail));
    let cause = error.cause.as_ref().map(|cause| format!("\n{cause:#}"));
    std::iter::once(problem.detail.clone()).chain(fields).chain(cause).collect()
}
