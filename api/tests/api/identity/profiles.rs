//! Profiles and presence.

use crate::support::TestApp;
use crate::support::client::send;
use reqwest::Method;
use serde_json::{Value, json};

/// Hole 21: what the client says was cleared, is.
#[tokio::test]
async fn hole_21_absent_keeps_and_null_clears() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let patch = async |body: Value| anna.patch("/profile/me", body).await;
    let me = patch(json!({"display_name": " Anna K. ", "bio": "Bakes."})).await.expect(200);
    assert_eq!((&me["display_name"], &me["bio"]), (&json!("Anna K."), &json!("Bakes.")));
    let me = patch(json!({"bio": null})).await.expect(200);
    assert_eq!((&me["display_name"], &me["bio"]), (&json!("Anna K."), &Value::Null));
    let me = patch(json!({})).await.expect(200);
    assert_eq!(anna.get("/profile/me").await.expect(200), me);
    assert_eq!(patch(json!({"display_name": ""})).await.problem(422), "invalid");
    assert_eq!(patch(json!({"bio": "x".repeat(501)})).await.problem(422), "invalid");
    assert_eq!(patch(json!({"nickname": "root"})).await.problem(400), "unknown_field");
}

#[tokio::test]
async fn an_edit_of_an_old_version_is_refused() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let seen = anna.get("/profile/me").await.headers["etag"].to_str().unwrap().to_owned();
    // Another status is no edit.
    anna.post("/status/set-status", json!({"status": "dnd"})).await.expect(204);
    let edit = |name: &str| {
        let request = anna.request(Method::PATCH, "/profile/me").header("if-match", &seen);
        send(request.json(&json!({"display_name": name})))
    };
    let answer = edit("First").await;
    assert_eq!(answer.status, 200);
    assert_ne!(answer.headers["etag"], seen.as_str());
    assert_eq!(edit("Second").await.problem(412), "stale");
    assert_eq!(anna.get("/profile/me").await.expect(200)["display_name"], "First");
}

#[tokio::test]
async fn state_and_events_are_state() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let mut phone = anna.socket().await;
    let mut state = anna.get("/profile/me").await.expect(200);
    anna.patch("/profile/me", json!({"display_name": "Anna K."})).await.expect(200);
    phone.ask("set_status", json!({"status": "dnd"})).await;
    anna.patch("/profile/me", json!({"bio": "Bakes."})).await.expect(200);
    for seq in 1..=3 {
        let event = phone.frame("profile_updated").await;
        assert_eq!(
            (&event["seq"], &event["topic"]),
            (&json!(seq), &json!(format!("user:{}", anna.id())))
        );
        state = event["data"].clone();
    }
    assert_eq!(state, anna.get("/profile/me").await.expect(200));
    assert_eq!((&state["status"], &state["bio"]), (&json!("dnd"), &json!("Bakes.")));
    assert_eq!(phone.refused("set_status", json!({"status": "asleep"})).await, "invalid");
}

#[tokio::test]
async fn others_see_the_public_fields_and_never_the_address() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let boris = app.user("boris").await;
    anna.patch("/profile/me", json!({"bio": "Bakes."})).await.expect(200);
    let paths = [format!("/profile/{}", anna.id()), "/profile/nickname/ANNA".into()];
    for path in &paths {
        let answer = boris.get(path).await;
        let profile = answer.json();
        assert_eq!((&profile["nickname"], &profile["bio"]), (&json!("anna"), &json!("Bakes.")));
        assert!(!answer.text.contains("example.org"), "{}", answer.text);
        app.stranger().get(path).await.problem(401);
    }
    let unknown = uuid::Uuid::now_v7();
    for path in [format!("/profile/{unknown}"), "/profile/7".into(), "/profile/nickname/ana".into()]
    {
        assert_eq!(boris.get(&path).await.problem(404), "not_found", "{path}");
    }
}

#[tokio::test]
async fn presence_is_for_people_who_share_a_space() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let boris = app.user("boris").await;
    let stranger = app.user("clara").await;
    let space = anna.post("/spaces", json!({"name": "Bakery", "visibility": "public"})).await;
    let space = space.expect(201)["id"].as_str().unwrap().to_owned();
    boris.post(&format!("/spaces/{space}/join"), json!({})).await;
    let path = format!("/status/user/{}", anna.id());
    assert_eq!(boris.get(&path).await.expect(200)["status"], "offline");
    let _socket = anna.socket().await;
    assert_eq!(boris.get(&path).await.expect(200)["status"], "online");
    anna.post("/status/set-status", json!({"status": "away"})).await.expect(204);
    assert_eq!(boris.get(&path).await.expect(200)["status"], "away");
    anna.post("/status/set-status", json!({"status": "offline"})).await.expect(204);
    assert_eq!(boris.get(&path).await.expect(200)["status"], "offline");
    let answer = anna.get("/status/my-status").await.expect(200);
    assert_eq!(answer, json!({"user_id": anna.id(), "status": "offline"}));
    assert_eq!(stranger.get(&path).await.problem(404), "not_found");
    let unknown = format!("/status/user/{}", uuid::Uuid::now_v7());
    assert_eq!(stranger.get(&unknown).await.problem(404), "not_found");
}

#[tokio::test]
async fn a_heartbeat_is_enough_to_be_there() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    anna.post("/status/set-status", json!({"status": "dnd"})).await.expect(204);
    assert_eq!(anna.get("/status/my-status").await.expect(200)["status"], "offline");
    anna.post("/status/heartbeat", json!({"active": true})).await.expect(204);
    assert_eq!(anna.get("/status/my-status").await.expect(200)["status"], "dnd");
    send(anna.request(Method::POST, "/status/heartbeat")).await.expect(204);
}
