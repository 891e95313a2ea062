//! Exact unread counts.

use crate::support::bakery::{Bakery, send};
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

#[tokio::test]
async fn a_message_and_all_after_it_become_unread_again() {
    let bakery = Bakery::open().await;
    let (anna, boris, chat) = (&bakery.anna, &bakery.boris, bakery.chat.as_str());
    for text in ["1", "2 @boris", "3"] {
        bakery.say(anna, text).await;
    }
    boris.post(&path(chat), json!({"seq": 3})).await.expect(200);
    let mut phone = boris.socket().await;
    let unread = format!("/chats/{chat}/unread");
    let back = |seq: i64| boris.post(&unread, json!({"seq": seq}));
    assert_eq!(back(2).await.expect(200), state(1, 2, 1));
    let event = phone.frame("read_state_changed").await;
    assert_eq!((&event["data"]["unread"], &event["data"]["back"]), (&json!(2), &json!(true)));
    assert_eq!(read_state(boris, chat).await, (1, 2, 1));
    assert_eq!(back(1).await.expect(200), state(0, 3, 1));
    assert_eq!(back(0).await.problem(422), "invalid");
    assert_eq!(back(4).await.problem(422), "invalid");
    let stranger = bakery.vera.post(&format!("/chats/{chat}/unread"), json!({"seq": 1})).await;
    assert_eq!(stranger.problem(404), "not_found");
}

#[tokio::test]
async fn a_whole_space_is_read_at_once_and_nothing_beside_it() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let path = format!("/spaces/{}/chats", bakery.space);
    let orders = anna.post(&path, json!({"name": "orders"})).await.expect(201)["id"].clone();
    let orders = orders.as_str().unwrap();
    let direct = anna.post("/chats", json!({"user_id": boris.id()})).await.expect(201);
    let direct = direct["id"].as_str().unwrap();
    for chat in [bakery.chat.as_str(), orders, direct] {
        crate::support::bakery::send(anna, chat, "@boris").await.expect(201);
    }
    let hidden = bakery.private_chat("office").await;
    crate::support::bakery::send(anna, &hidden, "secret").await.expect(201);
    let mut phone = boris.socket().await;
    boris.post("/chats/read-all", json!({"space_id": bakery.space})).await.expect(204);
    assert_eq!(read_state(boris, &bakery.chat).await, (1, 0, 0));
    assert_eq!(read_state(boris, orders).await, (1, 0, 0));
    assert_eq!(read_state(boris, direct).await, (0, 1, 1));
    let heard = phone.drain().await;
    let told = heard.iter().filter(|f| f["type"] == "read_state_changed").count();
    assert_eq!(told, 2, "one event a chat that changed, none about the hidden one: {heard:?}");
    boris.post("/chats/read-all", json!({})).await.expect(204);
    assert_eq!(read_state(boris, direct).await, (1, 0, 0));
}

#[tokio::test]
async fn all_are_read_with_the_same_queries_for_one_chat_and_for_many() {
    let b = Bakery::open().await;
    let path = format!("/spaces/{}/chats", b.space);
    let mut chats = vec![b.chat.clone()];
    for n in 0..6 {
        let chat = b.anna.post(&path, json!({"name": format!("Oven {n}")})).await.expect(201);
        chats.push(chat["id"].as_str().unwrap().to_owned());
    }
    let mut counts = Vec::new();
    for unread in [&chats[..1], &chats[..]] {
        for chat in unread {
            send(&b.anna, chat, "@boris").await.expect(201);
        }
        let (answer, queries) = b.app.counting(b.boris.post("/chats/read-all", json!({}))).await;
        answer.expect(204);
        for chat in unread {
            let (_, left, mentions) = read_state(&b.boris, chat).await;
            assert_eq!((left, mentions), (0, 0));
        }
        let badge = b.boris.get("/notifications/unread-count").await.expect(200);
        assert_eq!(badge["unread"], 0);
        counts.push(queries);
    }
    assert_eq!(counts[0], counts[1]);
}
