//! A person at the REST API. Methods are verbs; paths are below `/api/v1`.

use super::socket::Socket;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use shared::identity::Me;
use std::net::SocketAddr;

/// The password of everybody here.
pub const PASSWORD: &str = "a long enough secret";

#[derive(Clone)]
pub struct Client {
    pub address: SocketAddr,
    pub token: String,
    /// Absent for strangers.
    pub me: Option<Me>,
    pub refresh_token: String,
    http: reqwest::Client,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Client {
    pub fn anonymous(address: SocketAddr) -> Self {
        // It speaks no TLS: reading the system's certificates would take longer than many a test.
        let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
        Self { address, token: String::new(), me: None, refresh_token: String::new(), http }
    }

    pub async fn register(address: SocketAddr, nickname: &str) -> Self {
        let mut client = Self::anonymous(address);
        let body = json!({
            "nickname": nickname, "email": format!("{nickname}@example.org"), "password": PASSWORD,
        });
        client.post("/auth/register", body).await.expect(201);
        client.login(nickname).await;
        client
    }

    /// Logs in again: another session.
    pub async fn login(&mut self, login: &str) {
        let tokens = self
            .post("/auth/login", json!({"login": login, "password": PASSWORD}))
            .await
            .expect(200);
        self.token = tokens["access_token"].as_str().unwrap().into();
        self.refresh_token = tokens["refresh_token"].as_str().unwrap().into();
        self.me = Some(serde_json::from_value(tokens["user"].clone()).unwrap());
    }

    /// The same person at another address.
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    pub fn id(&self) -> String {
        self.me.as_ref().expect("a person with an account").id.to_string()
    }

    /// The request before it is sent, for headers.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("http://{}/api/v1{path}", self.address));
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    /// A socket that has said hello.
    pub async fn socket(&self) -> Socket {
        Socket::hello(self.address, &self.token, json!({})).await
    }
}

/// Sends a request.
pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

impl Answer {
    /// The body, after checking the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// The code of a problem, after checking that it is one.
    #[track_caller]
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"], self.headers["x-request-id"].to_str().unwrap());
        problem["code"].as_str().unwrap().into()
    }
}
