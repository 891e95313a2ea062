//! What people do not want to hear does not come.

use super::{inbox, unread};
use crate::support::bakery::{Bakery, send};
use crate::support::client::Client;
use serde_json::{Value, json};

const PATH: &str = "/notifications/settings";

async fn set(who: &Client, change: Value) -> Value {
    who.patch(PATH, change).await.expect(200)
}

#[tokio::test]
async fn a_silent_chat_or_space_brings_nothing() {
    let b = Bakery::open().await;
    let chat = |level: Value| json!({"levels": [{"chat_id": b.chat, "level": level}]});
    let space = |level: Value| json!({"levels": [{"space_id": b.space, "level": level}]});
    for (change, comes) in [
        (chat(json!("nothing")), false),
        (chat(json!("mentions")), true),
        (space(json!("nothing")), false),
        (space(json!(null)), true),
        (json!({"levels": [{"chat_id": b.chat, "muted": true}]}), false),
        (
            json!({"levels": [{"chat_id": b.chat, "muted": true, "muted_until": "2001-01-01T00:00:00Z"}]}),
            true,
        ),
        (
            json!({"levels": [{"chat_id": b.chat, "muted": true, "muted_until": "2101-01-01T00:00:00Z"}]}),
            false,
        ),
        (json!({"levels": [{"chat_id": b.chat}]}), true),
    ] {
        let before = unread(&b.boris).await;
        set(&b.boris, change.clone()).await;
        b.say(&b.anna, "@boris").await;
        assert_eq!(unread(&b.boris).await - before, i64::from(comes), "{change}");
    }
    let settings = b.boris.get(PATH).await.expect(200);
    assert_eq!(settings["levels"], json!([]), "what is as the default leaves no trace");
}

/// In a group everything concerns everybody, unless he wants mentions only.
#[tokio::test]
async fn a_group_can_be_heard_by_mentions_only() {
    let b = Bakery::open().await;
    let group = b.anna.post("/chats", json!({"user_ids": [b.boris.id()]})).await.expect(201);
    let group = group["id"].as_str().unwrap();
    set(&b.boris, json!({"levels": [{"chat_id": group, "level": "mentions"}]})).await;
    send(&b.anna, group, "one of many").await.expect(201);
    assert_eq!(unread(&b.boris).await, 0);
    send(&b.anna, group, "@boris").await.expect(201);
    assert_eq!(unread(&b.boris).await, 1);
}

#[tokio::test]
async fn a_kind_can_be_switched_off() {
    let b = Bakery::open().await;
    let off = json!({"kinds": [{"kind": "mention", "inbox": false, "mail": false}]});
    let settings = set(&b.boris, off).await;
    let kinds = settings["kinds"].as_array().unwrap();
    assert_eq!(kinds.len(), 7);
    let mention = kinds.iter().find(|kind| kind["kind"] == "mention").unwrap();
    assert_eq!(mention["inbox"], false);
    b.say(&b.anna, "@boris").await;
    assert!(inbox(&b.boris).await.is_empty());
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let b = Bakery::open().await;
    let settings = b.vera.get(PATH).await.expect(200);
    let own = &b.vera.get("/spaces").await.expect(200)["items"][0];
    let (own, chat) = (&own["id"], &own["default_chat_id"]);
    let kind = |kind: &str| json!({"kind": kind, "inbox": true, "mail": true});
    for change in [
        json!({"mail_minutes": 1}),
        json!({"quiet": {"from": "22:00"}}),
        json!({"quiet": {"from": "25:00", "to": "07:00"}}),
        json!({"quiet": {"zone": "Europe/Atlantis"}}),
        json!({"levels": [{}]}),
        json!({"levels": [{"space_id": b.space, "chat_id": b.chat}]}),
        json!({"levels": [{"space_id": b.space, "level": "nothing"}]}),
        json!({"levels": [{"chat_id": b.chat, "level": "nothing"}]}),
        json!({"levels": [{"chat_id": b.chat, "muted": true, "muted_until": "+12345-01-01T00:00:00Z"}]}),
        json!({"kinds": [{"kind": "gossip", "inbox": true, "mail": true}]}),
        json!({"levels": [{"chat_id": b.chat, "kinds": []}]}),
        json!({"levels": [{"space_id": own, "kinds": [kind("direct_message")]}]}),
        json!({"levels": [{"space_id": own, "kinds": [kind("reply"), kind("reply")]}]}),
        json!({"levels": [{"chat_id": chat, "kinds": [kind("invite")]}]}),
    ] {
        let answer = b.vera.patch(PATH, change.clone()).await;
        assert_eq!(answer.problem(422), "invalid", "{change}");
    }
    assert_eq!(b.vera.patch(PATH, json!({"loud": true})).await.problem(400), "unknown_field");
    assert_eq!(b.vera.get(PATH).await.expect(200), settings);
}

#[tokio::test]
async fn the_quiet_hours_are_kept() {
    let b = Bakery::open().await;
    let quiet = json!({"from": "22:00", "to": "07:30", "zone": "Europe/Kyiv"});
    let settings = set(&b.boris, json!({"quiet": quiet})).await;
    assert_eq!(settings["quiet"], quiet);
    let settings = set(&b.boris, json!({"quiet": {}})).await;
    assert_eq!(settings["quiet"], json!({"zone": "UTC"}));
}

/// What is set for the chat counts before what is set for its space, and that before what is set for all.
#[tokio::test]
async fn a_kind_differs_in_a_space_and_in_a_chat() {
    let b = Bakery::open().await;
    let path = format!("/spaces/{}/chats", b.space);
    let other = b.anna.post(&path, json!({"name": "orders"})).await.expect(201);
    let other = other["id"].as_str().unwrap();
    let kinds = |on: bool| json!([{"kind": "mention", "inbox": on, "mail": false}]);
    let of_space = |kinds: Value| json!({"levels": [{"space_id": b.space, "kinds": kinds}]});
    let of_chat = |kinds: Value| json!({"levels": [{"chat_id": b.chat, "kinds": kinds}]});
    for (change, here, there) in [
        (of_chat(kinds(false)), false, true),
        (of_space(kinds(false)), false, false),
        (of_chat(kinds(true)), true, false),
        (json!({"kinds": [{"kind": "mention", "inbox": false, "mail": false}]}), true, false),
        (of_space(kinds(true)), true, true),
        (of_chat(kinds(false)), false, true),
        // Muting keeps what is set; taking it back, too.
        (json!({"levels": [{"chat_id": b.chat, "muted": true}]}), false, true),
        (json!({"levels": [{"chat_id": b.chat}]}), false, true),
        (of_chat(json!([])), true, true),
        (of_space(json!([])), false, false),
        (json!({"kinds": [{"kind": "mention", "inbox": true, "mail": true}]}), true, true),
        // Of another kind nothing is said.
        (of_chat(json!([{"kind": "reply", "inbox": false, "mail": false}])), true, true),
        (of_chat(json!([])), true, true),
    ] {
        let settings = set(&b.boris, change.clone()).await;
        assert_eq!(settings, b.boris.get(PATH).await.expect(200));
        for (chat, comes) in [(&*b.chat, here), (other, there)] {
            let before = unread(&b.boris).await;
            send(&b.anna, chat, "@boris").await.expect(201);
            assert_eq!(unread(&b.boris).await - before, i64::from(comes), "{change} {chat}");
        }
    }
    let settings = b.boris.get(PATH).await.expect(200);
    assert_eq!(settings["levels"], json!([]), "what is as the default leaves no trace");
}

#[tokio::test]
async fn what_is_done_in_a_space_can_be_unwanted_there_alone() {
    let b = Bakery::open().await;
    let kinds = json!([{"kind": "role_change", "inbox": false, "mail": true}]);
    let change = json!({"levels": [{"space_id": b.space, "kinds": kinds}]});
    let settings = set(&b.boris, change).await;
    assert_eq!(settings["levels"][0]["kinds"], kinds);
    let role = b.role("Moderator").await;
    let path = format!("/spaces/{}/assign-role/{}/{role}", b.space, b.boris.id());
    b.anna.post(&path, json!({})).await.expect(204);
    assert!(inbox(&b.boris).await.is_empty());
    let garage = b.vera.get("/spaces").await.expect(200)["items"][0]["id"].clone();
    let garage = garage.as_str().unwrap();
    let body = json!({"nickname": "boris"});
    b.vera.post(&format!("/spaces/{garage}/members"), body).await.expect(201);
    assert_eq!(inbox(&b.boris).await.len(), 1, "elsewhere it comes");
}
