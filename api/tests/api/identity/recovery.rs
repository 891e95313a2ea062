//! A forgotten password. (Hole 26: secrets never travel in query strings, a new password ends the
//! other sessions, and there is a way back into an account.)

use crate::support::client::{Client, PASSWORD};
use crate::support::mail::{Post, after, run_jobs};
use serde_json::{Value, json};

const NEW: &str = "another long secret";

async fn forget(who: &Client, login: &str) {
    who.post("/auth/forgot-password", json!({"login": login})).await.expect(204);
}

fn reset(token: &str, password: &str) -> Value {
    json!({"token": token, "new_password": password})
}

fn login(password: &str) -> Value {
    json!({"login": "anna", "password": password})
}

#[tokio::test]
async fn hole_26_a_link_sets_a_new_password_once_and_ends_every_session() {
    let post = Post::open().await;
    let anna = post.app.user("anna").await;
    let mut socket = anna.socket().await;
    let nobody = post.app.stranger();
    forget(&nobody, " ANNA@example.org ").await;
    let letter = post.letter_to("anna@example.org").await;
    let token = after(&letter, "/reset#");
    assert!(!letter.contains("?token"), "after # it is in no log");
    let weak = nobody.post("/auth/reset-password", reset(&token, "password1")).await;
    assert_eq!(weak.problem(422), "invalid", "the link stays good");
    nobody.post("/auth/reset-password", reset(&token, NEW)).await.expect(204);
    let again = nobody.post("/auth/reset-password", reset(&token, NEW)).await;
    assert_eq!(again.problem(422), "bad_reset_link");
    assert_eq!(anna.get("/auth/me").await.problem(401), "unauthenticated");
    assert_eq!(socket.closed().await, 4403);
    assert_eq!(nobody.post("/auth/login", login(PASSWORD)).await.problem(401), "wrong_credentials");
    nobody.post("/auth/login", login(NEW)).await.expect(200);
    let told = post.letter_to("anna@example.org").await;
    assert!(told.contains("Subject: Your password was changed"), "{told}");
    // Whoever has the letter has the address.
    let mut anna = anna.clone();
    anna.token = nobody.post("/auth/login", login(NEW)).await.json()["access_token"]
        .as_str()
        .unwrap()
        .into();
    assert_eq!(anna.get("/auth/email").await.expect(200)["verified"], true);
}

#[tokio::test]
async fn nobody_learns_whether_a_login_is_somebodys() {
    let post = Post::open().await;
    post.app.user("anna").await;
    post.letters().await;
    let nobody = post.app.stranger();
    let (_, known) = post.app.counting(forget(&nobody, "anna")).await;
    let (_, unknown) = post.app.counting(forget(&nobody, "nobody@example.org")).await;
    assert_eq!(known, unknown, "the same work, so the same time");
    let before = post.letters().await.len();
    assert_eq!(before, 2, "a code and a link, and nothing for nobody");
    let empty = nobody.post("/auth/forgot-password", json!({"login": ""})).await;
    assert_eq!(empty.problem(422), "invalid");
}

#[tokio::test]
async fn a_link_ends_with_time_with_the_next_one_and_with_the_address() {
    use diesel_async::SimpleAsyncConnection as _;
    let post = Post::open().await;
    post.app.user("anna").await;
    let nobody = post.app.stranger();
    forget(&nobody, "anna").await;
    let first = after(&post.letter_to("anna@example.org").await, "/reset#");
    forget(&nobody, "anna").await;
    let second = after(&post.letter_to("anna@example.org").await, "/reset#");
    assert_ne!(first, second);
    for bad in [first.as_str(), "", "x", &second[1..]] {
        let answer = nobody.post("/auth/reset-password", reset(bad, NEW)).await;
        assert_eq!(answer.problem(422), "bad_reset_link");
    }
    let conn = &mut *post.app.app.conn().await.unwrap();
    conn.batch_execute("UPDATE password_resets SET expires_at = now()").await.unwrap();
    let late = nobody.post("/auth/reset-password", reset(&second, NEW)).await;
    assert_eq!(late.problem(422), "bad_reset_link");
}

#[tokio::test]
async fn of_two_at_once_one_wins() {
    let post = Post::open().await;
    post.app.user("anna").await;
    let nobody = post.app.stranger();
    forget(&nobody, "anna").await;
    let token = after(&post.letter_to("anna@example.org").await, "/reset#");
    let (a, b) = tokio::join!(
        nobody.post("/auth/reset-password", reset(&token, NEW)),
        nobody.post("/auth/reset-password", reset(&token, "a third long secret")),
    );
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 422]);
}

#[tokio::test]
async fn asking_is_throttled_alike_for_all_names() {
    let post = Post::with(&[("SPACE_LIMIT_FACTOR", "1")]).await;
    post.app.user("anna").await;
    let nobody = post.app.stranger();
    for name in ["anna", "nobody"] {
        let mut statuses = Vec::new();
        for _ in 0..4 {
            statuses
                .push(nobody.post("/auth/forgot-password", json!({"login": name})).await.status);
        }
        assert_eq!(statuses, [204, 204, 204, 429], "{name}");
    }
}

#[tokio::test]
async fn letters_are_private_files_in_the_readers_language() {
    use std::os::unix::fs::PermissionsExt as _;
    let post = Post::open().await;
    post.app.user("anna").await;
    let request = post.app.stranger().request(reqwest::Method::POST, "/auth/forgot-password");
    let request = request.header("accept-language", "uk").json(&json!({"login": "anna"}));
    crate::support::client::send(request).await.expect(204);
    run_jobs(&post.app).await;
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&post.folder()), 0o700);
    let all: Vec<_> =
        std::fs::read_dir(post.folder()).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|path| mode(path) == 0o600));
    for (who, lang) in [("anna", "uk"), ("boris", "ru"), ("vera", "en")] {
        if who != "anna" {
            post.app.user(who).await;
            let request =
                post.app.stranger().request(reqwest::Method::POST, "/auth/forgot-password");
            let request = request.header("accept-language", lang).json(&json!({"login": who}));
            crate::support::client::send(request).await.expect(204);
        }
        let page = post.page_to(&format!("{who}@example.org")).await;
        assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{page}");
    }
}

#[tokio::test]
async fn a_link_opens_nothing_of_an_account_that_ended() {
    let post = Post::open().await;
    let anna = post.app.user("anna").await;
    let confirm = json!({"password": PASSWORD, "confirm": "anna"});
    anna.post("/profile/me/deletion", confirm).await.expect(200);
    let nobody = post.app.stranger();
    forget(&nobody, "anna").await;
    let token = after(&post.letter_to("anna@example.org").await, "/reset#");
    let late = chrono::Utc::now() + chrono::Duration::days(8);
    assert_eq!(api::people::deletion::end_due(&post.app.app, late).await.unwrap(), 1);
    let answer = nobody.post("/auth/reset-password", reset(&token, NEW)).await;
    assert_eq!(answer.problem(422), "bad_reset_link");
}
