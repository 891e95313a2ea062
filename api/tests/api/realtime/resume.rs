//! Hello with cursors.

use crate::support::bakery::Bakery;
use crate::support::socket::Socket;
use serde_json::{Value, json};

#[tokio::test]
async fn hello_brings_what_was_missed_on_own_topics() {
    let bakery = Bakery::open().await;
    let socket = bakery.boris.socket().await;
    let space = format!("space:{}", bakery.space);
    let user = format!("user:{}", bakery.boris.id());
    let topics = socket.connected["topics"].as_object().unwrap();
    assert_eq!(topics.keys().collect::<Vec<_>>(), [&space, &user]);
    assert!(
        topics.values().all(|state| state["recovered"] == false),
        "no cursors, nothing replayed"
    );
    let cursors: Value =
        topics.iter().map(|(topic, state)| (topic.clone(), state["seq"].clone())).collect();
    drop(socket);
    let path = format!("/spaces/{}/chats", bakery.space);
    bakery.anna.post(&path, json!({"name": "orders"})).await.expect(201);
    bakery.private_chat("office").await;
    let mut socket = Socket::hello(bakery.app.address, &bakery.boris.token, cursors).await;
    assert_eq!(socket.connected["topics"][&space]["recovered"], true);
    assert_eq!(socket.connected["topics"][&user]["recovered"], true);
    let created = socket.frame("chat_created").await;
    assert_eq!(created["data"]["name"], "orders");
    let hidden = socket.frame("noop").await;
    assert_eq!(hidden["seq"].as_i64().unwrap(), created["seq"].as_i64().unwrap() + 1);
}

#[tokio::test]
async fn topics_of_others_are_not_served() {
    let bakery = Bakery::open().await;
    let cursors = json!({
        format!("space:{}", bakery.space): 0,
        format!("user:{}", bakery.anna.id()): 0,
        format!("chat:{}", bakery.chat): 0,
    });
    let mut socket = Socket::hello(bakery.app.address, &bakery.vera.token, cursors).await;
    let own = socket.connected["topics"].as_object().unwrap();
    assert!(own.keys().all(|topic| !topic.contains(&bakery.space)));
    assert!(socket.drain().await.iter().all(|f| f["type"] == "user_status_changed"));
    let mut socket = Socket::open(bakery.app.address).await;
    let cursors = json!({"everything": 0});
    socket.command("hello", json!({"token": bakery.vera.token, "cursors": cursors})).await;
    assert_eq!(socket.closed().await, 4400);
}

#[tokio::test]
async fn joining_a_space_is_heard_by_an_open_socket() {
    let bakery = Bakery::open().await;
    let mut vera = bakery.vera.socket().await;
    bakery.vera.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
    assert_eq!(vera.frame("space_joined").await["data"]["id"], bakery.space);
    bakery
        .anna
        .post(&format!("/spaces/{}/chats", bakery.space), json!({"name": "new"}))
        .await
        .expect(201);
    assert_eq!(vera.frame("chat_created").await["data"]["name"], "new");
    bakery
        .anna
        .post(&format!("/spaces/{}/kick/{}", bakery.space, bakery.vera.id()), json!({}))
        .await;
    vera.frame("space_left").await;
    bakery
        .anna
        .post(&format!("/spaces/{}/chats", bakery.space), json!({"name": "later"}))
        .await
        .expect(201);
    assert!(vera.drain().await.iter().all(|f| f["type"] != "chat_created"));
}

/// R11: after a restore the same numbers may stand for other events.
#[tokio::test]
async fn cursors_of_another_log_are_not_recovered() {
    let bakery = Bakery::open().await;
    let socket = bakery.boris.socket().await;
    let epoch = socket.connected["epoch"].as_str().unwrap().to_owned();
    let space = format!("space:{}", bakery.space);
    let cursors = json!({&space: socket.connected["topics"][&space]["seq"]});
    drop(socket);
    for (known, recovered) in [(epoch.as_str(), true), ("of a database that was restored", false)] {
        let mut socket = Socket::open(bakery.app.address).await;
        let hello = json!({"token": bakery.boris.token, "cursors": cursors, "epoch": known});
        socket.command("hello", hello).await;
        let connected = socket.frame("connected").await["data"].take();
        assert_eq!(connected["topics"][&space]["recovered"], recovered, "{known}");
        assert_eq!(connected["epoch"], *epoch);
        let join = json!({"chat_id": bakery.chat, "after_seq": 0});
        assert_eq!(socket.ask("join_room", join).await["recovered"], recovered, "{known}");
    }
}
