//! Some stop reading while everybody talks (battery R9): they are closed, come back and miss nothing, and
//! nobody else waits for them.

use crate::Place;
use crate::book::Book;
use crate::community::Community;
use crate::faults::{Wanted, judge};
use crate::ledger::Talk;
use crate::person::{Manner, Person};
use crate::server::Server;
use crate::socket::Socket;
use crate::stats::millis;
use anyhow::ensure;
use shared::ids::ChatId;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// They talk and read.
const TALKERS: usize = 6;
/// What the kernel holds for a socket is full after some seconds of it; then ten may pass until the server
/// gives the socket up. The log still has what is said meanwhile.
const MANNER: Manner = Manner { padding: 8000, ..Manner::with_pause(Duration::from_millis(100)) };
const AWAKE: Duration = Duration::from_secs(3);
const ASLEEP: Duration = Duration::from_secs(25);
/// More memory than before may be held for them, in MiB.
const GROWTH: u64 = 100;
const MIB: u64 = 1024 * 1024;

/// So many stop reading. In the control they believe, when they come back, that they have heard one event
/// more.
pub async fn run(place: &Place, slow: u32, wanted: Wanted) -> anyhow::Result<()> {
    println!("{slow} stop reading, {TALKERS} talk and read");
    let server = Server::start(place).await?;
    let mut community = Community::gather(server.address, TALKERS + slow as usize, 2).await?;
    let slow = community.people.split_off(TALKERS);
    let (asleep, sleeping) = watch::channel(false);
    let closed = Arc::new(AtomicUsize::new(0));
    let mut readers = JoinSet::new();
    for person in slow.clone() {
        let reader = Reader { person, asleep: sleeping.clone(), closed: closed.clone() };
        readers.spawn(reader.read(community.chats.clone(), wanted, Book::new()?));
    }
    let talk = Talk::begin(&community, MANNER);
    tokio::time::sleep(AWAKE).await;
    // Sockets were opened, statements prepared.
    drop(community.book.take()?);
    tokio::time::sleep(AWAKE).await;
    let ((_, before), memory) = (community.book.take()?, server.memory()?);
    asleep.send_replace(true);
    tokio::time::sleep(ASLEEP).await;
    let ((_, meanwhile), held) = (community.book.take()?, server.memory()?.saturating_sub(memory));
    asleep.send_replace(false);
    tokio::time::sleep(AWAKE).await;

    let all = slow.len();
    community.people.extend(slow);
    let balance = talk.end(&community).await;
    readers.shutdown().await;
    server.end().await?;
    let closed = closed.load(Ordering::Relaxed);
    let (before, meanwhile) = (before.at(0.99), meanwhile.at(0.99));
    println!("  {closed} of {all} were closed; {} MiB more held for them", held / MIB);
    println!("  send → socket of others, p99: {}, then {}", millis(before), millis(meanwhile));
    ensure!(closed > 0, "nobody was too slow: this proves nothing");
    ensure!(held <= GROWTH * MIB, "too much is held for those who do not read");
    ensure!(meanwhile <= before * 2 + Duration::from_millis(100), "others wait for them");
    judge(balance, wanted)
}

/// Somebody who reads, or does not.
struct Reader {
    person: Arc<Person>,
    asleep: watch::Receiver<bool>,
    /// How many were closed for it.
    closed: Arc<AtomicUsize>,
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
                    self.closed.fetch_add(1, Ordering::Relaxed);
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
