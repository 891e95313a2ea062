//! Packs are made, found, put at hand, changed and deleted.

use crate::support::bakery::Bakery;
use crate::support::client::{Client, send};
use crate::support::expression::make_pack;
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
    let found = bakery.anna.get("/stickers/packs?q=dot").await.expect(200);
    assert_eq!(names(&found), ["Dot"]);
}

#[tokio::test]
async fn a_pack_opens_to_whom_its_visibility_says() {
    let bakery = Bakery::open().await;
    for (visibility, opens) in [("public", 200), ("link", 200), ("private", 404)] {
        let path =
            format!("/stickers/packs/{}", make_pack(&bakery.anna, visibility, visibility).await);
        assert_eq!(bakery.vera.get(&path).await.status, opens, "{visibility}");
        let install = bakery.vera.post(&format!("{path}/install"), json!({})).await;
        assert_eq!(install.status, if opens == 200 { 204 } else { 404 });
        // Nobody else touches it.
        let status = if opens == 200 { 403 } else { 404 };
        assert_eq!(bakery.vera.patch(&path, json!({"name": "X"})).await.status, status);
        assert_eq!(bakery.vera.delete(&path).await.status, status);
    }
    assert_eq!(names(&mine(&bakery.vera).await), ["link", "public", "Dot"]);
    let own = bakery.anna.get("/stickers/packs?own=true").await.expect(200);
    assert_eq!(names(&own), ["private", "link", "public"]);
    // Empty packs are not offered to others.
    let listed = bakery.vera.get("/stickers/packs?q=public").await.expect(200);
    assert!(names(&listed).is_empty());
    // Made private: gone from the hands of others.
    let path = format!("/stickers/packs/{}", text(&own["items"][1]["id"]));
    bakery.anna.patch(&path, json!({"visibility": "private"})).await.expect(200);
    assert_eq!(names(&mine(&bakery.vera).await), ["public", "Dot"]);
    bakery.vera.delete(&format!("{path}/uninstall")).await.expect(204);
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
    let put = |ids: Value| {
        let request = anna.request(reqwest::Method::PUT, "/stickers/my-packs");
        send(request.json(&json!({"pack_ids": ids})))
    };
    let ordered = put(json!([made[0], made[2], made[1]])).await.expect(200);
    assert_eq!(names(&ordered), ["One", "Three", "Two", "Dot"]);
    assert_eq!(put(json!([made[0], made[0]])).await.problem(422), "invalid");
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
