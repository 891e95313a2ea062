//! The end of an account and the copy of its data.

use crate::support::bakery::{Bakery, send as say, texts};
use crate::support::client::{PASSWORD, send};
use crate::support::expression::{add_sticker, make_pack, send_sticker};
use crate::support::files::png;
use crate::support::programs::{bot_of, program_of};
use crate::support::staff::text;
use api::files::model::file::FileRow;
use api::files::sweep::sweep;
use api::people::deletion::end_due;
use api::platform::schema::notifications;
use chrono::{Duration, Utc};
use diesel::QueryDsl as _;
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::Read as _;

fn body(remove_messages: bool) -> Value {
    json!({"password": PASSWORD, "confirm": "boris", "remove_messages": remove_messages})
}

fn after_grace() -> chrono::DateTime<Utc> {
    Utc::now() + Duration::days(7) + Duration::minutes(1)
}

#[tokio::test]
async fn owners_hand_their_spaces_on_first() {
    let bakery = Bakery::open().await;
    let anna = &bakery.anna;
    let outlook = anna.get("/profile/me/deletion").await.expect(200);
    assert_eq!(
        (&outlook["days"], &outlook["owned_spaces"][0]["id"]),
        (&json!(7), &json!(bakery.space))
    );
    let ask = async |body: Value| anna.post("/profile/me/deletion", body).await;
    let sure = json!({"password": PASSWORD, "confirm": "anna"});
    assert_eq!(ask(sure.clone()).await.problem(409), "owns_spaces");
    let wrong = json!({"password": "not hers", "confirm": "anna"});
    assert_eq!(ask(wrong).await.problem(403), "wrong_password");
    let answer = ask(json!({"password": PASSWORD, "confirm": "boris"})).await;
    assert_eq!(
        (answer.problem(422), &answer.json()["errors"][0]["pointer"]),
        ("invalid".into(), &json!("/confirm"))
    );
    let heir = json!({"user_id": bakery.boris.id()});
    let path = format!("/spaces/{}/transfer", bakery.space);
    assert!(anna.post(&path, heir).await.status < 300);
    assert_eq!(anna.get("/profile/me/deletion").await.expect(200)["owned_spaces"], json!([]));
    let planned = ask(sure).await.expect(200);
    assert!(planned["due_at"].is_string());
    // Every session is over at once.
    anna.get("/auth/me").await.problem(401);
}

#[tokio::test]
async fn who_logs_in_again_stays() {
    let bakery = Bakery::open().await;
    let mut boris = bakery.boris.clone();
    boris.post("/profile/me/deletion", body(true)).await.expect(200);
    assert_eq!(end_due(&bakery.app.app, Utc::now()).await.unwrap(), 0, "not before its time");
    boris.login("boris").await;
    assert_eq!(end_due(&bakery.app.app, after_grace()).await.unwrap(), 0);
    boris.get("/auth/me").await.expect(200);
}

#[tokio::test]
async fn of_a_deleted_person_only_the_words_stay() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    boris
        .patch("/profile/me", json!({"display_name": "Boris B.", "bio": "Bakes."}))
        .await
        .expect(200);
    bakery.say(boris, "Fresh bread").await;
    let group = json!({"user_ids": [anna.id()], "name": "Two"});
    let group = text(&boris.post("/chats", group).await.expect(201)["id"]);
    let direct = text(&anna.post("/chats", json!({"user_id": boris.id()})).await.expect(201)["id"]);
    say(boris, &direct, "Between us").await.expect(201);
    let mut socket = anna.socket().await;
    boris.post("/profile/me/deletion", body(false)).await.expect(200);
    assert_eq!(end_due(&bakery.app.app, after_grace()).await.unwrap(), 1);
    let gone = socket.frame("member_left").await;
    assert_eq!(gone["data"]["user_id"], boris.id());
    assert_eq!(
        socket.frame("user_updated").await["data"]["user"]["display_name"],
        "Deleted person"
    );
    let profile = anna.get(&format!("/profile/{}", boris.id())).await;
    let seen = profile.json();
    assert!(text(&seen["nickname"]).starts_with("deleted_"), "{seen}");
    assert_eq!((&seen["display_name"], &seen["bio"]), (&json!("Deleted person"), &Value::Null));
    for chat in [&bakery.chat, &direct] {
        let page = anna.get(&format!("/messages/{chat}")).await.expect(200);
        assert_eq!(page["items"][0]["author"]["display_name"], "Deleted person");
        assert!(!texts(&page)[0].is_empty());
    }
    // The group has another owner; nobody writes to who is gone.
    let group = anna.get(&format!("/chats/{group}")).await.expect(200);
    assert_eq!(
        (&group["owner_id"], group["members"].as_array().unwrap().len()),
        (&json!(anna.id()), 1)
    );
    let login = json!({"login": "boris", "password": PASSWORD});
    bakery.app.stranger().post("/auth/login", login).await.problem(401);
    // Nobody takes his place for a while; his address is free.
    let account =
        |name: &str| json!({"nickname": name, "email": "boris@example.org", "password": PASSWORD});
    let answer = bakery.app.stranger().post("/auth/register", account("boris")).await;
    assert_eq!(answer.problem(409), "nickname_taken");
    bakery.app.stranger().post("/auth/register", account("benno")).await.expect(201);
    assert_eq!(end_due(&bakery.app.app, after_grace()).await.unwrap(), 0, "once");
}

#[tokio::test]
async fn an_inbox_uploads_and_packs_go_with_the_account() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let pack = make_pack(boris, "Buns", "public").await;
    let shown = text(&add_sticker(boris, &pack, "Shown", None).await.expect(201)["id"]);
    let unused = add_sticker(boris, &pack, "Unused", None).await.expect(201);
    let sent = send_sticker(anna, &bakery.chat, &shown).await.expect(201);
    anna.post(&format!("/stickers/packs/{pack}/install"), json!({})).await.expect(204);
    let loose = boris.uploaded("loose.png", &png()).await;
    let kept = boris.uploaded("kept.png", &png()).await;
    let with_file = json!({"content": "Look", "nonce": "f", "attachment_ids": [kept]});
    boris.post(&format!("/messages/{}", bakery.chat), with_file).await.expect(201);
    bakery.say(anna, "Hello, @boris").await;
    boris.post("/profile/me/deletion", body(false)).await.expect(200);
    assert_eq!(end_due(&bakery.app.app, after_grace()).await.unwrap(), 1);
    // The packs are nobody's; what was said with them stays.
    anna.get(&format!("/stickers/packs/{pack}")).await.problem(404);
    let mine = anna.get("/stickers/my-packs").await.expect(200);
    assert_eq!(mine["items"].as_array().unwrap().len(), 1, "only the server's own");
    let page = anna.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    let messages = page["items"].as_array().unwrap();
    assert_eq!(messages[0]["sticker"], sent["sticker"]);
    assert_eq!(messages[1]["attachments"][0]["id"], kept);
    sweep(&bakery.app.app).await.unwrap();
    let load = async |url: &str| anna.load(url.trim_start_matches("/api/v1"), &[]).await.status;
    assert_eq!(load(&text(&sent["sticker"]["url"])).await, 200);
    assert_eq!(load(&text(&unused["url"])).await, 404);
    assert_eq!(load(&format!("/files/{kept}")).await, 200);
    let conn = &mut *bakery.app.app.conn().await.unwrap();
    let left = FileRow::find(conn, loose.parse().unwrap()).await;
    assert!(left.is_err(), "an upload that nobody has seen");
    let inbox: i64 = notifications::table.count().get_result(conn).await.unwrap();
    assert_eq!(inbox, 0);
}

#[tokio::test]
async fn messages_go_too_when_it_was_asked() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    bakery.say(anna, "Mine").await;
    for n in 0..3 {
        bakery.say(boris, &format!("His {n}")).await;
    }
    let mut socket = anna.socket().await;
    socket.ask("join_room", json!({"chat_id": bakery.chat})).await;
    boris.post("/profile/me/deletion", body(true)).await.expect(200);
    assert_eq!(end_due(&bakery.app.app, after_grace()).await.unwrap(), 1);
    for _ in 0..3 {
        socket.frame("message_deleted").await;
    }
    let page = anna.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert_eq!(texts(&page), ["Mine"]);
}

#[tokio::test]
async fn who_is_on_his_way_out_is_no_heir() {
    let bakery = Bakery::open().await;
    let heir = json!({"user_id": bakery.boris.id()});
    bakery.boris.post("/profile/me/deletion", body(false)).await.expect(200);
    let path = format!("/spaces/{}/transfer", bakery.space);
    assert_eq!(bakery.anna.post(&path, heir).await.problem(422), "invalid");
    assert_eq!(end_due(&bakery.app.app, after_grace()).await.unwrap(), 1);
    let space = bakery.anna.get(&format!("/spaces/{}", bakery.space)).await.expect(200);
    assert_eq!(space["owner_id"], bakery.anna.id());
}

#[tokio::test]
async fn programs_end_with_the_account() {
    let bakery = Bakery::open().await;
    let boris = &bakery.boris;
    let program = program_of(boris, &["read"]).await;
    let (bot, robot) = bot_of(boris, "helper", &["read"]).await;
    let path = format!("/spaces/{}/bots", bakery.space);
    bakery
        .anna
        .post(
            &format!(
                "/spaces/{}/assign-role/{}/{}",
                bakery.space,
                boris.id(),
                bakery.role("Administrator").await
            ),
            json!({}),
        )
        .await
        .expect(204);
    boris.post(&path, json!({"bot_id": bot["id"]})).await.expect(200);
    let (mut his, mut its) = (program.socket().await, robot.socket().await);
    let mut anna = bakery.anna.socket().await;
    boris.post("/profile/me/deletion", body(false)).await.expect(200);
    assert_eq!((his.closed().await, its.closed().await), (4403, 4403));
    for who in [&program, &robot] {
        assert_eq!(who.get("/auth/me").await.problem(401), "unauthenticated");
    }
    // The bot stays until there is no way back.
    let people = format!("/spaces/{}/participants", bakery.space);
    let shown =
        |page: Value| page["items"].as_array().unwrap().iter().any(|p| p["id"] == bot["id"]);
    assert!(shown(bakery.anna.get(&people).await.expect(200)));
    assert_eq!(end_due(&bakery.app.app, after_grace()).await.unwrap(), 1);
    assert!(!shown(bakery.anna.get(&people).await.expect(200)));
    anna.wait(|frame| frame["type"] == "member_left" && frame["data"]["user_id"] == bot["id"])
        .await;
}

/// A place that somebody left, or was put out of, may be called otherwise by now.
#[tokio::test]
async fn a_copy_names_no_place_that_one_sees_no_more() {
    let bakery = Bakery::open().await;
    let boris = &bakery.boris;
    bakery.say(boris, "Good bread").await;
    let names = async || {
        let response = boris.request(Method::GET, "/profile/me/export").send().await.unwrap();
        let bytes = response.bytes().await.unwrap();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        zip.by_name("messages.json").unwrap().read_to_string(&mut text).unwrap();
        let messages: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(messages[0]["content"], "Good bread");
        [messages[0]["space"].clone(), messages[0]["chat"].clone()]
    };
    assert_eq!(names().await[0], "The bakery");
    let hide = json!({"overrides": [{"target": {"kind": "everybody"}, "allow": [], "deny": ["view_chat"]}]});
    let chat = format!("/chats/{}", bakery.chat);
    bakery.anna.patch(&chat, hide).await.expect(200);
    assert_eq!(names().await, [json!("The bakery"), json!(null)]);
    let kick = format!("/spaces/{}/kick/{}", bakery.space, boris.id());
    bakery.anna.post(&kick, json!({})).await.expect(204);
    let path = format!("/spaces/{}", bakery.space);
    bakery.anna.patch(&path, json!({"name": "The secret bakery"})).await.expect(200);
    assert_eq!(names().await, [json!(null), json!(null)]);
}

#[tokio::test]
async fn a_copy_holds_what_one_wrote_and_nothing_of_others() {
    let bakery = Bakery::open().await;
    let boris = &bakery.boris;
    boris.patch("/profile/me", json!({"bio": "Bakes."})).await.expect(200);
    boris.post("/status/set-status", json!({"status": "online", "text": "Here"})).await.expect(204);
    let source = bakery.say(&bakery.anna, "Not his").await;
    let passed_on = json!({"content": "His comment", "nonce": "p", "forward_of": source["id"]});
    boris.post(&format!("/messages/{}", bakery.chat), passed_on).await.expect(201);
    for n in 0..3 {
        bakery.say(boris, &format!("His “{n}”")).await;
    }
    let bytes = png();
    let file = boris.uploaded("bread.png", &bytes).await;
    let with_file = json!({"content": "His file", "nonce": "f", "attachment_ids": [file]});
    boris.post(&format!("/messages/{}", bakery.chat), with_file).await.expect(201);
    let pack = make_pack(boris, "Buns", "private").await;
    add_sticker(boris, &pack, "Bun", Some("bun")).await.expect(201);
    bakery.anna.uploaded("hers.png", &bytes).await;
    bakery
        .anna
        .post(
            &format!(
                "/spaces/{}/assign-role/{}/{}",
                bakery.space,
                boris.id(),
                bakery.role("Moderator").await
            ),
            json!({}),
        )
        .await
        .expect(204);
    let response = boris.request(Method::GET, "/profile/me/export").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/zip");
    assert!(response.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let bytes = response.bytes().await.unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut read = |name: &str| -> Value {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        assert!(!text.contains("Not his") && !text.contains("$2b$"), "{text}");
        serde_json::from_str(&text).unwrap()
    };
    let profile = read("profile.json");
    assert_eq!((&profile["nickname"], &profile["bio"]), (&json!("boris"), &json!("Bakes.")));
    assert_eq!(read("settings.json")["status_text"], "Here");
    assert_eq!(read("spaces.json")[0]["name"], "The bakery");
    let messages = read("messages.json");
    let contents: Vec<_> =
        messages.as_array().unwrap().iter().map(|m| text(&m["content"])).collect();
    assert_eq!(contents, ["His comment", "His “0”", "His “1”", "His “2”", "His file"]);
    assert_eq!(messages[4]["files"], json!([file]));
    let files = read("files.json");
    let names: Vec<_> = files.as_array().unwrap().iter().map(|f| text(&f["name"])).collect();
    assert_eq!(names, ["bread.png", "a.png"], "and the picture of his sticker");
    assert_eq!(read("stickers.json")[0]["stickers"][0]["shortcode"], "bun");
    assert_eq!(read("notifications.json")[0]["kind"], "role_change");
    assert_eq!(read("sessions.json").as_array().unwrap().len(), 1);
    for name in ["people.json", "conversations.json", "reactions.json"] {
        assert_eq!(read(name), json!([]), "{name}");
    }
    let mut stored = Vec::new();
    zip.by_name(&format!("files/{file}/bread.png")).unwrap().read_to_end(&mut stored).unwrap();
    assert_eq!(stored, boris.load(&format!("/files/{file}"), &[]).await.bytes);
    // Somebody who wrote nothing has a whole file, too.
    let empty = send(bakery.vera.request(Method::GET, "/profile/me/export")).await;
    assert_eq!(empty.status, 200);
    bakery.app.stranger().get("/profile/me/export").await.problem(401);
}

/// More than the pages in which it is read.
#[tokio::test]
async fn a_copy_is_whole_however_much_there_is() {
    let bakery = Bakery::open().await;
    let boris = &bakery.boris;
    let sql = format!(
        "INSERT INTO messages (id, chat_id, seq, author_id, content, nonce) \
         SELECT gen_random_uuid(), '{0}', n, '{1}', 'bread', n::text FROM generate_series(1, 1700) n; \
         INSERT INTO reactions (message_id, emoji, user_id) \
         SELECT id, emoji, author_id FROM messages CROSS JOIN unnest(ARRAY['🥖', '🎂', '🍞']) AS e (emoji); \
         INSERT INTO notifications (id, user_id, kind, message_id, chat_id, message_seq) \
         SELECT gen_random_uuid(), author_id, 'mention', id, chat_id, seq FROM messages; \
         UPDATE chats SET last_seq = 1700 WHERE id = '{0}'",
        bakery.chat,
        boris.id()
    );
    bakery.app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    let bytes =
        boris.request(Method::GET, "/profile/me/export").send().await.unwrap().bytes().await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes.unwrap())).unwrap();
    for (name, keys, want) in [
        ("messages.json", &["id"][..], 1_700),
        ("reactions.json", &["message_id", "emoji"], 5_100),
        ("notifications.json", &["message_id"], 1_700),
    ] {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
        let key = |row: &Value| keys.iter().map(|key| row[key].to_string()).collect::<String>();
        let once: HashSet<String> = rows.iter().map(key).collect();
        assert_eq!((rows.len(), once.len()), (want, want), "{name}");
    }
}
