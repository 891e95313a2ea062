//! Packs and stickers, made and sent quickly.

use super::client::{Answer, Client};
use serde_json::json;

/// Makes a pack; returns its id.
pub async fn make_pack(who: &Client, name: &str, visibility: &str) -> String {
    let body = json!({"name": name, "visibility": visibility});
    let made = who.post("/stickers/packs", body).await.expect(201);
    made["pack"]["id"].as_str().unwrap().into()
}

/// Sends a sticker with a fresh nonce.
pub async fn send_sticker(who: &Client, chat: &str, sticker: &str) -> Answer {
    let nonce = uuid::Uuid::now_v7().to_string();
    who.post(&format!("/messages/{chat}"), json!({"sticker_id": sticker, "nonce": nonce})).await
}
