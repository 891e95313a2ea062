//! Search by more than words, and the quick search for places to go.

use crate::support::bakery::{Bakery, send};
use crate::support::client::{Answer, Client, send as request};
use crate::support::expression::send_sticker;
use crate::support::files::{png, wav};
use api::chat::search::{Filter, PATIENCE, Search, search};
use diesel_async::SimpleAsyncConnection as _;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

async fn get(who: &Client, path: &str, query: &[(&str, &str)]) -> Answer {
    request(who.request(Method::GET, path).query(query)).await
}

async fn found(who: &Client, query: &[(&str, &str)]) -> Vec<String> {
    let page = get(who, "/search", query).await.expect(200);
    let items = page["items"].as_array().unwrap();
    items.iter().map(|hit| hit["message"]["content"].as_str().unwrap().to_owned()).collect()
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().into()
}

#[tokio::test]
async fn filters_stand_alone_and_beside_words() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let link = bakery.say(anna, "bread: https://example.org/rye").await;
    let plain = bakery.say(anna, "bread without an address").await;
    bakery.say(boris, "bread for @anna").await;
    anna.put(&format!("/messages/{}/pin", id(&plain)), json!({})).await.expect(204);
    let react = format!("/messages/{}/reaction", id(&link));
    boris.post(&react, json!({"emoji": "🍞"})).await.expect(200);
    let reply = json!({"content": "bread in a thread", "nonce": "t", "thread_root": link["id"]});
    boris.post(&format!("/messages/{}", bakery.chat), reply).await.expect(201);
    let (with_link, without) = ("bread: https://example.org/rye", "bread without an address");
    let thread = "bread in a thread";
    for (query, want) in [
        (&[("has", "link")][..], &[with_link][..]),
        (&[("q", "bread"), ("has", "link")], &[with_link]),
        (&[("q", "rye"), ("is", "pinned")], &[]),
        (&[("is", "pinned")], &[without]),
        (&[("has", "reaction,link")], &[with_link]),
        (&[("is", "thread")], &[thread, with_link]),
        (&[("mentions", "me")], &["bread for @anna"]),
        (&[("from", "boris")], &[thread, "bread for @anna"]),
        (&[("from", "@boris"), ("is", "thread")], &[thread]),
    ] {
        assert_eq!(found(anna, query).await, want, "{query:?}");
    }
    assert!(found(boris, &[("mentions", "me")]).await.is_empty());
    assert!(found(&bakery.vera, &[("has", "link")]).await.is_empty());
    for query in [&[("has", "x")][..], &[("is", "")], &[("mentions", "all")], &[("q", "")], &[]] {
        assert_eq!(get(anna, "/search", query).await.problem(422), "invalid", "{query:?}");
    }
    let page = get(anna, "/search", &[("has", "link")]).await.expect(200);
    assert_eq!(page["items"][0]["snippet"][0]["hit"], false);
}

#[tokio::test]
async fn mentions_of_me_are_those_of_all_and_of_my_role_too() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    for text in ["@boris bread", "bread @all", "bread @Moderator", "@anna bread", "@Member bread"] {
        bakery.say(anna, text).await;
    }
    let mine = ["@Member bread", "bread @all", "@boris bread"];
    for query in [&[("mentions", "me")][..], &[("q", "bread"), ("mentions", "me")]] {
        assert_eq!(found(boris, query).await, mine, "{query:?}");
    }
    // One at a time: the walk goes over both kinds in one order.
    let mut cursor = None;
    for text in mine {
        let mut query = vec![("mentions", "me"), ("limit", "1")];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = get(boris, "/search", &query).await.expect(200);
        assert_eq!(page["items"][0]["message"]["content"], text);
        cursor = page["next_cursor"].as_str().map(str::to_owned);
    }
}

#[tokio::test]
async fn files_are_found_by_kind_and_name() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let path = format!("/messages/{}", bakery.chat);
    for (name, bytes, words) in [
        ("Rye-bread.png", png(), ""),
        ("oven.wav", wav(), "The rye oven sings"),
        ("prices.txt", b"1 2 3".to_vec(), "Prices"),
        ("oven.mp4", include_bytes!("../files/videos/small.mp4").to_vec(), "It bakes"),
    ] {
        let file = anna.uploaded(name, &bytes).await;
        let body = json!({"content": words, "nonce": name, "attachment_ids": [file]});
        anna.post(&path, body).await.expect(201);
    }
    bakery.say(anna, "rye without a file").await;
    send_sticker(anna, &bakery.chat, "00000000-0000-7000-8000-000000000101").await.expect(201);
    for (query, want) in [
        (&[("has", "file")][..], &["It bakes", "Prices", "The rye oven sings", ""][..]),
        (&[("has", "image")], &[""]),
        (&[("has", "audio")], &["The rye oven sings"]),
        (&[("has", "document")], &["Prices"]),
        (&[("has", "video")], &["It bakes"]),
        (&[("has", "sticker")], &[""]),
        // In the words of the message, and in the name of the file.
        (&[("has", "file"), ("q", "rye")], &["The rye oven sings", ""]),
        (&[("has", "file"), ("q", "bread.p")], &[""]),
        (&[("has", "image"), ("q", "oven")], &[]),
    ] {
        assert_eq!(found(boris, query).await, want, "{query:?}");
    }
    // A word of another file's name does not count.
    let both = [anna.uploaded("cake.png", &png()).await, anna.uploaded("tart.wav", &wav()).await];
    let body = json!({"content": "Sweets", "nonce": "both", "attachment_ids": both});
    anna.post(&path, body).await.expect(201);
    assert_eq!(found(boris, &[("has", "image"), ("q", "cake")]).await, ["Sweets"]);
    assert!(found(boris, &[("has", "image"), ("q", "tart")]).await.is_empty());
    // Deleted, it is found no more.
    let gone = request(boris.request(Method::GET, "/search").query(&[("q", "Prices")])).await;
    let gone = gone.expect(200)["items"][0]["message"]["id"].as_str().unwrap().to_owned();
    anna.delete(&format!("/messages/{gone}")).await.expect(204);
    assert!(found(boris, &[("has", "document")]).await.is_empty());
}

/// Files are as private as their chats.
#[tokio::test]
async fn files_of_other_spaces_and_private_chats_are_not_found() {
    let bakery = Bakery::open().await;
    let (anna, boris, vera) = (&bakery.anna, &bakery.boris, &bakery.vera);
    let private = bakery.private_chat("office").await;
    let direct = anna.post("/chats", json!({"user_id": boris.id()})).await.expect(201);
    let direct = direct["id"].as_str().unwrap();
    for (chat, name) in
        [(&*bakery.chat, "open.png"), (&*private, "closed.png"), (direct, "two.png")]
    {
        let file = anna.uploaded(name, &png()).await;
        let body = json!({"content": name, "nonce": name, "attachment_ids": [file]});
        anna.post(&format!("/messages/{chat}"), body).await.expect(201);
    }
    // Somebody of another space, with a file of his own there.
    let garage = vera.post("/spaces", json!({"name": "Garage"})).await.expect(201);
    let file = vera.uploaded("car.png", &png()).await;
    let body = json!({"content": "car.png", "nonce": "car", "attachment_ids": [file]});
    let chat = garage["default_chat_id"].as_str().unwrap();
    vera.post(&format!("/messages/{chat}"), body).await.expect(201);
    for (who, all) in [
        (anna, &["two.png", "closed.png", "open.png"][..]),
        (boris, &["two.png", "open.png"]),
        (vera, &["car.png"]),
    ] {
        assert_eq!(found(who, &[("has", "file")]).await, all);
        assert_eq!(found(who, &[("has", "image"), ("q", "png")]).await, all);
    }
    for (who, all) in [
        (anna, &["two.png", "closed.png", "open.png"][..]),
        (boris, &["two.png", "open.png"]),
        (vera, &["car.png"]),
    ] {
        let quick = get(who, "/search/quick", &[("q", ".pN")]).await.expect(200);
        let files = quick["files"].as_array().unwrap();
        let names: Vec<_> = files.iter().map(|file| file["name"].as_str().unwrap()).collect();
        assert_eq!(names, all);
    }
    let two = &get(boris, "/search/quick", &[("q", "two.")]).await.expect(200)["files"][0];
    assert_eq!((&two["chat_id"], &two["kind"]), (&json!(direct), &json!("image")));
    assert_eq!(two["message_seq"], 1);
    let quick = get(boris, "/search/quick", &[("q", "pn")]).await.expect(200);
    assert_eq!(quick["files"], json!([]), "from three letters on");
    let quick = get(boris, "/search/quick", &[("q", "open.png")]).await.expect(200);
    let message = quick["files"][0]["message_id"].as_str().unwrap();
    anna.delete(&format!("/messages/{message}")).await.expect(204);
    let quick = get(boris, "/search/quick", &[("q", "open.png")]).await.expect(200);
    assert_eq!(quick["files"], json!([]), "gone with its message");
    for (parameter, id) in
        [("space_id", &*bakery.space), ("chat_id", &*private), ("chat_id", direct)]
    {
        let asked = vera.request(Method::GET, "/search").query(&[("has", "file"), (parameter, id)]);
        assert_eq!(request(asked).await.problem(404), "not_found");
    }
}

/// Hole 31: pages go by key.
#[tokio::test]
async fn pages_without_words_go_on_where_they_ended() {
    let bakery = Bakery::open().await;
    for i in 0..5 {
        bakery.say(&bakery.boris, &format!("http://example.org/{i}")).await;
    }
    let first = get(&bakery.anna, "/search", &[("has", "link"), ("limit", "3")]).await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let query = [("has", "link"), ("limit", "3"), ("cursor", cursor)];
    assert_eq!(found(&bakery.anna, &query).await, ["http://example.org/1", "http://example.org/0"]);
}

/// In a long history what is rare is found in pieces: a page that took long ends before it is full.
#[tokio::test]
async fn searches_without_words_stop_and_go_on() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (bakery.anna.id(), bakery.boris.id());
    let sql = format!(
        "INSERT INTO messages (id, chat_id, seq, author_id, content, nonce, edited_at) \
         SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{0}', n, \
             CASE n % 1000 WHEN 0 THEN '{boris}'::uuid ELSE '{anna}' END, \
             CASE n % 900 WHEN 0 THEN 'http://example.org/' ELSE '' END || n, n::text, \
             CASE n % 1100 WHEN 0 THEN now() END \
         FROM generate_series(1, 7000) n; UPDATE chats SET last_seq = 7000 WHERE id = '{0}'; \
         INSERT INTO reactions (message_id, user_id, emoji) SELECT id, who::uuid, '🍞' FROM messages, \
             unnest(array['{anna}', '{boris}']) who WHERE seq % 3 = 0",
        bakery.chat,
    );
    bakery.app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    let numbers = |step: usize| (1..=7000 / step).rev().map(|n| n * step).collect::<Vec<_>>();
    let known =
        async |who: &Client| bakery.app.app.authenticator.authenticate(&who.token).await.unwrap();
    let (user, stranger) = (known(&bakery.boris).await, known(&bakery.vera).await);
    for (wanted, want) in [
        (Search { filters: vec![Filter::HasLink], ..Search::default() }, numbers(900)),
        (Search { filters: vec![Filter::IsEdited], ..Search::default() }, numbers(1100)),
        (Search { author: Some(user.id), ..Search::default() }, numbers(1000)),
        (
            Search {
                filters: vec![Filter::HasReaction, Filter::HasLink],
                author: Some(user.id),
                ..Search::default()
            },
            Vec::new(),
        ),
        (
            Search { filters: vec![Filter::HasReaction, Filter::HasLink], ..Search::default() },
            numbers(900),
        ),
    ] {
        for (limit, patience) in [(100, PATIENCE), (100, Duration::ZERO), (2, Duration::ZERO)] {
            let mut wanted = Search { limit, patience, ..wanted.clone() };
            let (mut seen, mut pages) = (Vec::new(), 0);
            loop {
                let conn = bakery.app.app.conn().await.unwrap();
                let page = search(&bakery.app.app.db, conn, &user, &wanted).await.unwrap();
                assert!(page.items.len() as i64 <= limit);
                seen.extend(page.items.iter().map(|hit| hit.message.seq as usize));
                pages += 1;
                wanted.cursor = page.next_cursor;
                if wanted.cursor.is_none() {
                    break;
                }
            }
            assert_eq!(seen, want, "{:?} by {limit} in {patience:?}", wanted.filters);
            assert!(pages < 10, "{pages}");
            let conn = bakery.app.app.conn().await.unwrap();
            let page = search(&bakery.app.app.db, conn, &stranger, &wanted).await.unwrap();
            assert!(page.items.is_empty());
        }
    }
}

#[tokio::test]
async fn quick_finds_only_what_one_may_know() {
    let bakery = Bakery::open().await;
    let (anna, boris, vera) = (&bakery.anna, &bakery.boris, &bakery.vera);
    bakery.private_chat("Bookkeeping").await;
    let path = format!("/spaces/{}/chats", bakery.space);
    anna.post(&path, json!({"name": "Books"})).await.expect(201);
    let chats = async |who: &Client, q: &str| -> Vec<String> {
        let page = get(who, "/search/quick", &[("q", q)]).await.expect(200);
        let list = page["chats"].as_array().unwrap();
        list.iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect()
    };
    let people = async |who: &Client, q: &str| -> Vec<String> {
        let page = get(who, "/search/quick", &[("q", q)]).await.expect(200);
        let list = page["people"].as_array().unwrap();
        list.iter().map(|p| p["nickname"].as_str().unwrap().to_owned()).collect()
    };
    let mut all = chats(anna, "#boOk").await;
    all.sort();
    assert_eq!(all, ["Bookkeeping", "Books"]);
    assert_eq!(chats(boris, "book").await, ["Books"]);
    assert!(chats(vera, "book").await.is_empty());
    assert_eq!(people(anna, "@bo").await, ["boris"]);
    assert_eq!(people(anna, "ori").await, ["boris"]);
    assert!(people(anna, "%").await.is_empty() && people(anna, "ver").await.is_empty());
    assert!(people(vera, "bor").await.is_empty(), "nobody is found who is no neighbour");
    assert_eq!(get(anna, "/search/quick", &[("q", "")]).await.problem(422), "invalid");
    let direct = anna.post("/chats", json!({"user_id": boris.id()})).await.expect(201);
    send(anna, &id(&direct), "hi").await.expect(201);
    let leave = format!("/spaces/{}/leave", bakery.space);
    boris.post(&leave, json!({})).await.expect(204);
    assert_eq!(people(anna, "boris").await, ["boris"], "a conversation is enough");
}
