//! Who is in a room, and who hears of it.

use crate::support::bakery::Bakery;
use serde_json::{Value, json};

#[tokio::test]
async fn a_lost_connection_leaves_the_room() {
    let bakery = Bakery::open().await;
    let mut anna = bakery.anna.socket().await;
    anna.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let mut boris = bakery.boris.socket().await;
    boris.ask("join_room", json!({"chat_id": bakery.chat})).await;
    anna.frame("user_joined_room").await;
    drop(boris);
    let left = anna.frame("user_left_room").await;
    assert_eq!(left["data"]["user"]["nickname"], "boris");
}

/// Everybody would hear of everybody: a queue of 256 frames is full before a crowd has come.
#[tokio::test]
async fn of_a_crowd_nobody_hears_who_comes_but_what_is_said() {
    let bakery = Bakery::open().await;
    let join = json!({"chat_id": bakery.chat});
    let mut crowd = Vec::new();
    for n in 0..7 {
        let person = bakery.app.user(&format!("person_{n}")).await;
        person.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
        for _ in 0..10 {
            let mut socket = person.socket().await;
            socket.ask("join_room", join.clone()).await;
            crowd.push(socket);
        }
    }
    let heard = crowd[0].drain().await;
    let told = heard.iter().filter(|frame| frame["type"] == "user_joined_room").count();
    assert!((1..50).contains(&told), "{told}");
    bakery.say(&bakery.anna, "Quiet, please").await;
    for socket in &mut crowd {
        assert_eq!(socket.frame("new_message").await["data"]["content"], "Quiet, please");
    }
}

#[tokio::test]
async fn of_a_crowd_nobody_hears_who_is_there_but_partners_do_and_lists_say_it() {
    let bakery = Bakery::open().await;
    bakery.anna.post("/chats", json!({"user_id": bakery.boris.id()})).await.expect(201);
    let mut anna = bakery.anna.socket().await;
    let (mut crowd, mut people) = (Vec::new(), Vec::new());
    for n in 0..21 {
        let person = bakery.app.user(&format!("person_{n}")).await;
        person.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
        for _ in 0..10 {
            crowd.push(person.socket().await);
        }
        people.push(json!(person.id()));
    }
    let told = |frames: Vec<Value>| {
        let changed = frames.into_iter().filter(|frame| frame["type"] == "user_status_changed");
        changed.map(|frame| frame["data"]["user_id"].clone()).collect::<Vec<_>>()
    };
    let early = told(anna.drain().await);
    assert!(early.contains(&people[0]) && !early.contains(&people[20]), "{early:?}");
    for socket in &mut crowd {
        socket.drain().await;
    }
    let _boris = bakery.boris.socket().await;
    let status = anna.frame("user_status_changed").await;
    assert_eq!(status["data"]["user_id"], json!(bakery.boris.id()));
    for socket in &mut crowd {
        assert_eq!(told(socket.drain().await), Vec::<Value>::new());
    }
    let list = format!("/spaces/{}/participants?q=person_20", bakery.space);
    let person = bakery.anna.get(&list).await.expect(200)["items"][0].clone();
    assert_eq!(person["status"], "online", "{person}");
}

#[tokio::test]
async fn who_is_kicked_leaves_the_room_and_hears_no_more() {
    let bakery = Bakery::open().await;
    let mut anna = bakery.anna.socket().await;
    anna.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let mut boris = bakery.boris.socket().await;
    boris.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let kick = format!("/spaces/{}/kick/{}", bakery.space, bakery.boris.id());
    bakery.anna.post(&kick, json!({})).await.expect(204);
    boris.frame("space_left").await;
    assert_eq!(anna.frame("user_left_room").await["data"]["user"]["nickname"], "boris");
    bakery.say(&bakery.anna, "he is gone @boris").await;
    let heard = boris.drain().await;
    assert!(heard.iter().all(|f| !f.to_string().contains("he is gone")), "{heard:?}");
    assert_eq!(boris.refused("typing", json!({"chat_id": bakery.chat})).await, "not_found");
    let hub = bakery.app.app.live.hub();
    assert_eq!(hub.listeners(format!("chat:{}", bakery.chat).parse().unwrap()), 1);
}

#[tokio::test]
async fn quick_changes_of_status_end_with_the_last_one() {
    let bakery = Bakery::open().await;
    let mut anna = bakery.anna.socket().await;
    let mut boris = bakery.boris.socket().await;
    anna.wait(|f| f["data"]["status"] == "online" && f["data"]["user_id"] == bakery.boris.id())
        .await;
    for round in 0..20 {
        for status in ["dnd", "away", "online", "dnd"] {
            boris.ask("set_status", json!({"status": status})).await;
        }
        boris.ask("set_status", json!({"status": "away"})).await;
        // Whatever overtook what on the way: what is heard last is what is.
        let mut told = Value::Null;
        while told != "away" {
            for frame in anna.drain().await {
                if frame["data"]["user_id"] == bakery.boris.id() {
                    told = frame["data"]["status"].clone();
                }
            }
        }
        let later = anna.drain().await;
        let of_boris = |f: &&Value| f["data"]["user_id"] == bakery.boris.id();
        let last = later.iter().rfind(of_boris).map_or(&told, |f| &f["data"]["status"]);
        assert_eq!(*last, "away", "round {round}");
    }
}
