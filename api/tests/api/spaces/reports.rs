//! Reports and the moderators' queue.

use crate::support::TestApp;
use crate::support::bakery::send;
use crate::support::staff::{Staff, text};
use serde_json::json;

#[tokio::test]
async fn a_report_waits_until_somebody_decides() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let chat = text(&b.anna.get(&b.space).await.expect(200)["default_chat_id"]);
    let root = send(&b.anna, &chat, "Who wants what?").await.expect(201);
    let bad = json!({"content": "Buy my pills", "nonce": "1", "thread_root": root["id"]});
    let bad = b.mark.post(&format!("/messages/{chat}"), bad).await.expect(201);
    let (id, path) = (text(&bad["id"]), format!("/messages/{}/report", text(&bad["id"])));
    let mut mona = b.mona.socket().await;
    let mut mark = b.mark.socket().await;
    let body = json!({"reason": "spam", "note": " Third time "});
    b.rita.post(&path, body.clone()).await.expect(204);
    let told = mona.frame("reports_changed").await;
    assert_eq!(told["data"], json!({"space_id": b.id(), "open": 1}));
    // The same again changes nothing; another person's counts.
    b.rita.post(&path, body.clone()).await.expect(204);
    b.adam.post(&path, json!({"reason": "abuse"})).await.expect(204);
    assert_eq!(mona.frame("reports_changed").await["data"]["open"], 2);
    assert_eq!(b.mona.get(&b.at("/reports/count")).await.expect(200)["open"], 2);
    // Nobody else hears of it, least of all whom it is about.
    let heard = mark.drain().await;
    assert!(heard.iter().all(|frame| frame["type"] != "reports_changed"), "{heard:?}");
    assert_eq!(b.mark.get(&b.at("/reports")).await.problem(403), "forbidden");
    assert_eq!(b.mark.post(&path, body.clone()).await.problem(409), "yourself");
    assert_eq!(b.zoe.post(&path, body.clone()).await.problem(404), "not_found");

    // What was reported can be read after it was edited and deleted.
    b.mark.patch(&format!("/messages/{id}"), json!({"content": "Nice day"})).await.expect(200);
    b.mona.delete(&format!("/messages/{id}")).await.expect(204);
    let list = b.mona.get(&b.at("/reports?state=open")).await.expect(200);
    let first = list["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(first["content"], "Buy my pills");
    assert_eq!(first["message"]["is_deleted"], true);
    assert_eq!(first["message"]["thread_root"], root["id"]);
    assert_eq!((&first["note"], &first["reason"]), (&json!("Third time"), &json!("spam")));
    assert_eq!(first["reporter"]["nickname"], "rita");
    assert_eq!(first["user"]["nickname"], "mark");

    let one = b.at(&format!("/reports/{}", text(&first["id"])));
    let done = json!({"state": "resolved", "outcome": "Deleted"});
    let handled = b.mona.patch(&one, done).await.expect(200);
    assert_eq!(handled["handled_by"]["nickname"], "mona");
    assert_eq!((&handled["state"], &handled["outcome"]), (&json!("resolved"), &json!("Deleted")));
    assert_eq!(mona.frame("reports_changed").await["data"]["open"], 1);
    assert_eq!(b.audit("action=report_handled").await, [["report_handled", "mona", "mark"]]);
    let again = b.mona.patch(&one, json!({"state": "open"})).await.expect(200);
    assert!(again["handled_by"].is_null());
    let rest = b.mona.get(&b.at("/reports?limit=1")).await.expect(200);
    let next = rest["next_cursor"].as_str().unwrap();
    let rest = b.mona.get(&b.at(&format!("/reports?limit=1&cursor={next}"))).await.expect(200);
    assert_eq!(rest["items"][0]["id"], first["id"]);
    assert_eq!(b.mona.get(&b.at("/reports?state=odd")).await.problem(422), "invalid");
}

#[tokio::test]
async fn people_are_reported_too_and_nobody_judges_himself() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let about = |id: String| b.at(&format!("/report/{id}"));
    let body = json!({"reason": "other"});
    b.mark.post(&about(b.mona.id()), body.clone()).await.expect(204);
    assert_eq!(b.mark.post(&about(b.zoe.id()), body.clone()).await.problem(404), "not_found");
    assert_eq!(b.mark.post(&about(b.mark.id()), body.clone()).await.problem(409), "yourself");
    // She does not even see it.
    let hers = b.mona.get(&b.at("/reports")).await.expect(200);
    assert_eq!(hers["items"], json!([]));
    let list = b.adam.get(&b.at("/reports")).await.expect(200);
    assert!(list["items"][0]["message"].is_null());
    let one = b.at(&format!("/reports/{}", text(&list["items"][0]["id"])));
    let dismissed = json!({"state": "dismissed"});
    assert_eq!(b.mona.patch(&one, dismissed.clone()).await.problem(409), "yourself");
    b.adam.patch(&one, dismissed).await.expect(200);
    // A direct chat has no moderators.
    let chat = b.adam.post("/chats", json!({"user_id": b.mark.id()})).await.expect(201);
    let said = send(&b.adam, &text(&chat["id"]), "Rude").await.expect(201);
    let path = format!("/messages/{}/report", text(&said["id"]));
    assert_eq!(b.mark.post(&path, body).await.problem(409), "not_moderated");
    let long = json!({"reason": "spam", "note": "x".repeat(501)});
    assert_eq!(b.mark.post(&about(b.mona.id()), long).await.problem(422), "invalid");
    let odd = json!({"reason": "boring"});
    assert_eq!(b.mark.post(&about(b.mona.id()), odd).await.problem(422), "invalid");
}

#[tokio::test]
async fn a_chat_with_two_reports_of_one_person_can_go_and_they_stay() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let chat = b.anna.post(&b.at("/chats"), json!({"name": "market"})).await.expect(201);
    let chat = text(&chat["id"]);
    for words in ["Buy my pills", "Buy more pills"] {
        let bad = send(&b.mark, &chat, words).await.expect(201);
        let path = format!("/messages/{}/report", text(&bad["id"]));
        b.rita.post(&path, json!({"reason": "spam"})).await.expect(204);
    }
    b.rita
        .post(&b.at(&format!("/report/{}", b.mark.id())), json!({"reason": "spam"}))
        .await
        .expect(204);
    b.anna.delete(&format!("/chats/{chat}")).await.expect(204);
    let open = b.mona.get(&b.at("/reports?state=open")).await.expect(200);
    let words: Vec<_> = open["items"].as_array().unwrap().iter().map(|r| &r["content"]).collect();
    assert_eq!(words, [&serde_json::Value::Null, &json!("Buy more pills"), &json!("Buy my pills")]);
}
