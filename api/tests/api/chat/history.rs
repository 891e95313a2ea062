//! Paging through a chat.

use crate::support::bakery::{Bakery, texts};
use serde_json::json;
use std::sync::{Arc, Mutex};

async fn with_messages(count: usize) -> Bakery {
    let bakery = Bakery::open().await;
    for i in 1..=count {
        bakery.say(&bakery.anna, &format!("{i}")).await;
    }
    bakery
}

#[tokio::test]
async fn pages_in_all_directions() {
    let bakery = with_messages(12).await;
    for (query, want, before, after) in [
        ("limit=3", vec!["10", "11", "12"], true, false),
        ("before=4&limit=3", vec!["1", "2", "3"], false, true),
        ("before=1", vec![], false, true),
        ("after=9&limit=5", vec!["10", "11", "12"], true, false),
        ("after=0&limit=2", vec!["1", "2"], false, true),
        ("around=6&limit=4", vec!["4", "5", "6", "7"], true, true),
        ("around=1&limit=4", vec!["1", "2"], false, true),
        ("at=2000-01-01T00:00:00Z&limit=4", vec!["1", "2"], false, true),
        ("at=2100-01-01T00:00:00Z&limit=4", vec!["11", "12"], true, false),
    ] {
        let page =
            bakery.boris.get(&format!("/messages/{}?{query}", bakery.chat)).await.expect(200);
        assert_eq!(texts(&page), want, "{query}");
        assert_eq!(
            (&page["has_before"], &page["has_after"]),
            (&json!(before), &json!(after)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn bad_queries_are_refused() {
    let bakery = with_messages(1).await;
    for (query, status, code) in [
        ("limit=0", 422, "invalid"),
        ("limit=101", 422, "invalid"),
        ("before=1&after=1", 422, "invalid"),
        ("before=-1", 422, "invalid"),
        ("before=x", 400, "malformed"),
        ("offset=10", 400, "unknown_field"),
        ("at=yesterday", 400, "malformed"),
    ] {
        let answer = bakery.anna.get(&format!("/messages/{}?{query}", bakery.chat)).await;
        assert_eq!(answer.problem(status), code, "{query}");
    }
}

#[tokio::test]
async fn the_number_of_queries_does_not_grow_with_the_page() {
    let bakery = with_messages(50).await;
    let path = |limit| format!("/messages/{}?limit={limit}", bakery.chat);
    bakery.anna.get(&path(1)).await.expect(200);
    let (_, one) = bakery.app.counting(bakery.anna.get(&path(1))).await;
    let (_, fifty) = bakery.app.counting(bakery.anna.get(&path(50))).await;
    assert_eq!(one, fifty);
    assert!(fifty <= 3, "access, messages, all that hangs on them; not {fifty}");
    let parts =
        ["before=40", "after=3", "around=20", "at=2024-05-01T00:00:00Z", "at=2090-01-01T00:00:00Z"];
    for part in parts {
        let path = format!("/messages/{}?{part}", bakery.chat);
        let (page, statements) = bakery.app.counting(bakery.boris.get(&path)).await;
        page.expect(200);
        assert!(statements <= 4, "{part}: {statements}, the look at the session included");
    }
}

/// `load bench` compares a page with what it costs to ask the same of PostgreSQL.
#[tokio::test]
async fn the_bench_asks_what_a_page_asks() {
    let bakery = with_messages(5).await;
    let path = format!("/messages/{}?before=4&limit=50", bakery.chat);
    bakery.anna.get(&path).await.expect(200);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = asked.clone();
    bakery.app.app.db.at_statements(move |statement, is_done| {
        if !is_done {
            let text = statement.split(" -- binds").next().unwrap_or_default();
            heard.lock().unwrap().push(text.trim().to_owned());
        }
    });
    bakery.anna.get(&path).await.expect(200);
    let mut asked = asked.lock().unwrap().clone();
    asked.sort();
    let mut bench = [
        include_str!("../../../../e2e/load/src/bench/history/access.sql"),
        include_str!("../../../../e2e/load/src/bench/history/page.sql"),
        include_str!("../../../../e2e/load/src/bench/history/details.sql"),
    ]
    .map(|text| text.trim().to_owned());
    bench.sort();
    assert_eq!(asked, bench);
}
