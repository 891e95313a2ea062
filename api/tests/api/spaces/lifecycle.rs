//! Creating, reading, editing, transferring, deleting.

use crate::support::TestApp;
use crate::support::client::send;
use crate::support::staff::{Staff, create, text};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn hole_9_a_new_space_has_its_roles_once_and_a_chat_and_its_owner() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let body =
        json!({"name": "  Bakery ", "description": "Bread\nand more", "visibility": "invite"});
    let answer = anna.post("/spaces", body).await;
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    let space = answer.expect(201);
    assert_eq!(location, format!("/api/v1/spaces/{}", text(&space["id"])));
    assert_eq!(space["name"], "Bakery");
    assert_eq!(space["description"], "Bread\nand more");
    assert_eq!(space["visibility"], "invite");
    assert_eq!(space["owner_id"], anna.id());
    assert_eq!(space["member_count"], 1);
    assert!(space["default_chat_id"].is_string());
    assert_eq!(space["me"]["is_owner"], true);
    assert_eq!(space["me"]["role"]["kind"], "owner");
    assert_eq!(space["me"]["permissions"].as_array().unwrap().len(), 23);

    let path = format!("/spaces/{}", text(&space["id"]));
    assert_eq!(anna.get(&path).await.expect(200), space);
    let roles = anna.get(&format!("{path}/roles")).await.expect(200);
    let shape = |role: &Value| (text(&role["name"]), role["priority"].as_i64().unwrap());
    let shapes: Vec<_> = roles["items"].as_array().unwrap().iter().map(shape).collect();
    let wanted = [
        ("Owner", 100),
        ("Administrator", 80),
        ("Moderator", 60),
        ("Member", 10),
        ("Restricted", 5),
    ];
    assert_eq!(shapes, wanted.map(|(name, rank)| (name.to_owned(), rank)));
    assert_eq!(roles["next_cursor"], Value::Null);
    assert_eq!(roles["items"][0]["member_count"], 1);
    assert_eq!(roles["items"][3]["member_count"], 0);
}

#[tokio::test]
async fn presets_speak_the_language_of_the_maker() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let request =
        anna.request(Method::POST, "/spaces").header("Accept-Language", "uk-UA, en;q=0.5");
    let space = send(request.json(&json!({"name": "Пекарня"}))).await.expect(201);
    assert_eq!(space["visibility"], "invite");
    assert_eq!(space["me"]["role"]["name"], "Власник");
}

#[tokio::test]
async fn names_and_fields_are_checked() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    for (body, code, pointer) in [
        (json!({"name": "ab"}), "too_short", "/name"),
        (json!({"name": "x".repeat(101)}), "too_long", "/name"),
        (json!({"name": "\u{200b}\u{200b}\u{200b}"}), "invisible", "/name"),
        (json!({"name": "abc\0"}), "bad_characters", "/name"),
        (json!({"name": "abc", "description": "\0"}), "bad_characters", "/description"),
        (json!({"name": "abc", "visibility": "secret"}), "unknown", "/visibility"),
        (json!({}), "required", "/name"),
    ] {
        let answer = anna.post("/spaces", body.clone()).await;
        assert_eq!(answer.problem(422), "invalid", "{body}");
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["code"], &error["pointer"]), (&json!(code), &json!(pointer)), "{body}");
    }
    let body = json!({"name": "Bakery", "admin": true});
    assert_eq!(anna.post("/spaces", body).await.problem(400), "unknown_field");
    assert_eq!(anna.get("/spaces?offset=3").await.problem(400), "unknown_field");
    assert_eq!(anna.get("/spaces?limit=0").await.problem(422), "invalid");
    assert_eq!(anna.get("/spaces?cursor=nonsense").await.problem(400), "bad_cursor");
    assert_eq!(anna.get("/spaces?q=%00").await.problem(400), "malformed");
    assert_eq!(anna.get("/spaces/42").await.problem(404), "not_found");
}

#[tokio::test]
async fn edits_keep_what_is_absent_clear_what_is_null_and_refuse_stale_versions() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let path = create(&anna, "Bakery").await;
    let first = anna.get(&path).await.headers["etag"].to_str().unwrap().to_owned();
    let edited = anna.patch(&path, json!({"description": "Bread"})).await;
    let second = edited.headers["etag"].to_str().unwrap().to_owned();
    assert_ne!(first, second);
    let edited = edited.expect(200);
    assert_eq!((&edited["name"], &edited["description"]), (&json!("Bakery"), &json!("Bread")));
    assert_eq!(edited["me"]["is_owner"], true);
    assert_eq!(anna.get(&path).await.expect(200), edited);

    let patch = |tag: &str, body: Value| {
        send(anna.request(Method::PATCH, &path).header("If-Match", tag).json(&body))
    };
    let lost = patch(&first, json!({"name": "Too late"})).await;
    assert_eq!(lost.problem(412), "stale");
    let cleared = patch(&second, json!({"description": null})).await.expect(200);
    assert_eq!((&cleared["name"], &cleared["description"]), (&json!("Bakery"), &Value::Null));
    let nothing = anna.patch(&path, json!({})).await.expect(200);
    assert_eq!(nothing, cleared);

    let delete = anna.request(Method::DELETE, &path).header("If-Match", &first);
    assert_eq!(send(delete).await.problem(412), "stale");
    anna.delete(&path).await.expect(204);
    assert_eq!(anna.get(&path).await.problem(404), "not_found");
    assert_eq!(anna.delete(&path).await.problem(404), "not_found");
}

#[tokio::test]
async fn who_may_edit_what() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    b.adam.patch(&b.space, json!({"name": "Bread"})).await.expect(200);
    for body in [json!({"visibility": "hidden"}), json!({"name": "x y", "visibility": "hidden"})] {
        let answer = b.adam.patch(&b.space, body).await;
        assert_eq!(answer.problem(403), "forbidden");
        assert_eq!(answer.json()["permission"], "manage_space");
    }
    let answer = b.mona.patch(&b.space, json!({"name": "Mine"})).await;
    assert_eq!(answer.problem(403), "forbidden");
    assert_eq!(answer.json()["permission"], "change_info");
    let answer = b.adam.delete(&b.space).await;
    assert_eq!(answer.problem(403), "forbidden");
    assert_eq!(answer.json()["permission"], "delete_space");
    // Not the owner, but holding the key.
    let keys = ["promote_members", "manage_space", "delete_space", "view_chat"];
    let role = b.make_role(&b.anna, "Keyholder", 70, &keys).await;
    b.assign(&b.anna, &b.mark, &role).await.expect(204);
    b.mark.patch(&b.space, json!({"visibility": "hidden"})).await.expect(200);
    b.mark.delete(&b.space).await.expect(204);
    assert_eq!(b.anna.get(&b.space).await.problem(404), "not_found");
}

#[tokio::test]
async fn only_the_owner_transfers_and_is_a_plain_member_then() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let to = |id: String| json!({"user_id": id});
    let transfer = b.at("/transfer");
    assert_eq!(b.adam.post(&transfer, to(b.adam.id())).await.problem(403), "forbidden");
    assert_eq!(b.anna.post(&transfer, to(b.anna.id())).await.problem(409), "yourself");
    assert_eq!(b.anna.post(&transfer, to(b.zoe.id())).await.problem(404), "not_found");
    let denied = json!({"permissions_denied": ["send_messages"]});
    b.anna.post(&b.at(&format!("/restrict/{}", b.mark.id())), denied).await.expect(200);

    let space = b.anna.post(&transfer, to(b.mark.id())).await.expect(200);
    assert_eq!(space["owner_id"], b.mark.id());
    assert_eq!(space["me"]["is_owner"], false);
    assert_eq!(space["me"]["role"]["kind"], "member");
    let mine = b.mark.get(&b.at("/my-permissions")).await.expect(200);
    assert_eq!(mine["is_owner"], true);
    assert_eq!(mine["role"]["kind"], "owner");
    assert_eq!(b.mark.get(&b.space).await.expect(200)["me"]["denied"], json!([]));
    // The crown went along: he can go, she cannot come back to it.
    assert_eq!(b.mark.post(&b.at("/leave"), json!({})).await.problem(409), "owner_cannot_leave");
    assert_eq!(b.anna.post(&transfer, to(b.anna.id())).await.problem(403), "forbidden");
    b.anna.post(&b.at("/leave"), json!({})).await.expect(204);
}
