//! Snapshot and events make the fresh snapshot, whatever happens.

use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::replica::Replica;
use crate::support::staff::Staff;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn every_event_makes_the_state_that_rest_tells() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let mut anna = Replica::open(&b.anna, &b.space).await;
    let mut mark = Replica::open(&b.mark, &b.space).await;
    let (mark_id, zoe_id) = (b.mark.id(), b.zoe.id());
    let (member, moderator) = (b.role("Member"), b.role("Moderator"));
    let role = json!({"name": "Baker", "color": "#123456", "priority": 9, "permissions": []});
    let made = b.anna.post(&b.at("/roles"), role).await.expect(201);
    let baker = crate::support::staff::text(&made["id"]);
    let order = json!({"role_ids": [member, b.role("Restricted"), b.role("Administrator")]});
    let steps: [(&Client, Method, String, Value); 25] = [
        (&b.anna, Method::PATCH, "".into(), json!({"name": "Bread", "visibility": "public"})),
        (&b.zoe, Method::POST, "/join".into(), json!({})),
        (&b.zoe, Method::POST, "/leave".into(), json!({})),
        (&b.zoe, Method::POST, "/join".into(), json!({})),
        (&b.mona, Method::POST, format!("/kick/{zoe_id}"), json!({})),
        (&b.anna, Method::POST, format!("/assign-role/{mark_id}/{baker}"), json!({})),
        (&b.anna, Method::PATCH, format!("/roles/{baker}"), json!({"permissions": ["view_chat"]})),
        (&b.adam, Method::PATCH, format!("/roles/{member}"), json!({"name": "Guest"})),
        (&b.mona, Method::POST, format!("/restrict/{mark_id}"), deny(&["view_chat"])),
        (&b.mona, Method::POST, format!("/restrict/{mark_id}"), deny(&[])),
        (&b.anna, Method::DELETE, format!("/roles/{baker}"), json!({})),
        (&b.anna, Method::POST, format!("/assign-role/{mark_id}/{moderator}"), json!({})),
        (&b.anna, Method::DELETE, format!("/roles/{moderator}"), json!({})),
        (&b.adam, Method::POST, format!("/kick/{mark_id}"), json!({})),
        (&b.adam, Method::POST, "/members".into(), json!({"nickname": "mark"})),
        (&b.adam, Method::POST, format!("/ban/{zoe_id}"), json!({"delete_recent": 60})),
        (&b.adam, Method::POST, format!("/unban/{zoe_id}"), json!({})),
        (&b.adam, Method::POST, "/members".into(), json!({"nickname": "zoe"})),
        (&b.adam, Method::POST, format!("/ban/{zoe_id}"), json!({"reason": "Spam"})),
        (&b.anna, Method::PUT, "/roles/order".into(), order),
        (&b.mona, Method::POST, format!("/report/{mark_id}"), json!({"reason": "spam"})),
        (&b.mark, Method::POST, "/leave".into(), json!({})),
        (&b.mark, Method::POST, "/join".into(), json!({})),
        (&b.anna, Method::POST, "/transfer".into(), json!({"user_id": mark_id})),
        (&b.mark, Method::DELETE, "".into(), json!({})),
    ];
    for (who, method, path, body) in steps {
        let step = format!("{method} {path} {body}");
        let request = who.request(method, &b.at(&path)).json(&body);
        let answer = crate::support::client::send(request).await;
        assert!(answer.status < 300, "{step}: {}", answer.text);
        anna.check(&step).await;
        mark.check(&step).await;
    }
    let heard: Vec<_> = anna.heard.union(&mark.heard).map(String::as_str).collect();
    for event in [
        "member_banned",
        "member_joined",
        "member_left",
        "member_unbanned",
        "membership_changed",
        "reports_changed",
        "role_assigned",
        "role_created",
        "role_deleted",
        "role_updated",
        "space_deleted",
        "space_joined",
        "space_left",
        "space_updated",
        "user_kicked",
    ] {
        assert!(heard.contains(&event), "{event} was never heard: {heard:?}");
    }
}

fn deny(keys: &[&str]) -> Value {
    json!({"permissions_denied": keys})
}

#[tokio::test]
async fn random_histories_end_in_the_same_state_everywhere() {
    let seed = rand::rng().random();
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let people = [&b.anna, &b.adam, &b.mona, &b.mark, &b.rita, &b.zoe];
    let mut replicas = Vec::new();
    for who in [&b.anna, &b.adam, &b.mark] {
        replicas.push(Replica::open(who, &b.space).await);
    }
    let mut done = 0;
    for step in 0..150 {
        // Mostly the strong act, or nothing would be allowed.
        let strong = [&b.anna, &b.adam];
        let pool: &[&Client] = if rng.random_bool(0.6) { &strong } else { &people };
        let actor = *pool.choose(&mut rng).unwrap();
        let target = people.choose(&mut rng).unwrap().id();
        let roles = replicas.iter().flat_map(|r| &r.state.roles).map(|r| r.id).collect::<Vec<_>>();
        let role = roles.choose(&mut rng).map_or_else(|| b.role("Member"), ToString::to_string);
        let rank = rng.random_range(1..70);
        let keys = ["view_chat", "kick_members", "promote_members", "send_messages"];
        let some: Vec<_> = keys.iter().filter(|_| rng.random_bool(0.5)).collect();
        let (method, path, body) = match rng.random_range(0..15) {
            0 => (Method::POST, "/join".into(), json!({})),
            1 => (Method::POST, "/leave".into(), json!({})),
            2 => (Method::POST, format!("/kick/{target}"), json!({})),
            3 | 4 => (Method::POST, format!("/assign-role/{target}/{role}"), json!({})),
            5 => (Method::POST, format!("/restrict/{target}"), json!({"permissions_denied": some})),
            6 | 7 => {
                let body = json!({
                    "name": format!("Role {step}"), "color": "#abcdef", "priority": rank,
                    "permissions": some,
                });
                (Method::POST, "/roles".into(), body)
            }
            8 => (Method::PATCH, format!("/roles/{role}"), json!({"permissions": some})),
            9 => (Method::DELETE, format!("/roles/{role}"), json!({})),
            10 => (Method::POST, format!("/ban/{target}"), json!({"delete_recent": 60})),
            11 => (Method::POST, format!("/unban/{target}"), json!({})),
            12 | 13 => {
                let who = people.choose(&mut rng).unwrap().me.as_ref().unwrap();
                (Method::POST, "/members".into(), json!({"nickname": who.nickname}))
            }
            _ => (Method::PATCH, String::new(), json!({"name": format!("Name {step}")})),
        };
        let answer =
            crate::support::client::send(actor.request(method, &b.at(&path)).json(&body)).await;
        assert!(answer.status < 500, "{path} {body}: {}", answer.text);
        done += u32::from(answer.status < 300);
        for replica in &mut replicas {
            if rng.random_bool(0.3) {
                replica.check(&format!("step {step}: {path} {body}, seed {seed}")).await;
            } else {
                replica.catch_up().await;
            }
        }
    }
    for replica in &mut replicas {
        replica.check(&format!("the end, seed {seed}")).await;
    }
    assert!(done > 20, "only {done} steps were allowed, seed {seed}");
}

#[tokio::test]
async fn a_member_who_was_away_gets_what_he_missed() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let mut socket = b.mark.socket().await;
    let topics = socket.connected["topics"].as_object().unwrap().clone();
    socket.drain().await;
    drop(socket);
    b.anna.patch(&b.space, json!({"name": "Bread"})).await.expect(200);
    b.mona.post(&b.at("/leave"), json!({})).await.expect(204);
    let cursors: serde_json::Map<String, Value> =
        topics.iter().map(|(topic, state)| (topic.clone(), state["seq"].clone())).collect();
    let mut again =
        crate::support::socket::Socket::hello(b.mark.address, &b.mark.token, json!(cursors)).await;
    let frames = again.drain().await;
    let kinds: Vec<_> = frames.iter().map(|frame| frame["type"].as_str().unwrap()).collect();
    assert!(kinds.starts_with(&["space_updated", "member_left"]), "{kinds:?}");
}
