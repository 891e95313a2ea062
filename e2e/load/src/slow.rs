//! Some stop reading while everybody talks (battery R9): they are closed, come back and miss nothing, and
//! nobody else waits for them.

use crate::Place;
use crate::book::Book;
use crate::client::Client;
use crate::community::Community;
use crate::faults::{Wanted, judge};
use crate::ledger::Talk;
use crate::person::{Manner, Person};
use crate::server::Server;
use crate::socket::Socket;
use crate::stats::millis;
use anyhow::ensure;
use shared::event::close;
use shared::ids::ChatId;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// They talk and read.
const TALKERS: usize = 6;
/// What the kernel holds for a socket is full after some seconds of it; ten later the server gives the socket
/// up. The log still has what is said meanwhile.
const MANNER: Manner = Manner { padding: 8000, ..Manner::with_pause(Duration::from_millis(50)) };
const AWAKE: Duration = Duration::from_secs(3);
/// When all of them are given up, at the latest.
const GIVEN_UP: Duration = Duration::from_secs(120);
/// Others would wait for ten seconds if they waited for those. Far less is the machine's doing.
const WAIT: Duration = Duration::from_secs(1);
/// More memory than before may be held for them, in MiB.
const GROWTH: u64 = 100;
const MIB: u64 = 1024 * 1024;

/// So many stop reading. In the control they believe, when they come back, that they have heard one event
/// more.
pub async fn run(place: &Place, slow: u32, wanted: Wanted) -> anyhow::Result<()> {
    println!("{slow} stop reading, {TALKERS} talk and read");
    let token = uuid::Uuid::now_v7().simple().to_string().repeat(2);
    let settings = vec![("SPACE_METRICS_TOKEN", token.clone())];
    let server = Server::start_with(place, settings).await?;
    let mut community = Community::gather(server.address, TALKERS + slow as usize, 2).await?;
    let slow = community.people.split_off(TALKERS);
    let (asleep, sleeping) = watch::channel(false);
    let mut readers = JoinSet::new();
    for person in slow.clone() {
        let reader = Reader { person, asleep: sleeping.clone() };
        readers.spawn(reader.read(community.chats.clone(), wanted, Book::new()?));
    }
    let talk = Talk::begin(&community, MANNER);
    tokio::time::sleep(AWAKE).await;
    // Sockets were opened, statements prepared.
    drop(community.book.take()?);
    tokio::time::sleep(AWAKE).await;
    let ((_, before), memory) = (community.book.take()?, server.memory()?);
    asleep.send_replace(true);
    let given_up = given_up(&community.people[0].client, &token, slow.len()).await;
    let ((_, meanwhile), held) = (community.book.take()?, server.memory()?.saturating_sub(memory));
    asleep.send_replace(false);
    tokio::time::sleep(AWAKE).await;

    let all = slow.len();
    community.people.extend(slow);
    let balance = talk.end(&community).await;
    readers.shutdown().await;
    server.end().await?;
    let took = given_up?;
    let (before, meanwhile) = (before.at(0.99), meanwhile.at(0.99));
    println!(
        "  all {all} were closed as too slow after {:.1} s; {} MiB more held for them",
        took.as_secs_f64(),
        held / MIB
    );
    println!("  send → socket of others, p99: {}, then {}", millis(before), millis(meanwhile));
    ensure!(held <= GROWTH * MIB, "too much is held for those who do not read");
    ensure!(meanwhile <= before * 2 + WAIT, "others wait for them");
    judge(balance, wanted)
}

/// Waits until the server has closed so many because they do not read. How long it took.
async fn given_up(client: &Client, token: &str, all: usize) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let name = format!("sockets_closed{{code=\"{}\"}}", close::TOO_SLOW);
    loop {
        let closed: usize = client.metric(token, &name).await?.map_or(Ok(0), |n| n.parse())?;
        if closed >= all {
            return Ok(began.elapsed());
        }
        ensure!(began.elapsed() < GIVEN_UP, "{closed} of {all} were closed after {GIVEN_UP:?}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// Somebody who reads, or does not.
struct Reader {
    person: Arc<Person>,
    asleep: watch::Receiver<bool>,
}

impl Reader {
    /// Until it is ended from outside.
    async fn read(mut self, chats: Vec<ChatId>, wanted: Wanted, book: Book) {
        let person = &self.person;
        loop {
            if let Ok((socket, _link)) = Socket::open(&person.client).await {
                let pump = socket.pump(&person.client, &chats, &person.mailbox, &book);
                tokio::pin!(pump);
                let falls_asleep = tokio::select! {
                    _ = &mut pump => false,
                    asleep = until(&mut self.asleep, true) => asleep,
                };
                // Nothing is read while the pump is not asked to go on.
                if falls_asleep && until(&mut self.asleep, false).await {
                    // What was on its way; then the end, or else it goes on.
                    drop(pump.await);
                    if wanted == Wanted::Fault {
                        person.mailbox.believe_one_more();
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Waits for one of the two; whether it came.
async fn until(asleep: &mut watch::Receiver<bool>, wanted: bool) -> bool {
    asleep.wait_for(|asleep| *asleep == wanted).await.is_ok()
}
