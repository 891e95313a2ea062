//! The order of roles, and what becomes of the holders of a deleted one.

use crate::support::TestApp;
use crate::support::staff::{Staff, text};
use serde_json::{Value, json};

async fn ranks(b: &Staff) -> Vec<(String, i64)> {
    let roles = b.anna.get(&b.at("/roles")).await.expect(200);
    let roles = roles["items"].as_array().unwrap().iter();
    roles.map(|r| (text(&r["name"]), r["priority"].as_i64().unwrap())).collect()
}

fn names(ranks: &[(String, i64)]) -> Vec<&str> {
    ranks.iter().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn roles_change_places() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let [admin, moderator, member, low] =
        ["Administrator", "Moderator", "Member", "Restricted"].map(|name| b.role(name));
    let baker = b.make_role(&b.anna, "Baker", 60, &[]).await;
    let order = b.at("/roles/order");
    let put = async |list: Value| b.anna.put(&order, json!({"role_ids": list})).await;
    let mut mark = b.mark.socket().await;
    put(json!([moderator, admin, baker, member, low])).await.expect(200);
    let now = ranks(&b).await;
    assert_eq!(
        names(&now),
        ["Owner", "Moderator", "Administrator", "Baker", "Member", "Restricted"]
    );
    assert_eq!((now[0].1, now[4].1), (100, 10), "the owner's and the member's rank stand");
    assert!(now.windows(2).all(|pair| pair[0].1 > pair[1].1), "{now:?}");
    assert_eq!(mark.frame("role_updated").await["data"]["name"], "Moderator");
    // From above the members to below them and back.
    put(json!([admin, member, baker, low, moderator])).await.expect(200);
    let now = ranks(&b).await;
    assert_eq!(
        names(&now),
        ["Owner", "Administrator", "Member", "Baker", "Restricted", "Moderator"]
    );
    put(json!([admin, moderator, baker, member, low])).await.expect(200);
    // Ranks that will do are dealt out anew, not invented.
    let before = ranks(&b).await;
    put(json!([admin, baker, moderator, member, low])).await.expect(200);
    let after = ranks(&b).await;
    assert_eq!(after[2], ("Baker".into(), before[2].1));
    assert_eq!(b.audit("action=roles_ordered").await.len(), 4);

    // Below one's own rank, and whole.
    let own = json!({"role_ids": [baker, moderator, member, low]});
    b.adam.put(&order, own.clone()).await.expect(200);
    for list in [
        json!([admin, baker, moderator, member, low]),
        json!([baker, member, low]),
        json!([]),
        json!([baker, moderator, member, b.role("Owner")]),
    ] {
        let answer = b.adam.put(&order, json!({"role_ids": list})).await;
        assert_eq!(answer.problem(422), "invalid", "{list}");
    }
    assert_eq!(b.mona.put(&order, own.clone()).await.problem(403), "forbidden");
    // A role that grants what one lacks stands where it stands.
    let strong = b.make_role(&b.anna, "Strong", 15, &["delete_space"]).await;
    let list = json!({"role_ids": [strong, baker, moderator, member, low]});
    assert_eq!(b.adam.put(&order, list).await.problem(403), "grants_more");
}

#[tokio::test]
async fn holders_of_a_deleted_role_get_the_replacement() {
    let app = TestApp::start().await;
    let b = Staff::open(&app).await;
    let baker = b.make_role(&b.anna, "Baker", 30, &["view_chat"]).await;
    b.assign(&b.anna, &b.mark, &baker).await.expect(204);
    let delete = |role: &str, to: &str| b.at(&format!("/roles/{role}?replacement={to}"));
    let admin = b.role("Administrator");
    assert_eq!(b.adam.delete(&delete(&baker, &admin)).await.problem(403), "rank_too_low");
    assert_eq!(b.anna.delete(&delete(&baker, &baker)).await.problem(422), "invalid");
    assert_eq!(b.anna.delete(&delete(&baker, &b.role("Owner"))).await.problem(422), "invalid");
    let holders = b.at(&format!("/roles/{baker}/members"));
    let page = b.rita.get(&holders).await.expect(200);
    assert_eq!(page["items"][0]["nickname"], "mark");
    let mut mona = b.mona.socket().await;
    b.anna.delete(&delete(&baker, &b.role("Restricted"))).await.expect(204);
    assert_eq!(mona.frame("role_deleted").await["data"]["replacement_id"], b.role("Restricted"));
    let mine = b.mark.get(&b.at("/my-permissions")).await.expect(200);
    assert_eq!(mine["role"]["name"], "Restricted");
    assert_eq!(b.rita.get(&holders).await.problem(404), "not_found");
}
