//! What messages show of their links.

use crate::support::TestApp;
use crate::support::bakery::{Bakery, send};
use crate::support::client::Client;
use crate::support::files::picture;
use crate::support::site::{Reply, Site};
use crate::support::staff::text;
use api::chat::previews::jobs;
use api::jobs::worker::{add_due, run_due};
use diesel_async::SimpleAsyncConnection as _;
use futures_util::future::join_all;
use serde_json::{Value, json};

const RYE: &str = "<title>Rye</title><meta property=og:site_name content='The Bakery'>\
    <meta name=description content='Fresh every day'><meta property=og:image content=/rye.jpg>";

/// A bakery whose server may ask the site.
pub(super) async fn open() -> (Bakery, Site) {
    open_with(&[]).await
}

pub(super) async fn open_with(more: &[(&str, &str)]) -> (Bakery, Site) {
    let site = Site::open().await;
    site.page("/rye", RYE);
    site.serve("/rye.jpg", "image/jpeg", &picture(1_600, 800, image::ImageFormat::Jpeg));
    for name in ["/a", "/b", "/c", "/d"] {
        site.page(name, &format!("<title>Page {name}</title>"));
    }
    let settings = [&[("SPACE_PREVIEWS_ALLOW", "127.0.0.0/8")], more].concat();
    let app = TestApp::with(&settings).await;
    (Bakery::at(app).await, site)
}

pub(super) async fn look(bakery: &Bakery) -> usize {
    run_due(&bakery.app.app, jobs()).await.unwrap()
}

pub(super) async fn history(who: &Client, chat: &str) -> Vec<Value> {
    let page = who.get(&format!("/messages/{chat}?limit=100")).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

pub(super) fn path(message: &Value) -> String {
    format!("/messages/{}", text(&message["id"]))
}

/// What a message shows, by title.
pub(super) async fn shown(bakery: &Bakery, message: &Value) -> Vec<String> {
    let all = history(&bakery.anna, &text(&message["chat_id"])).await;
    let found = all.iter().find(|other| other["id"] == message["id"]).unwrap();
    let previews = found["previews"].as_array().cloned().unwrap_or_default();
    previews.iter().map(|preview| text(&preview["title"])).collect()
}

pub(super) async fn sql(bakery: &Bakery, statements: &str) {
    let mut conn = bakery.app.app.conn().await.unwrap();
    conn.batch_execute(statements).await.unwrap();
}

#[tokio::test]
async fn a_link_shows_its_page_to_those_who_see_the_message_after_it_was_sent() {
    let (bakery, site) = open().await;
    let (anna, boris, vera) = (&bakery.anna, &bakery.boris, &bakery.vera);
    let mut heard = boris.socket().await;
    heard.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let url = site.url("/rye");
    let sent = bakery.say(anna, &format!("Look: {url}")).await;
    assert_eq!(
        (&sent["previews"], site.asked_at_all()),
        (&Value::Null, 0),
        "a send waits for nobody"
    );
    let mut before = history(boris, &bakery.chat).await;
    assert_eq!(look(&bakery).await, 1);
    let event = heard.frame("message_previews").await;
    let data = &event["data"];
    assert_eq!((&data["message_id"], &data["message_seq"]), (&sent["id"], &sent["seq"]));
    let preview = &data["previews"][0];
    assert_eq!(
        (&preview["url"], &preview["title"], &preview["site_name"], &preview["description"]),
        (&json!(url), &json!("Rye"), &json!("The Bakery"), &json!("Fresh every day"))
    );
    before[0]["previews"] = data["previews"].clone();
    assert_eq!(
        history(boris, &bakery.chat).await,
        before,
        "snapshot and event are the next snapshot"
    );
    // The picture is ours, smaller and made anew; who sees the message sees it.
    let shown = &preview["picture"];
    assert_eq!((&shown["width"], &shown["height"]), (&json!(800), &json!(400)));
    assert!(shown["blurhash"].is_string());
    let picture = text(&shown["url"]).trim_start_matches("/api/v1").to_owned();
    let loaded = boris.load(&picture, &[]).await;
    assert_eq!((loaded.status, loaded.header("content-type")), (200, "image/webp"));
    let (bare, _) = picture.split_once('?').unwrap();
    let other = bakery.say(boris, "nothing").await;
    let elsewhere = format!("{bare}?message={}", text(&other["id"]));
    for (who, path, status) in [
        (vera, &picture, 404),
        (&bakery.app.stranger(), &picture, 401),
        (boris, &bare.to_owned(), 404),
        (anna, &bare.to_owned(), 404),
        (boris, &format!("{bare}/thumbnail"), 404),
        (boris, &elsewhere, 404),
    ] {
        assert_eq!(who.load(path, &[]).await.status, status, "{path}");
    }
    let limits = anna.get("/files/limits").await.expect(200);
    assert_eq!(limits["used"], 0, "it is nobody's upload");
}

#[tokio::test]
async fn a_link_of_many_messages_is_asked_once() {
    let (bakery, site) = open().await;
    let url = site.url("/rye");
    let url = &url;
    let say = async |n: usize| bakery.say(&bakery.anna, &format!("{n} {url}")).await;
    join_all((0..40).map(say)).await;
    join_all((0..4).map(|_| look(&bakery))).await;
    bakery.say(&bakery.boris, &format!("again {url}")).await;
    look(&bakery).await;
    let all = history(&bakery.anna, &bakery.chat).await;
    assert_eq!(all.len(), 41);
    assert!(all.iter().all(|message| message["previews"][0]["title"] == "Rye"));
    assert_eq!((site.asked("/rye").len(), site.asked("/rye.jpg").len()), (1, 1));
    let gone = site.url("/gone");
    for _ in 0..3 {
        bakery.say(&bakery.anna, &gone).await;
        look(&bakery).await;
    }
    assert_eq!(site.asked("/gone").len(), 1, "nor is one that gives nothing");
}

#[tokio::test]
async fn after_a_day_a_page_is_asked_again_and_old_messages_keep_what_they_show() {
    let (bakery, site) = open().await;
    let first = bakery.say(&bakery.anna, &site.url("/a")).await;
    look(&bakery).await;
    site.page("/a", "<title>Newer</title>");
    // Another node, which remembers nothing.
    let another = || {
        let app = &bakery.app;
        api::server::build_app(app.app.config.clone(), &app.database).unwrap()
    };
    sql(&bakery, "UPDATE link_previews SET fetched_at = fetched_at - interval '23 hours'").await;
    let second = bakery.say(&bakery.anna, &site.url("/a")).await;
    run_due(&another(), jobs()).await.unwrap();
    assert_eq!(shown(&bakery, &second).await, ["Page /a"]);
    sql(&bakery, "UPDATE link_previews SET fetched_at = fetched_at - interval '2 hours'").await;
    let third = bakery.say(&bakery.anna, &site.url("/a")).await;
    run_due(&another(), jobs()).await.unwrap();
    assert_eq!(shown(&bakery, &third).await, ["Newer"]);
    assert_eq!(shown(&bakery, &first).await, ["Page /a"]);
}

#[tokio::test]
async fn the_first_three_links_that_are_not_hidden_are_looked_at() {
    let (bakery, site) = open().await;
    let url = |name: &str| site.url(name);
    let say = async |content: String| {
        let sent = bakery.say(&bakery.anna, &content).await;
        look(&bakery).await;
        shown(&bakery, &sent).await
    };
    let four = ["/a", "/b", "/b", "/c", "/d"].map(url).join(" ");
    assert_eq!(say(four).await, ["Page /a", "Page /b", "Page /c"]);
    let quiet = format!("<{}> `{}` ||{}|| {}", url("/a"), url("/b"), url("/c"), url("/d"));
    assert_eq!(say(quiet).await, ["Page /d"]);
    let mixed = format!("{} {} {}", url("/none"), url("/rye.jpg"), url("/a"));
    assert_eq!(say(mixed).await, ["rye.jpg", "Page /a"], "a picture stands for itself");
    assert_eq!(say(format!("{}{}", url("/a?"), "x".repeat(2_000))).await, [""; 0]);
    // In a chat of two the same.
    let two = json!({"user_id": bakery.boris.id()});
    let two = text(&bakery.anna.post("/chats", two).await.json()["id"]);
    let sent = send(&bakery.anna, &two, &url("/a")).await.expect(201);
    look(&bakery).await;
    assert_eq!(shown(&bakery, &sent).await, ["Page /a"]);
}

#[tokio::test]
async fn edits_and_forwards_show_what_is_linked_now() {
    let (bakery, site) = open().await;
    let (a, b) = (site.url("/a"), site.url("/b"));
    let sent = bakery.say(&bakery.anna, &format!("{a} {b}")).await;
    look(&bakery).await;
    let mut heard = bakery.boris.socket().await;
    heard.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let edit = async |content: &str| {
        bakery.anna.patch(&path(&sent), json!({"content": content})).await.expect(200)
    };
    let edited = edit(&format!("only {b}")).await;
    assert_eq!(edited["previews"][0]["title"], "Page /b");
    heard.frame("message_edited").await;
    let event = heard.frame("message_previews").await;
    assert_eq!(event["data"]["previews"], edited["previews"], "at once");
    assert_eq!(look(&bakery).await, 1);
    assert_eq!(shown(&bakery, &sent).await, ["Page /b"]);
    edit(&format!("{b} and {a}, {}", site.url("/c"))).await;
    look(&bakery).await;
    assert_eq!(shown(&bakery, &sent).await, ["Page /b", "Page /a", "Page /c"]);
    let passed_on = json!({"content": site.url("/d"), "nonce": "f", "forward_of": sent["id"]});
    let to = format!("/messages/{}", bakery.chat);
    let forward = bakery.boris.post(&to, passed_on).await.expect(201);
    look(&bakery).await;
    assert_eq!(shown(&bakery, &forward).await, ["Page /d", "Page /b", "Page /a"]);
    edit("no link").await;
    assert_eq!(shown(&bakery, &sent).await, [""; 0]);
    assert_eq!(shown(&bakery, &forward).await, ["Page /d", "Page /b", "Page /a"]);
    // What a job found for a text that has changed meanwhile is not shown.
    edit(&a).await;
    edit("no link again").await;
    look(&bakery).await;
    assert_eq!(shown(&bakery, &sent).await, [""; 0]);
}

#[tokio::test]
async fn its_author_and_moderators_take_it_away_for_good() {
    let (bakery, site) = open().await;
    let (anna, boris, vera) = (&bakery.anna, &bakery.boris, &bakery.vera);
    let own = bakery.say(boris, &site.url("/a")).await;
    let others = bakery.say(anna, &site.url("/b")).await;
    look(&bakery).await;
    let mut heard = anna.socket().await;
    heard.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let away = |message: &Value| format!("{}/previews", path(message));
    assert_eq!(vera.delete(&away(&own)).await.problem(404), "not_found");
    let refused = boris.delete(&away(&others)).await;
    assert_eq!(refused.json()["permission"], "delete_any_messages");
    refused.problem(403);
    assert_eq!(shown(&bakery, &others).await, ["Page /b"]);
    boris.delete(&away(&own)).await.expect(204);
    let event = heard.frame("message_previews").await;
    assert_eq!(
        (&event["data"]["message_id"], &event["data"]["previews"]),
        (&own["id"], &json!([]))
    );
    assert_eq!(shown(&bakery, &own).await, [""; 0]);
    boris.delete(&away(&own)).await.expect(204);
    boris.patch(&path(&own), json!({"content": site.url("/c")})).await.expect(200);
    look(&bakery).await;
    assert_eq!(shown(&bakery, &own).await, [""; 0], "also after an edit");
    let more = bakery.say(boris, &site.url("/d")).await;
    anna.delete(&away(&more)).await.expect(204);
    look(&bakery).await;
    assert_eq!(shown(&bakery, &more).await, [""; 0], "also before it came");
    boris.delete(&path(&more)).await.expect(204);
    assert_eq!(anna.delete(&away(&more)).await.problem(404), "not_found");
}

#[tokio::test]
async fn what_no_message_shows_goes_with_its_picture() {
    let (bakery, site) = open().await;
    let app = &bakery.app.app;
    let sent = bakery.say(&bakery.anna, &format!("{} a secret", site.url("/rye"))).await;
    look(&bakery).await;
    let page = history(&bakery.boris, &bakery.chat).await;
    let picture = text(&page[0]["previews"][0]["picture"]["url"]);
    let picture = picture.trim_start_matches("/api/v1");
    let age = "UPDATE link_previews SET fetched_at = fetched_at - interval '49 hours'; \
               UPDATE files SET created_at = created_at - interval '49 hours'; \
               DELETE FROM job_schedules";
    let clean = async || {
        sql(&bakery, age).await;
        add_due(app, jobs()).await.unwrap();
        assert_eq!(look(&bakery).await, 1);
        api::files::sweep::sweep(app).await.unwrap()
    };
    assert_eq!(clean().await, 0, "a message shows it");
    assert_eq!(bakery.boris.load(picture, &[]).await.status, 200);
    bakery.anna.delete(&path(&sent)).await.expect(204);
    assert_eq!(bakery.boris.load(picture, &[]).await.status, 404);
    assert_eq!(clean().await, 1);
    assert_eq!(app.files.storage.count().await.unwrap(), 0);
    let mut late = bakery.boris.socket().await;
    late.ask("join_room", json!({"chat_id": bakery.chat, "after_seq": 0})).await;
    late.frame("message_deleted").await;
    let replay = json!(late.drain().await).to_string();
    assert!(!replay.contains("Rye") && !replay.contains("secret"), "{replay}");
}

#[tokio::test]
async fn pages_and_pictures_that_are_none_do_no_harm() {
    let (bakery, site) = open().await;
    // Its head says 65,535 x 65,535.
    let mut bomb = picture(4, 4, image::ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 255, 255, 0, 0, 255, 255]);
    site.serve("/bomb.png", "image/png", &bomb);
    site.serve("/script.png", "image/png", b"<script>alert(1)</script>");
    site.serve("/dot.png", "image/png", &picture(1, 1, image::ImageFormat::Png));
    site.put(
        "/endless.png",
        Reply::Endless(
            "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n".into(),
            vec![0; 100_000],
        ),
    );
    for name in ["bomb", "script", "dot", "endless", "none"] {
        let head = format!("<title>{name}</title><meta property=og:image content=/{name}.png>");
        site.page(&format!("/{name}"), &head);
    }
    site.page(
        "/inner",
        "<title>inner</title><meta property=og:image content='http://[::1]/a.png'>",
    );
    site.serve("/data", "application/json", b"{\"title\": \"x\"}");
    site.redirect("/away", "http://[::1]/latest/meta-data/");
    for name in ["bomb", "script", "dot", "endless", "none", "inner"] {
        let sent = bakery.say(&bakery.anna, &site.url(&format!("/{name}"))).await;
        look(&bakery).await;
        assert_eq!(shown(&bakery, &sent).await, [name]);
    }
    let all = history(&bakery.anna, &bakery.chat).await;
    assert!(all.iter().all(|message| message["previews"][0]["picture"].is_null()), "{all:?}");
    for name in ["/bomb.png", "/data", "/away"] {
        let sent = bakery.say(&bakery.anna, &site.url(name)).await;
        look(&bakery).await;
        assert_eq!(shown(&bakery, &sent).await, [""; 0], "{name}");
    }
    assert_eq!(bakery.app.app.files.storage.count().await.unwrap(), 0);
}

#[tokio::test]
async fn where_somebody_may_send_no_pictures_his_links_show_none() {
    let (bakery, site) = open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let overrides = json!([{"target": {"kind": "everybody"}, "allow": [], "deny": ["send_media"]}]);
    let chat = format!("/chats/{}", bakery.chat);
    anna.patch(&chat, json!({ "overrides": overrides })).await.expect(200);
    let his = bakery.say(boris, &site.url("/rye")).await;
    assert_eq!(look(&bakery).await, 1);
    assert_eq!((shown(&bakery, &his).await, site.asked_at_all()), (vec![], 0));
    let hers = bakery.say(anna, &site.url("/rye")).await;
    look(&bakery).await;
    assert_eq!(shown(&bakery, &hers).await, ["Rye"]);
}

#[tokio::test]
async fn an_account_has_so_many_new_links_looked_at_and_known_ones_still_show() {
    let (bakery, site) = open_with(&[("SPACE_LIMIT_FACTOR", "1")]).await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    bakery.say(anna, &site.url("/a")).await;
    look(&bakery).await;
    let before = site.asked_at_all();
    for n in 0..12 {
        let urls: Vec<String> =
            (0..3).map(|m| site.url(&format!("/nothing?{}", n * 3 + m))).collect();
        bakery.say(boris, &urls.join(" ")).await;
    }
    look(&bakery).await;
    assert_eq!(site.asked_at_all() - before, 30, "the rest of 36 was not asked");
    let known = bakery.say(boris, &site.url("/a")).await;
    look(&bakery).await;
    assert_eq!(shown(&bakery, &known).await, ["Page /a"]);
}

#[tokio::test]
async fn a_page_of_messages_costs_no_more_with_links() {
    let (bakery, site) = open().await;
    for n in 0..12 {
        let links = ["/rye", "/a", "/b"].map(|name| site.url(name)).join(" ");
        bakery.say(&bakery.anna, &format!("{n} {links}")).await;
    }
    look(&bakery).await;
    let path = |limit| format!("/messages/{}?limit={limit}", bakery.chat);
    bakery.boris.get(&path(1)).await.expect(200);
    let (_, one) = bakery.app.counting(bakery.boris.get(&path(1))).await;
    let (page, twelve) = bakery.app.counting(bakery.boris.get(&path(12))).await;
    assert_eq!(page.expect(200)["items"][11]["previews"].as_array().unwrap().len(), 3);
    assert_eq!(one, twelve);
    assert!(twelve <= 4, "{twelve}");
}

#[tokio::test]
async fn where_previews_are_off_nothing_is_asked() {
    let app = TestApp::with(&[("SPACE_PREVIEWS", "off")]).await;
    let bakery = Bakery::at(app).await;
    let sent = bakery.say(&bakery.anna, "https://a.example").await;
    bakery.anna.patch(&path(&sent), json!({"content": "https://b.example"})).await.expect(200);
    assert_eq!(look(&bakery).await, 0);
}
