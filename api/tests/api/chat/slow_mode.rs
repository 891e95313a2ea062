//! Slow mode.

use crate::support::bakery::{Bakery, send};
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn slow(bakery: &Bakery, seconds: i64) {
    let path = format!("/chats/{}", bakery.chat);
    bakery.anna.patch(&path, json!({"slow_seconds": seconds})).await.expect(200);
}

async fn until(bakery: &Bakery, who: &crate::support::client::Client) -> Value {
    who.get(&format!("/chats/{}", bakery.chat)).await.expect(200)["slow_until"].clone()
}

#[tokio::test]
async fn one_message_a_pause_and_who_manages_does_not_wait() {
    let bakery = Bakery::open().await;
    slow(&bakery, 3_600).await;
    let path = format!("/messages/{}", bakery.chat);
    let first = json!({"content": "first", "nonce": "n1"});
    let sent = bakery.boris.post(&path, first.clone()).await.expect(201);
    let refused = send(&bakery.boris, &bakery.chat, "second").await;
    assert_eq!(refused.problem(429), "slow_mode");
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((3_500..=3_600).contains(&wait), "{wait}");
    assert_eq!(refused.json()["retry_after"], wait);
    assert!(until(&bakery, &bakery.boris).await.is_string());
    // The repeat of a send is no second message; deleting it opens no door.
    assert_eq!(bakery.boris.post(&path, first).await.expect(200)["id"], sent["id"]);
    bakery.boris.delete(&format!("/messages/{}", sent["id"].as_str().unwrap())).await.expect(204);
    assert_eq!(send(&bakery.boris, &bakery.chat, "third").await.problem(429), "slow_mode");
    for _ in 0..3 {
        bakery.say(&bakery.anna, "the owner").await;
    }
    assert_eq!(until(&bakery, &bakery.anna).await, Value::Null);
    slow(&bakery, 0).await;
    assert_eq!(bakery.say(&bakery.boris, "free").await["seq"], 5, "refusals took no seq");
}

/// Hole 14: a rule on one way of writing holds on every other one.
#[tokio::test]
async fn ten_at_once_are_one() {
    let bakery = Bakery::open().await;
    slow(&bakery, 60).await;
    let answers = join_all((0..10).map(|_| send(&bakery.boris, &bakery.chat, "now"))).await;
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(taken, 1);
    assert!(answers.iter().filter(|a| a.status != 201).all(|a| a.problem(429) == "slow_mode"));
    let page = bakery.boris.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_pause_is_checked_and_belongs_to_spaces() {
    let bakery = Bakery::open().await;
    let path = format!("/chats/{}", bakery.chat);
    for seconds in [-1, 21_601] {
        let answer = bakery.anna.patch(&path, json!({"slow_seconds": seconds})).await;
        assert_eq!(answer.problem(422), "invalid");
    }
    let refused = bakery.boris.patch(&path, json!({"slow_seconds": 5})).await;
    assert_eq!(refused.problem(403), "forbidden");
    let group = json!({"user_ids": [bakery.boris.id()]});
    let group = bakery.anna.post("/chats", group).await.expect(201);
    let path = format!("/chats/{}", group["id"].as_str().unwrap());
    assert_eq!(bakery.anna.patch(&path, json!({"slow_seconds": 5})).await.problem(422), "invalid");
}
