//! Who knows the old password while it is changed.

use crate::support::TestApp;
use crate::support::client::{Answer, Client, PASSWORD};
use crate::support::database::waiting;
use diesel_async::SimpleAsyncConnection as _;
use serde_json::json;

const NEW: &str = "another secret, long enough";

/// Holds a request back that has verified the old password, lets the owner's new one be stored
/// meanwhile, and returns what the request was answered.
async fn overtaken(app: &TestApp, who: &Client, request: impl Future<Output = Answer>) -> Answer {
    let mut owner = app.app.conn().await.unwrap();
    let lock = format!("BEGIN; SELECT FROM users WHERE id = '{}' FOR UPDATE", who.id());
    owner.batch_execute(&lock).await.unwrap();
    let change = async {
        waiting(app, 1).await;
        let hash = app.app.identity.hasher.hash(NEW.to_owned()).await.unwrap();
        let sql = format!("UPDATE users SET password_hash = '{hash}' WHERE id = '{}'", who.id());
        owner.batch_execute(&format!("{sql}; COMMIT")).await.unwrap();
    };
    tokio::join!(request, change).0
}

#[tokio::test]
async fn the_old_password_opens_nothing_from_its_change_on() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let thief = app.stranger();
    let login = json!({"login": "anna", "password": PASSWORD});
    let answer = overtaken(&app, &anna, thief.post("/auth/login", login)).await;
    assert_eq!(answer.problem(401), "wrong_credentials");
    let sessions = anna.get("/auth/sessions").await.expect(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_old_password_changes_nothing_from_its_change_on() {
    for (path, body) in [
        (
            "/auth/change-password",
            json!({"old_password": PASSWORD, "new_password": "the thief's own one"}),
        ),
        ("/auth/change-nickname", json!({"nickname": "hanna", "password": PASSWORD})),
        ("/auth/change-email", json!({"email": "thief@example.org", "password": PASSWORD})),
        ("/profile/me/deletion", json!({"confirm": "anna", "password": PASSWORD})),
    ] {
        let app = TestApp::start().await;
        let anna = app.user("anna").await;
        let mut thief = anna.clone();
        thief.login("anna").await;
        let answer = overtaken(&app, &anna, thief.post(path, body)).await;
        assert_eq!(answer.problem(403), "wrong_password", "{path}");
        // Neither is she thrown out, nor does anything else count.
        anna.get("/auth/me").await.expect(200);
        let login = json!({"login": "anna", "password": NEW});
        app.stranger().post("/auth/login", login).await.expect(200);
    }
}
