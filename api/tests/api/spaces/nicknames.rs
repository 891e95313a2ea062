//! What members are called in one space.

use crate::support::TestApp;
use crate::support::bakery::{Bakery, send as say};
use crate::support::replica::Replica;
use crate::support::staff::{Staff, text};
use serde_json::{Value, json};

#[tokio::test]
async fn a_name_of_the_space_is_shown_there_and_nowhere_else() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let before = bakery.say(boris, "Before").await;
    let mut socket = anna.socket().await;
    socket.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let path = format!("/spaces/{}/participants/{}", bakery.space, boris.id());
    let member = boris.patch(&path, json!({"nickname": " Boris the baker "})).await.expect(200);
    assert_eq!(
        (&member["space_nickname"], &member["display_name"]),
        (&json!("Boris the baker"), &json!("Boris the baker"))
    );
    let renamed = socket.frame("member_renamed").await;
    assert_eq!(renamed["data"]["user"]["display_name"], "Boris the baker");
    // In events, history, answers, mentions, reactions, members and who may read.
    let sent = bakery.say(boris, "After").await;
    let heard = socket.frame("new_message").await;
    for message in [&sent, &heard["data"]] {
        assert_eq!(message["author"]["display_name"], "Boris the baker");
    }
    let reaction = format!("/messages/{}/reaction", text(&before["id"]));
    boris.post(&reaction, json!({"emoji": "👍"})).await.expect(200);
    let answer = json!({"content": "@boris yes", "nonce": "a", "reply_to": before["id"]});
    anna.post(&format!("/messages/{}", bakery.chat), answer).await.expect(201);
    let history = anna.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    let items = history["items"].as_array().unwrap();
    let name = |value: &Value| value["display_name"].clone();
    assert_eq!(name(&items[0]["author"]), "Boris the baker");
    assert_eq!(name(&items[0]["reactions"][0]["users"][0]), "Boris the baker");
    assert_eq!(name(&items[2]["reply_to"]["author"]), "Boris the baker");
    assert_eq!(name(&items[2]["mentions"][0]), "Boris the baker");
    let found = anna.get(&format!("/spaces/{}/participants?q=the+baker", bakery.space)).await;
    assert_eq!(found.expect(200)["items"].as_array().unwrap().len(), 1);
    let found = anna.get(&format!("/chats/{}/members?q=the+baker", bakery.chat)).await;
    assert_eq!(name(&found.expect(200)["items"][0]), "Boris the baker");
    // In his own words elsewhere.
    let chat = anna.post("/chats", json!({"user_id": boris.id()})).await.expect(201);
    let sent = say(boris, &text(&chat["id"]), "Here").await.expect(201);
    assert_eq!(sent["author"]["display_name"], Value::Null);
    assert_eq!(
        anna.get(&format!("/profile/{}", boris.id())).await.expect(200)["display_name"],
        Value::Null
    );
    boris.patch(&path, json!({"nickname": null})).await.expect(200);
    let history = anna.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert_eq!(name(&history["items"][0]["author"]), Value::Null);
}

#[tokio::test]
async fn everybody_names_himself_and_the_strong_name_the_weak() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let rename = async |by: &crate::support::client::Client,
                        of: &crate::support::client::Client| {
        let path = b.at(&format!("/participants/{}", of.id()));
        by.patch(&path, json!({"nickname": "Somebody"})).await
    };
    for person in [&b.anna, &b.adam, &b.mona, &b.mark, &b.rita] {
        rename(person, person).await.expect(200);
    }
    rename(&b.anna, &b.adam).await.expect(200);
    rename(&b.adam, &b.mark).await.expect(200);
    assert_eq!(rename(&b.adam, &b.anna).await.problem(403), "untouchable");
    assert_eq!(rename(&b.mona, &b.mark).await.problem(403), "forbidden");
    assert_eq!(rename(&b.mark, &b.rita).await.problem(403), "forbidden");
    assert_eq!(rename(&b.zoe, &b.mark).await.problem(404), "not_found");
    assert_eq!(rename(&b.anna, &b.zoe).await.problem(404), "not_found");
    let path = b.at(&format!("/participants/{}", b.mark.id()));
    for bad in ["", "\u{200B}", &"x".repeat(51), "a\u{202E}b"] {
        let answer = b.mark.patch(&path, json!({"nickname": bad})).await;
        assert_eq!(answer.problem(422), "invalid", "{bad}");
    }
    assert_eq!(b.zoe.get(&path).await.problem(404), "not_found");
}

#[tokio::test]
async fn state_and_renames_are_state() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let mut anna = Replica::open(&b.anna, &b.space).await;
    for name in [json!("One"), json!("Two"), Value::Null] {
        let path = b.at(&format!("/participants/{}", b.mark.id()));
        b.mark.patch(&path, json!({"nickname": name})).await.expect(200);
        anna.check("a rename").await;
    }
    assert!(anna.heard.contains("member_renamed"));
}
