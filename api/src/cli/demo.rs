use super::Database;
use crate::app::App;
use crate::config::Config;
use crate::demo::{self, Login};
use crate::server::build_app;
use anyhow::Context as _;

/// `api demo`.
pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let database = Database::open(&config).await?;
    let done = match build_app(config, database.url()) {
        Ok(app) => load(&app).await,
        Err(error) => Err(error),
    };
    database.close().await;
    done
}

/// Makes the demo and prints its login.
pub(super) async fn load(app: &App) -> anyhow::Result<()> {
    let login = demo::load(app).await.map_err(|error| match error.cause {
        Some(cause) => cause,
        None => anyhow::anyhow!("{}", error.code.key()),
    });
    match login.context("the demo could not be made")? {
        Login::Password(password) => {
            println!("Demo login {} with the password: {password}", demo::NICKNAME);
        }
        Login::ShownBefore => println!("Demo login {}, password as shown before", demo::NICKNAME),
    }
    Ok(())
}
