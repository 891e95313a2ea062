//! `Idempotency-Key` (battery R13).

use crate::support::TestApp;
use crate::support::client::{Answer, Client, send};
use api::identity::housekeeping;
use api::platform::schema::idempotency_keys as keys;
use chrono::{TimeDelta, Utc};
use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::RunQueryDsl;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;

async fn create(client: &Client, key: &str, body: &Value) -> Answer {
    let request = client.request(Method::POST, "/spaces").header("idempotency-key", key);
    send(request.json(body)).await
}

fn space(name: &str) -> Value {
    json!({"name": name, "visibility": "public"})
}

async fn spaces(client: &Client) -> usize {
    client.get("/spaces").await.expect(200)["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn the_same_write_is_answered_again_and_not_done_again() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let boris = app.user("boris").await;
    let first = create(&anna, "k1", &space("Bakery")).await;
    let again = create(&anna, "k1", &space("Bakery")).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.text, again.text);
    assert_eq!(first.headers["location"], again.headers["location"]);
    assert_eq!(again.headers["content-type"], "application/json");
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(spaces(&anna).await, 1);

    let other = create(&anna, "k1", &space("Another")).await;
    assert_eq!(other.problem(422), "idempotency_mismatch");
    let path = format!("/spaces/{}", first.json()["id"].as_str().unwrap());
    let request = anna.request(Method::PATCH, &path).header("idempotency-key", "k1");
    assert_eq!(send(request.json(&space("Bakery"))).await.problem(422), "idempotency_mismatch");
    // Keys are each person's own.
    create(&boris, "k1", &space("Cellar")).await.expect(201);
    create(&anna, "k2", &space("Another")).await.expect(201);
    assert_eq!(spaces(&anna).await, 2);
}

#[tokio::test]
async fn ten_at_once_are_done_once() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let body = space("Bakery");
    let all = (0..10).map(|_| create(&anna, "k", &body));
    for answer in futures_util::future::join_all(all).await {
        match answer.status {
            201 => {}
            _ => assert_eq!(answer.problem(409), "still_running"),
        }
    }
    assert_eq!(spaces(&anna).await, 1);
}

#[tokio::test]
async fn a_refused_write_may_be_tried_again() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let refused = create(&anna, "k", &space("")).await;
    assert_eq!(refused.problem(422), "invalid");
    create(&anna, "k", &space("Bakery")).await.expect(201);
    let strange =
        [("", 422), ("with space", 422), (&"x".repeat(256), 422), (&"x".repeat(255), 201)];
    for (key, status) in strange {
        assert_eq!(create(&anna, key, &space("Cellar")).await.status, status, "{key}");
    }
    let stranger = create(&app.stranger(), "k", &space("Bakery")).await;
    assert_eq!(stranger.problem(401), "unauthenticated");
}

#[tokio::test]
async fn what_still_runs_is_a_conflict_until_its_server_must_be_dead() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    create(&anna, "k", &space("Bakery")).await.expect(201);
    let conn = &mut *app.app.conn().await.unwrap();
    let unfinished = diesel::update(keys::table).set(keys::status.eq(None::<i16>));
    unfinished.execute(conn).await.unwrap();
    let answer = create(&anna, "k", &space("Bakery")).await;
    assert_eq!(answer.problem(409), "still_running");
    let long_ago = Utc::now() - TimeDelta::minutes(3);
    let aged = diesel::update(keys::table).set(keys::created_at.eq(long_ago));
    aged.execute(conn).await.unwrap();
    create(&anna, "k", &space("Bakery")).await.expect(201);
}

#[tokio::test]
async fn answers_are_kept_for_a_day() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    create(&anna, "old", &space("Bakery")).await.expect(201);
    let conn = &mut *app.app.conn().await.unwrap();
    let yesterday = Utc::now() - TimeDelta::hours(25);
    let aged = diesel::update(keys::table).set(keys::created_at.eq(yesterday));
    aged.execute(conn).await.unwrap();
    create(&anna, "new", &space("Cellar")).await.expect(201);
    assert_eq!(housekeeping::clean(&app.app.db).await.unwrap(), (0, 1));
    let left: Vec<String> = keys::table.select(keys::key).load(conn).await.unwrap();
    assert_eq!(left, ["new"]);
}

#[tokio::test]
async fn who_hangs_up_finds_his_answer_later() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let body = space("Bakery").to_string();
    let request = format!(
        "POST /api/v1/spaces HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nIdempotency-Key: k\r\nContent-Length: {}\r\n\r\n{body}",
        anna.token,
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(app.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let conn = &mut *app.app.conn().await.unwrap();
    let mut stream = Some(stream);
    let finished = async {
        loop {
            let rows: Vec<Option<i16>> = keys::table.select(keys::status).load(conn).await.unwrap();
            match rows[..] {
                [Some(status)] => return status,
                [None] => drop(stream.take()),
                _ => tokio::task::yield_now().await,
            }
        }
    };
    let status = tokio::time::timeout(Duration::from_secs(10), finished).await.unwrap();
    assert_eq!(status, 201);
    let again = anna.request(Method::POST, "/spaces").header("idempotency-key", "k");
    let again = again.header("content-type", "application/json").body(body);
    assert_eq!(send(again).await.headers["idempotency-replayed"], "true");
    assert_eq!(spaces(&anna).await, 1);
}
