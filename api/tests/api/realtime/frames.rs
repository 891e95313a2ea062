//! What a socket must survive.

use crate::support::TestApp;
use crate::support::bakery::{Bakery, texts};
use crate::support::socket::Socket;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_socket_without_a_good_token_is_closed_with_4401() {
    let app = TestApp::start().await;
    let mut socket = Socket::open(app.address).await;
    socket.command("hello", json!({"token": "nonsense"})).await;
    assert_eq!(socket.closed().await, 4401);
    let mut socket = Socket::open(app.address).await;
    socket.command("heartbeat", json!({"active": true})).await;
    assert_eq!(socket.closed().await, 4401, "hello comes first");
}

#[tokio::test]
async fn hole_1_nobody_speaks_as_somebody_else() {
    let bakery = Bakery::open().await;
    let (anna, chat) = (bakery.anna.id(), &bakery.chat);
    let message = bakery.say(&bakery.anna, "said by anna").await["id"].clone();
    let mut socket = bakery.boris.socket().await;
    for (kind, data) in [
        ("send_message", json!({"chat_id": chat, "content": "forged", "nonce": "n1"})),
        ("edit_message", json!({"message_id": message, "content": "forged"})),
        ("delete_message", json!({"message_id": message})),
        ("add_reaction", json!({"message_id": message, "emoji": "👎"})),
        ("join_room", json!({"chat_id": chat})),
        ("leave_room", json!({"chat_id": chat})),
        ("typing", json!({"chat_id": chat})),
        ("mark_read", json!({"chat_id": chat, "seq": 1})),
        ("set_status", json!({"status": "dnd"})),
    ] {
        for field in ["user_id", "nickname", "author"] {
            let mut data = data.clone();
            data[field] = json!(anna);
            let code = socket.refused(kind, data).await;
            assert_eq!(code, "unknown_field", "{kind} with {field}");
        }
    }
    for kind in ["edit_message", "delete_message"] {
        let mut data = json!({"message_id": message});
        if kind == "edit_message" {
            data["content"] = json!("forged");
        }
        assert_eq!(socket.refused(kind, data).await, "forbidden", "{kind}");
    }
    let data = json!({"chat_id": chat, "content": "said by boris", "nonce": "n2"});
    let sent = socket.ask("send_message", data).await;
    assert_eq!(sent["author"]["nickname"], "boris");
    let page = bakery.anna.get(&format!("/messages/{chat}")).await.expect(200);
    assert_eq!(texts(&page), ["said by anna", "said by boris"]);
}

/// W6.
#[tokio::test]
async fn silence_before_hello_is_closed_with_4401() {
    let app = TestApp::start().await;
    let mut socket = Socket::open(app.address).await;
    assert_eq!(socket.closed().await, 4401);
}

/// W4.
#[tokio::test]
async fn what_is_not_a_command_closes_with_4400() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let deep = format!("{{\"id\":\"c\",\"type\":\"x\",\"data\":{}1}}", "[".repeat(30_000));
    for text in ["", "{", "[]", "null", "{\"id\":\"c1\"}", "{\"id\":5,\"type\":\"typing\"}", &deep]
    {
        let mut socket = Socket::open(app.address).await;
        socket.text(text).await;
        assert_eq!(socket.closed().await, 4400, "before hello: {text:.40}");
        let mut socket = anna.socket().await;
        socket.text(text).await;
        assert_eq!(socket.closed().await, 4400, "after hello: {text:.40}");
    }
    let mut socket = anna.socket().await;
    socket.send(Message::binary(vec![0, 1])).await;
    assert_eq!(socket.closed().await, 4400);
    let mut socket = anna.socket().await;
    socket.command("hello", json!({"token": anna.token})).await;
    assert_eq!(socket.closed().await, 4400, "hello comes once");
}

#[tokio::test]
async fn bad_data_is_an_answer_and_the_socket_lives() {
    let app = TestApp::start().await;
    let mut socket = app.user("anna").await.socket().await;
    for (kind, data, code) in [
        ("join_room", json!({}), "invalid"),
        ("join_room", json!({"chat_id": "x"}), "invalid"),
        ("join_room", json!({"chat_id": uuid::Uuid::nil()}), "not_found"),
        ("heartbeat", json!({"active": 1}), "invalid"),
        ("heartbeat", json!({"active": true, "more": 1}), "unknown_field"),
        ("mark_read", json!(null), "invalid"),
        ("reauthenticate", json!({"token": "x"}), "unauthenticated"),
        ("drop_table", json!({}), "unknown_command"),
    ] {
        assert_eq!(socket.refused(kind, data.clone()).await, code, "{kind} {data}");
    }
    socket.ask("heartbeat", json!({"active": true})).await;
}

/// W3; what is only declared: `wire`.
#[tokio::test]
async fn an_oversize_frame_closes_with_1009() {
    let app = TestApp::start().await;
    let mut socket = Socket::open(app.address).await;
    socket.send(Message::text("x".repeat(65_537))).await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn hole_28_pages_of_other_origins_get_no_socket() {
    let app = TestApp::start().await;
    let own = format!("http://{}", app.address);
    for (origin, status) in [
        (own.as_str(), 101),
        ("http://localhost:1", 403),
        ("null", 403),
        ("https://evil.example", 403),
        ("http://127.0.0.1", 403),
        ("http://127.0.0.1.evil.example", 403),
    ] {
        let request = reqwest::Client::new()
            .get(app.url("/ws"))
            .header("Origin", origin)
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(request.send().await.unwrap().status(), status, "{origin}");
    }
}

/// R14.
#[tokio::test]
async fn shutting_down_closes_every_socket_with_1001() {
    let mut app = TestApp::start().await;
    let mut silent = Socket::open(app.address).await;
    let mut anna = app.user("anna").await.socket().await;
    app.stop();
    assert_eq!(anna.closed().await, 1001);
    assert_eq!(silent.closed().await, 1001);
}
