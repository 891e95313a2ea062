//! R22: the database is lost at every statement of a change, once before the statement is done and once
//! between its being done and its answer. Whoever repeats has the change once; everybody hears of it once.

use crate::support::bakery::Bakery;
use crate::support::client::{Answer, Client};
use crate::support::cut_wire::{Cut, CutWire};
use crate::support::socket::Socket;
use crate::support::{TestApp, database};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// More statements than any change has.
const MOST: usize = 60;

/// Both nodes believe each other's tokens.
const SITE: [(&str, &str); 1] = [("PUBLIC_URL", "http://space.test")];

struct House {
    bakery: Bakery,
    wire: CutWire,
    /// Another node, whose wire is whole.
    whole: TestApp,
}

impl House {
    async fn open() -> Self {
        let url = database::fresh().await;
        let wire = CutWire::to(&url).await;
        let bakery = Bakery::at(TestApp::node(&wire.url, &SITE).await).await;
        Self { bakery, wire, whole: TestApp::node(&url, &SITE).await }
    }

    fn path(&self) -> String {
        format!("/messages/{}", self.bakery.chat)
    }

    /// Asks for a change that is cut off after so many statements, and repeats it until it is done. How
    /// it was answered at last; `None` when it has no so many statements.
    async fn cut(&self, passing: usize, cut: Cut, ask: impl AsyncFn() -> Answer) -> Option<Answer> {
        self.wire.arm(passing, cut);
        let mut answer = ask().await;
        if !self.wire.disarm() {
            assert!(answer.status < 300, "{}", answer.text);
            return None;
        }
        let began = Instant::now();
        while answer.status >= 500 {
            assert_eq!(answer.problem(503), "unavailable", "{cut:?} after {passing}");
            assert!(answer.headers.contains_key("retry-after"));
            assert!(began.elapsed() < Duration::from_secs(30), "{cut:?} after {passing}");
            answer = ask().await;
        }
        Some(answer)
    }

    /// Every place of a change, both ways. `ask` gets a number of its own for each.
    async fn everywhere(
        &self,
        ask: impl AsyncFn(usize) -> Answer,
        mut check: impl AsyncFnMut(usize, Answer),
    ) {
        let mut number = 0;
        for cut in [Cut::Before, Cut::After] {
            let mut places = 0;
            while let Some(answer) = self.cut(places, cut, async || ask(number).await).await {
                check(number, answer).await;
                (places, number) = (places + 1, number + 1);
                assert!(places < MOST, "it has no end");
            }
            assert!(places > 2, "only {places} statements: the wire is not in use");
            number += 1;
        }
    }
}

async fn listen(house: &House) -> Socket {
    let mut socket = house.bakery.boris.socket().await;
    socket.ask("join_room", json!({"chat_id": house.bakery.chat, "after_seq": 0})).await;
    socket
}

/// Messages of the chat, as the node tells that was never cut off.
async fn history(house: &House, who: &Client) -> Vec<Value> {
    let path = format!("{}?after=0&limit=100", house.path());
    let page = house.whole.at(who).get(&path).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn r22_a_send_that_is_cut_off_anywhere_is_one_message() {
    let house = House::open().await;
    let mut socket = listen(&house).await;
    let anna = &house.bakery.anna;
    let text =
        |number: usize| json!({"content": format!("{number}"), "nonce": format!("n{number}")});
    let said = std::cell::Cell::new(0);
    house
        .everywhere(
            async |number| {
                said.set(number + 1);
                anna.post(&house.path(), text(number)).await
            },
            async |number, answer| {
                assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
                assert_eq!(answer.json()["content"], format!("{number}"));
            },
        )
        .await;
    let stored = history(&house, anna).await;
    for (number, message) in stored.iter().enumerate() {
        assert_eq!(message["content"], format!("{number}"));
        assert_eq!(message["seq"], number + 1);
        let heard = socket.frame("new_message").await;
        assert_eq!((&heard["data"]["id"], &heard["seq"]), (&message["id"], &json!(number + 1)));
    }
    assert_eq!(stored.len(), said.get(), "each once");
}

#[tokio::test]
async fn r22_an_answer_with_a_mention_that_is_cut_off_anywhere_is_one_message() {
    let house = House::open().await;
    let anna = &house.bakery.anna;
    let first = house.bakery.say(&house.bakery.boris, "Bread?").await;
    // Has a transaction of its own, and a notification.
    let text = |number: usize| json!({"content": format!("@boris {number}"), "nonce": format!("n{number}"), "reply_to": first["id"]});
    let said = std::cell::Cell::new(0);
    house
        .everywhere(
            async |number| {
                said.set(number + 1);
                anna.post(&house.path(), text(number)).await
            },
            async |_, answer| assert!(matches!(answer.status, 200 | 201), "{}", answer.text),
        )
        .await;
    let stored = history(&house, anna).await;
    let texts: Vec<&str> = stored.iter().map(|m| m["content"].as_str().unwrap()).collect();
    let wanted: Vec<String> = (0..said.get()).map(|number| format!("@boris {number}")).collect();
    assert_eq!(texts[1..], wanted);
    let unread =
        house.whole.at(&house.bakery.boris).get("/notifications?limit=100").await.expect(200);
    assert_eq!(unread["items"].as_array().unwrap().len(), said.get(), "each is told once");
}

#[tokio::test]
async fn r22_edits_and_deletions_that_are_cut_off_anywhere_happen() {
    let house = House::open().await;
    let anna = &house.bakery.anna;
    let message = house.bakery.say(anna, "first").await;
    let own = format!("/messages/{}", message["id"].as_str().unwrap());
    house
        .everywhere(
            async |number| anna.patch(&own, json!({"content": format!("edit {number}")})).await,
            async |number, answer| {
                assert_eq!(answer.expect(200)["content"], format!("edit {number}"));
                let stored = history(&house, anna).await;
                assert_eq!(stored[0]["content"], format!("edit {number}"));
            },
        )
        .await;
    let mut doomed = Vec::new();
    for number in 0..MOST {
        let message = house.bakery.say(anna, &format!("{number}")).await;
        doomed.push(format!("/messages/{}", message["id"].as_str().unwrap()));
    }
    let mut socket = listen(&house).await;
    let asked = std::cell::Cell::new(0);
    house
        .everywhere(
            async |number| {
                asked.set(number + 1);
                anna.delete(&doomed[number]).await
            },
            async |_, answer| assert!(matches!(answer.status, 200 | 204 | 404), "{}", answer.text),
        )
        .await;
    let mut told = std::collections::HashSet::new();
    while told.len() < asked.get() {
        let heard = socket.frame("message_deleted").await;
        assert!(told.insert(heard["data"]["message_id"].as_str().unwrap().to_owned()), "twice");
    }
    assert!(!socket.drain().await.iter().any(|frame| frame["type"] == "message_deleted"));
}

#[tokio::test]
async fn r22_joining_that_is_cut_off_anywhere_is_joining_once() {
    let house = House::open().await;
    let (anna, vera) = (&house.bakery.anna, &house.bakery.vera);
    let space = format!("/spaces/{}", house.bakery.space);
    let people =
        async || house.whole.at(anna).get(&format!("{space}/participants")).await.expect(200);
    house
        .everywhere(
            async |_| vera.post(&format!("{space}/join"), json!({})).await,
            async |number, answer| {
                assert_eq!(answer.status, 200, "{}", answer.text);
                assert_eq!(people().await["items"].as_array().unwrap().len(), 3, "{number}");
                let count = house.whole.at(anna).get(&space).await.expect(200);
                assert_eq!(count["member_count"], 3, "{number}");
                vera.post(&format!("{space}/leave"), json!({})).await.expect(204);
            },
        )
        .await;
}
