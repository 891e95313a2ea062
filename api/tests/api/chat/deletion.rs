//! Chats that go: at once for everybody, what was written in them in parts.

use crate::support::TestApp;
use crate::support::bakery::{Bakery, send};
use crate::support::mail::run_jobs;
use crate::support::staff::text;
use api::chat::emptying::BATCH;
use diesel_async::RunQueryDsl as _;
use diesel_async::SimpleAsyncConnection as _;
use serde_json::json;

/// Fills a chat with a long history: threads, mentions of many, files and entries of inboxes.
async fn fill(app: &TestApp, chat: &str, author: &str, count: usize) {
    let sql = format!(
        "INSERT INTO messages (id, chat_id, seq, author_id, content, nonce, thread_root) \
             SELECT md5('{chat}' || n)::uuid, '{chat}', 1000 + n, '{author}', 'old ' || n, 'old' || n, \
                 CASE WHEN n % 10 > 5 THEN md5('{chat}' || (n - n % 10 + 1))::uuid END \
             FROM generate_series(1, {count}) n;
         INSERT INTO group_mentions (message_id, chat_id, seq, kind) \
             SELECT id, chat_id, seq, 'all' FROM messages WHERE chat_id = '{chat}' AND seq > 1000;
         INSERT INTO notifications (id, user_id, kind, chat_id, message_id, message_seq) \
             SELECT gen_random_uuid(), '{author}', 'mention', chat_id, id, seq \
             FROM messages WHERE chat_id = '{chat}' AND seq > 1000;
         UPDATE chats SET last_seq = 1000 + {count} WHERE id = '{chat}';"
    );
    app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
}

async fn left(app: &TestApp, chat: &str) -> (i64, i64) {
    #[derive(diesel::QueryableByName)]
    struct Left {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        messages: i64,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        chats: i64,
    }
    let left: Left = diesel::sql_query(format!(
        "SELECT (SELECT count(*) FROM messages WHERE chat_id = '{chat}') AS messages, \
         (SELECT count(*) FROM chats WHERE id = '{chat}') AS chats"
    ))
    .get_result(&mut *app.app.conn().await.unwrap())
    .await
    .unwrap();
    (left.messages, left.chats)
}

#[tokio::test]
async fn a_long_chat_goes_at_once_and_its_messages_in_parts() {
    let b = Bakery::open().await;
    let path = format!("/spaces/{}/chats", b.space);
    let chat = text(&b.anna.post(&path, json!({"name": "Old"})).await.expect(201)["id"]);
    let said = send(&b.boris, &chat, "bread").await.expect(201);
    let count = 2 * BATCH + BATCH / 2;
    fill(&b.app, &chat, &b.boris.id(), count).await;
    let (_, statements) = b.app.counting(b.anna.delete(&format!("/chats/{chat}"))).await;
    assert!(statements < 40, "{statements}");
    assert_eq!(left(&b.app, &chat).await, (count as i64 + 1, 1), "nobody waited for that");
    // For everybody it is gone.
    for who in [&b.anna, &b.boris] {
        for path in [format!("/chats/{chat}"), format!("/messages/{chat}")] {
            assert_eq!(who.get(&path).await.problem(404), "not_found");
        }
        assert_eq!(send(who, &chat, "late").await.problem(404), "not_found");
        let one = format!("/messages/{}", text(&said["id"]));
        let edit = who.patch(&one, json!({"content": "x"})).await;
        assert_eq!(edit.problem(404), "not_found");
        assert_eq!(who.get("/search?q=bread").await.expect(200)["items"], json!([]));
        let chats = who.get("/chats").await.expect(200);
        assert!(chats["items"].as_array().unwrap().iter().all(|c| c["id"] != chat));
        assert_eq!(who.get("/notifications/unread-count").await.expect(200)["unread"], 0);
    }
    b.anna.post(&path, json!({"name": "Old"})).await.expect(201);
    run_jobs(&b.app).await;
    assert_eq!(left(&b.app, &chat).await, (0, 0));
}

#[tokio::test]
async fn a_large_space_goes_too() {
    let b = Bakery::open().await;
    fill(&b.app, &b.chat, &b.boris.id(), BATCH + 1).await;
    b.anna.delete(&format!("/spaces/{}", b.space)).await.expect(204);
    assert_eq!(b.boris.get(&format!("/messages/{}", b.chat)).await.problem(404), "not_found");
    assert_eq!(left(&b.app, &b.chat).await.0, BATCH as i64 + 1);
    run_jobs(&b.app).await;
    assert_eq!(left(&b.app, &b.chat).await, (0, 0));
}

#[tokio::test]
async fn a_group_goes_with_its_last_person() {
    let b = Bakery::open().await;
    let people = json!({"user_ids": [b.boris.id()]});
    let group = text(&b.anna.post("/chats", people).await.expect(201)["id"]);
    fill(&b.app, &group, &b.boris.id(), BATCH + 1).await;
    for who in [&b.anna, &b.boris] {
        who.delete(&format!("/chats/{group}/members/{}", who.id())).await.expect(204);
    }
    assert_eq!(b.boris.get(&format!("/messages/{group}")).await.problem(404), "not_found");
    run_jobs(&b.app).await;
    assert_eq!(left(&b.app, &group).await, (0, 0));
}
