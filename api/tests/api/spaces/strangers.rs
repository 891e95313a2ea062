//! What belongs to one space never works in another, and outsiders see nothing inside.

use crate::support::TestApp;
use crate::support::staff::{Staff, text};
use reqwest::Method;
use serde_json::{Value, json};

/// Every route inside a space, for its owner, with ids to fill in.
fn inside(space: &str, user: &str, role: &str) -> Vec<(Method, String, Value)> {
    let role_body = json!({"name": "x", "color": "#000000", "priority": 1, "permissions": []});
    vec![
        (Method::PATCH, space.into(), json!({"name": "Mine now"})),
        (Method::DELETE, space.into(), json!({})),
        (Method::POST, format!("{space}/leave"), json!({})),
        (Method::POST, format!("{space}/transfer"), json!({"user_id": user})),
        (Method::GET, format!("{space}/participants"), json!({})),
        (Method::GET, format!("{space}/my-permissions"), json!({})),
        (Method::GET, format!("{space}/roles"), json!({})),
        (Method::POST, format!("{space}/roles"), role_body),
        (Method::PATCH, format!("{space}/roles/{role}"), json!({"name": "y"})),
        (Method::DELETE, format!("{space}/roles/{role}"), json!({})),
        (Method::POST, format!("{space}/kick/{user}"), json!({})),
        (Method::POST, format!("{space}/restrict/{user}"), json!({"permissions_denied": []})),
        (Method::POST, format!("{space}/assign-role/{user}/{role}"), json!({})),
        (Method::GET, format!("{space}/restrict/{user}"), json!({})),
        (Method::GET, format!("{space}/restrictions"), json!({})),
        (Method::POST, format!("{space}/members"), json!({"nickname": "zoe"})),
        (Method::POST, format!("{space}/ban/{user}"), json!({})),
        (Method::POST, format!("{space}/unban/{user}"), json!({})),
        (Method::GET, format!("{space}/bans"), json!({})),
        (Method::GET, format!("{space}/invites"), json!({})),
        (Method::POST, format!("{space}/invites"), json!({})),
        (Method::POST, format!("{space}/report/{user}"), json!({"reason": "spam"})),
        (Method::GET, format!("{space}/reports"), json!({})),
        (Method::GET, format!("{space}/reports/count"), json!({})),
        (Method::PATCH, format!("{space}/reports/{user}"), json!({"state": "resolved"})),
        (Method::GET, format!("{space}/audit"), json!({})),
        (Method::PUT, format!("{space}/roles/order"), json!({"role_ids": []})),
        (Method::GET, format!("{space}/roles/{role}/members"), json!({})),
    ]
}

#[tokio::test]
async fn hole_25_outsiders_find_nothing_inside_and_change_nothing() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let before = b.anna.get(&b.space).await.expect(200);
    let (mark, role) = (b.mark.id(), b.role("Moderator"));
    for (method, path, body) in inside(&b.space, &mark, &role) {
        let answer = crate::support::client::send(b.zoe.request(method, &path).json(&body)).await;
        assert_eq!(answer.problem(404), "not_found", "{path}");
    }
    assert_eq!(b.anna.get(&b.space).await.expect(200), before);
    let anonymous = app.stranger();
    for (method, path, body) in inside(&b.space, &mark, &role) {
        let answer =
            crate::support::client::send(anonymous.request(method, &path).json(&body)).await;
        assert_eq!(answer.problem(401), "unauthenticated", "{path}");
    }
}

#[tokio::test]
async fn hole_4_ids_of_another_space_do_not_exist_here() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let roles = b.zoe.get(&format!("{}/roles", b.garage)).await.expect(200);
    let foreign = text(&roles["items"][1]["id"]);
    let before = roles.clone();
    // The owner of one space, with a role and a member of another.
    for (path, body) in [
        (format!("/assign-role/{}/{foreign}", b.mark.id()), json!({})),
        (format!("/assign-role/{}/{}", b.zoe.id(), b.role("Member")), json!({})),
        (format!("/kick/{}", b.zoe.id()), json!({})),
        (format!("/restrict/{}", b.zoe.id()), json!({"permissions_denied": []})),
    ] {
        assert_eq!(b.anna.post(&b.at(&path), body).await.problem(404), "not_found", "{path}");
    }
    let path = b.at(&format!("/roles/{foreign}"));
    assert_eq!(b.anna.patch(&path, json!({"name": "Mine"})).await.problem(404), "not_found");
    assert_eq!(b.anna.delete(&path).await.problem(404), "not_found");
    assert_eq!(b.anna.get(&format!("{path}/members")).await.problem(404), "not_found");
    let path = b.at(&format!("/roles/{}?replacement={foreign}", b.role("Moderator")));
    assert_eq!(b.anna.delete(&path).await.problem(404), "not_found");
    let order = json!({"role_ids": [foreign, b.role("Moderator")]});
    let order = b.anna.request(Method::PUT, &b.at("/roles/order")).json(&order);
    assert_eq!(crate::support::client::send(order).await.problem(422), "invalid");
    let heir = json!({"user_id": b.zoe.id()});
    assert_eq!(b.anna.post(&b.at("/transfer"), heir).await.problem(404), "not_found");
    assert_eq!(b.zoe.get(&format!("{}/roles", b.garage)).await.expect(200), before);

    // A manager of one space, member of the other: hole 4 of the seed.
    b.zoe.post(&b.at("/join"), json!({})).await.expect(200);
    let own = b.role("Moderator");
    let path = format!("{}/assign-role/{}/{own}", b.garage, b.zoe.id());
    assert_eq!(b.zoe.post(&path, json!({})).await.problem(404), "not_found");
    let path = format!("{}/roles/{own}", b.garage);
    assert_eq!(b.zoe.patch(&path, json!({"name": "Mine"})).await.problem(404), "not_found");
    let mine = b.zoe.get(&b.at("/my-permissions")).await.expect(200);
    assert_eq!(mine["role"]["kind"], "member");
    let filtered = b.zoe.get(&format!("{}/participants?role={own}", b.garage)).await.expect(200);
    assert_eq!(filtered["items"], json!([]));
}
