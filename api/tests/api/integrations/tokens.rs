//! Tokens for programs: made, shown once, used, ended.

use crate::support::TestApp;
use crate::support::bakery::Bakery;
use crate::support::client::{PASSWORD, send};
use crate::support::mail::{Post, after};
use crate::support::programs::{bot_of, make_token, program, program_of};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Timestamptz};
use diesel_async::RunQueryDsl as _;
use reqwest::Method;
use serde_json::json;
use shared::error::FieldCode;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

async fn sql(app: &TestApp, statement: &str) {
    let conn = &mut *app.app.conn().await.unwrap();
    diesel::sql_query(statement).execute(conn).await.unwrap();
}

#[tokio::test]
async fn a_token_is_shown_once_and_kept_as_a_hash() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let answer = anna
        .post(
            "/auth/tokens",
            json!({"name": " Deploy ", "scopes": ["read"], "expires_in_days": 30}),
        )
        .await;
    assert!(answer.headers["location"].to_str().unwrap().starts_with("/api/v1/auth/tokens/"));
    let made = answer.expect(201);
    let secret = made["token"].as_str().unwrap();
    assert!(secret.starts_with("space_pat_") && secret.len() == 50, "{secret}");
    assert_eq!(made["name"], "Deploy");
    assert_eq!(made["hint"], format!("space_pat_…{}", &secret[46..]));
    let listed = anna.get("/auth/tokens").await;
    assert!(!listed.text.contains(secret), "the list shows the secret");
    let listed = listed.expect(200);
    assert_eq!(listed["items"][0]["scopes"], json!(["read"]));
    assert!(listed["items"][0]["last_used_at"].is_null());
    assert!(listed["items"][0]["expires_at"].is_string());
    // Nowhere in the database.
    let conn = &mut *app.app.conn().await.unwrap();
    let rows: Count = diesel::sql_query(format!(
        "SELECT count(*) AS n FROM access_tokens t WHERE t::text LIKE '%{secret}%'"
    ))
    .get_result(conn)
    .await
    .unwrap();
    assert_eq!(rows.n, 0);
    // It is no session, and who lists sessions does not see it.
    program(&anna, &made).get("/auth/me").await.expect(200);
    let sessions = anna.get("/auth/sessions").await.expect(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn bad_wishes_are_refused_by_field() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    for (body, field, code) in [
        (json!({"name": "", "scopes": ["read"]}), "/name", FieldCode::Required),
        (json!({"name": "x".repeat(61), "scopes": ["read"]}), "/name", FieldCode::TooLong),
        (json!({"name": "x", "scopes": []}), "/scopes", FieldCode::Required),
        (
            json!({"name": "x", "scopes": ["read"], "expires_in_days": 0}),
            "/expires_in_days",
            FieldCode::OutOfRange,
        ),
    ] {
        let problem = anna.post("/auth/tokens", body).await.expect(422);
        assert_eq!(problem["errors"][0]["pointer"], field, "{problem}");
        assert_eq!(problem["errors"][0]["code"], code.key());
    }
    let unknown = json!({"name": "x", "scopes": ["everything"]});
    assert_eq!(anna.post("/auth/tokens", unknown).await.problem(422), "invalid");
    let typo = json!({"name": "x", "scopes": ["read"], "expires": 3});
    assert_eq!(anna.post("/auth/tokens", typo).await.problem(400), "unknown_field");
}

#[tokio::test]
async fn there_are_at_most_fifty() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    for _ in 0..50 {
        make_token(&anna, "/auth/tokens", &["read"]).await;
    }
    let body = json!({"name": "One more", "scopes": ["read"]});
    assert_eq!(anna.post("/auth/tokens", body.clone()).await.problem(409), "limit_reached");
    let listed = anna.get("/auth/tokens").await.expect(200);
    let id = listed["items"][0]["id"].as_str().unwrap();
    anna.delete(&format!("/auth/tokens/{id}")).await.expect(204);
    anna.post("/auth/tokens", body).await.expect(201);
}

#[tokio::test]
async fn revoking_ends_requests_and_live_sockets_at_once() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let boris = app.user("boris").await;
    let token = make_token(&anna, "/auth/tokens", &["read"]).await;
    let other = program_of(&anna, &["read"]).await;
    let program = program(&anna, &token);
    let (mut socket, mut kept) = (program.socket().await, other.socket().await);
    program.get("/auth/me").await.expect(200);
    let path = format!("/auth/tokens/{}", token["id"].as_str().unwrap());
    assert_eq!(boris.delete(&path).await.problem(404), "not_found");
    anna.delete(&path).await.expect(204);
    assert_eq!(socket.closed().await, 4403);
    assert_eq!(program.get("/auth/me").await.problem(401), "unauthenticated");
    assert_eq!(anna.delete(&path).await.problem(404), "not_found");
    kept.drain().await;
    other.get("/auth/me").await.expect(200);
    anna.get("/auth/me").await.expect(200);
}

#[tokio::test]
async fn logging_out_everywhere_leaves_programs_alone_and_expiry_ends_them() {
    let app = TestApp::start().await;
    let mut anna = app.user("anna").await;
    let program = program_of(&anna, &["read"]).await;
    anna.post("/auth/logout-all", json!({})).await.expect(204);
    program.get("/auth/me").await.expect(200);
    anna.login("anna").await;
    let short = json!({"name": "Short", "scopes": ["read"], "expires_in_days": 1});
    let short = anna.post("/auth/tokens", short).await.expect(201);
    sql(
        &app,
        "UPDATE access_tokens SET expires_at = now() - interval '1 second' \
         WHERE name = 'Short'",
    )
    .await;
    let answer = crate::support::programs::program(&anna, &short).get("/auth/me").await;
    assert_eq!(answer.problem(401), "unauthenticated");
    let listed = anna.get("/auth/tokens").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "what is over is not listed");
}

#[tokio::test]
async fn a_use_is_written_down_once_in_five_minutes() {
    #[derive(QueryableByName)]
    struct Used {
        #[diesel(sql_type = Nullable<Timestamptz>)]
        last_used_at: Option<chrono::DateTime<chrono::Utc>>,
    }
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let program = program_of(&anna, &["read"]).await;
    let (_, first) = app.counting(program.get("/permissions")).await;
    let (_, second) = app.counting(program.get("/permissions")).await;
    assert_eq!((first, second), (2, 0), "look-up and note, then nothing");
    let conn = &mut *app.app.conn().await.unwrap();
    let used: Used =
        diesel::sql_query("SELECT last_used_at FROM access_tokens").get_result(conn).await.unwrap();
    assert!(used.last_used_at.is_some());
    let listed = anna.get("/auth/tokens").await.expect(200);
    assert!(listed["items"][0]["last_used_at"].is_string());
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let bakery = Bakery::open().await;
    let mut stranger = bakery.app.stranger();
    let genuine = program_of(&bakery.anna, &["read"]).await.token;
    for forged in [
        format!("space_pat_{}", "a".repeat(40)),
        format!("{genuine}x"),
        genuine.to_uppercase(),
        genuine.replace("space_pat_", "space_bot_"),
        "space_pat_".to_owned(),
    ] {
        stranger.token = forged;
        assert_eq!(stranger.get("/auth/me").await.problem(401), "unauthenticated");
    }
    // A token is no password and no refresh token.
    let login = json!({"login": "anna", "password": genuine});
    assert_eq!(
        bakery.app.stranger().post("/auth/login", login).await.problem(401),
        "wrong_credentials"
    );
    let refresh = json!({"refresh_token": genuine});
    bakery.app.stranger().post("/auth/refresh", refresh).await.problem(401);
    bakery
        .app
        .stranger()
        .post("/auth/login", json!({"login": "anna", "password": PASSWORD}))
        .await
        .expect(200);
}

#[tokio::test]
async fn secrets_are_not_kept_for_repeats() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let bot = anna.post("/bots", json!({"nickname": "helper"})).await.expect(201);
    let path = format!("/bots/{}/tokens", bot["id"].as_str().unwrap());
    for path in ["/auth/tokens", &path] {
        let request = anna
            .request(Method::POST, path)
            .header("Idempotency-Key", "again")
            .json(&json!({"name": "x", "scopes": ["read"]}));
        send(request).await.expect(201);
    }
    let conn = &mut *app.app.conn().await.unwrap();
    let rows: Count = diesel::sql_query("SELECT count(*) AS n FROM idempotency_keys")
        .get_result(conn)
        .await
        .unwrap();
    assert_eq!(rows.n, 0);
}

#[tokio::test]
async fn a_new_password_ends_programs() {
    let post = Post::open().await;
    let anna = post.app.user("anna").await;
    let program = program_of(&anna, &["read"]).await;
    let (_, bot) = bot_of(&anna, "helper", &["read"]).await;
    let mut socket = program.socket().await;
    program.get("/auth/me").await.expect(200);
    let change = json!({"old_password": PASSWORD, "new_password": "another long secret"});
    anna.post("/auth/change-password", change).await.expect(204);
    assert_eq!(program.get("/auth/me").await.problem(401), "unauthenticated");
    assert_eq!(socket.closed().await, 4403);
    // Bots are other accounts.
    bot.get("/auth/me").await.expect(200);

    // Who forgot it may have lost more: everything ends.
    let program = program_of(&anna, &["read"]).await;
    let (mut socket, mut bots) = (program.socket().await, bot.socket().await);
    let nobody = post.app.stranger();
    nobody.post("/auth/forgot-password", json!({"login": "anna"})).await.expect(204);
    let letter = post.letter_to("anna@example.org").await;
    let token = after(&letter, "/reset#");
    let reset = json!({"token": token, "new_password": "a third long secret"});
    nobody.post("/auth/reset-password", reset).await.expect(204);
    for who in [&program, &bot] {
        assert_eq!(who.get("/auth/me").await.problem(401), "unauthenticated");
    }
    assert_eq!((socket.closed().await, bots.closed().await), (4403, 4403));
}
