//! Another nickname, another e-mail address.

use crate::support::TestApp;
use crate::support::bakery::Bakery;
use crate::support::client::PASSWORD;
use serde_json::{Value, json};

fn nickname(name: &str) -> Value {
    json!({"nickname": name, "password": PASSWORD})
}

#[tokio::test]
async fn a_nickname_changes_once_and_the_former_one_is_kept() {
    let bakery = Bakery::open().await;
    let (anna, boris) = (&bakery.anna, &bakery.boris);
    let (mut phone, mut hears) = (boris.socket().await, anna.socket().await);
    let me = boris.post("/auth/change-nickname", nickname("Baker_Boris")).await.expect(200);
    assert_eq!(me["nickname"], "Baker_Boris");
    assert_eq!(phone.frame("profile_updated").await["data"], me);
    let told = hears.frame("user_updated").await;
    assert_eq!(
        (&told["data"]["user"]["nickname"], &told["seq"]),
        (&json!("Baker_Boris"), &Value::Null)
    );
    let login = json!({"login": "baker_boris", "password": PASSWORD});
    bakery.app.stranger().post("/auth/login", login).await.expect(200);
    let former = json!({"login": "boris", "password": PASSWORD});
    bakery.app.stranger().post("/auth/login", former).await.problem(401);
    // Neither he again so soon, nor anybody who would be taken for him.
    let again = boris.post("/auth/change-nickname", nickname("boris")).await;
    assert_eq!(again.problem(409), "nickname_too_soon");
    let answer = anna.post("/auth/change-nickname", nickname("Boris")).await;
    assert_eq!(answer.problem(409), "nickname_taken");
    let body = json!({"nickname": "B0ris", "email": "b@example.org", "password": PASSWORD});
    let answer = bakery.app.stranger().post("/auth/register", body).await;
    assert_eq!(answer.problem(409), "nickname_taken");
    // Another case is no other name.
    boris.post("/auth/change-nickname", nickname("baker_boris")).await.expect(200);
}

/// Hole 26: what is secret never stands in an address.
#[tokio::test]
async fn what_cannot_be_a_nickname_is_refused() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    app.user("paypal").await;
    let change = async |name: &str| anna.post("/auth/change-nickname", nickname(name)).await;
    for name in ["", "ab", "12345", "админ", "admin", "deleted_1", "a b c"] {
        let answer = change(name).await;
        assert_eq!(answer.problem(422), "invalid", "{name}");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/nickname");
    }
    for taken in ["PayPal", "paypa1"] {
        assert_eq!(change(taken).await.problem(409), "nickname_taken", "{taken}");
    }
    let wrong = json!({"nickname": "hanna", "password": "not hers"});
    assert_eq!(anna.post("/auth/change-nickname", wrong).await.problem(403), "wrong_password");
    let secret = "/auth/change-nickname?password=x";
    assert_eq!(anna.post(secret, nickname("hanna")).await.problem(400), "unknown_field");
    assert_eq!(anna.get("/profile/me").await.expect(200)["nickname"], "anna");
}

#[tokio::test]
async fn two_people_cannot_pass_a_nickname_on_in_one_moment() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let others = [app.user("boris").await, app.user("clara").await, app.user("daria").await];
    let give_up = anna.post("/auth/change-nickname", nickname("hanna"));
    let take = others.iter().map(|who| who.post("/auth/change-nickname", nickname("anna")));
    let (given, taken) = tokio::join!(give_up, futures_util::future::join_all(take));
    given.expect(200);
    for answer in taken {
        assert_eq!(answer.problem(409), "nickname_taken");
    }
}

#[tokio::test]
async fn an_address_changes_with_the_password() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    app.user("boris").await;
    let change = async |email: &str, password: &str| {
        anna.post("/auth/change-email", json!({"email": email, "password": password})).await
    };
    assert_eq!(change("x@example.org", "not hers").await.problem(403), "wrong_password");
    assert_eq!(change("no address", PASSWORD).await.problem(422), "invalid");
    assert_eq!(change("BORIS@example.org", PASSWORD).await.problem(409), "email_taken");
    let state = change("anna.k@example.org", PASSWORD).await.expect(200);
    assert_eq!(state["pending"], "anna.k@example.org", "until its code is typed: see email.rs");
    let login = |login: &str| json!({"login": login, "password": PASSWORD});
    app.stranger().post("/auth/login", login("anna@example.org")).await.expect(200);
}
