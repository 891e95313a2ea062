//! The program itself, as whoever runs a server starts it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Longer than any run takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program with these arguments, on this data folder and database. It ends with the value.
pub fn api(arguments: &[&str], data: &Path, database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_api"));
    command
        .args(arguments)
        .env("SPACE_DATA_DIR", data)
        .env("DATABASE_URL", database)
        .env("SPACE_BCRYPT_COST", "4")
        .kill_on_drop(true);
    command
}

/// What the program said, and whether it was content.
#[derive(Debug)]
pub struct Ran {
    pub is_success: bool,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        Self { is_success: output.status.success(), out, err }
    }

    /// What it printed, if it was content.
    #[track_caller]
    pub fn done(self) -> String {
        assert!(self.is_success, "{self:?}");
        self.out
    }

    /// Why it was not.
    #[track_caller]
    pub fn refused(self) -> String {
        assert!(!self.is_success, "{self:?}");
        assert!(!self.err.trim().is_empty(), "it does not say why");
        self.err
    }
}

/// Runs it to its end, with this on standard input.
pub async fn run(command: &mut Command, input: &str) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // What refuses at once reads nothing.
    drop(stdin.write_all(input.as_bytes()).await);
    drop(stdin);
    let output = timeout(PATIENCE, child.wait_with_output()).await.expect("it does not end");
    Ran::of(&output.unwrap())
}

/// A server. It is killed with the value.
pub struct Serving {
    pub address: SocketAddr,
    child: Child,
    lines: tokio::task::JoinHandle<String>,
}

impl Serving {
    /// Waits until it listens.
    pub async fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().expect("it ended before it listened");
        let address = first.strip_prefix("Listening on http://").unwrap().parse().unwrap();
        // What it says later must find a reader.
        Self { address, child, lines: tokio::spawn(rest(first, lines)) }
    }

    pub async fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        let kill = Command::new("kill").args([&format!("-{name}"), &pid]).status().await;
        assert!(kill.unwrap().success());
    }

    /// Waits for the end; what it printed meanwhile, errors left out.
    pub async fn end(mut self) -> Ran {
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it does not end").unwrap();
        Ran { is_success: status.success(), out: self.lines.await.unwrap(), err: String::new() }
    }
}

async fn rest(mut text: String, mut lines: Lines<BufReader<ChildStdout>>) -> String {
    while let Ok(Some(line)) = lines.next_line().await {
        text = text + "\n" + &line;
    }
    text
}
