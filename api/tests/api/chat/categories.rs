//! Categories, the order of chats, and that the events are the state.

use crate::support::bakery::Bakery;
use crate::support::client::Client;
use serde_json::{Value, json};

async fn category(bakery: &Bakery, name: &str) -> String {
    let path = format!("/spaces/{}/categories", bakery.space);
    let made = bakery.anna.post(&path, json!({"name": name})).await.expect(201);
    made["id"].as_str().unwrap().into()
}

async fn chat(bakery: &Bakery, body: Value) -> String {
    let path = format!("/spaces/{}/chats", bakery.space);
    bakery.anna.post(&path, body).await.expect(201)["id"].as_str().unwrap().into()
}

/// Categories and chats as one person sees them: what a client keeps.
async fn state(who: &Client, space: &str) -> (Value, Vec<(String, Value, Value)>) {
    let categories = who.get(&format!("/spaces/{space}/categories")).await.expect(200);
    let chats = who.get(&format!("/spaces/{space}/chats")).await.expect(200);
    let place = |c: &Value| {
        let id = c["id"].as_str().unwrap().to_owned();
        (id, c["category_id"].clone(), c["position"].clone())
    };
    let mut chats: Vec<_> = chats["items"].as_array().unwrap().iter().map(place).collect();
    chats.sort_by(|a, b| a.0.cmp(&b.0));
    (categories["items"].clone(), chats)
}

#[tokio::test]
async fn categories_are_made_renamed_and_removed() {
    let bakery = Bakery::open().await;
    let path = format!("/spaces/{}/categories", bakery.space);
    let kitchen = category(&bakery, " Kitchen ").await;
    let orders = chat(&bakery, json!({"name": "orders", "category_id": kitchen})).await;
    assert_eq!(
        bakery.anna.post(&path, json!({"name": "KITCHEN"})).await.problem(409),
        "name_taken"
    );
    assert_eq!(bakery.anna.post(&path, json!({"name": ""})).await.problem(422), "invalid");
    let refused = bakery.boris.post(&path, json!({"name": "Mine"})).await;
    assert_eq!(refused.problem(403), "forbidden");
    assert_eq!(refused.json()["permission"], "manage_chats");
    let one = format!("{path}/{kitchen}");
    let renamed = bakery.anna.patch(&one, json!({"name": "Oven"})).await.expect(200);
    assert_eq!(renamed["name"], "Oven");
    // A category of another space is none here.
    let foreign = bakery.vera.get("/spaces").await.expect(200)["items"][0]["id"].clone();
    let foreign = format!("/spaces/{}/categories", foreign.as_str().unwrap());
    let hers = bakery.vera.post(&foreign, json!({"name": "Hers"})).await.expect(201)["id"].clone();
    let hers_here = format!("{path}/{}", hers.as_str().unwrap());
    assert_eq!(bakery.anna.patch(&hers_here, json!({"name": "x"})).await.problem(404), "not_found");
    let moved = json!({"category_id": hers});
    let answer = bakery.anna.patch(&format!("/chats/{orders}"), moved).await;
    assert_eq!(answer.problem(422), "invalid");
    bakery.anna.delete(&one).await.expect(204);
    let left = bakery.anna.get(&format!("/chats/{orders}")).await.expect(200);
    assert_eq!(left["category_id"], json!(null), "the chat stays");
    assert_eq!(bakery.anna.delete(&one).await.problem(404), "not_found");
}

#[tokio::test]
async fn an_order_is_all_or_nothing() {
    let bakery = Bakery::open().await;
    let (a, b) = (category(&bakery, "A").await, category(&bakery, "B").await);
    let orders = chat(&bakery, json!({"name": "orders"})).await;
    let path = format!("/spaces/{}/chat-order", bakery.space);
    let before = state(&bakery.boris, &bakery.space).await;
    let unknown = uuid::Uuid::now_v7();
    for body in [
        json!({"categories": [b, unknown], "chats": [{"chat_id": orders, "category_id": a}]}),
        json!({"categories": [b, a], "chats": [{"chat_id": unknown}]}),
        json!({"chats": [{"chat_id": orders, "category_id": unknown}]}),
        json!({"chats": [{"chat_id": orders}, {"chat_id": orders}]}),
        json!({"categories": [a, a]}),
    ] {
        assert_eq!(bakery.anna.put(&path, body.clone()).await.problem(422), "invalid", "{body}");
    }
    assert_eq!(state(&bakery.boris, &bakery.space).await, before);
    let body = json!({"categories": [b, a], "chats": [
        {"chat_id": orders, "category_id": a}, {"chat_id": bakery.chat, "category_id": null},
    ]});
    bakery.anna.put(&path, body).await.expect(204);
    let (categories, chats) = state(&bakery.boris, &bakery.space).await;
    let names: Vec<_> = categories.as_array().unwrap().iter().map(|c| &c["name"]).collect();
    assert_eq!(names, ["B", "A"]);
    assert_eq!(chats.iter().find(|c| c.0 == orders).unwrap().1, a);
}

#[tokio::test]
async fn the_events_are_the_state_and_hidden_chats_stay_hidden() {
    let bakery = Bakery::open().await;
    let hidden = bakery.private_chat("office").await;
    let gone = category(&bakery, "Gone").await;
    let orders = chat(&bakery, json!({"name": "orders", "category_id": gone})).await;
    let (mut categories, mut chats) = state(&bakery.boris, &bakery.space).await;
    let mut boris = bakery.boris.socket().await;
    let oven = category(&bakery, "Oven").await;
    let path = format!("/spaces/{}", bakery.space);
    let body = json!({"categories": [oven, gone], "chats": [
        {"chat_id": hidden, "category_id": oven}, {"chat_id": orders, "category_id": oven},
        {"chat_id": bakery.chat, "category_id": gone},
    ]});
    bakery.anna.put(&format!("{path}/chat-order"), body).await.expect(204);
    let one = format!("{path}/categories/{oven}");
    bakery.anna.patch(&one, json!({"name": "Big oven"})).await.expect(200);
    bakery.anna.delete(&format!("{path}/categories/{gone}")).await.expect(204);
    let heard = boris.drain().await;
    for frame in &heard {
        assert!(!frame.to_string().contains(&hidden), "{frame}");
        let data = &frame["data"];
        let list = categories.as_array_mut().unwrap();
        match frame["type"].as_str().unwrap() {
            "category_created" => list.push(data.clone()),
            "category_updated" => {
                *list.iter_mut().find(|c| c["id"] == data["id"]).unwrap() = data.clone();
            }
            "category_deleted" => {
                list.retain(|c| c["id"] != data["category_id"]);
                for chat in chats.iter_mut().filter(|c| c.1 == data["category_id"]) {
                    chat.1 = json!(null);
                }
            }
            "chat_moved" => {
                let moved = chats.iter_mut().find(|c| data["chat_id"] == c.0).unwrap();
                (moved.1, moved.2) = (data["category_id"].clone(), data["position"].clone());
            }
            _ => {}
        }
    }
    categories.as_array_mut().unwrap().sort_by_key(|c| c["position"].as_i64());
    assert_eq!((categories, chats), state(&bakery.boris, &bakery.space).await);
    assert!(heard.iter().any(|f| f["type"] == "noop"), "the hidden one took its place");
}
