//! Many people in one space.

use crate::support::TestApp;
use crate::support::staff::{Staff, text};
use diesel_async::SimpleAsyncConnection as _;
use serde_json::json;
use std::time::{Duration, Instant};

/// What the median call takes.
async fn median(call: impl AsyncFn()) -> Duration {
    let mut times = Vec::new();
    for _ in 0..9 {
        let start = Instant::now();
        call().await;
        times.push(start.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

#[tokio::test]
async fn fifty_thousand_members_open_quickly() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let sql = format!(
        "SET statement_timeout = 0; \
         INSERT INTO users (id, nickname, nickname_key) SELECT gen_random_uuid(), 'crowd_' || n, \
             'crowd_' || n FROM generate_series(1, 50000) n; \
         INSERT INTO space_members (space_id, user_id, role_id) \
             SELECT '{}', id, '{}' FROM users WHERE nickname LIKE 'crowd%'; \
         ANALYZE users; ANALYZE space_members;",
        b.id(),
        b.role("Member")
    );
    app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    let _here = b.mark.socket().await;
    let first = b.at("/participants?limit=100");
    let page = b.anna.get(&first).await.expect(200);
    let names: Vec<_> =
        page["items"].as_array().unwrap().iter().take(5).map(|m| text(&m["nickname"])).collect();
    assert_eq!(names, ["anna", "adam", "mona", "mark", "crowd_1"], "who is here comes first");
    let (_, queries) = app.counting(b.anna.get(&first)).await;
    assert!(queries <= 4, "{queries}");

    let open = median(async || drop(b.anna.get(&first).await.expect(200))).await;
    // A cursor in the middle costs the same.
    let deep = json!([10, true, "crowd_30000", b.anna.id()]).to_string();
    let deep = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, deep);
    let deep = format!("{first}&cursor={deep}");
    let page = b.anna.get(&deep).await.expect(200);
    assert_eq!(page["items"][1]["nickname"], "crowd_30001");
    let middle = median(async || drop(b.anna.get(&deep).await.expect(200))).await;
    let search = format!("{first}&q=crowd_4999");
    let find = median(async || drop(b.anna.get(&search).await.expect(200))).await;
    println!("50,000 members: first page {open:?}, in the middle {middle:?}, by name {find:?}");
    assert!(open < Duration::from_millis(200), "{open:?}");
    assert!(middle < Duration::from_millis(200), "{middle:?}");
    assert!(find < Duration::from_secs(1), "{find:?}");
}

/// An event that concerns roles or people does not make every socket of a space ask the database.
#[tokio::test]
async fn sockets_of_a_space_look_again_together() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let chat = text(&b.anna.get(&b.space).await.expect(200)["default_chat_id"]);
    let mut crowd = Vec::new();
    for n in 0..30 {
        let guest = app.user(&format!("guest{n}")).await;
        guest.post(&b.at("/join"), json!({})).await.expect(200);
        let mut socket = guest.socket().await;
        socket.ask("join_room", json!({"chat_id": chat})).await;
        socket.drain().await;
        crowd.push(socket);
    }
    let hear = async |crowd: &mut Vec<crate::support::socket::Socket>, kind: &str| {
        for socket in crowd {
            socket.frame(kind).await;
        }
    };
    // A role that none of them holds.
    let moderator = b.at(&format!("/roles/{}", b.role("Moderator")));
    let (_, queries) = app
        .counting(async {
            b.anna.patch(&moderator, json!({"color": "#123456"})).await.expect(200);
            hear(&mut crowd, "role_updated").await;
        })
        .await;
    println!("30 sockets, somebody else's role: {queries} statements");
    assert!(queries < 20, "{queries}");
    // Their own role: together, not each.
    let member = b.at(&format!("/roles/{}", b.role("Member")));
    let (_, queries) = app
        .counting(async {
            b.anna.patch(&member, json!({"color": "#123456"})).await.expect(200);
            hear(&mut crowd, "role_updated").await;
        })
        .await;
    println!("30 sockets, their own role: {queries} statements");
    assert!(queries < 60, "{queries}");
    // Somebody else is banned.
    let ban = b.at(&format!("/ban/{}", b.mark.id()));
    let (_, queries) = app
        .counting(async {
            b.anna.post(&ban, json!({})).await.expect(204);
            hear(&mut crowd, "member_banned").await;
        })
        .await;
    println!("30 sockets, a ban: {queries} statements");
    assert!(queries < 35, "{queries}");
}
