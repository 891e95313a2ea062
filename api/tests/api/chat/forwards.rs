//! Passing messages on.

use crate::support::bakery::{Bakery, send};
use crate::support::client::{Answer, Client};
use crate::support::expression::{add_sticker, make_pack, send_sticker};
use crate::support::files::{picture, png, wav};
use crate::support::programs::program_of;
use crate::support::staff::text;
use futures_util::future::join_all;
use serde_json::{Value, json};

const HELLO: &str = "00000000-0000-7000-8000-000000000101";

fn of(source: &Value, comment: &str, nonce: &str) -> Value {
    json!({"content": comment, "nonce": nonce, "forward_of": source["id"]})
}

async fn forward(who: &Client, source: &Value, to: &str) -> Answer {
    let nonce = uuid::Uuid::now_v7().to_string();
    who.post(&format!("/messages/{to}"), of(source, "", &nonce)).await
}

async fn direct(who: &Client, with: &Client) -> String {
    text(&who.post("/chats", json!({"user_id": with.id()})).await.json()["id"])
}

async fn history(who: &Client, chat: &str) -> Value {
    who.get(&format!("/messages/{chat}")).await.expect(200)["items"].clone()
}

fn path(message: &Value) -> String {
    format!("/messages/{}", text(&message["id"]))
}

fn pointer(answer: &Answer) -> String {
    text(&answer.json()["errors"][0]["pointer"])
}

async fn with_file(bakery: &Bakery, who: &Client, name: &str, bytes: &[u8]) -> Value {
    let id = who.uploaded(name, bytes).await;
    let nonce = uuid::Uuid::now_v7().to_string();
    let body = json!({"content": "", "nonce": nonce, "attachment_ids": [id]});
    who.post(&format!("/messages/{}", bakery.chat), body).await.expect(201)
}

#[tokio::test]
async fn a_copy_goes_to_every_kind_of_chat_and_later_changes_do_not_reach_it() {
    let bakery = Bakery::open().await;
    let (anna, boris, vera) = (&bakery.anna, &bakery.boris, &bakery.vera);
    let source = bakery.say(anna, "Rye at **six**").await;
    let two = direct(boris, anna).await;
    let notes = direct(boris, boris).await;
    vera.post(&format!("/spaces/{}/join", bakery.space), json!({})).await.expect(200);
    let group = json!({"user_ids": [anna.id(), vera.id()], "name": "Early"});
    let group = text(&boris.post("/chats", group).await.expect(201)["id"]);
    let mut heard = vera.socket().await;
    heard.ask("join_room", json!({"chat_id": group})).await;
    for to in [&two, &notes, &bakery.chat] {
        let sent = forward(boris, &source, to).await.expect(201);
        assert_eq!(sent["forwarded"]["author"]["nickname"], "anna");
        assert_eq!(sent["forwarded"]["content"], "Rye at **six**");
        assert_eq!(sent["forwarded"]["written_at"], source["created_at"]);
        assert_eq!((&sent["author"]["nickname"], &sent["content"]), (&json!("boris"), &json!("")));
    }
    let body = of(&source, "Tomorrow?", "n1");
    let sent = boris.post(&format!("/messages/{group}"), body).await.expect(201);
    assert_eq!(sent["content"], "Tomorrow?");
    assert_eq!(heard.frame("new_message").await["data"], sent, "the event is the answer");
    anna.patch(&path(&source), json!({"content": "Rye at seven"})).await.expect(200);
    assert_eq!(history(vera, &group).await, json!([sent]), "and so is history, after an edit");
    anna.delete(&path(&source)).await.expect(204);
    assert_eq!(history(vera, &group).await, json!([sent]), "and after the source has gone");
    // A comment is edited and taken away like any text; what is passed on stays.
    let edited = boris.patch(&path(&sent), json!({"content": ""})).await.expect(200);
    assert_eq!((&edited["content"], &edited["forwarded"]), (&json!(""), &sent["forwarded"]));
    boris.delete(&path(&sent)).await.expect(204);
    assert_eq!(history(vera, &group).await, json!([]));
    let mut late = vera.socket().await;
    late.ask("join_room", json!({"chat_id": group, "after_seq": 0})).await;
    let replay = late.drain().await;
    assert!(!json!(replay).to_string().contains("Rye"), "a replay does not show it either");
}

#[tokio::test]
async fn what_one_may_not_read_or_is_gone_is_not_passed_on() {
    let bakery = Bakery::open().await;
    let secret = bakery.private_chat("office").await;
    let hidden = send(&bakery.anna, &secret, "the wages").await.expect(201);
    let gone = bakery.say(&bakery.anna, "a slip").await;
    bakery.anna.delete(&path(&gone)).await.expect(204);
    let never = json!({"id": uuid::Uuid::now_v7()});
    let open = bakery.say(&bakery.anna, "bread").await;
    let own = direct(&bakery.vera, &bakery.vera).await;
    for (who, source, to, what) in [
        (&bakery.boris, &hidden, &bakery.chat, "of a chat that is hidden from him"),
        (&bakery.anna, &gone, &bakery.chat, "deleted"),
        (&bakery.anna, &never, &bakery.chat, "never there"),
        (&bakery.vera, &open, &own, "by a stranger, of another space"),
    ] {
        let answer = forward(who, source, to).await;
        assert_eq!(answer.problem(422), "invalid", "{what}");
        assert_eq!(pointer(&answer), "/forward_of", "{what}");
        assert!(!answer.json().to_string().contains("wages"), "{what}");
    }
    let into = forward(&bakery.boris, &open, &secret).await;
    assert_eq!(into.problem(404), "not_found", "nor into a chat that he does not see");
    let sent = bakery.say(&bakery.boris, "next").await;
    assert_eq!(sent["seq"], 3, "refusals took no seq");
}

#[tokio::test]
async fn it_is_a_send_with_all_its_rules() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let source = bakery.say(anna, "bread").await;
    let beside = format!("/messages/{}", bakery.chat);
    for more in [json!({"attachment_ids": [source["id"]]}), json!({"sticker_id": HELLO})] {
        let mut body = of(&source, "", "n1");
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(pointer(&boris.post(&beside, body).await), "/forward_of");
    }
    let two = direct(boris, anna).await;
    let mark = format!("/profile/me/marks/{}", boris.id());
    anna.put(&mark, json!({"mark": "blocked"})).await.expect(200);
    assert_eq!(forward(boris, &source, &two).await.problem(403), "not_reachable");
    assert_eq!(forward(anna, &source, &two).await.problem(409), "blocked_by_you");
    anna.delete(&mark).await.expect(204);
    let slow = format!("/chats/{}", bakery.chat);
    anna.patch(&slow, json!({"slow_seconds": 3_600})).await.expect(200);
    forward(boris, &source, &bakery.chat).await.expect(201);
    assert_eq!(forward(boris, &source, &bakery.chat).await.problem(429), "slow_mode");
    let restrict = format!("/spaces/{}/restrict/{}", bakery.space, boris.id());
    let denied = json!({"permissions_denied": ["send_messages"]});
    anna.post(&restrict, denied).await.expect(200);
    let answer = forward(boris, &source, &bakery.chat).await;
    assert_eq!(answer.json()["permission"], "send_messages");
    answer.problem(403);
    forward(boris, &source, &two).await.expect(201);
}

#[tokio::test]
async fn names_in_it_mention_nobody_and_a_comment_does() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let notes = direct(anna, anna).await;
    let source = send(anna, &notes, "@boris @all wake up").await.expect(201);
    let sent = forward(anna, &source, &bakery.chat).await.expect(201);
    assert_eq!((&sent["mentions"], &sent["mention_groups"]), (&json!([]), &Value::Null));
    assert_eq!(boris.get("/notifications").await.expect(200)["items"], json!([]));
    let read = boris.get(&format!("/chats/{}", bakery.chat)).await.expect(200)["read"].clone();
    assert_eq!((&read["unread"], &read["mentions"]), (&json!(1), &json!(0)));
    let body = of(&source, "@boris, look", "n1");
    anna.post(&format!("/messages/{}", bakery.chat), body).await.expect(201);
    let inbox = boris.get("/notifications").await.expect(200);
    assert_eq!(inbox["items"].as_array().unwrap().len(), 1);
    assert_eq!(inbox["items"][0]["message"]["excerpt"], "@boris, look");
    // Without a comment an entry, an answer and a report show what was passed on.
    let two = direct(anna, boris).await;
    forward(anna, &source, &two).await.expect(201);
    let inbox = boris.get("/notifications").await.expect(200);
    assert_eq!(inbox["items"][0]["kind"], "direct_message");
    assert_eq!(inbox["items"][0]["message"]["excerpt"], "@boris @all wake up");
    let reply = json!({"content": "Awake", "nonce": "r", "reply_to": sent["id"]});
    let reply = boris.post(&format!("/messages/{}", bakery.chat), reply).await.expect(201);
    assert_eq!(reply["reply_to"]["excerpt"], "@boris @all wake up");
    assert_eq!(history(anna, &bakery.chat).await[2], reply, "history agrees");
    boris.post(&format!("{}/report", path(&sent)), json!({"reason": "spam"})).await.expect(204);
    let reports = anna.get(&format!("/spaces/{}/reports", bakery.space)).await.expect(200);
    assert!(reports["items"][0].to_string().contains("@boris @all wake up"), "{reports}");
}

#[tokio::test]
async fn files_are_copied_for_those_who_see_the_new_message() {
    let bakery = Bakery::open().await;
    let (anna, boris, vera) = (&bakery.anna, &bakery.boris, &bakery.vera);
    let secret = bakery.private_chat("office").await;
    let large = picture(1_200, 900, image::ImageFormat::Png);
    let (plan, sound) =
        (anna.uploaded("plan.png", &large).await, anna.uploaded("oven.wav", &wav()).await);
    let body = json!({"content": "", "nonce": "1", "attachment_ids": [plan, sound]});
    let source = anna.post(&format!("/messages/{secret}"), body).await.expect(201);
    let sent = forward(anna, &source, &bakery.chat).await.expect(201);
    assert_eq!(history(boris, &bakery.chat).await, json!([sent]));
    let names: Vec<_> =
        sent["attachments"].as_array().unwrap().iter().map(|file| text(&file["name"])).collect();
    assert_eq!(names, ["plan.png", "oven.wav"]);
    let url = |message: &Value, key: &str| {
        text(&message["attachments"][0][key]).trim_start_matches("/api/v1").to_owned()
    };
    for key in ["url", "thumbnail_url"] {
        assert_ne!(url(&sent, key), url(&source, key));
        assert_eq!(boris.load(&url(&source, key), &[]).await.status, 404, "not the source's");
        assert_eq!(vera.load(&url(&sent, key), &[]).await.status, 404, "nor a stranger");
        let loaded = boris.load(&url(&sent, key), &[]).await;
        assert_eq!(loaded.status, 200);
        assert_eq!(loaded.bytes, anna.load(&url(&source, key), &[]).await.bytes);
    }
    // They outlive their source.
    anna.delete(&path(&source)).await.expect(204);
    while api::files::sweep::sweep(&bakery.app.app).await.unwrap() > 0 {}
    assert_eq!(boris.load(&url(&sent, "url"), &[]).await.status, 200);
}

#[tokio::test]
async fn files_need_the_right_and_the_room() {
    let settings = [("SPACE_FILES_USER_QUOTA_MB", "1")];
    let bakery = Bakery::at(crate::support::TestApp::with(&settings).await).await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let paper = with_file(&bakery, anna, "a.txt", &vec![b'x'; 600_000]).await;
    let notes = direct(boris, boris).await;
    let restrict = format!("/spaces/{}/restrict/{}", bakery.space, boris.id());
    anna.post(&restrict, json!({"permissions_denied": ["send_files"]})).await.expect(200);
    let answer = forward(boris, &paper, &bakery.chat).await;
    assert_eq!(answer.json()["permission"], "send_files");
    answer.problem(403);
    forward(boris, &paper, &notes).await.expect(201);
    assert_eq!(forward(boris, &paper, &notes).await.problem(413), "quota_exceeded");
    let limits = boris.get("/files/limits").await.expect(200);
    assert_eq!(limits["used"], 600_000, "what was refused takes no room");
}

#[tokio::test]
async fn a_nonce_is_one_message_and_one_copy_of_its_files_also_at_once() {
    let bakery = Bakery::open().await;
    let boris = &bakery.boris;
    let source = with_file(&bakery, &bakery.anna, "a.png", &png()).await;
    let other = bakery.say(&bakery.anna, "other").await;
    let to = format!("/messages/{}", bakery.chat);
    let answers = join_all((0..5).map(|_| boris.post(&to, of(&source, "once", "n1")))).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((made, answers.iter().filter(|a| a.status == 200).count()), (1, 4));
    let first = answers[0].json();
    assert!(answers.iter().all(|answer| answer.json()["id"] == first["id"]));
    let used = boris.get("/files/limits").await.expect(200)["used"].clone();
    assert_eq!(used, first["attachments"][0]["size"], "the copies of the others are given up");
    for body in [of(&source, "twice", "n1"), of(&other, "once", "n1")] {
        assert_eq!(boris.post(&to, body).await.problem(422), "nonce_mismatch");
    }
    let plain = json!({"content": "once", "nonce": "n1"});
    assert_eq!(boris.post(&to, plain).await.problem(422), "nonce_mismatch");
    let mut socket = boris.socket().await;
    let mut data = of(&source, "once", "n1");
    data["chat_id"] = json!(bakery.chat);
    assert_eq!(socket.ask("send_message", data.clone()).await["id"], first["id"]);
    bakery.anna.delete(&path(&source)).await.expect(204);
    assert_eq!(socket.ask("send_message", data).await["id"], first["id"], "also without a source");
}

#[tokio::test]
async fn its_source_is_told_to_those_who_may_read_it_and_to_nobody_else() {
    let bakery = Bakery::open().await;
    let (anna, boris, vera) = (&bakery.anna, &bakery.boris, &bakery.vera);
    let secret = bakery.private_chat("office").await;
    let source = send(anna, &secret, "flour is late").await.expect(201);
    let sent = forward(anna, &source, &bakery.chat).await.expect(201);
    let asked = format!("{}/source", path(&sent));
    let found = anna.get(&asked).await.expect(200);
    assert_eq!(
        found,
        json!({"source": {"message_id": source["id"], "chat_id": secret, "space_id": bakery.space,
               "seq": source["seq"], "thread_root": null}})
    );
    assert_eq!(boris.get(&asked).await.expect(200), json!({"source": null}));
    assert_eq!(vera.get(&asked).await.problem(404), "not_found");
    let shown = history(boris, &bakery.chat).await.to_string();
    for hidden in [&text(&source["id"]), &secret, "office"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
    let plain = bakery.say(anna, "plain").await;
    assert_eq!(anna.get(&format!("{}/source", path(&plain))).await.problem(404), "not_found");
    // Passed on once more, it is still anna's; from there one gets to where boris read it.
    let again = forward(boris, &sent, &bakery.chat).await.expect(201);
    assert_eq!(again["forwarded"], sent["forwarded"]);
    let found = boris.get(&format!("{}/source", path(&again))).await.expect(200);
    assert_eq!(found["source"]["message_id"], sent["id"]);
    anna.delete(&path(&source)).await.expect(204);
    assert_eq!(anna.get(&asked).await.expect(200), json!({"source": null}));
}

#[tokio::test]
async fn stickers_go_along_when_one_may_send_them() {
    let bakery = Bakery::open().await;
    let notes = direct(&bakery.boris, &bakery.boris).await;
    let source = send_sticker(&bakery.anna, &bakery.chat, HELLO).await.expect(201);
    let sent = forward(&bakery.boris, &source, &notes).await.expect(201);
    assert_eq!((&sent["sticker"], &sent["type"]), (&source["sticker"], &json!("sticker")));
    let body = of(&source, "", &text(&sent["nonce"]));
    let again = bakery.boris.post(&format!("/messages/{notes}"), body).await.expect(200);
    assert_eq!(again["id"], sent["id"]);
    let secret = make_pack(&bakery.anna, "Secret", "private").await;
    let mine = add_sticker(&bakery.anna, &secret, "Mine", None).await.expect(201);
    let source = send_sticker(&bakery.anna, &bakery.chat, &text(&mine["id"])).await.expect(201);
    assert_eq!(forward(&bakery.boris, &source, &notes).await.problem(422), "invalid");
}

#[tokio::test]
async fn a_token_that_may_not_read_passes_nothing_on() {
    let bakery = Bakery::open().await;
    let source = bakery.say(&bakery.anna, "bread").await;
    let writer = program_of(&bakery.boris, &["messages:write"]).await;
    let answer = forward(&writer, &source, &bakery.chat).await;
    assert_eq!(answer.problem(403), "insufficient_scope");
    let both = program_of(&bakery.boris, &["read", "messages:write"]).await;
    forward(&both, &source, &bakery.chat).await.expect(201);
}

#[tokio::test]
async fn a_page_of_them_costs_what_one_does() {
    let bakery = Bakery::open().await;
    let source = bakery.say(&bakery.anna, "bread").await;
    for _ in 0..12 {
        forward(&bakery.anna, &source, &bakery.chat).await.expect(201);
    }
    let page = |limit| format!("/messages/{}?limit={limit}", bakery.chat);
    bakery.anna.get(&page(1)).await.expect(200);
    let (_, one) = bakery.app.counting(bakery.anna.get(&page(1))).await;
    let (twelve, count) = bakery.app.counting(bakery.anna.get(&page(12))).await;
    let twelve = twelve.expect(200)["items"].clone();
    assert!(twelve.as_array().unwrap().iter().all(|m| m["forwarded"]["content"] == "bread"));
    assert_eq!(one, count);
    assert!(count <= 3, "access, messages, what hangs on them; not {count}");
}
