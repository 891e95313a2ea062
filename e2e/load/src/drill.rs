//! A backup of much is brought back on an empty cluster (battery R17): how long it takes, and that nothing
//! is missing.

use crate::Place;
use crate::bench::World;
use crate::client::Client;
use crate::corpus;
use crate::parts::Postgres;
use crate::server::{Server, Site, terminate};
use anyhow::{Context as _, ensure};
use clap::Args;
use rand::rngs::StdRng;
use rand::{RngCore as _, SeedableRng as _};
use shared::chat::SendMessage;
use shared::ids::{ChatId, FileId};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How much.
#[derive(Debug, Args)]
pub struct Drill {
    #[arg(long, default_value_t = 1_000_000)]
    messages: u32,
    /// Files, all together, in MiB.
    #[arg(long, default_value_t = 1024)]
    megabytes: u32,
}

impl Drill {
    /// For `load faults`.
    pub fn all() -> Self {
        Self { messages: 1_000_000, megabytes: 1024 }
    }
}

/// What a million messages and 1 GiB may take.
const LONGEST: Duration = Duration::from_secs(600);
/// MiB of each file.
const EACH: u32 = 16;
const MEMBERS: u32 = 2000;

/// `load drill`.
pub async fn run(place: &Place, args: &Drill) -> anyhow::Result<()> {
    let secret = uuid::Uuid::now_v7().simple().to_string().repeat(2);
    let settings = || {
        vec![
            // What is signed by one node is believed by the other.
            ("SPACE_JWT_SECRET", secret.clone()),
            ("PUBLIC_URL", "http://space.test".to_owned()),
            ("SPACE_ACCESS_TOKEN_SECONDS", "3600".to_owned()),
            ("SPACE_FILES_USER_QUOTA_MB", "100000".to_owned()),
            ("SPACE_FILES_SPACE_QUOTA_MB", "100000".to_owned()),
        ]
    };
    let (old, new) = (Postgres::start(true).await?, Postgres::start(true).await?);
    let server = Server::start_with(&place.with_database(old.url()), settings()).await?;
    let began = Instant::now();
    let world = World::build(&server, args.messages, MEMBERS, corpus::texts(20_000)).await?;
    let mut random = StdRng::seed_from_u64(17);
    let mut files = Vec::new();
    for _ in 0..args.megabytes.div_ceil(EACH) {
        files.push(attach(&world.reader, world.chat, text(&mut random)).await?);
    }
    let count = files.len();
    println!("{} messages and {count} files made in {}", args.messages, seconds(began));

    let folder = server.home().join("backup");
    let path = folder.to_str().context("a path")?;
    let began = Instant::now();
    print!("{}", server.command(&["backup", path]).await?);
    println!("  backed up and verified in {}", seconds(began));

    let site = Site::prepare(&place.with_database(new.url()), settings()).await?;
    let began = Instant::now();
    print!("{}", site.run(&["restore", path]).await?);
    let took = began.elapsed();
    println!("  restored in {}", seconds(began));
    let began = Instant::now();
    new.check().await?;
    println!("  pg_amcheck found nothing in {}", seconds(began));
    ensure!(took < LONGEST, "a restore may take {} s", LONGEST.as_secs());

    let (mut child, address) = site.spawn(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let (before, after) = (world.reader.clone(), world.reader.at(address));
    ensure!(before.chats().await? == after.chats().await?, "the chats are others");
    let last = i64::from(args.messages.saturating_sub(50));
    let pages = (before.after(world.chat, last).await?, after.after(world.chat, last).await?);
    ensure!(pages.0 == pages.1 && !pages.0.items.is_empty(), "the last page is another");
    for file in files {
        ensure!(bytes(&before, file).await? == bytes(&after, file).await?, "file {file} differs");
    }
    println!("  a node on it shows the same chats, page and {count} files");
    terminate(&mut child).await?;
    site.remove().await?;
    server.end().await?;
    new.end().await?;
    old.end().await
}

fn seconds(began: Instant) -> String {
    format!("{:.1} s", began.elapsed().as_secs_f64())
}

/// Letters that do not repeat.
fn text(random: &mut StdRng) -> Vec<u8> {
    let mut bytes = vec![0; EACH as usize * 1024 * 1024];
    random.fill_bytes(&mut bytes);
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = if n % 80 == 79 { b'\n' } else { b'a' + *byte % 26 };
    }
    bytes
}

/// Uploads a file and sends it.
async fn attach(client: &Client, chat: ChatId, content: Vec<u8>) -> anyhow::Result<FileId> {
    let text = String::from_utf8(content)?;
    let form = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"rye.txt\"\r\n\r\n{text}\r\n--edge--\r\n"
    );
    let answer = client.post("/files", "multipart/form-data; boundary=edge", form).await?;
    let file: serde_json::Value = answer.error_for_status()?.json().await?;
    let id: FileId = serde_json::from_value(file["id"].clone())?;
    let nonce = id.to_string();
    let body = SendMessage { nonce, attachment_ids: vec![id], ..SendMessage::default() };
    client.send(chat, &body).await?;
    Ok(id)
}

async fn bytes(client: &Client, file: FileId) -> anyhow::Result<Vec<u8>> {
    let answer = client.load(&format!("/files/{file}")).await?;
    Ok(answer.error_for_status()?.bytes().await?.to_vec())
}
