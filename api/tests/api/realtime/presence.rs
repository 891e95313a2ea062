//! Who is there, and who hears of it.

use crate::support::bakery::Bakery;
use serde_json::json;

/// Holes 18 and 33: who closes the last tab is offline without saying so, and only people who share
/// a space or a chat hear of it.
#[tokio::test]
async fn hole_18_people_of_a_space_see_each_other_come_and_go() {
    let bakery = Bakery::open().await;
    let mut anna = bakery.anna.socket().await;
    let mut vera = bakery.vera.socket().await;
    let boris = bakery.boris.socket().await;
    let came = anna
        .wait(|f| f["type"] == "user_status_changed" && f["data"]["user_id"] == bakery.boris.id())
        .await;
    assert_eq!((&came["data"]["status"], &came["seq"]), (&json!("online"), &json!(null)));
    let people =
        bakery.anna.get(&format!("/spaces/{}/participants", bakery.space)).await.expect(200);
    let status = |nickname: &str| {
        let items = people["items"].as_array().unwrap();
        items.iter().find(|p| p["nickname"] == nickname).unwrap()["status"].clone()
    };
    assert_eq!((status("anna"), status("boris")), (json!("online"), json!("online")));
    drop(boris);
    let left = anna
        .wait(|f| f["data"]["user_id"] == bakery.boris.id() && f["data"]["status"] == "offline")
        .await;
    assert_eq!(left["type"], "user_status_changed");
    let heard = vera.drain().await;
    let of_boris = heard.iter().filter(|f| f["data"]["user_id"] == bakery.boris.id());
    assert_eq!(of_boris.count(), 0, "nobody outside hears of it");
}

#[tokio::test]
async fn invisible_people_look_offline() {
    let bakery = Bakery::open().await;
    let mut anna = bakery.anna.socket().await;
    let mut boris = bakery.boris.socket().await;
    let is_boris = |f: &serde_json::Value, status: &str| {
        f["data"]["user_id"] == bakery.boris.id() && f["data"]["status"] == status
    };
    anna.wait(|f| is_boris(f, "online")).await;
    boris.ask("set_status", json!({"status": "dnd"})).await;
    anna.wait(|f| is_boris(f, "dnd")).await;
    boris.ask("set_status", json!({"status": "offline"})).await;
    anna.wait(|f| is_boris(f, "offline")).await;
    // A second device changes nothing for others.
    let _phone = bakery.boris.socket().await;
    boris.ask("heartbeat", json!({"active": true})).await;
    let heard = anna.drain().await;
    assert!(!heard.iter().any(|f| is_boris(f, "online")), "{heard:?}");
}

/// Hole 19: one tab that closes takes nothing from the others.
#[tokio::test]
async fn hole_19_a_person_is_there_as_long_as_one_of_his_tabs() {
    let bakery = Bakery::open().await;
    let clara = bakery.app.user("clara").await;
    clara.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
    let mut anna = bakery.anna.socket().await;
    let (first, mut second) = (bakery.boris.socket().await, bakery.boris.socket().await);
    second.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let of_boris = |f: &serde_json::Value| f["data"]["user_id"] == bakery.boris.id();
    anna.wait(|f| of_boris(f) && f["data"]["status"] == "online").await;
    drop(first);
    // Clara leaves after him: when that is told, his tab is long gone, and nobody was told of it.
    drop(clara.socket().await);
    anna.wait(|f| f["data"]["user_id"] == clara.id() && f["data"]["status"] == "offline").await;
    assert!(!anna.drain().await.iter().any(of_boris));
    bakery.say(&bakery.anna, "Still there?").await;
    second.frame("new_message").await;
    let path = format!("/status/user/{}", bakery.boris.id());
    assert_eq!(bakery.anna.get(&path).await.expect(200)["status"], "online");
    // The same tab twice is one person.
    let online = format!("/spaces/{}/participants?status=online", bakery.space);
    let found = bakery.anna.get(&online).await.expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 2);
}

/// Hole 30: to be there costs no write, and a read costs one statement.
#[tokio::test]
async fn hole_30_asking_writes_nothing() {
    let bakery = Bakery::open().await;
    let anna = &bakery.anna;
    anna.get("/profile/me").await.expect(200);
    for path in ["/profile/me", "/status/my-status", "/profile/me/settings", "/profile/me/marks"] {
        let (answer, statements) = bakery.app.counting(anna.get(path)).await;
        answer.expect(200);
        assert_eq!(statements, 1, "{path}");
    }
    let person = format!("/profile/{}", bakery.boris.id());
    let member = format!("/spaces/{}/participants/{}", bakery.space, bakery.boris.id());
    for path in [person, member] {
        let (answer, statements) = bakery.app.counting(anna.get(&path)).await;
        answer.expect(200);
        assert_eq!(statements, 2, "{path}");
    }
    let mut socket = anna.socket().await;
    // Who hears of her coming is asked once.
    socket.frame("user_status_changed").await;
    let beats = bakery.app.counting(socket.ask("heartbeat", json!({"active": true})));
    assert_eq!(beats.await.1, 0, "a heartbeat");
}
