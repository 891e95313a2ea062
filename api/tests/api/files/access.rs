//! Who may load a file: asked each time.

use crate::support::bakery::Bakery;
use crate::support::client::{Client, PASSWORD};
use crate::support::files::png;
use reqwest::Method;
use serde_json::json;

async fn sent(bakery: &Bakery, chat: &str) -> (String, String) {
    let file = bakery.anna.uploaded("secret.png", &png()).await;
    let body = json!({"content": "", "nonce": "n", "attachment_ids": [file]});
    let message = bakery.anna.post(&format!("/messages/{chat}"), body).await.expect(201);
    (format!("/files/{file}"), message["id"].as_str().unwrap().into())
}

async fn statuses(bakery: &Bakery, path: &str) -> [u16; 4] {
    let stranger = bakery.app.stranger();
    let mut found = [0; 4];
    for (at, who) in [&bakery.anna, &bakery.boris, &bakery.vera, &stranger].iter().enumerate() {
        found[at] = who.load(path, &[]).await.status;
        assert_eq!(who.load(&format!("{path}/thumbnail"), &[]).await.status, found[at]);
    }
    found
}

#[tokio::test]
async fn who_sees_the_message_sees_the_file() {
    let bakery = Bakery::open().await;
    let (path, message) = sent(&bakery, &bakery.chat).await;
    assert_eq!(statuses(&bakery, &path).await, [200, 200, 404, 401]);
    bakery.anna.delete(&format!("/messages/{message}")).await.expect(204);
    assert_eq!(statuses(&bakery, &path).await, [404, 404, 404, 401], "gone with its message");
}

#[tokio::test]
async fn who_is_put_out_loses_the_files_at_once() {
    let bakery = Bakery::open().await;
    let (path, _) = sent(&bakery, &bakery.chat).await;
    assert_eq!(bakery.boris.load(&path, &[]).await.status, 200);
    let kick = format!("/spaces/{}/kick/{}", bakery.space, bakery.boris.id());
    bakery.anna.post(&kick, json!({})).await.expect(204);
    assert_eq!(statuses(&bakery, &path).await, [200, 404, 404, 401]);
}

#[tokio::test]
async fn a_private_chat_keeps_its_files() {
    let bakery = Bakery::open().await;
    let office = bakery.private_chat("office").await;
    let (path, _) = sent(&bakery, &office).await;
    assert_eq!(statuses(&bakery, &path).await, [200, 404, 404, 401]);
}

/// The web client's cookie: set beside the refresh token, for reading files and nothing else.
#[tokio::test]
async fn the_cookie_opens_files_and_nothing_else() {
    let bakery = Bakery::open().await;
    let (path, _) = sent(&bakery, &bakery.chat).await;
    let browser = Client::anonymous(bakery.app.address);
    let login = json!({"login": "boris", "password": PASSWORD, "web": true});
    let answer = browser.post("/auth/login", login).await;
    let set: Vec<&str> =
        answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    let cookie = set.iter().find(|cookie| cookie.starts_with("__Secure-files=")).unwrap();
    for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/api/v1/files"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap();
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let with = |path: &str| {
        let (browser, path) = (browser.clone(), path.to_owned());
        async move { browser.load(&path, &[("cookie", cookie)]).await.status }
    };
    assert_eq!(with(&path).await, 200);
    assert_eq!(with(&format!("{path}/thumbnail")).await, 200);
    // Sent anywhere else it is not looked at, and it changes nothing.
    assert_eq!(with("/auth/me").await, 401);
    assert_eq!(with("/files").await, 404);
    for (method, path) in [(Method::DELETE, path.as_str()), (Method::POST, "/files")] {
        let request = browser.request(method, path).header("cookie", cookie);
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
    let forged = format!("{}x", &cookie[..cookie.len() - 1]);
    assert_eq!(browser.load(&path, &[("cookie", &forged)]).await.status, 401);
    // It ends with its session.
    let mut boris = browser.clone();
    boris.token = token;
    boris.post("/auth/logout", json!({})).await.expect(204);
    assert_eq!(with(&path).await, 401);
}
