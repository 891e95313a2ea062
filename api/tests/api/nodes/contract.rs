//! The contract. Each test runs on every engine.

use super::Nodes;
use crate::support::client::Client;
use crate::support::programs::{make_token, program};
use crate::support::socket::Socket;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// One test for each engine.
macro_rules! on_every_engine {
    ($($name:ident: $settings:expr;)*) => {
        mod memory { use super::*; $(#[tokio::test] async fn $name() {
            super::$name(Nodes::memory($settings).await).await;
        })* }
        mod redis { use super::*; $(#[tokio::test] async fn $name() {
            super::$name(Nodes::redis($settings).await).await;
        })* }
        mod cluster { use super::*; $(#[tokio::test] async fn $name() {
            super::$name(Nodes::cluster($settings).await).await;
        })* }
    };
}

pub(super) use on_every_engine;

on_every_engine! {
    messages_arrive_everywhere_in_order_and_once: &[];
    a_room_that_is_opened_while_others_talk_has_no_hole: &[("SPACE_SOCKETS_PER_USER", "1000")];
    people_are_seen_wherever_they_are: &[];
    typing_is_heard_on_the_other_node: &[];
    who_is_removed_hears_nothing_more: &[];
    a_session_that_ends_ends_everywhere: &[];
    a_token_that_is_revoked_is_revoked_everywhere: &[];
    limits_count_what_every_node_grants: &[("SPACE_LIMIT_FACTOR", "1")];
    an_account_has_so_many_sockets_on_all_nodes: &[("SPACE_SOCKETS_PER_USER", "2")];
    who_is_gone_gives_way_at_his_node: &[("SPACE_SOCKETS_PER_USER", "1")];
    one_resumes_on_another_node: &[];
}

async fn messages_arrive_everywhere_in_order_and_once(nodes: Nodes) {
    nodes.talk(20).await;
}

/// Events between the look at the log and the subscription must not be missing.
async fn a_room_that_is_opened_while_others_talk_has_no_hole(nodes: Nodes) {
    let (anna, chat) = (nodes.bakery.anna.clone(), nodes.bakery.chat.clone());
    let talk = tokio::spawn(async move {
        for n in 0..60 {
            crate::support::bakery::send(&anna, &chat, &format!("{n}")).await.expect(201);
        }
    });
    let mut heard = Vec::new();
    while !talk.is_finished() || heard.is_empty() {
        let mut socket = nodes.boris().socket().await;
        let joined = socket.ask("join_room", json!({"chat_id": nodes.bakery.chat})).await;
        heard.push((socket, joined["seq"].as_i64().unwrap()));
    }
    talk.await.unwrap();
    let last = nodes.bakery.say(&nodes.bakery.anna, "the last one").await;
    let read = nodes.bakery.anna.get(&format!("/messages/{}", nodes.bakery.chat)).await.expect(200);
    assert_eq!(read["items"].as_array().unwrap().last().unwrap()["id"], last["id"]);
    for (mut socket, mut at) in heard {
        loop {
            let frame = socket.frame("new_message").await;
            assert_eq!(frame["seq"], at + 1);
            at += 1;
            if frame["data"]["id"] == last["id"] {
                break;
            }
        }
    }
}

async fn people_are_seen_wherever_they_are(nodes: Nodes) {
    let mut anna = nodes.bakery.anna.socket().await;
    let boris = nodes.boris();
    let of_boris = |frame: &Value, status: &str| {
        frame["type"] == "user_status_changed"
            && frame["data"]["user_id"] == boris.id()
            && frame["data"]["status"] == status
    };
    let mut socket = boris.socket().await;
    // The subscription of anna's node is on its way; who changes, changes on.
    let soon = Duration::from_millis(300);
    let mut changes = ["dnd", "online"].iter().cycle();
    loop {
        let status = changes.next().unwrap();
        socket.ask("set_status", json!({"status": status})).await;
        let heard = tokio::time::timeout(soon, anna.wait(|frame| of_boris(frame, status))).await;
        if heard.is_ok() && *status == "online" {
            break;
        }
    }
    let path = format!("/status/user/{}", boris.id());
    // Nodes tell each other within a moment.
    until("online", async || nodes.bakery.anna.get(&path).await.expect(200)["status"] == "online")
        .await;
    let online = format!("/spaces/{}/participants?status=online", nodes.bakery.space);
    for person in [&nodes.bakery.anna, &boris] {
        until("two are here", async || {
            person.get(&online).await.expect(200)["items"].as_array().unwrap().len() == 2
        })
        .await;
    }
    socket.ask("set_status", json!({"status": "dnd"})).await;
    anna.wait(|frame| of_boris(frame, "dnd")).await;
    // He chooses at the other node, where he has no socket.
    let here = nodes.bakery.app.at(&boris);
    here.post("/status/set-status", json!({"status": "online"})).await.expect(204);
    anna.wait(|frame| of_boris(frame, "online")).await;
    // A second device at the other node: the first one goes, and nobody is told.
    let other = here.socket().await;
    until("his second device is known", async || {
        let presences = nodes.second().app.live.presences();
        let user = boris.me.as_ref().unwrap().id;
        nodes.second.is_none() || presences.elsewhere(user) == 1
    })
    .await;
    drop(socket);
    // Vera comes and goes after him: when she is known to be gone, he would have been told to be.
    let vera = nodes.second().at(&nodes.bakery.vera);
    vera.post(&format!("/spaces/{}/join", nodes.bakery.space), json!({})).await.expect(200);
    let status_of = async |who: &Client| {
        let path = format!("/status/user/{}", who.id());
        nodes.bakery.anna.get(&path).await.expect(200)["status"].clone()
    };
    let hers = vera.socket().await;
    until("vera is here", async || status_of(&vera).await == "online").await;
    drop(hers);
    until("vera is gone", async || status_of(&vera).await == "offline").await;
    assert_eq!(status_of(&boris).await, "online");
    assert!(!anna.drain().await.iter().any(|frame| of_boris(frame, "offline")));
    drop(other);
    anna.wait(|frame| of_boris(frame, "offline")).await;
    let status = async || nodes.boris().get(&path).await.expect(200)["status"].clone();
    until("offline", async || status().await == "offline").await;
}

async fn typing_is_heard_on_the_other_node(nodes: Nodes) {
    let (mut anna, mut boris) = (nodes.bakery.anna.socket().await, nodes.boris().socket().await);
    let room = json!({"chat_id": nodes.bakery.chat});
    anna.ask("join_room", room.clone()).await;
    boris.ask("join_room", room.clone()).await;
    // The subscription is on its way; who types, types on.
    let heard = async {
        loop {
            boris.ask("typing", room.clone()).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        frame = anna.frame("typing") => assert_eq!(frame["data"]["user"]["nickname"], "boris"),
        () = heard => {}
    }
}

async fn who_is_removed_hears_nothing_more(nodes: Nodes) {
    let mut boris = nodes.boris().socket().await;
    boris.ask("join_room", json!({"chat_id": nodes.bakery.chat})).await;
    let path = format!("/spaces/{}/kick/{}", nodes.bakery.space, nodes.bakery.boris.id());
    nodes.bakery.anna.post(&path, json!({})).await;
    let began = Instant::now();
    boris.frame("space_left").await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    nodes.bakery.say(&nodes.bakery.anna, "Just among us").await;
    let refused = boris.refused("join_room", json!({"chat_id": nodes.bakery.chat})).await;
    assert_eq!(refused, "not_found");
    assert!(boris.drain().await.iter().all(|frame| frame["type"] != "new_message"));
}

async fn a_session_that_ends_ends_everywhere(nodes: Nodes) {
    let boris = nodes.boris();
    boris.get("/profile/me").await.expect(200);
    let mut socket = boris.socket().await;
    let mut phone = nodes.bakery.boris.clone();
    phone.login("boris").await;
    phone.post("/auth/logout-all", json!({})).await.expect(204);
    let began = Instant::now();
    assert_eq!(socket.closed().await, 4403);
    until("refused", async || boris.get("/profile/me").await.status == 401).await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

async fn a_token_that_is_revoked_is_revoked_everywhere(nodes: Nodes) {
    let made = make_token(&nodes.bakery.anna, "/auth/tokens", &["read"]).await;
    let program = nodes.second().at(&program(&nodes.bakery.anna, &made));
    program.get("/profile/me").await.expect(200);
    let id = made["id"].as_str().unwrap();
    nodes.bakery.anna.delete(&format!("/auth/tokens/{id}")).await.expect(204);
    let began = Instant::now();
    until("refused", async || program.get("/profile/me").await.status == 401).await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

/// A node that cannot ask Redis yet counts alone.
pub async fn count_together(nodes: &Nodes) {
    let (first, second) = (nodes.bakery.app.stranger(), nodes.second().stranger());
    let left = async |stranger: &Client| -> u32 {
        let answer = stranger.get("/spaces").await;
        let state = answer.headers["ratelimit"].to_str().unwrap();
        state.split(";r=").nth(1).unwrap().split(';').next().unwrap().parse().unwrap()
    };
    until("both count together", async || {
        let at_first = left(&first).await;
        left(&second).await < at_first
    })
    .await;
}

async fn limits_count_what_every_node_grants(nodes: Nodes) {
    count_together(&nodes).await;
    let (first, second) = (nodes.bakery.app.stranger(), nodes.second().stranger());
    let wrong = json!({"login": "anna", "password": "a wrong guess"});
    let mut evaluated = 0;
    loop {
        let stranger = if evaluated % 2 == 0 { &first } else { &second };
        let answer = stranger.post("/auth/login", wrong.clone()).await;
        if answer.status == 429 {
            break;
        }
        assert_eq!(answer.status, 401);
        evaluated += 1;
        assert!(evaluated <= 12, "more guesses than one node would grant");
    }
    assert!(evaluated >= 5, "only {evaluated}");
}

async fn an_account_has_so_many_sockets_on_all_nodes(nodes: Nodes) {
    let (here, there) = (nodes.bakery.boris.clone(), nodes.boris());
    let user = here.me.as_ref().unwrap().id;
    let (mut kept, mut refused) = (Vec::new(), 0);
    for n in 0..8 {
        let who = if n % 2 == 0 { &here } else { &there };
        let mut socket = Socket::open(who.address).await;
        socket.command("hello", json!({"token": who.token})).await;
        match socket.hear().await {
            crate::support::socket::Heard::Closed(code) => {
                assert_eq!(code, 4429);
                refused += 1;
            }
            _ => kept.push(socket.stay()),
        }
        if nodes.second.is_some() {
            until("nodes know of each other's sockets", async || {
                let here = nodes.bakery.app.app.live.presences().elsewhere(user);
                let there = nodes.second().app.live.presences().elsewhere(user);
                here + there == kept.len()
            })
            .await;
        }
    }
    let wanted = if nodes.second.is_some() { 4 } else { 2 };
    assert_eq!((kept.len(), refused), (wanted, 8 - wanted));
    assert!(kept.iter().all(|socket| !socket.is_finished()));
}

/// One that is not read answers no ping.
async fn who_is_gone_gives_way_at_his_node(nodes: Nodes) {
    let boris = nodes.bakery.boris.clone();
    let mut gone = boris.socket().await;
    let mut elsewhere = match &nodes.second {
        Some(_) => nodes.boris(),
        None => nodes.bakery.anna.clone(),
    }
    .socket()
    .await;
    let mut back = boris.socket().await;
    assert_eq!(gone.closed().await, 4408);
    for socket in [&mut elsewhere, &mut back] {
        socket.ask("heartbeat", json!({"active": true})).await;
    }
}

async fn one_resumes_on_another_node(nodes: Nodes) {
    let anna = &nodes.bakery.anna;
    let socket = anna.socket().await;
    let topics = socket.connected["topics"].as_object().unwrap();
    let cursors: Value =
        topics.iter().map(|(topic, state)| (topic.clone(), state["seq"].clone())).collect();
    drop(socket);
    let path = format!("/spaces/{}/chats", nodes.bakery.space);
    anna.post(&path, json!({"name": "orders"})).await.expect(201);
    let mut socket = Socket::hello(nodes.second().address, &anna.token, cursors).await;
    let states = socket.connected["topics"].as_object().unwrap();
    assert!(states.values().all(|state| state["recovered"] == true), "{states:?}");
    assert_eq!(socket.frame("chat_created").await["data"]["name"], "orders");
}

/// Waits for what comes about within moments.
pub async fn until(what: &str, check: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !check().await {
        assert!(began.elapsed() < Duration::from_secs(15), "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
