//! Letters: those in the data folder, and a mail server that speaks SMTP.

use super::TestApp;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

/// A server whose letters become files.
pub struct Post {
    pub app: TestApp,
    folder: PathBuf,
}

impl Post {
    pub async fn open() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("post-{}", uuid::Uuid::now_v7()));
        let path = folder.to_str().unwrap().to_owned();
        let mut all = vec![("SPACE_DATA_DIR", path.as_str())];
        all.extend_from_slice(settings);
        Self { app: TestApp::with(&all).await, folder }
    }

    /// Does the work that waits; returns all letters so far, oldest first.
    pub async fn letters(&self) -> Vec<String> {
        self.sources().await.iter().map(|letter| readable(letter)).collect()
    }

    async fn sources(&self) -> Vec<String> {
        run_jobs(&self.app).await;
        let files = std::fs::read_dir(self.folder.join("mail")).into_iter().flatten();
        let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }

    /// The page of the newest letter to somebody.
    pub async fn page_to(&self, address: &str) -> String {
        let all = self.sources().await;
        let to = format!("To: {address}");
        let letter = all.iter().rev().find(|letter| letter.contains(&to)).unwrap();
        let letter = mail_parser::MessageParser::default().parse(letter).unwrap();
        letter.body_html(0).unwrap().into_owned()
    }

    /// The newest letter to somebody.
    pub async fn letter_to(&self, address: &str) -> String {
        let all = self.letters().await;
        let to = format!("To: {address}");
        all.iter().rev().find(|l| l.contains(&to)).unwrap_or_else(|| panic!("{all:#?}")).clone()
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.join("mail")
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Without the line breaks and escapes of quoted-printable.
fn readable(letter: &str) -> String {
    letter.replace("\r\n", "\n").replace("=\n", "").replace("=3D", "=")
}

/// Does everything that is due.
pub async fn run_jobs(app: &TestApp) -> usize {
    api::jobs::worker::run_due(&app.app, api::router::jobs()).await.unwrap()
}

/// The six digits on a line of their own.
pub fn code_in(letter: &str) -> String {
    let digits = |line: &&str| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit());
    letter.lines().map(str::trim).find(digits).unwrap_or_else(|| panic!("{letter}")).to_owned()
}

/// What follows `mark` up to the end of the line.
pub fn after(letter: &str, mark: &str) -> String {
    let (_, rest) = letter.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {letter}"));
    rest.lines().next().unwrap().trim().to_owned()
}

/// A mail server. Keeps what it took; answers `reply` to the body.
pub struct SmtpServer {
    pub address: SocketAddr,
    taken: Arc<Mutex<Vec<String>>>,
    reply: Arc<Mutex<&'static str>>,
}

impl SmtpServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (taken, reply) = (Arc::default(), Arc::new(Mutex::new("250 taken")));
        let server = Self { address, taken, reply };
        let (taken, reply) = (server.taken.clone(), server.reply.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, taken.clone(), reply.clone()));
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn answer(&self, reply: &'static str) {
        *self.reply.lock().unwrap() = reply;
    }

    /// Envelopes and letters, as they came over the wire.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

async fn talk(
    mut stream: tokio::net::TcpStream,
    taken: Arc<Mutex<Vec<String>>>,
    reply: Arc<Mutex<&'static str>>,
) {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    let mut letter = String::new();
    write.write_all(b"220 post.example.org ESMTP\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-post.example.org\r\n250 8BITMIME".to_owned(),
            "MAIL" | "RCPT" => {
                letter.push_str(&format!("{line}\n"));
                "250 fine".to_owned()
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.unwrap();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    letter.push_str(line.strip_prefix('.').unwrap_or(&line));
                    letter.push('\n');
                }
                let reply = *reply.lock().unwrap();
                let letter = std::mem::take(&mut letter);
                if reply.starts_with('2') {
                    taken.lock().unwrap().push(readable(&letter));
                }
                reply.to_owned()
            }
            "QUIT" => "221 bye".to_owned(),
            _ => "250 fine".to_owned(),
        };
        if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}
