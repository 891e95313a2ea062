//! Threads: what shows where, who follows, what is unread, and that counts stay exact.

use crate::support::bakery::{Bakery, send, texts};
use crate::support::client::{Answer, Client};
use futures_util::future::join_all;
use serde_json::{Value, json};

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().into()
}

async fn reply(bakery: &Bakery, who: &Client, root: &str, text: &str) -> Answer {
    let nonce = uuid::Uuid::now_v7().to_string();
    let body = json!({"content": text, "nonce": nonce, "thread_root": root});
    who.post(&format!("/messages/{}", bakery.chat), body).await
}

async fn thread(who: &Client, root: &str) -> Value {
    who.get(&format!("/messages/{root}/thread?limit=100")).await.expect(200)
}

async fn main_page(bakery: &Bakery, who: &Client) -> Value {
    who.get(&format!("/messages/{}?limit=100", bakery.chat)).await.expect(200)
}

async fn unread(bakery: &Bakery, who: &Client) -> (i64, i64) {
    let read = who.get(&format!("/chats/{}", bakery.chat)).await.expect(200)["read"].clone();
    (read["unread"].as_i64().unwrap(), read["mentions"].as_i64().unwrap())
}

#[tokio::test]
async fn replies_hang_on_their_message_and_do_not_show_in_the_chat() {
    let bakery = Bakery::open().await;
    let root = bakery.say(&bakery.anna, "Which flour?").await;
    bakery.say(&bakery.anna, "something else").await;
    let first = reply(&bakery, &bakery.boris, &id(&root), "rye").await.expect(201);
    assert_eq!((&first["seq"], &first["thread_root"]), (&json!(3), &root["id"]));
    reply(&bakery, &bakery.anna, &id(&root), "spelt").await.expect(201);
    let page = main_page(&bakery, &bakery.boris).await;
    assert_eq!(texts(&page), ["Which flour?", "something else"]);
    let summary = &page["items"][0]["thread"];
    assert_eq!((&summary["count"], &summary["last_seq"]), (&json!(2), &json!(4)));
    let people = summary["participants"].as_array().unwrap();
    let names: Vec<_> = people.iter().map(|p| &p["nickname"]).collect();
    assert_eq!(names, ["boris", "anna"], "in the order of their first replies");
    let inside = thread(&bakery.boris, &id(&root)).await;
    assert_eq!(
        (texts(&inside), &inside["root"]["content"]),
        (vec!["rye", "spelt"], &root["content"])
    );
    // A reply leads to its thread as well.
    assert_eq!(thread(&bakery.boris, &id(&first)).await["root_id"], root["id"]);
    // Pages by seq.
    let path = format!("/messages/{}/thread", id(&root));
    let page = bakery.boris.get(&format!("{path}?before=4&limit=1")).await.expect(200);
    assert_eq!((texts(&page), &page["has_before"]), (vec!["rye"], &json!(false)));
    let page = bakery.boris.get(&format!("{path}?after=3")).await.expect(200);
    assert_eq!(texts(&page), ["spelt"]);
    assert_eq!(bakery.boris.get(&format!("{path}?after=3&before=4")).await.problem(422), "invalid");
    assert_eq!(bakery.vera.get(&path).await.problem(404), "not_found");
}

#[tokio::test]
async fn a_thread_belongs_to_one_message_of_the_same_chat() {
    let bakery = Bakery::open().await;
    let root = bakery.say(&bakery.anna, "root").await;
    let inner = reply(&bakery, &bakery.anna, &id(&root), "inner").await.expect(201);
    let office = bakery.private_chat("office").await;
    let elsewhere = send(&bakery.anna, &office, "elsewhere").await.expect(201);
    let gone = bakery.say(&bakery.anna, "gone").await;
    bakery.anna.delete(&format!("/messages/{}", id(&gone))).await.expect(204);
    for wrong in [&inner, &elsewhere, &gone] {
        let answer = reply(&bakery, &bakery.anna, &id(wrong), "x").await;
        assert_eq!(answer.json()["errors"][0]["pointer"], "/thread_root", "{}", answer.text);
    }
    // An answer stays on its side.
    let path = format!("/messages/{}", bakery.chat);
    let across = json!({"content": "x", "nonce": "a", "reply_to": inner["id"]});
    assert_eq!(bakery.anna.post(&path, across).await.problem(422), "invalid");
    let within =
        json!({"content": "x", "nonce": "b", "reply_to": inner["id"], "thread_root": root["id"]});
    bakery.anna.post(&path, within.clone()).await.expect(201);
    bakery.anna.post(&path, within).await.expect(200);
    let other = json!({"content": "x", "nonce": "b"});
    assert_eq!(bakery.anna.post(&path, other).await.problem(422), "nonce_mismatch");
}

#[tokio::test]
async fn unread_counts_of_chat_and_thread_stay_apart() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let root = id(&bakery.say(boris, "root").await);
    bakery.say(anna, "main").await;
    let first = reply(&bakery, anna, &root, "one @boris").await.expect(201);
    reply(&bakery, anna, &root, "two").await.expect(201);
    assert_eq!(unread(&bakery, boris).await, (1, 0), "neither replies nor their mentions");
    let me = thread(boris, &root).await["me"].clone();
    assert_eq!(me, json!({"following": true, "read_seq": 2, "unread": 2}), "his own message");
    anna.delete(&format!("/messages/{}", id(&first))).await.expect(204);
    assert_eq!(thread(boris, &root).await["me"]["unread"], 1);
    assert_eq!(unread(&bakery, boris).await, (1, 0));
    let read = format!("/messages/{root}/thread/read");
    let mut phone = boris.socket().await;
    let state = boris.post(&read, json!({"seq": 4})).await.expect(200);
    assert_eq!(state, json!({"following": true, "read_seq": 4, "unread": 0}));
    let event = phone.frame("thread_state_changed").await;
    assert_eq!((&event["data"]["root_id"], &event["data"]["unread"]), (&json!(root), &json!(0)));
    assert_eq!(boris.post(&read, json!({"seq": 1})).await.expect(200), state, "never back");
    assert_eq!(boris.post(&read, json!({"seq": 99})).await.problem(422), "invalid");
    assert_eq!(bakery.vera.post(&read, json!({"seq": 1})).await.problem(404), "not_found");
    // Reading the chat to its end leaves nothing over.
    boris.post(&format!("/chats/{}/read", bakery.chat), json!({"seq": 4})).await.expect(200);
    assert_eq!(unread(&bakery, boris).await, (0, 0));
}

async fn mine(who: &Client, query: &str) -> Vec<(String, i64)> {
    let page = who.get(&format!("/threads{query}")).await.expect(200);
    let one = |t: &Value| {
        let excerpt = t["root"]["excerpt"].as_str().unwrap_or("(deleted)").to_owned();
        (excerpt, t["me"]["unread"].as_i64().unwrap())
    };
    page["items"].as_array().unwrap().iter().map(one).collect()
}

#[tokio::test]
async fn one_follows_by_writing_by_mention_and_by_choice() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let clara = bakery.app.user("clara").await;
    clara.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
    let root = id(&bakery.say(anna, "flour").await);
    assert!(mine(anna, "").await.is_empty(), "nothing hangs on it yet");
    reply(&bakery, anna, &root, "rye? @clara").await.expect(201);
    assert_eq!(mine(anna, "").await, [("flour".into(), 0)]);
    assert_eq!(mine(&clara, "").await, [("flour".into(), 1)], "mentioned");
    assert!(mine(boris, "").await.is_empty());
    let follow = format!("/messages/{root}/thread/follow");
    let state = boris.put(&follow, json!({})).await.expect(200);
    assert_eq!(state, json!({"following": true, "read_seq": 2, "unread": 0}), "from here on");
    reply(&bakery, anna, &root, "spelt?").await.expect(201);
    assert_eq!(mine(boris, "?unread=true").await, [("flour".into(), 1)]);
    // Who stopped is not drawn in again by a mention, only by writing.
    clara.delete(&follow).await.expect(200);
    reply(&bakery, anna, &root, "@clara?").await.expect(201);
    assert!(mine(&clara, "").await.is_empty());
    assert_eq!(thread(&clara, &root).await["me"]["unread"], 0);
    reply(&bakery, &clara, &root, "both").await.expect(201);
    assert_eq!(mine(&clara, "").await, [("flour".into(), 0)]);
    // The liveliest first, by pages; a chat one does not see any more is left out.
    let other = id(&bakery.say(boris, "sugar").await);
    reply(&bakery, boris, &other, "brown").await.expect(201);
    let page = boris.get("/threads?limit=1").await.expect(200);
    assert_eq!(page["items"][0]["root"]["excerpt"], "sugar");
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(mine(boris, &format!("?limit=1&cursor={cursor}")).await, [("flour".into(), 3)]);
    // Of a chat all of them, followed or not; what is not followed is not unread.
    let of_chat = format!("?chat_id={}", bakery.chat);
    assert_eq!(mine(boris, &of_chat).await, [("sugar".into(), 0), ("flour".into(), 3)]);
    assert_eq!(mine(anna, &of_chat).await, [("sugar".into(), 0), ("flour".into(), 1)]);
    let page = anna.get(&format!("/threads{of_chat}&limit=1")).await.expect(200);
    assert_eq!(page["items"][0]["me"], json!({"following": false, "read_seq": 0, "unread": 0}));
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = mine(anna, &format!("{of_chat}&limit=1&cursor={cursor}")).await;
    assert_eq!(rest, [("flour".into(), 1)]);
    assert_eq!(bakery.vera.get(&format!("/threads{of_chat}")).await.problem(404), "not_found");
    let hide = json!({"overrides": [
        {"target": {"kind": "member", "id": boris.id()}, "allow": [], "deny": ["view_chat"]},
    ]});
    anna.patch(&format!("/chats/{}", bakery.chat), hide).await.expect(200);
    assert!(mine(boris, "").await.is_empty());
    assert_eq!(boris.get(&format!("/threads{of_chat}")).await.problem(404), "not_found");
    assert_eq!(boris.put(&follow, json!({})).await.problem(404), "not_found");
}

#[tokio::test]
async fn a_thread_outlives_its_first_message() {
    let bakery = Bakery::open().await;
    let root = id(&bakery.say(&bakery.anna, "root").await);
    reply(&bakery, &bakery.boris, &root, "one").await.expect(201);
    bakery.anna.delete(&format!("/messages/{root}")).await.expect(204);
    let inside = thread(&bakery.boris, &root).await;
    assert_eq!((texts(&inside), &inside["root"]), (vec!["one"], &json!(null)));
    let second = reply(&bakery, &bakery.anna, &root, "two").await.expect(201);
    assert_eq!(mine(&bakery.boris, "").await, [("(deleted)".into(), 1)]);
    let first = thread(&bakery.boris, &root).await["items"][0]["id"].clone();
    for reply in [first, second["id"].clone()] {
        bakery.anna.delete(&format!("/messages/{}", reply.as_str().unwrap())).await.expect(204);
    }
    let path = format!("/messages/{root}/thread");
    assert_eq!(bakery.boris.get(&path).await.problem(404), "not_found", "nothing is left of it");
}

#[tokio::test]
async fn counts_are_exact_when_everybody_writes_and_deletes_at_once() {
    let bakery = Bakery::open().await;
    let root = id(&bakery.say(&bakery.anna, "root").await);
    let early = join_all((0..20).map(|_| reply(&bakery, &bakery.anna, &root, "early"))).await;
    let early: Vec<String> = early.into_iter().map(|answer| id(&answer.expect(201))).collect();
    let deletes = join_all(early.iter().map(async |id| {
        bakery.anna.delete(&format!("/messages/{id}")).await.expect(204);
    }));
    let writes = join_all((0..20).map(|i| {
        let who = if i % 2 == 0 { &bakery.boris } else { &bakery.anna };
        reply(&bakery, who, &root, "late")
    }));
    let (_, written) = futures_util::future::join(deletes, writes).await;
    assert!(written.iter().all(|answer| answer.status == 201));
    let summary = main_page(&bakery, &bakery.boris).await["items"][0]["thread"].clone();
    let items = thread(&bakery.boris, &root).await["items"].clone();
    let last = items.as_array().unwrap().last().unwrap().clone();
    assert_eq!((&summary["count"], &summary["last_seq"]), (&json!(20), &last["seq"]));
    assert_eq!(items.as_array().unwrap().len(), 20);
    let me = thread(&bakery.boris, &root).await["me"]["unread"].clone();
    let truth = items.as_array().unwrap().iter();
    let read = thread(&bakery.boris, &root).await["me"]["read_seq"].as_i64().unwrap();
    let truth = truth
        .filter(|m| m["author"]["nickname"] == "anna" && m["seq"].as_i64().unwrap() > read)
        .count();
    assert_eq!(me, json!(truth));
}

#[tokio::test]
async fn snapshots_and_events_agree_about_threads_and_pins() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let root = id(&bakery.say(anna, "root").await);
    let other = id(&bakery.say(anna, "other").await);
    let before = reply(&bakery, boris, &root, "before").await.expect(201);
    let (mut main, mut inside) = (main_page(&bakery, boris).await, thread(boris, &root).await);
    let mut socket = boris.socket().await;
    socket.ask("join_room", json!({"chat_id": bakery.chat})).await;
    reply(&bakery, anna, &root, "one").await.expect(201);
    let two = reply(&bakery, boris, &root, "two").await.expect(201);
    anna.put(&format!("/messages/{other}/pin"), json!({})).await.expect(204);
    anna.put(&format!("/messages/{}/pin", id(&two)), json!({})).await.expect(204);
    anna.put(&format!("/messages/{root}/pin"), json!({})).await.expect(204);
    anna.delete(&format!("/messages/{root}/pin")).await.expect(204);
    boris.delete(&format!("/messages/{}", id(&before))).await.expect(204);
    let fresh = reply(&bakery, anna, &other, "on the other").await.expect(201);
    anna.delete(&format!("/messages/{}", id(&fresh))).await.expect(204);
    let (main, inside) =
        (main["items"].as_array_mut().unwrap(), inside["items"].as_array_mut().unwrap());
    for frame in socket.drain().await {
        let data = &frame["data"];
        let mut on = |id: &Value, change: &dyn Fn(&mut Value)| {
            for message in main.iter_mut().chain(inside.iter_mut()).filter(|m| m["id"] == *id) {
                change(message);
            }
        };
        match frame["type"].as_str().unwrap() {
            "new_message" if data["thread_root"] == root => inside.push(data.clone()),
            "message_pinned" => on(&data["message_id"], &|m| m["pinned"] = json!(true)),
            "message_unpinned" => on(&data["message_id"], &|m| m["pinned"] = json!(false)),
            "message_deleted" => inside.retain(|m| m["id"] != data["message_id"]),
            "thread_updated" => on(&data["root_id"], &|m| match &data["thread"] {
                Value::Null => drop(m.as_object_mut().unwrap().remove("thread")),
                thread => m["thread"] = thread.clone(),
            }),
            _ => {}
        }
    }
    assert_eq!(json!(main), main_page(&bakery, boris).await["items"]);
    assert_eq!(json!(inside), thread(boris, &root).await["items"]);
}

#[tokio::test]
async fn who_follows_hears_of_a_reply_wherever_he_is() {
    let bakery = Bakery::open().await;
    let root = id(&bakery.say(&bakery.boris, "root").await);
    let clara = bakery.app.user("clara").await;
    clara.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
    let (mut boris, mut other) = (bakery.boris.socket().await, clara.socket().await);
    reply(&bakery, &bakery.anna, &root, "psst").await.expect(201);
    let of_thread = |f: &Value| f["type"] == "chat_activity" && f["data"]["thread_root"] == root;
    let own = |f: &Value| of_thread(f) && f["topic"].as_str().unwrap().starts_with("user:");
    boris.wait(own).await;
    other.wait(of_thread).await;
    assert!(!other.drain().await.iter().any(own), "who does not follow only learns that seq moved");
}

#[tokio::test]
async fn a_page_takes_the_same_statements_with_and_without_threads() {
    let bakery = Bakery::open().await;
    let first = id(&bakery.say(&bakery.anna, "0").await);
    main_page(&bakery, &bakery.boris).await;
    let (_, few) = bakery.app.counting(main_page(&bakery, &bakery.boris)).await;
    for i in 0..10 {
        let root = id(&bakery.say(&bakery.anna, &format!("{i} @boris")).await);
        reply(&bakery, &bakery.boris, &root, "r").await.expect(201);
        reply(&bakery, &bakery.anna, &root, "s").await.expect(201);
        bakery.anna.put(&format!("/messages/{root}/pin"), json!({})).await.expect(204);
    }
    // The session is looked up every few seconds: not in what is counted.
    main_page(&bakery, &bakery.boris).await;
    let (page, many) = bakery.app.counting(main_page(&bakery, &bakery.boris)).await;
    assert_eq!((few, page["items"].as_array().unwrap().len()), (many, 11));
    reply(&bakery, &bakery.anna, &first, "r").await.expect(201);
    let list = bakery.boris.get("/threads?limit=3");
    let (_, few) = bakery.app.counting(list).await;
    let (_, many) = bakery.app.counting(bakery.boris.get("/threads?limit=50")).await;
    assert_eq!(few, many);
    let of_chat = format!("/threads?chat_id={}", bakery.chat);
    let (_, few) = bakery.app.counting(bakery.boris.get(&format!("{of_chat}&limit=3"))).await;
    let (page, many) = bakery.app.counting(bakery.boris.get(&of_chat)).await;
    assert_eq!((few, page.expect(200)["items"].as_array().unwrap().len()), (many, 11));
}
