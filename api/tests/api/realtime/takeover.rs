//! Another database takes the place of this one while people listen: a replica was promoted that lacked the
//! last events. Their numbers are given again. `load failover` does it with two servers.

use crate::support::bakery::{Bakery, send};
use crate::support::socket::Socket;
use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};

/// Forgets the last two events of the chat, is another log, and ends all other connections.
async fn take_over(bakery: &Bakery) {
    let topic = format!("chat:{}", bakery.chat);
    let sql = format!(
        "DELETE FROM events e USING streams s WHERE e.topic = '{topic}' AND s.topic = e.topic AND e.seq > s.seq - 2;
         UPDATE streams SET seq = seq - 2 WHERE topic = '{topic}';
         CREATE TABLE other (LIKE streams INCLUDING ALL);
         INSERT INTO other SELECT * FROM streams;
         DROP TABLE streams;
         ALTER TABLE other RENAME TO streams;
         DO $$ BEGIN PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid(); END $$"
    );
    bakery.app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    // This one knows the old table, too.
    let last = "SELECT pg_terminate_backend(pg_backend_pid())";
    bakery.app.app.conn().await.unwrap().batch_execute(last).await.unwrap_err();
    while bakery.anna.get("/chats").await.status != 200 {
        tokio::task::yield_now().await;
    }
}

/// Says something, and again until the database takes it.
async fn say(bakery: &Bakery, text: &str) -> Value {
    loop {
        let answer = send(&bakery.anna, &bakery.chat, text).await;
        if answer.status != 503 {
            return answer.expect(201);
        }
    }
}

#[tokio::test]
async fn whoever_listens_begins_anew_when_another_database_takes_over() {
    let bakery = Bakery::open().await;
    let live = &bakery.app.app.live;
    let mut boris = bakery.boris.socket().await;
    let room = json!({"chat_id": bakery.chat});
    boris.ask("join_room", room.clone()).await;
    let mut seqs = Vec::new();
    for text in ["kept", "lost", "lost too"] {
        bakery.say(&bakery.anna, text).await;
        seqs.push(boris.frame("new_message").await["seq"].as_i64().unwrap());
    }
    assert!(!live.check_log().await.unwrap(), "nothing happened yet");
    take_over(&bakery).await;
    say(&bakery, "with a number that was given before").await;
    let heard = boris.drain().await;
    assert!(heard.iter().all(|frame| frame["type"] != "new_message"), "taken for old: {heard:?}");

    assert!(live.check_log().await.unwrap());
    assert_eq!(boris.closed().await, 1001);
    assert!(!live.check_log().await.unwrap(), "once");
    let before = boris.connected["epoch"].clone();
    let mut boris = Socket::open(bakery.app.address).await;
    let cursors: Value = json!({format!("space:{}", bakery.space): 1});
    let hello = json!({"token": bakery.boris.token, "cursors": cursors, "epoch": before});
    boris.command("hello", hello).await;
    let connected = boris.frame("connected").await["data"].take();
    assert_ne!(connected["epoch"], before);
    let topics = connected["topics"].as_object().unwrap();
    assert!(topics.values().all(|topic| topic["recovered"] == false), "{topics:?}");
    let after = json!({"chat_id": bakery.chat, "after_seq": seqs[2]});
    assert_eq!(boris.ask("join_room", after).await["recovered"], false);
    say(&bakery, "heard again").await;
    let frame = boris.frame("new_message").await;
    assert_eq!(
        (frame["seq"].as_i64(), &frame["data"]["content"]),
        (Some(seqs[2]), &json!("heard again"))
    );
}
