//! Joining, leaving, removing.

use crate::support::TestApp;
use crate::support::staff::Staff;
use serde_json::{Value, json};

#[tokio::test]
async fn joining_is_for_public_spaces_and_happens_once() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let space = b.zoe.post(&b.at("/join"), json!({})).await.expect(200);
    assert_eq!(space["member_count"], 6);
    assert_eq!(space["me"]["role"]["kind"], "member");
    assert_eq!(space["me"]["role"]["member_count"], 2);
    let again = b.zoe.post(&b.at("/join"), json!({})).await.expect(200);
    assert_eq!(again, space);
    assert_eq!(b.anna.post(&b.at("/join"), json!({})).await.expect(200)["me"]["is_owner"], true);

    b.zoe.post(&b.at("/leave"), json!({})).await.expect(204);
    b.anna.patch(&b.space, json!({"visibility": "invite"})).await.expect(200);
    assert_eq!(b.zoe.post(&b.at("/join"), json!({})).await.problem(403), "not_joinable");
    b.anna.patch(&b.space, json!({"visibility": "hidden"})).await.expect(200);
    assert_eq!(b.zoe.post(&b.at("/join"), json!({})).await.problem(404), "not_found");
    // Members stay what they are.
    b.mark.post(&b.at("/join"), json!({})).await.expect(200);
}

#[tokio::test]
async fn leaving_ends_everything_but_the_owner_stays() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    b.mark.post(&b.at("/leave"), json!({})).await.expect(204);
    assert_eq!(b.mark.post(&b.at("/leave"), json!({})).await.problem(404), "not_found");
    assert_eq!(b.mark.get(&b.at("/participants")).await.problem(404), "not_found");
    let seen = b.mark.get(&b.space).await.expect(200);
    assert_eq!((&seen["me"], &seen["member_count"]), (&Value::Null, &json!(4)));
    assert_eq!(b.anna.post(&b.at("/leave"), json!({})).await.problem(409), "owner_cannot_leave");
    // A role is not kept for who comes back.
    b.mona.post(&b.at("/leave"), json!({})).await.expect(204);
    let back = b.mona.post(&b.at("/join"), json!({})).await.expect(200);
    assert_eq!(back["me"]["role"]["kind"], "member");
}

#[tokio::test]
async fn hole_10_only_lower_ranks_are_removed() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let kick = |target: &crate::support::client::Client| b.at(&format!("/kick/{}", target.id()));
    for (actor, target, code) in [
        (&b.mark, &b.rita, "forbidden"),
        (&b.mona, &b.adam, "rank_too_low"),
        (&b.mona, &b.anna, "untouchable"),
        (&b.adam, &b.anna, "untouchable"),
    ] {
        assert_eq!(actor.post(&kick(target), json!({})).await.problem(403), code);
    }
    assert_eq!(b.mona.post(&kick(&b.mona), json!({})).await.problem(409), "yourself");
    assert_eq!(b.anna.post(&kick(&b.anna), json!({})).await.problem(409), "yourself");
    assert_eq!(b.mona.post(&kick(&b.zoe), json!({})).await.problem(404), "not_found");
    // An equal.
    b.assign(&b.anna, &b.mark, &b.role("Moderator")).await.expect(204);
    assert_eq!(b.mona.post(&kick(&b.mark), json!({})).await.problem(403), "rank_too_low");

    b.mona.post(&kick(&b.rita), json!({})).await.expect(204);
    assert_eq!(b.mona.post(&kick(&b.rita), json!({})).await.problem(404), "not_found");
    assert_eq!(b.rita.get(&b.at("/roles")).await.problem(404), "not_found");
    assert_eq!(b.anna.get(&b.space).await.expect(200)["member_count"], 4);
}

#[tokio::test]
async fn the_untouchable_answer_only_to_the_owner() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let saint = b.make_role(&b.anna, "Saint", 1, &["view_chat", "untouchable"]).await;
    b.assign(&b.anna, &b.mark, &saint).await.expect(204);
    let id = b.mark.id();
    let member = b.role("Member");
    for (path, body) in [
        (format!("/kick/{id}"), json!({})),
        (format!("/restrict/{id}"), json!({"permissions_denied": ["send_messages"]})),
        (format!("/assign-role/{id}/{member}"), json!({})),
    ] {
        assert_eq!(b.adam.post(&b.at(&path), body).await.problem(403), "untouchable", "{path}");
    }
    // Nor by way of the role.
    let strong = ["promote_members", "untouchable", "view_chat"];
    let strong = b.make_role(&b.anna, "Strong", 90, &strong).await;
    b.assign(&b.anna, &b.adam, &strong).await.expect(204);
    let role = b.at(&format!("/roles/{saint}"));
    assert_eq!(b.adam.delete(&role).await.problem(403), "untouchable");
    let answer = b.adam.patch(&role, json!({"permissions": ["view_chat"]})).await;
    assert_eq!(answer.problem(403), "untouchable");
    b.anna.post(&b.at(&format!("/kick/{id}")), json!({})).await.expect(204);
}
