//! Packs, stickers and emoji, made quickly.

use super::client::{Answer, Client};
use super::files::{form, png};
use serde_json::json;

/// Makes a pack; returns its id.
pub async fn make_pack(who: &Client, name: &str, visibility: &str) -> String {
    let body = json!({"name": name, "visibility": visibility});
    let made = who.post("/stickers/packs", body).await.expect(201);
    made["id"].as_str().unwrap().into()
}

/// Adds a small picture to a pack.
pub async fn add_sticker(who: &Client, pack: &str, name: &str, shortcode: Option<&str>) -> Answer {
    let code = shortcode.map(|code| format!("&shortcode={code}")).unwrap_or_default();
    let path = format!("/stickers/packs/{pack}/stickers?name={name}{code}");
    who.post_form(&path, form("a.png", &png())).await
}

/// Sends a sticker with a fresh nonce.
pub async fn send_sticker(who: &Client, chat: &str, sticker: &str) -> Answer {
    let nonce = uuid::Uuid::now_v7().to_string();
    who.post(&format!("/messages/{chat}"), json!({"sticker_id": sticker, "nonce": nonce})).await
}

/// Gives a space an emoji; `list` is the path of its emoji.
pub async fn make_emoji(who: &Client, list: &str, name: &str) -> Answer {
    let name = name.replace(' ', "%20");
    who.post_form(&format!("{list}?name={name}"), form("a.png", &png())).await
}
