//! Files on every engine, in one bucket: what one node stored is every node's, and room and limits are
//! counted once.

use super::Nodes;
use super::contract::{count_together, on_every_engine};
use crate::support::files::{form, png, s3};
use api::files::storage::Part;
use api::files::sweep::sweep;
use diesel_async::SimpleAsyncConnection as _;
use futures_util::future::join_all;
use serde_json::json;
use std::time::Instant;

on_every_engine! {
    what_one_node_stored_is_used_and_loaded_at_the_other: &s3();
    pictures_are_replaced_at_the_other_node: &s3();
    room_is_taken_exactly_by_both_at_once: &with("SPACE_FILES_USER_QUOTA_MB", "1");
    uploads_are_limited_together: &with("SPACE_LIMIT_FACTOR", "1");
    two_sweeps_at_once_remove_each_file_once: &s3();
    what_a_dead_node_began_is_removed_by_another: &s3();
}

fn with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut settings = s3();
    settings.push((name, value));
    settings
}

/// Everything unused is a day older.
async fn age(nodes: &Nodes) {
    let mut conn = nodes.bakery.app.app.conn().await.unwrap();
    let sql = "UPDATE files SET created_at = created_at - interval '25 hours'";
    conn.batch_execute(sql).await.unwrap();
}

/// Whether the store has the bytes.
async fn is_stored(nodes: &Nodes, id: &str) -> bool {
    let storage = &nodes.second().app.files.storage;
    storage.get(id.parse().unwrap(), Part::Content, None).await.is_ok()
}

async fn what_one_node_stored_is_used_and_loaded_at_the_other(nodes: Nodes) {
    let (anna, boris) = (&nodes.bakery.anna, nodes.boris());
    let mut heard = boris.socket().await;
    heard.ask("join_room", json!({"chat_id": nodes.bakery.chat})).await;
    // More than one part of the store's multipart upload.
    let text: Vec<u8> = (0..9_000_000_u32).map(|n| b'a' + (n % 23) as u8).collect();
    let (large, picture) =
        (anna.uploaded("big.txt", &text).await, anna.uploaded("a.png", &png()).await);
    assert_eq!(boris.load(&format!("/files/{large}"), &[]).await.status, 404, "not sent yet");

    let there = nodes.second().at(anna);
    assert_eq!(
        there.get("/files/limits").await.expect(200)["used"].as_u64().unwrap() / 9_000_000,
        1
    );
    let body = json!({"content": "", "nonce": "n", "attachment_ids": [large, picture]});
    there.post(&format!("/messages/{}", nodes.bakery.chat), body).await.expect(201);
    let frame = heard.frame("new_message").await;
    assert_eq!(frame["data"]["attachments"][0]["id"], large);
    let path = format!("/files/{large}");
    for person in [&boris, &nodes.bakery.boris] {
        assert!(person.load(&path, &[]).await.bytes == text);
        let part = person.load(&path, &[("range", "bytes=8999990-")]).await;
        assert_eq!((part.status, part.bytes), (206, text[8_999_990..].to_vec()));
        assert_eq!(person.load(&format!("/files/{picture}"), &[]).await.status, 200);
    }
    // Taken by one, it is no other's.
    let again = json!({"content": "", "nonce": "m", "attachment_ids": [picture]});
    anna.post(&format!("/messages/{}", nodes.bakery.chat), again).await.expect(422);
    let message = frame["data"]["id"].as_str().unwrap();
    anna.delete(&format!("/messages/{message}")).await.expect(204);
    for person in [&boris, &nodes.bakery.boris] {
        assert_eq!(person.load(&path, &[]).await.status, 404);
    }
}

async fn pictures_are_replaced_at_the_other_node(nodes: Nodes) {
    let here = &nodes.bakery.anna;
    let there = nodes.second().at(here);
    let mut urls = Vec::new();
    for client in [here, &there] {
        let me =
            client.post_form("/profile/upload-avatar", form("a.png", &png())).await.expect(200);
        urls.push(me["avatar_url"].as_str().unwrap().trim_start_matches("/api/v1").to_owned());
    }
    for client in [here, &there] {
        assert_eq!(client.load(&urls[0], &[]).await.status, 404, "replaced");
        assert_eq!(client.load(&urls[1], &[]).await.status, 200);
    }
}

async fn room_is_taken_exactly_by_both_at_once(nodes: Nodes) {
    let here = &nodes.bakery.anna;
    let there = nodes.second().at(here);
    let body = vec![b'x'; 300_000];
    let all = (0..8).map(|n| if n % 2 == 0 { here } else { &there });
    let answers = join_all(all.map(|client| client.upload("a.txt", &body))).await;
    let stored = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(stored, 3, "3 x 300 kB fit into 1 MB");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem(413), "quota_exceeded");
    }
    for client in [here, &there] {
        assert_eq!(client.get("/files/limits").await.expect(200)["used"], 900_000);
    }
}

async fn uploads_are_limited_together(nodes: Nodes) {
    count_together(&nodes).await;
    let here = &nodes.bakery.anna;
    let there = nodes.second().at(here);
    let (began, mut granted) = (Instant::now(), 0);
    for client in [here, &there].into_iter().cycle() {
        let answer = client.upload("a.txt", b"hello").await;
        if answer.status == 429 {
            break;
        }
        answer.expect(201);
        granted += 1;
        // 60, and one more every three seconds.
        let most = 61 + began.elapsed().as_secs() / 3;
        assert!(granted <= most, "{granted} and not {most}");
    }
    assert!(granted >= 60, "only {granted}");
}

async fn two_sweeps_at_once_remove_each_file_once(nodes: Nodes) {
    let here = &nodes.bakery.anna;
    let there = nodes.second().at(here);
    let mut loose = Vec::new();
    for n in 0..12 {
        let client = if n % 2 == 0 { here } else { &there };
        loose.push(client.uploaded("a.txt", b"hello").await);
    }
    let kept = there.uploaded("b.png", &png()).await;
    let body = json!({"content": "", "nonce": "n", "attachment_ids": [kept]});
    here.post(&format!("/messages/{}", nodes.bakery.chat), body).await.expect(201);
    age(&nodes).await;
    let (first, second) = tokio::join!(sweep(&nodes.bakery.app.app), sweep(&nodes.second().app));
    assert_eq!(first.unwrap() + second.unwrap(), loose.len());
    for id in &loose {
        assert!(!is_stored(&nodes, id).await);
    }
    assert!(is_stored(&nodes, &kept).await);
    for app in [&nodes.bakery.app.app, &nodes.second().app] {
        assert_eq!(sweep(app).await.unwrap(), 0);
    }
}

/// Its row and bytes are there, and it is no file yet: nobody can use it, it takes its room, and goes.
async fn what_a_dead_node_began_is_removed_by_another(nodes: Nodes) {
    let here = &nodes.bakery.anna;
    let there = nodes.second().at(here);
    let id = here.uploaded("a.txt", b"hello").await;
    let unfinished = format!("UPDATE files SET stored_at = NULL WHERE id = '{id}'");
    let mut conn = nodes.bakery.app.app.conn().await.unwrap();
    conn.batch_execute(&unfinished).await.unwrap();
    drop(conn);
    assert_eq!(there.get(&format!("/files/{id}")).await.problem(404), "not_found");
    let body = json!({"content": "", "nonce": "n", "attachment_ids": [id]});
    there.post(&format!("/messages/{}", nodes.bakery.chat), body).await.expect(422);
    assert_eq!(there.get("/files/limits").await.expect(200)["used"], 5);
    assert_eq!(sweep(&nodes.second().app).await.unwrap(), 0, "it may be on its way");
    age(&nodes).await;
    assert_eq!(sweep(&nodes.second().app).await.unwrap(), 1);
    assert!(!is_stored(&nodes, &id).await);
    assert_eq!(here.get("/files/limits").await.expect(200)["used"], 0);
}
