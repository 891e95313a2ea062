use super::cores::Busy;
use super::report::{Report, median};
use super::{Bench, Part};
use crate::bare::Bare;
use crate::client::Client;
use crate::server::Server;
use crate::socket::{Socket, bare_socket};
use crate::stats::Times;
use anyhow::ensure;
use futures_util::{StreamExt as _, stream};
use shared::chat::SendMessage;
use shared::ids::ChatId;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// The most sockets a person may have.
const EACH: usize = 10;

/// Sockets that hear one chat.
struct Crowd {
    people: Vec<Client>,
    chat: ChatId,
    heard: Arc<AtomicUsize>,
    pumps: JoinSet<()>,
}

/// Messages to many sockets, what one costs, and how they come back.
pub async fn measure(server: &Server, args: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let count = args.sockets as usize;
    // Before ours are open: both together may be more than this process may have.
    let bare = if args.does(Part::Sockets) { Some(bare(count, args).await?) } else { None };
    let mut crowd = Crowd::gather(server, count).await?;
    let before = server.memory()?;
    // As those of the bare server: what a crowd at the door needs for a moment is no part of a socket.
    crowd.open(count, 1).await?;
    if let Some((bare, bare_each)) = bare {
        let busy = Busy::start(server.pid()?)?;
        let idle = Duration::from_secs(args.seconds);
        tokio::time::sleep(idle).await;
        report.line(&format!("{count} idle sockets"), &busy.stop()?.text());
        let each = server.memory()?.saturating_sub(before) as f64 / count as f64 / 1024.0;
        let mut ours = Vec::new();
        for _ in 0..args.runs {
            ours.push(crowd.tell(count).await?);
        }
        let ours = median(&mut ours);
        let name = format!("one message to {count} sockets");
        report.line(&name, &format!("{:.0} ms until the last one", ours * 1000.0));
        report.line("  bare actix-ws", &format!("{:.0} ms", bare * 1000.0));
        report.line("  ratio of the rates", &format!("{:.2}", bare / ours));
        report.line("one idle socket", &format!("{each:.1} KiB"));
        report.line("  bare actix-ws", &format!("{bare_each:.1} KiB"));
    }
    if args.does(Part::Storm) {
        let (mut times, others) = (Vec::new(), crowd.people[0].clone());
        let mut asked = Times::new()?;
        for _ in 0..args.runs {
            crowd.pumps.shutdown().await;
            let storm = crowd.open(count, count);
            tokio::pin!(storm);
            let took = loop {
                tokio::select! {
                    took = &mut storm => break took?,
                    () = tokio::time::sleep(Duration::from_millis(20)) => {}
                }
                let began = Instant::now();
                others.get("/profile/me").await?;
                asked.since(began);
            };
            times.push(took);
        }
        let took = median(&mut times);
        report.line(&format!("{count} sockets come back"), &format!("{took:.1} s until the last"));
        report.times("  requests of others meanwhile", &asked);
    }
    crowd.pumps.shutdown().await;
    Ok(())
}

impl Crowd {
    async fn gather(server: &Server, sockets: usize) -> anyhow::Result<Self> {
        let owner = Client::register(server.address, "crowd_owner").await?;
        let space = owner.create_space("The crowd").await?;
        let chat = owner.create_chat(space.id, "stage").await?.id;
        let mut people = vec![owner];
        for n in 0..sockets.div_ceil(EACH) {
            let client = Client::register(server.address, &format!("crowd_{n}")).await?;
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
                socket.count("\"new_message\"", &heard).await;
            });
        }
        Ok(began.elapsed().as_secs_f64())
    }

    /// Seconds from sending a message until every socket has it.
    async fn tell(&self, count: usize) -> anyhow::Result<f64> {
        self.heard.store(0, Ordering::Relaxed);
        let nonce = Uuid::now_v7().to_string();
        let body =
            SendMessage { content: "Is the bread ready?".into(), nonce, ..SendMessage::default() };
        let began = Instant::now();
        self.people[0].send(self.chat, &body).await?;
        all(&self.heard, count, began).await
    }
}

/// The same with a server that does nothing else: seconds, and KiB a socket.
async fn bare(count: usize, args: &Bench) -> anyhow::Result<(f64, f64)> {
    let bare = Bare::start().await?;
    super::cores::apart(bare.pid()?).await;
    let before = bare.memory()?;
    let heard = Arc::new(AtomicUsize::new(0));
    let mut pumps = JoinSet::new();
    for _ in 0..count {
        let socket = bare_socket(bare.address).await?;
        let heard = heard.clone();
        pumps.spawn(async move { socket.count("\"new_message\"", &heard).await });
    }
    tokio::time::sleep(Duration::from_secs(args.seconds)).await;
    let each = bare.memory()?.saturating_sub(before) as f64 / count as f64 / 1024.0;
    let mut times = Vec::new();
    for _ in 0..args.runs {
        heard.store(0, Ordering::Relaxed);
        let began = Instant::now();
        bare.tell(&format!("{{\"type\":\"new_message\",\"padding\":\"{}\"}}", "x".repeat(550)))
            .await?;
        times.push(all(&heard, count, began).await?);
    }
    Ok((median(&mut times), each))
}

async fn all(heard: &AtomicUsize, count: usize, began: Instant) -> anyhow::Result<f64> {
    while heard.load(Ordering::Relaxed) < count {
        let arrived = heard.load(Ordering::Relaxed);
        ensure!(began.elapsed() < Duration::from_secs(60), "{arrived} of {count} arrive");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(began.elapsed().as_secs_f64())
}
