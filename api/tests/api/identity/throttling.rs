//! How often somebody may try.

use crate::support::TestApp;
use crate::support::client::{PASSWORD, send};
use reqwest::Method;
use serde_json::{Value, json};

fn login(name: &str, password: &str) -> Value {
    json!({"login": name, "password": password})
}

#[tokio::test]
async fn guessing_a_password_is_throttled_and_sessions_stay() {
    let app = TestApp::with(&[("SPACE_LIMIT_FACTOR", "1")]).await;
    let anna = app.user("anna").await;
    let boris = app.user("boris").await;
    let mut socket = anna.socket().await;
    let stranger = app.stranger();
    let mut evaluated = 0;
    let refused = loop {
        let name = if evaluated % 2 == 0 { "anna" } else { "ANNA@example.org" };
        let answer = stranger.post("/auth/login", login(name, "a wrong guess")).await;
        if answer.status == 429 {
            break answer;
        }
        assert_eq!(answer.problem(401), "wrong_credentials");
        evaluated += 1;
        assert!(evaluated <= 20, "more than 20 guesses were evaluated");
    };
    assert!(evaluated >= 5, "only {evaluated}");
    assert_eq!(refused.problem(429), "rate_limited");
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=360).contains(&wait), "{wait}");
    assert_eq!(refused.json()["retry_after"], wait);
    let policy = refused.headers["ratelimit-policy"].to_str().unwrap();
    assert_eq!(policy, "\"password\";q=10;w=3600");
    assert!(refused.headers["ratelimit"].to_str().unwrap().starts_with("\"password\";r=0;t="));

    // Not even the right password, until then; but who is in stays in, and others are not concerned.
    stranger.post("/auth/login", login("anna", PASSWORD)).await.problem(429);
    anna.get("/auth/me").await.expect(200);
    let renew = json!({"refresh_token": anna.refresh_token});
    stranger.post("/auth/refresh", renew).await.expect(200);
    socket.drain().await;
    boris.get("/auth/me").await.expect(200);
    stranger.post("/auth/login", login("boris", PASSWORD)).await.expect(200);
}

#[tokio::test]
async fn names_of_nobody_are_throttled_alike() {
    let app = TestApp::with(&[("SPACE_LIMIT_FACTOR", "1")]).await;
    let stranger = app.stranger();
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(stranger.post("/auth/login", login("nobody", "a guess")).await.status);
    }
    assert_eq!(statuses, [vec![401; 10], vec![429; 2]].concat());
}

#[tokio::test]
async fn changing_the_password_counts_as_guessing_it() {
    let app = TestApp::with(&[("SPACE_LIMIT_FACTOR", "1")]).await;
    let anna = app.user("anna").await;
    let change = json!({"old_password": "a wrong guess", "new_password": "another long secret"});
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(anna.post("/auth/change-password", change.clone()).await.status);
    }
    // One was spent on the login.
    assert_eq!(statuses, [vec![403; 9], vec![429]].concat());
}

#[tokio::test]
async fn one_address_does_not_make_accounts_without_end() {
    let app = TestApp::with(&[("SPACE_LIMIT_FACTOR", "0.1")]).await;
    let stranger = app.stranger();
    let register = |n: usize| {
        let name = format!("person_{n}");
        json!({"nickname": name, "email": format!("{name}@example.org"), "password": PASSWORD})
    };
    for n in 0..3 {
        stranger.post("/auth/register", register(n)).await.expect(201);
    }
    let refused = stranger.post("/auth/register", register(3)).await;
    assert_eq!(refused.problem(429), "rate_limited");
    // Nobody believes a stranger's word about another address.
    let request = stranger.request(Method::POST, "/auth/register").json(&register(3));
    send(request.header("x-forwarded-for", "203.0.113.9")).await.problem(429);
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_his_own_budget() {
    let settings = [("SPACE_LIMIT_FACTOR", "0.1"), ("SPACE_TRUSTED_PROXIES", "127.0.0.1")];
    let app = TestApp::with(&settings).await;
    let stranger = app.stranger();
    let register = async |n: usize, address: &str| {
        let name = format!("person_{n}");
        let body =
            json!({"nickname": name, "email": format!("{name}@example.org"), "password": PASSWORD});
        let request = stranger.request(Method::POST, "/auth/register").json(&body);
        send(request.header("x-forwarded-for", address)).await.status
    };
    for n in 0..3 {
        assert_eq!(register(n, "203.0.113.9").await, 201);
    }
    assert_eq!(register(3, "203.0.113.9").await, 429);
    assert_eq!(register(3, "203.0.113.10").await, 201);
    // The client's own claim stands before the proxy's.
    assert_eq!(register(4, "198.51.100.1, 203.0.113.9").await, 429);
}

#[tokio::test]
async fn every_answer_tells_what_is_left() {
    let app = TestApp::with(&[("SPACE_LIMIT_FACTOR", "0.01")]).await;
    let anna = app.user("anna").await;
    let answer = anna.get("/auth/me").await;
    assert_eq!(answer.headers["ratelimit-policy"], "\"account\";q=6;w=30");
    assert!(answer.headers["ratelimit"].to_str().unwrap().starts_with("\"account\";r=5;t="));
    // A refusal, too.
    let answer = anna.get("/spaces?wrong=1").await;
    assert!(answer.headers["ratelimit"].to_str().unwrap().starts_with("\"account\";r=4;t="));
    assert_eq!(answer.problem(400), "unknown_field");
    for _ in 0..4 {
        anna.get("/auth/me").await.expect(200);
    }
    assert_eq!(anna.get("/auth/me").await.problem(429), "rate_limited");
}
