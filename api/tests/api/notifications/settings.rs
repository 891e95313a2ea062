//! What people do not want to hear does not come.

use super::{inbox, unread};
use crate::support::bakery::Bakery;
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
