//! Requests that try to break the server rather than a rule.

use crate::support::TestApp;
use crate::support::bakery::Bakery;
use crate::support::client::send;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test]
async fn a_forged_cursor_is_refused_or_finds_nothing() {
    let bakery = Bakery::open().await;
    let anna = &bakery.anna;
    let member = bakery.role("member").await;
    let at = |path: &str| format!("/spaces/{}{path}", bakery.space);
    let id = "00000000-0000-7000-8000-000000000000";
    let times = ["-262000-01-01T00:00:00Z", "+262000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"];
    let numbers = [json!(i32::MIN), json!(i32::MAX), json!(i64::MIN), json!(i64::MAX), json!(-1)];
    let mut keys: Vec<Value> = Vec::new();
    for time in times {
        keys.extend([json!([time, id]), json!([time, "code"]), json!([0, time, id])]);
    }
    for number in numbers {
        keys.extend([
            json!([number, false, "", id]),
            json!([number, true, "~", id]),
            json!([number, id]),
            json!([number, "2026-01-01T00:00:00Z", id]),
            number,
        ]);
    }
    let lists = [
        "/notifications".to_owned(),
        "/notifications/deliveries".to_owned(),
        "/threads".to_owned(),
        "/spaces".to_owned(),
        "/spaces?directory=true".to_owned(),
        at("/participants"),
        at(&format!("/roles/{member}/members")),
        at("/invites"),
        at("/bans"),
        at("/restrictions"),
        at("/audit"),
        at("/reports"),
    ];
    for list in &lists {
        for key in &keys {
            let cursor = URL_SAFE_NO_PAD.encode(key.to_string());
            let sign = if list.contains('?') { '&' } else { '?' };
            let answer = anna.get(&format!("{list}{sign}cursor={cursor}")).await;
            assert!(answer.status < 500, "{list} {key}: {}", answer.text);
        }
    }
}

/// A body that comes a byte a second, and says neither how long it is nor that it is a file.
#[tokio::test]
async fn a_dribbled_body_ends_with_its_time() {
    let app = TestApp::with(&[("SPACE_REQUEST_SECONDS", "1")]).await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\n1\r\n{\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0_u8; 12];
    let read = stream.read_exact(&mut answer);
    tokio::time::timeout(Duration::from_secs(20), read).await.unwrap().unwrap();
    assert_eq!(std::str::from_utf8(&answer).unwrap(), "HTTP/1.1 503");
}

/// A chat is renamed in front of many sockets: they look together.
#[tokio::test]
async fn many_sockets_look_at_a_changed_chat_together() {
    let bakery = Bakery::open().await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(bakery.boris.socket().await);
    }
    let path = format!("/chats/{}", bakery.chat);
    let rename =
        |name: &str| send(bakery.anna.request(Method::PATCH, &path).json(&json!({"name": name})));
    let (_, alone) = bakery.app.counting(rename("one")).await;
    for socket in &mut sockets {
        socket.frame("chat_updated").await;
    }
    let all = async {
        rename("two").await.expect(200);
        for socket in &mut sockets {
            socket.frame("chat_updated").await;
        }
    };
    let ((), together) = bakery.app.counting(all).await;
    // Three queries a look, however many look; a slow machine may need several looks.
    assert!(together <= alone + 10, "{together} statements, {alone} of them the change");
}
