//! Send.

use crate::support::bakery::{Bakery, send};
use crate::support::{TestApp, database};
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test]
async fn a_member_sends_and_everybody_reads() {
    let bakery = Bakery::open().await;
    let sent = bakery.say(&bakery.anna, "Fresh **bread** 🥖").await;
    assert_eq!((&sent["seq"], &sent["author"]["nickname"]), (&json!(1), &json!("anna")));
    let page = bakery.boris.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert_eq!(page["items"], json!([sent]));
    assert_eq!((&page["has_before"], &page["has_after"]), (&json!(false), &json!(false)));
}

#[tokio::test]
async fn strangers_and_unknown_chats_look_the_same() {
    let bakery = Bakery::open().await;
    let unknown = uuid::Uuid::now_v7();
    for chat in [bakery.chat.clone(), unknown.to_string(), "nonsense".into()] {
        let path = format!("/messages/{chat}");
        assert_eq!(bakery.vera.get(&path).await.problem(404), "not_found");
        assert_eq!(send(&bakery.vera, &chat, "hi").await.problem(404), "not_found");
    }
    let anonymous = bakery.app.stranger();
    let answer = anonymous.get(&format!("/messages/{}", bakery.chat)).await;
    assert_eq!(answer.problem(401), "unauthenticated");
}

#[tokio::test]
async fn bad_bodies_name_the_field() {
    let bakery = Bakery::open().await;
    let path = format!("/messages/{}", bakery.chat);
    for (body, status, pointer, code) in [
        (json!({"nonce": "n"}), 422, "/content", "required"),
        (json!({"content": "  \n ", "nonce": "n"}), 422, "/content", "required"),
        (json!({"content": "\u{200b}", "nonce": "n"}), 422, "/content", "invisible"),
        (json!({"content": "x".repeat(10_001), "nonce": "n"}), 422, "/content", "too_long"),
        (json!({"content": "a\u{0}b", "nonce": "n"}), 422, "/content", "bad_characters"),
        (json!({"content": "x", "nonce": ""}), 422, "/nonce", "required"),
        (json!({"content": "x", "nonce": "n".repeat(65)}), 422, "/nonce", "too_long"),
        (json!({"content": "x", "nonce": "a b"}), 422, "/nonce", "bad_characters"),
        (
            json!({"content": "x", "nonce": "n", "reply_to": uuid::Uuid::nil()}),
            422,
            "/reply_to",
            "unknown",
        ),
        (json!({"content": "x", "nonce": "n", "pinned": true}), 400, "/pinned", "unknown"),
        (json!({"content": 5, "nonce": "n"}), 422, "/content", "bad_format"),
    ] {
        let answer = bakery.anna.post(&path, body.clone()).await;
        answer.problem(status);
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!(pointer), &json!(code)), "{body}");
        assert!(!error["detail"].as_str().unwrap().is_empty());
    }
    let page = bakery.anna.get(&path).await.expect(200);
    assert_eq!(page["items"], json!([]), "nothing was stored, no seq was taken");
    assert_eq!(bakery.say(&bakery.anna, "first").await["seq"], 1);
}

/// R13.
#[tokio::test]
async fn a_nonce_is_one_message() {
    let bakery = Bakery::open().await;
    let path = format!("/messages/{}", bakery.chat);
    let body = json!({"content": "once", "nonce": "n1"});
    let first = bakery.anna.post(&path, body.clone()).await.expect(201);
    assert_eq!(bakery.anna.post(&path, body.clone()).await.expect(200), first);
    let other = json!({"content": "twice", "nonce": "n1"});
    assert_eq!(bakery.anna.post(&path, other).await.problem(422), "nonce_mismatch");
    // Another author, another chat: another message.
    assert_eq!(bakery.boris.post(&path, body.clone()).await.expect(201)["seq"], 2);
    // Edited meanwhile: the repeat of the first send is still the same message.
    let edit = format!("/messages/{}", first["id"].as_str().unwrap());
    bakery.anna.patch(&edit, json!({"content": "changed"})).await.expect(200);
    assert_eq!(bakery.anna.post(&path, body).await.expect(200)["id"], first["id"]);
}

/// R13: also after the token was refreshed, at another node that was not there before, by socket and
/// by REST; in another chat it is another message.
#[tokio::test]
async fn a_nonce_is_one_message_wherever_it_is_repeated() {
    let url = database::fresh().await;
    let site = [("PUBLIC_URL", "http://space.test")];
    let bakery = Bakery::at(TestApp::node(&url, &site).await).await;
    let path = format!("/messages/{}", bakery.chat);
    let body = json!({"content": "once", "nonce": "n1"});
    let first = bakery.anna.post(&path, body.clone()).await.expect(201);
    let refresh = json!({"refresh_token": bakery.anna.refresh_token});
    let tokens = bakery.anna.post("/auth/refresh", refresh).await.expect(200);
    let mut anna = bakery.anna.clone();
    anna.token = tokens["access_token"].as_str().unwrap().into();
    assert_eq!(anna.post(&path, body.clone()).await.expect(200)["id"], first["id"]);
    let second = TestApp::node(&url, &site).await;
    let other = second.at(&anna);
    assert_eq!(other.post(&path, body).await.expect(200)["id"], first["id"]);
    let mut socket = other.socket().await;
    let data = json!({"chat_id": bakery.chat, "content": "once", "nonce": "n1"});
    assert_eq!(socket.ask("send_message", data).await["id"], first["id"]);
    let data = json!({"chat_id": bakery.chat, "content": "twice", "nonce": "n1"});
    assert_eq!(socket.refused("send_message", data).await, "nonce_mismatch");
    let elsewhere = format!("/messages/{}", bakery.private_chat("office").await);
    let sent = other.post(&elsewhere, json!({"content": "once", "nonce": "n1"})).await;
    assert_ne!(sent.expect(201)["id"], first["id"]);
    let long = json!({"content": "x", "nonce": "n".repeat(8192)});
    assert_eq!(other.post(&path, long).await.problem(422), "invalid");
    let strange = json!({"content": "x", "nonce": "a\u{0}b"});
    assert_eq!(other.post(&path, strange).await.problem(422), "invalid");
}

/// R13.
#[tokio::test]
async fn fifty_parallel_repeats_are_one_row() {
    let bakery = Bakery::open().await;
    let path = format!("/messages/{}", bakery.chat);
    let body = json!({"content": "once", "nonce": "same"});
    let answers = join_all((0..50).map(|_| bakery.anna.post(&path, body.clone()))).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(created, 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201)));
    let page = bakery.anna.get(&path).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(bakery.say(&bakery.anna, "next").await["seq"], 2, "repeats take no seq");
}

#[tokio::test]
async fn parallel_sends_have_no_holes_and_no_twins() {
    let bakery = Bakery::open().await;
    let sends = (0..60).map(|i| {
        let who = if i % 2 == 0 { &bakery.anna } else { &bakery.boris };
        bakery.say(who, "text")
    });
    let mut seqs: Vec<i64> =
        join_all(sends).await.iter().map(|m| m["seq"].as_i64().unwrap()).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=60).collect::<Vec<_>>());
}

#[tokio::test]
async fn mentions_reach_only_people_of_the_chat() {
    let bakery = Bakery::open().await;
    let text = "Hi @Boris, and @vera! mail anna@boris.org `@anna` @nobody";
    let sent = bakery.say(&bakery.anna, text).await;
    let names: Vec<_> =
        sent["mentions"].as_array().unwrap().iter().map(|m| &m["nickname"]).collect();
    assert_eq!(names, [&json!("boris")]);
    let path = format!("/messages/{}", sent["id"].as_str().unwrap());
    let edited = bakery.anna.patch(&path, json!({"content": "Hi @anna"})).await.expect(200);
    assert_eq!(edited["mentions"][0]["nickname"], "anna");
}

#[tokio::test]
async fn replies_show_what_they_answer() {
    let bakery = Bakery::open().await;
    let question = bakery.say(&bakery.boris, "Is the **rye** ready?").await;
    let path = format!("/messages/{}", bakery.chat);
    let body = json!({"content": "Yes", "nonce": "r1", "reply_to": question["id"]});
    let reply = bakery.anna.post(&path, body).await.expect(201)["reply_to"].clone();
    assert_eq!((&reply["seq"], &reply["excerpt"]), (&json!(1), &json!("Is the rye ready?")));
    assert_eq!(reply["author"]["nickname"], "boris");
    // A message of another chat can't be answered here.
    let other = bakery.private_chat("office").await;
    let body = json!({"content": "x", "nonce": "r2", "reply_to": question["id"]});
    let answer = bakery.anna.post(&format!("/messages/{other}"), body).await;
    assert_eq!(answer.problem(422), "invalid");
    // Once deleted, nothing of it is shown.
    let gone = format!("/messages/{}", question["id"].as_str().unwrap());
    bakery.boris.delete(&gone).await.expect(204);
    let page = bakery.anna.get(&path).await.expect(200);
    let reply = &page["items"][0]["reply_to"];
    assert_eq!((&reply["author"], &reply["excerpt"]), (&json!(null), &json!(null)));
}
