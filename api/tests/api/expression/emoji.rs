//! Emoji of a space: who makes them, where they mean something, how everybody hears of them.

use crate::support::TestApp;
use crate::support::bakery::Bakery;
use crate::support::expression::make_emoji;
use crate::support::files::form;
use crate::support::staff::{Staff, text};
use serde_json::{Value, json};
use shared::expression::SpaceEmoji;

#[tokio::test]
async fn who_may_change_the_space_changes_its_emoji() {
    let app = TestApp::start().await;
    let staff = Staff::open(&app).await;
    let list = staff.at("/emoji");
    for (person, name, status) in [
        (&staff.anna, "by_anna", 201),
        (&staff.adam, "by_adam", 201),
        (&staff.mona, "by_mona", 403),
        (&staff.mark, "by_mark", 403),
        (&staff.zoe, "by_zoe", 404),
    ] {
        let answer = make_emoji(person, &list, name).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text);
        if status == 403 {
            assert_eq!(answer.json()["permission"], "change_info");
        }
    }
    let all = staff.mark.get(&list).await.expect(200);
    let names: Vec<_> = all["items"].as_array().unwrap().iter().map(|e| text(&e["name"])).collect();
    assert_eq!(names, ["by_adam", "by_anna"]);
    staff.zoe.get(&list).await.problem(404);
    let one = format!("{list}/{}", text(&all["items"][0]["id"]));
    let name = json!({"name": "renamed"});
    assert_eq!(staff.mark.patch(&one, name.clone()).await.problem(403), "forbidden");
    assert_eq!(staff.mark.delete(&one).await.problem(403), "forbidden");
    // Somebody else's space does not open by the id of an emoji.
    let garage = format!("{}/emoji/{}", staff.garage, text(&all["items"][0]["id"]));
    assert_eq!(staff.zoe.patch(&garage, name.clone()).await.problem(404), "not_found");
    assert_eq!(staff.zoe.delete(&garage).await.problem(404), "not_found");
    staff.adam.patch(&one, name).await.expect(200);
    let taken = json!({"name": "by_anna"});
    assert_eq!(staff.anna.patch(&one, taken).await.problem(409), "name_taken");
    assert_eq!(make_emoji(&staff.anna, &list, "by_anna").await.problem(409), "name_taken");
    for bad in ["", "x", "Loud", "sp ace", "12345"] {
        assert_eq!(make_emoji(&staff.anna, &list, bad).await.problem(422), "invalid", "{bad}");
    }
    let words = form("a.txt", b"words, no picture");
    let refused = staff.anna.post_form(&format!("{list}?name=text"), words).await;
    assert_eq!(refused.problem(415), "file_type");
    staff.anna.delete(&one).await.expect(204);
}

#[tokio::test]
async fn reactions_take_the_emoji_of_their_space_only() {
    let bakery = Bakery::open().await;
    let list = format!("/spaces/{}/emoji", bakery.space);
    let bun = make_emoji(&bakery.anna, &list, "bun").await.expect(201);
    let message = bakery.say(&bakery.boris, "Fresh :bun:").await;
    let path = format!("/messages/{}/reaction", text(&message["id"]));
    let react = |emoji: &str| json!({"emoji": emoji});
    let added = bakery.boris.post(&path, react(":bun:")).await.expect(200);
    assert_eq!(added["reactions"][0]["emoji"], ":bun:");
    for bad in [":cake:", ":Bun:", "bun", "::"] {
        assert_eq!(bakery.boris.post(&path, react(bad)).await.problem(422), "invalid", "{bad}");
    }
    // In another space, and in a chat without a space, the name says nothing.
    let other = bakery.vera.post("/spaces", json!({"name": "Garage"})).await.expect(201);
    let chat = text(&other["default_chat_id"]);
    let there = crate::support::bakery::send(&bakery.vera, &chat, "Hello").await.expect(201);
    let there = format!("/messages/{}/reaction", text(&there["id"]));
    assert_eq!(bakery.vera.post(&there, react(":bun:")).await.problem(422), "invalid");
    let direct = json!({"user_id": bakery.boris.id()});
    let direct = bakery.anna.post("/chats", direct).await.expect(201);
    let direct = crate::support::bakery::send(&bakery.anna, &text(&direct["id"]), "Psst").await;
    let direct = format!("/messages/{}/reaction", text(&direct.expect(201)["id"]));
    assert_eq!(bakery.anna.post(&direct, react(":bun:")).await.problem(422), "invalid");
    // Deleted: what was said stays, nobody adds it, and everybody can take his own back.
    bakery.anna.delete(&format!("{list}/{}", text(&bun["id"]))).await.expect(204);
    assert_eq!(bakery.anna.post(&path, react(":bun:")).await.problem(422), "invalid");
    let left = bakery.boris.post(&path, react(":bun:")).await.expect(200);
    assert_eq!(left["reactions"], json!([]));
}

/// Applies the events of emoji to a list, as the client does.
fn apply(list: &mut Vec<SpaceEmoji>, frame: &Value) {
    let data = &frame["data"];
    match frame["type"].as_str().unwrap() {
        "emoji_created" | "emoji_updated" => {
            let new: SpaceEmoji = serde_json::from_value(data.clone()).unwrap();
            list.retain(|known| known.id != new.id);
            list.push(new);
        }
        "emoji_deleted" => list.retain(|known| known.id.to_string() != data["emoji_id"]),
        _ => return,
    }
    list.sort_by(|a, b| a.name.cmp(&b.name));
}

#[tokio::test]
async fn a_snapshot_and_events_are_a_fresh_snapshot() {
    let bakery = Bakery::open().await;
    let path = format!("/spaces/{}/emoji", bakery.space);
    let first = make_emoji(&bakery.anna, &path, "first").await.expect(201);
    let mut socket = bakery.boris.socket().await;
    let mut stranger = bakery.vera.socket().await;
    let fetch = async || -> Vec<SpaceEmoji> {
        let mut page = bakery.boris.get(&path).await.expect(200);
        serde_json::from_value(page["items"].take()).unwrap()
    };
    let mut list = fetch().await;
    let second = make_emoji(&bakery.anna, &path, "second").await.expect(201);
    let one = format!("{path}/{}", text(&first["id"]));
    bakery.anna.patch(&one, json!({"name": "zebra"})).await.expect(200);
    make_emoji(&bakery.anna, &path, "third").await.expect(201);
    bakery.anna.delete(&format!("{path}/{}", text(&second["id"]))).await.expect(204);
    let mut frames = socket.drain().await;
    frames.retain(|frame| frame["seq"].is_i64());
    let kinds: Vec<_> = frames.iter().map(|frame| text(&frame["type"])).collect();
    assert_eq!(kinds, ["emoji_created", "emoji_updated", "emoji_created", "emoji_deleted"]);
    frames.iter().for_each(|frame| apply(&mut list, frame));
    assert_eq!(list, fetch().await);
    assert_eq!(list.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["third", "zebra"]);
    let mut heard = stranger.drain().await;
    heard.retain(|frame| text(&frame["type"]).starts_with("emoji"));
    assert!(heard.is_empty(), "a stranger hears of it: {heard:?}");
    // One query for the people and one for the list, however long it is.
    let (_, cost) = bakery.app.counting(bakery.boris.get(&path)).await;
    assert!(cost <= 2, "{cost}");
}
