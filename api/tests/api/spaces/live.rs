//! What changes of people and roles do to open sockets.

use crate::support::TestApp;
use crate::support::bakery::send;
use crate::support::client::Client;
use crate::support::socket::Socket;
use crate::support::staff::{Staff, text};
use serde_json::{Value, json};

async fn chat_of(b: &Staff) -> String {
    text(&b.anna.get(&b.space).await.expect(200)["default_chat_id"])
}

/// A socket that has the chat open.
async fn in_room(who: &Client, chat: &str) -> Socket {
    let mut socket = who.socket().await;
    socket.ask("join_room", json!({"chat_id": chat})).await;
    socket.drain().await;
    socket
}

fn kinds(frames: &[Value]) -> Vec<&str> {
    frames.iter().map(|frame| frame["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn hole_6_who_is_removed_hears_nothing_more() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let chat = chat_of(&b).await;
    let mut mark = in_room(&b.mark, &chat).await;
    let mut rita = b.rita.socket().await;
    b.mona.post(&b.at(&format!("/kick/{}", b.mark.id())), json!({})).await.expect(204);
    assert_eq!(mark.frame("space_left").await["topic"], format!("user:{}", b.mark.id()));
    let kicked = rita.frame("user_kicked").await;
    assert_eq!(kicked["data"]["user_id"], b.mark.id());
    assert_eq!(kicked["data"]["by"], b.mona.id());
    // What was said before he was removed.
    mark.drain().await;

    send(&b.anna, &chat, "He is gone").await.expect(201);
    b.anna.patch(&b.space, json!({"name": "Without him"})).await.expect(200);
    b.adam.post(&b.at("/leave"), json!({})).await.expect(204);
    rita.frame("member_left").await;
    let after = mark.drain().await;
    let heard = |frame: &&Value| frame["topic"] != format!("user:{}", b.mark.id());
    assert_eq!(after.iter().filter(heard).collect::<Vec<_>>(), Vec::<&Value>::new());
    assert_eq!(mark.refused("join_room", json!({"chat_id": chat})).await, "not_found");
    let typing = mark.refused("typing", json!({"chat_id": chat})).await;
    assert_eq!(typing, "not_found");

    // And hears again once he is back, with no new socket. By himself he waits (hole 6).
    assert_eq!(b.mark.post(&b.at("/join"), json!({})).await.problem(403), "removed_lately");
    b.anna.post(&b.at("/members"), json!({"nickname": "mark"})).await.expect(201);
    mark.frame("space_joined").await;
    b.anna.patch(&b.space, json!({"name": "With him"})).await.expect(200);
    assert_eq!(mark.frame("space_updated").await["data"]["name"], "With him");
}

#[tokio::test]
async fn who_may_no_longer_read_is_out_of_the_room_at_once() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let chat = chat_of(&b).await;
    let blind = b.make_role(&b.anna, "Blind", 3, &[]).await;
    let restrict = b.at(&format!("/restrict/{}", b.mark.id()));
    let member = b.at(&format!("/roles/{}", b.role("Member")));
    let without = json!({"permissions": ["send_messages"]});
    let with = json!({"permissions": ["view_chat", "send_messages"]});
    let deny = |keys: &[&str]| json!({"permissions_denied": keys});
    for way in ["restriction", "role of another kind", "role edited"] {
        let mut mark = in_room(&b.mark, &chat).await;
        match way {
            "restriction" => b.mona.post(&restrict, deny(&["view_chat"])).await.expect(200),
            "role edited" => b.anna.patch(&member, without.clone()).await.expect(200),
            _ => b.assign(&b.anna, &b.mark, &blind).await.expect(204),
        };
        mark.drain().await;
        send(&b.anna, &chat, "Not for him").await.expect(201);
        let heard = mark.drain().await;
        assert!(!heard.iter().any(|f| f["topic"] == format!("chat:{chat}")), "{way}: {heard:?}");
        assert_eq!(mark.refused("join_room", json!({"chat_id": chat})).await, "not_found");
        match way {
            "restriction" => b.mona.post(&restrict, deny(&[])).await.expect(200),
            "role edited" => b.anna.patch(&member, with.clone()).await.expect(200),
            _ => b.assign(&b.anna, &b.mark, &b.role("Member")).await.expect(204),
        };
        mark.ask("join_room", json!({"chat_id": chat})).await;
        send(&b.anna, &chat, "For him").await.expect(201);
        assert_eq!(mark.frame("new_message").await["data"]["content"], "For him", "{way}");
    }
}

#[tokio::test]
async fn powers_given_and_taken_count_for_commands_too() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let chat = chat_of(&b).await;
    let mut mark = in_room(&b.mark, &chat).await;
    let say = || json!({"chat_id": chat, "content": "x", "nonce": uuid::Uuid::now_v7()});
    mark.ask("send_message", say()).await;
    let denied = json!({"permissions_denied": ["send_messages"]});
    b.mona.post(&b.at(&format!("/restrict/{}", b.mark.id())), denied).await.expect(200);
    let changed = mark.frame("membership_changed").await;
    assert_eq!(changed["data"]["me"]["denied"], json!(["send_messages"]));
    assert_eq!(mark.refused("send_message", say()).await, "forbidden");
    assert_eq!(send(&b.mark, &chat, "x").await.problem(403), "forbidden");
}

#[tokio::test]
async fn a_deleted_space_is_gone_for_every_socket() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let chat = chat_of(&b).await;
    let mut mark = in_room(&b.mark, &chat).await;
    let mut zoe = b.zoe.socket().await;
    b.anna.delete(&b.space).await.expect(204);
    assert_eq!(mark.frame("space_deleted").await["data"]["space_id"], b.id());
    assert_eq!(mark.refused("join_room", json!({"chat_id": chat})).await, "not_found");
    assert_eq!(b.mark.get(&format!("/chats/{chat}")).await.problem(404), "not_found");
    let own = b.mark.get("/spaces").await.expect(200);
    assert_eq!(own["items"], json!([]));
    let heard = zoe.drain().await;
    assert!(!kinds(&heard).contains(&"space_deleted"), "{heard:?}");
    let connected = b.mark.socket().await.connected;
    assert_eq!(connected["topics"].as_object().unwrap().len(), 1);
}
