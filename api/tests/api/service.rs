//! What holds for every answer, and what the server says about itself.

use crate::support::TestApp;
use crate::support::client::send;
use reqwest::{Client, Response};

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
