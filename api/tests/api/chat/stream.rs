//! The chat topic: order, gaps, replay, races, and state + events = state.

use crate::support::bakery::{Bakery, send};
use crate::support::socket::Socket;
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn joined(bakery: &Bakery, who: &crate::support::client::Client) -> Socket {
    let mut socket = who.socket().await;
    socket.ask("join_room", json!({"chat_id": bakery.chat})).await;
    socket
}

#[tokio::test]
async fn commands_do_what_the_routes_do() {
    let bakery = Bakery::open().await;
    let mut anna = joined(&bakery, &bakery.anna).await;
    let mut boris = joined(&bakery, &bakery.boris).await;
    assert_eq!(anna.frame("user_joined_room").await["data"]["user"]["nickname"], "boris");
    let data = json!({"chat_id": bakery.chat, "content": "hi", "nonce": "n1"});
    let sent = anna.ask("send_message", data.clone()).await;
    assert_eq!(anna.ask("send_message", data).await, sent, "the nonce holds here too");
    assert_eq!(boris.frame("new_message").await["data"], sent);
    let id = sent["id"].clone();
    anna.ask("edit_message", json!({"message_id": id, "content": "hello"})).await;
    assert_eq!(boris.frame("message_edited").await["data"]["content"], "hello");
    boris.ask("add_reaction", json!({"message_id": id, "emoji": "👋"})).await;
    assert_eq!(anna.frame("reaction_added").await["data"]["count"], 1);
    boris.ask("add_reaction", json!({"message_id": id, "emoji": "👋"})).await;
    assert_eq!(anna.frame("reaction_removed").await["data"]["count"], 0);
    boris.ask("typing", json!({"chat_id": bakery.chat})).await;
    assert_eq!(anna.frame("typing").await["data"]["user"]["nickname"], "boris");
    assert!(boris.drain().await.iter().all(|f| f["type"] != "typing"), "not back to oneself");
    anna.ask("delete_message", json!({"message_id": id})).await;
    assert_eq!(boris.frame("message_deleted").await["data"]["message_id"], id);
    boris.ask("leave_room", json!({"chat_id": bakery.chat})).await;
    assert_eq!(anna.frame("user_left_room").await["data"]["user"]["nickname"], "boris");
    let code = anna.refused("send_message", json!({"chat_id": bakery.chat, "nonce": "n"})).await;
    assert_eq!(code, "invalid");
    assert_eq!(anna.refused("fly", json!({})).await, "unknown_command");
}

#[tokio::test]
async fn a_reader_sees_every_seq_once_and_in_order() {
    let bakery = Bakery::open().await;
    let mut socket = joined(&bakery, &bakery.boris).await;
    join_all((0..100).map(|_| send(&bakery.anna, &bakery.chat, "x"))).await;
    for seq in 1..=100 {
        let event = socket.frame("new_message").await;
        assert_eq!(event["seq"], seq);
        assert_eq!(event["data"]["seq"], seq);
    }
}

#[tokio::test]
async fn a_resume_racing_with_sends_has_no_gap_and_no_twin() {
    let bakery = Bakery::open().await;
    let sends = join_all((0..120).map(|_| send(&bakery.anna, &bakery.chat, "x")));
    let resumes = async {
        let mut cursor = 0;
        let mut seen = Vec::new();
        while seen.len() < 120 {
            let mut socket = bakery.boris.socket().await;
            let data = json!({"chat_id": bakery.chat, "after_seq": cursor});
            let joined = socket.ask("join_room", data).await;
            assert_eq!(joined["recovered"], true);
            for _ in 0..17.min(120 - seen.len()) {
                let event = socket.frame("new_message").await;
                cursor = event["seq"].as_i64().unwrap();
                seen.push(cursor);
            }
        }
        seen
    };
    let (_, seen) = futures_util::future::join(sends, resumes).await;
    assert_eq!(seen, (1..=120).collect::<Vec<i64>>());
}

#[tokio::test]
async fn cursors_that_cannot_be_served_say_so() {
    let bakery = Bakery::open().await;
    for _ in 0..3 {
        bakery.say(&bakery.anna, "x").await;
    }
    let mut socket = bakery.boris.socket().await;
    let join = |after: Value| json!({"chat_id": bakery.chat, "after_seq": after});
    let state = socket.ask("join_room", join(json!(1))).await;
    assert_eq!((&state["seq"], &state["recovered"]), (&json!(3), &json!(true)));
    assert_eq!(socket.frame("new_message").await["seq"], 2);
    assert_eq!(socket.frame("new_message").await["seq"], 3);
    for future in [4, 1_000_000] {
        let state = socket.ask("join_room", join(json!(future))).await;
        assert_eq!((&state["seq"], &state["recovered"]), (&json!(3), &json!(false)), "{future}");
    }
    assert_eq!(socket.refused("join_room", join(json!(-1))).await, "invalid");
    assert_eq!(socket.refused("join_room", join(json!("1"))).await, "invalid");
    // Events that are no longer kept.
    use diesel_async::SimpleAsyncConnection as _;
    let mut conn = bakery.app.app.conn().await.unwrap();
    conn.batch_execute("DELETE FROM events WHERE seq = 2").await.unwrap();
    let state = socket.ask("join_room", join(json!(1))).await;
    assert_eq!(state["recovered"], false);
}

#[tokio::test]
async fn a_replay_does_not_show_what_was_deleted() {
    let bakery = Bakery::open().await;
    let message = bakery.say(&bakery.anna, "a secret slip").await;
    let path = format!("/messages/{}", message["id"].as_str().unwrap());
    bakery.anna.patch(&path, json!({"content": "still secret"})).await.expect(200);
    bakery.anna.delete(&path).await.expect(204);
    let mut socket = bakery.boris.socket().await;
    socket.ask("join_room", json!({"chat_id": bakery.chat, "after_seq": 0})).await;
    socket.frame("message_deleted").await;
    let heard = socket.drain().await;
    assert_eq!(heard.iter().filter(|f| f["type"] == "noop").count(), 2, "{heard:?}");
    assert!(heard.iter().all(|f| !f.to_string().contains("secret")));
}

#[tokio::test]
async fn a_snapshot_and_its_events_are_the_next_snapshot() {
    let bakery = Bakery::open().await;
    for i in 0..5 {
        bakery.say(&bakery.anna, &format!("message {i}")).await;
    }
    let path = format!("/messages/{}?limit=100", bakery.chat);
    let before = bakery.boris.get(&path).await.expect(200);
    let mut socket = bakery.boris.socket().await;
    let start = socket.ask("join_room", json!({"chat_id": bakery.chat})).await["seq"].clone();
    let id = |i: usize| before["items"][i]["id"].as_str().unwrap().to_owned();
    let body = json!({"content": "re @boris", "nonce": "r", "reply_to": id(0)});
    bakery.anna.post(&format!("/messages/{}", bakery.chat), body).await.expect(201);
    bakery
        .anna
        .patch(&format!("/messages/{}", id(1)), json!({"content": "@anna"}))
        .await
        .expect(200);
    bakery.anna.delete(&format!("/messages/{}", id(2))).await.expect(204);
    for (who, emoji) in
        [(&bakery.anna, "🎂"), (&bakery.boris, "🎂"), (&bakery.anna, "🥖"), (&bakery.anna, "🎂")]
    {
        who.post(&format!("/messages/{}/reaction", id(3)), json!({"emoji": emoji}))
            .await
            .expect(200);
    }
    // Forwarded with a comment that is edited, without one and answered, and deleted; the source is edited, too.
    let forward = async |comment: &str, nonce: &str| {
        let body = json!({"content": comment, "nonce": nonce, "forward_of": id(4)});
        let sent = bakery.anna.post(&format!("/messages/{}", bakery.chat), body).await;
        sent.expect(201)["id"].as_str().unwrap().to_owned()
    };
    let (with, without, gone) =
        (forward("Look", "f1").await, forward("", "f2").await, forward("", "f3").await);
    for message in [with, id(4)] {
        let edit = json!({"content": "edited"});
        bakery.anna.patch(&format!("/messages/{message}"), edit).await.expect(200);
    }
    bakery.anna.delete(&format!("/messages/{gone}")).await.expect(204);
    let body = json!({"content": "so", "nonce": "r2", "reply_to": without});
    bakery.anna.post(&format!("/messages/{}", bakery.chat), body).await.expect(201);
    let mut items = before["items"].as_array().unwrap().clone();
    for n in 1..=14 {
        let event = socket
            .wait(|f| f["topic"].as_str().unwrap_or("").starts_with("chat:") && f["seq"].is_i64())
            .await;
        assert_eq!(event["seq"], start.as_i64().unwrap() + n);
        apply(&mut items, &event, "boris");
    }
    let after = bakery.boris.get(&path).await.expect(200);
    assert_eq!(json!(items), after["items"]);
    let copies: Vec<_> = items.iter().filter_map(|m| m["forwarded"]["content"].as_str()).collect();
    assert_eq!(copies, ["message 4", "message 4"]);
}

/// What a client does with an event, in its simplest form.
fn apply(items: &mut Vec<Value>, event: &Value, me: &str) {
    let data = &event["data"];
    let find = |items: &[Value]| items.iter().position(|m| m["id"] == data["message_id"]);
    match event["type"].as_str().unwrap() {
        "new_message" => items.push(data.clone()),
        "message_edited" => {
            let at = find(items).unwrap();
            for key in ["content", "mentions", "edited_at"] {
                items[at][key] = data[key].clone();
            }
        }
        "message_deleted" => {
            let at = find(items).unwrap();
            items.remove(at);
        }
        "reaction_added" => {
            let at = find(items).unwrap();
            let list = items[at]["reactions"].as_array_mut().unwrap();
            let is_me = data["user"]["nickname"] == me;
            match list.iter_mut().find(|r| r["emoji"] == data["emoji"]) {
                Some(reaction) => {
                    reaction["count"] = data["count"].clone();
                    reaction["users"].as_array_mut().unwrap().push(data["user"].clone());
                    reaction["me"] = json!(reaction["me"] == true || is_me);
                }
                None => list.push(json!({
                    "emoji": data["emoji"], "count": 1, "me": is_me, "users": [data["user"]],
                })),
            }
        }
        "reaction_removed" => {
            let at = find(items).unwrap();
            let list = items[at]["reactions"].as_array_mut().unwrap();
            let place = list.iter().position(|r| r["emoji"] == data["emoji"]).unwrap();
            if data["count"] == 0 {
                list.remove(place);
            } else {
                list[place]["count"] = data["count"].clone();
                list[place]["users"]
                    .as_array_mut()
                    .unwrap()
                    .retain(|u| u["id"] != data["user"]["id"]);
            }
        }
        other => panic!("an event this test does not know: {other}"),
    }
}
