//! Addresses are confirmed by a code, and change only with one.

use crate::support::client::{Client, PASSWORD};
use crate::support::mail::{Post, code_in, run_jobs};
use serde_json::{Value, json};

async fn state(who: &Client) -> Value {
    who.get("/auth/email").await.expect(200)
}

async fn verify(who: &Client, code: &str) -> crate::support::client::Answer {
    who.post("/auth/verify-email", json!({"code": code})).await
}

fn change(email: &str) -> Value {
    json!({"email": email, "password": PASSWORD})
}

fn other_than(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

#[tokio::test]
async fn a_new_account_is_confirmed_by_the_code_of_its_letter() {
    let post = Post::open().await;
    let anna = post.app.user("anna").await;
    let open = json!({"email": "anna@example.org", "verified": false, "pending": null});
    assert_eq!(state(&anna).await, open);
    let mut socket = anna.socket().await;
    let code = code_in(&post.letter_to("anna@example.org").await);
    assert_eq!(verify(&anna, other_than(&code)).await.problem(422), "wrong_code");
    let boris = post.app.user("boris").await;
    assert_eq!(verify(&boris, &code).await.problem(422), "wrong_code");
    let done = verify(&anna, &format!(" {code} ")).await.expect(200);
    assert_eq!(done["verified"], true);
    assert_eq!(socket.frame("email_changed").await["data"], done);
    assert_eq!(state(&anna).await, done);
    assert_eq!(verify(&anna, &code).await.problem(422), "wrong_code", "it is used up");
    anna.post("/auth/resend-code", json!({})).await.expect(204);
    let before = post.letters().await.len();
    assert_eq!(before, 2, "there is nothing to confirm");
    let nobody = post.app.stranger();
    assert_eq!(verify(&nobody, &code).await.problem(401), "unauthenticated");
}

#[tokio::test]
async fn a_code_is_not_guessed() {
    use diesel_async::SimpleAsyncConnection as _;
    let post = Post::open().await;
    let anna = post.app.user("anna").await;
    let code = code_in(&post.letter_to("anna@example.org").await);
    for _ in 0..5 {
        assert_eq!(verify(&anna, other_than(&code)).await.problem(422), "wrong_code");
    }
    assert_eq!(
        verify(&anna, &code).await.problem(422),
        "wrong_code",
        "five tries, also wrong ones"
    );
    anna.post("/auth/resend-code", json!({})).await.expect(204);
    anna.post("/auth/resend-code", json!({})).await.expect(204);
    let code = code_in(&post.letter_to("anna@example.org").await);
    assert_eq!(post.letters().await.len(), 2, "two wishes that wait are one letter");
    let conn = &mut *post.app.app.conn().await.unwrap();
    conn.batch_execute("UPDATE email_codes SET expires_at = now()").await.unwrap();
    assert_eq!(verify(&anna, &code).await.problem(422), "wrong_code", "an hour later");
}

#[tokio::test]
async fn another_address_counts_once_its_code_was_typed() {
    let post = Post::open().await;
    let anna = post.app.user("anna").await;
    let first = code_in(&post.letter_to("anna@example.org").await);
    let wrong = json!({"email": "new@example.org", "password": "a wrong guess"});
    assert_eq!(anna.post("/auth/change-email", wrong).await.problem(403), "wrong_password");
    for (email, status, code) in [
        ("new", 422, "invalid"),
        ("ANNA@example.org", 422, "invalid"),
        ("boris@example.org", 409, "email_taken"),
    ] {
        if status == 409 {
            post.app.user("boris").await;
        }
        let answer = anna.post("/auth/change-email", change(email)).await;
        assert_eq!(answer.problem(status), code, "{email}");
    }
    let mut socket = anna.socket().await;
    let waits = anna.post("/auth/change-email", change("new@example.org")).await.expect(200);
    assert_eq!(waits["email"], "anna@example.org");
    assert_eq!(waits["pending"], "new@example.org");
    assert_eq!(verify(&anna, &first).await.problem(422), "wrong_code", "that was for the old one");
    let code = code_in(&post.letter_to("new@example.org").await);
    let done = verify(&anna, &code).await.expect(200);
    assert_eq!(done, json!({"email": "new@example.org", "verified": true, "pending": null}));
    assert_eq!(socket.frame("profile_updated").await["data"]["email"], "new@example.org");
    let told = post.letter_to("anna@example.org").await;
    assert!(told.contains("Subject: Your e-mail address was changed"), "{told}");
    let by = |login: &str| json!({"login": login, "password": PASSWORD});
    let nobody = post.app.stranger();
    nobody.post("/auth/login", by("new@example.org")).await.expect(200);
    nobody.post("/auth/login", by("anna@example.org")).await.problem(401);
}

#[tokio::test]
async fn who_confirms_first_has_the_address_and_one_may_stay_with_the_old() {
    let post = Post::open().await;
    let anna = post.app.user("anna").await;
    let boris = post.app.user("boris").await;
    run_jobs(&post.app).await;
    anna.post("/auth/change-email", change("shared@example.org")).await.expect(200);
    let of_anna = code_in(&post.letter_to("shared@example.org").await);
    boris.post("/auth/change-email", change("shared@example.org")).await.expect(200);
    let of_boris = code_in(&post.letter_to("shared@example.org").await);
    verify(&anna, &of_anna).await.expect(200);
    assert_eq!(verify(&boris, &of_boris).await.problem(409), "email_taken");
    boris.delete("/auth/change-email").await.expect(204);
    boris.delete("/auth/change-email").await.expect(204);
    assert_eq!(state(&boris).await["pending"], Value::Null);
    assert_eq!(verify(&boris, &of_boris).await.problem(422), "wrong_code");
}
