//! A node whose clock is moved by an hour, forth and back (battery R18). The database keeps its own time.

use crate::Place;
use crate::client::{Client, PASSWORD};
use crate::server::{Server, execute};
use crate::socket::Socket;
use anyhow::{Context as _, ensure};
use chrono::{DateTime, Utc};
use shared::chat::SendMessage;
use shared::identity::{Login, Refresh, Tokens};
use shared::ids::ChatId;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const HOUR: i64 = 3600;
/// Copies of one's data are given five times an hour.
const COPIES: u32 = 5;
/// How long a move may take to show.
const PATIENCE: Duration = Duration::from_secs(10);

/// What moves the clock of a process: libfaketime.
pub fn library() -> anyhow::Result<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut files = folders.map(|folder| folder.path().join("faketime/libfaketime.so.1"));
    files.find(|file| file.is_file()).context("libfaketime is missing: install faketime")
}

/// What somebody signed in has.
struct Person {
    client: Client,
    refresh: String,
}

/// `load clock`.
pub async fn run(place: &Place, library: &Path) -> anyhow::Result<()> {
    println!("the clock of a node is moved by an hour");
    let name = format!("space-load-clock-{}", uuid::Uuid::now_v7().simple());
    let note = std::env::temp_dir().join(name);
    std::fs::write(&note, "+0")?;
    let settings = vec![
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", note.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        // Timers go on: nobody moves those.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("SPACE_LIMIT_FACTOR", "1".to_owned()),
    ];
    let server = Server::start_with(place, settings).await?;
    let database = server.site().any_database()?;
    let client = Client::register(server.address, "anna").await?;
    let space = client.create_space("The clock test").await?;
    let chat = space.default_chat_id.context("a chat")?;
    let mut anna = Person::sign_in(client).await?;
    for _ in 0..COPIES {
        anna.client.get("/profile/me/export").await?;
    }

    let mut said = Vec::new();
    anna.talk(chat, &mut said).await?;
    for offset in [HOUR, 0, -HOUR, 0, HOUR] {
        std::fs::write(&note, format!("{offset:+}"))?;
        until_moved(&anna.client, offset).await?;
        anna.is_not_signed_out().await?;
        anna.is_no_thief(&database).await?;
        let answer = anna.client.load("/profile/me/export").await?;
        let wait = answer.headers().get("retry-after").and_then(|wait| wait.to_str().ok());
        let wait: i64 = wait.unwrap_or_default().parse().unwrap_or_default();
        ensure!(answer.status() == 429, "the limit is gone at {offset:+} s");
        ensure!((1..=HOUR / i64::from(COPIES)).contains(&wait), "wait {wait} s at {offset:+} s");
        anna.talk(chat, &mut said).await?;
        println!("  {offset:+} s: signed in, limited, {} messages", said.len());
    }

    let history = anna.client.after(chat, 0).await?.items;
    let found: Vec<&str> = history.iter().map(|message| message.content.as_str()).collect();
    ensure!(found == said, "said {said:?}, found {found:?}");
    let numbers: Vec<i64> = history.iter().map(|message| message.seq).collect();
    let wanted: Vec<i64> = (1..).take(said.len()).collect();
    ensure!(numbers == wanted, "{numbers:?}");
    let log = std::fs::read_to_string(server.home().join("log"))?;
    ensure!(!log.contains("panicked"), "{log}");
    std::fs::remove_file(&note)?;
    server.end().await
}

/// Waits until the node says that it is so much later: else nothing was moved.
async fn until_moved(client: &Client, offset: i64) -> anyhow::Result<()> {
    let began = Instant::now();
    loop {
        let answer = client.load("/auth/me").await?;
        let date = answer.headers().get("date").context("no date")?.to_str()?;
        let ahead = DateTime::parse_from_rfc2822(date)?.with_timezone(&Utc) - Utc::now();
        if (ahead.num_seconds() - offset).abs() < 10 {
            return Ok(());
        }
        ensure!(began.elapsed() < PATIENCE, "the clock is {ahead} ahead, not {offset} s");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

impl Person {
    async fn sign_in(client: Client) -> anyhow::Result<Self> {
        let login = Login { login: "anna".to_owned(), password: PASSWORD.to_owned(), web: false };
        let answer = post(&client, "/auth/login", &login).await?;
        let tokens: Tokens = answer.error_for_status()?.json().await?;
        let mut person = Self { client, refresh: String::new() };
        person.take(tokens)?;
        Ok(person)
    }

    fn take(&mut self, tokens: Tokens) -> anyhow::Result<()> {
        self.client.token = tokens.access_token;
        self.refresh = tokens.refresh_token.context("no refresh token")?;
        Ok(())
    }

    /// What a refresh token gets; `None` when it is refused.
    async fn renewed(&self, refresh: &str) -> anyhow::Result<Option<Tokens>> {
        let body = Refresh { refresh_token: Some(refresh.to_owned()) };
        let answer = post(&self.client, "/auth/refresh", &body).await?;
        if answer.status() == 401 {
            return Ok(None);
        }
        Ok(Some(answer.error_for_status()?.json().await?))
    }

    /// The access token of another hour is over or not in force yet; the login goes on, in two tabs at once.
    async fn is_not_signed_out(&mut self) -> anyhow::Result<()> {
        let old = self.client.load("/auth/me").await?;
        ensure!(old.status() == 401, "an access token of another hour: {}", old.status());
        let refresh = self.refresh.clone();
        let (one, other) = tokio::try_join!(self.renewed(&refresh), self.renewed(&refresh))?;
        let (one, other) = (one.context("signed out")?, other.context("the other tab ended it")?);
        ensure!(one.refresh_token == other.refresh_token, "two tabs have two logins");
        self.take(one)?;
        let fresh = self.client.load("/auth/me").await?;
        ensure!(fresh.status() == 200, "a fresh access token: {}", fresh.status());
        Socket::open(&self.client).await.context("a socket with a fresh token")?;
        Ok(())
    }

    /// A refresh token that was used up a minute ago ends its login.
    async fn is_no_thief(&self, database: &str) -> anyhow::Result<()> {
        let other = Self::sign_in(self.client.clone()).await?;
        let next = other.renewed(&other.refresh).await?.context("a fresh login")?;
        let later = "UPDATE sessions SET rotated_at = rotated_at - interval '1 minute'";
        execute(database, later).await?;
        let again = other.renewed(&other.refresh).await?;
        ensure!(again.is_none(), "a refresh token is good for ever");
        let next = next.refresh_token.context("no refresh token")?;
        ensure!(other.renewed(&next).await?.is_none(), "a stolen login goes on");
        Ok(())
    }

    async fn talk(&self, chat: ChatId, said: &mut Vec<String>) -> anyhow::Result<()> {
        for _ in 0..5 {
            let content = format!("Loaf {}", said.len());
            let nonce = format!("loaf-{}", said.len());
            let body = SendMessage { content: content.clone(), nonce, ..SendMessage::default() };
            self.client.send(chat, &body).await?;
            said.push(content);
        }
        Ok(())
    }
}

async fn post(
    client: &Client,
    path: &str,
    body: &impl serde::Serialize,
) -> anyhow::Result<reqwest::Response> {
    client.post(path, "application/json", serde_json::to_string(body)?).await
}
