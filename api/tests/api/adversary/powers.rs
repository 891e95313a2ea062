//! What people may do who may do little.

use crate::support::bakery::Bakery;
use serde_json::{Value, json};

async fn restrict(bakery: &Bakery, denied: Value) {
    let path = format!("/spaces/{}/restrict/{}", bakery.space, bakery.boris.id());
    bakery.anna.post(&path, json!({"permissions_denied": denied})).await.expect(200);
}

#[tokio::test]
async fn who_may_not_write_may_not_rewrite() {
    let bakery = Bakery::open().await;
    let own = bakery.say(&bakery.boris, "good morning").await;
    let path = format!("/messages/{}", own["id"].as_str().unwrap());
    restrict(&bakery, json!(["send_messages"])).await;
    let edit = json!({"content": "buy cheap watches"});
    let answer = bakery.boris.patch(&path, edit.clone()).await;
    assert_eq!(answer.problem(403), "forbidden");
    assert_eq!(answer.json()["permission"], "send_messages");
    let mut socket = bakery.boris.socket().await;
    let data = json!({"message_id": own["id"], "content": "buy cheap watches"});
    assert_eq!(socket.refused("edit_message", data).await, "forbidden");
    restrict(&bakery, json!([])).await;
    bakery.boris.patch(&path, edit).await.expect(200);
}

#[tokio::test]
async fn who_sees_a_chat_no_more_does_nothing_with_his_own_messages() {
    let bakery = Bakery::open().await;
    let own = bakery.say(&bakery.boris, "mine").await;
    let id = own["id"].as_str().unwrap();
    restrict(&bakery, json!(["view_chat"])).await;
    let boris = &bakery.boris;
    let path = format!("/messages/{id}");
    assert_eq!(boris.patch(&path, json!({"content": "x"})).await.problem(404), "not_found");
    assert_eq!(boris.delete(&path).await.problem(404), "not_found");
    let react = json!({"emoji": "👍"});
    assert_eq!(boris.post(&format!("{path}/reaction"), react).await.problem(404), "not_found");
    assert_eq!(boris.get(&format!("{path}/history")).await.problem(404), "not_found");
    let send = format!("/messages/{}", bakery.chat);
    // A repeated nonce is no way around it.
    let again = json!({"content": "mine", "nonce": own["nonce"]});
    assert_eq!(boris.post(&send, again).await.problem(404), "not_found");
    let found = boris.get("/search?q=mine").await.expect(200);
    assert_eq!(found["items"], json!([]));
}

#[tokio::test]
async fn a_message_taken_back_in_a_direct_chat_is_counted_again() {
    let bakery = Bakery::open().await;
    let open = json!({"user_id": bakery.boris.id()});
    let chat = bakery.anna.post("/chats", open).await.expect(201)["id"].clone();
    let path = format!("/messages/{}", chat.as_str().unwrap());
    let body = json!({"content": "oops", "nonce": "n"});
    let message = bakery.anna.post(&path, body).await.expect(201);
    let mut boris = bakery.boris.socket().await;
    bakery.anna.delete(&format!("/messages/{}", message["id"].as_str().unwrap())).await.expect(204);
    let news = boris.wait(|f| f["type"] == "chat_activity" && f["data"]["chat_id"] == chat).await;
    assert_eq!(news["data"]["mentioned"], false);
    let chats = bakery.boris.get("/chats").await.expect(200);
    let chats = chats["items"].as_array().unwrap();
    assert_eq!(chats.iter().find(|c| c["id"] == chat).unwrap()["read"]["unread"], 0);
}

#[tokio::test]
async fn the_owner_until_now_has_no_power_left_after_a_transfer() {
    let bakery = Bakery::open().await;
    let office = bakery.private_chat("office").await;
    let mut anna = bakery.anna.socket().await;
    anna.ask("join_room", json!({"chat_id": office})).await;
    let transfer = format!("/spaces/{}/transfer", bakery.space);
    let to_vera = json!({"user_id": bakery.vera.id()});
    assert_eq!(bakery.anna.post(&transfer, to_vera).await.problem(404), "not_found");
    let to_boris = json!({"user_id": bakery.boris.id()});
    bakery.anna.post(&transfer, to_boris.clone()).await.expect(200);
    assert_eq!(bakery.anna.post(&transfer, to_boris).await.status, 403);
    anna.frame("membership_changed").await;
    // She is a plain member, and the office is closed to those.
    let path = format!("/messages/{office}");
    let body = json!({"content": "still me", "nonce": "n"});
    assert_eq!(bakery.anna.post(&path, body.clone()).await.problem(404), "not_found");
    bakery.boris.post(&path, body).await.expect(201);
    let heard = anna.drain().await;
    assert!(heard.iter().all(|f| f["type"] != "new_message"), "{heard:?}");
    let kick = format!("/spaces/{}/kick/{}", bakery.space, bakery.boris.id());
    assert_eq!(bakery.anna.post(&kick, json!({})).await.problem(403), "forbidden");
}

#[tokio::test]
async fn unknown_fields_are_refused_at_any_depth() {
    let bakery = Bakery::open().await;
    let target = json!({"kind": "member", "id": bakery.boris.id(), "power": "all"});
    let body = json!({"name": "x", "overrides": [{"target": target, "allow": [], "deny": []}]});
    let answer = bakery.anna.post(&format!("/spaces/{}/chats", bakery.space), body).await;
    assert_eq!(answer.problem(422), "invalid");
    assert_eq!(answer.json()["errors"][0]["pointer"], "/overrides/0/target/power");
}

#[tokio::test]
async fn nobody_who_cannot_log_in_becomes_the_owner() {
    use diesel_async::SimpleAsyncConnection as _;
    let bakery = Bakery::open().await;
    let mut conn = bakery.app.app.conn().await.unwrap();
    let sql = format!("UPDATE users SET is_placeholder = true WHERE id = '{}'", bakery.boris.id());
    conn.batch_execute(&sql).await.unwrap();
    let transfer = format!("/spaces/{}/transfer", bakery.space);
    let answer = bakery.anna.post(&transfer, json!({"user_id": bakery.boris.id()})).await;
    assert_eq!(answer.problem(422), "invalid");
}

#[tokio::test]
async fn a_history_of_endless_edits_is_bounded() {
    use diesel_async::SimpleAsyncConnection as _;
    let bakery = Bakery::open().await;
    let body = json!({"content": "the first text", "nonce": "n"});
    let path = format!("/messages/{}", bakery.chat);
    let message = bakery.boris.post(&path, body.clone()).await.expect(201);
    let id = message["id"].as_str().unwrap();
    bakery.boris.patch(&format!("/messages/{id}"), json!({"content": "x"})).await.expect(200);
    let mut conn = bakery.app.app.conn().await.unwrap();
    let sql = format!(
        "INSERT INTO message_versions SELECT '{id}', now() + n * interval '1 second', n::text \
         FROM generate_series(1, 500) n"
    );
    conn.batch_execute(&sql).await.unwrap();
    let history = bakery.boris.get(&format!("/messages/{id}/history")).await.expect(200);
    let texts: Vec<_> =
        history["items"].as_array().unwrap().iter().map(|v| &v["content"]).collect();
    assert_eq!((texts.len(), texts[0], texts[99]), (100, &json!("401"), &json!("500")));
    // The nonce still knows what was said at first.
    assert_eq!(bakery.boris.post(&path, body).await.expect(200)["id"], id);
}
