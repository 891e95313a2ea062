//! Edit, history of a message, delete.

use crate::support::bakery::Bakery;
use serde_json::{Value, json};

fn path(message: &Value) -> String {
    format!("/messages/{}", message["id"].as_str().unwrap())
}

#[tokio::test]
async fn only_the_author_edits_and_earlier_texts_stay() {
    let bakery = Bakery::open().await;
    let message = bakery.say(&bakery.boris, "one").await;
    let path = path(&message);
    let edit = |text: &str| json!({"content": text});
    assert_eq!(bakery.anna.patch(&path, edit("hers")).await.problem(403), "forbidden");
    assert_eq!(bakery.vera.patch(&path, edit("hers")).await.problem(404), "not_found");
    for text in ["two", "three"] {
        let edited = bakery.boris.patch(&path, edit(text)).await.expect(200);
        assert_eq!(edited["content"], text);
        assert!(edited["edited_at"].is_string());
    }
    let same = bakery.boris.patch(&path, edit("three")).await.expect(200);
    let history = bakery.anna.get(&format!("{path}/history")).await.expect(200);
    let texts: Vec<_> =
        history["items"].as_array().unwrap().iter().map(|v| v["content"].clone()).collect();
    assert_eq!(texts, [json!("one"), json!("two")], "saving the same text adds no version");
    assert_eq!(history["items"][0]["written_at"], message["created_at"]);
    assert_eq!(same["seq"], message["seq"]);
    assert_eq!(bakery.vera.get(&format!("{path}/history")).await.problem(404), "not_found");
}

#[tokio::test]
async fn authors_and_moderators_delete() {
    let bakery = Bakery::open().await;
    let own = bakery.say(&bakery.boris, "mine").await;
    let foreign = bakery.say(&bakery.anna, "hers").await;
    let answer = bakery.boris.delete(&path(&foreign)).await;
    answer.problem(403);
    assert_eq!(answer.json()["permission"], "delete_any_messages");
    assert_eq!(bakery.vera.delete(&path(&own)).await.problem(404), "not_found");
    bakery.anna.delete(&path(&own)).await.expect(204);
    bakery.anna.delete(&path(&foreign)).await.expect(204);
    assert_eq!(bakery.anna.delete(&path(&own)).await.problem(404), "not_found");
    let page = bakery.boris.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert_eq!(page["items"], json!([]));
    for path in [path(&own), format!("{}/history", path(&own)), format!("{}/reactions", path(&own))]
    {
        let answer = match path.ends_with('s') || path.ends_with('y') {
            true => bakery.boris.get(&path).await,
            false => bakery.boris.patch(&path, json!({"content": "x"})).await,
        };
        assert_eq!(answer.problem(404), "not_found", "{path}");
    }
}
