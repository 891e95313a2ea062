//! What is set as a read replica and cannot be one. `load faults` has a real one.

use crate::support::client::Client;
use crate::support::{TestApp, database};
use serde_json::json;
use std::time::{Duration, Instant};

/// How many heavy reads were served so. Every test is a process of its own.
async fn served(app: &TestApp, by: &str) -> u64 {
    let token = app.app.secrets.metrics_token.expose();
    let url = format!("http://{}/metrics", app.address);
    let answer = reqwest::Client::new().get(url).bearer_auth(token).send().await.unwrap();
    let text = answer.text().await.unwrap();
    let name = format!("heavy_reads{{by=\"{by}\"}} ");
    text.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok()).unwrap_or_default()
}

async fn with_replica(url: &str, replica: &str) -> TestApp {
    let settings = [("DATABASE_URL", url), ("DATABASE_READ_URL", replica)];
    TestApp::node(url, &settings).await
}

/// Everything that is read heavily, once.
async fn read_all(app: &TestApp, anna: &Client) -> u64 {
    let body = json!({"name": "Bakery", "visibility": "public"});
    let space = anna.post("/spaces", body).await.expect(201);
    let (id, chat) = (space["id"].as_str().unwrap(), space["default_chat_id"].as_str().unwrap());
    let body = json!({"content": "Fresh rye bread!", "nonce": "1"});
    anna.post(&format!("/messages/{chat}"), body).await.expect(201);
    let paths = [
        "/search?q=rye".to_owned(),
        "/search/quick?q=bake".to_owned(),
        "/spaces?directory=true&q=bake".to_owned(),
        format!("/spaces/{id}/audit"),
    ];
    for path in &paths {
        anna.get(path).await.expect(200);
    }
    let found = anna.get("/search?q=rye").await.json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
    let copy = reqwest::Client::new().get(app.url("/profile/me/export")).bearer_auth(&anna.token);
    let copy = copy.send().await.unwrap();
    assert_eq!(copy.status(), 200);
    assert!(!copy.bytes().await.unwrap().is_empty());
    paths.len() as u64 + 1
}

#[tokio::test]
async fn the_primary_itself_is_no_replica() {
    let url = database::fresh().await;
    let app = with_replica(&url, &url).await;
    let anna = app.user("anna").await;
    let reads = read_all(&app, &anna).await;
    assert!(served(&app, "primary_down").await > reads);
    assert_eq!(served(&app, "replica").await, 0);
}

#[tokio::test]
async fn a_replica_that_is_away_holds_nobody_up() {
    let url = database::fresh().await;
    // Taken and never answered.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let replica = format!("postgres://space@{}/space", silent.local_addr().unwrap());
    let app = with_replica(&url, &replica).await;
    let anna = app.user("anna").await;
    read_all(&app, &anna).await;
    assert_eq!(served(&app, "replica").await, 0);
    // It was tried a moment ago: nobody waits for it now, but one every three seconds.
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        assert_eq!(anna.get("/search?q=rye").await.status, 200);
        times.push(began.elapsed());
    }
    times.sort();
    assert!(times[2] < Duration::from_millis(400), "{times:?}");
}

#[tokio::test]
async fn without_a_replica_nothing_is_asked_for_it() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    read_all(&app, &anna).await;
    for by in ["replica", "primary_down", "primary_behind", "primary_busy"] {
        assert_eq!(served(&app, by).await, 0, "{by}");
    }
}
