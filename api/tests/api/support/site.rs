//! A foreign site: answers over HTTP what it was told to, and counts who asks.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a path answers.
#[derive(Clone)]
pub enum Reply {
    /// Head and body.
    Once(Vec<u8>),
    /// A head, and then this again and again.
    Endless(String, Vec<u8>),
    /// Takes the request and says nothing.
    Silent,
}

/// See the module. Ends with the runtime of its test.
#[derive(Clone)]
pub struct Site {
    pub address: SocketAddr,
    replies: Arc<Mutex<HashMap<String, Reply>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// On a free port of 127.0.0.1.
    pub async fn open() -> Self {
        Self::at("127.0.0.1:0").await
    }

    pub async fn at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let site = Self {
            address: listener.local_addr().unwrap(),
            replies: Arc::default(),
            asked: Arc::default(),
        };
        let own = site.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(own.clone().answer(stream));
            }
        });
        site
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn put(&self, path: &str, reply: Reply) {
        self.replies.lock().unwrap().insert(path.to_owned(), reply);
    }

    /// A body of a content type.
    pub fn serve(&self, path: &str, content_type: &str, body: &[u8]) {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            body.len()
        );
        self.put(path, Reply::Once([head.as_bytes(), body].concat()));
    }

    /// A page with this head.
    pub fn page(&self, path: &str, head: &str) {
        let html = format!("<!doctype html><html><head>{head}</head><body>Hello</body></html>");
        self.serve(path, "text/html; charset=utf-8", html.as_bytes());
    }

    pub fn redirect(&self, path: &str, to: &str) {
        let head = format!(
            "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        self.put(path, Reply::Once(head.into()));
    }

    /// The heads of the requests for a path.
    pub fn asked(&self, path: &str) -> Vec<String> {
        let start = format!("GET {path} ");
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|head| head.starts_with(&start)).cloned().collect()
    }

    pub fn asked_at_all(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    async fn answer(self, mut stream: TcpStream) -> Option<()> {
        let (mut head, mut chunk) = (Vec::new(), [0; 1024]);
        while !head.ends_with(b"\r\n\r\n") {
            let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
            head.extend_from_slice(&chunk[..read]);
        }
        let head = String::from_utf8(head).unwrap();
        let path = head.split(' ').nth(1).unwrap().to_owned();
        self.asked.lock().unwrap().push(head);
        let reply = self.replies.lock().unwrap().get(&path).cloned();
        match reply {
            Some(Reply::Once(bytes)) => stream.write_all(&bytes).await.ok()?,
            Some(Reply::Endless(head, more)) => {
                stream.write_all(head.as_bytes()).await.ok()?;
                loop {
                    stream.write_all(&more).await.ok()?;
                }
            }
            Some(Reply::Silent) => drop(stream.read(&mut chunk).await),
            None => {
                let gone =
                    b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                stream.write_all(gone).await.ok()?;
            }
        }
        Some(())
    }
}
