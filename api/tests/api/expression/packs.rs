//! Packs are made, found, put at hand, changed and deleted.

use crate::support::bakery::Bakery;
use crate::support::client::Client;
use crate::support::expression::{add_sticker, make_pack};
use crate::support::files::form;
use crate::support::staff::text;
use serde_json::{Value, json};

const BUILTIN: &str = "/stickers/packs/00000000-0000-7000-8000-000000000001";

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|pack| pack["name"].as_str().unwrap()).collect()
}

async fn mine(who: &Client) -> Value {
    who.get("/stickers/my-packs").await.expect(200)
}

#[tokio::test]
async fn everybody_has_a_pack_from_the_beginning_and_may_put_it_away() {
    let bakery = Bakery::open().await;
    let list = mine(&bakery.anna).await;
    assert_eq!(names(&list), ["Dot"]);
    assert_eq!(list["items"][0]["sticker_count"], 12);
    assert!(list["items"][0]["author"].is_null());
    let full = bakery.anna.get(BUILTIN).await.expect(200);
    assert_eq!(full["stickers"][0]["url"], "/stickers/hello.webp");
    bakery.anna.delete(&format!("{BUILTIN}/uninstall")).await.expect(204);
    assert!(names(&mine(&bakery.anna).await).is_empty());
    assert_eq!(names(&mine(&bakery.boris).await), ["Dot"]);
    bakery.anna.post(&format!("{BUILTIN}/install"), json!({})).await.expect(204);
    assert_eq!(names(&mine(&bakery.anna).await), ["Dot"]);
    let change = bakery.anna.patch(BUILTIN, json!({"name": "Mine"})).await;
    assert_eq!(change.problem(403), "forbidden");
}

#[tokio::test]
async fn a_pack_opens_to_whom_its_visibility_says() {
    let bakery = Bakery::open().await;
    for (visibility, listed, opens) in
        [("public", true, 200), ("link", false, 200), ("private", false, 404)]
    {
        let pack = make_pack(&bakery.anna, visibility, visibility).await;
        let path = format!("/stickers/packs/{pack}");
        add_sticker(&bakery.anna, &pack, "Bun", None).await.expect(201);
        let found = bakery.vera.get(&format!("/stickers/packs?q={visibility}")).await.expect(200);
        assert_eq!(!names(&found).is_empty(), listed, "{visibility}");
        assert_eq!(bakery.vera.get(&path).await.status, opens, "{visibility}");
        let install = bakery.vera.post(&format!("{path}/install"), json!({})).await;
        assert_eq!(install.status, if opens == 200 { 204 } else { 404 });
        // Nobody else touches it.
        let status = if opens == 200 { 403 } else { 404 };
        assert_eq!(bakery.vera.patch(&path, json!({"name": "X"})).await.status, status);
        assert_eq!(bakery.vera.delete(&path).await.status, status);
        assert_eq!(add_sticker(&bakery.vera, &pack, "Mine", None).await.status, status);
    }
    assert_eq!(names(&mine(&bakery.vera).await), ["link", "public", "Dot"]);
    let own = bakery.anna.get("/stickers/packs?own=true").await.expect(200);
    assert_eq!(names(&own), ["private", "link", "public"]);
    // Made private: gone from the hands of others.
    let link = text(&own["items"][1]["id"]);
    let path = format!("/stickers/packs/{link}");
    bakery.anna.patch(&path, json!({"visibility": "private"})).await.expect(200);
    assert_eq!(names(&mine(&bakery.vera).await), ["public", "Dot"]);
    bakery.vera.delete(&format!("{path}/uninstall")).await.expect(204);
}

#[tokio::test]
async fn stickers_are_named_ordered_and_removed() {
    let bakery = Bakery::open().await;
    let anna = &bakery.anna;
    let pack = make_pack(anna, "Buns", "public").await;
    let path = format!("/stickers/packs/{pack}");
    let first = add_sticker(anna, &pack, "Rye", Some("rye")).await.expect(201);
    let second = add_sticker(anna, &pack, "Bun", None).await.expect(201);
    assert_eq!((&first["width"], &first["height"]), (&json!(24), &json!(16)));
    assert_eq!(add_sticker(anna, &pack, "Again", Some("rye")).await.problem(409), "name_taken");
    assert_eq!(add_sticker(anna, &pack, "", None).await.problem(422), "invalid");
    assert_eq!(add_sticker(anna, &pack, "X", Some("Rye!")).await.problem(422), "invalid");
    let text_file = format!("{path}/stickers?name=Text");
    let refused = anna.post_form(&text_file, form("a.txt", b"words, no picture")).await;
    assert_eq!(refused.problem(415), "file_type");
    let (a, b) = (text(&first["id"]), text(&second["id"]));
    let order = anna.patch(&path, json!({"order": [b, a], "thumbnail_id": a})).await.expect(200);
    assert_eq!(order["stickers"][0]["name"], "Bun");
    assert_eq!(order["thumbnail_url"], first["url"]);
    for bad in [json!({"order": [a]}), json!({"order": [a, a]}), json!({"thumbnail_id": pack})] {
        assert_eq!(anna.patch(&path, bad).await.problem(422), "invalid");
    }
    let sticker = format!("{path}/stickers/{a}");
    let renamed = json!({"name": "Rye bread", "shortcode": null});
    let renamed = anna.patch(&sticker, renamed).await.expect(200);
    assert_eq!(renamed["stickers"][1]["name"], "Rye bread");
    assert!(renamed["stickers"][1]["shortcode"].is_null());
    assert_eq!(bakery.boris.delete(&sticker).await.problem(403), "forbidden");
    // Everybody loads the picture.
    let url = text(&second["url"]);
    let loaded = bakery.vera.load(url.trim_start_matches("/api/v1"), &[]).await;
    assert_eq!((loaded.status, loaded.header("content-type")), (200, "image/webp"));
    anna.delete(&sticker).await.expect(204);
    assert_eq!(anna.delete(&sticker).await.problem(404), "not_found");
    let left = anna.get(&path).await.expect(200);
    assert_eq!(left["stickers"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn packs_at_hand_keep_their_order_and_lists_cost_the_same() {
    let bakery = Bakery::open().await;
    let anna = &bakery.anna;
    let (_, few) = bakery.app.counting(mine(anna)).await;
    let mut made = Vec::new();
    for name in ["One", "Two", "Three"] {
        made.push(make_pack(anna, name, "private").await);
    }
    assert_eq!(names(&mine(anna).await), ["Three", "Two", "One", "Dot"]);
    let order = json!({"pack_ids": [made[0], made[2], made[1]]});
    let ordered = anna.request(reqwest::Method::PUT, "/stickers/my-packs").json(&order);
    let ordered = crate::support::client::send(ordered).await.expect(200);
    assert_eq!(names(&ordered), ["One", "Three", "Two", "Dot"]);
    let twice = json!({"pack_ids": [made[0], made[0]]});
    let twice = anna.request(reqwest::Method::PUT, "/stickers/my-packs").json(&twice);
    assert_eq!(crate::support::client::send(twice).await.problem(422), "invalid");
    let (_, many) = bakery.app.counting(mine(anna)).await;
    assert_eq!(few, many);
    let (page, one) = bakery.app.counting(anna.get("/stickers/packs?own=true&limit=2")).await;
    let page = page.expect(200);
    assert_eq!(names(&page), ["Three", "Two"]);
    let next = format!("/stickers/packs?own=true&limit=2&cursor={}", text(&page["next_cursor"]));
    let (rest, two) = bakery.app.counting(anna.get(&next)).await;
    assert_eq!(names(&rest.expect(200)), ["One"]);
    assert_eq!(one, two);
}

/// Hole 32: put at hand many times at once, a pack is there once.
#[tokio::test]
async fn hole_32_a_pack_is_put_at_hand_once() {
    let bakery = Bakery::open().await;
    let pack = make_pack(&bakery.anna, "Cakes", "public").await;
    let path = format!("/stickers/packs/{pack}/install");
    let twenty = (0..20).map(|_| bakery.boris.post(&path, json!({})));
    for answer in futures_util::future::join_all(twenty).await {
        assert!(answer.status < 300, "{}", answer.status);
    }
    assert_eq!(names(&mine(&bakery.boris).await), ["Cakes", "Dot"]);
}

#[tokio::test]
async fn there_are_limits_and_a_deleted_pack_is_gone() {
    let bakery = Bakery::open().await;
    let anna = &bakery.anna;
    let mut last = String::new();
    for n in 0..50 {
        last = make_pack(anna, &format!("Pack {n}"), "public").await;
    }
    let body = json!({"name": "One more"});
    assert_eq!(anna.post("/stickers/packs", body.clone()).await.problem(409), "limit_reached");
    let path = format!("/stickers/packs/{last}");
    anna.delete(&path).await.expect(204);
    assert_eq!(anna.get(&path).await.problem(404), "not_found");
    assert!(!names(&mine(anna).await).contains(&"Pack 49"));
    anna.post("/stickers/packs", body).await.expect(201);
    assert_eq!(anna.post("/stickers/packs", json!({"name": ""})).await.problem(422), "invalid");
}
