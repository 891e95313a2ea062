//! Refresh tokens: one successor each, theft noticed, and the cookie of the web client.

use crate::support::TestApp;
use crate::support::client::{Answer, Client, PASSWORD, send};
use api::platform::schema::sessions;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods as _, QueryDsl as _, dsl};
use diesel_async::RunQueryDsl;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;

async fn refresh(client: &Client, token: &str) -> Answer {
    client.post("/auth/refresh", json!({"refresh_token": token})).await
}

fn refresh_token(tokens: &Value) -> String {
    tokens["refresh_token"].as_str().unwrap().into()
}

/// As if the last rotation had been so long ago.
async fn age(app: &TestApp, seconds: i64) {
    let conn = &mut *app.app.conn().await.unwrap();
    let ago = Utc::now() - TimeDelta::seconds(seconds);
    diesel::update(sessions::table).set(sessions::rotated_at.eq(ago)).execute(conn).await.unwrap();
}

#[tokio::test]
async fn twenty_tabs_at_once_get_one_successor() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let tabs = (0..20).map(|_| {
        let anna = anna.clone();
        tokio::spawn(async move { refresh(&anna, &anna.refresh_token).await.expect(200) })
    });
    let answers = futures_util::future::join_all(tabs).await;
    let successors: HashSet<_> =
        answers.into_iter().map(|tokens| refresh_token(&tokens.unwrap())).collect();
    assert_eq!(successors.len(), 1);
    let next = successors.into_iter().next().unwrap();
    assert_ne!(next, anna.refresh_token);
    refresh(&anna, &next).await.expect(200);
}

#[tokio::test]
async fn a_token_used_again_later_ends_the_session() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let mut socket = anna.socket().await;
    let second = refresh_token(&refresh(&anna, &anna.refresh_token).await.expect(200));
    age(&app, 11).await;
    let stolen = refresh(&anna, &anna.refresh_token).await;
    assert_eq!(stolen.problem(401), "invalid_refresh_token");
    assert_eq!(socket.closed().await, 4403);
    anna.get("/auth/me").await.problem(401);
    refresh(&anna, &second).await.problem(401);
}

#[tokio::test]
async fn a_token_of_two_generations_ago_ends_the_session_at_once() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let second = refresh_token(&refresh(&anna, &anna.refresh_token).await.expect(200));
    let third = refresh_token(&refresh(&anna, &second).await.expect(200));
    refresh(&anna, &anna.refresh_token).await.problem(401);
    refresh(&anna, &third).await.problem(401);
    anna.get("/auth/me").await.problem(401);
}

#[tokio::test]
async fn invented_tokens_end_nobodys_session() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let mut changed = anna.refresh_token.clone();
    let last = if changed.pop() == Some('A') { 'E' } else { 'A' };
    changed.push(last);
    for token in ["", "x", &changed, &anna.token, &"A".repeat(86)] {
        assert_eq!(refresh(&anna, token).await.problem(401), "invalid_refresh_token", "{token}");
    }
    anna.get("/auth/me").await.expect(200);
    refresh(&anna, &anna.refresh_token).await.expect(200);
}

#[tokio::test]
async fn use_prolongs_a_session_up_to_its_absolute_end() {
    let settings = [("SPACE_REFRESH_TOKEN_DAYS", "30"), ("SPACE_SESSION_DAYS", "40")];
    let app = TestApp::with(&settings).await;
    let anna = app.user("anna").await;
    let conn = &mut *app.app.conn().await.unwrap();
    let old = Utc::now() - TimeDelta::days(20);
    let made = diesel::update(sessions::table).set(sessions::created_at.eq(old));
    made.execute(conn).await.unwrap();
    let next = refresh_token(&refresh(&anna, &anna.refresh_token).await.expect(200));
    let ends: DateTime<Utc> =
        sessions::table.select(sessions::expires_at).first(conn).await.unwrap();
    let days = (ends - Utc::now()).num_hours();
    assert!((19 * 24..=20 * 24).contains(&days), "{days} hours");
    let over = diesel::update(sessions::table).set(sessions::expires_at.eq(dsl::now));
    over.execute(conn).await.unwrap();
    assert_eq!(refresh(&anna, &next).await.problem(401), "invalid_refresh_token");
}

#[tokio::test]
async fn tokens_at_rest_are_hashes() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let conn = &mut *app.app.conn().await.unwrap();
    let stored: Vec<u8> = sessions::table.select(sessions::token_hash).first(conn).await.unwrap();
    assert_eq!(stored.len(), 32);
    assert_ne!(stored, anna.refresh_token.as_bytes());
}

/// Logs in as the web client does; the cookie as `name=value`.
async fn web_login(client: &Client, host: Option<&str>) -> (String, String) {
    let body = json!({"login": "anna", "password": PASSWORD, "web": true});
    let mut request = client.request(Method::POST, "/auth/login").json(&body);
    if let Some(host) = host {
        request = request.header("host", host);
    }
    let answer = send(request).await;
    let tokens = answer.json();
    assert!(tokens.get("refresh_token").is_none(), "{tokens}");
    let set = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    (set.split(';').next().unwrap().to_owned(), set)
}

#[tokio::test]
async fn the_web_client_gets_a_host_cookie_that_scripts_cannot_read() {
    let app = TestApp::start().await;
    app.user("anna").await;
    let stranger = app.stranger();
    let (_, set) = web_login(&stranger, None).await;
    assert!(set.starts_with("__Host-refresh="), "{set}");
    for part in ["; HttpOnly", "; SameSite=Strict", "; Secure", "; Path=/", "; Expires="] {
        assert!(set.contains(part), "{part} in {set}");
    }
    assert!(!set.contains("Domain"), "{set}");
    // Another machine of a developer's network, over plain http.
    let (_, set) = web_login(&stranger, Some("192.168.1.20:8080")).await;
    assert!(set.starts_with("refresh=") && !set.contains("Secure"), "{set}");
}

#[tokio::test]
async fn the_cookie_counts_from_our_own_pages_only() {
    let app = TestApp::start().await;
    app.user("anna").await;
    let stranger = app.stranger();
    let (cookie, _) = web_login(&stranger, None).await;
    let own = format!("http://{}", app.address);
    let evil = "https://evil.example";
    let json_type = ("content-type", "application/json");
    for headers in [
        vec![json_type],
        vec![json_type, ("origin", evil)],
        vec![json_type, ("origin", "null")],
        vec![json_type, ("sec-fetch-site", "cross-site")],
        vec![json_type, ("sec-fetch-site", "same-site")],
        vec![json_type, ("sec-fetch-site", "none")],
        vec![json_type, ("sec-fetch-site", "same-origin"), ("origin", evil)],
        vec![("origin", own.as_str())],
    ] {
        for path in ["/auth/refresh", "/auth/logout"] {
            let mut request = stranger.request(Method::POST, path).header("cookie", &cookie);
            for (name, value) in &headers {
                request = request.header(*name, *value);
            }
            if headers.contains(&json_type) {
                request = request.body("{}");
            }
            let answer = send(request).await;
            assert_eq!(answer.problem(403), "cross_site", "{path} {headers:?}");
        }
    }
    let from_own_page = |path: &str, cookie: &str| {
        let request = stranger.request(Method::POST, path).header("origin", &own);
        send(
            request
                .header("cookie", cookie)
                .header("sec-fetch-site", "same-origin")
                .json(&json!({})),
        )
    };
    let answer = from_own_page("/auth/refresh", &cookie).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let next = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(next.starts_with("__Host-refresh=") && next != cookie);
    assert!(answer.json().get("refresh_token").is_none());

    let answer = from_own_page("/auth/logout", &next).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    let removal = answer.headers["set-cookie"].to_str().unwrap();
    assert!(removal.starts_with("__Host-refresh=;") && removal.contains("Max-Age=0"), "{removal}");
    from_own_page("/auth/refresh", &next).await.problem(401);
}
