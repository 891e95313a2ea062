//! `api demo`.

use crate::support::TestApp;
use api::demo::{self, Login};
use serde_json::json;

#[tokio::test]
async fn a_fresh_server_gets_a_lively_space_once() {
    let app = TestApp::start().await;
    let Login::Password(password) = demo::load(&app.app).await.unwrap() else {
        panic!("a local server tells the password")
    };
    assert_eq!(demo::load(&app.app).await.unwrap(), Login::Password(password.clone()));
    let login = json!({"login": demo::NICKNAME, "password": password});
    let tokens = app.stranger().post("/auth/login", login).await.expect(200);
    let mut guest = app.stranger();
    guest.token = tokens["access_token"].as_str().unwrap().into();
    let spaces = guest.get("/spaces").await.expect(200);
    assert_eq!(spaces["items"].as_array().unwrap().len(), 1);
    let space = &spaces["items"][0];
    assert_eq!((&space["member_count"], &space["me"]["is_owner"]), (&json!(8), &json!(true)));
    let chats = guest.get("/chats").await.expect(200);
    let chats = chats["items"].as_array().unwrap();
    assert_eq!(chats.len(), 5);
    let messages: i64 = chats.iter().map(|chat| chat["last_seq"].as_i64().unwrap()).sum();
    assert!(messages > 120, "{messages}");
    let unread: i64 = chats.iter().map(|chat| chat["read"]["unread"].as_i64().unwrap()).sum();
    assert_eq!(unread, 3);
    for chat in chats {
        let path = format!("/messages/{}?limit=100", chat["id"].as_str().unwrap());
        let history = guest.get(&path).await.expect(200);
        for message in history["items"].as_array().unwrap() {
            let content = message["content"].as_str().unwrap();
            assert_eq!(shared::validate::message(content), Ok(()), "{content}");
            for reaction in message["reactions"].as_array().unwrap() {
                let emoji = reaction["emoji"].as_str().unwrap();
                assert_eq!(shared::validate::emoji(emoji), Ok(()), "{emoji}");
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_others_reach_gets_a_password_of_its_own() {
    let app = TestApp::with(&[("SPACE_ENV", "development")]).await;
    let mut config = app.app.config.clone();
    config.server.listen.set_ip("0.0.0.0".parse().unwrap());
    let url = crate::support::database::fresh().await;
    let open = api::server::build_app(config, &url).unwrap();
    let first = demo::load(&open).await.unwrap();
    assert_ne!(demo::load(&app.app).await.unwrap(), first);
    assert_eq!(demo::load(&open).await.unwrap(), Login::ShownBefore);
}
