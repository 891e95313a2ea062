//! A peer whose packets are lost, in both directions and without a word (battery R10). In a network of
//! its own: nobody else's packets are touched.

use crate::Place;
use crate::book::Book;
use crate::client::Client;
use crate::community::Community;
use crate::mailbox::Mailbox;
use crate::parts::{Postgres, program};
use crate::server::Server;
use crate::socket::Socket;
use anyhow::{Context as _, ensure};
use serde_json::Value;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;
use tokio::task::JoinHandle;

/// The server's default.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// When the socket is closed and the person away, at the latest.
const REAPED: Duration = Duration::from_secs(65);
const AWAY: Duration = Duration::from_secs(70);

/// The packet filter, empty.
const TABLE: &str = "add table inet half; \
    add chain inet half out { type filter hook output priority 0; }";

/// `unshare`, with a network that has nobody in it.
fn alone() -> anyhow::Result<Command> {
    let mut command = Command::new(program("unshare")?);
    command.arg("--net").kill_on_drop(true);
    if !Postgres::is_root() {
        command.arg("--map-root-user");
    }
    Ok(command)
}

/// Whether this user may have such a network and filter its packets.
pub async fn is_permitted() -> bool {
    let (Ok(mut command), Ok(nft)) = (alone(), program("nft")) else { return false };
    let tried = command.arg(nft).arg(TABLE).stderr(Stdio::null()).status().await;
    tried.is_ok_and(|status| status.success())
}

/// `load half-open`: [`inside`] in a network of its own.
pub async fn run(place: &Place) -> anyhow::Result<()> {
    println!("packets of a peer are dropped: up to {} s", AWAY.as_secs());
    run_alone(place, "half-open-inside").await
}

/// Runs a command of this program in a network of its own.
pub async fn run_alone(place: &Place, what: &str) -> anyhow::Result<()> {
    let mut command = alone()?;
    command.arg(std::env::current_exe()?);
    if let Some(api) = &place.api {
        command.arg("--api").arg(api);
    }
    // Not as an argument: it may have a password in it.
    if let Some(url) = &place.database {
        command.env("TEST_DATABASE_URL", url);
    }
    let status = command.arg(what).status().await?;
    ensure!(status.success(), "see above");
    Ok(())
}

/// In a network of one's own: the loopback, and a packet filter that lets all pass.
pub async fn begin() -> anyhow::Result<()> {
    let up = Command::new(program("ip")?).args(["link", "set", "lo", "up"]).status().await?;
    ensure!(up.success(), "there is no loopback");
    filter(TABLE).await
}

/// Drops all packets from and to this port, without a word.
pub async fn drop_packets(port: u16) -> anyhow::Result<()> {
    for side in ["sport", "dport"] {
        filter(&format!("add rule inet half out tcp {side} {port} drop")).await?;
    }
    Ok(())
}

/// Lets all packets pass again.
pub async fn let_pass() -> anyhow::Result<()> {
    filter("flush chain inet half out").await
}

/// In that network.
pub async fn inside(place: &Place) -> anyhow::Result<()> {
    begin().await?;
    let token = uuid::Uuid::now_v7().simple().to_string().repeat(2);
    let settings = vec![("SPACE_METRICS_TOKEN", token.clone())];
    let server = Server::start_with(place, settings).await?;
    let community = Community::gather(server.address, 3, 1).await?;
    let [anna, lost, quiet] = [0, 1, 2].map(|n| community.people[n].client.clone());
    let (port, lost_hears) = listen(&lost).await?;
    let (_, quiet_hears) = listen(&quiet).await?;
    until(&anna, &lost, "online", HEARTBEAT).await?;
    ensure!(open(&anna, &token).await? == 2, "two sockets should be open");

    let began = Instant::now();
    drop_packets(port).await?;
    let reaped = async {
        while open(&anna, &token).await? > 1 {
            ensure!(began.elapsed() < REAPED, "the socket is still open after {REAPED:?}");
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        anyhow::Ok(began.elapsed())
    };
    let (reaped, away) = tokio::try_join!(reaped, until(&anna, &lost, "offline", AWAY))?;
    println!(
        "  closed after {:.1} s, away after {:.1} s",
        reaped.as_secs_f64(),
        away.as_secs_f64()
    );
    // The controls: no word of the end came through, and who only listens is not taken for gone.
    ensure!(!lost_hears.is_finished(), "the packets were not dropped: this test proves nothing");
    ensure!(!quiet_hears.is_finished(), "somebody who is there was closed, too");
    let seen = status(&anna, &quiet).await?;
    ensure!(seen == "online", "somebody who is there is {seen}, too");
    lost_hears.abort();
    quiet_hears.abort();
    server.end().await
}

async fn filter(rules: &str) -> anyhow::Result<()> {
    let done = Command::new(program("nft")?).arg(rules).status().await?;
    ensure!(done.success(), "nft refused: {rules}");
    Ok(())
}

/// A socket that listens and says now and then that somebody is there, and its port.
async fn listen(client: &Client) -> anyhow::Result<(u16, JoinHandle<()>)> {
    let (socket, link) = Socket::open(client).await?;
    let (port, client) = (socket.port()?, client.clone());
    let (mailbox, book) = (Mailbox::default(), Book::new()?);
    let hears = tokio::spawn(async move {
        let beats = async {
            while link.beat().is_ok() {
                tokio::time::sleep(HEARTBEAT).await;
            }
        };
        tokio::select! {
            _ = socket.pump(&client, &[], &mailbox, &book) => {}
            () = beats => {}
        }
    });
    Ok((port, hears))
}

/// How many sockets the server has.
async fn open(client: &Client, token: &str) -> anyhow::Result<usize> {
    let count = client.metric(token, "sockets_open").await?;
    Ok(count.context("sockets_open")?.parse()?)
}

async fn status(client: &Client, other: &Client) -> anyhow::Result<String> {
    let answer = client.load(&format!("/status/user/{}", other.id)).await?;
    let presence: Value = answer.error_for_status()?.json().await?;
    Ok(presence["status"].as_str().unwrap_or_default().to_owned())
}

/// Waits until somebody is seen so. How long it took.
async fn until(
    client: &Client,
    other: &Client,
    wanted: &str,
    patience: Duration,
) -> anyhow::Result<Duration> {
    let began = Instant::now();
    while status(client, other).await? != wanted {
        ensure!(began.elapsed() < patience, "not {wanted} after {patience:?}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Ok(began.elapsed())
}
