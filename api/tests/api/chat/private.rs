//! Chats that overrides hide.

use crate::support::bakery::{Bakery, send};
use serde_json::{Value, json};

fn ids(chats: &Value) -> Vec<&str> {
    chats["items"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect()
}

/// Hole 2: writing into, editing and deleting in chats one has nothing to do with.
#[tokio::test]
async fn hole_2_a_hidden_chat_does_not_exist_for_others() {
    let bakery = Bakery::open().await;
    let chat = bakery.private_chat("office").await;
    let message = send(&bakery.anna, &chat, "salaries").await.expect(201);
    let message = message["id"].as_str().unwrap();
    assert!(!ids(&bakery.boris.get("/chats").await.expect(200)).contains(&chat.as_str()));
    let of_space = format!("/spaces/{}/chats", bakery.space);
    assert!(!ids(&bakery.boris.get(&of_space).await.expect(200)).contains(&chat.as_str()));
    for path in [
        format!("/chats/{chat}"),
        format!("/chats/{chat}/members"),
        format!("/messages/{chat}"),
        format!("/messages/{message}/history"),
        format!("/messages/{message}/reactions"),
    ] {
        assert_eq!(bakery.boris.get(&path).await.problem(404), "not_found", "{path}");
    }
    let mut socket = bakery.boris.socket().await;
    for (command, data) in [
        ("join_room", json!({"chat_id": chat})),
        ("typing", json!({"chat_id": chat})),
        ("mark_read", json!({"chat_id": chat, "seq": 1})),
        ("send_message", json!({"chat_id": chat, "content": "x", "nonce": "n"})),
        ("edit_message", json!({"message_id": message, "content": "x"})),
        ("delete_message", json!({"message_id": message})),
        ("add_reaction", json!({"message_id": message, "emoji": "🎂"})),
    ] {
        assert_eq!(socket.refused(command, data).await, "not_found", "{command}");
    }
}

#[tokio::test]
async fn its_events_are_noops_for_others() {
    let bakery = Bakery::open().await;
    let mut boris = bakery.boris.socket().await;
    let mut anna = bakery.anna.socket().await;
    let chat = bakery.private_chat("office").await;
    let seen = anna.frame("chat_created").await;
    let unseen = boris.frame("noop").await;
    assert_eq!(seen["seq"], unseen["seq"], "the same place in the stream, nothing of the content");
    assert_eq!(unseen["data"], json!({}));
    send(&bakery.anna, &chat, "salaries").await.expect(201);
    let path = format!("/chats/{chat}");
    bakery.anna.patch(&path, json!({"name": "boss"})).await.expect(200);
    boris.frame("noop").await;
    let heard = boris.drain().await;
    assert!(heard.iter().all(|f| !f.to_string().contains(&chat)), "{heard:?}");
}

#[tokio::test]
async fn closing_a_chat_ends_it_for_open_sockets() {
    let bakery = Bakery::open().await;
    let body = json!({"name": "orders"});
    let path = format!("/spaces/{}/chats", bakery.space);
    let chat = bakery.anna.post(&path, body).await.expect(201)["id"].clone();
    let mut boris = bakery.boris.socket().await;
    boris.ask("join_room", json!({"chat_id": chat})).await;
    let hide = json!({"overrides": [{
        "target": {"kind": "member", "id": bakery.boris.id()}, "allow": [], "deny": ["view_chat"],
    }]});
    let one = format!("/chats/{}", chat.as_str().unwrap());
    bakery.anna.patch(&one, hide).await.expect(200);
    let gone = boris.frame("chat_deleted").await;
    assert_eq!(gone["data"]["chat_id"], chat);
    send(&bakery.anna, chat.as_str().unwrap(), "secret").await.expect(201);
    let heard = boris.drain().await;
    assert!(heard.iter().all(|f| f["type"] != "new_message" && f["type"] != "chat_activity"));
    // A resume brings nothing either.
    assert_eq!(
        boris.refused("join_room", json!({"chat_id": chat, "after_seq": 0})).await,
        "not_found"
    );
}

#[tokio::test]
async fn overrides_stay_within_the_space_and_the_makers_power() {
    let bakery = Bakery::open().await;
    let other = bakery.vera.get("/spaces").await.expect(200)["items"][0]["id"].clone();
    let roles = bakery.vera.get(&format!("/spaces/{}/roles", other.as_str().unwrap())).await;
    let foreign_role = roles.expect(200)["items"][0]["id"].clone();
    let path = format!("/spaces/{}/chats", bakery.space);
    let with = |target: Value, allow: Value| json!({"name": "x", "overrides": [{"target": target, "allow": allow, "deny": []}]});
    let foreign = with(json!({"kind": "role", "id": foreign_role}), json!([]));
    assert_eq!(bakery.anna.post(&path, foreign).await.problem(422), "invalid");
    let stranger = with(json!({"kind": "member", "id": bakery.vera.id()}), json!([]));
    assert_eq!(bakery.anna.post(&path, stranger).await.problem(422), "invalid");
    let power = with(json!({"kind": "member", "id": bakery.boris.id()}), json!(["ban_members"]));
    assert_eq!(bakery.anna.post(&path, power).await.problem(422), "invalid");
    let unknown = with(json!({"kind": "member", "id": bakery.boris.id()}), json!(["fly"]));
    assert_eq!(bakery.anna.post(&path, unknown).await.problem(422), "invalid");
}
