//! Battery S11: how soon what is taken away is gone for live sockets while others write.

use crate::support::TestApp;
use crate::support::bakery::send;
use crate::support::client::{Answer, Client};
use crate::support::socket::{Heard, Socket};
use crate::support::staff::{Staff, text};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

const TRIES: usize = 200;
/// Of what is told in another way.
const FEWER: usize = 20;
const WRITERS: usize = 2;

/// A way to lose a chat, and how it is given back.
#[derive(Clone, Copy, Debug)]
enum Way {
    Kicked,
    Banned,
    RoleChanged,
    RoleEdited,
    Restricted,
    TakenOffAPrivateChat,
    MadePrivate,
    Blocked,
    SpaceDeleted,
}

/// By which an open chat or a private one is lost and can be had again.
const WAYS: [Way; 7] = [
    Way::Kicked,
    Way::Banned,
    Way::RoleChanged,
    Way::RoleEdited,
    Way::Restricted,
    Way::TakenOffAPrivateChat,
    Way::MadePrivate,
];

struct Scene {
    staff: Staff,
    open: String,
    private: String,
    blind: String,
    invite: String,
}

impl Scene {
    async fn set(app: &TestApp) -> Self {
        let staff = Staff::open(app).await;
        let open = text(&staff.anna.get(&staff.space).await.expect(200)["default_chat_id"]);
        let blind = staff.make_role(&staff.anna, "Blind", 3, &["send_messages"]).await;
        let invite = staff.invite(&staff.anna, json!({})).await;
        let body = json!({"name": "Office", "overrides": hidden_from(&staff, Some(&staff.mark))});
        let private = staff.anna.post(&staff.at("/chats"), body).await.expect(201);
        Self { open, private: text(&private["id"]), blind, invite, staff }
    }

    fn chat(&self, way: Way) -> &str {
        if matches!(way, Way::TakenOffAPrivateChat) { &self.private } else { &self.open }
    }

    async fn take(&self, way: Way) {
        let b = &self.staff;
        let at = |act: &str| b.at(&format!("/{act}/{}", b.mark.id()));
        match way {
            Way::Kicked => b.anna.post(&at("kick"), json!({})).await.expect(204),
            Way::Banned => b.anna.post(&at("ban"), json!({})).await.expect(204),
            Way::RoleChanged => b.assign(&b.anna, &b.mark, &self.blind).await.expect(204),
            Way::RoleEdited => self.edit_role(&["send_messages"]).await,
            Way::Restricted => {
                let denied = json!({"permissions_denied": ["view_chat"]});
                b.anna.post(&at("restrict"), denied).await.expect(200)
            }
            Way::TakenOffAPrivateChat => self.override_with(&self.private, None).await,
            Way::MadePrivate => self.override_with(&self.open, None).await,
            Way::Blocked | Way::SpaceDeleted => unreachable!("{way:?} has a test of its own"),
        };
    }

    async fn give_back(&self, way: Way) {
        let b = &self.staff;
        let at = |act: &str| b.at(&format!("/{act}/{}", b.mark.id()));
        match way {
            Way::Kicked | Way::Banned => {
                if matches!(way, Way::Banned) {
                    b.anna.post(&at("unban"), json!({})).await.expect(204);
                }
                let accept = format!("/invites/{}/accept", self.invite);
                b.mark.post(&accept, json!({})).await.expect(200);
                // His place in the private chat went with him.
                self.override_with(&self.private, Some(&b.mark)).await
            }
            Way::RoleChanged => b.assign(&b.anna, &b.mark, &b.role("Member")).await.expect(204),
            Way::RoleEdited => self.edit_role(&["view_chat", "send_messages"]).await,
            Way::Restricted => {
                let denied = json!({"permissions_denied": []});
                b.anna.post(&at("restrict"), denied).await.expect(200)
            }
            Way::TakenOffAPrivateChat => self.override_with(&self.private, Some(&b.mark)).await,
            Way::MadePrivate => {
                let path = format!("/chats/{}", self.open);
                b.anna.patch(&path, json!({"overrides": []})).await.expect(200)
            }
            Way::Blocked | Way::SpaceDeleted => unreachable!("{way:?} has a test of its own"),
        };
    }

    async fn edit_role(&self, keys: &[&str]) -> Value {
        let path = self.staff.at(&format!("/roles/{}", self.staff.role("Member")));
        self.staff.anna.patch(&path, json!({"permissions": keys})).await.expect(200)
    }

    async fn override_with(&self, chat: &str, but: Option<&Client>) -> Value {
        let body = json!({"overrides": hidden_from(&self.staff, but)});
        self.staff.anna.patch(&format!("/chats/{chat}"), body).await.expect(200)
    }
}

/// Hidden from members, but for one.
fn hidden_from(staff: &Staff, but: Option<&Client>) -> Value {
    let mut list = vec![json!({
        "target": {"kind": "role", "id": staff.role("Member")},
        "allow": [], "deny": ["view_chat"],
    })];
    list.extend(but.map(|who| {
        json!({"target": {"kind": "member", "id": who.id()}, "allow": ["view_chat"], "deny": []})
    }));
    Value::from(list)
}

/// People who write without a pause until they are told to stop.
fn write(scene: &Scene, stop: &Arc<AtomicBool>) -> Vec<tokio::task::JoinHandle<usize>> {
    let writer = |n: usize| {
        let chat = if n.is_multiple_of(2) { &scene.open } else { &scene.private }.clone();
        let (who, stop) = (scene.staff.anna.clone(), Arc::clone(stop));
        tokio::spawn(async move {
            let mut said = 0;
            while !stop.load(Ordering::Relaxed) {
                send(&who, &chat, "Not for everybody").await.expect(201);
                said += 1;
            }
            said
        })
    };
    (0..WRITERS).map(writer).collect()
}

/// Listens until a command is answered like this; when the last frame of the chat came.
async fn last_until(
    socket: &mut Socket,
    chat: &str,
    id: &str,
    answer: &str,
    since: Instant,
) -> Option<Duration> {
    let topic = format!("chat:{chat}");
    let mut last = None;
    loop {
        let Heard::Frame(frame) = socket.hear().await else { panic!("the socket was closed") };
        if frame["id"] == json!(id) {
            assert_eq!(frame["type"], answer, "{frame}");
            return last;
        }
        let is_news = frame["type"] == "chat_activity" && frame["data"]["chat_id"] == *chat;
        if frame["topic"] == topic || is_news {
            last = Some(since.elapsed());
        }
    }
}

/// When the last frame of the chat came before the answer to a heartbeat.
async fn last_of_chat(socket: &mut Socket, chat: &str, since: Instant) -> Option<Duration> {
    let id = socket.command("heartbeat", json!({"active": true})).await;
    last_until(socket, chat, &id, "ack", since).await
}

#[tokio::test]
async fn what_is_taken_away_is_gone_for_live_sockets_while_others_write() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let b = &scene.staff;
    let stop = Arc::new(AtomicBool::new(false));
    let writers = write(&scene, &stop);
    let mut times = Vec::new();
    for try_ in 0..TRIES {
        let way = WAYS[try_ % WAYS.len()];
        let chat = scene.chat(way);
        let (mut mark, mut witness) = (b.mark.socket().await, b.adam.socket().await);
        for socket in [&mut mark, &mut witness] {
            socket.ask("join_room", json!({"chat_id": chat})).await;
        }
        mark.frame("new_message").await;
        scene.take(way).await;
        let committed = Instant::now();
        let mut last = last_of_chat(&mut mark, chat, committed).await;
        // Asked by other ways it is gone at once.
        assert_eq!(b.mark.get(&format!("/messages/{chat}")).await.problem(404), "not_found");
        let found = b.mark.get(&format!("/search?q=everybody&chat_id={chat}")).await;
        assert_eq!(found.problem(404), "not_found", "{way:?}");
        // Others go on hearing, and he hears nothing of it.
        let marker = text(&send(&b.anna, chat, "After it").await.expect(201)["id"]);
        witness.wait(|f| f["type"] == "new_message" && f["data"]["id"] == marker).await;
        last = last_of_chat(&mut mark, chat, committed).await.or(last);
        let asks = [
            ("typing", json!({"chat_id": chat})),
            ("join_room", json!({"chat_id": chat, "after_seq": 0})),
        ];
        for (command, data) in asks {
            let id = mark.command(command, data).await;
            last = last_until(&mut mark, chat, &id, "error", committed).await.or(last);
        }
        times.push((last.unwrap_or_default(), way));
        scene.give_back(way).await;
    }
    stop.store(true, Ordering::Relaxed);
    let mut said = 0;
    for writer in writers {
        said += writer.await.unwrap();
    }
    println!("{said} messages meanwhile");
    assert!(said > TRIES, "{said} messages are no load");
    judge(times, 99);
}

/// Of so many hundredths of the tries the last that was heard came within half a second, of all within one.
fn judge(mut times: Vec<(Duration, Way)>, most: usize) {
    times.sort_by_key(|(time, _)| *time);
    let at = |part: usize| times[(times.len() * part).div_ceil(100) - 1];
    println!(
        "heard last after {:?} at p50, {:?} at p{most}, {:?} at most",
        at(50),
        at(most),
        at(100)
    );
    assert!(at(most).0 <= Duration::from_millis(500), "{:?}", at(most));
    assert!(at(100).0 <= Duration::from_secs(1), "{:?}", at(100));
}

/// Sends without a pause until it is refused: what was acknowledged, and the refusal.
fn until_refused(who: &Client, chat: &str) -> JoinHandle<(Vec<String>, Answer)> {
    let (who, chat) = (who.clone(), chat.to_owned());
    tokio::spawn(async move {
        let mut sent = Vec::new();
        loop {
            let answer = send(&who, &chat, "And another thing").await;
            if answer.status != 201 {
                return (sent, answer);
            }
            sent.push(text(&answer.json()["id"]));
        }
    })
}

/// What of the chat a socket hears until a frame.
async fn heard_until(
    socket: &mut Socket,
    chat: &str,
    is_last: impl Fn(&Value) -> bool,
) -> Vec<Value> {
    let mut heard = Vec::new();
    loop {
        let Heard::Frame(frame) = socket.hear().await else { panic!("the socket was closed") };
        let is_end = is_last(&frame);
        if frame["topic"] == json!(format!("chat:{chat}")) {
            heard.push(frame);
        }
        if is_end {
            return heard;
        }
    }
}

#[tokio::test]
async fn who_is_blocked_while_he_writes_is_heard_no_more() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.user("anna").await, app.user("boris").await);
    let space = text(
        &anna.post("/spaces", json!({"name": "Bakery", "visibility": "public"})).await.expect(201)
            ["id"],
    );
    boris.post(&format!("/spaces/{space}/join"), json!({})).await.expect(200);
    let chat = text(&boris.post("/chats", json!({"user_id": anna.id()})).await.expect(201)["id"]);
    let (mut hers, mut his) = (anna.socket().await, boris.socket().await);
    for socket in [&mut hers, &mut his] {
        socket.ask("join_room", json!({"chat_id": chat})).await;
    }
    let mark = format!("/profile/me/marks/{}", boris.id());
    let (mut times, mut said) = (Vec::new(), 0);
    for _ in 0..FEWER {
        let writer = until_refused(&boris, &chat);
        let first = heard_until(&mut hers, &chat, |frame| frame["type"] == "new_message").await;
        anna.put(&mark, json!({"mark": "blocked"})).await.expect(200);
        let committed = Instant::now();
        let (sent, refusal) = writer.await.unwrap();
        assert_eq!(refusal.problem(403), "not_reachable");
        let id = hers.command("heartbeat", json!({"active": true})).await;
        let rest = heard_until(&mut hers, &chat, |frame| frame["id"] == json!(id)).await;
        times.push((committed.elapsed(), Way::Blocked));
        let message = json!({"chat_id": chat, "content": "x", "nonce": "n1"});
        for (command, data) in [("send_message", message), ("typing", json!({"chat_id": chat}))] {
            assert_eq!(his.refused(command, data).await, "not_reachable", "{command}");
        }
        let reaction = json!({"message_id": sent[0], "emoji": "👍"});
        assert_eq!(his.refused("add_reaction", reaction).await, "not_reachable");
        let heard = first.iter().chain(&rest).filter(|frame| frame["seq"].is_i64());
        let heard: Vec<String> = heard.map(|frame| text(&frame["data"]["id"])).collect();
        assert_eq!(heard, sent, "what he was told is sent, and nothing else");
        said += sent.len();
        let kept = anna.get(&format!("/messages/{chat}?limit=100")).await.expect(200);
        assert_eq!(kept["items"].as_array().unwrap().len(), said.min(100));
        anna.delete(&mark).await.expect(204);
    }
    judge(times, 95);
}

#[tokio::test]
async fn a_space_that_is_deleted_while_people_write_is_gone_for_their_sockets() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let mut times = Vec::new();
    for _ in 0..FEWER {
        let body = json!({"name": "For a moment", "visibility": "public"});
        let space = b.anna.post("/spaces", body).await.expect(201);
        let (path, chat) =
            (format!("/spaces/{}", text(&space["id"])), text(&space["default_chat_id"]));
        let mut sockets = Vec::new();
        for who in [&b.mark, &b.adam, &b.anna] {
            if who.id() != b.anna.id() {
                who.post(&format!("{path}/join"), json!({})).await.expect(200);
            }
            let mut socket = who.socket().await;
            socket.ask("join_room", json!({"chat_id": chat})).await;
            sockets.push(socket);
        }
        let writers = [until_refused(&b.mark, &chat), until_refused(&b.adam, &chat)];
        sockets[0].frame("new_message").await;
        b.anna.delete(&path).await.expect(204);
        let committed = Instant::now();
        for socket in &mut sockets {
            heard_until(socket, &chat, |frame| frame["type"] == "space_deleted").await;
        }
        times.push((committed.elapsed(), Way::SpaceDeleted));
        let mut said = 0;
        for writer in writers {
            let (sent, refusal) = writer.await.unwrap();
            said += sent.len();
            assert_eq!(refusal.problem(404), "not_found");
        }
        assert!(said > 0);
        for socket in &mut sockets {
            let mut after = Vec::new();
            for (command, data) in [
                ("typing", json!({"chat_id": chat})),
                ("join_room", json!({"chat_id": chat, "after_seq": 0})),
            ] {
                let id = socket.command(command, data).await;
                let answer = |frame: &Value| frame["id"] == json!(id) && frame["type"] == "error";
                after.append(&mut heard_until(socket, &chat, answer).await);
            }
            assert!(after.is_empty(), "{after:?}");
        }
        let search = format!("/search?q=another&chat_id={chat}");
        for path in [format!("/messages/{chat}"), format!("/chats/{chat}"), search] {
            assert_eq!(b.mark.get(&path).await.problem(404), "not_found", "{path}");
        }
        assert_eq!(b.mark.get("/search?q=another").await.expect(200)["items"], json!([]));
    }
    judge(times, 95);
}
