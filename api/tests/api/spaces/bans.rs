//! Bans and the ways around them.

use crate::support::TestApp;
use crate::support::bakery::send;
use crate::support::client::Client;
use crate::support::staff::{Staff, text};
use chrono::{Duration, Utc};
use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};
use std::time::Instant;

fn ban(b: &Staff, who: &Client) -> String {
    b.at(&format!("/ban/{}", who.id()))
}

fn unban(b: &Staff, who: &Client) -> String {
    b.at(&format!("/unban/{}", who.id()))
}

async fn chat_of(b: &Staff) -> String {
    text(&b.anna.get(&b.space).await.expect(200)["default_chat_id"])
}

/// Hole 6, hole 10 and battery S12: whoever is banned comes in by no way.
#[tokio::test]
async fn hole_14_a_banned_person_comes_in_by_no_way() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let chat = chat_of(&b).await;
    let message = send(&b.mark, &chat, "Before").await.expect(201);
    let code = b.invite(&b.anna, json!({})).await;
    let mut second = b.mark.clone();
    second.login("mark").await;
    // Not by the owner alone (hole 10).
    b.adam.post(&ban(&b, &b.mark), json!({"reason": " Spam "})).await.expect(204);

    let out = |code: &str, answer: crate::support::client::Answer, status| {
        assert_eq!(answer.problem(status), code);
    };
    // With the tokens he had, those of another session, and fresh ones.
    let tokens = b.mark.refresh_token.clone();
    let fresh = b.mark.post("/auth/refresh", json!({"refresh_token": tokens})).await.expect(200);
    let mut renewed = b.mark.clone();
    renewed.token = text(&fresh["access_token"]);
    for who in [&b.mark, &second, &renewed] {
        out("banned", who.post(&b.at("/join"), json!({})).await, 403);
        out("banned", who.post(&format!("/invites/{code}/accept"), json!({})).await, 403);
        out("not_found", who.get(&format!("/messages/{chat}")).await, 404);
        out("not_found", send(who, &chat, "Let me in").await, 404);
        out("not_found", who.get(&b.at("/participants")).await, 404);
        let his = format!("/messages/{}", text(&message["id"]));
        out("not_found", who.patch(&his, json!({"content": "After"})).await, 404);
        out("not_found", who.delete(&his).await, 404);
        let topics = who.socket().await.connected["topics"].as_object().unwrap().len();
        assert_eq!(topics, 1, "only his own");
    }
    out("banned", b.adam.post(&b.at("/members"), json!({"nickname": "mark"})).await, 403);
    out("banned", b.anna.post(&b.at("/invites"), json!({"nickname": "@mark"})).await, 403);
    // Nor with a new direct chat: he shares no space with these people any more.
    out("not_found", b.mark.post("/chats", json!({"user_id": b.adam.id()})).await, 404);

    // A ban stands with the mailbox: case, +tag, and the dots that some providers ignore.
    let owner = app.user("gregor").await;
    let sql = format!("UPDATE users SET email = 'G.Regor@gmail.com' WHERE id = '{}'", owner.id());
    app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    // His, and shown to be: somebody else's address in an account keeps nobody out.
    let sql = format!(
        "INSERT INTO user_mail (user_id, verified_at) VALUES ('{}', now()) \
         ON CONFLICT (user_id) DO UPDATE SET verified_at = now()",
        owner.id()
    );
    app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    owner.post(&b.at("/join"), json!({})).await.expect(200);
    b.anna.post(&ban(&b, &owner), json!({})).await.expect(204);
    for (nickname, email) in [("greg1", "gregor+x@gmail.com"), ("greg2", "GREGOR@GoogleMail.com")] {
        let twin = app.user(nickname).await;
        let sql = format!("UPDATE users SET email = '{email}' WHERE id = '{}'", twin.id());
        app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
        out("banned", twin.post(&b.at("/join"), json!({})).await, 403);
        out("banned", twin.post(&format!("/invites/{code}/accept"), json!({})).await, 403);
    }
    // A rename changes nothing: bans know ids.
    let sql = format!("UPDATE users SET nickname = 'newmark' WHERE id = '{}'", b.mark.id());
    app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    out("banned", b.mark.post(&b.at("/join"), json!({})).await, 403);

    let list = b.anna.get(&b.at("/bans")).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    assert_eq!(list["items"][1]["reason"], "Spam");
    assert_eq!(list["items"][1]["banned_by"]["nickname"], "adam");
    let found = b.anna.get(&b.at("/bans?q=GREG&limit=1")).await.expect(200);
    assert_eq!(found["items"][0]["user"]["nickname"], "gregor");

    b.anna.post(&unban(&b, &b.mark), json!({})).await.expect(204);
    out("not_found", b.anna.post(&unban(&b, &b.mark), json!({})).await, 404);
    // He was removed a moment ago; an invitation lets him in at once.
    out("removed_lately", b.mark.post(&b.at("/join"), json!({})).await, 403);
    b.mark.post(&format!("/invites/{code}/accept"), json!({})).await.expect(200);
    assert_eq!(b.audit("action=member_banned").await.len(), 2);
}

/// Hole 34: no ban in the past, of people who never were here, or lifted without rank.
#[tokio::test]
async fn hole_34_who_bans_whom_and_until_when() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let none = || json!({});
    assert_eq!(b.mona.post(&ban(&b, &b.mark), none()).await.problem(403), "forbidden");
    assert_eq!(b.adam.post(&ban(&b, &b.anna), none()).await.problem(403), "untouchable");
    assert_eq!(b.adam.post(&ban(&b, &b.adam), none()).await.problem(409), "yourself");
    assert_eq!(b.adam.post(&ban(&b, &b.zoe), none()).await.problem(404), "not_found");
    for until in ["2020-01-01T00:00:00Z", "+99999-01-01T00:00:00Z"] {
        let body = json!({"until": until});
        let answer = b.adam.post(&ban(&b, &b.mark), body).await;
        assert!([422, 400].contains(&answer.status), "{}", answer.text);
    }
    for body in [
        json!({"delete_recent": -1}),
        json!({"delete_recent": 604_801}),
        json!({"reason": "x".repeat(501)}),
    ] {
        assert_eq!(b.adam.post(&ban(&b, &b.mark), body).await.problem(422), "invalid");
    }
    let unknown = b.adam.post(&ban(&b, &b.mark), json!({"forever": true})).await;
    assert_eq!(unknown.problem(400), "unknown_field");
    // An equal rank stands.
    b.assign(&b.anna, &b.mona, &b.role("Administrator")).await.expect(204);
    assert_eq!(b.mona.post(&ban(&b, &b.adam), none()).await.problem(403), "rank_too_low");

    // Who left before he was banned is banned all the same.
    b.mark.post(&b.at("/leave"), none()).await.expect(204);
    let mut socket = b.anna.socket().await;
    b.adam.post(&ban(&b, &b.mark), none()).await.expect(204);
    let told = socket.frame("member_banned").await;
    assert_eq!(told["data"]["was_member"], false);
    assert_eq!(b.anna.get(&b.space).await.expect(200)["member_count"], 4);
    // Lifted by who set it, or a higher rank.
    assert_eq!(b.mona.post(&unban(&b, &b.mark), none()).await.problem(403), "rank_too_low");
    b.adam.post(&unban(&b, &b.mark), none()).await.expect(204);
    b.mark.post(&b.at("/join"), none()).await.expect(200);
}

#[tokio::test]
async fn a_ban_ends_by_itself_and_its_row_goes() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let until = Utc::now() + Duration::milliseconds(400);
    b.anna.post(&ban(&b, &b.mark), json!({"until": until.to_rfc3339()})).await.expect(204);
    let code = b.invite(&b.anna, json!({})).await;
    let start = Instant::now();
    while b.mark.post(&format!("/invites/{code}/accept"), json!({})).await.status != 200 {
        assert!(start.elapsed().as_secs() < 5, "still in force");
    }
    assert!(Utc::now() >= until - Duration::milliseconds(5));
    assert_eq!(b.anna.get(&b.at("/bans")).await.expect(200)["items"], json!([]));
    assert_eq!(api::spaces::housekeeping::clean(&app.app.db).await.unwrap(), 1);
}

#[tokio::test]
async fn recent_messages_go_with_the_ban() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let chat = chat_of(&b).await;
    let other = b.anna.post(&b.at("/chats"), json!({"name": "Orders"})).await.expect(201);
    let other = text(&other["id"]);
    for n in 0..5 {
        send(&b.mark, &chat, &format!("spam {n}")).await.expect(201);
        send(&b.rita, &chat, "x").await.problem(403);
    }
    send(&b.mark, &other, "spam there").await.expect(201);
    let kept = send(&b.mona, &chat, "kept").await.expect(201);
    let old = send(&b.mark, &chat, "an old one").await.expect(201);
    let sql = format!(
        "UPDATE messages SET created_at = now() - interval '2 hours' WHERE id = '{}'",
        text(&old["id"])
    );
    app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    let mut reader = b.adam.socket().await;
    reader.ask("join_room", json!({"chat_id": chat})).await;
    reader.ask("join_room", json!({"chat_id": other})).await;
    let body = json!({"delete_recent": 3600});
    let (answer, queries) = app.counting(b.anna.post(&ban(&b, &b.mark), body)).await;
    answer.expect(204);
    assert!(queries < 45, "{queries} statements for six messages in two chats");
    let deleted = |chat: &str| {
        let chat = json!(chat);
        move |f: &&Value| f["type"] == "message_deleted" && f["data"]["chat_id"] == chat
    };
    let heard = reader.drain().await;
    assert_eq!(heard.iter().filter(deleted(&chat)).count(), 5, "{heard:?}");
    assert_eq!(heard.iter().filter(deleted(&other)).count(), 1);
    let left = b.anna.get(&format!("/messages/{chat}")).await.expect(200);
    let ids: Vec<_> = left["items"].as_array().unwrap().iter().map(|m| text(&m["id"])).collect();
    assert_eq!(ids, [text(&kept["id"]), text(&old["id"])]);
    assert_eq!(b.audit("action=messages_deleted").await[0], ["messages_deleted", "anna", "mark"]);
}
