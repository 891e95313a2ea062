//! A server that takes sockets, answers what they say and tells them all what is posted to it, and
//! nothing else: what the library costs by itself.

use crate::server::resident;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::Context as _;
use futures_util::StreamExt as _;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// The process. Dropping it ends it.
pub struct Bare {
    child: Child,
    http: reqwest::Client,
    pub address: SocketAddr,
}

impl Bare {
    /// Starts `load bare`.
    pub async fn start() -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare").stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let line = lines.next_line().await?.context("the bare server does not start")?;
        Ok(Self { child, http: reqwest::Client::new(), address: line.trim().parse()? })
    }

    pub fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("the bare server is not running")
    }

    /// Resident memory, in bytes.
    pub fn memory(&self) -> anyhow::Result<u64> {
        resident(self.pid()?)
    }

    /// Tells every socket a text.
    pub async fn tell(&self, text: &str) -> anyhow::Result<()> {
        let url = format!("http://{}/", self.address);
        self.http.post(url).body(text.to_owned()).send().await?.error_for_status()?;
        Ok(())
    }
}

#[derive(Default)]
struct Sessions(Mutex<Vec<actix_ws::Session>>);

/// `load bare`: prints its address and serves until it is ended.
pub fn run() -> anyhow::Result<()> {
    let sessions = web::Data::new(Sessions::default());
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(sessions.clone())
                .route("/", web::get().to(open))
                .route("/", web::post().to(tell))
        });
        let server = server.workers(2).tcp_nodelay(true).backlog(8192).bind(("127.0.0.1", 0))?;
        for address in server.addrs() {
            println!("{address}");
        }
        anyhow::Ok(server.run().await?)
    })
}

async fn open(
    sessions: web::Data<Sessions>,
    request: HttpRequest,
    body: web::Payload,
) -> actix_web::Result<HttpResponse> {
    let (response, mut session, mut stream) = actix_ws::handle(&request, body)?;
    sessions.0.lock().unwrap_or_else(PoisonError::into_inner).push(session.clone());
    actix_web::rt::spawn(async move {
        while let Some(Ok(message)) = stream.next().await {
            if let actix_ws::Message::Text(text) = message {
                // Twice as long, as the answer to a hello is.
                drop(session.text(format!("{text}{text}")).await);
            }
        }
    });
    Ok(response)
}

async fn tell(sessions: web::Data<Sessions>, text: String) -> HttpResponse {
    let all = sessions.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let text = bytestring::ByteString::from(text);
    for mut session in all {
        drop(session.text(text.clone()).await);
    }
    HttpResponse::NoContent().finish()
}
