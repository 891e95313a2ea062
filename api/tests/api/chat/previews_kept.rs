//! How long what messages show of their links is kept, and how much of it.

use super::previews::{history, look, open, open_with, path, shown, sql};
use crate::support::staff::text;
use api::chat::previews::jobs;
use api::jobs::worker::{add_due, run_due};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Whether a message shows a picture.
fn has_picture(message: &Value) -> bool {
    !message["previews"][0]["picture"].is_null()
}

#[tokio::test]
async fn pictures_of_pages_have_so_much_room_and_the_oldest_that_nobody_shows_make_it() {
    let (bakery, site) = open_with(&[("SPACE_PREVIEWS_QUOTA_MB", "1")]).await;
    for n in 0..4 {
        let head = "<meta property=og:image content=/rye.jpg>";
        site.page(&format!("/{n}"), &format!("<title>{n}</title>{head}"));
    }
    let say = async |n: usize| {
        let sent = bakery.say(&bakery.anna, &site.url(&format!("/{n}"))).await;
        look(&bakery).await;
        sql(&bakery, "UPDATE files SET size = 500000 WHERE purpose = 'preview'").await;
        sent
    };
    let (first, second) = (say(0).await, say(1).await);
    let third = say(2).await;
    assert_eq!(shown(&bakery, &third).await, ["2"], "the page is shown");
    let page = history(&bakery.boris, &bakery.chat).await;
    assert_eq!(
        page.iter().map(has_picture).collect::<Vec<_>>(),
        [true, true, false],
        "without one"
    );
    bakery.anna.delete(&path(&first)).await.expect(204);
    let clean = async || {
        sql(&bakery, "DELETE FROM job_schedules").await;
        add_due(&bakery.app.app, jobs()).await.unwrap();
        assert_eq!(look(&bakery).await, 1);
    };
    clean().await;
    say(3).await;
    let page = history(&bakery.boris, &bakery.chat).await;
    assert!(!has_picture(&page[2]), "what is new may be on its way to a message");
    bakery.anna.delete(&path(&page[2])).await.expect(204);
    sql(&bakery, "UPDATE link_previews SET fetched_at = fetched_at - interval '2 hours'").await;
    clean().await;
    let page = history(&bakery.boris, &bakery.chat).await;
    assert_eq!(page[0]["id"], second["id"]);
    assert!(has_picture(&page[0]), "a message shows it");
    site.page("/4", "<title>4</title><meta property=og:image content=/rye.jpg>");
    say(4).await;
    let page = history(&bakery.boris, &bakery.chat).await;
    assert!(has_picture(&page[2]), "there is room again");
    assert_eq!(api::files::sweep::sweep(&bakery.app.app).await.unwrap(), 1);
}

#[tokio::test]
async fn without_room_no_picture_is_kept() {
    let (bakery, site) = open_with(&[("SPACE_PREVIEWS_QUOTA_MB", "0")]).await;
    let sent = bakery.say(&bakery.anna, &site.url("/rye")).await;
    let alone = bakery.say(&bakery.anna, &site.url("/rye.jpg")).await;
    look(&bakery).await;
    assert_eq!(shown(&bakery, &sent).await, ["Rye"]);
    assert_eq!(shown(&bakery, &alone).await, [""; 0], "a picture alone has nothing to show");
    assert_eq!(bakery.app.app.files.storage.count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_replay_shows_only_what_is_shown_now() {
    let (bakery, site) = open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let removed = bakery.say(anna, &site.url("/rye")).await;
    let edited = bakery.say(anna, &format!("{} {}", site.url("/a"), site.url("/b"))).await;
    look(&bakery).await;
    anna.delete(&format!("{}/previews", path(&removed))).await.expect(204);
    anna.patch(&path(&edited), json!({"content": site.url("/b")})).await.expect(200);
    let mut late = boris.socket().await;
    late.ask("join_room", json!({"chat_id": bakery.chat, "after_seq": 0})).await;
    let replay = late.drain().await;
    let said = json!(replay).to_string();
    assert!(
        !said.contains("Rye") && !said.contains("Page /a") && said.contains("Page /b"),
        "{said}"
    );
    let told = |message: &Value| {
        let of = |frame: &&Value| {
            frame["type"] == "message_previews" && frame["data"]["message_id"] == message["id"]
        };
        replay.iter().filter(of).map(|frame| frame["data"]["previews"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(told(&removed), [json!([])]);
    let now = history(boris, &bakery.chat).await;
    assert_eq!(told(&edited), [now[1]["previews"].clone()], "the last word is the state");
}

#[tokio::test]
async fn an_edit_keeps_what_is_shown_of_a_link_whose_site_is_down() {
    let (bakery, site) = open().await;
    let sent = bakery.say(&bakery.anna, &site.url("/a")).await;
    look(&bakery).await;
    // Days later nothing is fresh, and the page is gone.
    sql(&bakery, "UPDATE link_previews SET fetched_at = fetched_at - interval '3 days'").await;
    site.redirect("/a", "http://");
    // Another node, which remembers nothing.
    let node = api::server::build_app(bakery.app.app.config.clone(), &bakery.app.database).unwrap();
    let more = format!("{} and {}", site.url("/a"), site.url("/b"));
    bakery.anna.patch(&path(&sent), json!({"content": more})).await.expect(200);
    run_due(&node, jobs()).await.unwrap();
    assert_eq!(shown(&bakery, &sent).await, ["Page /a", "Page /b"]);
    assert_eq!(site.asked("/a").len(), 1, "it is not asked for what is shown already");
    let new = bakery.say(&bakery.anna, &site.url("/a")).await;
    run_due(&node, jobs()).await.unwrap();
    assert_eq!(shown(&bakery, &new).await, [""; 0]);
}

#[tokio::test]
async fn sends_that_are_committed_together_ask_for_their_links_with_one_statement() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (bakery, site) = open().await;
    let statements = Arc::new(AtomicUsize::new(0));
    let counted = statements.clone();
    bakery.app.app.db.at_statements(move |text, is_done| {
        if !is_done && text.contains("INSERT INTO jobs") {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let say = async |n: usize| {
        let content =
            if n.is_multiple_of(2) { format!("{n} {}", site.url("/a")) } else { n.to_string() };
        bakery.say(&bakery.anna, &content).await
    };
    let sent = join_all((0..40).map(say)).await;
    let asked = statements.load(Ordering::Relaxed);
    assert!((1..20).contains(&asked), "{asked} statements for 20 messages with links");
    assert_eq!(look(&bakery).await, 20, "a job for each");
    let page = history(&bakery.boris, &bakery.chat).await;
    let with = page.iter().filter(|message| message["previews"][0]["title"] == "Page /a").count();
    assert_eq!((sent.len(), with), (40, 20));
    assert!(page.iter().all(|message| text(&message["content"]).contains('/') != message["previews"].is_null()));
}
