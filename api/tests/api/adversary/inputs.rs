//! Inputs that PostgreSQL or the arithmetic would choke on.

use crate::support::bakery::Bakery;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::json;

fn forged(json: &str) -> String {
    URL_SAFE_NO_PAD.encode(json)
}

/// Every answer below 500, and every refusal a problem.
async fn harmless(bakery: &Bakery, path: &str) {
    let answer = bakery.anna.get(path).await;
    assert!(answer.status < 500, "{path}: {}", answer.text);
    if answer.status >= 400 {
        answer.problem(answer.status);
    }
}

#[tokio::test]
async fn a_nul_is_refused_wherever_it_comes() {
    let bakery = Bakery::open().await;
    let (space, chat) = (&bakery.space, &bakery.chat);
    let person = uuid::Uuid::nil();
    let nickname = forged("\"a\\u0000\"");
    let member = forged(&format!("[10,\"a\\u0000\",\"{person}\"]"));
    for path in [
        format!("/chats/{chat}/members?q=%00"),
        format!("/chats/{chat}/members?cursor={nickname}"),
        format!("/spaces/{space}/participants?q=%00"),
        format!("/spaces/{space}/participants?cursor={member}"),
        "/spaces?q=%00".to_owned(),
        "/search?q=%00".to_owned(),
        "/search?q=bread&from=%00".to_owned(),
        "/profile/nickname/%00".to_owned(),
        "/profile/%00".to_owned(),
        "/spaces/%00".to_owned(),
    ] {
        harmless(&bakery, &path).await;
        let answer = bakery.anna.get(&path).await;
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
    }
    let stranger = bakery.app.stranger();
    for login in ["a\0b", "a\0@b.co"] {
        let body = json!({"login": login, "password": "a long enough secret"});
        let answer = stranger.post("/auth/login", body).await;
        assert!((400..500).contains(&answer.status), "{login:?}: {}", answer.text);
    }
    let mut socket = bakery.boris.socket().await;
    for nonce in ["n\0", "\0"] {
        let data = json!({"chat_id": chat, "content": "hi", "nonce": nonce});
        assert_eq!(socket.refused("send_message", data).await, "invalid");
    }
}

#[tokio::test]
async fn times_and_numbers_at_the_edge_are_answers() {
    let bakery = Bakery::open().await;
    bakery.say(&bakery.anna, "bread").await;
    let (space, chat) = (&bakery.space, &bakery.chat);
    let id = uuid::Uuid::nil();
    let (min, max) = (i64::MIN, i64::MAX);
    for query in [
        "at=-262143-01-01T00:00:00Z".to_owned(),
        "at=-9999-01-01T00:00:00Z".to_owned(),
        "at=%2B262142-12-31T23:59:59Z".to_owned(),
        format!("after={max}"),
        format!("after={min}"),
        format!("before={max}"),
        "before=0".to_owned(),
        format!("around={max}"),
        format!("around={min}"),
        "around=0&limit=1".to_owned(),
        format!("limit={min}"),
        "limit=99999999999999999999".to_owned(),
    ] {
        harmless(&bakery, &format!("/messages/{chat}?{query}")).await;
    }
    for time in ["-262143-01-01T00:00:00Z", "+262142-12-31T23:59:59Z", "-4800-01-01T00:00:00Z"] {
        let cursor = forged(&format!("[\"{time}\",\"{id}\"]"));
        harmless(&bakery, &format!("/spaces?cursor={cursor}")).await;
        let until = json!({"permissions_denied": ["send_messages"], "until": time});
        let path = format!("/spaces/{space}/restrict/{}", bakery.boris.id());
        let answer = bakery.anna.post(&path, until).await;
        assert!(answer.status < 500, "{time}: {}", answer.text);
    }
    harmless(
        &bakery,
        &format!("/spaces?directory=true&cursor={}", forged(&format!("[{min},\"{id}\"]"))),
    )
    .await;
    for after in ["-9999-01-01", "262142-12-31", "+262142-12-31T00:00:00Z"] {
        harmless(&bakery, &format!("/search?q=bread&after={}", after.replace('+', "%2B"))).await;
    }
    let answer = bakery.anna.post(&format!("/chats/{chat}/read"), json!({"seq": max})).await;
    assert_eq!(answer.problem(422), "invalid");
}

#[tokio::test]
async fn an_after_seq_at_the_edge_does_not_end_the_session() {
    let bakery = Bakery::open().await;
    bakery.say(&bakery.anna, "bread").await;
    let mut socket = bakery.boris.socket().await;
    let join = json!({"chat_id": bakery.chat, "after_seq": i64::MAX});
    assert_eq!(socket.ask("join_room", join).await["recovered"], false);
    let cursors = json!({format!("space:{}", bakery.space): i64::MAX});
    let address = bakery.app.address;
    let again = crate::support::socket::Socket::hello(address, &bakery.boris.token, cursors).await;
    assert_eq!(again.connected["topics"][format!("space:{}", bakery.space)]["recovered"], false);
}

#[tokio::test]
async fn a_query_parameter_that_nobody_reads_is_refused() {
    let bakery = Bakery::open().await;
    let (space, chat) = (&bakery.space, &bakery.chat);
    for (method, path) in [
        (Method::GET, "/chats?limit=5".to_owned()),
        (Method::GET, format!("/chats/{chat}?x=1")),
        (Method::GET, format!("/messages/{chat}?x=1")),
        (Method::GET, format!("/spaces/{space}?x")),
        (Method::GET, format!("/spaces/{space}/roles?limit=1")),
        (Method::GET, "/auth/me?x=1".to_owned()),
        (Method::POST, format!("/spaces/{space}/join?invite=1")),
        (Method::DELETE, format!("/chats/{chat}?dry_run=true")),
    ] {
        let answer = crate::support::client::send(bakery.anna.request(method, &path)).await;
        assert_eq!(answer.problem(400), "unknown_field", "{path}");
        assert!(answer.json()["errors"][0]["pointer"].as_str().unwrap().starts_with('/'));
    }
}

#[tokio::test]
async fn the_message_around_which_one_asks_is_there() {
    let bakery = Bakery::open().await;
    for i in 1..=5 {
        bakery.say(&bakery.anna, &i.to_string()).await;
    }
    for limit in 1..=6 {
        let path = format!("/messages/{}?around=3&limit={limit}", bakery.chat);
        let page = bakery.anna.get(&path).await.expect(200);
        let seqs: Vec<_> =
            page["items"].as_array().unwrap().iter().map(|m| m["seq"].as_i64().unwrap()).collect();
        assert!(seqs.contains(&3) && seqs.len() <= limit, "{limit}: {seqs:?}");
        assert_eq!(page["has_before"], seqs[0] > 1, "{limit}");
        assert_eq!(page["has_after"], seqs[seqs.len() - 1] < 5, "{limit}");
    }
    let past_the_end = format!("/messages/{}?before={}", bakery.chat, i64::MAX);
    assert_eq!(bakery.anna.get(&past_the_end).await.expect(200)["has_after"], false);
}
