//! Lists of spaces.

use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::staff::text;
use serde_json::{Value, json};

async fn create(owner: &Client, name: &str, visibility: &str) -> String {
    let body = json!({"name": name, "visibility": visibility});
    text(&owner.post("/spaces", body).await.expect(201)["id"])
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|space| text(&space["id"])).collect()
}

/// All pages of a list.
async fn all(who: &Client, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = who.get(&format!("{path}{cursor}")).await.expect(200);
        found.extend(ids(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn the_directory_shows_public_and_invite_spaces_and_never_hidden_ones() {
    let app = TestApp::start().await;
    let (anna, zoe) = (app.user("anna").await, app.user("zoe").await);
    let public = create(&anna, "Open bakery", "public").await;
    let invite = create(&anna, "Invited bakery", "invite").await;
    let hidden = create(&anna, "Hidden bakery", "hidden").await;
    zoe.post(&format!("/spaces/{public}/join"), json!({})).await.expect(200);

    let listed = zoe.get("/spaces?directory=true").await.expect(200);
    assert_eq!(ids(&listed), [public.clone(), invite.clone()]);
    assert_eq!(listed["items"][0]["me"]["is_owner"], false);
    assert_eq!(listed["items"][1]["me"], Value::Null);
    // Not to its own members either: they have it in their list.
    assert_eq!(all(&anna, "/spaces?directory=true").await, [public.clone(), invite.clone()]);
    assert_eq!(all(&zoe, "/spaces?directory=true&q=HIDDEN").await, Vec::<String>::new());
    assert_eq!(all(&zoe, "/spaces?directory=true&q=invited").await, [invite.as_str()]);

    zoe.get(&format!("/spaces/{invite}")).await.expect(200);
    assert_eq!(zoe.get(&format!("/spaces/{hidden}")).await.problem(404), "not_found");
    anna.get(&format!("/spaces/{hidden}")).await.expect(200);
    assert_eq!(all(&anna, "/spaces?limit=50").await, [public.clone(), invite, hidden]);
    assert_eq!(all(&zoe, "/spaces?limit=50").await, [public]);
}

#[tokio::test]
async fn wildcards_are_letters() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let percent = create(&anna, "100% rye", "public").await;
    let under = create(&anna, "rye_bread", "public").await;
    create(&anna, "1000 ryes", "public").await;
    create(&anna, "ryexbread", "public").await;
    let slash = create(&anna, "rye\\bread", "public").await;
    for (q, found) in [("0%25", percent), ("e_b", under), ("e%5Cb", slash)] {
        for list in ["directory=true&", ""] {
            assert_eq!(all(&anna, &format!("/spaces?{list}q={q}")).await, [found.as_str()], "{q}");
        }
    }
}

#[tokio::test]
async fn pages_follow_each_other_and_cost_one_query() {
    let app = TestApp::start().await;
    let (anna, zoe) = (app.user("anna").await, app.user("zoe").await);
    let mut made = Vec::new();
    for n in 0..7 {
        made.push(create(&anna, &format!("Bakery {n}"), "public").await);
    }
    zoe.post(&format!("/spaces/{}/join", made[3]), json!({})).await.expect(200);
    assert_eq!(all(&anna, "/spaces?limit=2").await, made);
    assert_eq!(all(&anna, "/spaces?limit=7").await, made);
    let mut by_size: Vec<_> = made.iter().rev().cloned().collect();
    let joined = by_size.remove(3);
    by_size.insert(0, joined);
    assert_eq!(all(&zoe, "/spaces?directory=true&limit=3").await, by_size);

    for list in ["", "&directory=true"] {
        let mut counts = Vec::new();
        for limit in [1, 50] {
            let path = format!("/spaces?limit={limit}{list}");
            let (answer, queries) = app.counting(anna.get(&path)).await;
            answer.expect(200);
            counts.push(queries);
        }
        assert_eq!(counts[0], counts[1], "the same however long the page");
        assert!(counts[0] <= 2, "one for the list, at most one to know who asks: {counts:?}");
    }
    let other = anna.get("/spaces?limit=2").await.expect(200)["next_cursor"].clone();
    let path = format!("/spaces?directory=true&cursor={}", text(&other));
    assert_eq!(anna.get(&path).await.problem(400), "bad_cursor");
}

#[tokio::test]
async fn the_catalogue_of_permissions_is_whole_and_localised() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let groups = anna.get("/permissions").await.expect(200);
    let groups = groups.as_array().unwrap();
    assert_eq!(groups.len(), 4);
    assert_eq!((&groups[0]["group"], &groups[0]["name"]), (&json!("space"), &json!("Space")));
    let keys = groups.iter().flat_map(|group| group["permissions"].as_array().unwrap());
    assert_eq!(keys.count(), 23);
    let request =
        anna.request(reqwest::Method::GET, "/permissions").header("Accept-Language", "uk");
    let ukrainian = crate::support::client::send(request).await.expect(200);
    assert_ne!(ukrainian[0]["name"], groups[0]["name"]);
    assert_eq!(ukrainian[0]["permissions"][0]["key"], groups[0]["permissions"][0]["key"]);
}

/// The client opens with one round: whoever is in many spaces does not wait for a second page.
#[tokio::test]
async fn all_of_ones_spaces_are_one_page_and_one_query() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let mut made = Vec::new();
    for n in 0..120 {
        made.push(create(&anna, &format!("Bakery {n}"), "hidden").await);
    }
    let (page, queries) = app.counting(anna.get("/spaces?limit=500")).await;
    let page = page.expect(200);
    assert_eq!(ids(&page), made);
    assert_eq!(page["next_cursor"], Value::Null);
    assert!(queries <= 2, "one for the list, at most one to know who asks: {queries}");
    for path in ["/spaces?limit=501", "/spaces?directory=true&limit=101"] {
        assert_eq!(anna.get(path).await.problem(422), "invalid", "{path}");
    }
}
