//! What goes is gone: from inboxes, pins, threads, and the database.

use crate::support::TestApp;
use crate::support::bakery::{Bakery, send};
use crate::support::client::{Client, PASSWORD};
use crate::support::staff::text;
use api::people::deletion::end_due;
use chrono::{Duration, Utc};
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let conn = &mut *app.app.conn().await.unwrap();
    let row: Count = diesel::sql_query(format!("SELECT count(*) AS n FROM {what}"))
        .get_result(conn)
        .await
        .unwrap();
    row.n
}

async fn unread(who: &Client) -> Value {
    who.get("/notifications/unread-count").await.expect(200)["unread"].take()
}

/// A pinned message, an edited one, a reply in a thread and a mention, all of boris. Returns the id of
/// the message that the thread hangs on.
async fn traces(bakery: &Bakery) -> String {
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let root = text(&bakery.say(anna, "Root").await["id"]);
    let pinned = text(&bakery.say(boris, "Secret pin").await["id"]);
    anna.put(&format!("/messages/{pinned}/pin"), json!({})).await.expect(204);
    let edited = text(&bakery.say(boris, "Secret first").await["id"]);
    boris
        .patch(&format!("/messages/{edited}"), json!({"content": "Secret second"}))
        .await
        .expect(200);
    bakery.say(boris, "Secret for @anna").await;
    let reply = json!({"content": "Secret reply", "nonce": "r", "thread_root": root});
    boris.post(&format!("/messages/{}", bakery.chat), reply).await.expect(201);
    assert_ne!(unread(anna).await, 0);
    root
}

async fn expect_nothing_left(bakery: &Bakery, root: &str) {
    let (anna, chat) = (&bakery.anna, &bakery.chat);
    let pins = anna.get(&format!("/chats/{chat}/pins")).await.expect(200);
    assert_eq!(pins["items"], json!([]));
    let page = anna.get(&format!("/messages/{chat}")).await.expect(200);
    let items = page["items"].as_array().unwrap();
    assert!(items.iter().any(|m| m["id"] == root && m.get("thread").is_none_or(Value::is_null)));
    assert_eq!(unread(anna).await, 0);
    assert_eq!(count(&bakery.app, "messages WHERE content LIKE '%Secret%'").await, 0);
    assert_eq!(count(&bakery.app, "message_versions").await, 0);
    assert_eq!(count(&bakery.app, "pins").await, 0);
}

#[tokio::test]
async fn with_an_account_everything_it_wrote_goes() {
    let bakery = Bakery::open().await;
    let root = traces(&bakery).await;
    // What he deleted in the times when texts stayed.
    let old = text(&bakery.say(&bakery.boris, "Secret of old").await["id"]);
    bakery.boris.delete(&format!("/messages/{old}")).await.expect(204);
    let conn = &mut *bakery.app.app.conn().await.unwrap();
    diesel::sql_query(format!("UPDATE messages SET content = 'Secret' WHERE id = '{old}'"))
        .execute(conn)
        .await
        .unwrap();
    let mut socket = bakery.anna.socket().await;
    socket.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let body = json!({"password": PASSWORD, "confirm": "boris", "remove_messages": true});
    bakery.boris.post("/profile/me/deletion", body).await.expect(200);
    let late = Utc::now() + Duration::days(8);
    assert_eq!(end_due(&bakery.app.app, late).await.unwrap(), 1);
    let gone = socket.frame("notifications_deleted").await;
    assert_eq!(gone["data"]["unread"], 0);
    let thread = socket.frame("thread_updated").await;
    assert_eq!(
        (&thread["data"]["root_id"], &thread["data"]["thread"]),
        (&json!(root), &Value::Null)
    );
    expect_nothing_left(&bakery, &root).await;
    for table in ["user_mail", "deliveries", "password_resets", "email_codes"] {
        let of = format!("{table} WHERE user_id = '{}'", bakery.boris.id());
        assert_eq!(count(&bakery.app, &of).await, 0, "{table}");
    }
}

#[tokio::test]
async fn with_a_ban_everything_recent_goes() {
    let bakery = Bakery::open().await;
    let root = traces(&bakery).await;
    let mut socket = bakery.anna.socket().await;
    let path = format!("/spaces/{}/ban/{}", bakery.space, bakery.boris.id());
    bakery.anna.post(&path, json!({"delete_recent": 3600})).await.expect(204);
    assert_eq!(socket.frame("notifications_deleted").await["data"]["unread"], 0);
    expect_nothing_left(&bakery, &root).await;
}

#[tokio::test]
async fn a_deleted_message_leaves_no_text() {
    let bakery = Bakery::open().await;
    let root = traces(&bakery).await;
    let page = bakery.anna.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    let thread = bakery.anna.get(&format!("/messages/{root}/thread")).await.expect(200);
    let all = page["items"].as_array().unwrap().iter().chain(thread["items"].as_array().unwrap());
    for message in all.filter(|m| m["author"]["nickname"] == "boris") {
        let path = format!("/messages/{}", text(&message["id"]));
        bakery.boris.delete(&path).await.expect(204);
    }
    expect_nothing_left(&bakery, &root).await;
}

#[tokio::test]
async fn inboxes_forget_a_chat_and_a_space_that_go() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let path = format!("/spaces/{}/chats", bakery.space);
    let chat = text(&anna.post(&path, json!({"name": "Short"})).await.expect(201)["id"]);
    send(anna, &chat, "@boris one").await.expect(201);
    bakery.say(anna, "@boris two").await;
    let mut socket = boris.socket().await;
    assert_eq!(unread(boris).await, 2);
    anna.delete(&format!("/chats/{chat}")).await.expect(204);
    let gone = socket.frame("notifications_deleted").await;
    assert_eq!((&gone["data"]["unread"], unread(boris).await), (&json!(1), json!(1)));
    anna.delete(&format!("/spaces/{}", bakery.space)).await.expect(204);
    let gone = socket.frame("notifications_deleted").await;
    assert_eq!((&gone["data"]["unread"], unread(boris).await), (&json!(0), json!(0)));
}

#[tokio::test]
async fn a_repeat_is_a_repeat_when_the_answered_message_is_gone() {
    let bakery = Bakery::open().await;
    let answered = text(&bakery.say(&bakery.anna, "Question").await["id"]);
    let body = json!({"content": "Answer", "nonce": "n", "reply_to": answered});
    let path = format!("/messages/{}", bakery.chat);
    let sent = bakery.boris.post(&path, body.clone()).await.expect(201);
    bakery.anna.delete(&format!("/messages/{answered}")).await.expect(204);
    let again = bakery.boris.post(&path, body).await.expect(200);
    assert_eq!(again["id"], sent["id"]);
    let other = json!({"content": "Answer", "nonce": "new", "reply_to": answered});
    assert_eq!(bakery.boris.post(&path, other).await.problem(422), "invalid");
}
