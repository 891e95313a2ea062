//! Events must not show what REST would not.

use crate::support::bakery::{Bakery, send};
use crate::support::socket::Socket;
use serde_json::{Value, json};

/// The cursors of a socket that has just said hello.
fn cursors(socket: &Socket) -> Value {
    let topics = socket.connected["topics"].as_object().unwrap();
    topics.iter().map(|(topic, state)| (topic.clone(), state["seq"].clone())).collect()
}

#[tokio::test]
async fn a_private_chat_that_came_and_went_leaves_nothing_in_a_replay() {
    let bakery = Bakery::open().await;
    let before = cursors(&bakery.boris.socket().await);
    let chat = bakery.private_chat("we close in may").await;
    let path = format!("/chats/{chat}");
    bakery.anna.patch(&path, json!({"topic": "secret topic"})).await.expect(200);
    bakery.anna.delete(&path).await.expect(204);
    let mut back = Socket::hello(bakery.app.address, &bakery.boris.token, before).await;
    let heard = back.drain().await;
    assert!(heard.iter().any(|f| f["type"] == "noop"), "{heard:?}");
    let told = |text: &str| heard.iter().any(|f| f.to_string().contains(text));
    assert!(!told("we close in may") && !told("secret topic"), "{heard:?}");
}

#[tokio::test]
async fn the_end_of_a_private_chat_is_told_to_those_who_saw_it() {
    let bakery = Bakery::open().await;
    let chat = bakery.private_chat("office").await;
    let mut anna = bakery.anna.socket().await;
    let mut boris = bakery.boris.socket().await;
    bakery.anna.delete(&format!("/chats/{chat}")).await.expect(204);
    assert_eq!(anna.frame("chat_deleted").await["data"]["chat_id"], chat);
    let heard = boris.drain().await;
    assert!(heard.iter().all(|f| !f.to_string().contains(&chat)), "{heard:?}");
}

#[tokio::test]
async fn a_replay_does_not_quote_what_was_deleted() {
    let bakery = Bakery::open().await;
    let slip = bakery.say(&bakery.anna, "the code is 4711").await;
    let answer = json!({"content": "oh no", "nonce": "n", "reply_to": slip["id"]});
    bakery.boris.post(&format!("/messages/{}", bakery.chat), answer).await.expect(201);
    bakery.anna.delete(&format!("/messages/{}", slip["id"].as_str().unwrap())).await.expect(204);
    let mut socket = bakery.boris.socket().await;
    socket.ask("join_room", json!({"chat_id": bakery.chat, "after_seq": 0})).await;
    let replayed = socket.frame("new_message").await;
    let page = bakery.boris.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert_eq!(replayed["data"], page["items"][0], "as REST shows it");
    let heard = socket.drain().await;
    assert!(heard.iter().all(|f| !f.to_string().contains("4711")), "{heard:?}");
}

#[tokio::test]
async fn a_chat_that_closed_while_away_is_not_kept_after_resuming() {
    let bakery = Bakery::open().await;
    let space = format!("space:{}", bakery.space);
    let path = format!("/spaces/{}/chats", bakery.space);
    let chat = bakery.anna.post(&path, json!({"name": "orders"})).await.expect(201)["id"].clone();
    let before = cursors(&bakery.boris.socket().await);
    let hide = json!({"overrides": [{
        "target": {"kind": "member", "id": bakery.boris.id()}, "allow": [], "deny": ["view_chat"],
    }]});
    bakery.anna.patch(&format!("/chats/{}", chat.as_str().unwrap()), hide).await.expect(200);
    let mut back = Socket::hello(bakery.app.address, &bakery.boris.token, before).await;
    let fetches_anew = back.connected["topics"][&space]["recovered"] == false;
    let heard = back.drain().await;
    let told = heard.iter().any(|f| f["type"] == "chat_deleted" && f["data"]["chat_id"] == chat);
    assert!(fetches_anew || told, "the sidebar would show it for ever: {heard:?}");
}

#[tokio::test]
async fn invisible_people_enter_rooms_unseen() {
    let bakery = Bakery::open().await;
    let mut anna = bakery.anna.socket().await;
    anna.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let mut boris = bakery.boris.socket().await;
    boris.ask("set_status", json!({"status": "offline"})).await;
    boris.ask("join_room", json!({"chat_id": bakery.chat})).await;
    boris.ask("leave_room", json!({"chat_id": bakery.chat})).await;
    let heard = anna.drain().await;
    assert!(heard.iter().all(|f| f["type"] != "user_joined_room" && f["type"] != "user_left_room"));
}

#[tokio::test]
async fn a_mention_tells_nothing_to_who_may_not_read() {
    let bakery = Bakery::open().await;
    let chat = bakery.private_chat("office").await;
    let mut boris = bakery.boris.socket().await;
    let mut vera = bakery.vera.socket().await;
    let sent = send(&bakery.anna, &chat, "@boris, @vera. (@anna)").await.expect(201);
    let names: Vec<_> =
        sent["mentions"].as_array().unwrap().iter().map(|m| &m["nickname"]).collect();
    assert_eq!(names, ["anna"]);
    for socket in [&mut boris, &mut vera] {
        let heard = socket.drain().await;
        assert!(heard.iter().all(|f| !f.to_string().contains(&chat)), "{heard:?}");
    }
}
