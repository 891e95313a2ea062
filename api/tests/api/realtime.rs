//! The stream.

use crate::support::TestApp;
use crate::support::socket::Socket;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_socket_without_a_good_token_is_closed_with_4401() {
    let app = TestApp::start().await;
    let mut socket = Socket::open(app.address).await;
    socket.command("hello", serde_json::json!({"token": "nonsense"})).await;
    assert_eq!(socket.closed().await, 4401);
}

#[tokio::test]
async fn what_is_not_a_command_closes_with_4400() {
    let app = TestApp::start().await;
    for text in ["", "{", "[]", "null", "{\"id\":\"c1\"}"] {
        let mut socket = Socket::open(app.address).await;
        socket.text(text).await;
        assert_eq!(socket.closed().await, 4400, "{text}");
    }
    let mut socket = Socket::open(app.address).await;
    socket.send(Message::binary(vec![0, 1])).await;
    assert_eq!(socket.closed().await, 4400);
}

#[tokio::test]
async fn an_oversize_frame_closes_with_1009() {
    let app = TestApp::start().await;
    let mut socket = Socket::open(app.address).await;
    socket.send(Message::text("x".repeat(65_537))).await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn shutting_down_closes_every_socket_with_1001() {
    let mut app = TestApp::start().await;
    let mut silent = Socket::open(app.address).await;
    let mut anna = app.user("anna").await.socket().await;
    app.stop();
    assert_eq!(anna.closed().await, 1001);
    assert_eq!(silent.closed().await, 1001);
}
