//! Avatars and banners.

use crate::support::TestApp;
use crate::support::bakery::Bakery;
use crate::support::files::{form, picture, png};
use image::ImageFormat;
use serde_json::{Value, json};

fn path(url: &Value) -> String {
    url.as_str().unwrap().trim_start_matches("/api/v1").to_owned()
}

#[tokio::test]
async fn a_person_shows_a_picture_to_everybody() {
    let bakery = Bakery::open().await;
    let mut socket = bakery.boris.socket().await;
    let given = picture(900, 500, ImageFormat::Jpeg);
    let me = bakery.boris.post_form("/profile/upload-avatar", form("me.jpg", &given)).await;
    let me = me.expect(200);
    assert_eq!(socket.frame("profile_updated").await["data"], me, "other devices hear of it");
    let loaded = bakery.app.stranger().load(&path(&me["avatar_url"]), &[]).await;
    assert_eq!((loaded.status, loaded.header("content-type")), (200, "image/webp"));
    let image = image::load_from_memory(&loaded.bytes).unwrap();
    assert_eq!((image.width(), image.height()), (400, 400));
    let banner = bakery.boris.post_form("/profile/upload-banner", form("b.png", &given)).await;
    let banner = banner.expect(200);
    let loaded = bakery.vera.load(&path(&banner["banner_url"]), &[]).await;
    let image = image::load_from_memory(&loaded.bytes).unwrap();
    assert_eq!((image.width(), image.height()), (1200, 400));
    // Seen wherever he is seen.
    let said = bakery.say(&bakery.boris, "hi").await;
    assert_eq!(said["author"]["avatar_url"], me["avatar_url"]);
    let profile = format!("/profile/{}", bakery.boris.id());
    let profile = bakery.vera.get(&profile).await.expect(200);
    assert_eq!(profile["banner_url"], banner["banner_url"]);
    let none = bakery.boris.delete("/profile/upload-avatar").await.expect(200);
    assert_eq!((&none["avatar_url"], &none["banner_url"]), (&json!(null), &banner["banner_url"]));
    assert_eq!(
        bakery.boris.delete("/profile/upload-banner").await.expect(200)["banner_url"],
        json!(null)
    );
    assert_eq!(bakery.vera.get(&path(&me["avatar_url"])).await.status, 404);
}

#[tokio::test]
async fn only_pictures_are_shown() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let answer = anna.post_form("/profile/upload-avatar", form("me.png", b"%PDF-1.7")).await;
    assert_eq!(answer.problem(415), "file_type");
    let half = png();
    let answer = anna.post_form("/profile/upload-avatar", form("a", &half[..half.len() / 2])).await;
    assert_eq!(answer.problem(422), "file_damaged");
    assert_eq!(anna.get("/profile/me").await.expect(200)["avatar_url"], json!(null));
}

/// Hole 8: what is deleted is named by the database and not by a text that a person can write. Hole 29:
/// the old picture goes only when the new one is safe.
#[tokio::test]
async fn hole_8_nobody_can_have_anothers_picture_deleted() {
    let app = TestApp::start().await;
    let (anna, eve) = (app.user("anna").await, app.user("eve").await);
    let upload = form("a.png", &png());
    let hers = anna.post_form("/profile/upload-avatar", upload.clone()).await.expect(200);
    for field in ["avatar_url", "banner_url", "avatar_id"] {
        let answer = eve.patch("/profile/me", json!({field: hers["avatar_url"]})).await;
        assert_eq!(answer.problem(400), "unknown_field");
    }
    let first = eve.post_form("/profile/upload-avatar", upload.clone()).await.expect(200);
    let refused = eve.post_form("/profile/upload-avatar", form("a", b"no picture")).await;
    assert_eq!(refused.status, 415);
    api::files::sweep::sweep(&app.app).await.unwrap();
    let still = eve.load(&path(&first["avatar_url"]), &[]).await.status;
    assert_eq!(still, 200, "a failed upload takes nothing away");
    eve.post_form("/profile/upload-avatar", upload).await.expect(200);
    assert_eq!(eve.load(&path(&first["avatar_url"]), &[]).await.status, 404);
    assert_eq!(api::files::sweep::sweep(&app.app).await.unwrap(), 1);
    assert_eq!(anna.load(&path(&hers["avatar_url"]), &[]).await.status, 200);
    assert_eq!(app.app.files.storage.count().await.unwrap(), 2, "one each");
}

#[tokio::test]
async fn a_space_has_pictures_too() {
    let bakery = Bakery::open().await;
    let mut socket = bakery.boris.socket().await;
    let at = |what: &str| format!("/spaces/{}/upload-{what}", bakery.space);
    for what in ["avatar", "banner"] {
        let key = format!("{what}_url");
        let form = form("a.png", &png());
        let refused = bakery.boris.post_form(&at(what), form.clone()).await;
        assert_eq!(refused.json()["permission"], "change_info");
        assert_eq!(bakery.vera.post_form(&at(what), form.clone()).await.problem(404), "not_found");
        let space = bakery.anna.post_form(&at(what), form).await.expect(200);
        assert_eq!(socket.frame("space_updated").await["data"][&key], space[&key]);
        assert_eq!(bakery.vera.load(&path(&space[&key]), &[]).await.status, 200);
        let invite = format!("/spaces/{}/invites", bakery.space);
        let invite = bakery.anna.post(&invite, json!({})).await.expect(201);
        let preview = format!("/invites/{}", invite["code"].as_str().unwrap());
        let preview = bakery.app.stranger().get(&preview).await.expect(200);
        assert_eq!(preview[&key], space[&key], "shown before one joins");
        let id = path(&space[&key]);
        assert_eq!(bakery.boris.delete(&id).await.problem(404), "not_found");
        assert_eq!(bakery.anna.delete(&id).await.problem(409), "file_in_use");
        assert_eq!(bakery.boris.delete(&at(what)).await.problem(403), "forbidden");
        let space = bakery.anna.delete(&at(what)).await.expect(200);
        assert_eq!(space[&key], json!(null));
        assert_eq!(socket.frame("space_updated").await["data"][&key], json!(null));
        assert_eq!(bakery.anna.load(&id, &[]).await.status, 404);
    }
}
