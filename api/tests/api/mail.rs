//! Letters leave by SMTP, and are tried again when nobody takes them.

use crate::support::TestApp;
use crate::support::client::{PASSWORD, send};
use crate::support::mail::{Post, SmtpServer, code_in, run_jobs};
use diesel_async::SimpleAsyncConnection as _;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};

async fn retry_now(app: &TestApp) {
    let conn = &mut *app.app.conn().await.unwrap();
    conn.batch_execute("UPDATE jobs SET run_at = now()").await.unwrap();
    run_jobs(app).await;
}

#[tokio::test]
async fn a_letter_is_handed_to_the_mail_server() {
    let server = SmtpServer::start().await;
    let url = server.url();
    let settings = [("SMTP_URL", url.as_str()), ("SMTP_FROM", "The bakery <bread@example.org>")];
    let app = TestApp::with(&settings).await;
    let anna = app.user("anna").await;
    assert!(server.taken().is_empty(), "nothing is sent in the request");
    run_jobs(&app).await;
    let all = server.taken();
    let [letter] = &all[..] else { panic!("{all:#?}") };
    assert!(letter.starts_with("MAIL FROM:<bread@example.org>"), "{letter}");
    assert!(letter.contains("RCPT TO:<anna@example.org>"), "{letter}");
    assert!(letter.contains("From: \"The bakery\" <bread@example.org>"), "{letter}");
    assert!(letter.contains("Subject: Your code for The Space"), "{letter}");
    assert!(letter.contains("multipart/alternative"), "{letter}");
    let code = code_in(letter);
    assert_eq!(letter.matches(&code).count(), 2, "as text and as HTML");
    anna.post("/auth/verify-email", json!({"code": code})).await.expect(200);
    let log = anna.get("/notifications/deliveries").await.expect(200);
    assert_eq!(log["items"][0]["about"], "confirm_email");
    assert_eq!(log["items"][0]["channel"], "email");
    assert_eq!(log["items"][0]["sent"], true);
    let boris = app.user("boris").await;
    let log = boris.get("/notifications/deliveries").await.expect(200);
    assert_eq!(log["items"], json!([]), "everybody sees his own");
}

#[tokio::test]
async fn what_is_refused_or_unreachable_is_tried_again_as_the_same_letter() {
    let server = SmtpServer::start().await;
    let url = server.url();
    let app = TestApp::with(&[("SMTP_URL", url.as_str())]).await;
    let anna = app.user("anna").await;
    for (answer, word) in [("451 later", "put_off"), ("554 no", "refused")] {
        server.answer(answer);
        retry_now(&app).await;
        let log = anna.get("/notifications/deliveries").await.expect(200);
        assert_eq!(log["items"].as_array().unwrap().len(), 1, "one letter, however often");
        assert_eq!(
            (&log["items"][0]["sent"], &log["items"][0]["error"]),
            (&json!(false), &json!(word))
        );
    }
    server.answer("250 taken");
    retry_now(&app).await;
    assert_eq!(server.taken().len(), 1);
    let log = anna.get("/notifications/deliveries").await.expect(200);
    assert_eq!(log["items"][0]["sent"], true);
    assert!(log["items"][0].get("error").is_none());
}

#[tokio::test]
async fn without_anybody_listening_the_letter_waits() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", free.local_addr().unwrap());
    drop(free);
    let app = TestApp::with(&[("SMTP_URL", url.as_str())]).await;
    let anna = app.user("anna").await;
    run_jobs(&app).await;
    let log = anna.get("/notifications/deliveries").await.expect(200);
    assert_eq!(log["items"][0]["error"], "unreachable");
}

#[test]
fn an_unusable_mail_server_stops_the_start_without_telling_its_password() {
    let pairs = [("SMTP_URL", "pop3://user:hunter2@mail")];
    let config = api::config::Config::from_pairs(pairs).unwrap();
    let error = api::platform::mail::Mailer::new(&config).err().unwrap();
    assert!(format!("{error:#}").contains("SMTP_URL"));
    assert!(!format!("{error:#?}").contains("hunter2"));
}

/// `api mail --page`, the page for whoever runs a server without SMTP.
#[tokio::test]
async fn letters_in_the_data_folder_are_read_on_a_page_of_the_machine() {
    let post = Post::open().await;
    let mut anna = post.app.stranger();
    let body = json!({"nickname": "anna", "email": "anna@example.org", "password": PASSWORD});
    let register = anna.request(Method::POST, "/auth/register").header("accept-language", "uk");
    send(register.json(&body)).await.expect(201);
    post.letters().await;

    let mut page = tokio::process::Command::new(env!("CARGO_BIN_EXE_api"))
        .args(["mail", "--page"])
        .env("SPACE_DATA_DIR", post.folder().parent().unwrap())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut said = BufReader::new(page.stdout.take().unwrap()).lines();
    let line = said.next_line().await.unwrap().unwrap();
    let url = line.split_whitespace().last().unwrap();
    let get = async |url: &str| {
        let answer = reqwest::get(url).await.unwrap();
        (answer.status().as_u16(), answer.headers().clone(), answer.text().await.unwrap())
    };
    let (status, headers, list) = get(url).await;
    assert_eq!((status, headers["cache-control"].to_str().unwrap()), (200, "no-store"));
    assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert!(list.contains("anna@example.org") && list.contains("Ваш код для The Space"), "{list}");
    let name = list.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    let (status, _, letter) = get(&format!("{url}{name}")).await;
    assert_eq!(status, 200);
    anna.login("anna").await;
    anna.post("/auth/verify-email", json!({"code": code_in(&letter)})).await.expect(200);
    // Not for who has not read the terminal, and nothing but letters.
    let host = &url[..url.len() - 33];
    for (url, wanted) in [
        (host.to_owned(), 404),
        (format!("{host}{}/", "a".repeat(32)), 404),
        (format!("{url}..%2Fsecrets.json"), 404),
        (format!("{url}none.eml"), 404),
    ] {
        assert_eq!(get(&url).await.0, wanted, "{url}");
    }
}
