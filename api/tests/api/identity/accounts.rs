//! Register, log in, change the password.

use crate::support::TestApp;
use crate::support::client::{Answer, PASSWORD, send};
use reqwest::Method;
use serde_json::{Value, json};

fn account(nickname: &str) -> Value {
    json!({"nickname": nickname, "email": format!("{nickname}@example.org"), "password": PASSWORD})
}

/// The pointer and code of the only invalid field.
fn invalid_field(answer: &Answer) -> (String, String) {
    assert_eq!(answer.problem(422), "invalid");
    let errors = answer.json()["errors"].take();
    assert_eq!(errors.as_array().unwrap().len(), 1, "{errors}");
    let text = |name: &str| errors[0][name].as_str().unwrap().to_owned();
    (text("pointer"), text("code"))
}

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

#[tokio::test]
async fn registering_answers_with_the_account_and_its_place() {
    let app = TestApp::start().await;
    let mut body = account("anna");
    body["display_name"] = json!("  Анна Ковальчук ");
    let answer = app.stranger().post("/auth/register", body).await;
    let me = answer.json();
    assert_eq!((answer.status, &me["display_name"]), (201, &json!("Анна Ковальчук")));
    let place = format!("/api/v1/profile/{}", me["id"].as_str().unwrap());
    assert_eq!(answer.headers["location"], place.as_str());
    assert!(!answer.text.contains("password"), "{}", answer.text);
}

#[tokio::test]
async fn nicknames_are_taken_in_any_case_and_by_look_alikes() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    stranger.post("/auth/register", account("paypal")).await.expect(201);
    for taken in ["PayPal", "paypa1", "PAYPAI"] {
        let answer = stranger.post("/auth/register", account(taken)).await;
        assert_eq!(answer.problem(409), "nickname_taken", "{taken}");
        let login = json!({"login": taken, "password": PASSWORD});
        let status = stranger.post("/auth/login", login).await.status;
        // Case does not matter to a login; a look-alike is somebody else.
        assert_eq!(status, if taken == "PayPal" { 200 } else { 401 }, "{taken}");
    }
    let mut body = account("somebody");
    body["email"] = json!("PAYPAL@example.org");
    assert_eq!(stranger.post("/auth/register", body).await.problem(409), "email_taken");
}

/// Hole 27: nothing of a password is cut off in silence.
#[tokio::test]
async fn what_cannot_be_an_account_is_refused_by_field() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    let long = "x1".repeat(37);
    for (field, value, code) in [
        ("nickname", json!("ab"), "too_short"),
        ("nickname", json!("12345"), "needs_letter"),
        ("nickname", json!("анна"), "bad_characters"),
        ("nickname", json!("Admin"), "reserved"),
        ("nickname", json!(7), "bad_format"),
        ("email", json!("anna"), "bad_email"),
        ("email", json!(""), "required"),
        ("password", json!("short"), "too_short"),
        ("password", json!(&long[..73]), "too_many_bytes"),
        ("password", json!("я".repeat(37)), "too_many_bytes"),
        ("password", json!("Password123"), "too_common"),
        ("password", json!("iloveyou"), "too_common"),
        ("password", json!("anna_anna"), "too_common"),
        ("password", json!("with a \0 zero"), "bad_characters"),
        ("display_name", json!("\u{200B}"), "invisible"),
    ] {
        let mut body = account("anna");
        body[field] = value.clone();
        let answer = stranger.post("/auth/register", body).await;
        let want = (format!("/{field}"), code.to_owned());
        assert_eq!(invalid_field(&answer), want, "{field}: {value}");
    }
    let mut body = account("anna");
    body["role"] = json!("admin");
    assert_eq!(stranger.post("/auth/register", body).await.problem(400), "unknown_field");
    let mut body = account("anna");
    body["password"] = json!(&long[..72]);
    stranger.post("/auth/register", body).await.expect(201);
    let login = |password: &str| json!({"login": "anna", "password": password});
    stranger.post("/auth/login", login(&long[..72])).await.expect(200);
    for wrong in [&long[..71], &long[..73]] {
        stranger.post("/auth/login", login(wrong)).await.problem(401);
    }
}

#[tokio::test]
async fn a_closed_house_makes_no_accounts() {
    let app = TestApp::with(&[("SPACE_REGISTRATION", "closed")]).await;
    let answer = app.stranger().post("/auth/register", account("anna")).await;
    assert_eq!(answer.problem(403), "registration_closed");
}

#[tokio::test]
async fn unknown_and_wrong_are_one_answer() {
    let app = TestApp::start().await;
    app.user("anna").await;
    let stranger = app.stranger();
    let mut answers = Vec::new();
    for (login, password) in [
        ("anna", "not her password"),
        ("nobody", "not his password"),
        ("nobody@example.org", PASSWORD),
        ("anna", ""),
        ("", ""),
    ] {
        let body = json!({"login": login, "password": password});
        let answer = stranger.post("/auth/login", body).await;
        assert_eq!(answer.problem(401), "wrong_credentials", "{login}");
        let mut problem = answer.json();
        problem["request_id"] = Value::Null;
        answers.push(problem);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

/// Time tells nothing either: whoever is asked for, it is the same statements and one comparison, as
/// dear as a real one. Counted, not measured, so that a busy machine proves nothing else.
#[tokio::test]
async fn unknown_and_wrong_cost_the_same() {
    let app = TestApp::start().await;
    app.user("anna").await;
    let stranger = app.stranger();
    let cost = async |login: &str, password: &str| {
        let before = app.app.identity.hasher.runs();
        let body = json!({"login": login, "password": password});
        let (answer, statements) = app.counting(stranger.post("/auth/login", body)).await;
        answer.problem(401);
        (statements, app.app.identity.hasher.runs() - before)
    };
    let wrong = cost("anna", "not her password").await;
    assert_eq!(wrong.1, 1);
    for (login, password) in [
        ("nobody", "not his password"),
        ("anna@example.org", "not her password"),
        ("nobody@example.org", "not his password"),
        ("nobody", &"x".repeat(100)),
        ("anna", &"x".repeat(100)),
    ] {
        assert_eq!(cost(login, password).await, wrong, "{login}");
    }
}

#[tokio::test]
async fn the_oauth2_form_logs_in_too() {
    let app = TestApp::start().await;
    app.user("anna").await;
    let stranger = app.stranger();
    let form = async |body: &str, kind: &str| {
        let request = stranger.request(Method::POST, "/auth/token").header("content-type", kind);
        send(request.body(body.to_owned())).await
    };
    let urlencoded = "application/x-www-form-urlencoded";
    let good = "grant_type=password&username=anna%40example.org&password=a+long+enough+secret";
    let tokens = form(good, urlencoded).await.expect(200);
    assert_eq!(tokens["token_type"], "bearer");
    let mut anna = app.stranger();
    anna.token = tokens["access_token"].as_str().unwrap().into();
    anna.get("/auth/me").await.expect(200);
    assert_eq!(form(good, "application/json").await.problem(415), "unsupported_media_type");
    for (body, status) in [
        ("username=anna&password=wrong", 401),
        ("username=anna&password=x&extra=1", 400),
        ("username=anna", 400),
        ("grant_type=client_credentials&username=anna&password=x", 422),
    ] {
        form(body, urlencoded).await.problem(status);
    }
}

/// Hole 26: a new password is as strong as a first one, and ends what the old one began.
#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_keeps_this_one() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let mut phone = anna.clone();
    phone.login("anna").await;
    let mut socket = phone.socket().await;
    let change = |old: &str, new: &str| json!({"old_password": old, "new_password": new});
    let change_to = async |old, new| anna.post("/auth/change-password", change(old, new)).await;

    assert_eq!(change_to("wrong", "another long secret").await.problem(403), "wrong_password");
    let answer = change_to(PASSWORD, "password123").await;
    assert_eq!(invalid_field(&answer), ("/new_password".into(), "too_common".into()));
    phone.get("/auth/me").await.expect(200);

    change_to(PASSWORD, "another long secret").await.expect(204);
    assert_eq!(phone.get("/auth/me").await.problem(401), "unauthenticated");
    assert_eq!(socket.closed().await, 4403);
    let body = json!({"refresh_token": phone.refresh_token});
    assert_eq!(phone.post("/auth/refresh", body).await.problem(401), "invalid_refresh_token");
    anna.get("/auth/me").await.expect(200);
    let login = |password: &str| json!({"login": "anna", "password": password});
    app.stranger().post("/auth/login", login(PASSWORD)).await.problem(401);
    app.stranger().post("/auth/login", login("another long secret")).await.expect(200);
}
