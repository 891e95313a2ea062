//! Programs: clients that ask with a token.

use super::client::Client;
use serde_json::{Value, json};

/// Makes a token at a path (`/auth/tokens`, `/bots/…/tokens`).
pub async fn make_token(who: &Client, path: &str, scopes: &[&str]) -> Value {
    let body = json!({"name": "A program", "scopes": scopes});
    who.post(path, body).await.expect(201)
}

/// The same server, asked with a token.
pub fn program(who: &Client, token: &Value) -> Client {
    let mut client = Client::anonymous(who.address);
    client.token = token["token"].as_str().unwrap().into();
    client
}

/// A program in the person's own name.
pub async fn program_of(who: &Client, scopes: &[&str]) -> Client {
    let token = make_token(who, "/auth/tokens", scopes).await;
    program(who, &token)
}

/// A bot of a person: its account, and a program that asks as it.
pub async fn bot_of(who: &Client, nickname: &str, scopes: &[&str]) -> (Value, Client) {
    let bot = who.post("/bots", json!({"nickname": nickname})).await.expect(201);
    let path = format!("/bots/{}/tokens", bot["id"].as_str().unwrap());
    let token = make_token(who, &path, scopes).await;
    let mut client = program(who, &token);
    client.me = Some(serde_json::from_value(client.get("/auth/me").await.expect(200)).unwrap());
    (bot, client)
}
