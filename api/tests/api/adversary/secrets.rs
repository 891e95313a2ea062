//! What others must not learn: by a replay, the audit log, reports.

use crate::support::TestApp;
use crate::support::bakery::{Bakery, send};
use crate::support::socket::Socket;
use crate::support::staff::{Staff, text};
use serde_json::{Value, json};

#[tokio::test]
async fn a_replay_shows_nothing_of_a_space_one_was_banned_from() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let socket = boris.socket().await;
    let topic = format!("user:{}", boris.id());
    let seq = socket.connected["topics"][&topic]["seq"].clone();
    drop(socket);
    bakery.say(anna, "@boris the secret recipe").await;
    let ban = format!("/spaces/{}/ban/{}", bakery.space, boris.id());
    anna.post(&ban, json!({})).await.expect(204);
    let mut socket = Socket::hello(boris.address, &boris.token, json!({topic.clone(): seq})).await;
    assert_eq!(socket.connected["topics"][&topic]["recovered"], true);
    let heard = socket.drain().await;
    assert!(!heard.iter().any(|frame| frame.to_string().contains("recipe")), "{heard:?}");
    // Only that he was banned, not the mention.
    let told = heard.iter().filter(|frame| frame["type"] == "notification_created");
    let kinds: Vec<_> = told.map(|frame| &frame["data"]["notification"]["kind"]).collect();
    assert_eq!(kinds, ["moderation"], "{heard:?}");
    assert!(heard.iter().any(|frame| frame["type"] == "noop"), "{heard:?}");
}

#[tokio::test]
async fn the_audit_log_keeps_private_chats_private() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let hide = json!([{"target": {"kind": "role", "id": b.role("Administrator")},
        "allow": [], "deny": ["view_chat"]}]);
    let body = json!({"name": "board", "overrides": hide});
    let chat = text(&b.anna.post(&b.at("/chats"), body).await.expect(201)["id"]);
    let message = text(&send(&b.mona, &chat, "The secret recipe").await.expect(201)["id"]);
    b.mona.put(&format!("/messages/{message}/pin"), json!({})).await.expect(204);
    b.anna.delete(&format!("/messages/{message}")).await.expect(204);
    b.anna
        .patch(&format!("/chats/{chat}"), json!({"name": "board of directors"}))
        .await
        .expect(200);
    let log = async |who: &crate::support::client::Client| {
        who.get(&b.at("/audit?limit=100")).await.expect(200)
    };
    let seen = log(&b.adam).await.to_string();
    assert!(!seen.contains("recipe") && !seen.contains("board"), "{seen}");
    let all = log(&b.anna).await.to_string();
    assert!(all.contains("The secret recipe") && all.contains("board of directors"), "{all}");
    // Nor when it is gone.
    b.anna.delete(&format!("/chats/{chat}")).await.expect(204);
    let seen = log(&b.adam).await;
    assert!(!seen.to_string().contains("board"), "{seen}");
    assert!(seen["items"].as_array().unwrap().iter().any(|line| line["action"] == "chat_deleted"));
    // What everybody saw stays readable.
    let open = text(&b.anna.post(&b.at("/chats"), json!({"name": "open"})).await.expect(201)["id"]);
    b.anna.patch(&format!("/chats/{open}"), json!({"slow_seconds": 10})).await.expect(200);
    let close = json!({"overrides": [{"target": {"kind": "everybody"}, "allow": [],
        "deny": ["send_messages"]}]});
    b.anna.patch(&format!("/chats/{open}"), close).await.expect(200);
    let seen = log(&b.adam).await;
    let change = |field: &str| {
        let lines = seen["items"].as_array().unwrap().iter();
        let mut changes = lines.flat_map(|line| line["changes"].as_array().unwrap().clone());
        changes.find(|change| change["field"] == field).unwrap_or_default()["after"].clone()
    };
    assert_eq!(change("slow_seconds"), "10");
    assert_eq!(change("overrides"), "@all: -send_messages");
    let category = json!({"name": "Shelf"});
    b.anna.post(&b.at("/categories"), category).await.expect(201);
    assert!(log(&b.adam).await.to_string().contains("category_created"));
}

#[tokio::test]
async fn who_is_reported_does_not_read_who_reported_him() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let mut socket = b.mona.socket().await;
    let report = json!({"reason": "abuse", "note": "He shouts."});
    b.mark.post(&b.at(&format!("/report/{}", b.mona.id())), report.clone()).await.expect(204);
    assert_eq!(socket.frame("reports_changed").await["data"]["open"], 0);
    let list = async |who: &crate::support::client::Client| {
        let list = who.get(&b.at("/reports")).await.expect(200);
        let open = who.get(&b.at("/reports/count")).await.expect(200);
        (list["items"].as_array().unwrap().len(), open["open"].clone())
    };
    assert_eq!(list(&b.mona).await, (0, json!(0)));
    assert_eq!(list(&b.adam).await, (1, json!(1)));
    // The owner has nobody above her.
    b.mark.post(&b.at(&format!("/report/{}", b.anna.id())), report).await.expect(204);
    assert_eq!(list(&b.anna).await, (2, json!(2)));
}

#[tokio::test]
async fn reports_have_a_limit() {
    let app = TestApp::with(&[("SPACE_LIMIT_FACTOR", "1")]).await;
    let b = crate::support::staff::create(&app.user("anna").await, "Bakery").await;
    let mark = app.user("mark").await;
    mark.post(&format!("{b}/join"), json!({})).await.expect(200);
    let owner = mark.get(&format!("{b}/participants")).await.expect(200);
    let owner =
        owner["items"].as_array().unwrap().iter().find(|p| p["nickname"] == "anna").unwrap();
    let path = format!("{b}/report/{}", text(&owner["id"]));
    let mut last = 0;
    for _ in 0..21 {
        last = mark.post(&path, json!({"reason": "spam"})).await.status;
    }
    assert_eq!(last, 429);
}

/// What is taken from a role or a member is taken from a lower rank.
#[tokio::test]
async fn a_lower_rank_hides_nothing_from_a_higher_one() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let keys = ["manage_chats", "view_chat", "send_messages"];
    let keeper = b.make_role(&b.anna, "Keeper", 20, &keys).await;
    b.assign(&b.anna, &b.mark, &keeper).await.expect(204);
    let deny = |target: Value| json!([{"target": target, "allow": [], "deny": ["view_chat"]}]);
    let role = |id: String| json!({"kind": "role", "id": id});
    let make = async |name: &str, overrides: Value| {
        let body = json!({"name": name, "overrides": overrides});
        b.mark.post(&b.at("/chats"), body).await
    };
    for target in [
        role(b.role("Administrator")),
        role(keeper.clone()),
        json!({"kind": "member", "id": b.mona.id()}),
        json!({"kind": "member", "id": b.anna.id()}),
    ] {
        assert_eq!(make("x", deny(target)).await.problem(403), "rank_too_low");
    }
    let below = deny(role(b.role("Restricted")));
    let chat = text(&make("for us", below).await.expect(201)["id"]);
    // What a higher rank denied is not given back.
    let chat = format!("/chats/{chat}");
    let strong = deny(role(keeper));
    let strong = json!([{"target": strong[0]["target"], "allow": [], "deny": ["send_messages"]}]);
    b.anna.patch(&chat, json!({"overrides": strong})).await.expect(200);
    let answer = b.mark.patch(&chat, json!({"overrides": []})).await;
    assert_eq!(answer.problem(403), "rank_too_low");
    // What does not touch it passes.
    b.mark.patch(&chat, json!({"topic": "News", "overrides": strong})).await.expect(200);
}

/// Nor by what is taken from everybody, or by an allowance that goes.
#[tokio::test]
async fn who_keeps_chats_locks_no_higher_rank_out() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let keys = ["manage_chats", "view_chat", "send_messages"];
    let keeper = b.make_role(&b.anna, "Keeper", 20, &keys).await;
    b.assign(&b.anna, &b.mark, &keeper).await.expect(204);
    let closed = json!({"target": {"kind": "everybody"}, "allow": [], "deny": ["view_chat"]});
    let role = |id: &str| {
        json!({"target": {"kind": "role", "id": id}, "allow": ["view_chat"],
        "deny": []})
    };
    let member = |who: &crate::support::client::Client| {
        json!({"target":
        {"kind": "member", "id": who.id()}, "allow": ["view_chat"], "deny": []})
    };
    let open = text(&b.anna.get(&b.space).await.expect(200)["default_chat_id"]);
    let open = format!("/chats/{open}");
    let list = json!({"overrides": [closed, member(&b.mark)]});
    assert_eq!(b.mark.patch(&open, list.clone()).await.problem(403), "rank_too_low");
    let mut body = list.clone();
    body["name"] = json!("for us");
    assert_eq!(b.mark.post(&b.at("/chats"), body.clone()).await.problem(403), "rank_too_low");
    b.adam.get(&open).await.expect(200);
    // Closed to lower ranks alone, with all higher ones inside.
    let mut all = vec![closed.clone(), role(&keeper)];
    all.extend(["Administrator", "Moderator"].map(|name| role(&b.role(name))));
    body["overrides"] = json!(all);
    let chat = text(&b.mark.post(&b.at("/chats"), body).await.expect(201)["id"]);
    let chat = format!("/chats/{chat}");
    b.adam.get(&chat).await.expect(200);
    assert_eq!(b.rita.get(&chat).await.problem(404), "not_found");
    // Their allowance is not his to take, be it the role's or the person's.
    assert_eq!(b.mark.patch(&chat, list).await.problem(403), "rank_too_low");
    let by_name = json!({"overrides": [closed, role(&keeper), member(&b.adam)]});
    b.anna.patch(&chat, by_name).await.expect(200);
    let without = json!({"overrides": [closed, role(&keeper)]});
    assert_eq!(b.mark.patch(&chat, without).await.problem(403), "rank_too_low");
    // What he lacks himself stays untouched by what he may change.
    let with = json!({"overrides": [closed, role(&keeper), member(&b.adam), member(&b.rita)]});
    b.mark.patch(&chat, with).await.expect(200);
    b.adam.get(&chat).await.expect(200);
}

#[tokio::test]
async fn chats_forget_a_role_that_goes_and_say_so() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let role = b.make_role(&b.anna, "Guests", 8, &["view_chat"]).await;
    let overrides =
        json!([{"target": {"kind": "role", "id": role}, "allow": ["send_messages"], "deny": []}]);
    let body = json!({"name": "lobby", "overrides": overrides});
    let chat = text(&b.anna.post(&b.at("/chats"), body).await.expect(201)["id"]);
    let mut socket = b.mark.socket().await;
    b.anna.delete(&b.at(&format!("/roles/{role}"))).await.expect(204);
    let told = socket.frame("chat_updated").await;
    assert_eq!((&told["data"]["id"], &told["data"]["overrides"]), (&json!(chat), &json!([])));
    let fresh = b.mark.get(&format!("/chats/{chat}")).await.expect(200);
    assert_eq!(fresh["overrides"], json!([]));
}

/// A restriction that hid chats ends by time, which is no event.
#[tokio::test]
async fn an_open_socket_hears_again_when_a_restriction_ends() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let until = chrono::Utc::now() + chrono::Duration::seconds(2);
    let body = json!({"permissions_denied": ["view_chat"], "until": until});
    let path = format!("/spaces/{}/restrict/{}", bakery.space, boris.id());
    anna.post(&path, body).await.expect(200);
    let mut socket = boris.socket().await;
    let end = std::time::Instant::now() + std::time::Duration::from_secs(15);
    loop {
        anna.patch(&format!("/chats/{}", bakery.chat), json!({"slow_seconds": 0}))
            .await
            .expect(200);
        bakery.say(anna, "Fresh bread").await;
        let frames = socket.drain().await;
        if frames.iter().any(|frame| frame["type"] == "chat_activity") {
            break;
        }
        assert!(std::time::Instant::now() < end, "{frames:?}");
    }
}
