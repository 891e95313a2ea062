//! A sticker is a message.

use crate::support::bakery::{Bakery, send};
use crate::support::expression::{add_sticker, make_pack, send_sticker};
use crate::support::staff::text;
use serde_json::json;

const HELLO: &str = "00000000-0000-7000-8000-000000000101";

#[tokio::test]
async fn a_sticker_is_sent_heard_and_kept() {
    let bakery = Bakery::open().await;
    let mut boris = bakery.boris.socket().await;
    boris.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let sent = send_sticker(&bakery.anna, &bakery.chat, HELLO).await.expect(201);
    assert_eq!(sent["type"], "sticker");
    assert_eq!(sent["content"], "");
    assert_eq!(sent["sticker"]["name"], "Hello");
    assert_eq!((&sent["sticker"]["width"], &sent["sticker"]["height"]), (&json!(256), &json!(256)));
    let heard = boris.frame("new_message").await;
    assert_eq!(heard["data"]["sticker"], sent["sticker"]);
    let history = bakery.boris.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert_eq!(history["items"][0], sent);
    // Over the socket as well.
    let data = json!({"chat_id": bakery.chat, "sticker_id": HELLO, "nonce": "socket"});
    assert_eq!(boris.ask("send_message", data).await["type"], "sticker");
    // An answer to it says what it was.
    let nonce = uuid::Uuid::now_v7();
    let reply = json!({"content": "Hi!", "nonce": nonce, "reply_to": sent["id"]});
    let reply = bakery.boris.post(&format!("/messages/{}", bakery.chat), reply).await.expect(201);
    assert_eq!(reply["reply_to"]["sticker"], "Hello");
    // It is no text: nobody edits it.
    let path = format!("/messages/{}", text(&sent["id"]));
    let edit = bakery.anna.patch(&path, json!({"content": "Words"})).await;
    assert_eq!(edit.problem(403), "forbidden");
}

#[tokio::test]
async fn the_same_nonce_is_the_same_sticker() {
    let bakery = Bakery::open().await;
    let path = format!("/messages/{}", bakery.chat);
    let body = json!({"sticker_id": HELLO, "nonce": "1"});
    let sent = bakery.anna.post(&path, body.clone()).await.expect(201);
    assert_eq!(bakery.anna.post(&path, body).await.expect(200)["id"], sent["id"]);
    let other = json!({"sticker_id": "00000000-0000-7000-8000-000000000102", "nonce": "1"});
    assert_eq!(bakery.anna.post(&path, other).await.problem(422), "nonce_mismatch");
    let words = json!({"content": "Hello", "nonce": "1"});
    assert_eq!(bakery.anna.post(&path, words).await.problem(422), "nonce_mismatch");
}

#[tokio::test]
async fn sending_needs_the_permission_and_a_pack_one_may_see() {
    let bakery = Bakery::open().await;
    let both = json!({"sticker_id": HELLO, "content": "and words", "nonce": "1"});
    let path = format!("/messages/{}", bakery.chat);
    assert_eq!(bakery.anna.post(&path, both).await.problem(422), "invalid");
    let nothing = json!({"nonce": "1"});
    assert_eq!(bakery.anna.post(&path, nothing).await.problem(422), "invalid");
    let unknown = send_sticker(&bakery.anna, &bakery.chat, &bakery.space).await;
    assert_eq!(unknown.problem(422), "invalid");
    let secret = make_pack(&bakery.anna, "Secret", "private").await;
    let sticker = add_sticker(&bakery.anna, &secret, "Mine", None).await.expect(201);
    let sticker = text(&sticker["id"]);
    send_sticker(&bakery.anna, &bakery.chat, &sticker).await.expect(201);
    assert_eq!(send_sticker(&bakery.boris, &bakery.chat, &sticker).await.problem(422), "invalid");
    assert_eq!(send_sticker(&bakery.vera, &bakery.chat, HELLO).await.problem(404), "not_found");
    let restrict = format!("/spaces/{}/restrict/{}", bakery.space, bakery.boris.id());
    let denied = json!({"permissions_denied": ["send_stickers"]});
    bakery.anna.post(&restrict, denied).await.expect(200);
    let answer = send_sticker(&bakery.boris, &bakery.chat, HELLO).await;
    assert_eq!(answer.json()["permission"], "send_stickers");
    answer.problem(403);
    send(&bakery.boris, &bakery.chat, "Words still go").await.expect(201);
}

#[tokio::test]
async fn messages_keep_stickers_that_are_deleted() {
    let bakery = Bakery::open().await;
    let pack = make_pack(&bakery.anna, "Buns", "public").await;
    let sticker = add_sticker(&bakery.anna, &pack, "Bun", None).await.expect(201);
    let sent = send_sticker(&bakery.boris, &bakery.chat, &text(&sticker["id"])).await.expect(201);
    bakery.anna.delete(&format!("/stickers/packs/{pack}")).await.expect(204);
    let history = bakery.boris.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert_eq!(history["items"][0]["sticker"], sent["sticker"]);
    let url = text(&sent["sticker"]["url"]);
    let loaded = bakery.boris.load(url.trim_start_matches("/api/v1"), &[]).await;
    assert_eq!(loaded.status, 200);
    let again = send_sticker(&bakery.boris, &bakery.chat, &text(&sticker["id"])).await;
    assert_eq!(again.problem(422), "invalid");
}
