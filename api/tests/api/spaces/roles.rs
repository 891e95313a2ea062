//! Roles: making, editing, deleting, handing out.

use crate::support::TestApp;
use crate::support::client::send;
use crate::support::staff::{Staff, text};
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};

fn role(name: &str, priority: i64, permissions: &[&str]) -> Value {
    json!({"name": name, "color": "#AbCdEf", "priority": priority, "permissions": permissions})
}

#[tokio::test]
async fn a_role_is_made_edited_held_and_deleted() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let answer = b.adam.post(&b.at("/roles"), role(" Baker ", 30, &["send_messages"])).await;
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    let made = answer.expect(201);
    let id = text(&made["id"]);
    let path = b.at(&format!("/roles/{id}"));
    assert_eq!(location, format!("/api/v1{path}"));
    assert_eq!((&made["name"], &made["kind"]), (&json!("Baker"), &json!("custom")));

    b.assign(&b.adam, &b.mark, &id).await.expect(204);
    b.assign(&b.adam, &b.mark, &id).await.expect(204);
    let edit = json!({"name": "Chef", "permissions": ["view_chat"]});
    let edited = b.adam.patch(&path, edit).await.expect(200);
    assert_eq!((&edited["name"], &edited["priority"]), (&json!("Chef"), &json!(30)));
    assert_eq!(edited["member_count"], 1);
    assert_eq!(b.adam.patch(&path, json!({})).await.expect(200), edited);
    let mine = b.mark.get(&b.at("/my-permissions")).await.expect(200);
    assert_eq!(mine["role"], edited);
    assert_eq!(mine["permissions"], json!(["view_chat"]));

    b.adam.delete(&path).await.expect(204);
    assert_eq!(b.adam.delete(&path).await.problem(404), "not_found");
    let mine = b.mark.get(&b.at("/my-permissions")).await.expect(200);
    assert_eq!(mine["role"]["kind"], "member");
    assert_eq!(mine["role"]["member_count"], 1);
}

#[tokio::test]
async fn what_a_role_must_be() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    for (body, code, pointer) in [
        (role("", 30, &[]), "required", "/name"),
        (role(&"x".repeat(51), 30, &[]), "too_long", "/name"),
        (role("Baker", 0, &[]), "out_of_range", "/priority"),
        (role("Baker", 100, &[]), "out_of_range", "/priority"),
        (role("Baker", 1 << 40, &[]), "bad_format", "/priority"),
        (role("Baker", 30, &["fly"]), "unknown", "/permissions/0"),
        (json!({"name": "B", "priority": 3, "permissions": []}), "required", "/color"),
    ] {
        let answer = b.anna.post(&b.at("/roles"), body.clone()).await;
        assert_eq!(answer.problem(422), "invalid", "{body}");
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["code"], &error["pointer"]), (&json!(code), &json!(pointer)), "{body}");
    }
    for color in ["red", "#12345", "#12345g", "url(x)", "#123456;}"] {
        let body = json!({"name": "B", "color": color, "priority": 3, "permissions": []});
        assert_eq!(b.anna.post(&b.at("/roles"), body).await.problem(422), "invalid", "{color}");
    }
    let body = json!({"name": "B", "color": "#123456", "priority": 3, "permissions": [], "x": 1});
    assert_eq!(b.anna.post(&b.at("/roles"), body).await.problem(400), "unknown_field");
    let taken = b.anna.post(&b.at("/roles"), role("mODERATOR", 30, &[])).await;
    assert_eq!(taken.problem(409), "name_taken");
    let path = b.at(&format!("/roles/{}", b.role("Restricted")));
    assert_eq!(b.anna.patch(&path, json!({"name": "member"})).await.problem(409), "name_taken");
    b.anna.patch(&path, json!({"name": "RESTRICTED"})).await.expect(200);
}

#[tokio::test]
async fn hole_24_nobody_grants_what_he_lacks_or_reaches_his_own_rank() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let roles = b.at("/roles");
    for (body, code) in [
        (role("Peer", 80, &[]), "rank_too_low"),
        (role("Boss", 99, &[]), "rank_too_low"),
        (role("Eraser", 30, &["delete_space"]), "grants_more"),
        (role("Saint", 30, &["untouchable"]), "grants_more"),
    ] {
        assert_eq!(b.adam.post(&roles, body).await.problem(403), code);
    }
    let answer = b.mona.post(&roles, role("Baker", 3, &[])).await;
    assert_eq!(answer.problem(403), "forbidden");
    assert_eq!(answer.json()["permission"], "promote_members");

    // An edit may neither start nor end beyond the maker.
    let weak = b.make_role(&b.anna, "Weak", 20, &["view_chat"]).await;
    let keys = b.make_role(&b.anna, "Keys", 20, &["delete_space"]).await;
    let at = |id: &str| b.at(&format!("/roles/{id}"));
    for (id, edit, code) in [
        (&weak, json!({"priority": 80}), "rank_too_low"),
        (&weak, json!({"permissions": ["manage_space"]}), "grants_more"),
        (&keys, json!({"permissions": []}), "grants_more"),
        (&b.role("Administrator"), json!({"name": "Us"}), "rank_too_low"),
        (&b.role("Owner"), json!({"name": "Us"}), "rank_too_low"),
    ] {
        assert_eq!(b.adam.patch(&at(id), edit.clone()).await.problem(403), code, "{edit}");
    }
    assert_eq!(b.adam.delete(&at(&keys)).await.problem(403), "grants_more");
    assert_eq!(b.adam.delete(&at(&b.role("Administrator"))).await.problem(403), "rank_too_low");

    // Handing out.
    for (by, to, id, code) in [
        (&b.adam, &b.mark, &keys, "grants_more"),
        (&b.adam, &b.mark, &b.role("Administrator"), "rank_too_low"),
        (&b.adam, &b.mark, &b.role("Owner"), "rank_too_low"),
        (&b.adam, &b.anna, &weak, "untouchable"),
        (&b.mona, &b.mark, &weak, "forbidden"),
    ] {
        assert_eq!(b.assign(by, to, id).await.problem(403), code);
    }
    let own = b.assign(&b.adam, &b.adam, &weak).await;
    assert_eq!(own.problem(409), "yourself");
    // What is denied him for a while he cannot hand out either.
    let denied = json!({"permissions_denied": ["ban_members"]});
    b.anna.post(&b.at(&format!("/restrict/{}", b.adam.id())), denied).await.expect(200);
    let body = role("Bouncer", 30, &["ban_members"]);
    assert_eq!(b.adam.post(&roles, body).await.problem(403), "grants_more");
}

#[tokio::test]
async fn system_roles_keep_what_makes_them() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let owner = b.at(&format!("/roles/{}", b.role("Owner")));
    let member = b.at(&format!("/roles/{}", b.role("Member")));
    for (path, edit) in [
        (&owner, json!({"permissions": []})),
        (&owner, json!({"priority": 50})),
        (&member, json!({"priority": 50})),
    ] {
        assert_eq!(b.anna.patch(path, edit).await.problem(409), "system_role");
    }
    for path in [&owner, &member] {
        assert_eq!(b.anna.delete(path).await.problem(409), "system_role");
    }
    let crown = b.assign(&b.anna, &b.mark, &b.role("Owner")).await;
    assert_eq!(crown.problem(409), "system_role");
    b.anna.patch(&owner, json!({"name": "Queen", "color": "#ffffff"})).await.expect(200);
    let edit = json!({"permissions": ["view_chat", "send_messages"]});
    b.adam.patch(&member, edit.clone()).await.expect(200);
    let mine = b.mark.get(&b.at("/my-permissions")).await.expect(200);
    assert_eq!(mine["permissions"], edit["permissions"]);
}

#[tokio::test]
async fn a_space_has_at_most_a_hundred_roles() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    for n in 5..100 {
        b.make_role(&b.anna, &format!("Role {n}"), 7, &[]).await;
    }
    let answer = b.anna.post(&b.at("/roles"), role("One more", 7, &[])).await;
    assert_eq!(answer.problem(422), "invalid");
    let (list, queries) = app.counting(b.anna.get(&b.at("/roles"))).await;
    assert_eq!(list.expect(200)["items"].as_array().unwrap().len(), 100);
    assert!(queries <= 3, "{queries}");
}

#[tokio::test]
async fn an_edit_of_an_old_version_of_a_role_is_refused() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let id = b.make_role(&b.anna, "Baker", 20, &["view_chat"]).await;
    let path = b.at(&format!("/roles/{id}"));
    let answer = b.mark.get(&path).await;
    let first = answer.headers["etag"].clone();
    assert_eq!(answer.json()["name"], "Baker");
    let patch = |tag: &HeaderValue, body: Value| {
        send(b.anna.request(Method::PATCH, &path).header("if-match", tag).json(&body))
    };
    let answer = patch(&first, json!({"permissions": []})).await;
    let second = answer.headers["etag"].clone();
    assert_eq!((answer.status, first == second), (200, false));
    let stale = patch(&first, json!({"permissions": ["view_chat", "send_files"]})).await;
    assert_eq!(stale.problem(412), "stale");
    assert_eq!(b.anna.get(&path).await.expect(200)["permissions"], json!([]));
    // Who holds it is no part of it; its rank is.
    b.assign(&b.anna, &b.mark, &id).await.expect(204);
    patch(&second, json!({"name": "Cook"})).await.expect(200);
    let third = b.anna.get(&path).await.headers["etag"].clone();
    let roles = b.anna.get(&b.at("/roles")).await.expect(200)["items"].clone();
    let mut order: Vec<_> =
        roles.as_array().unwrap()[1..].iter().map(|r| r["id"].clone()).collect();
    let at = order.iter().position(|one| *one == json!(id)).unwrap();
    order.swap(at, at - 1);
    b.anna.put(&b.at("/roles/order"), json!({"role_ids": order})).await.expect(200);
    assert_eq!(patch(&third, json!({"name": "Chef"})).await.problem(412), "stale");
    // Neither a stranger nor another space knows it.
    assert_eq!(b.zoe.get(&path).await.problem(404), "not_found");
    let elsewhere = format!("{}/roles/{id}", b.garage);
    assert_eq!(b.zoe.get(&elsewhere).await.problem(404), "not_found");
}
