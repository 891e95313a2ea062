//! An account has as many sockets as it may (battery W6, R10): those whose peers are gone give way.

use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::socket::{Heard, Socket};
use serde_json::json;

const THREE: [(&str, &str); 1] = [("SPACE_SOCKETS_PER_USER", "3")];

async fn hello(who: &Client) -> Socket {
    let mut socket = Socket::open(who.address).await;
    socket.command("hello", json!({"token": who.token})).await;
    socket
}

/// One that is not read answers no ping: to the server its peer is gone, and the connection is open.
#[tokio::test]
async fn who_is_gone_gives_way_the_oldest_first_and_nobody_else() {
    let app = TestApp::with(&THREE).await;
    let (anna, boris) = (app.user("anna").await, app.user("boris").await);
    let live = anna.socket().await.stay();
    let (mut oldest, mut second) = (anna.socket().await, anna.socket().await);
    let mut another = boris.socket().await;
    // The network is back, with as many tabs as before.
    let mut first_back = hello(&anna).await;
    first_back.frame("connected").await;
    assert_eq!(oldest.closed().await, 4408, "it may come back");
    let first_back = first_back.stay();
    // Only asking shows that the other one is gone, too: it is known by now.
    let mut second_back = hello(&anna).await;
    second_back.frame("connected").await;
    assert_eq!(second.closed().await, 4408);
    let second_back = second_back.stay();
    // All are there now.
    let refused = hello(&anna).await.hear().await;
    assert!(matches!(refused, Heard::Closed(4429)), "{refused:?}");
    for there in [live, first_back, second_back] {
        assert!(!there.is_finished(), "closed with {:?}", there.await);
    }
    another.ask("heartbeat", json!({"active": true})).await;
    assert_eq!(app.app.live.open_sockets(), 4);
}
