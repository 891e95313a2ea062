//! What messages pass on is found, by its words and by pieces of them.

use crate::support::bakery::{Bakery, send};
use crate::support::client::{Client, send as request};
use crate::support::staff::text;
use diesel_async::SimpleAsyncConnection as _;
use reqwest::Method;
use serde_json::{Value, json};

async fn hits(who: &Client, query: &[(&str, &str)]) -> Value {
    request(who.request(Method::GET, "/search").query(query)).await.expect(200)
}

/// The nonces of what is found, newest first.
async fn found(who: &Client, q: &str) -> Vec<String> {
    let page = hits(who, &[("q", q), ("limit", "100")]).await;
    page["items"].as_array().unwrap().iter().map(|hit| text(&hit["message"]["nonce"])).collect()
}

fn snippet(hit: &Value) -> String {
    let part = |part: &Value| match part["hit"] == true {
        true => format!("[{}]", text(&part["text"])),
        false => text(&part["text"]),
    };
    hit["snippet"].as_array().unwrap().iter().map(part).collect()
}

async fn forward(who: &Client, source: &Value, to: &str, comment: &str, nonce: &str) -> Value {
    let body = json!({"content": comment, "nonce": nonce, "forward_of": source["id"]});
    who.post(&format!("/messages/{to}"), body).await.expect(201)
}

#[tokio::test]
async fn who_reads_the_chat_finds_what_was_passed_on_there_and_nobody_else() {
    let bakery = Bakery::open().await;
    let (anna, boris, vera) = (&bakery.anna, &bakery.boris, &bakery.vera);
    let office = bakery.private_chat("office").await;
    let source = send(anna, &office, "The **Sourdough** is resting").await.expect(201);
    assert_eq!(found(boris, "sourdough").await, Vec::<String>::new());
    let sent = forward(anna, &source, &bakery.chat, "Tomorrow, then", "passed").await;
    for (q, is_found) in [
        ("rested", true),
        ("sourd", true),
        ("ourdoug", true),
        ("\"sourdough is\"", true),
        ("\"is sourdough\"", false),
        ("tomorrow", true),
        // Some words here, some there.
        ("tomorrow sourdough", true),
        ("omorro ourdoug", true),
        ("tomorrow -sourdough", false),
        ("tomorrow -\"is resting\"", false),
        ("sourdough -tomorrow", false),
        ("sourdough -rye", true),
        ("\"then the\"", false),
    ] {
        let want: &[&str] = if is_found { &["passed"] } else { &[] };
        assert_eq!(found(boris, q).await, want, "{q}");
    }
    assert_eq!(found(anna, "sourdough").await.len(), 2, "and its source, who reads that");
    assert!(found(vera, "sourdough").await.is_empty() && found(vera, "ourdoug").await.is_empty());
    for (q, want) in [
        ("sourdough", "Tomorrow, then · The [Sourdough] is resting"),
        ("ourdoug", "Tomorrow, then · The S[ourdoug]h is resting"),
    ] {
        let page = hits(boris, &[("q", q)]).await;
        assert_eq!(snippet(&page["items"][0]), want);
        assert_eq!(page["items"][0]["message"], sent);
    }
    // The comment is edited, the copy stays found; deleted, nothing is.
    let path = format!("/messages/{}", text(&sent["id"]));
    anna.patch(&path, json!({"content": ""})).await.expect(200);
    assert_eq!(found(boris, "sourdough").await, ["passed"]);
    assert!(found(boris, "tomorrow").await.is_empty());
    let page = hits(boris, &[("q", "resting")]).await;
    assert_eq!(snippet(&page["items"][0]), "The Sourdough is [resting]");
    anna.delete(&path).await.expect(204);
    assert!(found(boris, "sourdough").await.is_empty() && found(boris, "ourdoug").await.is_empty());
}

#[tokio::test]
async fn filters_and_copies_of_copies_know_it_too() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let source = bakery.say(anna, "see https://rye.example").await;
    let sent = forward(boris, &source, &bakery.chat, "", "first").await;
    forward(anna, &sent, &bakery.chat, "", "second").await;
    assert_eq!(found(boris, "rye.example").await[..2], ["second", "first"]);
    for query in [&[("has", "link")][..], &[("has", "link"), ("q", "see")]] {
        assert_eq!(hits(boris, query).await["items"].as_array().unwrap().len(), 3, "{query:?}");
    }
    let by_boris = hits(anna, &[("q", "see"), ("from", "boris")]).await;
    assert_eq!(by_boris["items"].as_array().unwrap().len(), 1, "of who passed it on");
}

/// The first ones come from the newest messages, the last ones from the indexes.
#[tokio::test]
async fn rare_ones_are_found_far_back() {
    let bakery = Bakery::open().await;
    let sql = format!(
        "INSERT INTO messages (id, chat_id, seq, author_id, content, nonce) \
         SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{0}', n, '{1}', \
             'flour', n::text FROM generate_series(1, 2500) n; \
         INSERT INTO forwards (message_id, source_id, author_id, content, written_at) \
         SELECT id, id, author_id, 'saffron ' || seq, now() FROM messages WHERE seq IN (7, 1200, 2400); \
         UPDATE chats SET last_seq = 2500 WHERE id = '{0}'",
        bakery.chat,
        bakery.anna.id()
    );
    bakery.app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    for q in ["saffron", "affro", "\"saffron 7\"", "flour saffron"] {
        let found = found(&bakery.boris, q).await;
        let all: &[&str] = if q.ends_with('"') { &["7"] } else { &["2400", "1200", "7"] };
        assert_eq!(found, all, "{q}");
    }
    assert!(!found(&bakery.boris, "flour -saffron").await.contains(&"2400".to_owned()));
}
