//! "Why can't this person?", and chats that are private by one override for everybody.

use crate::support::bakery::{Bakery, send};
use serde_json::{Value, json};

fn of<'a>(explanation: &'a Value, permission: &str) -> &'a Value {
    let list = explanation["permissions"].as_array().unwrap();
    list.iter().find(|p| p["permission"] == permission).unwrap()
}

fn causes(explained: &Value) -> Vec<(&str, bool)> {
    let steps = explained["steps"].as_array().unwrap().iter();
    steps.map(|s| (s["cause"]["kind"].as_str().unwrap(), s["allows"] == true)).collect()
}

#[tokio::test]
async fn every_step_is_told() {
    let bakery = Bakery::open().await;
    let member = bakery.role("member").await;
    let boris = bakery.boris.id();
    let body = json!({"overrides": [
        {"target": {"kind": "everybody"}, "allow": [], "deny": ["send_messages"]},
        {"target": {"kind": "role", "id": member}, "allow": ["send_messages"], "deny": []},
        {"target": {"kind": "member", "id": boris}, "allow": [], "deny": ["send_messages", "add_reactions"]},
    ]});
    bakery.anna.patch(&format!("/chats/{}", bakery.chat), body).await.expect(200);
    let restrict = format!("/spaces/{}/restrict/{boris}", bakery.space);
    let denied = json!({"permissions_denied": ["send_files"]});
    bakery.anna.post(&restrict, denied).await.expect(200);
    let path = format!("/chats/{}/explain", bakery.chat);
    let about = bakery.anna.get(&format!("{path}?user_id={boris}")).await.expect(200);
    assert_eq!(about["user"]["nickname"], "boris");
    let sending = of(&about, "send_messages");
    assert_eq!(sending["allowed"], false);
    assert_eq!(
        causes(sending),
        [
            ("role", true),
            ("everybody_override", false),
            ("role_override", true),
            ("member_override", false)
        ]
    );
    assert_eq!(causes(of(&about, "send_files")), [("role", true), ("restriction", false)]);
    assert_eq!(causes(of(&about, "view_chat")), [("role", true)]);
    assert_eq!(send(&bakery.boris, &bakery.chat, "x").await.problem(403), "forbidden");
    // Oneself may always ask; about others who manages chats.
    assert_eq!(bakery.boris.get(&path).await.expect(200)["permissions"], about["permissions"]);
    let other = bakery.boris.get(&format!("{path}?user_id={}", bakery.anna.id())).await;
    assert_eq!(other.problem(403), "forbidden");
    let owner = bakery.anna.get(&path).await.expect(200);
    assert_eq!(causes(of(&owner, "view_chat")), [("owner", true)]);
    // Who is no member is nobody here; neither is nobody at all.
    for stranger in [bakery.vera.id(), uuid::Uuid::now_v7().to_string()] {
        let answer = bakery.anna.get(&format!("{path}?user_id={stranger}")).await;
        assert_eq!(answer.problem(404), "not_found");
    }
}

#[tokio::test]
async fn a_private_chat_is_closed_also_to_roles_made_later() {
    let bakery = Bakery::open().await;
    let path = format!("/spaces/{}/chats", bakery.space);
    let closed = json!({"name": "office", "overrides": [
        {"target": {"kind": "everybody"}, "allow": [], "deny": ["view_chat"]},
    ]});
    let chat = bakery.anna.post(&path, closed).await.expect(201)["id"].clone();
    let chat = chat.as_str().unwrap();
    let roles = format!("/spaces/{}/roles", bakery.space);
    let body =
        json!({"name": "Late", "color": "#123456", "priority": 5, "permissions": ["view_chat"]});
    let late = bakery.anna.post(&roles, body).await.expect(201)["id"].clone();
    let assign = format!(
        "/spaces/{}/assign-role/{}/{}",
        bakery.space,
        bakery.boris.id(),
        late.as_str().unwrap()
    );
    bakery.anna.post(&assign, json!({})).await.expect(204);
    assert_eq!(bakery.boris.get(&format!("/chats/{chat}")).await.problem(404), "not_found");
    let explain = format!("/chats/{chat}/explain?user_id={}", bakery.boris.id());
    let about = bakery.anna.get(&explain).await.expect(200);
    assert_eq!(causes(of(&about, "view_chat")), [("role", true), ("everybody_override", false)]);
    let open = json!({"overrides": [
        {"target": {"kind": "everybody"}, "allow": [], "deny": ["view_chat"]},
        {"target": {"kind": "role", "id": late}, "allow": ["view_chat"], "deny": []},
    ]});
    bakery.anna.patch(&format!("/chats/{chat}"), open).await.expect(200);
    bakery.boris.get(&format!("/chats/{chat}")).await.expect(200);
    let twice = json!({"overrides": [
        {"target": {"kind": "everybody"}, "allow": [], "deny": []},
        {"target": {"kind": "everybody"}, "allow": [], "deny": []},
    ]});
    assert_eq!(bakery.anna.patch(&format!("/chats/{chat}"), twice).await.problem(422), "invalid");
}
