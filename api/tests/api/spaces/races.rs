//! Many at once.

use crate::support::TestApp;
use crate::support::client::{Answer, Client, send};
use crate::support::staff::{Staff, text};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

/// All at the same time; the statuses, sorted.
async fn at_once(answers: impl IntoIterator<Item = impl Future<Output = Answer>>) -> Vec<u16> {
    let answers = join_all(answers).await;
    for answer in &answers {
        assert!(answer.status < 500, "{}", answer.text);
    }
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

async fn role_counts(b: &Staff) -> i64 {
    let roles = b.anna.get(&b.at("/roles")).await.expect(200);
    let counts = roles["items"].as_array().unwrap().iter();
    counts.map(|role| role["member_count"].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn hole_32_joining_twice_at_once_is_joining_once() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let mut socket = b.anna.socket().await;
    let join = b.at("/join");
    let statuses = at_once((0..8).map(|_| b.zoe.post(&join, json!({})))).await;
    assert_eq!(statuses, [200; 8]);
    assert_eq!(b.anna.get(&b.space).await.expect(200)["member_count"], 6);
    let joined = |frame: &&Value| frame["type"] == "member_joined";
    assert_eq!(socket.drain().await.iter().filter(joined).count(), 1);
}

#[tokio::test]
async fn counts_stay_exact_while_people_come_and_go() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let mut socket = b.anna.socket().await;
    let mut people = Vec::new();
    for n in 0..12 {
        people.push(app.user(&format!("guest{n}")).await);
    }
    let (join, leave) = (b.at("/join"), b.at("/leave"));
    at_once(people.iter().map(|who| who.post(&join, json!({})))).await;
    let (going, staying) = people.split_at(5);
    let kick = |who: &Client| b.at(&format!("/kick/{}", who.id()));
    let moves = going.iter().map(|who| (who, &leave, kick(who))).collect::<Vec<_>>();
    // Each of them leaves and is removed at the same time: one of both happens.
    let left = at_once(moves.iter().map(|(who, leave, _)| who.post(leave, json!({}))));
    let kicked = at_once(moves.iter().map(|(_, _, kick)| b.mona.post(kick, json!({}))));
    let (left, kicked) = tokio::join!(left, kicked);
    let ends = left.iter().chain(&kicked).filter(|status| **status == 204).count();
    assert_eq!(ends, going.len(), "{left:?} {kicked:?}");
    let count = 5 + staying.len() as i64;
    assert_eq!(b.anna.get(&b.space).await.expect(200)["member_count"], count);
    assert_eq!(role_counts(&b).await, count);
    // The stream has no holes: as many events as things that happened.
    let frames = socket.drain().await;
    let topic = format!("space:{}", b.id());
    let durable = frames.iter().filter(|f| f["topic"] == topic && f["seq"].is_i64());
    let seqs: Vec<_> = durable.map(|f| f["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs.len(), people.len() + going.len());
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "{seqs:?}");
}

#[tokio::test]
async fn a_space_is_deleted_once_and_whoever_comes_late_finds_nothing() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let (join, roles) = (b.at("/join"), b.at("/roles"));
    let role = |n| json!({"name": format!("Role {n}"), "color": "#000000", "priority": 1, "permissions": []});
    let deletes = at_once((0..5).map(|_| b.anna.delete(&b.space)));
    let joins = at_once((0..5).map(|_| b.zoe.post(&join, json!({}))));
    let makes = at_once((0..5).map(|n| b.adam.post(&roles, role(n))));
    let (deletes, joins, makes) = tokio::join!(deletes, joins, makes);
    assert_eq!(deletes, [204, 404, 404, 404, 404]);
    assert!(joins.iter().all(|status| [200, 404].contains(status)), "{joins:?}");
    assert!(makes.iter().all(|status| [201, 404].contains(status)), "{makes:?}");
    for who in [&b.anna, &b.zoe] {
        assert_eq!(who.get(&b.space).await.problem(404), "not_found");
    }
}

#[tokio::test]
async fn of_two_edits_of_one_version_the_second_is_told() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let tag = b.anna.get(&b.space).await.headers["etag"].to_str().unwrap().to_owned();
    let edits = (0..6).map(|n| {
        let body = json!({"name": format!("Name {n}")});
        send(b.anna.request(Method::PATCH, &b.space).header("If-Match", &tag).json(&body))
    });
    assert_eq!(at_once(edits).await, [200, 412, 412, 412, 412, 412]);
}

#[tokio::test]
async fn one_name_is_one_role() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let (roles, body) = (
        b.at("/roles"),
        json!({"name": "Baker", "color": "#000000", "priority": 1, "permissions": []}),
    );
    let statuses = at_once((0..6).map(|_| b.anna.post(&roles, body.clone()))).await;
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn there_is_one_crown() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let transfer = b.at("/transfer");
    let heirs = [&b.adam, &b.mona, &b.mark, &b.rita];
    let moves = heirs.map(|heir| b.anna.post(&transfer, json!({"user_id": heir.id()})));
    assert_eq!(at_once(moves).await, [200, 403, 403, 403]);
    let owner = text(&b.anna.get(&b.space).await.expect(200)["owner_id"]);
    let crown = b.at(&format!("/participants?role={}", b.role("Owner")));
    let holders = b.anna.get(&crown).await.expect(200);
    assert_eq!(holders["items"].as_array().unwrap().len(), 1);
    assert_eq!(holders["items"][0]["id"], owner);
    assert_eq!(role_counts(&b).await, 5);
}

#[tokio::test]
async fn a_rank_that_is_taken_away_cannot_be_used_meanwhile() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    // Both may remove the other only as long as they hold the higher rank: never both.
    let boss = b.make_role(&b.anna, "Boss", 90, &["kick_members", "promote_members"]).await;
    for round in 0..6 {
        let kick = b.at(&format!("/kick/{}", b.mona.id()));
        let demote = b.at(&format!("/assign-role/{}/{}", b.adam.id(), b.role("Member")));
        b.assign(&b.anna, &b.adam, &boss).await.expect(204);
        let (kick, demote) =
            tokio::join!(b.adam.post(&kick, json!({})), b.anna.post(&demote, json!({})));
        assert_eq!(demote.status, 204);
        assert!([204, 403].contains(&kick.status), "round {round}: {}", kick.text);
        let here = b.mona.get(&b.at("/my-permissions")).await.status == 200;
        assert_eq!(here, kick.status == 403);
        if !here {
            b.anna.post(&b.at("/members"), json!({"nickname": "mona"})).await.expect(201);
        }
        b.assign(&b.anna, &b.mona, &b.role("Moderator")).await.expect(204);
    }
}

#[tokio::test]
async fn a_role_given_while_it_is_deleted_is_held_by_nobody() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    for n in 0..5 {
        let role = b.make_role(&b.anna, &format!("Role {n}"), 20, &[]).await;
        let path = b.at(&format!("/roles/{role}"));
        let give = [&b.mark, &b.rita].map(|who| b.assign(&b.anna, who, &role));
        let (given, deleted) = tokio::join!(at_once(give), b.adam.delete(&path));
        assert_eq!(deleted.status, 204);
        assert!(given.iter().all(|status| [204, 404].contains(status)), "{given:?}");
    }
    assert_eq!(role_counts(&b).await, 5);
}

#[tokio::test]
async fn of_two_orders_of_spaces_one_stands_whole() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let garage = b.garage.rsplit('/').next().unwrap();
    let (one, other) =
        (json!({"space_ids": [garage, b.id()]}), json!({"space_ids": [b.id(), garage]}));
    for _ in 0..8 {
        let orders = [&one, &other, &one, &other];
        let statuses = at_once(orders.map(|order| b.zoe.put("/spaces/order", order.clone()))).await;
        assert_eq!(statuses, [200; 4]);
    }
}
