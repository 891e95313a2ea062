//! Pinned messages.

use crate::support::bakery::{Bakery, send};
use crate::support::client::{Answer, Client};
use futures_util::future::join_all;
use serde_json::{Value, json};

fn id(message: &Value) -> String {
    message["id"].as_str().unwrap().into()
}

async fn pin(who: &Client, message: &str) -> Answer {
    who.put(&format!("/messages/{message}/pin"), json!({})).await
}

async fn pinned(who: &Client, chat: &str) -> Vec<String> {
    let page = who.get(&format!("/chats/{chat}/pins")).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|pin| id(&pin["message"])).collect()
}

#[tokio::test]
async fn pins_are_seen_by_all_and_set_by_those_who_may() {
    let bakery = Bakery::open().await;
    let (first, second) =
        (bakery.say(&bakery.boris, "1").await, bakery.say(&bakery.anna, "2").await);
    let mut boris = bakery.boris.socket().await;
    boris.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let refused = pin(&bakery.boris, &id(&first)).await;
    assert_eq!(refused.problem(403), "forbidden");
    assert_eq!(refused.json()["permission"], "pin_messages");
    pin(&bakery.anna, &id(&first)).await.expect(204);
    pin(&bakery.anna, &id(&second)).await.expect(204);
    pin(&bakery.anna, &id(&second)).await.expect(204);
    assert_eq!(
        pinned(&bakery.boris, &bakery.chat).await,
        [id(&second), id(&first)],
        "newest first"
    );
    let heard = boris.drain().await;
    let events: Vec<_> = heard.iter().filter(|f| f["type"] == "message_pinned").collect();
    assert_eq!(events.len(), 2, "what is pinned already is not told again");
    assert_eq!(events[0]["data"]["by"]["nickname"], "anna");
    let page = bakery.boris.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert!(page["items"].as_array().unwrap().iter().all(|m| m["pinned"] == true));
    bakery.anna.delete(&format!("/messages/{}/pin", id(&second))).await.expect(204);
    assert_eq!(boris.frame("message_unpinned").await["data"]["message_id"], second["id"]);
    bakery.boris.delete(&format!("/messages/{}", id(&first))).await.expect(204);
    assert!(pinned(&bakery.boris, &bakery.chat).await.is_empty(), "a deleted one is not pinned");
    assert_eq!(pin(&bakery.anna, &id(&first)).await.problem(404), "not_found");
    assert_eq!(pin(&bakery.vera, &id(&second)).await.problem(404), "not_found");
}

#[tokio::test]
async fn in_a_direct_chat_both_may_pin() {
    let bakery = Bakery::open().await;
    let chat = bakery.anna.post("/chats", json!({"user_id": bakery.boris.id()})).await.expect(201);
    let message = send(&bakery.anna, &id(&chat), "the address").await.expect(201);
    pin(&bakery.boris, &id(&message)).await.expect(204);
    assert_eq!(pinned(&bakery.anna, &id(&chat)).await, [id(&message)]);
}

#[tokio::test]
async fn a_hundred_pins_and_no_more_also_at_once() {
    let bakery = Bakery::open().await;
    let mut ids = Vec::new();
    for _ in 0..21 {
        let some = join_all((0..5).map(|_| bakery.say(&bakery.anna, "x"))).await;
        ids.extend(some.iter().map(id));
    }
    for five in ids[..95].chunks(5) {
        let answers = join_all(five.iter().map(|id| pin(&bakery.anna, id))).await;
        assert!(answers.iter().all(|answer| answer.status == 204));
    }
    let answers = join_all(ids[95..].iter().map(|id| pin(&bakery.anna, id))).await;
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status != 204).collect();
    assert_eq!(refused.len(), 5);
    assert!(refused.iter().all(|answer| answer.problem(409) == "too_many_pins"));
    assert_eq!(pinned(&bakery.anna, &bakery.chat).await.len(), 100);
}
