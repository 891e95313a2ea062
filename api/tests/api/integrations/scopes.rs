//! What a token may do: one table for every route and every command.

use crate::support::TestApp;
use crate::support::bakery::{Bakery, send as say};
use crate::support::client::send;
use crate::support::programs::{bot_of, program_of};
use crate::support::socket::Socket;
use api::http::scopes::{Need, listed, of_command};
use reqwest::Method;
use serde_json::json;
use shared::integrations::Scope;

#[test]
fn every_route_and_command_has_a_row() {
    let contract = serde_json::to_value(api::router::contract()).unwrap();
    let mut missing = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        let Some(path) = path.strip_prefix("/api/v1") else { continue };
        for method in item.as_object().unwrap().keys() {
            if listed(&method.to_uppercase(), path).is_none() {
                missing.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    assert!(missing.is_empty(), "add a row to api/src/http/scopes.rs: {missing:#?}");
    let commands = api::router::commands();
    let unknown: Vec<_> = commands.kinds().filter(|kind| of_command(kind).is_none()).collect();
    assert!(unknown.is_empty(), "add a row to api/src/http/scopes.rs: {unknown:?}");
}

/// Every write of the contract, asked by a token that may only read.
#[tokio::test]
async fn reading_tokens_write_nothing_anywhere() {
    let bakery = Bakery::open().await;
    let reader = program_of(&bakery.anna, &["read"]).await;
    reader.get("/auth/me").await.expect(200);
    let contract = serde_json::to_value(api::router::contract()).unwrap();
    let mut wrong = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        let Some(path) = path.strip_prefix("/api/v1") else { continue };
        for (method, operation) in item.as_object().unwrap() {
            // Open to everybody, with a token or without: register, log in, refresh.
            let is_open = operation["security"].as_array().is_some_and(|list| !list.is_empty());
            if method == "get" || is_open || path == "/auth/logout" {
                continue;
            }
            let path = path
                .split('/')
                .map(|part| if part.starts_with('{') { &bakery.chat } else { part })
                .collect::<Vec<_>>()
                .join("/");
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = crate::support::client::send(reader.request(method.clone(), &path)).await;
            let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
            if answer.status != 403 || !["insufficient_scope", "people_only"].contains(&&*code) {
                wrong.push(format!("{method} {path}: {} {code}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_nothing_else() {
    let bakery = Bakery::open().await;
    let anna = &bakery.anna;
    let rename = format!("/spaces/{}", bakery.space);
    let scopes = [
        ("read", [200, 403, 403, 403]),
        ("messages:write", [403, 201, 403, 403]),
        ("spaces:manage", [403, 403, 200, 403]),
        ("profile:write", [403, 403, 403, 200]),
    ];
    for (scope, wanted) in scopes {
        let program = program_of(anna, &[scope]).await;
        let found = [
            program.get("/spaces").await.status,
            say(&program, &bakery.chat, "Hello").await.status,
            program.patch(&rename, json!({"description": scope})).await.status,
            program.patch("/profile/me", json!({"bio": scope})).await.status,
        ];
        assert_eq!(found, wanted, "{scope}");
    }
    // Whatever it holds: logins, tokens and bots are for people who signed in.
    let all: Vec<&str> = Scope::ALL.iter().map(|scope| scope.key()).collect();
    let program = program_of(anna, &all).await;
    program.get("/auth/me").await.expect(200);
    let token = json!({"name": "Another", "scopes": ["read"]});
    assert_eq!(program.post("/auth/tokens", token).await.problem(403), "people_only");
    assert_eq!(program.get("/auth/tokens").await.problem(403), "people_only");
    assert_eq!(program.get("/auth/sessions").await.problem(403), "people_only");
    assert_eq!(program.post("/auth/logout-all", json!({})).await.problem(403), "people_only");
    let bot = json!({"nickname": "a_bot"});
    assert_eq!(program.post("/bots", bot).await.problem(403), "people_only");
    let change = json!({"old_password": "x", "new_password": "a long enough secret 2"});
    assert_eq!(program.post("/auth/change-password", change).await.problem(403), "people_only");
    // A token of a person may found a space; it is the person's.
    program.post("/spaces", json!({"name": "From a script"})).await.expect(201);
}

#[tokio::test]
async fn a_token_grants_nothing_that_its_holder_lacks() {
    let bakery = Bakery::open().await;
    let program = program_of(&bakery.boris, &["read", "spaces:manage"]).await;
    let path = format!("/spaces/{}", bakery.space);
    let answer = program.patch(&path, json!({"name": "Boris's bakery"})).await;
    assert_eq!(answer.problem(403), "forbidden");
    let stranger = program_of(&bakery.vera, &["read", "messages:write"]).await;
    assert_eq!(say(&stranger, &bakery.chat, "Hello").await.problem(404), "not_found");
}

#[tokio::test]
async fn commands_of_a_socket_need_their_scopes() {
    let bakery = Bakery::open().await;
    let reader = program_of(&bakery.anna, &["read"]).await;
    let mut socket = reader.socket().await;
    socket.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let message = json!({"chat_id": bakery.chat, "content": "Hello", "nonce": "1"});
    assert_eq!(socket.refused("send_message", message.clone()).await, "insufficient_scope");
    assert_eq!(socket.refused("set_status", json!({"status": "away"})).await, "insufficient_scope");
    // Who may not read hears nothing.
    let writer = program_of(&bakery.anna, &["messages:write"]).await;
    let mut closed = Socket::open(bakery.app.address).await;
    closed.command("hello", json!({"token": writer.token})).await;
    assert_eq!(closed.closed().await, 4401);
    let later = socket.refused("reauthenticate", json!({"token": writer.token})).await;
    assert_eq!(later, "insufficient_scope");
    let both = program_of(&bakery.anna, &["read", "messages:write"]).await;
    let sent = both.socket().await.ask("send_message", message).await;
    assert_eq!(sent["content"], "Hello");
    // Another token of the same account may take over, with what it may.
    socket.ask("reauthenticate", json!({"token": both.token})).await;
    let more = json!({"chat_id": bakery.chat, "content": "Again", "nonce": "2"});
    socket.ask("send_message", more).await;
    assert_eq!(Need::Scope(Scope::Read), of_command("hello").unwrap());
}

/// Only the database can tell a made-up token, so asking is limited as well.
#[tokio::test]
async fn made_up_tokens_do_not_keep_the_database_busy() {
    let app = TestApp::with(&[("SPACE_LIMIT_FACTOR", "0.01")]).await;
    let stranger = app.stranger();
    let asks = async |n: usize| {
        let token = format!("space_pat_{n:0>40}");
        let request = stranger.request(Method::GET, "/profile/me").bearer_auth(token);
        send(request).await.status
    };
    let ((), few) = app.counting(async { assert_eq!(asks(0).await, 401) }).await;
    let (answers, queries) = app
        .counting(async {
            let mut answers = Vec::new();
            for n in 1..40 {
                answers.push(asks(n).await);
            }
            answers
        })
        .await;
    assert!(answers.iter().all(|status| *status == 401 || *status == 429), "{answers:?}");
    assert!(few >= 1 && queries <= 10 * few, "{queries} queries, {few} for one");
}

#[tokio::test]
async fn bots_have_a_limit_of_their_own() {
    let app = TestApp::with(&[("SPACE_LIMIT_FACTOR", "1")]).await;
    let anna = app.user("anna").await;
    let (_, bot) = bot_of(&anna, "helper", &["read"]).await;
    let policy = |answer: &crate::support::client::Answer| {
        answer.headers["ratelimit-policy"].to_str().unwrap().to_owned()
    };
    assert_eq!(policy(&bot.get("/spaces").await), "\"bot\";q=300;w=60");
    let program = program_of(&anna, &["read"]).await;
    assert!(policy(&program.get("/spaces").await).starts_with("\"account\""));
    // Five a second come back meanwhile.
    let mut asked = 1;
    while bot.get("/auth/me").await.status != 429 {
        asked += 1;
        assert!(asked < 2_000, "a bot is never stopped");
    }
    assert!(asked >= 300, "stopped after {asked}");
    anna.get("/auth/me").await.expect(200);
}
