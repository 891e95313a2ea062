//! The machine of the primary vanishes without a word: nobody answers, and nobody refuses. Its replica is promoted. In
//! a network of its own.

use crate::Place;
use crate::community::Community;
use crate::half_open::{begin, drop_packets, let_pass, run_alone};
use crate::parts::Postgres;
use crate::server::{Site, execute, terminate};
use anyhow::ensure;
use shared::chat::SendMessage;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, UnixStream};

/// How soon a node serves again. The system alone would wait for a quarter of an hour.
const SOONEST: Duration = Duration::from_secs(30);

/// `load vanished`: [`inside`] in a network of its own.
pub async fn run(place: &Place) -> anyhow::Result<()> {
    println!("the machine of the primary vanishes: up to {} s", SOONEST.as_secs());
    run_alone(place, "vanished-inside").await
}

/// In that network.
pub async fn inside(place: &Place) -> anyhow::Result<()> {
    begin().await?;
    let primary = Postgres::start(true).await?;
    let standby = primary.standby(Duration::ZERO).await?;
    let (first, second) = (machine(primary.socket()).await?, machine(standby.socket()).await?);
    let url = format!(
        "postgres://postgres@127.0.0.1:{first},127.0.0.1:{second}/postgres?target_session_attrs=read-write"
    );
    let site = Site::prepare(&place.with_database(url), Vec::new()).await?;
    let (mut node, address) = site.spawn(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let community = Community::gather(address, 8, 1).await?;
    let (client, chat) = (&community.people[0].client, community.chats[0]);
    // All connections are in use for a moment, and stay open.
    let all = community.people.iter().map(|person| person.client.is_ready());
    futures_util::future::try_join_all(all).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;

    drop_packets(first).await?;
    execute(&standby.url(), "SELECT pg_promote()").await?;
    let began = Instant::now();
    ensure!(!client.is_ready().await?, "the packets were not dropped: this test proves nothing");
    while !client.is_ready().await? {
        ensure!(began.elapsed() < SOONEST, "still not ready after {SOONEST:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("  ready after {:.1} s", began.elapsed().as_secs_f64());
    let body =
        SendMessage { content: "Here we are".into(), nonce: "1".into(), ..SendMessage::default() };
    client.send(chat, &body).await?;
    terminate(&mut node).await?;
    let_pass().await?;
    site.remove().await?;
    standby.end().await?;
    primary.end().await
}

/// A port that leads to a server, as if it were a machine of its own.
async fn machine(socket: PathBuf) -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let socket = socket.clone();
            tokio::spawn(async move {
                let mut to = UnixStream::connect(socket).await?;
                copy_bidirectional(&mut from, &mut to).await
            });
        }
    });
    Ok(port)
}
