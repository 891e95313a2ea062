//! The list of members.

use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::staff::{Staff, text};
use api::platform::schema::users;
use api::realtime::presence::Chosen;
use api::spaces::model::space::SpaceRow;
use api::spaces::online::HANDED;
use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection as _};
use serde_json::{Value, json};
use shared::ids::UserId;
use shared::spaces::OnlineMembers;
use std::collections::HashSet;

/// Nicknames of all pages.
async fn names(who: &Client, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = who.get(&format!("{path}{cursor}")).await.expect(200);
        found.extend(page["items"].as_array().unwrap().iter().map(|m| text(&m["nickname"])));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn members_come_by_rank_then_by_name_whatever_the_page() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    for nickname in ["Bob", "alice", "Carol", "bea"] {
        let person = app.user(nickname).await;
        person.post(&b.at("/join"), json!({})).await.expect(200);
    }
    let order = ["anna", "adam", "mona", "alice", "bea", "Bob", "Carol", "mark", "rita"];
    for limit in [1, 2, 4, 9, 100] {
        assert_eq!(names(&b.rita, &b.at(&format!("/participants?limit={limit}"))).await, order);
    }
    let list = b.at("/participants?limit=50");
    let of_role = format!("{list}&role={}", b.role("Moderator"));
    assert_eq!(names(&b.mark, &of_role).await, ["mona"]);
    assert_eq!(names(&b.mark, &format!("{list}&q=B")).await, ["bea", "Bob"]);
    assert_eq!(names(&b.mark, &format!("{list}&q=%25")).await, Vec::<String>::new());
    assert_eq!(b.mark.get(&format!("{list}&sort=x")).await.problem(400), "unknown_field");
    assert_eq!(b.mark.get(&b.at("/participants?limit=101")).await.problem(422), "invalid");
    assert_eq!(b.mark.get(&b.at("/participants?cursor=x")).await.problem(400), "bad_cursor");

    let first = b.mark.get(&b.at("/participants?limit=1")).await.expect(200)["items"][0].clone();
    assert_eq!(first["id"], b.anna.id());
    assert_eq!(first["role_id"], b.role("Owner"));
    assert_eq!(first["status"], "offline");
    assert!(first.get("email").is_none());
}

#[tokio::test]
async fn members_are_found_by_their_ids_and_strangers_are_not() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let path = |ids: &[&str]| b.at(&format!("/participants?ids={}", ids.join(",")));
    let wanted = [b.mark.id(), b.zoe.id(), b.anna.id()];
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let mut found = names(&b.rita, &path(&wanted)).await;
    found.sort();
    assert_eq!(found, ["anna", "mark"], "zoe is no member");
    assert_eq!(b.zoe.get(&path(&wanted)).await.problem(404), "not_found");
    assert_eq!(b.rita.get(&path(&["x"])).await.problem(422), "invalid");
    let many = vec![wanted[0]; 101];
    assert_eq!(b.rita.get(&path(&many)).await.problem(422), "invalid");
    // As many statements for one as for all.
    let (one, few) = app.counting(b.rita.get(&path(&wanted[..1]))).await;
    let (all, many) = app.counting(b.rita.get(&path(&wanted))).await;
    assert_eq!((one.status, all.status, few), (200, 200, many));
}

#[tokio::test]
async fn presence_shows_and_filters() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let _socket = b.mark.socket().await;
    let mut watcher = b.anna.socket().await;
    watcher.drain().await;
    let list = |status: &str| b.at(&format!("/participants?status={status}"));
    assert_eq!(names(&b.adam, &list("online")).await, ["anna", "mark"]);
    assert_eq!(names(&b.adam, &list("dnd")).await, Vec::<String>::new());
    assert_eq!(names(&b.adam, &list("offline")).await, ["adam", "mona", "rita"]);
    assert_eq!(b.adam.get(&list("asleep")).await.problem(400), "malformed");
    let page = b.adam.get(&b.at("/participants")).await.expect(200);
    let mark = page["items"].as_array().unwrap().iter().find(|m| m["nickname"] == "mark").unwrap();
    assert_eq!(mark["status"], "online");
}

#[tokio::test]
async fn members_who_are_there_are_counted_and_who_hides_is_not() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let online = async || {
        let answer = b.rita.get(&b.at("/online")).await.expect(200);
        let ids = answer["user_ids"].as_array().unwrap().iter().map(text);
        (answer["count"].as_u64().unwrap(), ids.collect::<HashSet<_>>())
    };
    let people = |of: &[&Client]| of.iter().map(|person| person.id()).collect::<HashSet<_>>();
    let mut watcher = b.anna.socket().await;
    let _stranger = b.zoe.socket().await;
    let mut mark = b.mark.socket().await;
    let is_mark = |f: &Value, status: &str| {
        f["data"]["user_id"] == b.mark.id() && f["data"]["status"] == status
    };
    watcher.wait(|f| is_mark(f, "online")).await;
    assert_eq!(online().await, (2, people(&[&b.anna, &b.mark])), "zoe is no member");
    mark.ask("set_status", json!({"status": "dnd"})).await;
    assert_eq!(online().await.0, 2);
    mark.ask("set_status", json!({"status": "offline"})).await;
    assert_eq!(online().await, (1, people(&[&b.anna])));
    assert_eq!(b.zoe.get(&b.at("/online")).await.problem(404), "not_found");
    let (_, statements) = app.counting(b.rita.get(&b.at("/online"))).await;
    assert_eq!(statements, 2, "who asks, and who is there");
}

#[tokio::test]
async fn a_crowd_that_is_there_is_only_counted() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let sql = format!(
        "INSERT INTO users (id, nickname, nickname_key) SELECT gen_random_uuid(), 'crowd_' || n, \
             'crowd_' || n FROM generate_series(1, {}) n; \
         INSERT INTO space_members (space_id, user_id, role_id) \
             SELECT '{}', id, '{}' FROM users WHERE nickname LIKE 'crowd%';",
        OnlineMembers::MOST + 1,
        b.id(),
        b.role("Member")
    );
    let conn = &mut *app.app.conn().await.unwrap();
    conn.batch_execute(&sql).await.unwrap();
    let space = SpaceRow::find(conn, b.id().parse().unwrap()).await.unwrap();
    let crowd = users::table.filter(users::nickname.like("crowd%")).select(users::id);
    let crowd: Vec<UserId> = crowd.load(conn).await.unwrap();
    for user in &crowd {
        app.app.live.appear(
            *user,
            app.app.live.next_socket(),
            Chosen::default(),
            chrono::Utc::now(),
        );
    }
    let online = app.app.crowds.online(conn, &app.app.live, &space).await.unwrap();
    assert_eq!(online, OnlineMembers { count: 201, user_ids: Vec::new() });
    // Whoever asks within seconds costs nothing.
    // (While they come, it is looked up who is told of it.)
    let mut statements = 0;
    for _ in 0..100 {
        let (answer, count) = app.counting(b.rita.get(&b.at("/online"))).await;
        assert_eq!(answer.expect(200)["count"], 201);
        statements = count;
        if statements == 1 {
            break;
        }
    }
    assert_eq!(statements, 1, "only who asks");
}

/// Those who are there elsewhere are not handed to the database with each question.
#[tokio::test]
async fn among_thousands_who_are_there_only_members_come_first() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let zed = app.user("zed").await;
    zed.post(&b.at("/join"), json!({})).await.expect(200);
    let (_zed, _stranger) = (zed.socket().await, b.zoe.socket().await);
    for _ in 0..HANDED {
        app.app.live.appear(
            UserId::new(),
            app.app.live.next_socket(),
            Chosen::default(),
            chrono::Utc::now(),
        );
    }
    let conn = &mut *app.app.conn().await.unwrap();
    let space = SpaceRow::find(conn, b.id().parse().unwrap()).await.unwrap();
    let here = app.app.crowds.here(conn, &app.app.live, &space).await.unwrap();
    assert_eq!(here, [zed.id().parse().unwrap()]);
    let members = b.at(&format!("/participants?role={}", b.role("Member")));
    assert_eq!(names(&b.rita, &members).await, ["zed", "mark"]);
    assert_eq!(names(&b.rita, &format!("{members}&status=online")).await, ["zed"]);
    assert_eq!(names(&b.rita, &format!("{members}&status=offline")).await, ["mark"]);
    let online = b.rita.get(&b.at("/online")).await.expect(200);
    assert_eq!(online, json!({"count": 1, "user_ids": [zed.id()]}));
}

/// Few are looked up by the index of names; many are found by walking the list.
#[tokio::test]
async fn a_piece_of_a_name_finds_few_and_many_and_names_of_the_space() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let sql = format!(
        "INSERT INTO users (id, nickname, nickname_key) SELECT gen_random_uuid(), x.name, x.name \
             FROM (SELECT 'reader_' || lpad(n::text, 5, '0') AS name FROM generate_series(1, 2100) n) x; \
         INSERT INTO space_members (space_id, user_id, role_id) \
             SELECT '{0}', id, '{1}' FROM users WHERE nickname LIKE 'reader%'; \
         UPDATE space_members SET nickname = 'Baker' WHERE user_id = \
             (SELECT id FROM users WHERE nickname = 'reader_00777')",
        b.id(),
        b.role("Member")
    );
    app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    let found = async |piece: &str| {
        names(&b.rita, &b.at(&format!("/participants?q={piece}&limit=100"))).await
    };
    assert_eq!(found("reader_00042").await, ["reader_00042"]);
    assert_eq!(found("aker").await, ["reader_00777"]);
    let readers: Vec<String> = (1..=2100).map(|n| format!("reader_{n:05}")).collect();
    assert_eq!(found("READER").await, readers);
}

#[tokio::test]
async fn the_list_costs_the_same_however_long_it_is() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let mut counts = Vec::new();
    for limit in [1, 50] {
        let path = b.at(&format!("/participants?limit={limit}"));
        let (answer, queries) = app.counting(b.mark.get(&path)).await;
        answer.expect(200);
        counts.push(queries);
    }
    assert_eq!(counts[0], counts[1]);
    assert!(counts[0] <= 3, "access, list, and at most one to know who asks: {counts:?}");
}
