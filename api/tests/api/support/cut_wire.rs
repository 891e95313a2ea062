//! A wire between server and PostgreSQL that can be cut at any statement: before it arrives, or after it
//! was done and before its answer is heard.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_postgres::config::Host;

/// Where a statement is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The database never hears of it.
    Before,
    /// The database has done it; nobody hears of that.
    After,
}

/// See the module.
pub struct CutWire {
    /// The database, seen through the wire.
    pub url: String,
    plan: Plan,
}

/// How many more statements pass, and what happens to the next one.
type Plan = Arc<Mutex<Option<(usize, Cut)>>>;

/// Types of messages (PostgreSQL's protocol, version 3).
const EXECUTE: u8 = b'E';
const SIMPLE_QUERY: u8 = b'Q';
const READY: u8 = b'Z';

impl CutWire {
    /// In front of this database, which asks for no password.
    pub async fn to(url: &str) -> Self {
        let config: tokio_postgres::Config = url.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (name, user) = (config.get_dbname().unwrap(), config.get_user().unwrap_or("postgres"));
        let address = listener.local_addr().unwrap();
        let plan = Plan::default();
        let own = Self {
            url: format!("postgres://{user}@{address}/{name}?sslmode=disable"),
            plan: plan.clone(),
        };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).unwrap();
                let (config, plan) = (config.clone(), plan.clone());
                tokio::spawn(async move {
                    let port = config.get_ports().first().copied().unwrap_or(5432);
                    match &config.get_hosts()[0] {
                        Host::Tcp(host) => {
                            let server = TcpStream::connect((host.as_str(), port)).await.unwrap();
                            server.set_nodelay(true).unwrap();
                            pass(client, server.into_split(), &plan).await;
                        }
                        Host::Unix(folder) => {
                            let path = folder.join(format!(".s.PGSQL.{port}"));
                            let server = UnixStream::connect(path).await.unwrap();
                            pass(client, server.into_split(), &plan).await;
                        }
                    }
                });
            }
        });
        own
    }

    /// Lets so many statements pass and cuts at the next one.
    pub fn arm(&self, passing: usize, cut: Cut) {
        *self.plan.lock().unwrap() = Some((passing, cut));
    }

    /// Cuts nothing any more. Whether it has.
    pub fn disarm(&self) -> bool {
        self.plan.lock().unwrap().take().is_none()
    }
}

/// Carries messages both ways until one side ends, or it is cut.
async fn pass(
    client: TcpStream,
    (mut from_server, mut to_server): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    plan: &Plan,
) {
    let (mut from_client, mut to_client) = client.into_split();
    let is_deaf = AtomicBool::new(false);
    let asks = async {
        // The first message has no type.
        let mut head = [0; 4];
        from_client.read_exact(&mut head).await?;
        let mut rest = vec![0; u32::from_be_bytes(head) as usize - 4];
        from_client.read_exact(&mut rest).await?;
        to_server.write_all(&[&head[..], &rest].concat()).await?;
        loop {
            let message = read(&mut from_client).await?;
            if matches!(message[0], EXECUTE | SIMPLE_QUERY) {
                match due(plan) {
                    Some(Cut::Before) => return std::io::Result::Ok(()),
                    Some(Cut::After) => is_deaf.store(true, Ordering::SeqCst),
                    None => {}
                }
            }
            to_server.write_all(&message).await?;
        }
    };
    let answers = async {
        loop {
            let message = read(&mut from_server).await?;
            if !is_deaf.load(Ordering::SeqCst) {
                to_client.write_all(&message).await?;
            } else if message[0] == READY {
                return std::io::Result::Ok(());
            }
        }
    };
    tokio::select! {
        _ = asks => {}
        _ = answers => {}
    }
}

/// Counts a statement; what is to happen to it.
fn due(plan: &Plan) -> Option<Cut> {
    let mut plan = plan.lock().unwrap();
    match plan.as_mut()? {
        (0, cut) => {
            let cut = *cut;
            *plan = None;
            Some(cut)
        }
        (left, _) => {
            *left -= 1;
            None
        }
    }
}

/// A whole message: type, length, content.
async fn read(from: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut message = vec![0; 5];
    from.read_exact(&mut message).await?;
    let length = u32::from_be_bytes([message[1], message[2], message[3], message[4]]);
    message.resize(1 + length as usize, 0);
    from.read_exact(&mut message[5..]).await?;
    Ok(message)
}
