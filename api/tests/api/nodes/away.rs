//! Redis is gone, or does not answer, or has forgotten everything; or a node is.

use super::Nodes;
use super::contract::until;
use serde_json::json;
use std::time::{Duration, Instant};

/// R7: people go on, and live delivery comes from the log meanwhile.
#[tokio::test]
async fn without_redis_everything_goes_on_from_the_log() {
    let mut nodes = Nodes::own_redis(&[]).await;
    nodes.talk(3).await;
    for how in ["kill", "stop"] {
        let redis = nodes.redis.as_mut().unwrap();
        match how {
            "kill" => redis.kill(),
            _ => redis.signal("STOP"),
        }
        let began = Instant::now();
        let first = nodes.bakery.say(&nodes.bakery.anna, "Is anybody there?").await;
        assert!(began.elapsed() < Duration::from_secs(1), "{how}: sent {:?}", began.elapsed());
        let mut boris = nodes.boris().socket().await;
        boris.ask("join_room", json!({"chat_id": nodes.bakery.chat})).await;
        let sent = nodes.bakery.say(&nodes.bakery.anna, "Hello?").await;
        let began = Instant::now();
        let got = boris.frame("new_message").await;
        assert_ne!(got["data"]["id"], first["id"]);
        assert_eq!(got["data"]["id"], sent["id"]);
        assert!(began.elapsed() < Duration::from_secs(6), "{how}: {:?}", began.elapsed());
        // Who is removed is removed.
        let mut phone = nodes.bakery.boris.clone();
        phone.login("boris").await;
        let mut there = nodes.second().at(&phone).socket().await;
        phone.post("/auth/logout", json!({})).await.expect(204);
        let began = Instant::now();
        assert_eq!(there.closed().await, 4403);
        until("refused", async || nodes.second().at(&phone).get("/profile/me").await.status == 401)
            .await;
        assert!(began.elapsed() < Duration::from_secs(7), "{how}: {:?}", began.elapsed());
        let sent = nodes.bakery.say(&nodes.bakery.anna, "One more").await;
        let redis = nodes.redis.as_mut().unwrap();
        match how {
            "kill" => redis.begin().await,
            _ => redis.signal("CONT"),
        }
        let began = Instant::now();
        assert_eq!(boris.frame("new_message").await["data"]["id"], sent["id"]);
        assert!(began.elapsed() < Duration::from_secs(2), "{how}: back {:?}", began.elapsed());
        drop(boris);
        nodes.talk(3).await;
    }
}

/// Battery S11 without Redis: who loses a chat hears nothing that is said there afterwards, at his node and at
/// others, which read the log a little later.
#[tokio::test]
async fn what_is_taken_away_is_gone_without_redis_too() {
    let mut nodes = Nodes::own_redis(&[]).await;
    nodes.talk(1).await;
    let chat = json!({"chat_id": nodes.bakery.chat});
    let path = format!("/chats/{}", nodes.bakery.chat);
    let kick = format!("/spaces/{}/kick/{}", nodes.bakery.space, nodes.bakery.boris.id());
    for (how, way, told) in [("kill", "hidden", "chat_deleted"), ("stop", "kicked", "space_left")] {
        let (mut near, mut far) = (nodes.bakery.boris.socket().await, nodes.boris().socket().await);
        for socket in [&mut near, &mut far] {
            socket.ask("join_room", chat.clone()).await;
        }
        let redis = nodes.redis.as_mut().unwrap();
        if how == "kill" {
            redis.kill()
        } else {
            redis.signal("STOP")
        }
        let anna = &nodes.bakery.anna;
        let overrides =
            json!([{"target": {"kind": "everybody"}, "allow": [], "deny": ["view_chat"]}]);
        match way {
            "hidden" => {
                drop(anna.patch(&path, json!({ "overrides": overrides })).await.expect(200))
            }
            _ => drop(anna.post(&kick, json!({})).await.expect(204)),
        }
        let committed = Instant::now();
        nodes.bakery.say(anna, "a secret").await;
        for socket in [&mut near, &mut far] {
            socket.frame(told).await;
            let took = committed.elapsed();
            println!("{how}, {way}: told after {took:?}");
            assert!(took <= Duration::from_secs(5), "{how}, {way}: {took:?}");
            assert_eq!(socket.refused("join_room", chat.clone()).await, "not_found");
        }
        nodes.bakery.say(anna, "another secret").await;
        for (node, socket) in [("near", &mut near), ("far", &mut far)] {
            let heard = json!(socket.drain().await).to_string();
            assert!(!heard.contains("secret"), "{how}, {way}, {node}: {heard}");
        }
        let redis = nodes.redis.as_mut().unwrap();
        if how == "kill" {
            redis.begin().await
        } else {
            redis.signal("CONT")
        }
        if way == "hidden" {
            nodes.bakery.anna.patch(&path, json!({"overrides": []})).await.expect(200);
            nodes.talk(1).await;
        }
    }
}

/// Nothing becomes unlimited: each node grants what it would alone.
#[tokio::test]
async fn limits_hold_without_redis_and_after_it_forgot() {
    let mut nodes = Nodes::own_redis(&[("SPACE_LIMIT_FACTOR", "1")]).await;
    let stranger = nodes.bakery.app.stranger();
    let wrong = json!({"login": "anna", "password": "a wrong guess"});
    let guess = async || stranger.post("/auth/login", wrong.clone()).await.status;
    let mut granted = 0;
    while guess().await == 401 {
        granted += 1;
        assert!(granted <= 12);
    }
    nodes.redis.as_ref().unwrap().cli(&["FLUSHALL"]);
    assert_eq!(guess().await, 429, "all budgets whole again");
    nodes.redis.as_mut().unwrap().kill();
    assert_eq!(guess().await, 429);
    let mut granted = 0;
    let stranger = nodes.second().stranger();
    while stranger.post("/auth/login", wrong.clone()).await.status == 401 {
        granted += 1;
        assert!(granted <= 12);
    }
}

/// A node that stops takes its people along, unless they come back elsewhere.
#[tokio::test]
async fn people_of_a_node_that_stops_are_missed() {
    let mut nodes = Nodes::own_redis(&[]).await;
    let mut anna = nodes.bakery.anna.socket().await;
    let boris = nodes.boris();
    let _socket = boris.socket().await;
    let of_boris = |frame: &serde_json::Value, status: &str| {
        frame["data"]["user_id"] == boris.id() && frame["data"]["status"] == status
    };
    anna.wait(|frame| of_boris(frame, "online")).await;
    nodes.second.as_mut().unwrap().stop();
    anna.wait(|frame| of_boris(frame, "offline")).await;
    let path = format!("/status/user/{}", boris.id());
    assert_eq!(nodes.bakery.anna.get(&path).await.expect(200)["status"], "offline");
}

/// The server starts, and serves, when Redis is not there yet.
#[tokio::test]
async fn redis_may_come_later() {
    let mut nodes = Nodes::own_redis(&[]).await;
    nodes.redis.as_mut().unwrap().kill();
    let url = nodes.redis.as_ref().unwrap().url();
    let alone = super::TestApp::with(&[("REDIS_URL", &url)]).await;
    let anna = alone.user("anna").await;
    let mut socket = anna.socket().await;
    anna.post("/spaces", json!({"name": "The bakery"})).await.expect(201);
    socket.frame("space_joined").await;
    nodes.redis.as_mut().unwrap().begin().await;
    until("Redis is used", async || {
        nodes.redis.as_ref().unwrap().cli(&["PUBSUB", "CHANNELS"]).contains("space:nodes")
    })
    .await;
}
