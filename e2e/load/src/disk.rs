//! A small disk that gets full while people write (battery R8).

use crate::Place;
use crate::client::Client;
use crate::community::Community;
use crate::faults::{Wanted, judge};
use crate::ledger::Talk;
use crate::parts::Postgres;
use crate::person::Manner;
use crate::server::Server;
use anyhow::{Context as _, ensure};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Room for a fresh PostgreSQL and some talk.
const MEGABYTES: u32 = 192;
/// How long everything may take to notice.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether this process may mount.
pub fn is_permitted() -> bool {
    matches!(Disk::mount(), Ok(Some(_)))
}

/// A file system of a fixed size in memory, gone with this value.
struct Disk {
    path: PathBuf,
}

impl Disk {
    /// `None` where this process may not mount.
    fn mount() -> anyhow::Result<Option<Self>> {
        let path =
            std::env::temp_dir().join(format!("space-load-disk-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir(&path)?;
        let size = format!("size={MEGABYTES}m,mode=755");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(&path)
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Ok(Some(Self { path }));
        }
        std::fs::remove_dir(&path)?;
        Ok(None)
    }

    fn ballast(&self) -> PathBuf {
        self.path.join("ballast")
    }

    /// Takes all the room there is, also what was given free meanwhile.
    fn fill(&self) -> anyhow::Result<()> {
        let mut file =
            std::fs::OpenOptions::new().create(true).append(true).open(self.ballast())?;
        let mut part = vec![0; 1024 * 1024];
        while !part.is_empty() {
            if let Err(error) = file.write_all(&part) {
                ensure!(error.kind() == std::io::ErrorKind::StorageFull, "{error}");
                part.truncate(part.len() / 2);
            }
        }
        Ok(())
    }

    fn make_room(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_file(self.ballast())?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(&self.path).status());
        drop(std::fs::remove_dir(&self.path));
    }
}

/// Database and files are on a disk that gets full and has room again. The control takes refusals for
/// acknowledgements.
pub async fn full(place: &Place, times: u32, wanted: Wanted) -> anyhow::Result<()> {
    println!("disk full, {times} times");
    let disk = Disk::mount()?.context("this user may not mount")?;
    let mut postgres = Postgres::start_in(disk.path.join("pg"), true).await?;
    let data = disk.path.join("data").to_string_lossy().into_owned();
    let settings = vec![("SPACE_DATA_DIR", data)];
    let server = Server::start_with(&place.with_database(postgres.url()), settings).await?;
    let community = Community::gather(server.address, 6, 2).await?;
    let hasty = wanted == Wanted::Fault;
    let manner = Manner { hasty, ..Manner::with_pause(Duration::from_millis(15)) };
    let talk = Talk::begin(&community, manner);
    for _ in 0..times {
        community.book.until_acknowledged(50, PATIENCE).await;
        disk.fill()?;
        let refused = until_refused(&community, &disk).await?;
        let reader = &community.people[0].client;
        reader.get("/chats").await.context("reading while the disk is full")?;
        reader.live().await?;
        let upload = upload(reader).await?;
        ensure!(!upload.is_success(), "a file was taken without room for it");
        let before = stored(&disk.path.join("data/files"))?;
        disk.make_room()?;
        let began = Instant::now();
        let had_ended = postgres.revive().await?;
        community.book.until_acknowledged(50, PATIENCE).await;
        ensure!(began.elapsed() < PATIENCE, "nothing is acknowledged though there is room");
        println!(
            "  {refused} sends refused while it was full; PostgreSQL {}; 50 more acknowledged after {} ms",
            if had_ended { "had to be started again" } else { "went on" },
            began.elapsed().as_millis()
        );
        ensure!(self::upload(reader).await?.is_success(), "no file is taken though there is room");
        let after = stored(&disk.path.join("data/files"))?;
        ensure!(after == before + 1, "{before} files became {after}: a part of one is left");
    }
    let balance = talk.end(&community).await;
    server.end().await?;
    postgres.end().await?;
    judge(balance, wanted)
}

/// Sends until some were refused, each in the right way. How many.
async fn until_refused(community: &Community, disk: &Disk) -> anyhow::Result<u32> {
    let (sender, chat) = (&community.people[1].client, community.chats[0]);
    let began = Instant::now();
    let mut refused = 0;
    while refused < 5 {
        ensure!(began.elapsed() < PATIENCE, "the disk is full and everything is acknowledged");
        let nonce = uuid::Uuid::now_v7();
        // Not one of the ledger's: whatever becomes of it is right, as long as it is told.
        let body = format!("{{\"content\": \"{}\", \"nonce\": \"{nonce}\"}}", "x".repeat(4000));
        let answer = sender.post(&format!("/messages/{chat}"), "application/json", body).await?;
        if answer.status().is_success() {
            disk.fill()?;
            continue;
        }
        let status = answer.status().as_u16();
        let kind = answer.headers().get("content-type").cloned();
        let is_told = answer.headers().contains_key("retry-after");
        let text = answer.text().await?;
        ensure!(matches!(status, 503 | 507) && is_told, "{status}: {text}");
        ensure!(kind.is_some_and(|kind| kind == "application/problem+json"), "{text}");
        refused += 1;
    }
    Ok(refused)
}

async fn upload(client: &Client) -> anyhow::Result<reqwest::StatusCode> {
    let text = "Rye at seven. ".repeat(20_000);
    let form = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"rye.txt\"\r\n\r\n{text}\r\n--edge--\r\n"
    );
    let answer = client.post("/files", "multipart/form-data; boundary=edge", form).await?;
    let status = answer.status();
    ensure!(status.is_success() || status.as_u16() == 503, "{status}: {}", answer.text().await?);
    Ok(status)
}

/// How many files are in a folder and those below it.
fn stored(folder: &Path) -> anyhow::Result<usize> {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let entry = entry?;
        count += if entry.file_type()?.is_dir() { stored(&entry.path())? } else { 1 };
    }
    Ok(count)
}
