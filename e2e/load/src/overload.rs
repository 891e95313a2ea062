//! More requests than the server can do (battery R20): what is too much is refused with a time to come
//! back, the rest is done as fast as before, and afterwards everything is as it was.

use crate::Place;
use crate::client::Client;
use crate::community::Community;
use crate::server::Server;
use anyhow::{bail, ensure};
use shared::ids::ChatId;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// As many at once as the server serves well, and far too many.
const USUAL: usize = 8;
const FAR_TOO_MANY: usize = 400;
/// Of what is done in the usual case so much is done in the other one.
const GOODPUT: f64 = 0.8;
/// How soon an answer comes again as usual afterwards.
const RECOVERY: Duration = Duration::from_secs(10);
const USUAL_ANSWER: Duration = Duration::from_millis(250);

pub async fn run(place: &Place, seconds: u64) -> anyhow::Result<()> {
    println!("{FAR_TOO_MANY} at once for {seconds} s");
    let few = ("SPACE_DATABASE_CONNECTIONS", "4".to_owned());
    let server = Server::start_with(place, vec![few]).await?;
    let community = Arc::new(Community::gather(server.address, 4, 4).await?);
    let time = Duration::from_secs(seconds);
    // Connections are open, statements prepared.
    crowd(&community, USUAL, Duration::from_secs(1)).await?;
    let usual = crowd(&community, USUAL, time).await?;
    let many = crowd(&community, FAR_TOO_MANY, time).await?;
    let began = Instant::now();
    loop {
        let asked = Instant::now();
        let done = once(&community.people[0].client, community.chats[0]).await?;
        if done && asked.elapsed() < USUAL_ANSWER {
            break;
        }
        ensure!(began.elapsed() < RECOVERY, "answers are still slow");
    }
    println!(
        "  {} a second as usual, {} a second with far too many ({} refused); an answer within {} ms again after {} ms",
        usual.done / seconds,
        many.done / seconds,
        many.refused,
        USUAL_ANSWER.as_millis(),
        began.elapsed().as_millis()
    );
    server.end().await?;
    ensure!(many.done as f64 >= usual.done as f64 * GOODPUT, "too little was done");
    Ok(())
}

/// Negative control: a server that refuses and does not say when to come back.
pub async fn control(place: &Place) -> anyhow::Result<()> {
    let server = Server::start(place).await?;
    let community = Community::gather(server.address, 1, 1).await?;
    let (client, chat) = (&community.people[0].client, community.chats[0]);
    let told = once(&client.at(refusing("Retry-After: 1\r\n").await?), chat).await?;
    let untold = once(&client.at(refusing("").await?), chat).await;
    server.end().await?;
    ensure!(!told, "a refusal was taken for an acknowledgement");
    match untold {
        Err(error) if error.to_string().starts_with("503") => {
            println!("  Noticed, as it should be: a refusal without a time to come back");
            Ok(())
        }
        other => bail!("the control was not noticed, this test proves nothing: {other:?}"),
    }
}

/// Answers everything with 503 and this header.
async fn refusing(header: &'static str) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // To the end of what `once` sends.
            let mut request = Vec::new();
            while !request.ends_with(b"}") && stream.read_buf(&mut request).await? > 0 {}
            let answer = format!(
                "HTTP/1.1 503 Service Unavailable\r\n{header}Content-Length: 0\r\n\
                 Connection: close\r\n\r\n"
            );
            stream.write_all(answer.as_bytes()).await?;
        }
        std::io::Result::Ok(())
    });
    Ok(address)
}

struct Count {
    done: u64,
    refused: u64,
}

/// So many people who send without a pause.
async fn crowd(community: &Arc<Community>, people: usize, time: Duration) -> anyhow::Result<Count> {
    let counts = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    let end = Instant::now() + time;
    let mut tasks = JoinSet::new();
    for n in 0..people {
        let (community, counts) = (community.clone(), counts.clone());
        tasks.spawn(async move {
            let client = &community.people[n % community.people.len()].client;
            let chat = community.chats[n % community.chats.len()];
            while Instant::now() < end {
                let is_done = once(client, chat).await?;
                if Instant::now() < end {
                    counts[usize::from(!is_done)].fetch_add(1, Ordering::Relaxed);
                }
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let [done, refused] = counts.each_ref().map(|count| count.load(Ordering::Relaxed));
    Ok(Count { done, refused })
}

/// Sends a message; whether it was taken. Whatever is not must be refused in the right way.
async fn once(client: &Client, chat: ChatId) -> anyhow::Result<bool> {
    let nonce = uuid::Uuid::now_v7();
    let body = format!("{{\"content\": \"Is the bread ready?\", \"nonce\": \"{nonce}\"}}");
    let answer = client.post(&format!("/messages/{chat}"), "application/json", body).await?;
    let status = answer.status().as_u16();
    let is_told = answer.headers().contains_key("retry-after");
    match status {
        201 => Ok(true),
        429 | 503 if is_told => Ok(false),
        _ => bail!("{status}: {}", answer.text().await?),
    }
}
