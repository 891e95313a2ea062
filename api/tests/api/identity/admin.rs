//! `api admin`.

use crate::support::TestApp;
use crate::support::bakery::{Bakery, send};
use crate::support::binary::{Ran, Serving, api, run};
use crate::support::client::{Client, PASSWORD};
use crate::support::database;
use crate::support::programs::{bot_of, program_of};
use api::identity::admin::{create_user, reset_password};
use serde_json::json;
use shared::error::ErrorCode;
use std::time::{Duration, Instant};

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
    let program = program_of(&anna, &["read"]).await;
    let (_, bot) = bot_of(&anna, "helper", &["read"]).await;
    let mut socket = anna.socket().await;
    reset_password(&app.app, "anna@example.org", "another long secret").await.unwrap();
    assert_eq!(socket.closed().await, 4403);
    let renew = json!({"refresh_token": anna.refresh_token});
    anna.post("/auth/refresh", renew).await.problem(401);
    let login = |password: &str| json!({"login": "anna", "password": password});
    app.stranger().post("/auth/login", login(PASSWORD)).await.problem(401);
    app.stranger().post("/auth/login", login("another long secret")).await.expect(200);
    for who in [&anna, &program, &bot] {
        who.get("/auth/me").await.problem(401);
    }
    for nobody in ["nobody", "helper"] {
        let refused = reset_password(&app.app, nobody, "another long secret").await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotFound, "{nobody}");
    }
}

/// The command as an operator runs it, on this database.
async fn admin(database: &str, arguments: &[&str], input: &str) -> Ran {
    let data = tempfile::tempdir().unwrap();
    let arguments = [&["admin"], arguments].concat();
    let ran = run(&mut api(&arguments, data.path(), database), input).await;
    let password = input.lines().next().unwrap_or_default();
    assert!(password.is_empty() || !format!("{ran:?}").contains(password), "{ran:?}");
    ran
}

#[tokio::test]
async fn the_command_makes_accounts_and_says_why_it_does_not() {
    let app = TestApp::with(&[("SPACE_REGISTRATION", "closed")]).await;
    // Also from an editor of another system, and with more after it.
    let input = format!("{PASSWORD}\r\nnot a part of it\n");
    let create = ["create-user", "anna", "--email", "anna@example.org"];
    let said = admin(&app.database, &create, &input).await.done();
    assert!(said.starts_with("Made the account anna ("), "{said}");
    for login in ["anna", "anna@example.org"] {
        let body = json!({"login": login, "password": PASSWORD});
        app.stranger().post("/auth/login", body).await.expect(200);
    }
    let long = "x".repeat(73);
    for (arguments, input, words) in [
        (&["create-user", "boris"][..], "password1", "password: "),
        (&["create-user", "boris"], "short-1", "password: "),
        (&["create-user", "boris"], "boris-boris", "password: "),
        (&["create-user", "boris"], &long, "password: "),
        (&["create-user", "boris"], "", "no password came on standard input"),
        (&["create-user", "boris"], "\n", "the password is empty"),
        (&["create-user", "Anna"], PASSWORD, "nickname"),
        (&["create-user", "b s"], PASSWORD, "nickname: "),
        (&["create-user", "boris", "--email", "anna@example.org"], PASSWORD, "address"),
        (&["create-user", "boris", "--email", "nowhere"], PASSWORD, "email: "),
        (&["reset-password", "anna"], "password1", "password: "),
        (&["reset-password", "nobody"], PASSWORD, "there is no account `nobody`"),
    ] {
        let said = admin(&app.database, arguments, input).await.refused();
        assert!(said.contains(words) && !said.contains("WARN"), "{arguments:?}: {said}");
    }
    let boris = json!({"login": "boris", "password": PASSWORD});
    app.stranger().post("/auth/login", boris).await.problem(401);
    let anna = json!({"login": "anna", "password": PASSWORD});
    app.stranger().post("/auth/login", anna).await.expect(200);
}

/// The command is another process: it tells the server nothing but by the database.
#[tokio::test]
async fn the_command_resets_a_password_and_a_running_server_notices() {
    let Bakery { app, anna, boris, .. } = Bakery::open().await;
    let mut socket = anna.socket().await;
    let new = "another long secret";
    let said = admin(&app.database, &["reset-password", "ANNA"], &format!("{new}\n")).await.done();
    assert_eq!(said, "anna has the new password; all earlier logins are over.\n");
    let login = |password: &str| json!({"login": "anna", "password": password});
    app.stranger().post("/auth/login", login(PASSWORD)).await.problem(401);
    app.stranger().post("/auth/login", login(new)).await.expect(200);
    anna.post("/auth/refresh", json!({"refresh_token": anna.refresh_token})).await.problem(401);
    // What the server looked up a moment ago it believes for five seconds.
    let began = Instant::now();
    while anna.get("/auth/me").await.status == 200 {
        assert!(began.elapsed() < Duration::from_secs(10), "the old login still counts");
        tokio::task::yield_now().await;
    }
    anna.get("/auth/me").await.problem(401);
    // The next event about her shows that there was one before it.
    let direct = json!({"user_id": anna.id()});
    let chat = boris.post("/chats", direct).await.expect(201);
    send(&boris, chat["id"].as_str().unwrap(), "Are you there?").await.expect(201);
    assert_eq!(socket.closed().await, 4403);
}

/// Nobody says anything: the server looks by itself.
#[tokio::test]
async fn sockets_end_soon_after_the_command_also_where_nothing_happens() {
    let (data, url) = (tempfile::tempdir().unwrap(), database::fresh().await);
    let mut command = api(&["serve"], data.path(), &url);
    let server = Serving::start(command.env("SPACE_LISTEN", "127.0.0.1:0")).await;
    let anna = Client::register(server.address, "anna").await;
    let socket = anna.socket().await.stay();
    admin(&url, &["reset-password", "anna"], "another long secret").await.done();
    let end = tokio::time::timeout(Duration::from_secs(40), socket).await;
    assert_eq!(end.expect("it is open, and would hear what others say").unwrap(), 4403);
}
