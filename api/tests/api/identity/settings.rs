//! Settings that are kept with the account.

use crate::support::TestApp;
use crate::support::bakery::Bakery;
use serde_json::{Value, json};

#[tokio::test]
async fn settings_are_kept_and_other_devices_follow() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let first = anna.get("/profile/me/settings").await.expect(200);
    let nothing =
        json!({"looks": null, "lang": null, "direct_from": "shared", "shows_online": true});
    assert_eq!(first, nothing);
    let mut phone = anna.socket().await;
    let patch = async |body: Value| anna.patch("/profile/me/settings", body).await;
    patch(json!({"looks": {"theme": "dark", "scheme": "teal"}, "lang": "uk"})).await.expect(200);
    patch(json!({"direct_from": "nobody"})).await.expect(200);
    patch(json!({"lang": null})).await.expect(200);
    let mut state = Value::Null;
    for _ in 0..3 {
        state = phone.frame("settings_updated").await["data"].clone();
    }
    let now = anna.get("/profile/me/settings").await.expect(200);
    assert_eq!(state, now);
    let looks = json!({
        "theme": "dark", "scheme": "teal", "size": "medium", "density": "comfortable",
        "motion": "system", "messages": "rows", "previews": "shown",
    });
    assert_eq!((&now["looks"], &now["lang"]), (&looks, &Value::Null));
    assert_eq!(now["direct_from"], "nobody");
    // Somebody else's are his own.
    let boris = app.user("boris").await;
    assert_eq!(boris.get("/profile/me/settings").await.expect(200), nothing);
}

#[tokio::test]
async fn what_is_no_setting_is_refused() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let patch = async |body: Value| anna.patch("/profile/me/settings", body).await;
    assert_eq!(patch(json!({"looks": {"theme": "pink"}})).await.problem(422), "invalid");
    assert_eq!(patch(json!({"looks": {"font": "x"}})).await.problem(400), "unknown_field");
    assert_eq!(patch(json!({"shows_mail": true})).await.problem(400), "unknown_field");
    assert_eq!(patch(json!({"lang": "fr"})).await.problem(422), "invalid");
    assert_eq!(patch(json!({"direct_from": "friends"})).await.problem(422), "invalid");
    app.stranger().get("/profile/me/settings").await.problem(401);
}

#[tokio::test]
async fn who_does_not_show_that_he_is_there_looks_offline() {
    let bakery = Bakery::open().await;
    let mut anna = bakery.anna.socket().await;
    let _boris = bakery.boris.socket().await;
    let is = |frame: &Value, status: &str| {
        frame["data"]["user_id"] == bakery.boris.id() && frame["data"]["status"] == status
    };
    anna.wait(|f| is(f, "online")).await;
    let hide = async |shows: bool| {
        let body = json!({"shows_online": shows});
        bakery.boris.patch("/profile/me/settings", body).await.expect(200);
    };
    hide(false).await;
    anna.wait(|f| is(f, "offline")).await;
    let people = format!("/spaces/{}/participants?status=online", bakery.space);
    assert!(!bakery.anna.get(&people).await.text.contains("boris"));
    // A new device does not betray him.
    let _phone = bakery.boris.socket().await;
    assert!(!anna.drain().await.iter().any(|f| is(f, "online")));
    hide(true).await;
    anna.wait(|f| is(f, "online")).await;
}

#[tokio::test]
async fn a_card_looks_as_its_person_chose() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let boris = app.user("boris").await;
    let path = format!("/profile/{}", anna.id());
    let unchosen = json!({"background": "banner", "frame": "none"});
    assert_eq!(boris.get(&path).await.expect(200)["card"], unchosen);
    let card = json!({"background": "ocean", "frame": "ring"});
    let me = anna.patch("/profile/me", json!({"card": card})).await.expect(200);
    assert_eq!(me["card"], card);
    assert_eq!(boris.get(&path).await.expect(200)["card"], card);
    let body = json!({"card": {"background": "url(x)"}});
    assert_eq!(anna.patch("/profile/me", body).await.problem(422), "invalid");
}
