//! Bots: accounts of a person for programs.

use crate::support::TestApp;
use crate::support::bakery::{Bakery, send as say};
use crate::support::programs::{bot_of, make_token, program};
use crate::support::replica::Replica;
use crate::support::staff::{Staff, text};
use diesel_async::SimpleAsyncConnection as _;
use serde_json::json;

#[tokio::test]
async fn a_bot_talks_like_everybody_and_is_marked() {
    let bakery = Bakery::open().await;
    let (bot, program) = bot_of(&bakery.anna, "helper", &["read", "messages:write"]).await;
    assert_eq!((&bot["is_bot"], &bot["token_count"]), (&json!(true), &json!(0)));
    let me = program.get("/auth/me").await.expect(200);
    assert_eq!((&me["is_bot"], &me["email"]), (&json!(true), &json!(null)));
    // Outside it sees nothing.
    assert_eq!(say(&program, &bakery.chat, "Hello").await.problem(404), "not_found");
    let path = format!("/spaces/{}/bots", bakery.space);
    let mut boris = bakery.boris.socket().await;
    let member = bakery.anna.post(&path, json!({"bot_id": bot["id"]})).await.expect(200);
    assert_eq!(member["is_bot"], true);
    let joined = boris.frame("member_joined").await;
    assert_eq!(joined["data"]["member"]["is_bot"], true);
    let sent = say(&program, &bakery.chat, "Hello").await.expect(201);
    assert_eq!(sent["author"]["is_bot"], true);
    let people = bakery.boris.get(&format!("/spaces/{}/participants", bakery.space)).await;
    let people = people.expect(200);
    let shown = people["items"].as_array().unwrap().iter().find(|p| p["id"] == bot["id"]).unwrap();
    assert_eq!(shown["is_bot"], true);
    let profile = bakery.boris.get("/profile/nickname/helper").await.expect(200);
    assert_eq!(profile["is_bot"], true);
    // Others see it come into the room as a bot as well.
    let mut socket = program.socket().await;
    boris.ask("join_room", json!({"chat_id": bakery.chat})).await;
    socket.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let entered = boris.frame("user_joined_room").await;
    assert_eq!(entered["data"]["user"]["is_bot"], true);
    let listed = bakery.anna.get("/bots").await.expect(200);
    assert_eq!(listed["items"][0]["token_count"], 1);
    assert_eq!(listed["items"][0]["space_count"], 1);
    let space = json!([{"id": bakery.space, "name": "The bakery", "avatar_url": null}]);
    assert_eq!(listed["items"][0]["spaces"], space);
    assert_eq!(bakery.boris.get("/bots").await.expect(200)["items"], json!([]));
    // Again is the same.
    bakery.anna.post(&path, json!({"bot_id": bot["id"]})).await.expect(200);
    // Only its owner takes it out.
    let out = format!("{path}/{}", text(&bot["id"]));
    assert_eq!(bakery.boris.delete(&out).await.problem(404), "not_found");
    bakery.anna.delete(&out).await.expect(204);
    assert_eq!(bakery.anna.delete(&out).await.problem(404), "not_found");
    let listed = bakery.anna.get("/bots").await.expect(200);
    assert_eq!(listed["items"][0]["spaces"], json!([]));
}

#[tokio::test]
async fn the_permissions_of_its_role_hold_for_a_bot() {
    let bakery = Bakery::open().await;
    let (bot, program) =
        bot_of(&bakery.anna, "helper", &["read", "messages:write", "spaces:manage"]).await;
    let path = format!("/spaces/{}/bots", bakery.space);
    let body = json!({"bot_id": bot["id"], "role_id": bakery.role("Restricted").await});
    bakery.anna.post(&path, body).await.expect(200);
    let answer = say(&program, &bakery.chat, "Hello").await;
    assert_eq!(answer.json()["permission"], "send_messages");
    assert_eq!(answer.problem(403), "forbidden");
    let promote = format!(
        "/spaces/{}/assign-role/{}/{}",
        bakery.space,
        text(&bot["id"]),
        bakery.role("Administrator").await
    );
    bakery.anna.post(&promote, json!({})).await.expect(204);
    say(&program, &bakery.chat, "Hello").await.expect(201);
    let space = format!("/spaces/{}", bakery.space);
    program.patch(&space, json!({"description": "By a bot"})).await.expect(200);
    // A bot founds, joins and inherits no space, whatever its token.
    let found = json!({"name": "The bots"});
    assert_eq!(program.post("/spaces", found).await.problem(403), "people_only");
    let join = format!("{space}/join");
    assert_eq!(program.post(&join, json!({})).await.problem(403), "people_only");
    let heir = json!({"user_id": bot["id"]});
    let transfer = format!("{space}/transfer");
    assert_eq!(bakery.anna.post(&transfer, heir).await.problem(422), "invalid");
}

#[tokio::test]
async fn only_who_may_add_members_brings_a_bot_and_only_his_own() {
    let app = TestApp::start().await;
    let staff = Staff::open(&app).await;
    let path = staff.at("/bots");
    for (person, nickname, status) in [
        (&staff.anna, "bot_anna", 200),
        (&staff.adam, "bot_adam", 200),
        (&staff.mona, "bot_mona", 403),
        (&staff.mark, "bot_mark", 403),
        (&staff.rita, "bot_rita", 403),
        (&staff.zoe, "bot_zoe", 404),
    ] {
        let (bot, _) = bot_of(person, nickname, &["read"]).await;
        let answer = person.post(&path, json!({"bot_id": bot["id"]})).await;
        assert_eq!(answer.status, status, "{nickname}: {}", answer.text);
        if status == 403 {
            assert_eq!(answer.json()["permission"], "add_members");
        }
    }
    // Roles above one's own are not given to a bot either, and nobody gives the owner's.
    let (bot, _) = bot_of(&staff.adam, "climber", &["read"]).await;
    for (role, code) in [("Administrator", "rank_too_low"), ("Owner", "rank_too_low")] {
        let body = json!({"bot_id": bot["id"], "role_id": staff.role(role)});
        assert_eq!(staff.adam.post(&path, body).await.problem(403), code);
    }
    let (own, _) = bot_of(&staff.anna, "prince", &["read"]).await;
    let body = json!({"bot_id": own["id"], "role_id": staff.role("Owner")});
    assert_eq!(staff.anna.post(&path, body).await.problem(409), "system_role");
    // Somebody else's bot is nobody, and a person is no bot.
    let body = json!({"bot_id": bot["id"]});
    assert_eq!(staff.anna.post(&path, body).await.problem(404), "not_found");
    let body = json!({"bot_id": staff.mark.id()});
    assert_eq!(staff.anna.post(&path, body).await.problem(404), "not_found");
}

#[tokio::test]
async fn nobody_logs_in_as_a_bot() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    bot_of(&anna, "helper", &["read"]).await;
    for password in ["", "a long enough secret"] {
        let login = json!({"login": "helper", "password": password});
        assert_eq!(
            app.stranger().post("/auth/login", login).await.problem(401),
            "wrong_credentials"
        );
    }
    let taken = json!({"nickname": "he1per"});
    assert_eq!(anna.post("/bots", taken).await.problem(409), "nickname_taken");
    let reserved = json!({"nickname": "system"});
    assert_eq!(anna.post("/bots", reserved).await.problem(422), "invalid");
}

#[tokio::test]
async fn a_bot_is_renamed_and_deleted_and_its_words_stay() {
    let bakery = Bakery::open().await;
    let (bot, program) = bot_of(&bakery.anna, "helper", &["read", "messages:write"]).await;
    let path = format!("/bots/{}", text(&bot["id"]));
    let change = json!({"display_name": "Helper", "bio": "Answers"});
    let changed = bakery.anna.patch(&path, change).await.expect(200);
    assert_eq!((&changed["display_name"], &changed["bio"]), (&json!("Helper"), &json!("Answers")));
    assert_eq!(bakery.boris.get(&path).await.problem(404), "not_found");
    let admit = format!("/spaces/{}/bots", bakery.space);
    bakery.anna.post(&admit, json!({"bot_id": bot["id"]})).await.expect(200);
    say(&program, &bakery.chat, "I was here").await.expect(201);
    let mut socket = program.socket().await;
    let mut boris = Replica::open(&bakery.boris, &format!("/spaces/{}", bakery.space)).await;
    bakery.anna.delete(&path).await.expect(204);
    loop {
        if let crate::support::socket::Heard::Closed(code) = socket.hear().await {
            assert_eq!(code, 4403);
            break;
        }
    }
    assert_eq!(program.get("/auth/me").await.problem(401), "unauthenticated");
    boris.check("a bot was deleted").await;
    assert!(boris.heard.contains("member_left"));
    let history = bakery.boris.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert_eq!(history["items"][0]["content"], "I was here");
    assert_eq!(history["items"][0]["author"]["is_bot"], true);
    assert_eq!(bakery.anna.get(&path).await.problem(404), "not_found");
    assert_eq!(bakery.anna.get("/bots").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn its_owner_takes_a_bot_out_and_moderators_kick_it() {
    let bakery = Bakery::open().await;
    let (bot, program) = bot_of(&bakery.anna, "helper", &["read"]).await;
    let admit = format!("/spaces/{}/bots", bakery.space);
    bakery.anna.post(&admit, json!({"bot_id": bot["id"]})).await.expect(200);
    let out = format!("{admit}/{}", text(&bot["id"]));
    assert_eq!(bakery.boris.delete(&out).await.problem(404), "not_found");
    bakery.anna.delete(&out).await.expect(204);
    assert_eq!(bakery.anna.delete(&out).await.problem(404), "not_found");
    let log = bakery.anna.get(&format!("/spaces/{}/audit", bakery.space)).await.expect(200);
    for (entry, action) in [(0, "bot_removed"), (1, "bot_added")] {
        let entry = &log["items"][entry];
        assert_eq!((&entry["action"], &entry["user"]["id"]), (&json!(action), &bot["id"]));
    }
    assert_eq!(program.get("/spaces").await.expect(200)["items"], json!([]));
    bakery.anna.post(&admit, json!({"bot_id": bot["id"]})).await.expect(200);
    let kick = format!("/spaces/{}/kick/{}", bakery.space, text(&bot["id"]));
    bakery.anna.post(&kick, json!({})).await.expect(204);
    assert_eq!(program.get("/spaces").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn twenty_bots_and_lists_that_cost_the_same() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let (first, _) = bot_of(&anna, "bot_0", &["read"]).await;
    let (_, one) = app.counting(anna.get("/bots")).await;
    for n in 1..20 {
        anna.post("/bots", json!({"nickname": format!("bot_{n}")})).await.expect(201);
    }
    let (listed, twenty) = app.counting(anna.get("/bots")).await;
    assert_eq!(listed.expect(200)["items"].as_array().unwrap().len(), 20);
    assert!(one <= 2 && twenty <= one, "{one} {twenty}");
    let body = json!({"nickname": "bot_20"});
    assert_eq!(anna.post("/bots", body.clone()).await.problem(409), "limit_reached");
    anna.delete(&format!("/bots/{}", text(&first["id"]))).await.expect(204);
    anna.post("/bots", body).await.expect(201);
}

#[tokio::test]
async fn tokens_of_a_bot_are_its_owners_business() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let boris = app.user("boris").await;
    let (bot, client) = bot_of(&anna, "helper", &["read"]).await;
    let path = format!("/bots/{}/tokens", text(&bot["id"]));
    let second = make_token(&anna, &path, &["read"]).await;
    assert!(second["token"].as_str().unwrap().starts_with("space_bot_"));
    assert_eq!(boris.get(&path).await.problem(404), "not_found");
    let listed = anna.get(&path).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    anna.delete(&format!("{path}/{}", text(&second["id"]))).await.expect(204);
    program(&anna, &second).get("/auth/me").await.problem(401);
    client.get("/auth/me").await.expect(200);
    // Not in the list of the person's own.
    assert_eq!(anna.get("/auth/tokens").await.expect(200)["items"], json!([]));
}

/// A bot comes in as everybody does.
#[tokio::test]
async fn a_bot_sheds_no_low_role_and_has_no_more_memberships() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let (bot, program) = bot_of(&b.adam, "helper", &["read"]).await;
    let add = async || b.adam.post(&b.at("/bots"), json!({"bot_id": bot["id"]})).await;
    add().await.expect(200);
    b.assign(&b.anna, &program, &b.role("Restricted")).await.expect(204);
    let out = b.at(&format!("/bots/{}", text(&bot["id"])));
    b.adam.delete(&out).await.expect(204);
    assert_eq!(add().await.expect(200)["role_id"], b.role("Restricted"));
    b.adam.delete(&out).await.expect(204);
    let many = format!(
        "BEGIN; SET LOCAL session_replication_role = replica; \
         INSERT INTO space_members (space_id, user_id, role_id) \
         SELECT gen_random_uuid(), '{}', gen_random_uuid() FROM generate_series(1, 500) n; COMMIT",
        program.id()
    );
    app.app.conn().await.unwrap().batch_execute(&many).await.unwrap();
    assert_eq!(add().await.problem(409), "limit_reached");
}
