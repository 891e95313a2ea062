//! What is done to people in spaces comes into their inboxes, at once.

use super::events::Replica;
use super::{id, inbox, unread};
use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::files::{form, png};
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
    // The same once more is no news.
    let same = json!({"permissions_denied": ["send_messages"], "until": until});
    b.mona.post(&restrict, same).await.expect(200);
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
    for other in [&b.anna, &b.adam, &b.rita] {
        let about = inbox(other).await;
        let roles = about.iter().filter(|entry| entry["kind"] == "role_change").count();
        let given = usize::from(other.id() != b.anna.id());
        assert_eq!(roles, given, "only what he was given himself");
    }
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
    let (mut mark, mut rita) = (b.mark.socket().await, b.rita.socket().await);
    let done = json!({"state": "resolved", "outcome": "For moderators only"});
    b.mona.patch(&path, done).await.expect(200);
    let entry = came(&b.mark, &mut mark).await;
    assert_eq!(entry["detail"], json!({"action": "report_resolved"}));
    assert_eq!(entry.get("actor"), None, "which moderator it was is nobody's business");
    // Opened again: nothing to tell.
    b.mona.patch(&path, json!({"state": "open"})).await.expect(200);
    b.mona.patch(&path, json!({"state": "dismissed"})).await.expect(200);
    assert_eq!(came(&b.mark, &mut mark).await["detail"], json!({"action": "report_dismissed"}));
    // Whom it was about hears nothing, least of all from whom it came; who decided is not told of it.
    for other in [&b.rita, &b.mona, &b.zoe] {
        assert!(inbox(other).await.iter().all(|entry| entry["kind"] != "moderation"));
    }
    let frames = json!(rita.drain().await).to_string();
    assert!(!frames.contains("report") && !frames.contains("mark"), "{frames}");
    // Who handles what he reported himself knows it already.
    b.mona.post(&about, json!({"reason": "abuse"})).await.expect(204);
    let open = b.mona.get(&b.at("/reports?state=open")).await.expect(200);
    let path = b.at(&format!("/reports/{}", text(&open["items"][0]["id"])));
    let before = inbox(&b.mona).await;
    b.mona.patch(&path, json!({"state": "resolved"})).await.expect(200);
    assert_eq!(inbox(&b.mona).await, before);
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

/// A hidden space is hidden from whoever is not in it: he sees what it was called when he was told.
#[tokio::test]
async fn who_is_out_of_a_hidden_space_sees_what_it_was_called() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let update = async |change: Value| b.anna.patch(&b.space, change).await.expect(200);
    update(json!({"visibility": "hidden"})).await;
    let path = b.at("/upload-avatar");
    b.anna.post_form(&path, form("a.png", &png())).await.expect(200);
    let mut mark = Replica::open(&b.mark).await;
    let restrict = json!({"permissions_denied": ["send_messages"]});
    b.mona.post(&b.at(&format!("/restrict/{}", b.mark.id())), restrict).await.expect(200);
    mark.check("restricted").await;
    assert!(inbox(&b.mark).await[0]["space"]["avatar_url"].is_string());
    let mut socket = b.mark.socket().await;
    b.mona.post(&b.at(&format!("/kick/{}", b.mark.id())), json!({})).await.expect(204);
    came(&b.mark, &mut socket).await;
    let code = b.invite(&b.anna, json!({"nickname": "mark"})).await;
    came(&b.mark, &mut socket).await;
    let mut mark = Replica::open(&b.mark).await;
    update(json!({"name": "Secret plans"})).await;
    mark.check("renamed after he was out").await;
    let entries = inbox(&b.mark).await;
    assert_eq!(entries.len(), 3);
    for entry in &entries {
        assert_eq!(entry["space"], json!({"id": b.id(), "name": "Bakery", "avatar_url": null}));
    }
    assert!(!json!(entries).to_string().contains("Secret"));
    // Inside again he sees it as it is.
    b.mark.post(&format!("/invites/{code}/accept"), json!({})).await.expect(200);
    for entry in inbox(&b.mark).await {
        assert_eq!(entry["space"]["name"], "Secret plans");
    }
    // Gone for everybody: only the names remain.
    b.anna.delete(&b.space).await.expect(204);
    for entry in inbox(&b.mark).await {
        assert_eq!(entry["space"], json!({"id": b.id(), "name": "Bakery", "avatar_url": null}));
    }
}

#[tokio::test]
async fn an_invitation_that_is_taken_back_leaves_no_entry() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let nina = app.user("nina").await;
    let mut device = Replica::open(&nina).await;
    let code = b.invite(&b.anna, json!({"nickname": "nina"})).await;
    device.check("invited").await;
    let before = (inbox(&b.anna).await, inbox(&b.zoe).await);
    b.anna.delete(&format!("/invites/{code}")).await.expect(204);
    device.check("taken back").await;
    assert!(inbox(&nina).await.is_empty());
    assert_eq!(unread(&nina).await, 0);
    let kept = b.invite(&b.anna, json!({"nickname": "nina"})).await;
    device.check("invited again").await;
    let entry = &inbox(&nina).await[0];
    nina.delete(&format!("/notifications/{}", id(entry))).await.expect(204);
    device.check("removed by her").await;
    nina.post(&format!("/invites/{kept}/accept"), json!({})).await.expect(200);
    device.check("accepted").await;
    assert_eq!((inbox(&b.anna).await, inbox(&b.zoe).await), before, "nobody else hears");
}

#[tokio::test]
async fn however_many_invite_to_a_space_one_entry_tells_it() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let nina = app.user("nina").await;
    let mut device = Replica::open(&nina).await;
    let who = json!({"nickname": "nina"});
    let only = async || {
        let entries = inbox(&nina).await;
        assert_eq!((entries.len(), unread(&nina).await), (1, 1), "{entries:?}");
        (text(&entries[0]["detail"]["code"]), text(&entries[0]["actor"]["nickname"]))
    };
    b.assign(&b.anna, &b.mona, &b.role("Administrator")).await.expect(204);
    b.invite(&b.mona, who.clone()).await;
    device.check("invited").await;
    let by_adam = b.invite(&b.adam, who.clone()).await;
    device.check("by another").await;
    assert_eq!(only().await, (by_adam.clone(), "adam".to_owned()));
    // One to a stronger role stays in front, and is told once.
    let strong = json!({"nickname": "nina", "role_id": b.role("Moderator")});
    let best = b.invite(&b.anna, strong).await;
    device.check("to a role").await;
    let told = inbox(&nina).await[0].clone();
    b.invite(&b.mona, who.clone()).await;
    let latest = b.invite(&b.mona, who.clone()).await;
    device.check("once more").await;
    assert_eq!(inbox(&nina).await, [told]);
    // What is taken back gives way to the next one, which opens.
    b.anna.delete(&format!("/invites/{best}")).await.expect(204);
    device.check("taken back").await;
    assert_eq!(only().await, (latest.clone(), "mona".to_owned()));
    // Her others open nothing either since she may not invite: that of another is told.
    b.assign(&b.anna, &b.mona, &b.role("Restricted")).await.expect(204);
    b.anna.delete(&format!("/invites/{latest}")).await.expect(204);
    assert_eq!(only().await, (by_adam.clone(), "adam".to_owned()));
    // Another space is another entry.
    b.zoe.post(&format!("{}/invites", b.garage), who.clone()).await.expect(201);
    device.check("to the garage").await;
    let entries = inbox(&nina).await;
    assert_eq!(entries.len(), 2);
    // What she took out does not come back by itself.
    nina.delete(&format!("/notifications/{}", id(&entries[1]))).await.expect(204);
    b.adam.delete(&format!("/invites/{by_adam}")).await.expect(204);
    assert_eq!(inbox(&nina).await.len(), 1);
    // Whom she mutes is passed over.
    b.invite(&b.adam, who.clone()).await;
    let path = format!("/profile/me/marks/{}", b.anna.id());
    nina.put(&path, json!({"mark": "muted"})).await.expect(200);
    let before = inbox(&nina).await;
    b.invite(&b.anna, json!({"nickname": "nina", "role_id": b.role("Moderator")})).await;
    assert_eq!(inbox(&nina).await, before);
    device.check("muted").await;
}

#[tokio::test]
async fn who_is_banned_meanwhile_is_told_of_no_other_invitation() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    b.mark.post(&b.at("/leave"), json!({})).await.expect(204);
    b.invite(&b.adam, json!({"nickname": "mark"})).await;
    let told = b.invite(&b.anna, json!({"nickname": "mark"})).await;
    b.anna.post(&b.at(&format!("/ban/{}", b.mark.id())), json!({})).await.expect(204);
    b.anna.delete(&format!("/invites/{told}")).await.expect(204);
    let entries = inbox(&b.mark).await;
    assert!(entries.iter().all(|entry| entry["kind"] != "invite"), "{entries:?}");
}

#[tokio::test]
async fn whom_one_does_not_want_to_hear_invites_in_vain() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let nina = app.user("nina").await;
    let invite = async || b.anna.post(&b.at("/invites"), json!({"nickname": "nina"})).await;
    let mark = async |how: &str| {
        nina.put(&format!("/profile/me/marks/{}", b.anna.id()), json!({"mark": how}))
            .await
            .expect(200);
    };
    mark("muted").await;
    invite().await.expect(201);
    assert!(inbox(&nina).await.is_empty());
    mark("blocked").await;
    invite().await.problem(422);
    b.anna.post(&b.at("/members"), json!({"nickname": "nina"})).await.problem(422);
    assert!(inbox(&nina).await.is_empty());
}
