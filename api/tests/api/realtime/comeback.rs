//! Many people come back at the same time.

use crate::support::bakery::Bakery;
use crate::support::client::Client;
use crate::support::socket::Socket;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};
use futures_util::future::join_all;
use serde_json::{Value, json};

const MANY: usize = 30;

#[derive(QueryableByName)]
struct Stream {
    #[diesel(sql_type = Text)]
    topic: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// What somebody would say who heard everything until now.
async fn cursors(bakery: &Bakery, who: &Client) -> Value {
    let mine = [format!("user:{}", who.id()), format!("space:{}", bakery.space)];
    let conn = &mut *bakery.app.app.conn().await.unwrap();
    let streams: Vec<Stream> =
        diesel::sql_query("SELECT topic, seq FROM streams").load(conn).await.unwrap();
    let own = streams.into_iter().filter(|stream| mine.contains(&stream.topic));
    own.map(|stream| (stream.topic, json!(stream.seq))).collect()
}

/// Comes back with a server that looks up nobody until all are there; how many statements that took.
async fn all_at_once(bakery: &Bakery, people: &[(Client, Value)]) -> (Vec<Socket>, u64) {
    // Nobody has been gone for so long that his session must be looked up, at which others need not wait.
    join_all(people.iter().map(|(who, _)| who.get("/profile/me"))).await;
    let app = &bakery.app.app;
    let mut holder = app.conn().await.unwrap();
    holder.batch_execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let arrivals = &app.live.lookups().arrivals;
    let open = |(who, cursors): &(Client, Value)| {
        let (address, token, cursors) = (bakery.app.address, who.token.clone(), cursors.clone());
        async move { Socket::hello(address, &token, cursors).await }
    };
    let all = join_all(people.iter().map(open));
    let release = async {
        while arrivals.waiting() < people.len() {
            tokio::task::yield_now().await;
        }
        holder.batch_execute("COMMIT").await.unwrap();
    };
    let come = async {
        let (mut sockets, ()) = tokio::join!(all, release);
        // Whoever answers a command has told others that he is there.
        for socket in &mut sockets {
            socket.ask("heartbeat", json!({"active": true})).await;
        }
        sockets
    };
    bakery.app.counting(come).await
}

/// The figure of the storm: three statements each, whether something was missed or not. Nothing that a
/// socket does is left out.
#[tokio::test]
async fn a_socket_that_comes_back_with_others_costs_three_statements_at_most() {
    let bakery = Bakery::open().await;
    let mut people = Vec::new();
    for n in 0..MANY {
        let who = bakery.app.user(&format!("guest_{n}")).await;
        who.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
        people.push(who);
    }
    let mut known = Vec::new();
    for who in people {
        let heard = cursors(&bakery, &who).await;
        assert_eq!(heard.as_object().unwrap().len(), 2);
        known.push((who, heard));
    }
    let (sockets, queries) = all_at_once(&bakery, &known).await;
    println!("nothing missed: {queries} statements for {MANY} sockets");
    assert!(queries <= 3 * MANY as u64, "{queries} statements for {MANY} sockets");
    for socket in &sockets {
        let topics = socket.connected["topics"].as_object().unwrap();
        assert_eq!(topics.len(), 2);
        assert!(topics.values().all(|state| state["recovered"] == true), "{topics:?}");
    }
    drop(sockets);

    let path = format!("/spaces/{}/chats", bakery.space);
    bakery.anna.post(&path, json!({"name": "missed"})).await.expect(201);
    let (mut sockets, queries) = all_at_once(&bakery, &known).await;
    println!("something missed: {queries} statements for {MANY} sockets");
    assert!(queries <= 3 * MANY as u64, "{queries} statements for {MANY} sockets");
    for socket in &mut sockets {
        assert_eq!(socket.frame("chat_created").await["data"]["name"], "missed");
    }
}
