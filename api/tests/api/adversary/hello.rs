//! What happens between the steps of hello.

use crate::support::bakery::Bakery;
use crate::support::socket::{Heard, Socket};
use diesel::QueryableByName;
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use serde_json::json;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// Holds hello back before it reads the positions, after it has asked who the person is.
async fn hold(conn: &mut AsyncPgConnection) {
    conn.batch_execute("BEGIN; LOCK TABLE streams IN ACCESS EXCLUSIVE MODE").await.unwrap();
}

/// Waits until something waits for the lock; in this database, for others have the same tables.
async fn held(conn: &mut AsyncPgConnection) {
    let sql = "SELECT count(*) AS n FROM pg_locks \
         WHERE NOT granted AND relation = 'streams'::regclass AND database = \
         (SELECT oid FROM pg_database WHERE datname = current_database())";
    loop {
        let count: Count = diesel::sql_query(sql).get_result(conn).await.unwrap();
        if count.n > 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// What the other side writes meanwhile: an event of a user topic.
fn event(topic: &str, kind: &str, data: serde_json::Value) -> String {
    let frame =
        json!({"type": kind, "data": data, "topic": topic, "at": "2026-11-21T00:00:00.000Z"});
    format!(
        "WITH s AS (UPDATE streams SET seq = seq + 1 WHERE topic = '{topic}' RETURNING seq) \
         INSERT INTO events (topic, seq, frame) SELECT '{topic}', seq, \
         ('{frame}'::jsonb || jsonb_build_object('seq', seq))::text FROM s; "
    )
}

#[tokio::test]
async fn who_is_kicked_while_saying_hello_hears_nothing_of_the_space() {
    let bakery = Bakery::open().await;
    let (mut holder, mut looker) =
        (bakery.app.app.conn().await.unwrap(), bakery.app.app.conn().await.unwrap());
    hold(&mut holder).await;
    let mut boris = Socket::open(bakery.app.address).await;
    boris.command("hello", json!({"token": bakery.boris.token})).await;
    held(&mut looker).await;
    let (user, space) = (bakery.boris.id(), &bakery.space);
    let kick = format!("DELETE FROM space_members WHERE user_id = '{user}'; ")
        + &event(&format!("user:{user}"), "space_left", json!({"space_id": space}))
        + "COMMIT";
    holder.batch_execute(&kick).await.unwrap();
    let connected = boris.frame("connected").await;
    assert!(!connected.to_string().contains(space.as_str()), "{connected}");
    let path = format!("/spaces/{space}/chats");
    bakery.anna.post(&path, json!({"name": "orders"})).await.expect(201);
    let heard = boris.drain().await;
    assert!(heard.iter().all(|f| !f.to_string().contains("orders")), "{heard:?}");
}

#[tokio::test]
async fn who_is_logged_out_while_saying_hello_gets_no_socket() {
    let bakery = Bakery::open().await;
    let session = bakery.boris.socket().await.connected["session_id"].as_str().unwrap().to_owned();
    let (mut holder, mut looker) =
        (bakery.app.app.conn().await.unwrap(), bakery.app.app.conn().await.unwrap());
    hold(&mut holder).await;
    let mut boris = Socket::open(bakery.app.address).await;
    boris.command("hello", json!({"token": bakery.boris.token})).await;
    held(&mut looker).await;
    let topic = format!("user:{}", bakery.boris.id());
    let revoke = format!("UPDATE sessions SET revoked_at = now() WHERE id = '{session}'; ")
        + &event(&topic, "session_revoked", json!({"session_id": session}))
        + "COMMIT";
    // Another node did it and its word does not come: what this one looked up still says otherwise.
    holder.batch_execute(&revoke).await.unwrap();
    assert_eq!(boris.closed().await, 4401);
}

#[tokio::test]
async fn a_long_replay_to_a_slow_reader_is_not_a_missing_hello() {
    let bakery = Bakery::open().await;
    let topic = format!("user:{}", bakery.boris.id());
    let mut conn = bakery.app.app.conn().await.unwrap();
    // 950 events of 16 kB: more than the kernel's buffers hold.
    let sql = format!(
        "INSERT INTO events (topic, seq, frame) SELECT '{topic}', n, json_build_object('type', \
           'noop', 'data', json_build_object(), 'topic', '{topic}', 'seq', n, 'at', \
           '2026-11-21T00:00:00.000Z', 'pad', repeat('x', 16000))::text \
         FROM generate_series(2, 951) n; UPDATE streams SET seq = 951 WHERE topic = '{topic}'"
    );
    conn.batch_execute(&sql).await.unwrap();
    let mut boris = Socket::open(bakery.app.address).await;
    let cursors = json!({topic: 1});
    boris.command("hello", json!({"token": bakery.boris.token, "cursors": cursors})).await;
    // The reader does nothing at all until somebody who came after him and said nothing is sent away.
    let mut silent = Socket::open(bakery.app.address).await;
    assert_eq!(silent.closed().await, 4401);
    let mut last = 1;
    while last < 951 {
        match boris.hear().await {
            Heard::Frame(frame) if frame["type"] == "noop" => {
                assert_eq!(frame["seq"], last + 1);
                last += 1;
            }
            Heard::Frame(_) => {}
            Heard::Closed(code) => panic!("closed with {code} after {last}"),
        }
    }
}

#[tokio::test]
async fn a_replay_does_not_ask_the_database_for_every_event() {
    let bakery = Bakery::open().await;
    let space = format!("space:{}", bakery.space);
    let start = bakery.boris.socket().await.connected["topics"][&space]["seq"].clone();
    let path = format!("/spaces/{}/chats", bakery.space);
    for i in 0..30 {
        bakery.anna.post(&path, json!({"name": format!("chat {i}")})).await.expect(201);
    }
    let cursors = json!({space: start});
    let (mut socket, queries) = bakery
        .app
        .counting(async {
            let mut socket = Socket::hello(bakery.app.address, &bakery.boris.token, cursors).await;
            socket.ask("heartbeat", json!({"active": true})).await;
            socket
        })
        .await;
    for _ in 0..30 {
        socket.frame("chat_created").await;
    }
    assert!(queries < 20, "{queries} statements for one hello");
}

#[tokio::test]
async fn a_replay_that_is_too_heavy_is_not_begun() {
    let bakery = Bakery::open().await;
    let topic = format!("user:{}", bakery.boris.id());
    let mut conn = bakery.app.app.conn().await.unwrap();
    let sql = format!(
        "INSERT INTO events (topic, seq, frame) SELECT '{topic}', n, json_build_object('type', \
           'noop', 'data', json_build_object(), 'topic', '{topic}', 'seq', n, 'at', \
           '2026-11-21T00:00:00.000Z', 'pad', repeat('x', 40000))::text \
         FROM generate_series(2, 951) n; UPDATE streams SET seq = 951 WHERE topic = '{topic}'"
    );
    conn.batch_execute(&sql).await.unwrap();
    let address = bakery.app.address;
    let mut boris = Socket::hello(address, &bakery.boris.token, json!({&topic: 1})).await;
    assert_eq!(boris.connected["topics"][&topic], json!({"seq": 951, "recovered": false}));
    let heard = boris.drain().await;
    assert!(heard.iter().all(|f| f["type"] != "noop"));
    // What is light enough comes whole.
    let mut boris = Socket::hello(address, &bakery.boris.token, json!({&topic: 801})).await;
    assert_eq!(boris.connected["topics"][&topic], json!({"seq": 951, "recovered": true}));
    for seq in 802..=951 {
        assert_eq!(boris.frame("noop").await["seq"], seq);
    }
}
