//! Who is there, and who hears of it.

use crate::support::bakery::Bakery;
use serde_json::json;

#[tokio::test]
async fn people_of_a_space_see_each_other_come_and_go() {
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
