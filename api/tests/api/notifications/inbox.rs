//! What comes into an inbox, and how it goes.

use super::{id, inbox, unread};
use crate::support::bakery::{Bakery, send};
use crate::support::client::Client;
use serde_json::{Value, json};

async fn direct(a: &Client, b: &Client) -> String {
    id(&a.post("/chats", json!({"user_id": b.id()})).await.json()).into()
}

#[tokio::test]
async fn a_mention_says_who_where_and_what() {
    let b = Bakery::open().await;
    let message = b.say(&b.anna, "Fresh **bread**, @boris!").await;
    let all = inbox(&b.boris).await;
    let [entry] = &all[..] else { panic!("{all:?}") };
    assert_eq!(entry["kind"], "mention");
    assert_eq!(entry["detail"]["via"], "you");
    assert_eq!(entry["actor"]["nickname"], "anna");
    assert_eq!(entry["space"]["name"], "The bakery");
    assert_eq!(entry["chat"]["id"], b.chat);
    assert_eq!(entry["message"]["id"], message["id"]);
    assert_eq!(entry["message"]["seq"], message["seq"]);
    assert_eq!(entry["message"]["excerpt"], "Fresh bread, @boris!");
    assert_eq!(entry["read"], false);
    assert_eq!(unread(&b.boris).await, 1);
    assert!(inbox(&b.anna).await.is_empty());
}

#[tokio::test]
async fn hole_7_nobody_hears_of_a_chat_that_he_may_not_read() {
    let b = Bakery::open().await;
    // A stranger to the space, and a member to whom the chat is hidden.
    b.say(&b.anna, "@vera, the recipe").await;
    let office = b.private_chat("office").await;
    send(&b.anna, &office, "@boris earns too much").await.expect(201);
    assert!(inbox(&b.vera).await.is_empty());
    assert!(inbox(&b.boris).await.is_empty());
    assert_eq!((unread(&b.vera).await, unread(&b.boris).await), (0, 0));
}

#[tokio::test]
async fn hole_7_an_entry_shows_nothing_of_a_chat_that_was_closed_later() {
    let b = Bakery::open().await;
    let chats = format!("/spaces/{}/chats", b.space);
    let orders = b.anna.post(&chats, json!({"name": "orders"})).await.expect(201);
    send(&b.anna, id(&orders), "@boris one cake").await.expect(201);
    b.say(&b.anna, "@boris and a bun").await;
    let hide = json!({"overrides": [{
        "target": {"kind": "member", "id": b.boris.id()}, "allow": [], "deny": ["view_chat"],
    }]});
    b.anna.patch(&format!("/chats/{}", id(&orders)), hide).await.expect(200);
    let all = inbox(&b.boris).await;
    assert_eq!(all[0]["message"]["excerpt"], "@boris and a bun");
    assert!(all[1].get("message").is_none() && all[1].get("chat").is_none(), "{}", all[1]);
    assert!(!all[1].to_string().contains("cake"));
    b.boris.post(&format!("/spaces/{}/leave", b.space), json!({})).await.expect(204);
    let all = inbox(&b.boris).await;
    assert!(all.iter().all(|entry| entry.get("message").is_none()), "{all:?}");
    assert_eq!(unread(&b.boris).await, 2, "the count is what the list has");
}

#[tokio::test]
async fn one_message_is_one_entry() {
    let b = Bakery::open().await;
    let question = b.say(&b.boris, "Who bakes?").await;
    let body = json!({"content": "@boris @Boris you do", "nonce": "n", "reply_to": question["id"]});
    b.anna.post(&format!("/messages/{}", b.chat), body.clone()).await.expect(201);
    b.anna.post(&format!("/messages/{}", b.chat), body).await.expect(200);
    let all = inbox(&b.boris).await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["kind"], "mention", "more than an answer");
}

#[tokio::test]
async fn answers_and_direct_messages_come() {
    let b = Bakery::open().await;
    let question = b.say(&b.boris, "Who bakes?").await;
    let reply = |nonce: &str| json!({"content": "I", "nonce": nonce, "reply_to": question["id"]});
    let path = format!("/messages/{}", b.chat);
    b.anna.post(&path, reply("1")).await.expect(201);
    b.boris.post(&path, reply("2")).await.expect(201);
    let all = inbox(&b.boris).await;
    assert_eq!(all.len(), 1, "not about himself");
    assert_eq!(all[0]["kind"], "reply");
    let chat = direct(&b.anna, &b.boris).await;
    send(&b.anna, &chat, "A word").await.expect(201);
    assert_eq!(inbox(&b.boris).await[0]["kind"], "direct_message");
    assert!(inbox(&b.anna).await.is_empty());
    // Who left is not told of answers.
    b.boris.post(&format!("/spaces/{}/leave", b.space), json!({})).await.expect(204);
    b.anna.post(&path, reply("3")).await.expect(201);
    assert_eq!(inbox(&b.boris).await.len(), 2);
}

#[tokio::test]
async fn an_entry_about_a_reply_names_its_thread() {
    let b = Bakery::open().await;
    let root = b.say(&b.boris, "Which flour?").await;
    let body = json!({"content": "rye", "nonce": "1", "thread_root": root["id"]});
    let reply = b.anna.post(&format!("/messages/{}", b.chat), body).await.expect(201);
    b.say(&b.anna, "@boris, see there").await;
    let all = inbox(&b.boris).await;
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[0]["message"].get("thread_root").is_none(), "{}", all[0]);
    assert_eq!(all[1]["message"]["id"], reply["id"]);
    assert_eq!(all[1]["message"]["thread_root"], root["id"]);
}

#[tokio::test]
async fn who_follows_a_thread_hears_of_replies_until_he_stops_or_wants_none() {
    let b = Bakery::open().await;
    let clara = b.app.user("clara").await;
    clara.post(&format!("/spaces/{}/join", b.space), json!({})).await.expect(200);
    let root: String = id(&b.say(&b.anna, "Which flour?").await).into();
    let reply = async |who: &Client, nonce: &str| {
        let body = json!({"content": "rye", "nonce": nonce, "thread_root": root});
        who.post(&format!("/messages/{}", b.chat), body).await.expect(201);
    };
    reply(&b.anna, "1").await;
    assert!(inbox(&clara).await.is_empty(), "she does not follow yet");
    let follow = format!("/messages/{root}/thread/follow");
    clara.put(&follow, json!({})).await.expect(200);
    reply(&b.boris, "2").await;
    let told = inbox(&clara).await;
    assert_eq!((told.len(), &told[0]["kind"]), (1, &json!("thread")));
    assert_eq!(told[0]["message"]["thread_root"], json!(root));
    assert_eq!(inbox(&b.anna).await[0]["kind"], "thread", "her question");
    let off = json!({"kinds": [{"kind": "thread", "inbox": false, "mail": false}]});
    clara.patch("/notifications/settings", off).await.expect(200);
    reply(&b.boris, "3").await;
    assert_eq!(inbox(&clara).await.len(), 1, "she wants none of the kind");
    let on = json!({"kinds": [{"kind": "thread", "inbox": true, "mail": false}]});
    clara.patch("/notifications/settings", on).await.expect(200);
    clara.delete(&follow).await.expect(200);
    reply(&b.boris, "4").await;
    assert_eq!(inbox(&clara).await.len(), 1, "she stopped");
    assert_eq!(inbox(&b.anna).await.len(), 3);
}

#[tokio::test]
async fn reading_deleting_and_strangers() {
    let b = Bakery::open().await;
    for text in ["@boris 1", "@boris 2", "@boris 3"] {
        b.say(&b.anna, text).await;
    }
    let all = inbox(&b.boris).await;
    let path = |entry: &Value| format!("/notifications/{}", id(entry));
    for who in [&b.anna, &b.vera] {
        let read = who.post(&format!("{}/read", path(&all[0])), json!({})).await;
        assert_eq!(read.problem(404), "not_found");
        assert_eq!(who.delete(&path(&all[0])).await.problem(404), "not_found");
    }
    let read = format!("{}/read", path(&all[0]));
    b.boris.post(&read, json!({})).await.expect(204);
    b.boris.post(&read, json!({})).await.expect(204);
    assert_eq!(unread(&b.boris).await, 2);
    let only = b.boris.get("/notifications?unread=true").await.expect(200);
    assert_eq!(only["items"].as_array().unwrap().len(), 2);
    b.boris.delete(&path(&all[1])).await.expect(204);
    assert_eq!(b.boris.delete(&path(&all[1])).await.problem(404), "not_found");
    assert_eq!(unread(&b.boris).await, 1);
    b.boris.post("/notifications/read-all", json!({})).await.expect(204);
    b.boris.post("/notifications/read-all", json!({})).await.expect(204);
    assert_eq!(unread(&b.boris).await, 0);
    assert_eq!(inbox(&b.boris).await.len(), 2);
    let nobody = b.app.stranger();
    assert_eq!(nobody.get("/notifications").await.problem(401), "unauthenticated");
}

#[tokio::test]
async fn reading_the_chat_reads_its_entries() {
    let b = Bakery::open().await;
    b.say(&b.anna, "@boris 1").await;
    let second = b.say(&b.anna, "@boris 2").await;
    b.say(&b.anna, "@boris 3").await;
    let read = json!({"seq": second["seq"]});
    b.boris.post(&format!("/chats/{}/read", b.chat), read).await.expect(200);
    assert_eq!(unread(&b.boris).await, 1);
}

#[tokio::test]
async fn what_is_marked_as_unread_is_unread_in_the_inbox_too() {
    let b = Bakery::open().await;
    b.say(&b.anna, "@boris 1").await;
    let second = b.say(&b.anna, "@boris 2").await;
    b.say(&b.anna, "@boris 3").await;
    let reply = json!({"content": "@boris 4", "nonce": "t", "thread_root": second["id"]});
    b.anna.post(&format!("/messages/{}", b.chat), reply).await.expect(201);
    let direct = direct(&b.anna, &b.boris).await;
    send(&b.anna, &direct, "A word").await.expect(201);
    b.boris.post("/notifications/read-all", json!({})).await.expect(204);
    // Not what was before it, not in the thread, not elsewhere, and nobody else's.
    let from = json!({"seq": second["seq"]});
    let path = format!("/chats/{}/unread", b.chat);
    b.boris.post(&path, from.clone()).await.expect(200);
    assert_eq!(unread(&b.boris).await, 2);
    b.anna.post(&path, from.clone()).await.expect(200);
    b.vera.post(&path, from).await.problem(404);
    let shown = inbox(&b.boris).await;
    let is_new = shown.iter().filter(|entry| entry["read"] == false);
    let texts: Vec<_> = is_new.map(|entry| &entry["message"]["excerpt"]).collect();
    assert_eq!(texts, ["@boris 3", "@boris 2"]);
}

#[tokio::test]
async fn hole_20_an_edit_and_a_deletion_change_the_inbox() {
    let b = Bakery::open().await;
    let message = b.say(&b.anna, "@boris look").await;
    let path = format!("/messages/{}", id(&message));
    b.anna.patch(&path, json!({"content": "@boris look here"})).await.expect(200);
    assert_eq!(inbox(&b.boris).await[0]["message"]["excerpt"], "@boris look here");
    b.anna.patch(&path, json!({"content": "nobody"})).await.expect(200);
    assert_eq!((inbox(&b.boris).await.len(), unread(&b.boris).await), (0, 0));
    b.anna.patch(&path, json!({"content": "well, @boris"})).await.expect(200);
    assert_eq!(unread(&b.boris).await, 1);
    b.anna.delete(&path).await.expect(204);
    assert_eq!((inbox(&b.boris).await.len(), unread(&b.boris).await), (0, 0));
}

/// Whom the text does not name any more is told all the same, when he is answered or talked to.
#[tokio::test]
async fn an_edit_leaves_what_had_another_reason() {
    let b = Bakery::open().await;
    let asked = b.say(&b.boris, "white or brown?").await;
    let body = json!({"content": "@boris brown", "nonce": "a", "reply_to": asked["id"]});
    let path = format!("/messages/{}", b.chat);
    let answer = b.anna.post(&path, body).await.expect(201);
    assert_eq!(inbox(&b.boris).await[0]["kind"], "mention");
    let path = format!("/messages/{}", id(&answer));
    b.anna.patch(&path, json!({"content": "brown"})).await.expect(200);
    let entries = inbox(&b.boris).await;
    assert_eq!((entries.len(), &entries[0]["kind"]), (1, &json!("reply")));
    let direct = b.anna.post("/chats", json!({"user_ids": [b.boris.id()]})).await.expect(201);
    let said = send(&b.anna, direct["id"].as_str().unwrap(), "@boris hello").await.expect(201);
    let path = format!("/messages/{}", id(&said));
    b.anna.patch(&path, json!({"content": "hello"})).await.expect(200);
    let entries = inbox(&b.boris).await;
    assert_eq!((entries.len(), &entries[0]["kind"]), (2, &json!("direct_message")));
    // What he took out of his inbox does not come back.
    let entry = format!("/notifications/{}", id(&entries[0]));
    b.boris.delete(&entry).await.expect(204);
    b.anna.patch(&path, json!({"content": "hello there"})).await.expect(200);
    assert_eq!(inbox(&b.boris).await.len(), 1);
}

#[tokio::test]
async fn hole_31_pages_are_bounded_and_neither_skip_nor_repeat() {
    let b = Bakery::open().await;
    for n in 0..7 {
        b.say(&b.anna, &format!("@boris {n}")).await;
    }
    for limit in ["0", "101", "-1"] {
        let answer = b.boris.get(&format!("/notifications?limit={limit}")).await;
        assert_eq!(answer.problem(422), "invalid");
    }
    assert_eq!(b.boris.get("/notifications?cursor=x").await.problem(400), "bad_cursor");
    assert_eq!(b.boris.get("/notifications?page=2").await.problem(400), "unknown_field");
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = b.boris.get(&format!("/notifications?limit=3{cursor}")).await.expect(200);
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|e| e["message"]["excerpt"].as_str().unwrap().to_owned()));
        // What comes meanwhile does not shift the pages.
        b.say(&b.anna, "@boris late").await;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<_> = (0..7).rev().map(|n| format!("@boris {n}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn the_list_takes_the_same_queries_for_one_and_for_many() {
    let b = Bakery::open().await;
    b.say(&b.anna, "@boris").await;
    b.boris.get("/notifications").await.expect(200);
    let (_, few) = b.app.counting(b.boris.get("/notifications")).await;
    for n in 0..20 {
        b.say(&b.anna, &format!("@boris {n}")).await;
    }
    // Who asks is looked up again after a few seconds.
    b.boris.get("/notifications").await.expect(200);
    let (page, many) = b.app.counting(b.boris.get("/notifications")).await;
    assert_eq!(page.expect(200)["items"].as_array().unwrap().len(), 21);
    assert_eq!(few, many);
    assert!(many <= 3, "{many}");
}

#[tokio::test]
async fn a_message_to_nobody_in_particular_costs_nothing() {
    let b = Bakery::open().await;
    b.say(&b.anna, "warm up").await;
    let (_, plain) = b.app.counting(b.say(&b.anna, "nobody")).await;
    let (_, mention) = b.app.counting(b.say(&b.anna, "@boris")).await;
    let (_, both) = b.app.counting(b.say(&b.anna, "@boris @anna")).await;
    // Who is meant, whom settings and marks let through, streams, entries, counts, events.
    assert!(mention <= plain + 12, "{plain} and {mention}");
    assert_eq!(mention, both);
}
