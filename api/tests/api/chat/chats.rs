//! Chats of spaces, direct and group chats.

use crate::support::bakery::{Bakery, send};
use crate::support::client::send as request;
use futures_util::future::join_all;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};

#[tokio::test]
async fn only_who_manages_chats_makes_them() {
    let bakery = Bakery::open().await;
    let path = format!("/spaces/{}/chats", bakery.space);
    let body = json!({"name": "Orders", "topic": "What to bake tomorrow"});
    let answer = bakery.boris.post(&path, body.clone()).await;
    answer.problem(403);
    assert_eq!(answer.json()["permission"], "manage_chats");
    assert_eq!(bakery.vera.post(&path, body.clone()).await.problem(404), "not_found");
    let mut socket = bakery.boris.socket().await;
    let chat = bakery.anna.post(&path, body.clone()).await.expect(201);
    assert_eq!(chat["topic"], "What to bake tomorrow");
    let event = socket.frame("chat_created").await;
    assert_eq!(event["data"]["id"], chat["id"]);
    assert_eq!(event["data"]["permissions"], json!([]), "events show nobody's permissions");
    let taken = bakery.anna.post(&path, json!({"name": "orders"})).await;
    assert_eq!(taken.problem(409), "name_taken");
    assert_eq!(bakery.anna.post(&path, json!({"name": " "})).await.problem(422), "invalid");
}

/// Hole 21: `null` clears.
#[tokio::test]
async fn chats_are_changed_and_deleted() {
    let bakery = Bakery::open().await;
    let path = format!("/spaces/{}/chats", bakery.space);
    let chat = bakery.anna.post(&path, json!({"name": "Orders", "topic": "x"})).await.expect(201);
    let one = format!("/chats/{}", chat["id"].as_str().unwrap());
    let mut socket = bakery.boris.socket().await;
    assert_eq!(bakery.boris.patch(&one, json!({"name": "Mine"})).await.problem(403), "forbidden");
    let changed = bakery.anna.patch(&one, json!({"name": "Tomorrow", "topic": null})).await;
    let changed = changed.expect(200);
    assert_eq!((&changed["name"], &changed["topic"]), (&json!("Tomorrow"), &json!(null)));
    assert_eq!(socket.frame("chat_updated").await["data"]["name"], "Tomorrow");
    assert_eq!(bakery.boris.delete(&one).await.problem(403), "forbidden");
    bakery.anna.delete(&one).await.expect(204);
    assert_eq!(socket.frame("chat_deleted").await["data"]["chat_id"], chat["id"]);
    assert_eq!(bakery.anna.get(&one).await.problem(404), "not_found");
    let default = format!("/chats/{}", bakery.chat);
    assert_eq!(bakery.anna.delete(&default).await.problem(409), "default_chat");
}

#[tokio::test]
async fn a_direct_chat_is_one_a_pair() {
    let bakery = Bakery::open().await;
    let to_boris = json!({"user_id": bakery.boris.id()});
    let mut socket = bakery.boris.socket().await;
    let chat = bakery.anna.post("/chats", to_boris.clone()).await.expect(201);
    assert_eq!(bakery.anna.post("/chats", to_boris).await.expect(200)["id"], chat["id"]);
    let back = bakery.boris.post("/chats", json!({"user_id": bakery.anna.id()})).await.expect(200);
    assert_eq!(back["id"], chat["id"]);
    assert_eq!(socket.frame("conversation_updated").await["data"]["id"], chat["id"]);
    let id = chat["id"].as_str().unwrap();
    send(&bakery.anna, id, "psst").await.expect(201);
    let news = socket.wait(|f| f["data"]["chat_id"] == id).await;
    assert_eq!((&news["type"], &news["data"]["last_seq"]), (&json!("chat_activity"), &json!(1)));
    assert_eq!(bakery.vera.get(&format!("/messages/{id}")).await.problem(404), "not_found");
    assert_eq!(
        bakery.anna.patch(&format!("/chats/{id}"), json!({"name": "x"})).await.problem(403),
        "forbidden"
    );
    // Only people who share a space.
    let answer = bakery.vera.post("/chats", json!({"user_id": bakery.anna.id()})).await;
    assert_eq!(answer.problem(404), "not_found");
}

#[tokio::test]
async fn notes_to_oneself_are_one_chat_with_one_person() {
    let bakery = Bakery::open().await;
    let to_anna = json!({"user_id": bakery.anna.id()});
    let notes = bakery.anna.post("/chats", to_anna.clone()).await.expect(201);
    assert_eq!(notes["members"].as_array().unwrap().len(), 1);
    assert_eq!(bakery.anna.post("/chats", to_anna).await.expect(200)["id"], notes["id"]);
    let id = notes["id"].as_str().unwrap();
    send(&bakery.anna, id, "buy flour").await.expect(201);
    let chat = bakery.anna.get(&format!("/chats/{id}")).await.expect(200);
    assert_eq!(chat["read"]["unread"], 0, "one's own messages are never unread");
    assert_eq!(bakery.boris.get(&format!("/chats/{id}")).await.problem(404), "not_found");
}

#[tokio::test]
async fn fifty_parallel_openings_are_one_direct_chat() {
    let bakery = Bakery::open().await;
    let opened = (0..50).map(|i| {
        let (who, other) = match i % 2 {
            0 => (&bakery.anna, &bakery.boris),
            _ => (&bakery.boris, &bakery.anna),
        };
        who.post("/chats", json!({"user_id": other.id()}))
    });
    let answers = join_all(opened).await;
    let ids: std::collections::BTreeSet<_> =
        answers.into_iter().map(|a| a.json()["id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn groups_grow_shrink_and_end() {
    let bakery = Bakery::open().await;
    let clara = bakery.app.user("clara").await;
    clara.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
    let body = json!({"user_ids": [bakery.boris.id()], "name": "Night shift"});
    let group = bakery.anna.post("/chats", body).await.expect(201);
    let path = format!("/chats/{}", group["id"].as_str().unwrap());
    assert_eq!(clara.get(&path).await.problem(404), "not_found");
    let add = json!({"user_id": clara.id()});
    let grown = bakery.boris.post(&format!("{path}/members"), add).await.expect(200);
    assert_eq!(grown["members"].as_array().unwrap().len(), 3);
    let outsider = json!({"user_id": bakery.vera.id()});
    let answer = bakery.boris.post(&format!("{path}/members"), outsider).await;
    assert_eq!(answer.problem(422), "invalid");
    // Only the maker takes people out; everybody may go himself.
    let boris = format!("{path}/members/{}", bakery.boris.id());
    assert_eq!(clara.delete(&boris).await.problem(403), "forbidden");
    let mut socket = bakery.boris.socket().await;
    let chat_id = json!({"chat_id": group["id"]});
    socket.ask("join_room", chat_id).await;
    bakery.anna.delete(&boris).await.expect(204);
    socket.frame("chat_deleted").await;
    send(&clara, group["id"].as_str().unwrap(), "is he gone?").await.expect(201);
    assert!(socket.drain().await.iter().all(|f| f["type"] != "new_message"));
    clara.delete(&format!("{path}/members/{}", clara.id())).await.expect(204);
    assert_eq!(clara.delete(&path).await.problem(404), "not_found");
    bakery.anna.delete(&path).await.expect(204);
    let lonely = bakery.anna.post("/chats", json!({"user_ids": []})).await;
    assert_eq!(lonely.problem(422), "invalid");
    let stranger = bakery.anna.post("/chats", json!({"user_ids": [bakery.vera.id()]})).await;
    assert_eq!(stranger.problem(422), "invalid");
}

#[tokio::test]
async fn fifty_people_are_a_group_and_no_more_also_at_once() {
    let bakery = Bakery::open().await;
    let mut ids = Vec::new();
    for n in 0..50 {
        let guest = bakery.app.user(&format!("guest{n}")).await;
        guest.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
        ids.push(guest.id());
    }
    let answer = bakery.anna.post("/chats", json!({"user_ids": ids})).await;
    assert_eq!(answer.problem(422), "invalid");
    assert_eq!(answer.json()["errors"][0]["code"], "too_many");
    // One place is free, and two come for it.
    let group = bakery.anna.post("/chats", json!({"user_ids": ids[..48]})).await.expect(201);
    let path = format!("/chats/{}/members", group["id"].as_str().unwrap());
    let add = |id: &String| bakery.anna.post(&path, json!({"user_id": id}));
    let mut statuses = join_all(ids[48..].iter().map(add)).await;
    statuses.sort_by_key(|answer| answer.status);
    assert_eq!([statuses[0].status, statuses[1].status], [200, 422]);
    assert_eq!(statuses[1].json()["errors"][0]["code"], "too_many");
    assert_eq!(statuses[0].json()["members"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn members_of_a_chat_are_found_by_name() {
    let bakery = Bakery::open().await;
    let path = format!("/chats/{}/members", bakery.chat);
    let names = |page: &serde_json::Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|p| p["nickname"].as_str().unwrap().into()).collect()
    };
    let first = bakery.boris.get(&format!("{path}?limit=1")).await.expect(200);
    assert_eq!(names(&first), ["anna"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = bakery.boris.get(&format!("{path}?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!((names(&second), &second["next_cursor"]), (vec!["boris".into()], &json!(null)));
    assert_eq!(names(&bakery.boris.get(&format!("{path}?q=ORI")).await.expect(200)), ["boris"]);
    assert!(names(&bakery.boris.get(&format!("{path}?q=%25")).await.expect(200)).is_empty());
    let private = bakery.private_chat("office").await;
    let path = format!("/chats/{private}/members");
    assert_eq!(names(&bakery.anna.get(&path).await.expect(200)), ["anna"]);
    assert_eq!(bakery.boris.get(&path).await.problem(404), "not_found");
    assert_eq!(bakery.anna.get(&format!("{path}?cursor=x")).await.problem(400), "bad_cursor");
}

/// Two administrators have the access of one chat open.
#[tokio::test]
async fn an_edit_of_an_old_version_of_a_chat_is_refused() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let path = format!("/chats/{}", bakery.private_chat("office").await);
    let first = anna.get(&path).await.headers["etag"].clone();
    let patch = |tag: &HeaderValue, body: Value| {
        request(anna.request(Method::PATCH, &path).header("if-match", tag).json(&body))
    };
    let answer = patch(&first, json!({"overrides": []})).await;
    let second = answer.headers["etag"].clone();
    assert_eq!((answer.status, first == second), (200, false));
    assert_eq!(anna.get(&path).await.headers["etag"], second);
    let back = json!({"overrides": [{"target": {"kind": "member", "id": boris.id()},
        "allow": ["view_chat"], "deny": []}]});
    assert_eq!(patch(&first, back.clone()).await.problem(412), "stale");
    assert_eq!(anna.get(&path).await.expect(200)["overrides"], json!([]));
    patch(&second, back).await.expect(200);
    // Who is taken out changes it as well.
    let third = anna.get(&path).await.headers["etag"].clone();
    let kick = format!("/spaces/{}/kick/{}", bakery.space, boris.id());
    anna.post(&kick, json!({})).await.expect(204);
    assert_eq!(patch(&third, json!({"topic": "x"})).await.problem(412), "stale");
    // Who has seen none takes what is there; a group has versions, too.
    anna.patch(&path, json!({"topic": "x"})).await.expect(200);
    let body = json!({"user_ids": [bakery.vera.id()], "name": "Two"});
    bakery.vera.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
    let group = anna.post("/chats", body).await.expect(201);
    let path = format!("/chats/{}", group["id"].as_str().unwrap());
    let rename = || anna.request(Method::PATCH, &path).header("if-match", "\"0\"");
    let answer = request(rename().json(&json!({"name": "Three"}))).await;
    assert_eq!(answer.problem(412), "stale");
}
