//! What the log never holds.

use crate::support::TestApp;
use crate::support::bakery::send;
use crate::support::client::PASSWORD;
use serde_json::json;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn hole_28_no_token_password_address_or_text_is_logged() {
    let log = Log::default();
    let sink = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("info,api=trace,actix_web=debug")
        .with_ansi(false)
        .with_writer(move || sink.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let wrong = json!({"login": "anna@example.org", "password": "a wrong guess"});
    app.stranger().post("/auth/login", wrong).await.problem(401);
    let change = json!({"old_password": PASSWORD, "new_password": "another long secret"});
    anna.post("/auth/change-password", change).await.expect(204);
    let mut socket = anna.socket().await;
    socket.ask("set_status", json!({"status": "dnd"})).await;
    let space = anna.post("/spaces", json!({"name": "The bakery"})).await.expect(201);
    let chat = space["default_chat_id"].as_str().unwrap();
    send(&anna, chat, "a secret recipe").await.expect(201);
    let words = json!({"chat_id": chat, "content": "a secret oven", "nonce": "n"});
    socket.ask("send_message", words).await;
    socket.refused("send_message", json!({"chat_id": chat, "content": "a secret door"})).await;
    anna.get("/search?q=a+secret+wish").await.expect(200);
    let renew = json!({"refresh_token": anna.refresh_token});
    let next = anna.post("/auth/refresh", renew.clone()).await.expect(200);
    let next = json!({"refresh_token": next["refresh_token"]});
    let third = anna.post("/auth/refresh", next.clone()).await.expect(200);
    // Used twice: the one thing about tokens that is logged.
    anna.post("/auth/refresh", renew).await.problem(401);

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("refresh token used twice"), "{text}");
    let secrets = [
        PASSWORD,
        "a wrong guess",
        "another long secret",
        "example.org",
        "recipe",
        "oven",
        "door",
        "wish",
        &anna.token,
        &anna.refresh_token,
        next["refresh_token"].as_str().unwrap(),
        third["refresh_token"].as_str().unwrap(),
        app.app.secrets.signing_keys[0].secret.expose(),
    ];
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} is in the log:\n{text}");
    }
}
