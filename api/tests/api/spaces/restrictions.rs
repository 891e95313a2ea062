//! Permissions taken for a while.

use crate::support::TestApp;
use crate::support::staff::Staff;
use chrono::{Duration, SecondsFormat, Utc};
use serde_json::{Value, json};

#[tokio::test]
async fn a_restriction_takes_and_gives_back() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let path = b.at(&format!("/restrict/{}", b.mark.id()));
    let mine = async || b.mark.get(&b.space).await.expect(200)["me"].clone();
    let before = mine().await;

    let until = (Utc::now() + Duration::hours(1)).to_rfc3339_opts(SecondsFormat::Millis, true);
    let body = json!({"permissions_denied": ["send_messages", "add_reactions"], "until": until});
    let answer = b.mona.post(&path, body).await.expect(200);
    assert_eq!(answer["user_id"], b.mark.id());
    assert_eq!(answer["until"], until);
    let during = mine().await;
    assert_eq!(during["denied"], json!(["send_messages", "add_reactions"]));
    assert_eq!(during["denied_until"], until);
    let permissions = during["permissions"].as_array().unwrap();
    assert!(!permissions.contains(&json!("send_messages")));
    assert!(permissions.contains(&json!("view_chat")));
    let lean = b.mark.get(&b.at("/my-permissions")).await.expect(200);
    assert_eq!(lean["permissions"], during["permissions"]);

    // Leaving and joining again is no way out.
    b.mark.post(&b.at("/leave"), json!({})).await.expect(204);
    let back = b.mark.post(&b.at("/join"), json!({})).await.expect(200);
    assert_eq!(back["me"]["permissions"], during["permissions"]);

    // The later one replaces the earlier.
    b.mona.post(&path, json!({"permissions_denied": ["send_files"]})).await.expect(200);
    let during = mine().await;
    assert_eq!(
        (&during["denied"], &during["denied_until"]),
        (&json!(["send_files"]), &Value::Null)
    );
    b.mona.post(&path, json!({"permissions_denied": []})).await.expect(200);
    let after = mine().await;
    assert_eq!(after["permissions"], before["permissions"]);
}

#[tokio::test]
async fn a_restriction_ends_by_itself() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let path = b.at(&format!("/restrict/{}", b.mark.id()));
    let until = Utc::now() + Duration::milliseconds(400);
    let body = json!({"permissions_denied": ["send_messages"], "until": until.to_rfc3339()});
    b.mona.post(&path, body).await.expect(200);
    let start = std::time::Instant::now();
    loop {
        let me = b.mark.get(&b.space).await.expect(200)["me"].clone();
        if me["denied"] == json!([]) {
            assert!(Utc::now() >= until - Duration::milliseconds(5));
            break;
        }
        assert!(start.elapsed().as_secs() < 5, "still in force: {me}");
    }
}

#[tokio::test]
async fn who_restricts_whom() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let deny = json!({"permissions_denied": ["send_messages"]});
    let path = |id: String| b.at(&format!("/restrict/{id}"));
    for (by, whom, code) in [
        (&b.mark, &b.rita, "forbidden"),
        (&b.mona, &b.adam, "rank_too_low"),
        (&b.mona, &b.anna, "untouchable"),
    ] {
        assert_eq!(by.post(&path(whom.id()), deny.clone()).await.problem(403), code);
    }
    let own = b.mona.post(&path(b.mona.id()), deny.clone()).await;
    assert_eq!(own.problem(409), "yourself");
    assert_eq!(b.mona.post(&path(b.zoe.id()), deny.clone()).await.problem(404), "not_found");
    let past = json!({"permissions_denied": ["view_chat"], "until": "2020-01-01T00:00:00Z"});
    let answer = b.mona.post(&path(b.mark.id()), past).await;
    assert_eq!(answer.problem(422), "invalid");
    assert_eq!(answer.json()["errors"][0]["pointer"], "/until");
    let unknown = json!({"permissions_denied": ["fly"]});
    assert_eq!(b.mona.post(&path(b.mark.id()), unknown).await.problem(422), "invalid");
    // A denied power is gone at once.
    let powers = json!({"permissions_denied": ["kick_members"]});
    b.adam.post(&path(b.mona.id()), powers).await.expect(200);
    let answer = b.mona.post(&b.at(&format!("/kick/{}", b.mark.id())), json!({})).await;
    assert_eq!(answer.json()["permission"], "kick_members");
}

#[tokio::test]
async fn a_restriction_is_lifted_only_by_who_outranks_whoever_set_it() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let path = b.at(&format!("/restrict/{}", b.mark.id()));
    let deny = |keys: &[&str]| json!({"permissions_denied": keys});
    b.adam.post(&path, deny(&["send_messages", "add_reactions"])).await.expect(200);
    // Neither lifted, nor made milder or shorter.
    let soon = (Utc::now() + Duration::hours(1)).to_rfc3339_opts(SecondsFormat::Millis, true);
    let shorter = json!({"permissions_denied": ["send_messages", "add_reactions"], "until": soon});
    for body in [deny(&[]), deny(&["add_reactions"]), shorter] {
        assert_eq!(b.mona.post(&path, body).await.problem(403), "rank_too_low");
    }
    let me = b.mark.get(&b.space).await.expect(200)["me"].clone();
    assert_eq!(me["denied"], json!(["send_messages", "add_reactions"]));
    // By himself and by a higher rank it is; then it is the owner's.
    b.adam.post(&path, deny(&["send_messages"])).await.expect(200);
    b.anna.post(&path, deny(&["send_messages"])).await.expect(200);
    assert_eq!(b.adam.post(&path, deny(&[])).await.problem(403), "untouchable");
    b.anna.post(&path, deny(&[])).await.expect(200);
    // What somebody set who is gone holds nobody.
    b.adam.post(&path, deny(&["send_messages"])).await.expect(200);
    b.adam.post(&b.at("/leave"), json!({})).await.expect(204);
    b.mona.post(&path, deny(&[])).await.expect(200);
}
