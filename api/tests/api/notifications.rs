//! The slice `notifications`.

mod digest;
mod events;
mod groups;
mod inbox;
mod settings;
mod spaces;

use crate::support::client::Client;
use serde_json::Value;

/// The entries of an inbox, newest first.
async fn inbox(who: &Client) -> Vec<Value> {
    who.get("/notifications?limit=100").await.expect(200)["items"].as_array().unwrap().clone()
}

async fn unread(who: &Client) -> i64 {
    who.get("/notifications/unread-count").await.expect(200)["unread"].as_i64().unwrap()
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}
