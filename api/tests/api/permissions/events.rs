//! Who hears what: one table of events and roles. An event of the contract without a row fails.
//!
//! `events.txt`, a line an event of a scene: `scene event | + or . of each column`; `noop` is a row
//! like others. Columns as in the tables of routes; people of a column who may read have a socket
//! open, and the chat of the scene where they may. A scene hears exactly what its rows say.
//! `nowhere event | reason` names what has no audience to check.

use super::world::{Cast, World, fresh};
use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::expression::make_emoji;
use crate::support::site::Site;
use crate::support::socket::Socket;
use crate::support::staff::text;
use api::chat::previews;
use api::jobs::worker::run_due;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const TABLE: &str = include_str!("events.txt");
/// How long an expected event may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn lines() -> impl Iterator<Item = &'static str> {
    TABLE.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn columns() -> Vec<&'static str> {
    let head = lines().next().and_then(|line| line.strip_prefix("columns:"));
    head.expect("a head").split_whitespace().collect()
}

/// Scene, event and what stands behind the bar.
fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    lines().skip(1).map(|line| {
        let (name, rest) = line.split_once('|').unwrap_or_else(|| panic!("no bar: {line}"));
        let (scene, event) = name.trim().split_once(' ').unwrap_or_else(|| panic!("{line}"));
        (scene, event.trim(), rest.trim())
    })
}

/// What each column must hear in a scene.
fn audience(scene: &str) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let columns = columns();
    let mut wanted: BTreeMap<_, BTreeSet<_>> =
        columns.iter().map(|column| (*column, BTreeSet::new())).collect();
    for (_, event, marks) in rows().filter(|row| row.0 == scene) {
        let marks: Vec<_> = marks.split_whitespace().collect();
        assert_eq!(marks.len(), columns.len(), "{scene} {event}");
        for (column, mark) in columns.iter().zip(marks) {
            if mark == "+" {
                wanted.entry(column).or_default().insert(event);
            } else {
                assert_eq!(mark, ".", "{scene} {event}");
            }
        }
    }
    wanted
}

#[test]
fn every_event_is_heard_by_somebody_or_has_a_reason() {
    let contract = api::asyncapi::document();
    let told = contract["operations"]["tell"]["messages"].as_array().unwrap().iter();
    let events: BTreeSet<_> =
        told.map(|message| text(&message["$ref"]).rsplit('/').next().unwrap().to_owned()).collect();
    let listed: BTreeSet<_> = rows()
        .filter(|(scene, _, rest)| *scene == "nowhere" || rest.contains('+'))
        .map(|(_, event, _)| event.to_owned())
        .collect();
    assert_eq!(events, listed, "on the left the contract, on the right events.txt");
    assert!(rows().all(|(scene, _, rest)| scene != "nowhere" || rest.len() > 10), "a reason each");
}

/// Everybody who may have a socket, by column, and what was heard there.
struct House {
    sockets: Vec<(&'static str, Socket)>,
    heard: BTreeMap<&'static str, BTreeSet<String>>,
    /// What the scene is about: the id of a chat or a person. Frames without it do not count, but `noop`.
    about: String,
    /// Whether the chat of the scene stays shut: only then news of it are told.
    is_elsewhere: bool,
}

impl House {
    async fn open(world: &World, about: &str) -> Self {
        let mut sockets = Vec::new();
        for column in columns() {
            let who = world.column(column);
            if column == "bot_writer" {
                // Who may not read hears nothing at all.
                let mut closed = Socket::open(who.address).await;
                closed.command("hello", json!({"token": who.token})).await;
                assert_eq!(closed.closed().await, 4401);
            } else {
                sockets.push((column, who.socket().await));
            }
        }
        Self { sockets, heard: BTreeMap::new(), about: about.into(), is_elsewhere: false }
    }

    /// The same, and nobody will open the chat.
    async fn elsewhere(world: &World, about: &str) -> Self {
        Self { is_elsewhere: true, ..Self::open(world, about).await }
    }

    /// Opens a chat for who may. That they come is nobody's act, and does not count.
    async fn enter(&mut self, chat: &str) {
        self.listen().await;
        for (_, socket) in &mut self.sockets {
            let id = socket.command("join_room", json!({"chat_id": chat})).await;
            socket.wait(|frame| frame["id"] == json!(id)).await;
        }
        for (_, socket) in &mut self.sockets {
            socket.drain().await;
        }
    }

    /// Notes what has come.
    async fn listen(&mut self) {
        for (column, socket) in &mut self.sockets {
            let frames = socket.drain().await.into_iter();
            let frames = frames.filter(|frame| counts(frame, &self.about, self.is_elsewhere));
            let kinds = frames.map(|frame| text(&frame["type"]));
            self.heard.entry(column).or_default().extend(kinds);
        }
    }

    /// Compares what was heard with the rows of the scene.
    async fn compare(mut self, scene: &str) {
        self.listen().await;
        let (wanted, about, is_elsewhere) =
            (audience(scene), self.about.clone(), self.is_elsewhere);
        for (column, socket) in &mut self.sockets {
            let heard = self.heard.entry(column).or_default();
            // Ephemeral ones may take a while.
            for event in wanted.get(column).into_iter().flatten().copied() {
                let comes = socket
                    .wait(|frame| frame["type"] == event && counts(frame, &about, is_elsewhere));
                if heard.contains(event) || tokio::time::timeout(PATIENCE, comes).await.is_ok() {
                    heard.insert(event.into());
                }
            }
        }
        self.listen().await;
        let heard = &self.heard;
        let events: BTreeSet<String> = heard.values().flatten().cloned().collect();
        let known = rows().filter(|row| row.0 == scene).map(|row| row.1.to_owned());
        let all = columns();
        let mut wrong = Vec::new();
        for event in events.into_iter().chain(known).collect::<BTreeSet<_>>() {
            let is_wanted = |c: &&str| wanted.get(*c).is_some_and(|set| set.contains(&*event));
            let is_heard = |c: &&str| heard.get(*c).is_some_and(|set| set.contains(&event));
            if all.iter().any(|c| is_wanted(c) != is_heard(c)) {
                let marks = all.iter().map(|c| if is_heard(c) { "+" } else { "." });
                wrong.push(format!("{scene} {event} | {}", marks.collect::<Vec<_>>().join(" ")));
            }
        }
        assert!(wrong.is_empty(), "in truth:\n{}", wrong.join("\n"));
    }
}

/// Whether a frame belongs to the scene. People who open their sockets change their status, too, and
/// news of what was said before come late: neither is an act.
fn counts(frame: &Value, about: &str, is_elsewhere: bool) -> bool {
    let is_act = match frame["type"].as_str().unwrap() {
        "noop" => return true,
        "user_status_changed" => frame["data"]["status"] == "dnd",
        "chat_activity" => is_elsewhere,
        _ => true,
    };
    is_act && frame.to_string().contains(about)
}

async fn say(who: &Client, chat: &str, body: Value) -> String {
    let mut body = body;
    body["nonce"] = json!(fresh());
    text(&who.post(&format!("/messages/{chat}"), body).await.expect(201)["id"])
}

/// Tess does all that one does with a chat; the keeper pins.
async fn talk(app: &TestApp, house: &mut House, (tess, keeper): (&Client, &Client), chat: &str) {
    house.enter(chat).await;
    let site = Site::open().await;
    site.page("/", "<title>Bread</title>");
    let mut socket = tess.socket().await;
    socket.ask("join_room", json!({"chat_id": chat})).await;
    socket.ask("typing", json!({"chat_id": chat})).await;
    let id = say(tess, chat, json!({"content": "Bread"})).await;
    let message = format!("/messages/{id}");
    let link = format!("Fresh bread: {}", site.url("/"));
    tess.patch(&message, json!({"content": link})).await.expect(200);
    run_due(&app.app, previews::jobs()).await.unwrap();
    for _ in ["added", "removed"] {
        let body = json!({"emoji": "🥐"});
        tess.post(&format!("{message}/reaction"), body).await.expect(200);
    }
    keeper.put(&format!("{message}/pin"), json!({})).await.expect(204);
    keeper.delete(&format!("{message}/pin")).await.expect(204);
    say(tess, chat, json!({"content": "Below it", "thread_root": id})).await;
    tess.delete(&message).await.expect(204);
    socket.ask("leave_room", json!({"chat_id": chat})).await;
}

async fn world() -> (TestApp, World, Client) {
    let app = TestApp::with(&[("SPACE_PREVIEWS_ALLOW", "127.0.0.0/8")]).await;
    let cast = Box::pin(Cast::gather(&app)).await;
    let world = Box::pin(World::found(&cast)).await;
    (app, world, cast.tess)
}

#[tokio::test]
async fn a_chat_of_a_space_is_heard_by_its_members() {
    let (app, world, tess) = world().await;
    let chat = &world.values["chat_id"];
    let (mut house, away) = (House::open(&world, chat).await, House::elsewhere(&world, chat).await);
    talk(&app, &mut house, (&tess, &world.staff.anna), chat).await;
    house.compare("chat").await;
    away.compare("chat-elsewhere").await;
}

#[tokio::test]
async fn a_private_chat_is_heard_by_who_may_see_it() {
    let (app, world, tess) = world().await;
    let (staff, anna) = (&world.staff, &world.staff.anna);
    let of = |kind: &str, id: String, allow: &[&str], deny: &[&str]| json!({"target": {"kind": kind, "id": id}, "allow": allow, "deny": deny});
    let view = ["view_chat"];
    let overrides = json!([
        of("role", staff.role("Member"), &[], &view),
        of("role", staff.role("Restricted"), &[], &view),
        of("member", tess.id(), &view, &[]),
    ]);
    let body = json!({"name": "Office", "overrides": overrides});
    let (mut house, mut away) = (House::open(&world, "").await, House::elsewhere(&world, "").await);
    let chat = text(&anna.post(&staff.at("/chats"), body).await.expect(201)["id"]);
    (house.about, away.about) = (chat.clone(), chat.clone());
    let one = format!("/chats/{chat}");
    talk(&app, &mut house, (&tess, anna), &chat).await;
    anna.patch(&one, json!({"topic": "Salaries"})).await.expect(200);
    let order = json!({"categories": [world.values["category_id"]], "chats": [
        {"chat_id": chat, "category_id": world.values["category_id"]},
        {"chat_id": world.values["chat_id"]}, {"chat_id": world.values["other_chat_id"]}]});
    anna.put(&staff.at("/chat-order"), order).await.expect(204);
    house.listen().await;
    away.listen().await;
    anna.delete(&one).await.expect(204);
    house.compare("private").await;
    away.compare("private-elsewhere").await;
}

#[tokio::test]
async fn a_thread_is_heard_where_its_chat_is_open() {
    let (_app, world, tess) = world().await;
    let chat = &world.values["chat_id"];
    let mut house = House::open(&world, chat).await;
    house.enter(chat).await;
    // The owner follows, and is told of his state.
    let root = say(&world.staff.anna, chat, json!({"content": "Which flour?"})).await;
    let reply = say(&tess, chat, json!({"content": "Rye", "thread_root": root})).await;
    let reply = format!("/messages/{reply}");
    tess.patch(&reply, json!({"content": "Rye flour"})).await.expect(200);
    tess.post(&format!("{reply}/reaction"), json!({"emoji": "🌾"})).await.expect(200);
    tess.delete(&reply).await.expect(204);
    house.compare("thread").await;
}

#[tokio::test]
async fn a_direct_chat_is_heard_by_two() {
    let (app, world, tess) = world().await;
    let (mut house, mut away) = (House::open(&world, "").await, House::elsewhere(&world, "").await);
    let made = tess.post("/chats", json!({"user_id": world.staff.mark.id()})).await.expect(201);
    let chat = text(&made["id"]);
    (house.about, away.about) = (chat.clone(), chat.clone());
    talk(&app, &mut house, (&tess, &world.staff.mark), &chat).await;
    house.compare("direct").await;
    away.compare("direct-elsewhere").await;
}

#[tokio::test]
async fn a_group_is_heard_by_who_is_in_it() {
    let (app, world, tess) = world().await;
    let mut house = House::open(&world, "").await;
    let people = [world.staff.mark.id(), world.staff.mona.id()];
    let made = tess.post("/chats", json!({"user_ids": people, "name": "Three"})).await;
    let chat = text(&made.expect(201)["id"]);
    house.about.clone_from(&chat);
    talk(&app, &mut house, (&tess, &world.staff.mark), &chat).await;
    house.compare("group").await;
}

#[tokio::test]
async fn a_space_is_heard_by_its_members() {
    let (app, world, tess) = world().await;
    let mut house = House::open(&world, &world.staff.id()).await;
    let (staff, anna) = (&world.staff, &world.staff.anna);
    anna.patch(&staff.space, json!({"name": "The new bakery"})).await.expect(200);
    let lists = [
        ("/categories", json!({"name": "Attic"})),
        ("/chats", json!({"name": "Attic"})),
        ("/roles", json!({"name": "Miller", "color": "#123456", "priority": 2, "permissions": []})),
    ];
    for (list, body) in lists {
        let made = anna.post(&staff.at(list), body).await.expect(201);
        let id = text(&made["id"]);
        let one = if list == "/chats" {
            format!("/chats/{id}")
        } else {
            staff.at(&format!("{list}/{id}"))
        };
        anna.patch(&one, json!({"name": "Cellar"})).await.expect(200);
        if list == "/chats" {
            let order = json!({"categories": [world.values["category_id"]], "chats": [
                {"chat_id": id}, {"chat_id": world.values["chat_id"]},
                {"chat_id": world.values["other_chat_id"]}]});
            anna.put(&staff.at("/chat-order"), order).await.expect(204);
        }
        if list == "/roles" {
            staff.assign(anna, &tess, &id).await.expect(204);
        }
        // Seen before it goes.
        house.listen().await;
        anna.delete(&one).await.expect(204);
    }
    let emoji = make_emoji(anna, &staff.at("/emoji"), "pretzel").await.expect(201);
    let emoji = staff.at(&format!("/emoji/{}", text(&emoji["id"])));
    anna.patch(&emoji, json!({"name": "roll"})).await.expect(200);
    anna.delete(&emoji).await.expect(204);
    let nickname = staff.at(&format!("/participants/{}", tess.id()));
    anna.patch(&nickname, json!({"nickname": "T"})).await.expect(200);
    for (act, status) in [("leave", 204), ("kick", 204), ("ban", 204)] {
        let guest = app.user(&fresh()).await;
        guest.post(&staff.at("/join"), json!({})).await.expect(200);
        let at = |act: &str| staff.at(&format!("/{act}/{}", guest.id()));
        let gone = match act {
            "leave" => guest.post(&staff.at("/leave"), json!({})).await,
            act => anna.post(&at(act), json!({})).await,
        };
        gone.expect(status);
        if act == "ban" {
            anna.post(&at("unban"), json!({})).await.expect(204);
        }
    }
    let about = staff.at(&format!("/report/{}", staff.mark.id()));
    tess.post(&about, json!({"reason": "spam"})).await.expect(204);
    house.compare("space").await;
}

#[tokio::test]
async fn the_end_of_a_space_is_heard_by_its_members() {
    let (_app, world, _) = world().await;
    let house = House::open(&world, &world.staff.id()).await;
    world.staff.mark.post(&world.staff.at("/leave"), json!({})).await.expect(204);
    world.staff.anna.delete(&world.staff.space).await.expect(204);
    house.compare("end").await;
}

/// What the member does for himself, on another device.
#[tokio::test]
async fn what_is_ones_own_is_heard_by_oneself() {
    let (_app, world, tess) = world().await;
    let (staff, mark) = (&world.staff, &world.staff.mark);
    let house = House::open(&world, &mark.id()).await;
    let chat = &world.values["chat_id"];
    mark.patch("/profile/me", json!({"display_name": "Mark B."})).await.expect(200);
    mark.patch("/profile/me/settings", json!({"lang": "uk"})).await.expect(200);
    let email = json!({"email": "other@example.org", "password": super::PASSWORD});
    mark.post("/auth/change-email", email).await.expect(200);
    mark.put("/spaces/order", json!({"space_ids": [staff.id()]})).await.expect(200);
    let marks = format!("/profile/me/marks/{}", tess.id());
    mark.put(&marks, json!({"mark": "muted"})).await.expect(200);
    mark.delete(&marks).await.expect(204);
    mark.post("/status/set-status", json!({"status": "dnd"})).await.expect(204);
    let levels =
        json!({"levels": [{"chat_id": world.values["other_chat_id"], "level": "mentions"}]});
    mark.patch("/notifications/settings", levels).await.expect(200);
    let named = say(&tess, chat, json!({"content": "Look, @mark"})).await;
    let inbox = mark.get("/notifications").await.expect(200);
    let entry = format!("/notifications/{}", text(&inbox["items"][0]["id"]));
    mark.post(&format!("{entry}/read"), json!({})).await.expect(204);
    let back = json!({"seq": inbox["items"][0]["message"]["seq"]});
    mark.post(&format!("/chats/{chat}/unread"), back).await.expect(200);
    mark.delete(&entry).await.expect(204);
    mark.post(&format!("/chats/{chat}/read"), json!({"seq": 1})).await.expect(200);
    mark.put(&format!("/messages/{named}/thread/follow"), json!({})).await.expect(200);
    let own = mark.post("/spaces", json!({"name": fresh()})).await.expect(201);
    mark.delete(&format!("/spaces/{}", text(&own["id"]))).await.expect(204);
    let denied = json!({"permissions_denied": ["mention_all"]});
    staff.anna.post(&staff.at(&format!("/restrict/{}", mark.id())), denied).await.expect(200);
    let mut elsewhere = mark.clone();
    elsewhere.login("mark").await;
    let sessions = elsewhere.get("/auth/sessions").await.expect(200);
    let sessions = sessions["items"].as_array().unwrap();
    let session = sessions.iter().find(|session| session["current"] == true).unwrap();
    let session = text(&session["id"]);
    mark.delete(&format!("/auth/sessions/{session}")).await.expect(204);
    house.compare("own").await;
}
