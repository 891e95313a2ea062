//! The badge is exact on every device, whatever happens.

use super::{id, inbox, unread};
use crate::support::bakery::{Bakery, send};
use crate::support::client::Client;
use crate::support::socket::Socket;
use serde_json::{Value, json};

/// An inbox as a client keeps it: a snapshot, then events.
pub struct Replica {
    who: Client,
    socket: Socket,
    items: Vec<Value>,
    unread: i64,
    settings: Value,
}

impl Replica {
    pub async fn open(who: &Client) -> Self {
        let socket = who.socket().await;
        let (items, unread) = (inbox(who).await, unread(who).await);
        let settings = who.get("/notifications/settings").await.expect(200);
        Self { who: who.clone(), socket, items, unread, settings }
    }

    pub async fn check(&mut self, step: &str) {
        for frame in self.socket.drain().await {
            let data = &frame["data"];
            let named =
                |item: &Value| data["ids"].as_array().is_none_or(|ids| ids.contains(&item["id"]));
            match frame["type"].as_str().unwrap() {
                "notification_created" => self.items.insert(0, data["notification"].clone()),
                kind @ ("notifications_read" | "notifications_unread") => {
                    for item in self.items.iter_mut().filter(|item| named(item)) {
                        item["read"] = json!(kind == "notifications_read");
                    }
                }
                "notifications_deleted" => self.items.retain(|item| !named(item)),
                "notification_settings_changed" => {
                    self.settings = data.clone();
                    continue;
                }
                _ => continue,
            }
            self.unread = data["unread"].as_i64().unwrap();
        }
        assert_eq!(self.items, inbox(&self.who).await, "{step}");
        assert_eq!(self.unread, unread(&self.who).await, "{step}");
        let counted = self.items.iter().filter(|item| item["read"] == false).count();
        assert_eq!(self.unread, i64::try_from(counted).unwrap(), "{step}");
        let settings = self.who.get("/notifications/settings").await.expect(200);
        assert_eq!(self.settings, settings, "{step}");
    }
}

#[tokio::test]
async fn snapshot_and_events_are_the_fresh_snapshot_on_two_devices() {
    let b = Bakery::open().await;
    b.say(&b.anna, "@boris before").await;
    let mut devices = [Replica::open(&b.boris).await, Replica::open(&b.boris).await];
    let mut check = async |step: &str| {
        for device in &mut devices {
            device.check(step).await;
        }
    };
    check("nothing").await;
    let first = b.say(&b.anna, "@boris 1").await;
    check("mention").await;
    let second = b.say(&b.anna, "@boris 2").await;
    b.say(&b.anna, "@boris 3").await;
    let all = inbox(&b.boris).await;
    b.boris.post(&format!("/notifications/{}/read", id(&all[0])), json!({})).await.expect(204);
    check("read one").await;
    b.boris.delete(&format!("/notifications/{}", id(&all[0]))).await.expect(204);
    check("delete one").await;
    b.anna.delete(&format!("/messages/{}", id(&second))).await.expect(204);
    check("delete the message").await;
    let path = format!("/messages/{}", id(&first));
    b.anna.patch(&path, json!({"content": "nobody"})).await.expect(200);
    check("edit it away").await;
    b.anna.patch(&path, json!({"content": "@boris again"})).await.expect(200);
    check("edit it back").await;
    b.boris.post(&format!("/chats/{}/read", b.chat), json!({"seq": 3})).await.expect(200);
    check("read the chat").await;
    b.boris.post(&format!("/chats/{}/unread", b.chat), json!({"seq": 2})).await.expect(200);
    check("unread again").await;
    b.boris.post("/chats/read-all", json!({})).await.expect(204);
    check("read all chats").await;
    let chat = b.anna.post("/chats", json!({"user_id": b.boris.id()})).await.expect(201);
    send(&b.anna, id(&chat), "A word").await.expect(201);
    check("a direct message").await;
    b.boris.post("/notifications/read-all", json!({})).await.expect(204);
    check("read all").await;
    let kinds = json!([{"kind": "reply", "inbox": false, "mail": false}]);
    let level = json!({"chat_id": b.chat, "level": "mentions", "kinds": kinds});
    let change = json!({"levels": [level], "mail_minutes": 60});
    b.boris.patch("/notifications/settings", change).await.expect(200);
    check("settings").await;
}

#[tokio::test]
async fn counts_are_exact_when_everything_happens_at_once() {
    let b = Bakery::open().await;
    let mut device = Replica::open(&b.boris).await;
    let chat = b.anna.post("/chats", json!({"user_id": b.boris.id()})).await.expect(201);
    let chat = id(&chat);
    let sends = futures_util::future::join_all((0..12).map(|n| {
        let (anna, to) = (&b.anna, if n % 2 == 0 { chat } else { b.chat.as_str() });
        async move { send(anna, to, "@boris now").await.expect(201) }
    }));
    let reads = async {
        for _ in 0..4 {
            b.boris.post("/notifications/read-all", json!({})).await.expect(204);
        }
    };
    tokio::join!(sends, reads);
    for frame in device.socket.drain().await {
        if let Some(count) = frame["data"]["unread"].as_i64() {
            device.unread = count;
        }
    }
    assert_eq!(device.unread, unread(&b.boris).await);
    assert_eq!(inbox(&b.boris).await.len(), 12);
}

#[tokio::test]
async fn a_replay_brings_no_entry_that_is_gone() {
    let b = Bakery::open().await;
    let mut socket = b.boris.socket().await;
    let cursors = socket.connected["topics"].as_object().unwrap().clone();
    socket.drain().await;
    drop(socket);
    let message = b.say(&b.anna, "@boris a secret slip").await;
    b.anna.delete(&format!("/messages/{}", id(&message))).await.expect(204);
    let cursors: serde_json::Map<String, Value> =
        cursors.iter().map(|(topic, state)| (topic.clone(), state["seq"].clone())).collect();
    let mut again = Socket::hello(b.boris.address, &b.boris.token, json!(cursors)).await;
    let frames = again.drain().await;
    let kinds: Vec<_> = frames.iter().map(|frame| frame["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"notifications_deleted"), "{kinds:?}");
    assert!(!json!(frames).to_string().contains("secret slip"));
}
