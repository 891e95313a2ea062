//! Ways into a space, out of it, and around what was decided there.

use crate::support::TestApp;
use crate::support::bakery::Bakery;
use crate::support::client::{Client, PASSWORD};
use crate::support::database::waiting;
use crate::support::mail::run_jobs;
use crate::support::programs::bot_of;
use crate::support::staff::{Staff, create, text};
use diesel_async::SimpleAsyncConnection as _;
use serde_json::json;

async fn sql(app: &TestApp, statement: &str) {
    app.app.conn().await.unwrap().batch_execute(statement).await.unwrap();
}

#[tokio::test]
async fn nobody_is_pulled_into_a_space_against_his_will() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let guest = app.user("guest").await;
    let add = async || b.anna.post(&b.at("/members"), json!({"nickname": "guest"})).await;
    let invite = async || b.anna.post(&b.at("/invites"), json!({"nickname": "guest"})).await;
    // Who blocked the one who asks is not to be found.
    let block = format!("/profile/me/marks/{}", b.anna.id());
    guest.put(&block, json!({"mark": "blocked"})).await.expect(200);
    assert_eq!(add().await.problem(422), "invalid");
    assert_eq!(invite().await.problem(422), "invalid");
    guest.delete(&block).await;
    // Who takes no direct messages gets an invitation.
    guest.patch("/profile/me/settings", json!({"direct_from": "nobody"})).await.expect(200);
    assert_eq!(add().await.problem(403), "invite_only");
    guest.patch("/profile/me/settings", json!({"direct_from": "shared"})).await.expect(200);
    add().await.expect(201);
    // Who left by himself as well; what he accepts he wants.
    guest.post(&b.at("/leave"), json!({})).await.expect(204);
    assert_eq!(add().await.problem(403), "invite_only");
    let code = text(&invite().await.expect(201)["code"]);
    guest.post(&format!("/invites/{code}/accept"), json!({})).await.expect(200);
}

#[tokio::test]
async fn bots_go_where_their_owner_goes() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let (bot, _) = bot_of(boris, "helper", &["read"]).await;
    let at = |path: &str| format!("/spaces/{}{path}", bakery.space);
    let admin = bakery.role("Administrator").await;
    let people = at(&format!("/participants/{}", text(&bot["id"])));
    for (by, path) in [(anna, at(&format!("/kick/{}", boris.id()))), (boris, at("/leave"))] {
        let promote = at(&format!("/assign-role/{}/{admin}", boris.id()));
        anna.post(&promote, json!({})).await.expect(204);
        boris.post(&at("/bots"), json!({"bot_id": bot["id"]})).await.expect(200);
        anna.get(&people).await.expect(200);
        let mut socket = anna.socket().await;
        by.post(&path, json!({})).await.expect(204);
        assert_eq!(anna.get(&people).await.problem(404), "not_found");
        socket.wait(|frame| frame["data"]["user_id"] == bot["id"]).await;
        let code = json!({"nickname": "boris"});
        let code = text(&anna.post(&at("/invites"), code).await.expect(201)["code"]);
        boris.post(&format!("/invites/{code}/accept"), json!({})).await.expect(200);
    }
    let promote = at(&format!("/assign-role/{}/{admin}", boris.id()));
    anna.post(&promote, json!({})).await.expect(204);
    boris.post(&at("/bots"), json!({"bot_id": bot["id"]})).await.expect(200);
    anna.post(&at(&format!("/ban/{}", boris.id())), json!({})).await.expect(204);
    assert_eq!(anna.get(&people).await.problem(404), "not_found", "banned with its owner");
    let back = boris.post(&at("/bots"), json!({"bot_id": bot["id"]})).await;
    assert_eq!(back.problem(404), "not_found");
}

#[tokio::test]
async fn an_address_that_was_not_confirmed_frames_nobody() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let victim = app.user("victim").await;
    let set = async |who: &str, email: &str| {
        sql(&app, &format!("UPDATE users SET email = '{email}' WHERE id = '{who}'")).await;
    };
    // Somebody writes another one's address into his account and has himself banned.
    set(&b.mark.id(), "victim+x@example.org").await;
    b.anna.post(&b.at(&format!("/ban/{}", b.mark.id())), json!({})).await.expect(204);
    victim.post(&b.at("/join"), json!({})).await.expect(200);
}

#[tokio::test]
async fn a_low_role_is_not_shed_by_leaving() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let role = async || text(&b.rita.get(&b.space).await.expect(200)["me"]["role"]["name"]);
    assert_eq!(role().await, "Restricted");
    b.rita.post(&b.at("/leave"), json!({})).await.expect(204);
    b.rita.post(&b.at("/join"), json!({})).await.expect(200);
    assert_eq!(role().await, "Restricted");
    // Nor with an invitation to a better role.
    let code = b.invite(&b.anna, json!({"role_id": b.role("Moderator")})).await;
    b.rita.post(&b.at("/leave"), json!({})).await.expect(204);
    b.rita.post(&format!("/invites/{code}/accept"), json!({})).await.expect(200);
    assert_eq!(role().await, "Restricted");
    // A higher one is not kept.
    b.mona.post(&b.at("/leave"), json!({})).await.expect(204);
    let back = b.mona.post(&b.at("/join"), json!({})).await.expect(200);
    assert_eq!(back["me"]["role"]["kind"], "member");
}

#[tokio::test]
async fn who_made_a_group_and_left_rules_it_no_more() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let body = json!({"user_ids": [boris.id()], "name": "Two"});
    let group = text(&anna.post("/chats", body).await.expect(201)["id"]);
    let leave =
        async |who: &Client| who.delete(&format!("/chats/{group}/members/{}", who.id())).await;
    leave(anna).await.expect(204);
    let seen = boris.get(&format!("/chats/{group}")).await.expect(200);
    assert_eq!(seen["owner_id"], boris.id());
    leave(boris).await.expect(204);
    run_jobs(&bakery.app).await;
    let left =
        format!("DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM chats WHERE id = '{group}'); END $$");
    sql(&bakery.app, &left).await;
}

#[tokio::test]
async fn a_group_takes_only_who_may_be_talked_to() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let vera = &bakery.vera;
    vera.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
    let group = json!({"user_ids": [vera.id()], "name": "Two"});
    let group = text(&anna.post("/chats", group).await.expect(201)["id"]);
    boris.patch("/profile/me/settings", json!({"direct_from": "nobody"})).await.expect(200);
    let body = json!({"user_ids": [boris.id(), vera.id()]});
    assert_eq!(anna.post("/chats", body).await.problem(403), "not_reachable");
    let body = json!({"user_id": boris.id()});
    let answer = anna.post(&format!("/chats/{group}/members"), body).await;
    assert_eq!(answer.problem(403), "not_reachable");
}

#[tokio::test]
async fn used_up_invitations_make_room_for_new_ones() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let many = format!(
        "INSERT INTO invites (code, space_id, created_by, max_uses, uses) \
         SELECT 'used' || n, '{}', '{}', 1, 1 FROM generate_series(1, 500) n",
        b.id(),
        b.anna.id()
    );
    sql(&app, &many).await;
    b.invite(&b.anna, json!({})).await;
    assert_eq!(api::spaces::housekeeping::clean(&app.app.db).await.unwrap(), 500);
}

#[tokio::test]
async fn chats_and_memberships_have_a_maximum() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let many = format!(
        "INSERT INTO chats (id, kind, space_id, name, position) \
         SELECT gen_random_uuid(), 'space', '{}', 'chat ' || n, n FROM generate_series(1, 498) n",
        b.id()
    );
    sql(&app, &many).await;
    let make = async |name: &str| b.anna.post(&b.at("/chats"), json!({"name": name})).await;
    make("the 500th").await.expect(201);
    assert_eq!(make("one more").await.problem(422), "invalid");
    let many = format!(
        "INSERT INTO spaces (id, name, owner_id, visibility, default_chat_id) \
         SELECT gen_random_uuid(), 'space ' || n, '{0}', 'hidden', gen_random_uuid() \
         FROM generate_series(1, 500) n; \
         INSERT INTO roles (id, space_id, kind, name, color, priority, permissions) \
         SELECT gen_random_uuid(), id, 'owner', 'Owner', '#000000', 100, 0 FROM spaces \
         WHERE owner_id = '{0}' AND name LIKE 'space %'; \
         INSERT INTO space_members (space_id, user_id, role_id) \
         SELECT r.space_id, '{0}', r.id FROM roles r JOIN spaces s ON s.id = r.space_id \
         WHERE s.owner_id = '{0}' AND s.name LIKE 'space %'",
        b.zoe.id()
    );
    sql(&app, &format!("BEGIN; SET LOCAL session_replication_role = replica; {many}; COMMIT"))
        .await;
    let space = b.zoe.post("/spaces", json!({"name": "One more"})).await;
    assert_eq!(space.problem(409), "limit_reached");
    assert_eq!(b.zoe.post(&b.at("/join"), json!({})).await.problem(409), "limit_reached");
}

/// A hundred times: the owner hands the space on while the heir's account ends.
#[tokio::test]
async fn no_space_is_left_without_an_owner() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let late = chrono::Utc::now() + chrono::Duration::days(8);
    for n in 0..25 {
        let boris = app.user(&format!("boris{n}")).await;
        let space = create(&anna, &format!("Space {n}")).await;
        boris.post(&format!("{space}/join"), json!({})).await.expect(200);
        let confirm = json!({"password": PASSWORD, "confirm": format!("boris{n}")});
        let transfer = format!("{space}/transfer");
        let heir = json!({"user_id": boris.id()});
        let ((handed, planned), _) = tokio::join!(
            async {
                tokio::join!(
                    anna.post(&transfer, heir),
                    boris.post("/profile/me/deletion", confirm)
                )
            },
            async { api::people::deletion::end_due(&app.app, late).await.unwrap() },
        );
        assert!(
            (handed.status == 200) != (planned.status == 200),
            "{} and {}",
            handed.text,
            planned.text
        );
        api::people::deletion::end_due(&app.app, late).await.unwrap();
    }
    let ownerless = "DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM spaces s JOIN users u \
         ON u.id = s.owner_id WHERE u.is_placeholder); END $$";
    sql(&app, ownerless).await;
}

/// What a chat allowed somebody is his no more when he is out; what it denied him stays.
#[tokio::test]
async fn a_place_in_a_private_chat_ends_with_the_membership() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let member = |who: &Client, allow: &[&str], deny: &[&str]| {
        json!({"target":
        {"kind": "member", "id": who.id()}, "allow": allow, "deny": deny})
    };
    let closed = json!({"target": {"kind": "everybody"}, "allow": [], "deny": ["view_chat"]});
    let list = json!([
        closed,
        member(&b.mark, &["view_chat"], &["send_files"]),
        member(&b.mona, &["view_chat"], &[])
    ]);
    let body = json!({"name": "board", "overrides": list});
    let chat = text(&b.anna.post(&b.at("/chats"), body).await.expect(201)["id"]);
    let path = format!("/chats/{chat}");
    let code = b.invite(&b.anna, json!({})).await;
    let back = async |who: &Client| {
        who.post(&format!("/invites/{code}/accept"), json!({})).await.expect(200);
    };
    let mut phone = b.anna.socket().await;
    for (who, act) in [(&b.mark, "kick"), (&b.mona, "ban")] {
        who.get(&path).await.expect(200);
        b.anna.post(&b.at(&format!("/{act}/{}", who.id())), json!({})).await.expect(204);
        let told = phone.frame("chat_updated").await;
        let fresh = b.anna.get(&path).await.expect(200);
        assert_eq!(told["data"]["overrides"], fresh["overrides"]);
        // While he is out the list is saved as it is; he is given nothing.
        let same = json!({"overrides": fresh["overrides"]});
        b.anna.patch(&path, same).await.expect(200);
        phone.frame("chat_updated").await;
        let given = json!({"overrides": [closed, member(who, &["view_chat"], &["send_files"])]});
        assert_eq!(b.anna.patch(&path, given).await.problem(422), "invalid");
    }
    b.anna.post(&b.at(&format!("/unban/{}", b.mona.id())), json!({})).await.expect(204);
    for who in [&b.mark, &b.mona] {
        back(who).await;
        assert_eq!(who.get(&path).await.problem(404), "not_found");
    }
    let left = b.anna.get(&path).await.expect(200)["overrides"].clone();
    assert_eq!(left.as_array().unwrap().len(), 2, "{left}");
    assert!(left.as_array().unwrap().contains(&member(&b.mark, &[], &["send_files"])), "{left}");
    // By his own wish as well, and his bots.
    let (bot, program) = bot_of(&b.adam, "helper", &["read"]).await;
    b.adam.post(&b.at("/bots"), json!({"bot_id": bot["id"]})).await.expect(200);
    let list = json!([
        closed,
        member(&b.adam, &["view_chat"], &[]),
        member(&program, &["view_chat"], &[])
    ]);
    b.anna.patch(&path, json!({"overrides": list})).await.expect(200);
    program.get(&path).await.expect(200);
    b.adam.post(&b.at("/leave"), json!({})).await.expect(204);
    let left = b.anna.get(&path).await.expect(200)["overrides"].clone();
    assert_eq!(left, json!([closed]));
}

/// Two spaces at once, one membership left.
#[tokio::test]
async fn the_last_membership_is_had_once() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let guest = app.user("guest").await;
    let (one, two) = (create(&anna, "One").await, create(&anna, "Two").await);
    let many = format!(
        "INSERT INTO spaces (id, name, owner_id, visibility, default_chat_id) \
         SELECT gen_random_uuid(), 'space ' || n, '{0}', 'hidden', gen_random_uuid() \
         FROM generate_series(1, 499) n; \
         INSERT INTO roles (id, space_id, kind, name, color, priority, permissions) \
         SELECT gen_random_uuid(), id, 'owner', 'Owner', '#000000', 100, 0 FROM spaces \
         WHERE owner_id = '{0}'; \
         INSERT INTO space_members (space_id, user_id, role_id) \
         SELECT r.space_id, '{0}', r.id FROM roles r JOIN spaces s ON s.id = r.space_id \
         WHERE s.owner_id = '{0}'",
        guest.id()
    );
    sql(&app, &format!("BEGIN; SET LOCAL session_replication_role = replica; {many}; COMMIT"))
        .await;
    let mut other = app.app.conn().await.unwrap();
    let lock = format!("BEGIN; SELECT FROM users WHERE id = '{}' FOR UPDATE", guest.id());
    other.batch_execute(&lock).await.unwrap();
    let (one, two) = (format!("{one}/join"), format!("{two}/join"));
    let (one, two, ()) =
        tokio::join!(guest.post(&one, json!({})), guest.post(&two, json!({})), async {
            waiting(&app, 2).await;
            other.batch_execute("COMMIT").await.unwrap();
        });
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 409], "{} {}", one.text, two.text);
}
