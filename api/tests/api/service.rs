//! What holds for every answer, and what the server says about itself.

use crate::support::TestApp;
use crate::support::bakery::Bakery;
use crate::support::client::send;
use diesel_async::SimpleAsyncConnection as _;
use futures_util::future::join_all;
use reqwest::{Client, Response};
use serde_json::json;
use shared::error::ErrorCode;
use std::time::{Duration, Instant};

async fn get(app: &TestApp, path: &str) -> Response {
    Client::new().get(format!("http://{}{path}", app.address)).send().await.unwrap()
}

#[tokio::test]
async fn liveness_and_readiness_answer_without_a_token() {
    let app = TestApp::start().await;
    let live: serde_json::Value = get(&app, "/health/live").await.json().await.unwrap();
    assert_eq!(live["status"], "ok");
    let ready: serde_json::Value = get(&app, "/health/ready").await.json().await.unwrap();
    assert_eq!(ready["checks"]["database"], "ok");
    assert_eq!(ready["checks"]["migrations"], "ok");
    assert_eq!(ready["checks"]["storage"], "ok");
}

#[tokio::test]
async fn readiness_says_so_when_a_shutdown_has_begun() {
    let app = TestApp::start().await;
    app.app.live.shut_down();
    let answer = send(Client::new().get(format!("http://{}/health/ready", app.address))).await;
    assert_eq!(answer.problem(503), "unavailable");
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(get(&app, "/health/live").await.status(), 200);
}

#[tokio::test]
async fn metrics_need_their_token() {
    let app = TestApp::start().await;
    for token in ["", "wrong"] {
        let request = Client::new().get(format!("http://{}/metrics", app.address));
        assert_eq!(send(request.bearer_auth(token)).await.problem(401), "unauthenticated");
    }
    let token = app.app.secrets.metrics_token.expose();
    let request = Client::new().get(format!("http://{}/metrics", app.address)).bearer_auth(token);
    let answer = send(request).await;
    assert_eq!(answer.status, 200);
    let counted = r#"http_requests_total{method="GET",route="/metrics",status="401"}"#;
    assert!(answer.text.contains(counted), "{}", answer.text);
}

#[tokio::test]
async fn unknown_paths_are_problems_in_the_callers_language() {
    let app = TestApp::start().await;
    let request = Client::new().get(app.url("/nothing")).header("accept-language", "uk");
    let answer = send(request).await;
    assert_eq!(answer.problem(404), "not_found");
    let detail = shared::text::named(shared::text::Lang::Uk, "error.not_found");
    assert_eq!(answer.json()["detail"], detail);
}

#[tokio::test]
async fn every_answer_carries_the_guards() {
    let app = TestApp::start().await;
    for path in ["/health/live", "/api/v1/nothing", "/api/docs/", "/missing.js"] {
        let answer = get(&app, path).await;
        let headers = answer.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("script-src 'unsafe"), "{path}: {policy}");
        assert!(!headers.contains_key("strict-transport-security"), "{path}");
    }
}

#[tokio::test]
async fn https_is_remembered_by_the_browser() {
    let app =
        TestApp::with(&[("PUBLIC_URL", "https://chat.example.org"), ("SPACE_ENV", "development")])
            .await;
    let answer = get(&app, "/health/live").await;
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
}

/// R5: a database that does not answer in time costs one request, and nothing of it stays.
#[tokio::test]
async fn a_request_that_waits_too_long_is_503_and_leaves_nothing() {
    let app = TestApp::with(&[("SPACE_REQUEST_SECONDS", "1")]).await;
    let anna = app.user("anna").await;
    let space = anna.post("/spaces", json!({"name": "The bakery"})).await.expect(201);
    let chat = space["default_chat_id"].as_str().unwrap();
    let mut holder = app.app.conn().await.unwrap();
    holder.batch_execute("BEGIN; SELECT FROM chats FOR UPDATE").await.unwrap();
    let message = json!({"content": "Hello", "nonce": "one"});
    let refused = anna.post(&format!("/messages/{chat}"), message.clone()).await;
    assert_eq!(refused.problem(503), "unavailable");
    assert!(refused.headers.contains_key("retry-after"));
    holder.batch_execute("ROLLBACK").await.unwrap();
    // On a busy machine this may take longer than a second as well: the nonce makes it one message.
    let mut sent = anna.post(&format!("/messages/{chat}"), message.clone()).await;
    while sent.status == 503 {
        sent = anna.post(&format!("/messages/{chat}"), message.clone()).await;
    }
    assert_eq!(sent.json()["seq"], 1);
}

/// R20: more than the database takes. Whoever is too many hears when to come back, and nothing is done
/// by halves; afterwards all goes on.
#[tokio::test]
async fn too_much_at_once_is_answered_with_retry_after() {
    let bakery = Bakery::at(TestApp::with(&[("SPACE_DATABASE_CONNECTIONS", "2")]).await).await;
    let path = format!("/messages/{}", bakery.chat);
    let text = |n: usize| json!({"content": format!("{n}"), "nonce": format!("n{n}")});
    let busy = [bakery.app.app.conn().await.unwrap(), bakery.app.app.conn().await.unwrap()];
    let sends = (0..100).map(|n| bakery.anna.post(&path, text(n)));
    let began = Instant::now();
    let (refused, live) = tokio::join!(join_all(sends), get(&bakery.app, "/health/live"));
    assert!(began.elapsed() < Duration::from_secs(10), "nobody waits for more than 3 s");
    assert_eq!(live.status(), 200);
    for answer in refused {
        assert_eq!(answer.problem(503), "unavailable");
        assert!(answer.headers.contains_key("retry-after"));
    }
    drop(busy);
    // All of them come back at once; whoever is too many comes again.
    let sent = join_all((0..100).map(async |n| {
        loop {
            let answer = bakery.anna.post(&path, text(n)).await;
            match answer.status {
                200 | 201 => return answer.json()["seq"].as_i64().unwrap(),
                _ => drop(answer.problem(503)),
            }
        }
    }));
    let mut seqs = sent.await;
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=100).collect::<Vec<_>>());
}

/// R8: a disk that is full is "come back later", not a fault of ours.
#[test]
fn a_full_disk_is_503() {
    use diesel::result::{DatabaseErrorKind, Error};
    for (message, code) in [
        ("could not extend file \"base/5/16384\": No space left on device", ErrorCode::Unavailable),
        (
            "could not write to file \"pg_wal/xlogtemp.7\": No space left on device",
            ErrorCode::Unavailable,
        ),
        ("relation \"cakes\" does not exist", ErrorCode::Internal),
    ] {
        let error = Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()));
        assert_eq!(api::error::ApiError::from(error).code, code, "{message}");
    }
}

/// The database ends what waits for a lock or takes too long: 503 with a reason in the log, not 500.
#[tokio::test]
async fn the_databases_own_limits_are_503() {
    let app = TestApp::start().await;
    let mut conn = app.app.conn().await.unwrap();
    let slow = conn.batch_execute("SET statement_timeout = '20ms'; SELECT pg_sleep(5)").await;
    let error = api::error::ApiError::from(slow.unwrap_err());
    assert_eq!(error.code, shared::error::ErrorCode::Unavailable);
}

/// Hole 28: any site could call the API with the visitor's cookies.
#[tokio::test]
async fn only_pages_of_allowed_sites_read_answers_and_never_by_cookie() {
    let friend = "https://friend.example";
    let app = TestApp::with(&[("SPACE_ALLOWED_ORIGINS", friend)]).await;
    for (origin, allowed) in [(friend, Some(friend)), ("https://evil.example", None)] {
        let ask = |request: reqwest::RequestBuilder| send(request.header("origin", origin));
        let read = ask(Client::new().get(app.url("/spaces"))).await;
        read.problem(401);
        let preflight = Client::new()
            .request(reqwest::Method::OPTIONS, app.url("/spaces"))
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type");
        for answer in [read, ask(preflight).await] {
            let header = |name: &str| answer.headers.get(name).map(|v| v.to_str().unwrap());
            assert_eq!(header("access-control-allow-origin"), allowed, "{origin}");
            assert_eq!(header("access-control-allow-credentials"), None);
        }
    }
    // Nobody is allowed unless it was set.
    let closed = TestApp::start().await;
    let answer = send(Client::new().get(closed.url("/spaces")).header("origin", friend)).await;
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}
