//! Hole 29: what nobody uses goes, bytes and row.

use crate::support::bakery::Bakery;
use crate::support::files::{form, picture, png};
use crate::support::mail::run_jobs;
use diesel_async::SimpleAsyncConnection as _;
use image::ImageFormat;
use serde_json::json;
use std::path::{Path, PathBuf};

async fn swept(bakery: &Bakery) -> (usize, usize) {
    let gone = api::files::sweep::sweep(&bakery.app.app).await.unwrap();
    (gone, bakery.app.app.files.storage.count().await.unwrap())
}

async fn age(bakery: &Bakery) {
    let mut conn = bakery.app.app.conn().await.unwrap();
    let sql = "UPDATE files SET created_at = created_at - interval '25 hours'";
    conn.batch_execute(sql).await.unwrap();
}

#[tokio::test]
async fn uploads_wait_a_day_for_their_message() {
    let bakery = Bakery::open().await;
    let loose = bakery.anna.uploaded("a.jpg", &picture(900, 900, ImageFormat::Jpeg)).await;
    let kept = bakery.anna.uploaded("b.png", &png()).await;
    let body = json!({"content": "", "nonce": "n", "attachment_ids": [kept]});
    bakery.anna.post(&format!("/messages/{}", bakery.chat), body).await.expect(201);
    bakery.anna.post_form("/profile/upload-avatar", form("a.png", &png())).await.expect(200);
    assert_eq!(swept(&bakery).await, (0, 4));
    age(&bakery).await;
    assert_eq!(swept(&bakery).await, (1, 2), "content and thumbnail of the loose one");
    assert_eq!(bakery.anna.load(&format!("/files/{loose}"), &[]).await.status, 404);
    assert_eq!(bakery.boris.load(&format!("/files/{kept}"), &[]).await.status, 200);
    assert_eq!(swept(&bakery).await, (0, 2));
}

#[tokio::test]
async fn files_go_with_messages_and_spaces() {
    let bakery = Bakery::open().await;
    let mut messages = Vec::new();
    for n in 0..2 {
        let file = bakery.anna.uploaded("a.png", &png()).await;
        let body = json!({"content": "", "nonce": n.to_string(), "attachment_ids": [file]});
        let sent = bakery.anna.post(&format!("/messages/{}", bakery.chat), body).await.expect(201);
        messages.push(sent["id"].as_str().unwrap().to_owned());
    }
    let avatar = format!("/spaces/{}/upload-avatar", bakery.space);
    bakery.anna.post_form(&avatar, form("a.png", &png())).await.expect(200);
    assert_eq!(swept(&bakery).await, (0, 3));
    bakery.anna.delete(&format!("/messages/{}", messages[0])).await.expect(204);
    assert_eq!(swept(&bakery).await, (1, 2));
    bakery.anna.delete(&format!("/spaces/{}", bakery.space)).await.expect(204);
    assert_eq!(swept(&bakery).await, (1, 1), "its picture at once");
    run_jobs(&bakery.app).await;
    age(&bakery).await;
    assert_eq!(swept(&bakery).await, (1, 0), "and the files of its messages");
    assert_eq!(bakery.anna.get("/files/limits").await.expect(200)["used"], 0);
}

/// Bytes that cannot be removed keep no others, and are tried again.
#[tokio::test]
async fn a_file_that_stays_comes_after_all_others() {
    let bakery = Bakery::open().await;
    let stuck = bakery.anna.uploaded("a.png", &png()).await;
    let other = bakery.anna.uploaded("b.png", &png()).await;
    age(&bakery).await;
    let Some(content) = stored(&bakery.app.app.config.data_dir, &stuck) else {
        return; // In a bucket nothing stands in the way.
    };
    std::fs::remove_file(&content).unwrap();
    std::fs::create_dir_all(content.join("full")).unwrap();
    assert_eq!(swept(&bakery).await.0, 1);
    assert_eq!(bakery.anna.load(&format!("/files/{other}"), &[]).await.status, 404);
    std::fs::remove_dir_all(&content).unwrap();
    assert_eq!(swept(&bakery).await.0, 1);
}

/// Where the content of a file is, in a local folder.
fn stored(folder: &Path, id: &str) -> Option<PathBuf> {
    std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find_map(|path| {
        let is_it = path.file_name().is_some_and(|name| name == id);
        if is_it { Some(path) } else { stored(&path, id) }
    })
}

/// The sweep waits for the row of a file that a message takes at this moment, and leaves it then.
#[tokio::test]
async fn a_file_that_is_being_attached_is_not_swept() {
    let bakery = Bakery::open().await;
    let file = bakery.anna.uploaded("a.png", &png()).await;
    let message = bakery.say(&bakery.anna, "With a file").await;
    age(&bakery).await;
    let mut other = bakery.app.app.conn().await.unwrap();
    let take = format!(
        "BEGIN; UPDATE files SET message_id = '{}', used_at = now() WHERE id = '{file}'",
        message["id"].as_str().unwrap()
    );
    other.batch_execute(&take).await.unwrap();
    let waiting = async {
        // Until the sweep waits for the row.
        let mut conn = bakery.app.app.conn().await.unwrap();
        let seen = "DO $$ BEGIN LOOP EXIT WHEN EXISTS (SELECT FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event_type = 'Lock'); \
             PERFORM pg_sleep(0.02); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$";
        conn.batch_execute(seen).await.unwrap();
        other.batch_execute("COMMIT").await.unwrap();
    };
    let ((gone, _), ()) = tokio::join!(swept(&bakery), waiting);
    assert_eq!(gone, 0);
    assert_eq!(bakery.boris.load(&format!("/files/{file}"), &[]).await.status, 200);
}
