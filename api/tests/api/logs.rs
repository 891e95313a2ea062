//! The log as the program writes it, for what collects logs.

use crate::support::bakery::send;
use crate::support::binary::{Serving, api};
use crate::support::client::{Answer, Client, PASSWORD};
use crate::support::database;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;

/// The program with this log; standard error goes to a file.
async fn serve(data: &Path, filter: &str) -> Serving {
    let mut command = api(&["serve"], data, &database::fresh().await);
    command.env("SPACE_LISTEN", "127.0.0.1:0").env("SPACE_LOG_FORMAT", "json");
    command.env("SPACE_LOG", filter).env("SPACE_LIMIT_FACTOR", "0");
    let log = std::fs::File::create(data.join("log")).unwrap();
    Serving::start(command.stderr(log)).await
}

fn id(answer: &Answer) -> String {
    answer.headers["x-request-id"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_line_is_json_and_has_the_request_id_of_the_answer() {
    let data = tempfile::tempdir().unwrap();
    let server = serve(data.path(), "info").await;
    let anna = Client::register(server.address, "anna").await;
    let space = anna.post("/spaces", json!({"name": "The bakery"})).await.expect(201);
    let chat = space["default_chat_id"].as_str().unwrap();
    let mut answers = HashMap::new();
    for (method, route, answer) in [
        ("GET", "/auth/me", anna.get("/auth/me?token=x").await),
        ("POST", "/messages/{chat_id}", send(&anna, chat, "two\nlines \"quoted\"").await),
        ("POST", "/spaces", anna.post("/spaces", json!({"name": 5})).await),
        ("GET", "/auth/me", Client::anonymous(server.address).get("/auth/me").await),
        ("GET", "/spaces/{space_id}", anna.get("/spaces/nothing\u{7f}\u{2028}").await),
    ] {
        answers.insert(id(&answer), (method, format!("/api/v1{route}"), answer.status));
    }
    assert_eq!(answers.len(), 5, "each request has an id of its own");
    server.signal("TERM").await;
    assert!(server.end().await.is_success);

    let log = std::fs::read_to_string(data.path().join("log")).unwrap();
    for text in log.lines() {
        let line: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
        for field in ["timestamp", "level", "target", "message"] {
            assert!(line[field].is_string(), "no {field}: {text}");
        }
        let of = line["span"]["id"].as_str().unwrap_or_default();
        if line["message"] == "answered"
            && let Some((method, route, status)) = answers.remove(of)
        {
            assert_eq!(line["method"], method, "{text}");
            assert_eq!(line["route"], route.as_str(), "{text}");
            assert_eq!(line["status"], status, "{text}");
            assert!(line["duration_ms"].is_number(), "{text}");
        }
    }
    assert!(answers.is_empty(), "not in the log: {answers:?}\n{log}");
}

/// Hole 28 again, from outside and with everything that the program's own code can say.
#[tokio::test]
async fn nothing_of_what_people_send_is_in_it() {
    let data = tempfile::tempdir().unwrap();
    let server = serve(data.path(), "info,api=trace,actix_web=debug,actix_http=debug").await;
    let mut anna = Client::register(server.address, "anna").await;
    let stranger = Client::anonymous(server.address);
    let (old, old_refresh) = (anna.token.clone(), anna.refresh_token.clone());
    let wrong = json!({"login": "anna@example.org", "password": "a wrong guess"});
    stranger.post("/auth/login", wrong).await.problem(401);
    let form = "username=anna%40example.org&password=another+wrong+guess";
    let ask = stranger.request(Method::POST, "/auth/token");
    let ask = ask.header("content-type", "application/x-www-form-urlencoded").body(form);
    crate::support::client::send(ask).await.problem(401);
    anna.login("anna@example.org").await;
    stranger.post("/auth/forgot-password", json!({"login": "anna@example.org"})).await.expect(204);
    let reset = json!({"token": "a-stolen-link", "new_password": "a third long secret"});
    stranger.post("/auth/reset-password", reset).await.problem(422);
    anna.get("/invites/a-stolen-code").await.problem(404);
    anna.get("/search?q=a+secret+wish").await.expect(200);
    anna.get("/search?q=a+secret+wish&token=a-token-in-a-query").await.problem(400);
    let made = json!({"name": "A program", "scopes": ["read"]});
    let program = anna.post("/auth/tokens", made).await.expect(201);
    let cut = anna.request(Method::POST, "/spaces").header("content-type", "application/json");
    cut.body("{\"name\": \"a secret oven\"").send().await.unwrap();
    let space = anna.post("/spaces", json!({"name": "a secret house"})).await.expect(201);
    let chat = space["default_chat_id"].as_str().unwrap();
    send(&anna, chat, "a secret recipe").await.expect(201);
    let mut socket = anna.socket().await;
    socket.refused("send_message", json!({"chat_id": chat, "content": "a secret door"})).await;
    let renew = json!({"refresh_token": old_refresh});
    let next = stranger.post("/auth/refresh", renew.clone()).await.expect(200);
    let third = json!({"refresh_token": next["refresh_token"]});
    let third = stranger.post("/auth/refresh", third).await.expect(200);
    stranger.post("/auth/refresh", renew).await.problem(401);
    server.signal("TERM").await;
    let said = server.end().await.done();

    let log = std::fs::read_to_string(data.path().join("log")).unwrap();
    assert!(log.contains("refresh token used twice") && log.contains("answered"), "{log}");
    let secrets = [
        PASSWORD,
        "wrong guess",
        "wrong+guess",
        "third long",
        "example.org",
        "stolen",
        "in-a-query",
        "wish",
        "oven",
        "house",
        "recipe",
        "door",
        &old,
        &old_refresh,
        &anna.token,
        &anna.refresh_token,
        program["token"].as_str().unwrap(),
        next["refresh_token"].as_str().unwrap(),
        next["access_token"].as_str().unwrap(),
        third["refresh_token"].as_str().unwrap(),
    ];
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
        assert!(!said.contains(secret), "{secret} was printed:\n{said}");
    }
}
