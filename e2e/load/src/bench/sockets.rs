use super::Bench;
use super::cores::Busy;
use super::report::Report;
use super::runs::Runs;
use crate::bare::Bare;
use crate::client::Client;
use crate::server::Server;
use crate::socket::{Socket, bare_socket};
use crate::stats::Times;
use anyhow::{anyhow, ensure};
use futures_util::future::try_join_all;
use futures_util::{StreamExt as _, stream};
use shared::chat::SendMessage;
use shared::ids::ChatId;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// The most sockets a person may have.
const EACH: usize = 10;
/// So many are opened at once where that is no storm.
const AT_ONCE: usize = 16;
/// Messages on their way to everybody: far fewer than the queue of a socket holds.
const ON_THE_WAY: usize = 16;
/// They speak at the same time, so that none waits for an answer while there is nothing to deliver.
const SPEAKERS: usize = 4;
/// In the frame of a message and in no other.
const NEEDLE: &str = "\"new_message\"";

/// Sockets that hear one chat.
struct Crowd {
    people: Vec<Client>,
    chat: ChatId,
    heard: Arc<AtomicUsize>,
    pumps: JoinSet<()>,
}

/// One message to many sockets, one after the other, and what a socket costs.
pub async fn broadcast(server: &Server, args: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let (count, pid) = (args.sockets as usize, server.pid()?);
    let time = Duration::from_secs(args.seconds);
    let mut crowd = Crowd::gather(server, "crowd", count).await?;
    // Before ours are open: both together may be more than this process may have.
    let bare = bare(args, report, &crowd.frame().await?).await?;
    let before = server.memory()?;
    // As those of the bare server: what a crowd at the door needs for a moment is no part of a socket.
    crowd.open(count, 1).await?;
    let busy = Busy::start(pid)?;
    tokio::time::sleep(time).await;
    report.line(&format!("{count} idle sockets"), &busy.stop()?.text());
    report.line("one idle socket", &kibibytes(server.memory()?.saturating_sub(before), count));
    report.line("  bare actix-ws", &kibibytes(bare.memory, count));
    let mut told = Runs::new(format!("one message to {count} sockets"))?;
    let mut sustained = Runs::new(format!("sustained deliveries to {count} sockets"))?;
    for _ in 0..args.runs {
        told.add(pid, report, async |_| crowd.tell(count).await).await?;
        let sustain = async |_: &mut Times| crowd.sustain(count, time).await;
        sustained.add(pid, report, sustain).await?;
    }
    if let (Some(ours), Some(bare)) = (told.median(report), bare.told) {
        report.line(told.name(), &format!("{:.0} ms until the last one", ours * 1000.0));
        report.line("  bare actix-ws", &format!("{:.0} ms", bare * 1000.0));
        report.line("  ratio of the rates", &format!("{:.2}", bare / ours));
    }
    if let (Some(ours), Some(bare)) = (sustained.median(report), bare.sustained) {
        report.rate(sustained.name(), ours);
        report.rate("  bare actix-ws", bare);
        report.line("  ratio", &format!("{:.2}", ours / bare));
    }
    crowd.pumps.shutdown().await;
    Ok(())
}

/// All are gone and come back at once; what others wait for meanwhile.
pub async fn storm(server: &Server, args: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let count = args.storm_sockets as usize;
    let mut crowd = Crowd::gather(server, "storm", count).await?;
    crowd.open(count, AT_ONCE).await?;
    let mut runs = Runs::new(format!("{count} sockets come back"))?;
    for _ in 0..args.runs {
        crowd.pumps.shutdown().await;
        let back = async |asked: &mut Times| crowd.back(count, asked).await;
        runs.add(server.pid()?, report, back).await?;
    }
    if let Some(took) = runs.median(report) {
        report.line(runs.name(), &format!("{took:.1} s until the last"));
        report.times("  requests of others meanwhile", &runs.times);
    }
    crowd.pumps.shutdown().await;
    Ok(())
}

/// Asks something every 20 ms until told to stop; how long each answer took.
fn ask_until(who: &Client, done: &AtomicBool) -> anyhow::Result<Vec<Duration>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let who = who.anew()?;
        let mut times = Vec::new();
        while !done.load(Ordering::Relaxed) {
            let began = Instant::now();
            who.get("/profile/me").await?;
            times.push(began.elapsed());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(times)
    })
}

/// Of so many bytes each socket's part.
fn kibibytes(bytes: u64, count: usize) -> String {
    format!("{:.1} KiB", bytes as f64 / count as f64 / 1024.0)
}

impl Crowd {
    async fn gather(server: &Server, name: &str, sockets: usize) -> anyhow::Result<Self> {
        let owner = Client::register(server.address, &format!("{name}_owner")).await?;
        let space = owner.create_space(&format!("The {name}")).await?;
        let chat = owner.create_chat(space.id, "stage").await?.id;
        let mut people = vec![owner];
        for n in 0..sockets.div_ceil(EACH) {
            let client = Client::register(server.address, &format!("{name}_{n}")).await?;
            client.join(space.id).await?;
            people.push(client);
        }
        Ok(Self { people, chat, heard: Arc::default(), pumps: JoinSet::new() })
    }

    /// Opens them, so many at once; seconds until the last one has the chat open.
    async fn open(&mut self, count: usize, at_once: usize) -> anyhow::Result<f64> {
        let began = Instant::now();
        let (people, chat) = (&self.people, self.chat);
        let mut opening = stream::iter(0..count)
            .map(|n| {
                let client = people[1 + n / EACH].clone();
                tokio::spawn(async move {
                    let (socket, link) = Socket::open(&client).await?;
                    anyhow::Ok((socket.enter(chat).await?, link))
                })
            })
            .buffer_unordered(at_once);
        while let Some(done) = opening.next().await {
            let (socket, link) = done??;
            let heard = self.heard.clone();
            self.pumps.spawn(async move {
                let _link = link;
                socket.count(NEEDLE, &heard).await;
            });
        }
        Ok(began.elapsed().as_secs_f64())
    }

    /// All at once; seconds until the last one, and the times of somebody else's requests meanwhile.
    async fn back(&mut self, count: usize, asked: &mut Times) -> anyhow::Result<f64> {
        let (done, others) = (Arc::new(AtomicBool::new(false)), self.people[0].clone());
        let on = done.clone();
        // On a thread of their own: they do not wait behind thousands of tasks of this process.
        let others = std::thread::spawn(move || ask_until(&others, &on));
        let took = self.open(count, count).await;
        done.store(true, Ordering::Relaxed);
        let times = tokio::task::spawn_blocking(move || others.join()).await?;
        for time in times.map_err(|_| anyhow!("whoever asked meanwhile panicked"))?? {
            asked.add(time);
        }
        took
    }

    /// What a socket gets for a message.
    async fn frame(&self) -> anyhow::Result<String> {
        let (socket, _link) = Socket::open(&self.people[1]).await?;
        let mut socket = socket.enter(self.chat).await?;
        self.say().await?;
        socket.text_with(NEEDLE).await
    }

    async fn say(&self) -> anyhow::Result<()> {
        let nonce = Uuid::now_v7().to_string();
        let body =
            SendMessage { content: "Is the bread ready?".into(), nonce, ..SendMessage::default() };
        self.people[0].send(self.chat, &body).await.map(drop)
    }

    /// Seconds from sending a message until every socket has it.
    async fn tell(&self, count: usize) -> anyhow::Result<f64> {
        tell(&self.heard, count, async || self.say().await).await
    }

    /// Frames a second, with messages one after the other.
    async fn sustain(&self, count: usize, time: Duration) -> anyhow::Result<f64> {
        sustain(&self.heard, count, time, async || self.say().await).await
    }
}

/// What a server shows that does nothing else.
struct Figures {
    told: Option<f64>,
    sustained: Option<f64>,
    /// Bytes, of all sockets.
    memory: u64,
}

/// The same with a bare server and the same bytes.
async fn bare(args: &Bench, report: &mut Report, frame: &str) -> anyhow::Result<Figures> {
    let (count, time) = (args.sockets as usize, Duration::from_secs(args.seconds));
    let bare = Bare::start().await?;
    let pid = bare.pid()?;
    super::cores::apart(pid).await;
    let before = bare.memory()?;
    let heard = Arc::new(AtomicUsize::new(0));
    let mut pumps = JoinSet::new();
    for _ in 0..count {
        let socket = bare_socket(bare.address).await?;
        let heard = heard.clone();
        pumps.spawn(async move { socket.count(NEEDLE, &heard).await });
    }
    tokio::time::sleep(time).await;
    let memory = bare.memory()?.saturating_sub(before);
    let mut told = Runs::new("one message, bare actix-ws")?;
    let mut sustained = Runs::new("sustained deliveries, bare actix-ws")?;
    let say = async || bare.tell(frame).await;
    for _ in 0..args.runs {
        told.add(pid, report, async |_| tell(&heard, count, &say).await).await?;
        let sustain = async |_: &mut Times| sustain(&heard, count, time, &say).await;
        sustained.add(pid, report, sustain).await?;
    }
    Ok(Figures { told: told.median(report), sustained: sustained.median(report), memory })
}

/// Seconds until what is said has arrived at so many sockets.
async fn tell(
    heard: &AtomicUsize,
    count: usize,
    say: impl AsyncFn() -> anyhow::Result<()>,
) -> anyhow::Result<f64> {
    heard.store(0, Ordering::Relaxed);
    let began = Instant::now();
    say().await?;
    all(heard, count, began).await
}

/// Frames a second at so many sockets, while one thing is said after the other for so long.
async fn sustain(
    heard: &AtomicUsize,
    count: usize,
    time: Duration,
    say: impl AsyncFn() -> anyhow::Result<()>,
) -> anyhow::Result<f64> {
    heard.store(0, Ordering::Relaxed);
    let began = Instant::now();
    let said = Cell::new(0);
    let speaker = async || {
        while began.elapsed() < time {
            say().await?;
            said.set(said.get() + count);
            let behind = said.get().saturating_sub(ON_THE_WAY * count);
            all(heard, behind, Instant::now()).await?;
        }
        anyhow::Ok(())
    };
    try_join_all((0..SPEAKERS).map(|_| speaker())).await?;
    Ok(said.get() as f64 / all(heard, said.get(), began).await?)
}

/// Waits until so many frames have arrived; seconds since it began.
async fn all(heard: &AtomicUsize, count: usize, began: Instant) -> anyhow::Result<f64> {
    while heard.load(Ordering::Relaxed) < count {
        let arrived = heard.load(Ordering::Relaxed);
        ensure!(began.elapsed() < Duration::from_secs(60), "{arrived} of {count} arrive");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(began.elapsed().as_secs_f64())
}
