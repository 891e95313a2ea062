//! `api admin`.

use crate::support::TestApp;
use crate::support::client::PASSWORD;
use api::identity::admin::{create_user, reset_password};
use serde_json::json;
use shared::error::ErrorCode;

#[tokio::test]
async fn the_administrator_makes_accounts_in_a_closed_house() {
    let app = TestApp::with(&[("SPACE_REGISTRATION", "closed")]).await;
    create_user(&app.app, "anna", None, PASSWORD).await.unwrap();
    let taken = create_user(&app.app, "ANNA", None, PASSWORD).await.unwrap_err();
    assert_eq!(taken.code, ErrorCode::NicknameTaken);
    for (nickname, email, password) in [
        ("a b", None, PASSWORD),
        ("boris", Some("no address"), PASSWORD),
        ("boris", None, "password1"),
    ] {
        let refused = create_user(&app.app, nickname, email, password).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid, "{nickname}");
    }
    let body = json!({"login": "anna", "password": PASSWORD});
    app.stranger().post("/auth/login", body).await.expect(200);
}

#[tokio::test]
async fn a_reset_password_ends_every_session() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let mut socket = anna.socket().await;
    reset_password(&app.app, "anna@example.org", "another long secret").await.unwrap();
    assert_eq!(socket.closed().await, 4403);
    let renew = json!({"refresh_token": anna.refresh_token});
    anna.post("/auth/refresh", renew).await.problem(401);
    let login = |password: &str| json!({"login": "anna", "password": password});
    app.stranger().post("/auth/login", login(PASSWORD)).await.problem(401);
    app.stranger().post("/auth/login", login("another long secret")).await.expect(200);
    let nobody = reset_password(&app.app, "nobody", "another long secret").await.unwrap_err();
    assert_eq!(nobody.code, ErrorCode::NotFound);
}
