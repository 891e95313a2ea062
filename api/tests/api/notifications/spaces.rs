//! What is done to people in spaces comes into their inboxes, at once.

use super::{inbox, unread};
use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::socket::Socket;
use crate::support::staff::{Staff, text};
use serde_json::{Value, json};

/// The entry that just came: over the socket, and first in the inbox.
async fn came(who: &Client, socket: &mut Socket) -> Value {
    let frame = socket.frame("notification_created").await;
    let entry = frame["data"]["notification"].clone();
    let all = inbox(who).await;
    assert_eq!(all[0], entry);
    assert_eq!(frame["data"]["unread"], unread(who).await);
    entry
}

#[tokio::test]
async fn what_moderators_do_is_told() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let mut mark = b.mark.socket().await;
    let path = |act: &str| b.at(&format!("/{act}/{}", b.mark.id()));
    let restrict = path("restrict");
    let until = "2199-01-01T00:00:00.000Z";
    let deny = json!({"permissions_denied": ["send_messages"], "reason": " Loud ", "until": until});
    b.mona.post(&restrict, deny).await.expect(200);
    let entry = came(&b.mark, &mut mark).await;
    assert_eq!(entry["kind"], "moderation");
    assert_eq!(entry["space"]["name"], "Bakery");
    assert_eq!(entry["actor"]["nickname"], "mona");
    assert_eq!(entry["detail"], json!({"action": "restricted", "reason": "Loud", "until": until}));
    b.mona.post(&restrict, json!({"permissions_denied": []})).await.expect(200);
    assert_eq!(came(&b.mark, &mut mark).await["detail"], json!({"action": "released"}));
    // Nothing was taken: nothing is told.
    b.mona.post(&restrict, json!({"permissions_denied": []})).await.expect(200);
    b.mona.post(&path("kick"), json!({"reason": "Bye"})).await.expect(204);
    let detail = json!({"action": "kicked", "reason": "Bye"});
    assert_eq!(came(&b.mark, &mut mark).await["detail"], detail);
    b.adam.post(&path("ban"), json!({})).await.expect(204);
    assert_eq!(came(&b.mark, &mut mark).await["detail"], json!({"action": "banned"}));
    b.adam.post(&path("unban"), json!({})).await.expect(204);
    assert_eq!(came(&b.mark, &mut mark).await["detail"], json!({"action": "unbanned"}));
    assert_eq!(inbox(&b.mark).await.len(), 5);
    for other in [&b.anna, &b.mona, &b.adam] {
        let about = inbox(other).await;
        assert!(about.iter().all(|entry| entry["kind"] != "moderation"), "{about:?}");
    }
}

#[tokio::test]
async fn roles_and_ownership_are_told() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let mut mark = b.mark.socket().await;
    b.assign(&b.anna, &b.mark, &b.role("Moderator")).await.expect(204);
    let entry = came(&b.mark, &mut mark).await;
    assert_eq!(
        (&entry["kind"], &entry["detail"]["role"]["name"]),
        (&json!("role_change"), &json!("Moderator"))
    );
    b.assign(&b.anna, &b.mark, &b.role("Moderator")).await.expect(204);
    b.anna.post(&b.at("/transfer"), json!({"user_id": b.mark.id()})).await.expect(200);
    let entry = came(&b.mark, &mut mark).await;
    assert_eq!(
        (&entry["kind"], &entry["detail"]["role"]["name"]),
        (&json!("role_change"), &json!("Owner"))
    );
    assert_eq!(inbox(&b.mark).await.len(), 2, "the same role again is no news");
}

#[tokio::test]
async fn invitations_and_being_brought_in_are_told() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let nina = app.user("nina").await;
    let mut socket = nina.socket().await;
    let code = b.invite(&b.anna, json!({"nickname": "nina"})).await;
    let entry = came(&nina, &mut socket).await;
    assert_eq!((&entry["kind"], &entry["detail"]["code"]), (&json!("invite"), &json!(code)));
    assert_eq!(entry["space"]["name"], "Bakery");
    let seen = inbox(&nina).await.len();
    // An invitation for anybody is nobody's.
    b.invite(&b.anna, json!({})).await;
    assert_eq!(inbox(&nina).await.len(), seen);
    let mut zoe = b.zoe.socket().await;
    b.anna.post(&b.at("/members"), json!({"nickname": "zoe"})).await.expect(201);
    let entry = came(&b.zoe, &mut zoe).await;
    assert_eq!((&entry["kind"], &entry["detail"]), (&json!("invite"), &json!({})));
}

#[tokio::test]
async fn who_reported_hears_what_became_of_it() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let about = b.at(&format!("/report/{}", b.rita.id()));
    b.mark.post(&about, json!({"reason": "spam"})).await.expect(204);
    let report = b.anna.get(&b.at("/reports")).await.expect(200);
    let path = b.at(&format!("/reports/{}", text(&report["items"][0]["id"])));
    let mut mark = b.mark.socket().await;
    let done = json!({"state": "resolved", "outcome": "For moderators only"});
    b.mona.patch(&path, done).await.expect(200);
    let entry = came(&b.mark, &mut mark).await;
    assert_eq!(entry["detail"], json!({"action": "report_resolved"}));
    // Opened again: nothing to tell.
    b.mona.patch(&path, json!({"state": "open"})).await.expect(200);
    b.mona.patch(&path, json!({"state": "dismissed"})).await.expect(200);
    assert_eq!(came(&b.mark, &mut mark).await["detail"], json!({"action": "report_dismissed"}));
    assert!(inbox(&b.rita).await.iter().all(|entry| entry["kind"] != "moderation"));
}

#[tokio::test]
async fn who_does_not_want_a_kind_is_left_in_peace() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    for kind in ["moderation", "role_change", "invite"] {
        let off = json!({"kinds": [{"kind": kind, "inbox": false, "mail": false}]});
        b.mark.patch("/notifications/settings", off).await.expect(200);
    }
    b.assign(&b.anna, &b.mark, &b.role("Moderator")).await.expect(204);
    b.anna.post(&b.at(&format!("/kick/{}", b.mark.id())), json!({})).await.expect(204);
    b.anna.post(&b.at("/members"), json!({"nickname": "mark"})).await.expect(201);
    assert!(inbox(&b.mark).await.is_empty());
    assert_eq!(unread(&b.mark).await, 0);
}
