//! Files on messages.

use crate::support::bakery::{Bakery, send};
use crate::support::client::{Answer, Client};
use crate::support::files::{form, png, wav};
use serde_json::{Value, json};

async fn send_files(who: &Client, chat: &str, text: &str, ids: &[&str]) -> Answer {
    let nonce = uuid::Uuid::now_v7().to_string();
    let body = json!({"content": text, "nonce": nonce, "attachment_ids": ids});
    who.post(&format!("/messages/{chat}"), body).await
}

/// Hole 11: a file is uploaded first and gets its message later.
#[tokio::test]
async fn hole_11_files_come_before_their_message() {
    let bakery = Bakery::open().await;
    let mut boris = bakery.boris.socket().await;
    boris.ask("join_room", json!({"chat_id": bakery.chat})).await;
    let picture = bakery.anna.uploaded("bread.png", &png()).await;
    let sound = bakery.anna.uploaded("oven.wav", &wav()).await;
    let ids = [sound.as_str(), picture.as_str()];
    let sent = send_files(&bakery.anna, &bakery.chat, "", &ids).await.expect(201);
    let names: Vec<_> =
        sent["attachments"].as_array().unwrap().iter().map(|file| &file["name"]).collect();
    assert_eq!(names, ["oven.wav", "bread.png"], "in the order of the ids");
    assert_eq!(sent["content"], "");
    assert_eq!(boris.frame("new_message").await["data"], sent, "the event carries them");
    let page = bakery.boris.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert_eq!(page["items"], json!([sent]), "and so does history");
    let url = sent["attachments"][1]["url"].as_str().unwrap().trim_start_matches("/api/v1");
    assert_eq!(bakery.boris.load(url, &[]).await.status, 200);
}

#[tokio::test]
async fn only_ones_own_free_uploads_can_be_sent() {
    let bakery = Bakery::open().await;
    let file = bakery.anna.uploaded("a.png", &png()).await;
    let other = bakery.private_chat("office").await;
    let into = format!("/files?chat_id={other}");
    let bound = bakery.anna.post_form(&into, form("b.png", &png())).await;
    let bound = bound.expect(201)["id"].as_str().unwrap().to_owned();
    let unknown = uuid::Uuid::now_v7().to_string();
    for (who, ids, what) in [
        (&bakery.boris, vec![file.as_str()], "another person's"),
        (&bakery.anna, vec![unknown.as_str()], "nobody's"),
        (&bakery.anna, vec![bound.as_str()], "one for another chat"),
        (&bakery.anna, vec![file.as_str(), file.as_str()], "the same twice"),
        (&bakery.anna, vec![file.as_str(), unknown.as_str()], "one of two"),
    ] {
        let answer = send_files(who, &bakery.chat, "look", &ids).await;
        assert_eq!(answer.problem(422), "invalid", "{what}");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/attachment_ids", "{what}");
    }
    let many: Vec<String> = (0..11).map(|_| uuid::Uuid::now_v7().to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let answer = send_files(&bakery.anna, &bakery.chat, "look", &many).await;
    assert_eq!(answer.json()["errors"][0]["code"], "too_many");
    let sent = send_files(&bakery.anna, &bakery.chat, "look", &[&file]).await.expect(201);
    assert_eq!(sent["seq"], 1, "refused ones took no seq");
    let again = send_files(&bakery.anna, &bakery.chat, "again", &[&file]).await;
    assert_eq!(again.problem(422), "invalid", "a message has it already");
    let gone = bakery.anna.delete(&format!("/files/{file}")).await;
    assert_eq!(gone.problem(409), "file_in_use");
}

#[tokio::test]
async fn a_nonce_is_one_message_with_its_files() {
    let bakery = Bakery::open().await;
    let file = bakery.anna.uploaded("a.png", &png()).await;
    let path = format!("/messages/{}", bakery.chat);
    let body = json!({"content": "once", "nonce": "n1", "attachment_ids": [file]});
    let first = bakery.anna.post(&path, body.clone()).await.expect(201);
    assert_eq!(bakery.anna.post(&path, body).await.expect(200), first);
    let without = json!({"content": "once", "nonce": "n1"});
    assert_eq!(bakery.anna.post(&path, without).await.problem(422), "nonce_mismatch");
    let mut socket = bakery.anna.socket().await;
    let data =
        json!({"chat_id": bakery.chat, "content": "once", "nonce": "n1", "attachment_ids": [file]});
    assert_eq!(socket.ask("send_message", data).await["id"], first["id"], "over the socket too");
}

#[tokio::test]
async fn hole_23_permissions_decide_by_kind() {
    let bakery = Bakery::open().await;
    let uploaded = async |name: &str, bytes: &[u8]| bakery.boris.uploaded(name, bytes).await;
    let (picture, paper) = (uploaded("a.png", &png()).await, uploaded("a.txt", b"hi").await);
    let restrict = format!("/spaces/{}/restrict/{}", bakery.space, bakery.boris.id());
    let send_one = async |id: &str| send_files(&bakery.boris, &bakery.chat, "", &[id]).await;
    for (denied, refused) in [("send_media", &picture), ("send_files", &paper)] {
        let body = json!({"permissions_denied": [denied]});
        bakery.anna.post(&restrict, body).await.expect(200);
        let answer = send_one(refused).await;
        assert_eq!(answer.problem(403), "forbidden");
        assert_eq!(answer.json()["permission"], denied);
        // Told before the upload too.
        let bytes = if denied == "send_media" { png() } else { b"text".to_vec() };
        let path = format!("/files?chat_id={}", bakery.chat);
        let answer = bakery.boris.post_form(&path, form("x", &bytes)).await;
        assert_eq!(answer.json()["permission"], denied);
        let mine = if denied == "send_media" { b"text".to_vec() } else { png() };
        bakery.boris.post_form(&path, form("x", &mine)).await.expect(201);
    }
    let into = format!("/files?chat_id={}", bakery.chat);
    let strange = bakery.vera.post_form(&into, form("x", b"y")).await;
    assert_eq!(strange.problem(404), "not_found");
}

#[tokio::test]
async fn words_may_be_taken_from_a_message_with_files_only() {
    let bakery = Bakery::open().await;
    let file = bakery.anna.uploaded("a.png", &png()).await;
    let sent = send_files(&bakery.anna, &bakery.chat, "words", &[&file]).await.expect(201);
    let path = |message: &Value| format!("/messages/{}", message["id"].as_str().unwrap());
    let edited = bakery.anna.patch(&path(&sent), json!({"content": ""})).await.expect(200);
    assert_eq!((&edited["content"], &edited["attachments"]), (&json!(""), &sent["attachments"]));
    let plain = bakery.say(&bakery.anna, "words").await;
    let answer = bakery.anna.patch(&path(&plain), json!({"content": " "})).await;
    assert_eq!(answer.problem(422), "invalid");
}

#[tokio::test]
async fn answers_show_the_file_of_what_they_answer() {
    let bakery = Bakery::open().await;
    let file = bakery.anna.uploaded("menu.png", &png()).await;
    let sent = send_files(&bakery.anna, &bakery.chat, "", &[&file]).await.expect(201);
    let path = format!("/messages/{}", bakery.chat);
    let body = json!({"content": "Yum", "nonce": "r", "reply_to": sent["id"]});
    let reply = bakery.boris.post(&path, body).await.expect(201);
    let hint = json!({"kind": "image", "name": "menu.png"});
    assert_eq!((&reply["reply_to"]["file"], &reply["reply_to"]["excerpt"]), (&hint, &json!("")));
    let page = bakery.anna.get(&path).await.expect(200);
    assert_eq!(page["items"][1], reply, "history agrees");
    let gone = format!("/messages/{}", sent["id"].as_str().unwrap());
    bakery.anna.delete(&gone).await.expect(204);
    let page = bakery.anna.get(&path).await.expect(200);
    assert_eq!(page["items"][0]["reply_to"]["file"], json!(null), "nothing of it is shown");
}

#[tokio::test]
async fn a_page_with_files_costs_one_query_more_and_not_one_a_message() {
    let bakery = Bakery::open().await;
    for n in 0..12 {
        let file = bakery.anna.uploaded(&format!("{n}.txt"), b"hello").await;
        send_files(&bakery.anna, &bakery.chat, "", &[&file]).await.expect(201);
    }
    let path = |limit| format!("/messages/{}?limit={limit}", bakery.chat);
    bakery.anna.get(&path(1)).await.expect(200);
    let (_, one) = bakery.app.counting(bakery.anna.get(&path(1))).await;
    let (page, twelve) = bakery.app.counting(bakery.anna.get(&path(12))).await;
    assert_eq!(page.expect(200)["items"].as_array().unwrap().len(), 12);
    assert_eq!(one, twelve);
    assert!(
        twelve <= 3,
        "access, messages, reactions, mentions of both kinds, threads, files, stickers; not {twelve}"
    );
}

#[tokio::test]
async fn the_room_of_a_space_is_shared() {
    let settings = [("SPACE_FILES_SPACE_QUOTA_MB", "1")];
    let app = crate::support::TestApp::with(&settings).await;
    let anna = app.user("anna").await;
    let space = anna.post("/spaces", json!({"name": "Small"})).await.expect(201);
    let chat = space["default_chat_id"].as_str().unwrap();
    let body = vec![b'x'; 600_000];
    let into = format!("/files?chat_id={chat}");
    let first = anna.post_form(&into, form("a.txt", &body)).await.expect(201);
    assert_eq!(anna.post_form(&into, form("b.txt", &body)).await.problem(413), "quota_exceeded");
    // Uploaded for no chat it counts when it is sent.
    let loose = anna.uploaded("b.txt", &body).await;
    let answer = send_files(&anna, chat, "", &[&loose]).await;
    assert_eq!(answer.problem(413), "quota_exceeded");
    let id = first["id"].as_str().unwrap();
    send_files(&anna, chat, "", &[id]).await.expect(201);
    assert_eq!(send(&anna, chat, "words go on").await.status, 201);
}
