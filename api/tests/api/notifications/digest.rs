//! What stayed unread is mailed: once, in one letter, to people who want it.

use super::{id, inbox};
use crate::support::bakery::send;
use crate::support::client::{Client, send as call};
use crate::support::mail::{Post, after, code_in, run_jobs};
use api::jobs::Job as _;
use api::jobs::worker::add_due;
use api::notifications::digest::FindDigests;
use diesel_async::SimpleAsyncConnection as _;
use reqwest::Method;
use serde_json::json;

struct Bakery {
    post: Post,
    anna: Client,
    boris: Client,
    chat: String,
    space: String,
}

impl Bakery {
    /// Boris is a member with a confirmed address.
    async fn open() -> Self {
        let post = Post::open().await;
        let (anna, boris) = (post.app.user("anna").await, post.app.user("boris").await);
        let body = json!({"name": "The bakery", "visibility": "public"});
        let space = anna.post("/spaces", body).await.expect(201);
        boris.post(&format!("/spaces/{}/join", id(&space)), json!({})).await.expect(200);
        let code = code_in(&post.letter_to("boris@example.org").await);
        boris.post("/auth/verify-email", json!({"code": code})).await.expect(200);
        let chat = space["default_chat_id"].as_str().unwrap().into();
        let space = id(&space).into();
        Self { post, anna, boris, chat, space }
    }

    async fn sql(&self, text: &str) {
        self.post.app.app.conn().await.unwrap().batch_execute(text).await.unwrap();
    }

    async fn say(&self, text: &str) -> serde_json::Value {
        send(&self.anna, &self.chat, text).await.expect(201)
    }

    /// Lets time pass; returns the letters about unread notifications so far.
    async fn later(&self, minutes: u32) -> Vec<String> {
        self.sql(&format!(
            "UPDATE notifications SET created_at = created_at - interval '{minutes} minutes'; \
             UPDATE job_schedules SET next_at = now()"
        ))
        .await;
        add_due(&self.post.app.app, api::router::jobs()).await.unwrap();
        let all = self.post.letters().await;
        all.into_iter().filter(|letter| letter.contains("List-Unsubscribe")).collect()
    }
}

#[tokio::test]
async fn one_letter_brings_everything_once() {
    let b = Bakery::open().await;
    b.say("@boris first").await;
    assert!(b.later(20).await.is_empty(), "not yet");
    let read = b.say("@boris second").await;
    b.boris.post(&format!("/chats/{}/read", b.chat), json!({"seq": 1})).await.expect(200);
    b.say("@boris third").await;
    assert!(b.later(20).await.is_empty(), "the first was read");
    let letters = b.later(20).await;
    let [letter] = &letters[..] else { panic!("{letters:#?}") };
    assert!(letter.contains("To: boris@example.org"));
    assert!(letter.contains("Subject: 2 unread notifications"), "{letter}");
    assert!(letter.contains("anna mentioned you (#") && letter.contains("The bakery)"), "{letter}");
    assert!(letter.contains("@boris second") && letter.contains("@boris third"));
    assert!(letter.contains(&format!("/s/{}/c/{}?m={}", b.space, b.chat, read["seq"])));
    assert_eq!(b.later(60).await.len(), 1, "nothing is mailed twice");
    let root = read["id"].as_str().unwrap();
    let reply = json!({"content": "@boris fourth", "nonce": "4", "thread_root": root});
    let reply = b.anna.post(&format!("/messages/{}", b.chat), reply).await.expect(201);
    let letters = b.later(60).await;
    assert_eq!(letters.len(), 2);
    let address = format!("/s/{}/c/{}?t={root}&m={}", b.space, b.chat, reply["seq"]);
    assert!(letters[1].contains(&address), "a reply is shown in its thread: {}", letters[1]);
    assert!(letters[1].contains("Subject: 1 unread notification"), "{}", letters[1]);
    let log = b.boris.get("/notifications/deliveries").await.expect(200);
    assert_eq!(log["items"][0]["about"], "digest");
}

#[tokio::test]
async fn who_does_not_want_letters_gets_none() {
    let b = Bakery::open().await;
    let set = async |change| b.boris.patch("/notifications/settings", change).await.expect(200);
    let hours = |from, to, zone: &str| {
        let clock = |hours| chrono::Utc::now() + chrono::Duration::hours(hours);
        let clock = |hours| clock(hours).format("%H:%M").to_string();
        json!({"quiet": {"from": clock(from), "to": clock(to), "zone": zone}})
    };
    for change in [
        json!({"mail": false}),
        json!({"mail": true, "mail_minutes": 1440}),
        json!({"mail_minutes": 30, "quiet": {"until": "2101-01-01T00:00:00Z"}}),
        hours(-1, 1, "UTC"),
        // Where it is twelve hours later.
        hours(11, 13, "Etc/GMT-12"),
        json!({"quiet": {}, "kinds": [{"kind": "mention", "inbox": true, "mail": false}]}),
    ] {
        set(change.clone()).await;
        b.say("@boris look").await;
        assert!(b.later(60).await.is_empty(), "{change}");
        b.boris.post("/notifications/read-all", json!({})).await.expect(204);
    }
    set(json!({"kinds": [{"kind": "mention", "inbox": true, "mail": true}]})).await;
    b.boris.post("/status/set-status", json!({"status": "dnd"})).await.expect(204);
    b.say("@boris look").await;
    assert!(b.later(60).await.is_empty(), "do not disturb");
    let until = chrono::Utc::now() + chrono::Duration::hours(1);
    let busy = json!({"status": "dnd", "until": until});
    b.boris.post("/status/set-status", busy).await.expect(204);
    assert!(b.later(1).await.is_empty(), "do not disturb for an hour");
    b.sql("UPDATE user_choices SET status_until = now() - interval '1 second'").await;
    assert_eq!(b.later(1).await.len(), 1, "the hour is over");
    // Without a confirmed address nobody is written to.
    send(&b.boris, &b.chat, "@anna look").await.expect(201);
    assert_eq!(b.later(60).await.len(), 1);
    // It is quiet here, but not where he is.
    set(hours(-1, 1, "Etc/GMT-12")).await;
    b.say("@boris look").await;
    assert_eq!(b.later(60).await.len(), 2);
}

/// A letter that was ordered waits, too: an earlier try may have failed.
#[tokio::test]
async fn who_wants_peace_meanwhile_is_left_in_peace() {
    let b = Bakery::open().await;
    b.say("@boris look").await;
    b.sql("UPDATE notifications SET created_at = created_at - interval '60 minutes'").await;
    // The letter is ordered, and not sent yet.
    add_due(&b.post.app.app, api::router::jobs()).await.unwrap();
    FindDigests {}.run(b.post.app.app.clone()).await.unwrap();
    let quiet = |until: &str| json!({"quiet": {"until": until}});
    let set = async |change| b.boris.patch("/notifications/settings", change).await.expect(200);
    set(quiet("2101-01-01T00:00:00Z")).await;
    assert!(b.later(1).await.is_empty());
    set(quiet("2001-01-01T00:00:00Z")).await;
    b.sql("UPDATE jobs SET run_at = now()").await;
    assert_eq!(b.later(1).await.len(), 1);
}

#[tokio::test]
async fn what_went_meanwhile_is_not_in_the_letter() {
    let b = Bakery::open().await;
    let message = b.say("@boris a slip").await;
    b.sql("UPDATE notifications SET created_at = created_at - interval '60 minutes'").await;
    add_due(&b.post.app.app, api::router::jobs()).await.unwrap();
    b.anna.delete(&format!("/messages/{}", id(&message))).await.expect(204);
    run_jobs(&b.post.app).await;
    assert!(b.later(60).await.is_empty());
    assert!(inbox(&b.boris).await.is_empty());
}

#[tokio::test]
async fn a_link_ends_the_letters_without_a_login() {
    let b = Bakery::open().await;
    b.say("@boris look").await;
    let letters = b.later(60).await;
    let page = after(&letters[0], "/unsubscribe#");
    let header = after(&letters[0], "List-Unsubscribe: <");
    let post = header.trim_end_matches('>').split("/api/v1").nth(1).unwrap().to_owned();
    assert!(post.ends_with(&page), "{post} and {page}");
    assert!(letters[0].contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    let nobody = b.post.app.stranger();
    // As mail programs do it (RFC 8058).
    let request = nobody.request(Method::POST, &post);
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body("List-Unsubscribe=One-Click");
    call(request).await.expect(204);
    nobody.post(&post, json!({})).await.expect(204);
    assert_eq!(b.boris.get("/notifications/settings").await.expect(200)["mail"], false);
    b.say("@boris look again").await;
    assert_eq!(b.later(60).await.len(), 1);
    let unknown = format!("/notifications/unsubscribe/{}", uuid::Uuid::now_v7());
    assert_eq!(nobody.post(&unknown, json!({})).await.problem(404), "not_found");
    assert_eq!(
        nobody.post("/notifications/unsubscribe/x", json!({})).await.problem(404),
        "not_found"
    );
}

#[tokio::test]
async fn a_kind_is_mailed_from_where_it_is_wanted() {
    let b = Bakery::open().await;
    let path = format!("/spaces/{}/chats", b.space);
    let quiet = b.anna.post(&path, json!({"name": "quiet"})).await.expect(201);
    let kinds = |mail: bool| json!([{"kind": "mention", "inbox": true, "mail": mail}]);
    let levels = json!([
        {"space_id": b.space, "kinds": kinds(true)}, {"chat_id": quiet["id"], "kinds": kinds(false)},
    ]);
    let change = json!({"kinds": kinds(false), "levels": levels});
    b.boris.patch("/notifications/settings", change).await.expect(200);
    send(&b.anna, id(&quiet), "@boris hush").await.expect(201);
    assert!(b.later(60).await.is_empty(), "not from this chat");
    b.say("@boris loud").await;
    let letters = b.later(60).await;
    let [letter] = &letters[..] else { panic!("{letters:#?}") };
    assert!(letter.contains("@boris loud") && !letter.contains("hush"), "{letter}");
}
