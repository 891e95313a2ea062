//! The usual people: anna owns the bakery, boris is a member, vera owns a space of her own and has
//! nothing to do with the bakery.

use super::TestApp;
use super::client::{Answer, Client};
use serde_json::{Value, json};

pub struct Bakery {
    pub app: TestApp,
    pub anna: Client,
    pub boris: Client,
    pub vera: Client,
    pub space: String,
    /// The default chat.
    pub chat: String,
}

impl Bakery {
    pub async fn open() -> Self {
        Self::at(TestApp::start().await).await
    }

    /// On this server.
    pub async fn at(app: TestApp) -> Self {
        let anna = app.user("anna").await;
        let boris = app.user("boris").await;
        let vera = app.user("vera").await;
        let body = json!({"name": "The bakery", "visibility": "public"});
        let space = anna.post("/spaces", body).await.expect(201);
        let id = space["id"].as_str().unwrap().to_owned();
        boris.post(&format!("/spaces/{id}/join"), json!({})).await.expect(200);
        vera.post("/spaces", json!({"name": "Vera's own"})).await.expect(201);
        let chat = space["default_chat_id"].as_str().unwrap().to_owned();
        Self { app, anna, boris, vera, space: id, chat }
    }

    /// Sends a text to the default chat.
    pub async fn say(&self, who: &Client, content: &str) -> Value {
        send(who, &self.chat, content).await.expect(201)
    }

    /// A chat that only its maker's role and the owner see.
    pub async fn private_chat(&self, name: &str) -> String {
        let body = json!({
            "name": name,
            "overrides": [{
                "target": {"kind": "role", "id": self.role("member").await},
                "allow": [], "deny": ["view_chat"],
            }],
        });
        let path = format!("/spaces/{}/chats", self.space);
        self.anna.post(&path, body).await.expect(201)["id"].as_str().unwrap().into()
    }

    /// The id of a role by its kind, or of a custom role by its name.
    pub async fn role(&self, name: &str) -> String {
        let roles = self.anna.get(&format!("/spaces/{}/roles", self.space)).await.expect(200);
        let role = roles["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|role| role["kind"] == name || role["name"] == name)
            .unwrap_or_else(|| panic!("no role {name} in {roles}"));
        role["id"].as_str().unwrap().into()
    }
}

/// Sends a text with a fresh nonce.
pub async fn send(who: &Client, chat: &str, content: &str) -> Answer {
    let nonce = uuid::Uuid::now_v7().to_string();
    who.post(&format!("/messages/{chat}"), json!({"content": content, "nonce": nonce})).await
}

/// The texts of a page of messages.
pub fn texts(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|m| m["content"].as_str().unwrap()).collect()
}
