//! SIGTERM while people write and many sockets are open (battery R14): readiness says no, every socket is told
//! to come back and when, what was begun is finished, and the program ends well within ten seconds.

use crate::Place;
use crate::client::Client;
use crate::community::Community;
use crate::faults::{Wanted, judge};
use crate::ledger::Talk;
use crate::person::{Manner, Person};
use crate::server::Server;
use crate::socket::{Closed, Socket};
use anyhow::{Context as _, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use shared::event::close;
use shared::ids::ChatId;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// They write 200 messages a second together.
const TALKERS: usize = 8;
const PAUSE: Duration = Duration::from_millis(40);
/// Sockets of each of the others.
const EACH: usize = 16;
const AT_ONCE: usize = 32;
/// Messages that are half sent when the signal comes.
const BEGUN: usize = 8;
/// When readiness has said no, and when the program has ended.
const NO: Duration = Duration::from_secs(1);
const ENDED: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(30);

/// So many times, with so many sockets. In the control the server is killed instead.
pub async fn run(place: &Place, times: u32, sockets: usize, wanted: Wanted) -> anyhow::Result<()> {
    let signal = if wanted == Wanted::Balance { "TERM" } else { "KILL" };
    println!("SIG{signal} with {sockets} sockets, {times} times");
    let mut server = Server::start(place).await?;
    let all = TALKERS + sockets.div_ceil(EACH);
    let mut community = Community::gather(server.address, all, 2).await?;
    let others = community.people.split_off(TALKERS);
    let talk = Talk::begin(&community, Manner::with_pause(PAUSE));
    let mut outcome = Ok(());
    for _ in 0..times {
        let open = open(&others, sockets).await?;
        community.book.until_acknowledged(50, PATIENCE).await;
        outcome = outcome.and(end(&mut server, &community, open, signal).await);
        server.resume().await?;
    }
    let balance = talk.end(&community).await;
    server.end().await?;
    judge(outcome.and(balance), wanted)
}

async fn open(people: &[Arc<Person>], sockets: usize) -> anyhow::Result<JoinSet<Option<Closed>>> {
    let opening = (0..sockets).map(|n| Socket::open(&people[n / EACH].client));
    let open: Vec<_> = stream::iter(opening).buffer_unordered(AT_ONCE).try_collect().await?;
    let until_closed = |(socket, link): (Socket, _)| async move {
        let closed = socket.until_closed().await;
        drop(link);
        closed
    };
    Ok(open.into_iter().map(until_closed).collect())
}

async fn end(
    server: &mut Server,
    community: &Community,
    open: JoinSet<Option<Closed>>,
    signal: &str,
) -> anyhow::Result<()> {
    let (client, chat) = (&community.people[0].client, community.chats[0]);
    let mut begun = Vec::new();
    for _ in 0..BEGUN {
        begun.push(Begun::begin(client, chat).await?);
    }
    let began = Instant::now();
    let refuses = async {
        while client.is_ready().await? {
            ensure!(began.elapsed() < NO, "readiness still says yes");
        }
        anyhow::Ok(began.elapsed())
    };
    let finished = async {
        let refused = refuses.await?;
        for begun in begun {
            begun.finish().await?;
        }
        anyhow::Ok(refused)
    };
    let (ended, finished, closed) = tokio::join!(server.end_by(signal), finished, open.join_all());
    let (status, took) = (ended?, began.elapsed());
    let told = |closed: &&Option<Closed>| {
        closed.as_ref().is_some_and(|closed| {
            closed.code == close::SHUTTING_DOWN && closed.reason.contains("retry_ms")
        })
    };
    let told = closed.iter().filter(told).count();
    ensure!(told == closed.len(), "{told} of {} sockets were told to come back", closed.len());
    println!(
        "  not ready after {} ms; {BEGUN} messages finished; {told} sockets told; ended after {:.1} s",
        finished?.as_millis(),
        took.as_secs_f64()
    );
    ensure!(status.success() && took < ENDED, "it ended with {status} after {took:?}");
    Ok(())
}

/// A message of which the server has only the beginning.
struct Begun {
    stream: TcpStream,
    rest: String,
}

impl Begun {
    async fn begin(client: &Client, chat: ChatId) -> anyhow::Result<Self> {
        let nonce = uuid::Uuid::now_v7();
        let body = format!("{{\"content\": \"Is the bread ready?\", \"nonce\": \"{nonce}\"}}");
        let (first, rest) = body.split_at(body.len() / 2);
        let head = format!(
            "POST /api/v1/messages/{chat} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{first}",
            client.address,
            client.token,
            body.len()
        );
        let mut stream = TcpStream::connect(client.address).await?;
        stream.write_all(head.as_bytes()).await?;
        Ok(Self { stream, rest: rest.to_owned() })
    }

    async fn finish(mut self) -> anyhow::Result<()> {
        self.stream.write_all(self.rest.as_bytes()).await.context("a message was cut off")?;
        let mut answer = String::new();
        let read = self.stream.read_to_string(&mut answer);
        tokio::time::timeout(PATIENCE, read).await?.context("a message was cut off")?;
        ensure!(answer.starts_with("HTTP/1.1 201"), "a message that was begun: {answer:?}");
        Ok(())
    }
}
