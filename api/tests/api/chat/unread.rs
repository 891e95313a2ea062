//! Exact unread counts.

use crate::support::bakery::Bakery;
use crate::support::client::Client;
use serde_json::{Value, json};

async fn read_state(who: &Client, chat: &str) -> (i64, i64, i64) {
    let chats = who.get("/chats").await.expect(200);
    let chat = chats["items"].as_array().unwrap().iter().find(|c| c["id"] == chat).unwrap();
    let number = |key: &str| chat["read"][key].as_i64().unwrap();
    (number("read_seq"), number("unread"), number("mentions"))
}

#[tokio::test]
async fn own_and_deleted_messages_do_not_count() {
    let bakery = Bakery::open().await;
    let (anna, boris, chat) = (&bakery.anna, &bakery.boris, bakery.chat.as_str());
    assert_eq!(read_state(boris, chat).await, (0, 0, 0));
    bakery.say(anna, "1").await;
    let second = bakery.say(anna, "2 @boris").await;
    bakery.say(boris, "3").await;
    bakery.say(anna, "4 @boris").await;
    assert_eq!(read_state(boris, chat).await, (0, 3, 2));
    assert_eq!(read_state(anna, chat).await, (0, 1, 0));
    anna.delete(&format!("/messages/{}", second["id"].as_str().unwrap())).await.expect(204);
    assert_eq!(read_state(boris, chat).await, (0, 2, 1));
    let mark = async |seq: i64| boris.post(&path(chat), json!({"seq": seq})).await;
    assert_eq!(mark(1).await.expect(200), state(1, 1, 1));
    assert_eq!(mark(4).await.expect(200), state(4, 0, 0));
    assert_eq!(mark(2).await.expect(200), state(4, 0, 0), "it never moves back");
    assert_eq!(mark(5).await.problem(422), "invalid");
    assert_eq!(mark(-1).await.problem(422), "invalid");
    assert_eq!(bakery.vera.post(&path(chat), json!({"seq": 1})).await.problem(404), "not_found");
}

fn path(chat: &str) -> String {
    format!("/chats/{chat}/read")
}

fn state(read_seq: i64, unread: i64, mentions: i64) -> Value {
    json!({"read_seq": read_seq, "unread": unread, "mentions": mentions})
}

#[tokio::test]
async fn what_was_before_joining_is_read() {
    let bakery = Bakery::open().await;
    for _ in 0..3 {
        bakery.say(&bakery.anna, "old").await;
    }
    let join = format!("/spaces/{}/join", bakery.space);
    bakery.vera.post(&join, json!({})).await.expect(200);
    assert_eq!(read_state(&bakery.vera, &bakery.chat).await, (3, 0, 0));
    bakery.say(&bakery.anna, "new").await;
    assert_eq!(read_state(&bakery.vera, &bakery.chat).await, (3, 1, 0));
}

#[tokio::test]
async fn the_other_device_hears_of_it() {
    let bakery = Bakery::open().await;
    bakery.say(&bakery.anna, "1").await;
    let mut phone = bakery.boris.socket().await;
    let mut laptop = bakery.boris.socket().await;
    let data = json!({"chat_id": bakery.chat, "seq": 1});
    assert_eq!(laptop.ask("mark_read", data).await, state(1, 0, 0));
    let event = phone.frame("read_state_changed").await;
    assert_eq!(event["data"]["read_seq"], 1);
    assert_eq!(event["data"]["unread"], 0);
}

#[tokio::test]
async fn listing_chats_takes_the_same_queries_for_one_and_for_many() {
    let bakery = Bakery::open().await;
    bakery.anna.get("/chats").await.expect(200);
    let (_, few) = bakery.app.counting(bakery.anna.get("/chats")).await;
    for i in 0..10 {
        let body = json!({"name": format!("chat {i}")});
        bakery.anna.post(&format!("/spaces/{}/chats", bakery.space), body).await.expect(201);
    }
    bakery.anna.post("/chats", json!({"user_id": bakery.boris.id()})).await.expect(201);
    let (chats, many) = bakery.app.counting(bakery.anna.get("/chats")).await;
    assert_eq!(chats.expect(200)["items"].as_array().unwrap().len(), 12);
    assert!(many <= few + 1, "{few} and {many}: one more for the people of direct chats");
}
