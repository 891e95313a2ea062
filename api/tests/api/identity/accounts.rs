use crate::support::TestApp;
use crate::support::client::PASSWORD;
use serde_json::json;

#[tokio::test]
async fn who_registers_can_log_in_and_is_known() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let me = anna.get("/auth/me").await.expect(200);
    assert_eq!((&me["nickname"], &me["email"]), (&json!("anna"), &json!("anna@example.org")));
    let stranger = app.stranger();
    assert_eq!(stranger.get("/auth/me").await.problem(401), "unauthenticated");
    for login in ["ANNA", "Anna@Example.ORG"] {
        let body = json!({"login": login, "password": PASSWORD});
        stranger.post("/auth/login", body).await.expect(200);
    }
}
