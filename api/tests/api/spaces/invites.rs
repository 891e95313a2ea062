//! Invitations, and people brought in by name.

use crate::support::TestApp;
use crate::support::staff::{Staff, create, text};
use diesel_async::SimpleAsyncConnection as _;
use futures_util::future::join_all;
use serde_json::{Value, json};

#[tokio::test]
async fn an_invitation_leads_into_a_hidden_space_and_ends() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    b.anna
        .patch(&b.space, json!({"visibility": "hidden", "description": "Bread"}))
        .await
        .expect(200);
    assert_eq!(b.zoe.get(&b.space).await.problem(404), "not_found");
    assert_eq!(b.zoe.post(&b.at("/join"), json!({})).await.problem(404), "not_found");
    let made = b.anna.post(&b.at("/invites"), json!({"expires_in": 3600, "max_uses": 2})).await;
    let location = made.headers["location"].to_str().unwrap().to_owned();
    let made = made.expect(201);
    let code = text(&made["code"]);
    assert_eq!(location, format!("/api/v1/invites/{code}"));
    assert_eq!(made["created_by"]["nickname"], "anna");

    // Anybody who has the code, signed in or not.
    let seen = app.stranger().get(&format!("/invites/{code}")).await.expect(200);
    assert_eq!(
        (&seen["name"], &seen["description"], &seen["member_count"]),
        (&json!("Bakery"), &json!("Bread"), &json!(5))
    );
    assert!(seen.get("role_id").is_none());
    let accept = format!("/invites/{code}/accept");
    assert_eq!(app.stranger().post(&accept, json!({})).await.problem(401), "unauthenticated");
    let mut anna = b.anna.socket().await;
    let joined = b.zoe.post(&accept, json!({})).await.expect(200);
    assert_eq!(joined["me"]["role"]["kind"], "member");
    assert_eq!(anna.frame("member_joined").await["data"]["member"]["nickname"], "zoe");
    // Again uses nothing up; a member neither.
    b.zoe.post(&accept, json!({})).await.expect(200);
    b.mark.post(&accept, json!({})).await.expect(200);
    let list = b.anna.get(&b.at("/invites")).await.expect(200);
    assert_eq!((&list["items"][0]["uses"], &list["items"][0]["code"]), (&json!(1), &json!(code)));

    let (one, two) = (app.user("guest1").await, app.user("guest2").await);
    one.post(&accept, json!({})).await.expect(200);
    assert_eq!(two.post(&accept, json!({})).await.problem(404), "invite_over");
    assert_eq!(two.get(&format!("/invites/{code}")).await.problem(404), "invite_over");
    assert_eq!(b.anna.get(&b.at("/invites")).await.expect(200)["items"], json!([]));

    // Over by time, and revoked.
    let code = b.invite(&b.anna, json!({"expires_in": 60})).await;
    let sql =
        format!("UPDATE invites SET expires_at = now() - interval '1 s' WHERE code = '{code}'");
    app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    let accept = |code: &str| format!("/invites/{code}/accept");
    assert_eq!(two.post(&accept(&code), json!({})).await.problem(404), "invite_over");
    assert_eq!(
        api::spaces::housekeeping::clean(&app.app.db).await.unwrap(),
        2,
        "one used up, one too old"
    );
    let code = b.invite(&b.anna, json!({})).await;
    b.anna.delete(&format!("/invites/{code}")).await.expect(204);
    assert_eq!(two.post(&accept(&code), json!({})).await.problem(404), "invite_over");
    assert_eq!(b.anna.delete(&format!("/invites/{code}")).await.problem(404), "not_found");
    let noted = b.audit("").await;
    assert_eq!(noted[0][0], "invite_revoked");
}

#[tokio::test]
async fn the_last_use_is_used_once() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let mut guests = Vec::new();
    for n in 0..8 {
        guests.push(app.user(&format!("guest{n}")).await);
    }
    let code = b.invite(&b.anna, json!({"max_uses": 3})).await;
    let accept = format!("/invites/{code}/accept");
    let answers = join_all(guests.iter().map(|guest| guest.post(&accept, json!({})))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 404, 404, 404, 404, 404]);
    assert_eq!(b.anna.get(&b.space).await.expect(200)["member_count"], 8);
}

/// Hole 4 and hole 24 for invitations: nobody invites to a role that he could not hand out, and what
/// he made ends with his right.
#[tokio::test]
async fn an_invitation_grants_no_more_than_its_maker_may() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let invites = b.at("/invites");
    let to = |role: String| json!({"role_id": role});
    for (by, role, status, code) in [
        (&b.mark, b.role("Member"), 403, "forbidden"),
        (&b.adam, b.role("Owner"), 403, "rank_too_low"),
        (&b.adam, b.role("Administrator"), 403, "rank_too_low"),
        (&b.anna, b.role("Owner"), 409, "system_role"),
    ] {
        assert_eq!(by.post(&invites, to(role)).await.problem(status), code);
    }
    // A role of another space does not exist here.
    let garage = b.zoe.get(&format!("{}/roles", b.garage)).await.expect(200);
    let foreign = text(&garage["items"][1]["id"]);
    assert_eq!(b.anna.post(&invites, to(foreign)).await.problem(404), "not_found");
    // With the key to invite, without the key to hand out roles.
    let host = b.make_role(&b.anna, "Host", 50, &["create_invites"]).await;
    b.assign(&b.anna, &b.mark, &host).await.expect(204);
    assert_eq!(b.mark.post(&invites, to(b.role("Restricted"))).await.problem(403), "forbidden");

    let code = b.invite(&b.adam, to(b.role("Moderator"))).await;
    let plain = b.invite(&b.mark, json!({})).await;
    let guest = app.user("guest").await;
    // Down to moderator: he could not hand the role out any more.
    b.assign(&b.anna, &b.adam, &b.role("Moderator")).await.expect(204);
    let accept = |code: &str| format!("/invites/{code}/accept");
    assert_eq!(guest.post(&accept(&code), json!({})).await.problem(404), "invite_over");
    b.assign(&b.anna, &b.adam, &b.role("Administrator")).await.expect(204);
    let joined = guest.post(&accept(&code), json!({})).await.expect(200);
    assert_eq!(joined["me"]["role"]["name"], "Moderator");
    // What somebody made who was banned since lets nobody in.
    b.anna.post(&b.at(&format!("/ban/{}", b.mark.id())), json!({})).await.expect(204);
    assert_eq!(b.zoe.post(&accept(&plain), json!({})).await.problem(404), "invite_over");

    // A deleted role does not take the invitation along.
    let code = b.invite(&b.anna, to(host.clone())).await;
    b.anna.delete(&b.at(&format!("/roles/{host}"))).await.expect(204);
    let joined = b.zoe.post(&accept(&code), json!({})).await.expect(200);
    assert_eq!(joined["me"]["role"]["kind"], "member");
}

#[tokio::test]
async fn an_invitation_for_one_person_is_for_nobody_else() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let guest = app.user("guest").await;
    let code = b.invite(&b.anna, json!({"nickname": "@Zoe", "max_uses": 5})).await;
    let accept = format!("/invites/{code}/accept");
    assert_eq!(guest.post(&accept, json!({})).await.problem(404), "invite_over");
    b.zoe.post(&accept, json!({})).await.expect(200);
    for (body, status, code) in [
        (json!({"nickname": "nobody_here"}), 422, "invalid"),
        (json!({"nickname": "mark"}), 409, "already_member"),
        (json!({"expires_in": 59}), 422, "invalid"),
        (json!({"max_uses": 0}), 422, "invalid"),
        (json!({"uses": 1}), 400, "unknown_field"),
    ] {
        assert_eq!(b.anna.post(&b.at("/invites"), body).await.problem(status), code);
    }
}

/// Hole 22: names are names. An id or a part of a name finds nobody; a nickname of digits finds its
/// owner.
#[tokio::test]
async fn hole_22_people_are_added_by_nickname() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let digits = app.user("guest").await;
    let sql = format!("UPDATE users SET nickname = '12345' WHERE id = '{}'", digits.id());
    app.app.conn().await.unwrap().batch_execute(&sql).await.unwrap();
    let add = |name: String| json!({"nickname": name});
    let members = b.at("/members");
    let added = b.adam.post(&members, add("12345".into())).await.expect(201);
    assert_eq!(added["id"], digits.id());
    assert_eq!(added["role_id"], b.role("Member"));
    let mut zoe = b.zoe.socket().await;
    b.adam.post(&members, add("ZOE".into())).await.expect(201);
    assert_eq!(zoe.frame("space_joined").await["data"]["id"], b.id());
    for (name, status, code) in [
        ("zoe".to_owned(), 409, "already_member"),
        (b.zoe.id(), 422, "invalid"),
        ("zo".to_owned(), 422, "invalid"),
        ("%".to_owned(), 422, "invalid"),
        (String::new(), 422, "invalid"),
    ] {
        assert_eq!(b.adam.post(&members, add(name)).await.problem(status), code);
    }
    assert_eq!(b.mona.post(&members, add("zoe".into())).await.problem(403), "forbidden");
    assert_eq!(b.audit("action=member_added&limit=1").await[0], ["member_added", "adam", "zoe"]);
    // The list follows a new nickname.
    let names = b.anna.get(&b.at("/participants")).await.expect(200);
    let names: Vec<_> = names["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["nickname"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["anna", "adam", "mona", "zoe", "12345", "mark", "rita"]);
}

#[tokio::test]
async fn spaces_keep_the_order_that_was_chosen() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let mut made = Vec::new();
    for name in ["One", "Two", "Three", "Four"] {
        made.push(text(&json!(create(&b.mark, name).await.rsplit('/').next().unwrap())));
    }
    let bakery = b.id();
    let own = async |query: &str| {
        let page = b.mark.get(&format!("/spaces?{query}")).await.expect(200);
        let ids: Vec<_> =
            page["items"].as_array().unwrap().iter().map(|s| text(&s["id"])).collect();
        (ids, page["next_cursor"].as_str().map(str::to_owned))
    };
    let [one, two, three, four] = &made[..] else { unreachable!() };
    let mut other_device = b.mark.socket().await;
    let garage = b.garage.rsplit('/').next().unwrap();
    let body = json!({"space_ids": [three, bakery, garage, one]});
    let stands = json!({"space_ids": [three, bakery, one]});
    assert_eq!(b.mark.put("/spaces/order", body).await.expect(200), stands);
    assert_eq!(other_device.frame("spaces_ordered").await["data"], stands);
    let order = [three, &bakery, one, two, four].map(Clone::clone);
    assert_eq!(own("").await.0, order);
    let mut paged = Vec::new();
    let mut query = "limit=1".to_owned();
    loop {
        let (ids, next) = own(&query).await;
        paged.extend(ids);
        match next {
            Some(next) => query = format!("limit=1&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, order);
    // Nobody else's order, and a space that was left is forgotten.
    let anna = b.anna.get("/spaces").await.expect(200);
    assert_eq!(anna["items"].as_array().unwrap().len(), 1);
    b.mark.post(&b.at("/leave"), json!({})).await.expect(204);
    b.mark.post(&b.at("/join"), json!({})).await.expect(200);
    assert_eq!(own("").await.0.last(), Some(&bakery));
    let twice = json!({"space_ids": [one, one]});
    assert_eq!(b.mark.put("/spaces/order", twice).await.problem(422), "invalid");
    let empty: Value = b.mark.put("/spaces/order", json!({"space_ids": []})).await.expect(200);
    assert_eq!(empty["space_ids"], json!([]));
}

#[tokio::test]
async fn the_list_gives_no_role_away() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let plain = b.invite(&b.anna, json!({})).await;
    let admin = b.invite(&b.anna, json!({"role_id": b.role("Administrator")})).await;
    let moderator = b.invite(&b.adam, json!({"role_id": b.role("Moderator")})).await;
    let inviter = b.make_role(&b.anna, "Inviter", 20, &["create_invites", "view_chat"]).await;
    b.assign(&b.anna, &b.mark, &inviter).await.expect(204);
    let own = b.invite(&b.mark, json!({})).await;
    let codes = async |who: &crate::support::client::Client| {
        let page = who.get(&b.at("/invites?limit=1")).await.expect(200);
        let (mut codes, mut next) = (Vec::new(), page);
        loop {
            codes.extend(next["items"].as_array().unwrap().iter().map(|i| text(&i["code"])));
            let Some(cursor) = next["next_cursor"].as_str().map(str::to_owned) else { break };
            next = who.get(&b.at(&format!("/invites?limit=1&cursor={cursor}"))).await.expect(200);
        }
        codes.sort();
        codes
    };
    let sorted = |list: &[&String]| {
        let mut list: Vec<String> = list.iter().map(|code| (*code).clone()).collect();
        list.sort();
        list
    };
    assert_eq!(codes(&b.anna).await, sorted(&[&plain, &admin, &moderator, &own]));
    assert_eq!(codes(&b.adam).await, sorted(&[&plain, &moderator, &own]));
    assert_eq!(codes(&b.mark).await, sorted(&[&plain, &own]));
}
