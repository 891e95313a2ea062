//! R22: something panics before and after every statement of a change. It ends that request or socket and
//! nothing else: nobody waits for what it held, and whoever repeats has the change once.

use crate::support::TestApp;
use crate::support::bakery::Bakery;
use crate::support::client::{Answer, Client};
use crate::support::socket::{Heard, Socket};
use api::app::App;
use api::error::ApiResult;
use api::jobs::worker::run_due;
use api::jobs::{Job, Jobs, enqueue};
use diesel::sql_types::BigInt;
use diesel_async::SimpleAsyncConnection as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::topic::Topic;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// More moments than any change has.
const MOST: i64 = 120;
/// Longer than anything takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(30);
/// Nothing is to panic.
const NEVER: i64 = i64::MIN;

struct House {
    bakery: Bakery,
    /// How many more moments pass.
    left: Arc<AtomicI64>,
}

impl House {
    /// With few connections: one that were lost would be missed.
    async fn open() -> Self {
        let few = [("SPACE_DATABASE_CONNECTIONS", "3"), ("SPACE_SOCKETS_PER_USER", "2")];
        let bakery = Bakery::at(TestApp::with(&few).await).await;
        let left = Arc::new(AtomicI64::new(NEVER));
        let counted = left.clone();
        bakery.app.app.db.at_statements(move |_, _| {
            let count = |left| (left != NEVER).then(|| if left == 0 { NEVER } else { left - 1 });
            let before = counted.fetch_update(Ordering::SeqCst, Ordering::SeqCst, count);
            assert_ne!(before, Ok(0), "injected");
        });
        Self { bakery, left }
    }

    /// Asks, and something panics after so many moments; `None` when there are no so many.
    async fn shaken(&self, passing: i64, ask: impl AsyncFn() -> Answer) -> Option<Answer> {
        self.left.store(passing, Ordering::SeqCst);
        let answer = ask().await;
        let is_done = self.left.swap(NEVER, Ordering::SeqCst) == NEVER;
        assert!(is_done || answer.status < 300, "{}", answer.text);
        is_done.then_some(answer)
    }

    /// At each moment of a change, and again without a panic. `ask` gets a number for each; how many.
    async fn everywhere(&self, ask: impl AsyncFn(i64) -> Answer) -> i64 {
        for passing in 0..MOST {
            let Some(answer) = self.shaken(passing, async || ask(passing).await).await else {
                assert!(passing > 4, "only {passing}: nothing is injected");
                return passing;
            };
            if answer.status >= 300 {
                assert_eq!(answer.problem(500), "internal", "after {passing}");
                assert!(!answer.text.contains("injected"), "{}", answer.text);
                let again = ask(passing).await;
                assert!(matches!(again.status, 200 | 201 | 204 | 404 | 409), "{}", again.text);
            }
        }
        panic!("it has no end");
    }

    /// Says it until something panics for it: others ask the database, too.
    async fn breaks(&self, socket: &mut Socket, passing: i64, kind: &str, data: Value) {
        let code = 'broken: loop {
            self.left.store(passing, Ordering::SeqCst);
            let id = socket.command(kind, data.clone()).await;
            loop {
                match socket.hear().await {
                    Heard::Closed(code) => break 'broken code,
                    Heard::Frame(frame) if frame["id"] == json!(id) => break,
                    Heard::Frame(_) => {}
                }
            }
        };
        assert_eq!(code, 1011, "{kind} after {passing}");
        assert_eq!(self.left.load(Ordering::SeqCst), NEVER);
    }

    fn path(&self) -> String {
        format!("/messages/{}", self.bakery.chat)
    }

    async fn history(&self) -> Vec<Value> {
        let path = format!("{}?after=0&limit=100", self.path());
        self.bakery.anna.get(&path).await.expect(200)["items"].as_array().unwrap().clone()
    }

    /// Nothing is held: no transaction is open, and all connections are there.
    async fn is_quiet(&self) {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let app = &self.bakery.app.app;
        let held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND xact_start IS NOT NULL AND pid <> pg_backend_pid()";
        until("transactions end", async || {
            let mut conn = app.conn().await.unwrap();
            let row =
                diesel_async::RunQueryDsl::get_result::<Row>(diesel::sql_query(held), &mut conn);
            let row = row.await.unwrap();
            row.count == 0
        })
        .await;
        let all = [app.conn().await.unwrap(), app.conn().await.unwrap(), app.conn().await.unwrap()];
        for mut conn in all {
            conn.batch_execute("BEGIN; SELECT FROM chats FOR UPDATE NOWAIT; ROLLBACK")
                .await
                .unwrap();
        }
    }
}

async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn text(number: i64, start: &str) -> Value {
    json!({"content": format!("{start}{number}"), "nonce": format!("n{number}")})
}

#[tokio::test]
async fn r22_a_panic_anywhere_in_a_send_is_one_message() {
    let house = House::open().await;
    let mut socket = house.bakery.boris.socket().await;
    socket.ask("join_room", json!({"chat_id": house.bakery.chat, "after_seq": 0})).await;
    let anna = &house.bakery.anna;
    // Those of a chat are written together by a task of their own; one that mentions somebody is not.
    let plain = house.everywhere(async |n| anna.post(&house.path(), text(n, "")).await).await;
    let mentions =
        house.everywhere(async |n| anna.post(&house.path(), text(MOST + n, "@boris ")).await).await;
    let stored = house.history().await;
    assert_eq!(stored.len() as i64, plain + mentions + 2, "each once");
    for (n, message) in stored.iter().enumerate() {
        assert_eq!(message["seq"], n + 1);
        let heard = socket.frame("new_message").await;
        assert_eq!((&heard["data"]["id"], &heard["seq"]), (&message["id"], &json!(n + 1)));
    }
    house.is_quiet().await;
}

/// Something panics while the log is read for a chat, and then between each commit there and its publication.
#[tokio::test]
async fn r22_a_panic_while_the_log_is_read_leaves_nothing_unheard() {
    let house = House::open().await;
    let mut socket = house.bakery.boris.socket().await;
    socket.ask("join_room", json!({"chat_id": house.bakery.chat, "after_seq": 0})).await;
    house.left.store(0, Ordering::SeqCst);
    let chat = house.bakery.chat.parse().unwrap();
    house.bakery.app.app.live.hub().nudge(Topic::Chat(chat));
    until("it panics", async || house.left.load(Ordering::SeqCst) == NEVER).await;
    let anna = &house.bakery.anna;
    let sent = house.everywhere(async |n| anna.post(&house.path(), text(n, "")).await).await;
    for n in 0..=sent {
        assert_eq!(socket.frame("new_message").await["seq"], n + 1);
    }
    house.is_quiet().await;
}

#[tokio::test]
async fn r22_a_panic_anywhere_in_edits_deletions_and_joining_holds_nothing() {
    let house = House::open().await;
    let (anna, vera) = (&house.bakery.anna, &house.bakery.vera);
    let message = house.bakery.say(anna, "first").await;
    let own = format!("/messages/{}", message["id"].as_str().unwrap());
    let edits = house
        .everywhere(async |n| anna.patch(&own, json!({"content": format!("{n}")})).await)
        .await;
    assert_eq!(house.history().await[0]["content"], format!("{edits}"));
    // With a key: a write that panicked may be tried again under it, one whose key was not written down
    // later (409).
    let keyed = async |n: i64| {
        let request = anna.request(reqwest::Method::POST, &house.path());
        let request = request.header("idempotency-key", format!("key-{n}")).json(&text(n, ""));
        crate::support::client::send(request).await
    };
    house.everywhere(keyed).await;
    let mut doomed = Vec::new();
    for n in 0..MOST / 2 {
        let message = house.bakery.say(anna, &format!("doomed {n}")).await;
        doomed.push(format!("/messages/{}", message["id"].as_str().unwrap()));
    }
    house.everywhere(async |n| anna.delete(&doomed[n as usize]).await).await;
    let space = format!("/spaces/{}", house.bakery.space);
    house
        .everywhere(async |_| {
            let answer = vera.post(&format!("{space}/join"), json!({})).await;
            if answer.status < 300 {
                vera.post(&format!("{space}/leave"), json!({})).await;
            }
            answer
        })
        .await;
    house.is_quiet().await;
}

/// The socket is closed so that its client comes back; its place is free, and others hear nothing of it.
#[tokio::test]
async fn r22_a_panic_in_a_socket_closes_it_with_1011() {
    let house = House::open().await;
    let anna = &house.bakery.anna;
    let mut bystander = house.bakery.boris.socket().await;
    bystander.ask("join_room", json!({"chat_id": house.bakery.chat})).await;
    let join = async |who: &Client| {
        let mut socket = who.socket().await;
        socket.ask("join_room", json!({"chat_id": house.bakery.chat})).await;
        socket
    };
    // More often than an account has places.
    for n in [0, 1, 0, 1] {
        let mut socket = join(anna).await;
        house.breaks(&mut socket, n, "join_room", json!({"chat_id": house.bakery.chat})).await;
    }
    // What sockets share is looked up beside them: who waits for it is refused, and stays.
    for n in [2, 3] {
        let mut socket = join(anna).await;
        let code = 'refused: loop {
            house.left.store(n, Ordering::SeqCst);
            let id = socket.command("join_room", json!({"chat_id": house.bakery.chat})).await;
            loop {
                match socket.hear().await {
                    // It was counted with what somebody else asked.
                    Heard::Closed(_) => {
                        socket = join(anna).await;
                        break;
                    }
                    Heard::Frame(frame) if frame["id"] != json!(id) => {}
                    Heard::Frame(frame) if frame["type"] == "error" => {
                        break 'refused frame["error"]["code"].clone();
                    }
                    Heard::Frame(_) => break,
                }
            }
        };
        assert_eq!(code, "internal");
        socket.ask("join_room", json!({"chat_id": house.bakery.chat})).await;
    }
    // Nor when it says hello.
    let code = loop {
        house.left.store(0, Ordering::SeqCst);
        let mut socket = Socket::open(anna.address).await;
        socket.command("hello", json!({"token": anna.token})).await;
        match socket.hear().await {
            Heard::Closed(code) if code != 4429 => break code,
            // Somebody else met it, and the place of the one before may not be free yet.
            _ => {}
        }
    };
    assert_eq!(code, 1011);
    until("they are gone", async || house.bakery.app.app.live.open_sockets() == 1).await;
    let mut back = join(anna).await;
    house.bakery.say(anna, "Still here?").await;
    for socket in [&mut bystander, &mut back] {
        assert_eq!(socket.frame("new_message").await["data"]["content"], "Still here?");
    }
    house.is_quiet().await;
}

#[derive(Serialize, Deserialize)]
struct Careless {}

impl Job for Careless {
    const KIND: &'static str = "test.careless";
    const ATTEMPTS: i32 = 2;

    async fn run(self, app: App) -> ApiResult<()> {
        let _conn = app.conn().await?;
        panic!("no flour")
    }
}

/// A job that panics has failed: it is tried again later, with its reason, and others go on.
#[tokio::test]
async fn r22_a_job_that_panics_has_failed() {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        row: String,
    }
    let app = TestApp::with(&[("SPACE_DATABASE_CONNECTIONS", "2")]).await;
    let jobs = || Jobs::default().on::<Careless>();
    for _ in 0..3 {
        enqueue(&mut app.app.conn().await.unwrap(), &Careless {}).await.unwrap();
    }
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 3);
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 0, "they wait for their next try");
    let query = "SELECT j::text AS row FROM jobs j WHERE kind = 'test.careless'";
    let mut conn = app.app.conn().await.unwrap();
    let rows =
        diesel_async::RunQueryDsl::load::<Row>(diesel::sql_query(query), &mut conn).await.unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.row.contains("flour")), "{}", rows[0].row);
}
