//! A person at the REST API.

use anyhow::{Context as _, bail};
use reqwest::{Method, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::chat::{Chat, CreateChat, History, Message, SearchHit, SendMessage};
use shared::identity::{Login, Register, Tokens};
use shared::ids::{ChatId, SpaceId, UserId};
use shared::page::Page;
use shared::spaces::{CreateSpace, Space, Visibility};
use std::net::SocketAddr;
use std::time::Duration;

/// Everybody's.
pub const PASSWORD: &str = "a long enough secret";

/// See the module.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    pub address: SocketAddr,
    pub token: String,
    pub id: UserId,
}

impl Client {
    /// Registers and signs in.
    pub async fn register(address: SocketAddr, nickname: &str) -> anyhow::Result<Self> {
        let client = Self { http: http()?, address, token: String::new(), id: UserId::new() };
        let body = Register {
            nickname: nickname.to_owned(),
            email: format!("{nickname}@example.org"),
            password: PASSWORD.to_owned(),
            display_name: None,
        };
        client.ask::<_, serde_json::Value>(Method::POST, "/auth/register", Some(&body)).await?;
        Self::sign_in(address, nickname).await
    }

    /// Signs in who registered.
    /// Signs in who has registered so.
    pub async fn sign_in(address: SocketAddr, nickname: &str) -> anyhow::Result<Self> {
        let mut client = Self { http: http()?, address, token: String::new(), id: UserId::new() };
        let body = Login { login: nickname.to_owned(), password: PASSWORD.to_owned(), web: false };
        let tokens: Tokens = client.ask(Method::POST, "/auth/login", Some(&body)).await?;
        client.token = tokens.access_token;
        client.id = tokens.user.id;
        Ok(client)
    }

    /// The same person at another node.
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    /// The same person with connections of his own.
    pub fn anew(&self) -> anyhow::Result<Self> {
        Ok(Self { http: http()?, ..self.clone() })
    }

    pub async fn create_space(&self, name: &str) -> anyhow::Result<Space> {
        let body = CreateSpace {
            name: name.to_owned(),
            description: None,
            visibility: Visibility::Public,
        };
        self.ask(Method::POST, "/spaces", Some(&body)).await
    }

    pub async fn join(&self, space: SpaceId) -> anyhow::Result<Space> {
        let body = Some(&serde_json::json!({}));
        self.ask(Method::POST, &format!("/spaces/{space}/join"), body).await
    }

    pub async fn create_chat(&self, space: SpaceId, name: &str) -> anyhow::Result<Chat> {
        let body = CreateChat { name: name.to_owned(), ..CreateChat::default() };
        self.ask(Method::POST, &format!("/spaces/{space}/chats"), Some(&body)).await
    }

    pub async fn chats(&self) -> anyhow::Result<Page<Chat>> {
        self.ask(Method::GET, "/chats", None::<&()>).await
    }

    pub async fn send(&self, chat: ChatId, body: &SendMessage) -> anyhow::Result<Message> {
        self.ask(Method::POST, &format!("/messages/{chat}"), Some(body)).await
    }

    /// Messages after a `seq`, oldest first.
    pub async fn after(&self, chat: ChatId, seq: i64) -> anyhow::Result<History> {
        let path = format!("/messages/{chat}?after={seq}&limit=100");
        self.ask(Method::GET, &path, None::<&()>).await
    }

    /// The caller's own spaces.
    pub async fn spaces(&self) -> anyhow::Result<Page<Space>> {
        self.ask(Method::GET, "/spaces", None::<&()>).await
    }

    /// Asks for a page and reads it to its end, whatever it is.
    pub async fn get(&self, path: &str) -> anyhow::Result<()> {
        let url = format!("http://{}/api/v1{path}", self.address);
        let answer = self.http.get(url).bearer_auth(&self.token).send().await?;
        answer.error_for_status()?.bytes().await?;
        Ok(())
    }

    /// Asks for a page and returns the answer as it is.
    pub async fn load(&self, path: &str) -> anyhow::Result<Response> {
        let url = format!("http://{}/api/v1{path}", self.address);
        Ok(self.http.get(url).bearer_auth(&self.token).send().await?)
    }

    /// What the server counts, as Prometheus reads it.
    pub async fn metrics(&self, token: &str) -> anyhow::Result<String> {
        let url = format!("http://{}/metrics", self.address);
        let answer = self.http.get(url).bearer_auth(token).send().await?;
        Ok(answer.error_for_status()?.text().await?)
    }

    /// One of [`Client::metrics`], as it is written there; `None` before it was counted once.
    pub async fn metric(&self, token: &str, name: &str) -> anyhow::Result<Option<String>> {
        let text = self.metrics(token).await?;
        let value = |line: &str| Some(line.strip_prefix(name)?.strip_prefix(' ')?.to_owned());
        Ok(text.lines().find_map(value))
    }

    /// Posts a body and returns the answer as it is.
    pub async fn post(&self, path: &str, kind: &str, body: String) -> anyhow::Result<Response> {
        let url = format!("http://{}/api/v1{path}", self.address);
        let request = self.http.post(url).bearer_auth(&self.token);
        Ok(request.header("content-type", kind).body(body).send().await?)
    }

    pub async fn search(&self, text: &str) -> anyhow::Result<Page<SearchHit>> {
        let path = format!("/search?q={}", text.replace(' ', "+"));
        self.ask(Method::GET, &path, None::<&()>).await
    }

    /// The cheapest request there is: what others are compared with.
    pub async fn live(&self) -> anyhow::Result<()> {
        let url = format!("http://{}/health/live", self.address);
        self.http.get(url).send().await?.error_for_status()?;
        Ok(())
    }

    /// Whether the server says that it may get traffic.
    pub async fn is_ready(&self) -> anyhow::Result<bool> {
        let url = format!("http://{}/health/ready", self.address);
        Ok(self.http.get(url).send().await?.status().is_success())
    }

    async fn ask<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
    ) -> anyhow::Result<T> {
        let url = format!("http://{}/api/v1{path}", self.address);
        let mut request = self.http.request(method, url);
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status();
        if status.is_success() {
            return response.json().await.with_context(|| format!("the answer of {path}"));
        }
        let text = response.text().await.unwrap_or_default();
        match status {
            StatusCode::TOO_MANY_REQUESTS => bail!("too many requests"),
            status if status.is_server_error() => bail!("{status} from {path}: {text}"),
            // Not worth a retry: the test itself is wrong.
            status => Err(anyhow::Error::new(Refused).context(format!("{status} {path}: {text}"))),
        }
    }
}

fn http() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?)
}

/// The server understood and said no.
#[derive(Debug)]
pub struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}
