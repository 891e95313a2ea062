//! Reactions.

use crate::support::bakery::Bakery;
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test]
async fn several_people_and_several_emoji() {
    let bakery = Bakery::open().await;
    let message = bakery.say(&bakery.anna, "Cake?").await;
    let path = format!("/messages/{}/reaction", message["id"].as_str().unwrap());
    let react = |emoji: &str| json!({"emoji": emoji});
    bakery.anna.post(&path, react("🎂")).await.expect(200);
    bakery.boris.post(&path, react("❤️")).await.expect(200);
    let now = bakery.boris.post(&path, react("🎂")).await.expect(200);
    let summary: Vec<_> = now["reactions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["emoji"].as_str().unwrap(), r["count"].as_i64().unwrap(), r["me"] == true))
        .collect();
    assert_eq!(summary, [("🎂", 2, true), ("❤️", 1, true)]);
    let now = bakery.boris.post(&path, react("🎂")).await.expect(200);
    assert_eq!(
        (&now["reactions"][0]["count"], &now["reactions"][0]["me"]),
        (&json!(1), &json!(false))
    );
    let listed = bakery.anna.get(&format!("{path}s")).await.expect(200);
    assert_eq!(listed["reactions"][0]["users"][0]["nickname"], "anna");
    assert_eq!(bakery.vera.get(&format!("{path}s")).await.problem(404), "not_found");
    assert_eq!(bakery.vera.post(&path, react("🎂")).await.problem(404), "not_found");
    for bad in ["", "a", "🎂🎂", "<img>", ":x:"] {
        assert_eq!(bakery.anna.post(&path, react(bad)).await.problem(422), "invalid", "{bad}");
    }
}

#[tokio::test]
async fn everybody_who_reacted_is_listed_page_by_page() {
    let bakery = Bakery::open().await;
    let message = bakery.say(&bakery.anna, "Cake?").await;
    let id = message["id"].as_str().unwrap();
    let body = json!({"emoji": "🎂"});
    let mut expected = Vec::new();
    for number in 0..12 {
        let guest = bakery.app.user(&format!("guest{number}")).await;
        guest.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
        guest.post(&format!("/messages/{id}/reaction"), body.clone()).await.expect(200);
        expected.push(format!("guest{number}"));
    }
    let path = format!("/messages/{id}/reactors?emoji=%F0%9F%8E%82&limit=5");
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bakery.boris.get(&format!("{path}{cursor}")).await.expect(200);
        let names = page["items"].as_array().unwrap().iter();
        found.extend(names.map(|person| person["nickname"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found, expected);
    let none = format!("/messages/{id}/reactors?emoji=x");
    assert_eq!(bakery.boris.get(&none).await.expect(200)["items"], json!([]));
    assert_eq!(bakery.vera.get(&path).await.problem(404), "not_found");
    assert_eq!(bakery.app.stranger().get(&path).await.problem(401), "unauthenticated");
    let wrong = format!("{path}&cursor=x");
    assert_eq!(bakery.boris.get(&wrong).await.problem(400), "bad_cursor");
    let (one, few) = bakery.app.counting(bakery.boris.get(&format!("{none}&limit=1"))).await;
    let (all, many) = bakery.app.counting(bakery.boris.get(&path)).await;
    assert_eq!((one.status, all.status, few), (200, 200, many));
}

#[tokio::test]
async fn counts_in_events_are_true_under_a_race() {
    let bakery = Bakery::open().await;
    let message = bakery.say(&bakery.anna, "Race").await;
    let path = format!("/messages/{}/reaction", message["id"].as_str().unwrap());
    let mut socket = bakery.anna.socket().await;
    socket.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let body = json!({"emoji": "🎂"});
    let toggles = (0..10).map(|i| {
        let who = if i % 2 == 0 { &bakery.anna } else { &bakery.boris };
        who.post(&path, body.clone())
    });
    join_all(toggles).await;
    let mut people = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let event =
            socket.wait(|f| f["type"] == "reaction_added" || f["type"] == "reaction_removed").await;
        let who = event["data"]["user"]["nickname"].as_str().unwrap().to_owned();
        match event["type"] == "reaction_added" {
            true => assert!(people.insert(who)),
            false => assert!(people.remove(&who)),
        }
        assert_eq!(event["data"]["count"], people.len());
    }
}
