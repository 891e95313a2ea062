//! Random requests and commands: every one is answered, none with a 5xx.

use crate::support::bakery::Bakery;
use crate::support::client;
use api::router::contract;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use reqwest::Method;
use serde_json::{Value, json};

fn seeded() -> StdRng {
    let seed = rand::random();
    println!("seed {seed}");
    StdRng::seed_from_u64(seed)
}

/// Ids of real things, of other people's things and of nothing.
async fn ids(bakery: &Bakery) -> Vec<String> {
    let private = bakery.private_chat("office").await;
    let message = bakery.say(&bakery.anna, "bread @boris").await;
    let hidden = client::send(
        bakery
            .anna
            .request(Method::POST, &format!("/messages/{private}"))
            .json(&json!({"content": "x", "nonce": "n"})),
    )
    .await
    .expect(201);
    let foreign = bakery.vera.get("/spaces").await.expect(200)["items"][0].clone();
    let role = bakery.role("member").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    vec![
        private,
        role,
        bakery.space.clone(),
        bakery.chat.clone(),
        bakery.anna.id(),
        bakery.boris.id(),
        bakery.vera.id(),
        text(&message["id"]),
        text(&hidden["id"]),
        text(&foreign["id"]),
        text(&foreign["default_chat_id"]),
        uuid::Uuid::nil().to_string(),
        "%00".into(),
        "%ff".into(),
        "..%2f..".into(),
        "boris".into(),
        "-1".into(),
    ]
}

fn value(rng: &mut StdRng, ids: &[String], depth: u8) -> Value {
    match rng.random_range(0..if depth > 2 { 9 } else { 12 }) {
        0 => Value::Null,
        1 => json!(rng.random::<bool>()),
        2 => json!([i64::MIN, i64::MAX, -1, 0, 1, 2, 50].choose(rng)),
        3 => json!(rng.random::<f64>() * 1e300),
        4 => json!("x".repeat(rng.random_range(0..12_000))),
        5 => json!(
            [
                "",
                "\0",
                "a\0b",
                "👍",
                "@boris @all",
                "\u{202e}",
                "\u{feff}",
                "'; --",
                "%_\\",
                "262142-12-31T23:59:59Z",
                "-262143-01-01T00:00:00Z",
                "view_chat",
                "member",
                "public"
            ]
            .choose(rng)
        ),
        6..=8 => json!(ids.choose(rng)),
        9 => (0..rng.random_range(0..4)).map(|_| value(rng, ids, depth + 1)).collect(),
        _ => object(rng, ids, depth + 1),
    }
}

const FIELDS: [&str; 28] = [
    "name",
    "topic",
    "overrides",
    "target",
    "kind",
    "id",
    "allow",
    "deny",
    "user_id",
    "user_ids",
    "content",
    "nonce",
    "reply_to",
    "emoji",
    "seq",
    "position",
    "color",
    "priority",
    "permissions",
    "permissions_denied",
    "until",
    "visibility",
    "description",
    "status",
    "chat_id",
    "message_id",
    "after_seq",
    "token",
];

fn object(rng: &mut StdRng, ids: &[String], depth: u8) -> Value {
    let count = rng.random_range(0..5);
    (0..count)
        .map(|_| (FIELDS[rng.random_range(0..FIELDS.len())].to_owned(), value(rng, ids, depth)))
        .collect()
}

#[tokio::test]
async fn random_commands_are_all_answered() {
    let bakery = Bakery::open().await;
    let (ids, mut rng) = (ids(&bakery).await, seeded());
    let mut socket = bakery.boris.socket().await;
    const KINDS: [&str; 11] = [
        "join_room",
        "leave_room",
        "send_message",
        "edit_message",
        "delete_message",
        "add_reaction",
        "typing",
        "mark_read",
        "heartbeat",
        "reauthenticate",
        "set_status",
    ];
    for _ in 0..400 {
        let kind = KINDS[rng.random_range(0..KINDS.len())];
        let mut data = object(&mut rng, &ids, 0);
        // Mostly the right fields, so that something happens.
        for (field, right) in [("chat_id", true), ("message_id", true), ("seq", false)] {
            if rng.random_bool(0.5) && data.is_object() {
                let id =
                    if right { json!(ids.choose(&mut rng)) } else { json!(rng.random::<i8>()) };
                data[field] = id;
            }
        }
        let id = socket.command(kind, data.clone()).await;
        let answer = socket.wait(|f| f["id"] == json!(id)).await;
        let status = answer["error"]["status"].as_i64().unwrap_or(200);
        assert!(status < 500, "{kind} {data}: {answer}");
    }
}

#[tokio::test]
async fn random_requests_are_all_answered() {
    let bakery = Bakery::open().await;
    let (ids, mut rng) = (ids(&bakery).await, seeded());
    let contract = contract();
    let mut routes = Vec::new();
    for (path, item) in &contract.paths.paths {
        let Some(path) = path.strip_prefix("/api/v1") else { continue };
        for (method, there) in [
            (Method::GET, item.get.is_some()),
            (Method::POST, item.post.is_some()),
            (Method::PUT, item.put.is_some()),
            (Method::PATCH, item.patch.is_some()),
            (Method::DELETE, item.delete.is_some()),
        ] {
            // Logging oneself out would end the test early.
            if there && !path.starts_with("/auth") && path != "/ws" {
                routes.push((method, path.to_owned()));
            }
        }
    }
    for _ in 0..500 {
        let (method, path) = routes.choose(&mut rng).unwrap();
        let filled: Vec<String> = path
            .split('/')
            .map(|part| match part.starts_with('{') {
                true => ids.choose(&mut rng).unwrap().clone(),
                false => part.to_owned(),
            })
            .collect();
        let query = [
            "",
            "?limit=0",
            "?q=%00",
            "?q=%25",
            "?cursor=W10",
            "?cursor=eyJ9",
            "?after=-1",
            "?around=9223372036854775807",
            "?at=-262143-01-01T00:00:00Z",
            "?q=-x%20%22",
            "?%ff",
        ]
        .choose(&mut rng)
        .unwrap();
        let path = format!("{}{query}", filled.join("/"));
        let who = [&bakery.anna, &bakery.boris, &bakery.vera].choose(&mut rng).copied().unwrap();
        let body = object(&mut rng, &ids, 0);
        let mut request = who.request(method.clone(), &path);
        if *method != Method::GET && *method != Method::DELETE {
            request = request.json(&body);
        }
        let answer = client::send(request).await;
        assert!(answer.status < 500, "{method} {path} {body}: {}", answer.text);
        if answer.status >= 400 {
            answer.problem(answer.status);
        }
    }
}
