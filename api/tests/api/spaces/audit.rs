//! The audit log (hole 34).

use crate::support::TestApp;
use crate::support::bakery::send;
use crate::support::expression::make_emoji;
use crate::support::staff::{Staff, text};
use serde_json::{Value, json};

#[tokio::test]
async fn every_act_is_noted_with_what_it_changed() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    b.anna.patch(&b.space, json!({"name": "Bread"})).await.expect(200);
    let role = b.make_role(&b.adam, "Baker", 30, &["view_chat"]).await;
    let path = b.at(&format!("/roles/{role}"));
    b.adam.patch(&path, json!({"name": "Chef", "permissions": []})).await.expect(200);
    b.assign(&b.adam, &b.mark, &role).await.expect(204);
    b.adam.delete(&path).await.expect(204);
    let restrict = b.at(&format!("/restrict/{}", b.mark.id()));
    let deny = json!({"permissions_denied": ["send_messages"], "reason": "Loud"});
    b.mona.post(&restrict, deny).await.expect(200);
    b.mona.post(&restrict, json!({"permissions_denied": []})).await.expect(200);
    b.mona
        .post(&b.at(&format!("/kick/{}", b.rita.id())), json!({"reason": "Bye"}))
        .await
        .expect(204);
    b.anna.post(&b.at("/transfer"), json!({"user_id": b.adam.id()})).await.expect(200);
    // What was refused or changed nothing is not noted.
    b.mark.patch(&b.space, json!({"name": "Mine"})).await.problem(403);
    b.adam.patch(&b.space, json!({})).await.expect(200);

    let page = b.adam.get(&b.at("/audit")).await.expect(200);
    let items = page["items"].as_array().unwrap().clone();
    let actions: Vec<_> = items.iter().map(|line| line["action"].as_str().unwrap()).collect();
    // The three roles that the people here got come first.
    assert_eq!(
        actions,
        [
            "space_transferred",
            "member_kicked",
            "restriction_lifted",
            "member_restricted",
            "role_deleted",
            "role_assigned",
            "role_updated",
            "role_created",
            "space_updated",
            "role_assigned",
            "role_assigned",
            "role_assigned",
        ]
    );
    let changes = |at: usize| items[at]["changes"].clone();
    let change = |field: &str, before: Value, after: Value| json!({"field": field, "before": before, "after": after});
    assert_eq!(changes(8), json!([change("name", json!("Bakery"), json!("Bread"))]));
    let edited = [
        change("name", json!("Baker"), json!("Chef")),
        change("permissions", json!("view_chat"), Value::Null),
    ];
    assert_eq!(changes(6), json!(edited));
    assert_eq!(changes(5), json!([change("role", json!("Member"), json!("Chef"))]));
    assert_eq!((&items[3]["reason"], &items[1]["reason"]), (&json!("Loud"), &json!("Bye")));
    assert_eq!(items[4]["target_name"], "Chef");
    assert_eq!(items[1]["user"]["nickname"], "rita");

    // Filters, and pages of one.
    let (mona, mark) = (b.mona.id(), b.mark.id());
    let list = async |query: &str| {
        let page = b.adam.get(&b.at(&format!("/audit?{query}"))).await.expect(200);
        let lines = page["items"].as_array().unwrap().clone();
        let actions: Vec<_> = lines.iter().map(|line| text(&line["action"])).collect();
        (actions, page["next_cursor"].as_str().map(str::to_owned))
    };
    assert_eq!(
        list(&format!("actor={mona}")).await.0,
        ["member_kicked", "restriction_lifted", "member_restricted"]
    );
    let to_mark = list(&format!("target={mark}&action=role_assigned")).await.0;
    assert_eq!(to_mark, ["role_assigned"]);
    let at = items[5]["created_at"].as_str().unwrap();
    let since = list(&format!("since={at}")).await.0.len();
    let until = list(&format!("until={at}")).await.0.len();
    assert_eq!(since + until, actions.len());
    let mut paged = Vec::new();
    let mut query = "limit=1".to_owned();
    loop {
        let (found, next) = list(&query).await;
        paged.extend(found);
        let Some(next) = next else { break };
        query = format!("limit=1&cursor={next}");
    }
    assert_eq!(paged, actions);
    for (query, code) in [("action=odd", 422), ("since=now", 400), ("who=x", 400)] {
        b.adam.get(&b.at(&format!("/audit?{query}"))).await.problem(code);
    }
    // The owner until now is a plain member: he reads it no more.
    assert_eq!(b.anna.get(&b.at("/audit")).await.problem(403), "forbidden");
    let (_, queries) = app.counting(b.adam.get(&b.at("/audit"))).await;
    assert!(queries <= 4, "{queries}");
}

#[tokio::test]
async fn what_is_done_to_chats_emoji_invitations_and_bans_is_noted() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let anna = &b.anna;
    let before = b.audit("").await.len();
    let category =
        text(&anna.post(&b.at("/categories"), json!({"name": "Ovens"})).await.expect(201)["id"]);
    let path = b.at(&format!("/categories/{category}"));
    anna.patch(&path, json!({"name": "Stoves"})).await.expect(200);
    let chat = text(&anna.post(&b.at("/chats"), json!({"name": "heat"})).await.expect(201)["id"]);
    let first = text(&anna.get(&b.space).await.expect(200)["default_chat_id"]);
    let order = json!({
        "categories": [category],
        "chats": [{"chat_id": chat, "category_id": category}, {"chat_id": first}],
    });
    anna.put(&b.at("/chat-order"), order).await.expect(204);
    anna.delete(&path).await.expect(204);
    anna.patch(&format!("/chats/{chat}"), json!({"topic": "200 degrees"})).await.expect(200);
    let message = text(&send(&b.mark, &chat, "Hot").await.expect(201)["id"]);
    let pin = format!("/messages/{message}/pin");
    anna.put(&pin, json!({})).await.expect(204);
    anna.delete(&pin).await.expect(204);
    anna.delete(&format!("/messages/{message}")).await.expect(204);
    anna.delete(&format!("/chats/{chat}")).await.expect(204);
    let emoji = text(&make_emoji(anna, &b.at("/emoji"), "cake").await.expect(201)["id"]);
    let emoji = b.at(&format!("/emoji/{emoji}"));
    anna.patch(&emoji, json!({"name": "tart"})).await.expect(200);
    anna.delete(&emoji).await.expect(204);
    let code = b.invite(anna, json!({})).await;
    anna.delete(&format!("/invites/{code}")).await.expect(204);
    anna.post(&b.at(&format!("/ban/{}", b.mark.id())), json!({})).await.expect(204);
    anna.post(&b.at(&format!("/unban/{}", b.mark.id())), json!({})).await.expect(204);
    let log = b.audit("").await;
    let mut noted: Vec<&str> = log.iter().map(|[action, ..]| action.as_str()).collect();
    noted.truncate(log.len() - before);
    noted.reverse();
    assert_eq!(
        noted,
        [
            "category_created",
            "category_renamed",
            "chat_created",
            "chats_ordered",
            "category_deleted",
            "chat_updated",
            "message_pinned",
            "message_unpinned",
            "message_deleted",
            "chat_deleted",
            "emoji_added",
            "emoji_renamed",
            "emoji_removed",
            "invite_created",
            "invite_revoked",
            "member_banned",
            "member_unbanned",
        ]
    );
}
