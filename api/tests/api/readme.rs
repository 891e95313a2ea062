//! What the README says can be typed.

use crate::support::TestApp;
use crate::support::bakery::texts;
use serde_json::json;
use std::process::Command;

/// The lines of the block of shell below a heading.
fn block(heading: &str) -> &'static str {
    let readme = include_str!("../../../README.md");
    let part = readme.split(&format!("## {heading}\n")).nth(1).expect("the heading");
    part.split("```sh\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("a block of shell")
}

#[tokio::test]
async fn the_five_lines_of_curl_do_what_they_say() {
    let lines = block("In five lines of curl");
    assert_eq!(lines.lines().count(), 5);
    let app = TestApp::start().await;
    let here = format!("http://{}", app.address);
    let script = lines.replace("http://localhost:8080", &here);
    assert_ne!(script, lines, "the address of the server");
    let run = move || Command::new("bash").args(["-euo", "pipefail", "-c", &script]).output();
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");

    let mut anna = app.stranger();
    anna.login("anna").await;
    let spaces = anna.get("/spaces").await.expect(200);
    assert_eq!(spaces["items"][0]["name"], json!("Bakery"));
    let chat = spaces["items"][0]["default_chat_id"].as_str().unwrap();
    let page = anna.get(&format!("/messages/{chat}")).await.expect(200);
    assert_eq!(texts(&page), ["Fresh bread!"]);
}
