//! Sends of one chat that are written together: each keeps its own checks, order and nonce.

use crate::support::bakery::{Bakery, send};
use crate::support::client::{Answer, Client};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use std::collections::HashSet;

/// A bakery where something was said.
async fn warm() -> Bakery {
    let bakery = Bakery::open().await;
    bakery.say(&bakery.anna, "first").await;
    bakery
}

fn seqs(answers: &[Answer]) -> Vec<i64> {
    let new = answers.iter().filter(|answer| answer.status == 201);
    let mut seqs: Vec<i64> = new.map(|a| a.json()["seq"].as_i64().unwrap()).collect();
    seqs.sort_unstable();
    seqs
}

async fn stored(bakery: &Bakery) -> Vec<(i64, String)> {
    let path = format!("/messages/{}?limit=100", bakery.chat);
    let page = bakery.anna.get(&path).await.expect(200);
    let items = page["items"].as_array().unwrap().iter();
    items.map(|m| (m["seq"].as_i64().unwrap(), m["content"].as_str().unwrap().into())).collect()
}

#[tokio::test]
async fn many_sends_take_few_transactions_and_keep_their_order() {
    let bakery = warm().await;
    let mut listener = bakery.boris.socket().await;
    listener.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let sends = (0..80).map(|n| {
        let who = if n % 2 == 0 { &bakery.anna } else { &bakery.boris };
        send(who, &bakery.chat, "together")
    });
    let (answers, statements) = bakery.app.counting(join_all(sends)).await;
    assert_eq!(seqs(&answers), (2..=81).collect::<Vec<_>>(), "each once, without holes");
    assert!(statements < 80 * 5, "{statements} statements for 80 sends: seven each when alone");
    let heard = heard(&mut listener, 80).await;
    assert_eq!(heard.iter().map(|m| &m["seq"]).collect::<Vec<_>>(), (2..=81).collect::<Vec<_>>());
    // What was answered is what is stored and what was heard.
    for answer in &answers {
        let message = answer.json();
        let told = heard.iter().find(|m| m["id"] == message["id"]).unwrap();
        assert_eq!(told["author"], message["author"]);
        assert_eq!(told["nonce"], message["nonce"]);
    }
    let path = format!("/messages/{}?limit=80", bakery.chat);
    let page = bakery.anna.get(&path).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap(), &heard);
}

/// The messages that a socket hears of.
async fn heard(socket: &mut crate::support::socket::Socket, count: usize) -> Vec<Value> {
    let mut heard = Vec::new();
    while heard.len() < count {
        heard.push(socket.frame("new_message").await["data"].take());
    }
    heard
}

#[tokio::test]
async fn a_nonce_is_one_message_in_one_batch_and_across() {
    let bakery = warm().await;
    let path = format!("/messages/{}", bakery.chat);
    let post = |who: &Client, content: &str, nonce: &str| {
        let (who, path) = (who.clone(), path.clone());
        let body = json!({"content": content, "nonce": nonce});
        async move { who.post(&path, body).await }
    };
    let same = (0..20).map(|_| post(&bakery.anna, "once", "n"));
    let others = (0..20).map(|n| post(&bakery.boris, "other", &format!("n{n}")));
    let changed = (0..5).map(|_| post(&bakery.boris, "changed", "n3"));
    let (same, (others, changed)) =
        join(join_all(same), join(join_all(others), join_all(changed))).await;
    assert_eq!(same.iter().filter(|answer| answer.status == 201).count(), 1);
    let ids: HashSet<String> = same.iter().map(|a| a.json()["id"].to_string()).collect();
    assert_eq!(ids.len(), 1, "a repeat is answered with the stored message");
    // One of the two texts came first; the other is no repeat of it.
    let both: Vec<_> = others.iter().chain(&changed).collect();
    assert_eq!(both.iter().filter(|answer| answer.status == 201).count(), 20);
    assert!(both.iter().all(|a| matches!(a.status, 200 | 201 | 422)), "{both:?}");
    let seqs: Vec<i64> = stored(&bakery).await.into_iter().map(|(seq, _)| seq).collect();
    assert_eq!(seqs, (1..=22).collect::<Vec<_>>(), "repeats take no seq");
    // Later, in another batch.
    assert_eq!(post(&bakery.anna, "once", "n").await.status, 200);
    assert_eq!(post(&bakery.anna, "twice", "n").await.problem(422), "nonce_mismatch");
}

#[tokio::test]
async fn one_refused_send_fails_alone() {
    let bakery = warm().await;
    let path = format!("/spaces/{}/restrict/{}", bakery.space, bakery.boris.id());
    let body = json!({"permissions_denied": ["send_messages"]});
    bakery.anna.post(&path, body).await.expect(200);
    let sends = (0..30).map(|n| {
        let who = [&bakery.anna, &bakery.boris, &bakery.vera][n % 3];
        send(who, &bakery.chat, "together")
    });
    let answers = join_all(sends).await;
    for (n, answer) in answers.iter().enumerate() {
        match n % 3 {
            0 => assert_eq!(answer.status, 201, "{}", answer.text),
            1 => assert_eq!(answer.problem(403), "forbidden"),
            // A stranger is told what everybody is told about a chat that does not exist.
            _ => assert_eq!(answer.problem(404), "not_found"),
        }
    }
    assert_eq!(seqs(&answers), (2..=11).collect::<Vec<_>>());
    assert_eq!(stored(&bakery).await.len(), 11);
}

#[tokio::test]
async fn who_is_removed_meanwhile_writes_nothing_more() {
    let bakery = warm().await;
    let kick = format!("/spaces/{}/kick/{}", bakery.space, bakery.boris.id());
    let storm = |who: &Client| {
        let (who, chat) = (who.clone(), bakery.chat.clone());
        async move { join_all((0..20).map(|_| send(&who, &chat, "storm"))).await }
    };
    let during = join(storm(&bakery.anna), storm(&bakery.boris));
    let (kicked, (anna, boris)) = join(bakery.anna.post(&kick, json!({})), during).await;
    kicked.expect(204);
    assert!(anna.iter().all(|answer| answer.status == 201));
    assert!(boris.iter().all(|answer| matches!(answer.status, 201 | 404)), "{boris:?}");
    let after = storm(&bakery.boris).await;
    assert!(after.iter().all(|answer| answer.status == 404), "{after:?}");
    let written = seqs(&anna).len() + seqs(&boris).len() + 1;
    let seqs: Vec<i64> = stored(&bakery).await.into_iter().map(|(seq, _)| seq).collect();
    assert_eq!(seqs, (1..=i64::try_from(written).unwrap()).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_needs_more_goes_beside_the_others() {
    let bakery = warm().await;
    let first = bakery.say(&bakery.anna, "question").await;
    let path = format!("/messages/{}", bakery.chat);
    let post = |n: usize| {
        let nonce = uuid::Uuid::now_v7().to_string();
        let body = match n % 4 {
            0 => json!({"content": "@boris look", "nonce": nonce}),
            1 => json!({"content": "answer", "nonce": nonce, "reply_to": first["id"]}),
            2 => json!({"content": "aside", "nonce": nonce, "thread_root": first["id"]}),
            _ => json!({"content": "plain", "nonce": nonce}),
        };
        bakery.anna.post(&path, body)
    };
    let posts: Vec<_> = (0..40).map(post).collect();
    let answers = join_all(posts).await;
    assert_eq!(seqs(&answers), (3..=42).collect::<Vec<_>>());
    let inbox = bakery.boris.get("/notifications").await.expect(200);
    assert_eq!(inbox["items"].as_array().unwrap().len(), 10, "{inbox}");
    let thread = format!("/messages/{}/thread", first["id"].as_str().unwrap());
    let thread = bakery.anna.get(&thread).await.expect(200);
    assert_eq!(thread["items"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn a_chat_that_becomes_slow_is_slow_for_sends_at_once() {
    let bakery = warm().await;
    let path = format!("/chats/{}", bakery.chat);
    bakery.anna.patch(&path, json!({"slow_seconds": 30})).await.expect(200);
    let sends = (0..10).map(|_| send(&bakery.boris, &bakery.chat, "quick"));
    let mut statuses: Vec<u16> = join_all(sends).await.iter().map(|a| a.status).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (201, &[429; 9][..]));
    assert_eq!(stored(&bakery).await.len(), 2);
}
