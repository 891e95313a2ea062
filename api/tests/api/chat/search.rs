//! Search.

use crate::support::bakery::{Bakery, send};
use crate::support::client::{Answer, Client, send as request};
use diesel_async::SimpleAsyncConnection as _;
use reqwest::Method;
use serde_json::{Value, json};

async fn search(who: &Client, query: &[(&str, &str)]) -> Answer {
    request(who.request(Method::GET, "/search").query(query)).await
}

/// The texts found, newest first.
async fn found(who: &Client, q: &str) -> Vec<String> {
    texts(&search(who, &[("q", q)]).await.expect(200))
}

fn texts(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|hit| hit["message"]["content"].as_str().unwrap().to_owned()).collect()
}

/// The snippet with hits in brackets.
fn snippet(hit: &Value) -> String {
    let part = |part: &Value| {
        let text = part["text"].as_str().unwrap();
        if part["hit"] == true { format!("[{text}]") } else { text.to_owned() }
    };
    hit["snippet"].as_array().unwrap().iter().map(part).collect()
}

async fn with_texts(texts: &[&str]) -> Bakery {
    let bakery = Bakery::open().await;
    for text in texts {
        bakery.say(&bakery.anna, text).await;
    }
    bakery
}

#[tokio::test]
async fn words_are_found_in_all_languages_and_forms() {
    let bakery = with_texts(&[
        "We were baking all night",
        "Свежие булочки ждут вас",
        "Свіжий хліб о восьмій",
        "nothing of the kind",
    ])
    .await;
    for (q, want) in [
        ("bake", "We were baking all night"),
        ("BAKING", "We were baking all night"),
        ("булочка", "Свежие булочки ждут вас"),
        ("хліб", "Свіжий хліб о восьмій"),
        ("восьм", "Свіжий хліб о восьмій"),
        ("were nigh", "We were baking all night"),
        ("the kind", "nothing of the kind"),
    ] {
        assert_eq!(found(&bakery.boris, q).await, [want], "{q}");
    }
    assert!(found(&bakery.boris, "bake хліб").await.is_empty(), "all words are wanted");
}

#[tokio::test]
async fn beginnings_phrases_and_exclusions() {
    let bakery = with_texts(&["rye bread with seeds", "bread without rye", "sunflower"]).await;
    for (q, want) in [
        ("sunfl", &["sunflower"][..]),
        ("\"rye bread\"", &["rye bread with seeds"]),
        ("rye -seeds", &["bread without rye"]),
        ("bread -\"rye bread\"", &["bread without rye"]),
        ("rye bread", &["bread without rye", "rye bread with seeds"]),
    ] {
        assert_eq!(found(&bakery.boris, q).await, want, "{q}");
    }
}

#[tokio::test]
async fn pieces_of_words_are_found_where_words_are_not() {
    let bakery = with_texts(&["the Sourdough100 starter", "100% rye_flour"]).await;
    for (q, want) in [
        ("ourdoug", &["the Sourdough100 starter"][..]),
        ("OURDOUGH10", &["the Sourdough100 starter"]),
        ("e_flou", &["100% rye_flour"]),
        ("eXflou", &[]),
        ("our%art", &[]),
        ("ou", &[]),
    ] {
        assert_eq!(found(&bakery.boris, q).await, want, "{q}");
    }
    let page = search(&bakery.boris, &[("q", "ourdoug")]).await.expect(200);
    assert_eq!(snippet(&page["items"][0]), "the S[ourdoug]h100 starter");
}

#[tokio::test]
async fn nobody_finds_what_he_may_not_read() {
    let bakery = Bakery::open().await;
    let office = bakery.private_chat("office").await;
    send(&bakery.anna, &office, "secret salaries").await.expect(201);
    bakery.say(&bakery.anna, "open salaries").await;
    let body = json!({"user_id": bakery.anna.id()});
    let direct = bakery.boris.post("/chats", body).await.expect(201);
    let direct = direct["id"].as_str().unwrap();
    send(&bakery.boris, direct, "my salaries").await.expect(201);
    assert_eq!(found(&bakery.anna, "salaries").await.len(), 3);
    assert_eq!(found(&bakery.boris, "salaries").await, ["my salaries", "open salaries"]);
    assert_eq!(found(&bakery.boris, "alarie").await, ["my salaries", "open salaries"]);
    assert!(found(&bakery.vera, "salaries").await.is_empty());
    let within =
        |key: &'static str, id: String| async move { [("q", "salaries".to_owned()), (key, id)] };
    for (who, key, id) in [
        (&bakery.boris, "chat_id", office.as_str()),
        (&bakery.vera, "chat_id", direct),
        (&bakery.vera, "chat_id", bakery.chat.as_str()),
        (&bakery.vera, "space_id", bakery.space.as_str()),
        (&bakery.boris, "space_id", "01900000-0000-7000-8000-000000000000"),
    ] {
        let query = within(key, id.to_owned()).await;
        let query: Vec<(&str, &str)> = query.iter().map(|(k, v)| (*k, v.as_str())).collect();
        assert_eq!(search(who, &query).await.problem(404), "not_found", "{key} {id}");
    }
    bakery.boris.post(&format!("/spaces/{}/leave", bakery.space), json!({})).await;
    assert_eq!(found(&bakery.boris, "salaries").await, ["my salaries"]);
    assert_eq!(search(&bakery.app.stranger(), &[("q", "x")]).await.problem(401), "unauthenticated");
}

#[tokio::test]
async fn filters_narrow() {
    let bakery = with_texts(&["rye one"]).await;
    bakery.say(&bakery.boris, "rye two").await;
    let orders = bakery
        .anna
        .post(&format!("/spaces/{}/chats", bakery.space), json!({"name": "orders"}))
        .await
        .expect(201);
    let orders = orders["id"].as_str().unwrap();
    send(&bakery.anna, orders, "rye three").await.expect(201);
    let boris = bakery.boris.id();
    let tomorrow = (chrono::Utc::now() + chrono::Duration::days(1)).date_naive().to_string();
    let now = chrono::Utc::now().to_rfc3339();
    for (more, want) in [
        (&[][..], &["rye three", "rye two", "rye one"][..]),
        (&[("chat_id", orders)], &["rye three"]),
        (&[("space_id", bakery.space.as_str())], &["rye three", "rye two", "rye one"]),
        (&[("space_id", &bakery.space), ("chat_id", orders)], &["rye three"]),
        (&[("from", "boris")], &["rye two"]),
        (&[("from", "@Boris")], &["rye two"]),
        (&[("from", boris.as_str())], &["rye two"]),
        (&[("after", &tomorrow)], &[]),
        (&[("before", "2026-01-01")], &[]),
        (&[("before", &now), ("after", "2026-01-01")], &["rye three", "rye two", "rye one"]),
    ] {
        let mut query = vec![("q", "rye")];
        query.extend(more);
        assert_eq!(texts(&search(&bakery.anna, &query).await.expect(200)), want, "{more:?}");
    }
    for (key, value, pointer) in [
        ("from", "nobody", "/from"),
        ("before", "soon", "/before"),
        ("after", "+99999-01-01", "/after"),
        ("limit", "0", "/limit"),
    ] {
        let answer = search(&bakery.anna, &[("q", "rye"), (key, value)]).await;
        answer.problem(422);
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
    }
    for q in ["", "-rye", "->"] {
        search(&bakery.anna, &[("q", q)]).await.problem(422);
    }
    assert_eq!(search(&bakery.anna, &[("qq", "rye")]).await.problem(400), "unknown_field");
    let bad = search(&bakery.anna, &[("q", "rye"), ("cursor", "x")]).await;
    assert_eq!(bad.problem(400), "bad_cursor");
}

/// All that is found, page by page.
async fn all_pages(who: &Client, q: &str) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut query = vec![("q", q), ("limit", "10")];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = search(who, &query).await.expect(200);
        seen.extend(texts(&page));
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return seen;
        }
    }
}

/// The first pages come from the newest messages, the last ones from the indexes.
#[tokio::test]
async fn pages_go_on_beyond_the_newest_messages() {
    let bakery = Bakery::open().await;
    let sql = format!(
        "INSERT INTO messages (id, chat_id, seq, author_id, content, nonce) \
         SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{0}', n, '{1}', \
             CASE n % 50 WHEN 0 THEN 'saffron ' ELSE 'flour ' END || n, n::text \
         FROM generate_series(1, 2500) n; UPDATE chats SET last_seq = 2500 WHERE id = '{0}'",
        bakery.chat,
        bakery.anna.id()
    );
    bakery.app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    let all: Vec<String> = (1..=50).rev().map(|n| format!("saffron {}", n * 50)).collect();
    for q in ["saffron", "affro"] {
        assert_eq!(all_pages(&bakery.boris, q).await, all, "{q}");
    }
    assert_eq!(all_pages(&bakery.boris, "flour -1234").await.len(), 2449);
}

#[tokio::test]
async fn pages_are_whole_and_of_constant_cost() {
    let bakery = Bakery::open().await;
    for n in 1..=23 {
        bakery.say(&bakery.anna, &format!("bread number {n}")).await;
    }
    for q in ["bread", "rea"] {
        let all: Vec<String> = (1..=23).rev().map(|n| format!("bread number {n}")).collect();
        assert_eq!(all_pages(&bakery.boris, q).await, all, "{q}");
    }
    let mut costs = Vec::new();
    for limit in ["1", "20"] {
        let query = [("q", "bread"), ("limit", limit)];
        let (answer, cost) = bakery.app.counting(search(&bakery.boris, &query)).await;
        answer.expect(200);
        costs.push(cost);
    }
    assert_eq!(costs[0], costs[1], "as many statements for 1 as for 20");
    // Attachments and mentions of groups cost one each, as everywhere.
    assert!(costs[0] <= 10, "{costs:?}");
}

#[tokio::test]
async fn deleted_texts_are_not_found_and_edited_ones_as_they_are() {
    let bakery = with_texts(&["rye stays"]).await;
    let gone = bakery.say(&bakery.anna, "rye goes").await;
    let path = format!("/messages/{}", gone["id"].as_str().unwrap());
    bakery.anna.patch(&path, json!({"content": "wheat goes"})).await.expect(200);
    assert_eq!(found(&bakery.boris, "rye").await, ["rye stays"]);
    assert_eq!(found(&bakery.boris, "wheat").await, ["wheat goes"]);
    bakery.anna.delete(&path).await;
    assert!(found(&bakery.boris, "wheat").await.is_empty());
    assert!(found(&bakery.boris, "heat").await.is_empty());
}

#[tokio::test]
async fn snippets_mark_the_words_and_keep_spoilers() {
    let long =
        format!("{} the **bakers** baked ||hidden|| {}", "before ".repeat(80), "after ".repeat(80));
    let bakery = with_texts(&[&long, "odd \u{E000}marks\u{E001} <b>baking</b>"]).await;
    let page = search(&bakery.boris, &[("q", "baking")]).await.expect(200);
    let items = page["items"].as_array().unwrap();
    let snippets: Vec<String> = items.iter().map(snippet).collect();
    assert!(snippets[0].contains("marks") && snippets[0].contains("<b>[baking]"), "{snippets:?}");
    assert!(snippets[1].contains("bakers [baked]"), "{snippets:?}");
    assert!(snippets[1].len() < 400 && !snippets[1].contains("hidden"), "{snippets:?}");
    let by_the_api = bakery.boris.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert_eq!(items[1]["message"], by_the_api["items"][0], "the same message as in the history");
}

#[tokio::test]
async fn nothing_typed_breaks_it() {
    let bakery = with_texts(&["it's a 'quoted' back\\slash & more | so (on) 100%"]).await;
    let odd = [
        "it's",
        "'",
        "''x",
        "x'",
        "a\\",
        "\\'x",
        "x:*",
        "a & b",
        "a|b",
        "!a b",
        "(a",
        "a)",
        "<-> a",
        "a <2> b",
        "%a%",
        "_a_",
        "a\u{E000}b",
        "\"a",
        "\"a\" \"",
        "-a b",
        "--a b",
        "a:b:c",
        "*a",
        "a*",
        "http://x.y/z?a=b",
        "a@b.c",
        "<b>x</b>",
        "&amp; x",
        "1e400",
        "0x1",
        "-1 x",
        "🙂x",
        "e\u{301}x",
        "ａ",
        "\u{202e}abc",
        "$1",
        "{x}",
        "x\ty",
        "x\ny",
        "NULL",
        "a::tsquery",
        "/a/b/c",
        "x-y-z",
    ];
    for q in odd {
        let status = search(&bakery.boris, &[("q", q)]).await.status;
        assert!(status == 200 || status == 422, "{q:?}: {status}");
    }
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(seed);
    let letters: Vec<char> = "ab я'\"\\:*&|!()<>-%_$ 1.,/@#🙂".chars().collect();
    for _ in 0..200 {
        let length = rand::Rng::random_range(&mut random, 1..12);
        let letter = |_| letters[rand::Rng::random_range(&mut random, 0..letters.len())];
        let q: String = (0..length).map(letter).collect();
        let status = search(&bakery.boris, &[("q", &q)]).await.status;
        assert!(status == 200 || status == 422, "{q:?}: {status}");
    }
}

#[tokio::test]
async fn hole_13_ten_thousand_random_characters_are_kept_and_found() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(seed);
    let letters: Vec<char> =
        ('0'..='9').chain('A'..='Z').chain('a'..='z').chain('а'..='я').collect();
    let mut noise = |spaces: bool| -> String {
        let letter = |at: usize| match at % 11 {
            10 if spaces => ' ',
            _ => letters[rand::Rng::random_range(&mut random, 0..letters.len())],
        };
        (0..4_990).map(letter).collect()
    };
    let bakery = Bakery::open().await;
    // Nothing to compress, with words and as one word.
    for (spaces, needle) in [(true, "needlepoint"), (false, "haystacks")] {
        let gap = if spaces { " " } else { "" };
        let text = format!("{}{gap}{needle}{gap}{}", noise(spaces), noise(spaces));
        let text: String = text.chars().take(10_000).collect();
        let sent = bakery.say(&bakery.anna, text.trim()).await;
        assert_eq!(sent["content"], text.trim());
        assert_eq!(found(&bakery.boris, needle).await, [text.trim()], "the word in the middle");
        let piece: String = text.chars().filter(|c| *c != ' ').take(8).collect();
        assert_eq!(found(&bakery.boris, &piece).await, [text.trim()], "the beginning");
        let path = format!("/messages/{}", sent["id"].as_str().unwrap());
        bakery.anna.patch(&path, json!({"content": noise(spaces).trim()})).await.expect(200);
        assert!(found(&bakery.boris, needle).await.is_empty(), "edited away");
    }
}
