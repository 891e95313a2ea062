//! What people say about themselves for a while.

use crate::support::TestApp;
use crate::support::bakery::Bakery;
use chrono::{Duration, SecondsFormat, Utc};
use serde_json::{Value, json};

fn in_seconds(seconds: i64) -> String {
    (Utc::now() + Duration::seconds(seconds)).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Hole 12: times with and without a zone never meet, so that no read of a status or profile breaks
/// once there is activity.
#[tokio::test]
async fn holes_12_and_33_a_status_with_text_is_seen_by_people_who_share_a_space_only() {
    let bakery = Bakery::open().await;
    let (anna, boris, vera) = (&bakery.anna, &bakery.boris, &bakery.vera);
    let (mut hears, mut stranger) = (anna.socket().await, vera.socket().await);
    let _there = boris.socket().await;
    let until = in_seconds(3600);
    let body = json!({"status": "dnd", "text": " At the oven ", "emoji": "🥐", "until": until});
    boris.post("/status/set-status", body).await.expect(204);
    let custom = json!({"text": "At the oven", "emoji": "🥐", "until": until});
    let told = hears.wait(|f| f["data"]["status"] == "dnd").await;
    assert_eq!(
        (&told["type"], &told["data"]["custom_status"]),
        (&json!("user_status_changed"), &custom)
    );
    let path = format!("/status/user/{}", boris.id());
    let seen = anna.get(&path).await.expect(200);
    assert_eq!((&seen["status"], &seen["custom_status"]), (&json!("dnd"), &custom));
    let profile = format!("/profile/{}", boris.id());
    assert_eq!(anna.get(&profile).await.expect(200)["presence"], seen);
    let member = format!("/spaces/{}/participants/{}", bakery.space, boris.id());
    assert_eq!(anna.get(&member).await.expect(200)["custom_status"], custom);
    assert_eq!(boris.get("/status/my-status").await.expect(200), seen);
    assert_eq!(boris.get("/profile/me").await.expect(200)["custom_status"], custom);
    // Hole 33: nobody else hears of it, or can ask.
    vera.get(&path).await.problem(404);
    let seen = vera.get(&profile).await;
    assert!(!seen.text.contains("oven") && seen.json().get("presence").is_none(), "{}", seen.text);
    let heard = stranger.drain().await;
    assert!(heard.iter().all(|f| f["data"]["user_id"] != boris.id()), "{heard:?}");
}

#[tokio::test]
async fn absent_keeps_and_null_clears_a_status() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let set = async |body: Value| {
        anna.post("/status/set-status", body).await.expect(204);
        anna.get("/profile/me").await.expect(200)
    };
    let me = set(json!({"status": "online", "text": "Lunch", "emoji": "🍲"})).await;
    assert_eq!(me["custom_status"]["text"], "Lunch");
    let me = set(json!({"status": "away"})).await;
    assert_eq!((&me["status"], &me["custom_status"]["emoji"]), (&json!("away"), &json!("🍲")));
    let me = set(json!({"status": "away", "emoji": null})).await;
    assert_eq!(me["custom_status"], json!({"text": "Lunch", "emoji": null, "until": null}));
    let me = set(json!({"status": "online", "text": null})).await;
    assert_eq!(me.get("custom_status"), None);
}

#[tokio::test]
async fn a_status_ends_when_it_said() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let _socket = anna.socket().await;
    let body = json!({"status": "dnd", "text": "Back at once", "until": in_seconds(1)});
    anna.post("/status/set-status", body).await.expect(204);
    assert_eq!(anna.get("/status/my-status").await.expect(200)["status"], "dnd");
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
    let over = loop {
        let seen = anna.get("/status/my-status").await.expect(200);
        if seen["status"] != "dnd" || tokio::time::Instant::now() > deadline {
            break seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert_eq!(over, json!({"user_id": anna.id(), "status": "online"}));
    let me = anna.get("/profile/me").await.expect(200);
    assert_eq!((&me["status"], me.get("custom_status")), (&json!("online"), None));
    // What is over does not come back with the next status.
    anna.post("/status/set-status", json!({"status": "dnd"})).await.expect(204);
    assert_eq!(anna.get("/status/my-status").await.expect(200)["status"], "dnd");
    assert_eq!(anna.get("/profile/me").await.expect(200).get("custom_status"), None);
}

#[tokio::test]
async fn what_cannot_be_a_status_is_refused_by_field() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    for (field, value) in [
        ("text", json!("x".repeat(101))),
        ("text", json!("")),
        ("text", json!("two\nlines")),
        ("emoji", json!("no")),
        ("until", json!(in_seconds(-1))),
        ("until", json!(in_seconds(400 * 24 * 3600))),
    ] {
        let mut body = json!({"status": "online"});
        body[field] = value.clone();
        let answer = anna.post("/status/set-status", body.clone()).await;
        assert_eq!(answer.problem(422), "invalid", "{field}: {value}");
        assert_eq!(answer.json()["errors"][0]["pointer"], format!("/{field}"));
        let mut socket = anna.socket().await;
        assert_eq!(socket.refused("set_status", body).await, "invalid", "{field}: {value}");
    }
}
