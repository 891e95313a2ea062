//! People whom somebody does not want to hear, and who may write to whom.

use crate::support::bakery::{Bakery, send as say};
use crate::support::database::waiting;
use diesel_async::SimpleAsyncConnection as _;
use reqwest::Method;
use serde_json::{Value, json};

async fn mark(bakery: &Bakery, by: &crate::support::client::Client, of: &str, mark: &str) {
    let path = format!("/profile/me/marks/{of}");
    let request = by.request(Method::PUT, &path).json(&json!({"mark": mark}));
    crate::support::client::send(request).await.expect(200);
    let _ = bakery;
}

async fn direct(by: &crate::support::client::Client, with: &str) -> crate::support::client::Answer {
    by.post("/chats", json!({"user_id": with})).await
}

#[tokio::test]
async fn marks_are_set_listed_and_cleared_and_devices_follow() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, bakery.boris.id());
    let mut phone = anna.socket().await;
    mark(&bakery, anna, &boris, "muted").await;
    mark(&bakery, anna, &boris, "blocked").await;
    let list = anna.get("/profile/me/marks").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&list["items"][0]["mark"], &list["items"][0]["user"]["id"]),
        (&json!("blocked"), &json!(boris))
    );
    // Snapshot and events make the snapshot.
    let mut state = Value::Null;
    for want in ["muted", "blocked"] {
        let event = phone.frame("mark_changed").await;
        assert_eq!(
            (&event["data"]["marked"]["mark"], &event["seq"].is_i64()),
            (&json!(want), &true)
        );
        state = event["data"]["marked"].clone();
    }
    assert_eq!(state, list["items"][0]);
    let path = format!("/profile/me/marks/{boris}");
    anna.delete(&path).await.expect(204);
    assert_eq!(
        phone.frame("mark_changed").await["data"],
        json!({"user_id": boris, "marked": null})
    );
    assert_eq!(anna.delete(&path).await.problem(404), "not_found");
    assert_eq!(anna.get("/profile/me/marks").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_marked_is_refused() {
    let bakery = Bakery::open().await;
    let put = async |of: &str, body: Value| {
        let path = format!("/profile/me/marks/{of}");
        crate::support::client::send(bakery.anna.request(Method::PUT, &path).json(&body)).await
    };
    assert_eq!(put(&bakery.anna.id(), json!({"mark": "blocked"})).await.problem(409), "yourself");
    let unknown = uuid::Uuid::now_v7().to_string();
    assert_eq!(put(&unknown, json!({"mark": "blocked"})).await.problem(404), "not_found");
    assert_eq!(put(&bakery.boris.id(), json!({"mark": "hated"})).await.problem(422), "invalid");
    let body = json!({"mark": "muted", "until": "soon"});
    assert_eq!(put(&bakery.boris.id(), body).await.problem(400), "unknown_field");
}

#[tokio::test]
async fn blocked_people_open_no_direct_chats_and_bring_nobody_into_groups() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    mark(&bakery, anna, &boris.id(), "blocked").await;
    assert_eq!(direct(boris, &anna.id()).await.problem(403), "not_reachable");
    assert_eq!(direct(anna, &boris.id()).await.problem(409), "blocked_by_you");
    let group = json!({"user_ids": [anna.id()], "name": "Two"});
    assert_eq!(boris.post("/chats", group).await.problem(403), "not_reachable");
    // Muting is about being told, not about being reached.
    mark(&bakery, anna, &boris.id(), "muted").await;
    direct(boris, &anna.id()).await.expect(201);
}

#[tokio::test]
async fn blocked_people_cannot_write_in_the_direct_chat_that_is_there() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let chat = direct(boris, &anna.id()).await.expect(201)["id"].as_str().unwrap().to_owned();
    let message = say(boris, &chat, "Hello").await.expect(201);
    let message = format!("/messages/{}", message["id"].as_str().unwrap());
    let mut socket = boris.socket().await;
    mark(&bakery, anna, &boris.id(), "blocked").await;
    assert_eq!(say(boris, &chat, "Are you there?").await.problem(403), "not_reachable");
    assert_eq!(say(anna, &chat, "No.").await.problem(409), "blocked_by_you");
    let edit = json!({"content": "Something else"});
    assert_eq!(boris.patch(&message, edit).await.problem(403), "not_reachable");
    let react = format!("{message}/reaction");
    assert_eq!(boris.post(&react, json!({"emoji": "👍"})).await.problem(403), "not_reachable");
    let pin = format!("{message}/pin");
    assert_eq!(boris.put(&pin, json!({})).await.problem(403), "not_reachable");
    assert_eq!(boris.delete(&pin).await.problem(403), "not_reachable");
    let typing = format!("/chats/{chat}/typing");
    assert_eq!(boris.post(&typing, json!({})).await.problem(403), "not_reachable");
    let command = json!({"chat_id": chat, "content": "By socket", "nonce": "n"});
    assert_eq!(socket.refused("send_message", command).await, "not_reachable");
    // He may still read, and take his own words back; he is told nothing.
    boris.get(&format!("/messages/{chat}")).await.expect(200);
    boris.delete(&message).await.expect(204);
    let heard = socket.drain().await;
    assert!(heard.iter().all(|f| f["type"] != "mark_changed"), "{heard:?}");
    // In a space they both speak: its people are not theirs to choose.
    bakery.say(boris, "Good morning").await;
    anna.delete(&format!("/profile/me/marks/{}", boris.id())).await.expect(204);
    say(boris, &chat, "Thank you").await.expect(201);
}

#[tokio::test]
async fn nobody_is_told_of_what_marked_people_do() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    mark(&bakery, anna, &boris.id(), "muted").await;
    let mut socket = anna.socket().await;
    bakery.say(boris, "@anna listen").await;
    let news = socket.frame("chat_activity").await;
    assert_eq!(news["data"]["mentioned"], false);
    let heard = socket.drain().await;
    assert!(heard.iter().all(|f| f["data"]["mentioned"] != true), "{heard:?}");
    let chat = anna.get(&format!("/chats/{}", bakery.chat)).await.expect(200);
    assert_eq!((&chat["read"]["mentions"], &chat["read"]["unread"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn who_takes_direct_messages_from_nobody_gets_none_from_new_people() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let nobody = json!({"direct_from": "nobody"});
    anna.patch("/profile/me/settings", nobody).await.expect(200);
    // The same words as for somebody who is blocked.
    assert_eq!(direct(boris, &anna.id()).await.problem(403), "not_reachable");
    assert_eq!(direct(&bakery.vera, &anna.id()).await.problem(404), "not_found");
    let chat = direct(anna, &boris.id()).await.expect(201)["id"].as_str().unwrap().to_owned();
    // She began it: he may answer.
    say(boris, &chat, "Hello").await.expect(201);
}

/// The thousandth mark is had once, and may be changed.
#[tokio::test]
async fn a_thousand_marks_and_no_more_also_at_once() {
    let bakery = Bakery::open().await;
    let (anna, boris, vera) = (&bakery.anna, &bakery.boris, &bakery.vera);
    let mut other = bakery.app.app.conn().await.unwrap();
    let many = format!(
        "INSERT INTO users (id, nickname, nickname_key) SELECT gen_random_uuid(), \
         'marked' || n, 'marked' || n FROM generate_series(1, 999) n; \
         INSERT INTO user_marks (user_id, other_id, mark) SELECT '{0}', id, 'muted' \
         FROM users WHERE nickname LIKE 'marked%'; \
         BEGIN; SELECT FROM users WHERE id = '{0}' FOR UPDATE",
        anna.id()
    );
    other.batch_execute(&many).await.unwrap();
    let put = async |of: String, mark: &str| {
        anna.put(&format!("/profile/me/marks/{of}"), json!({"mark": mark})).await
    };
    let (one, two, ()) = tokio::join!(put(boris.id(), "muted"), put(vera.id(), "muted"), async {
        waiting(&bakery.app, 2).await;
        other.batch_execute("COMMIT").await.unwrap();
    });
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 422], "{} {}", one.text, two.text);
    let marked = if one.status == 200 { boris } else { vera };
    put(marked.id(), "blocked").await.expect(200);
}
