//! Things done at the same time: no 5xx, no deadlock, no event twice, one state for everybody.

use crate::support::bakery::{Bakery, send};
use crate::support::client::{Answer, Client};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

#[track_caller]
fn sane(answers: &[Answer]) {
    for answer in answers {
        assert!(answer.status < 500, "{}", answer.text);
    }
}

async fn chat_of(bakery: &Bakery, name: &str) -> String {
    let path = format!("/spaces/{}/chats", bakery.space);
    let chat = bakery.anna.post(&path, json!({"name": name})).await.expect(201);
    chat["id"].as_str().unwrap().into()
}

#[tokio::test]
async fn a_chat_is_deleted_once() {
    let bakery = Bakery::open().await;
    for round in 0..10 {
        let chat = chat_of(&bakery, &format!("chat {round}")).await;
        let mut boris = bakery.boris.socket().await;
        let path = format!("/chats/{chat}");
        let answers = join_all((0..6).map(|_| bakery.anna.delete(&path))).await;
        let mut statuses: Vec<_> = answers.iter().map(|a| a.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404, 404, 404, 404, 404]);
        let heard = boris.drain().await;
        let told = heard.iter().filter(|f| f["type"] == "chat_deleted").count();
        assert_eq!(told, 1, "round {round}: {heard:?}");
    }
}

#[tokio::test]
async fn whatever_happens_in_a_chat_while_it_is_deleted_is_an_answer() {
    let bakery = Bakery::open().await;
    for round in 0..15 {
        let chat = chat_of(&bakery, &format!("chat {round}")).await;
        let message = send(&bakery.boris, &chat, "hi").await.expect(201);
        let (path, one) = (format!("/chats/{chat}"), message["id"].as_str().unwrap());
        let boris = &bakery.boris;
        let hide = json!({"name": "new name", "overrides": [{
            "target": {"kind": "member", "id": boris.id()}, "allow": [], "deny": ["send_files"],
        }]});
        let read = format!("{path}/read");
        let unread = format!("{path}/unread");
        let reaction = format!("/messages/{one}/reaction");
        let edit = format!("/messages/{one}");
        let calls: Vec<futures_util::future::LocalBoxFuture<'_, Answer>> = vec![
            Box::pin(send(boris, &chat, "@anna one more")),
            Box::pin(boris.post(&read, json!({"seq": 1}))),
            Box::pin(boris.post(&unread, json!({"seq": 1}))),
            Box::pin(boris.post(&reaction, json!({"emoji": "👍"}))),
            Box::pin(bakery.anna.delete(&path)),
            Box::pin(boris.patch(&edit, json!({"content": "hi @anna"}))),
            Box::pin(bakery.anna.patch(&path, hide)),
            Box::pin(boris.delete(&edit)),
        ];
        sane(&join_all(calls).await);
    }
}

#[tokio::test]
async fn a_role_that_goes_while_chats_name_it_is_an_answer() {
    let bakery = Bakery::open().await;
    let chat = chat_of(&bakery, "orders").await;
    let (roles, chats) =
        (format!("/spaces/{}/roles", bakery.space), format!("/spaces/{}/chats", bakery.space));
    for round in 0..25 {
        let body = json!({
            "name": format!("role {round}"), "color": "#123456", "priority": 20, "permissions": [],
        });
        let role = bakery.anna.post(&roles, body).await.expect(201)["id"].clone();
        let overrides = json!([{
            "target": {"kind": "role", "id": role}, "allow": [], "deny": ["send_messages"],
        }]);
        let path = format!("/chats/{chat}");
        // It is named there already: deleting the role takes these rows along.
        bakery.anna.patch(&path, json!({"overrides": overrides})).await.expect(200);
        let gone = format!("{roles}/{}", role.as_str().unwrap());
        let calls: Vec<futures_util::future::LocalBoxFuture<'_, Answer>> = vec![
            Box::pin(bakery.anna.patch(&path, json!({"overrides": overrides}))),
            Box::pin(bakery.anna.delete(&gone)),
            Box::pin(bakery.anna.patch(&path, json!({"overrides": overrides}))),
            Box::pin(
                bakery
                    .anna
                    .post(&chats, json!({"name": format!("c {round}"), "overrides": overrides})),
            ),
        ];
        sane(&join_all(calls).await);
    }
}

#[tokio::test]
async fn whatever_happens_in_a_space_while_it_is_deleted_is_an_answer() {
    let bakery = Bakery::open().await;
    for round in 0..8 {
        let body = json!({"name": format!("space {round}"), "visibility": "public"});
        let space = bakery.anna.post("/spaces", body).await.expect(201);
        let (id, chat) =
            (space["id"].as_str().unwrap(), space["default_chat_id"].as_str().unwrap());
        let path = format!("/spaces/{id}");
        bakery.boris.post(&format!("{path}/join"), json!({})).await.expect(200);
        let (chats, join_it, leave) =
            (format!("{path}/chats"), format!("{path}/join"), format!("{path}/leave"));
        let kick = format!("{path}/kick/{}", bakery.boris.id());
        // Boris has an entry of the chat: who deletes the space takes it away while he reads.
        let told = send(&bakery.anna, chat, "@boris come").await.expect(201);
        let root = told["id"].as_str().unwrap();
        let reply = json!({"content": "coming", "nonce": "reply", "thread_root": root});
        bakery.boris.post(&format!("/messages/{chat}"), reply).await.expect(201);
        let (read, follow) =
            (format!("/chats/{chat}/read"), format!("/messages/{root}/thread/read"));
        let calls: Vec<futures_util::future::LocalBoxFuture<'_, Answer>> = vec![
            Box::pin(bakery.boris.post(&read, json!({"seq": 2}))),
            Box::pin(bakery.boris.post(&follow, json!({"seq": 2}))),
            Box::pin(bakery.anna.post(&chats, json!({"name": "orders"}))),
            Box::pin(send(&bakery.boris, chat, "hi")),
            Box::pin(bakery.anna.delete(&path)),
            Box::pin(bakery.vera.post(&join_it, json!({}))),
            Box::pin(bakery.boris.post(&leave, json!({}))),
            Box::pin(bakery.anna.post(&kick, json!({}))),
            Box::pin(bakery.anna.post(&chats, json!({"name": "returns"}))),
        ];
        sane(&join_all(calls).await);
    }
}

async fn group(bakery: &Bakery, others: &[&Client]) -> String {
    let ids: Vec<_> = others.iter().map(|who| who.id()).collect();
    let chat = bakery.anna.post("/chats", json!({"user_ids": ids, "name": "g"})).await.expect(201);
    chat["id"].as_str().unwrap().into()
}

fn names(chat: &Value) -> Vec<String> {
    let members = chat["members"].as_array().unwrap();
    let mut names: Vec<_> =
        members.iter().map(|m| m["nickname"].as_str().unwrap().to_owned()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn everybody_ends_with_the_same_list_of_a_groups_people() {
    let bakery = Bakery::open().await;
    bakery.vera.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
    for round in 0..10 {
        let chat = group(&bakery, &[&bakery.boris]).await;
        let mut anna = bakery.anna.socket().await;
        let add = format!("/chats/{chat}/members");
        let remove = format!("{add}/{}", bakery.boris.id());
        let (added, removed) = join(
            bakery.anna.post(&add, json!({"user_id": bakery.vera.id()})),
            bakery.boris.delete(&remove),
        )
        .await;
        sane(&[added, removed]);
        let heard = anna.drain().await;
        let last = heard.iter().rfind(|f| f["type"] == "conversation_updated").unwrap();
        let now = bakery.anna.get(&format!("/chats/{chat}")).await.expect(200);
        assert_eq!(names(&last["data"]), names(&now), "round {round}");
    }
}

#[tokio::test]
async fn a_group_that_is_deleted_while_it_grows_is_an_answer() {
    let bakery = Bakery::open().await;
    bakery.vera.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
    for _ in 0..10 {
        let chat = group(&bakery, &[&bakery.boris]).await;
        let path = format!("/chats/{chat}");
        let add = format!("{path}/members");
        let mut vera = bakery.vera.socket().await;
        let (deleted, added) = join(
            bakery.anna.delete(&path),
            bakery.boris.post(&add, json!({"user_id": bakery.vera.id()})),
        )
        .await;
        let was_added = added.status == 200;
        sane(&[deleted, added]);
        let heard = vera.drain().await;
        let of = |kind: &str| heard.iter().filter(|f| f["type"] == kind).count();
        assert_eq!(of("conversation_updated"), usize::from(was_added));
        assert_eq!(of("chat_deleted"), usize::from(was_added), "who was told of it learns its end");
    }
}

#[tokio::test]
async fn a_person_and_a_message_change_while_others_refer_to_them() {
    let bakery = Bakery::open().await;
    let (anna, boris, chat) = (&bakery.anna, &bakery.boris, &bakery.chat);
    let roles = anna.get(&format!("/spaces/{}/roles", bakery.space)).await.expect(200);
    let role = |name: &str| {
        let items = roles["items"].as_array().unwrap();
        let found = items.iter().find(|role| role["name"] == name).unwrap();
        format!(
            "/spaces/{}/assign-role/{}/{}",
            bakery.space,
            boris.id(),
            found["id"].as_str().unwrap()
        )
    };
    let roles = [role("Moderator"), role("Member")];
    for round in 0..25 {
        let said = send(boris, chat, "hi").await.expect(201);
        let one = format!("/messages/{}", said["id"].as_str().unwrap());
        let here = format!("/messages/{chat}");
        let answer = |nonce: &str, to: &str| {
            let nonce = format!("{nonce} {round}");
            anna.post(&here, json!({"content": "yes?", "nonce": nonce, to: said["id"]}))
        };
        let changes = json!({"display_name": format!("Boris {round}")});
        let calls: Vec<futures_util::future::LocalBoxFuture<'_, Answer>> = vec![
            Box::pin(anna.post(&roles[round % 2], json!({}))),
            Box::pin(boris.patch("/profile/me", changes)),
            Box::pin(answer("reply", "reply_to")),
            Box::pin(boris.patch(&one, json!({"content": "hi all"}))),
            Box::pin(answer("thread", "thread_root")),
            Box::pin(send(anna, chat, "@boris look")),
        ];
        sane(&join_all(calls).await);
    }
}
