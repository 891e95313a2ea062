//! Where somebody is logged in, and how that ends.

use crate::support::TestApp;
use serde_json::json;

#[tokio::test]
async fn sessions_are_listed_and_one_can_be_ended() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let boris = app.user("boris").await;
    let mut phone = anna.clone();
    phone.login("anna").await;
    let mut socket = phone.socket().await;

    let sessions = anna.get("/auth/sessions").await.expect(200);
    let items = sessions["items"].as_array().unwrap();
    let current: Vec<_> = items.iter().map(|item| item["current"].as_bool().unwrap()).collect();
    assert_eq!(current, [false, true], "{sessions}");
    assert_eq!(items[0]["address"], "127.0.0.1");
    assert!(sessions["next_cursor"].is_null());

    let path = format!("/auth/sessions/{}", items[0]["id"].as_str().unwrap());
    assert_eq!(boris.delete(&path).await.problem(404), "not_found");
    anna.delete(&path).await.expect(204);
    assert_eq!(socket.closed().await, 4403);
    assert_eq!(phone.get("/auth/me").await.problem(401), "unauthenticated");
    assert_eq!(anna.delete(&path).await.problem(404), "not_found");
    let left = anna.get("/auth/sessions").await.expect(200);
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn logging_out_closes_the_sockets_of_this_session_only() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let mut phone = anna.clone();
    phone.login("anna").await;
    let (mut here, mut there) = (phone.socket().await, anna.socket().await);

    phone.post("/auth/logout", json!({})).await.expect(204);
    assert_eq!(here.closed().await, 4403);
    assert_eq!(phone.get("/auth/me").await.problem(401), "unauthenticated");
    there.drain().await;
    anna.get("/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_refresh_token_is_enough_to_log_out() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let body = json!({"refresh_token": anna.refresh_token});
    app.stranger().post("/auth/logout", body.clone()).await.expect(204);
    anna.get("/auth/me").await.problem(401);
    assert_eq!(anna.post("/auth/refresh", body).await.problem(401), "invalid_refresh_token");
    assert_eq!(
        app.stranger().post("/auth/logout", json!({})).await.problem(401),
        "unauthenticated"
    );
}

#[tokio::test]
async fn logging_out_everywhere_ends_everything() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let mut phone = anna.clone();
    phone.login("anna").await;
    let (mut here, mut there) = (phone.socket().await, anna.socket().await);
    anna.post("/auth/logout-all", json!({})).await.expect(204);
    assert_eq!((here.closed().await, there.closed().await), (4403, 4403));
    for client in [anna, phone] {
        client.get("/auth/me").await.problem(401);
        let body = json!({"refresh_token": client.refresh_token});
        client.post("/auth/refresh", body).await.problem(401);
    }
}

#[tokio::test]
async fn a_revoked_token_opens_no_socket() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    anna.post("/auth/logout", json!({})).await.expect(204);
    let mut socket = crate::support::socket::Socket::open(app.address).await;
    socket.command("hello", json!({"token": anna.token})).await;
    assert_eq!(socket.closed().await, 4401);
}
