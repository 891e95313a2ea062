//! The `api` binary; see [`api::cli`].

use clap::Parser as _;
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What works outside of the runtime (a picture, a password) may be cut off after this: its request is
/// over, and nobody waits for it.
const LEFTOVERS: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let outcome = Runtime::new().map_err(Into::into).and_then(|runtime| {
        let outcome = runtime.block_on(api::cli::Cli::parse().run());
        runtime.shutdown_timeout(LEFTOVERS);
        outcome
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
