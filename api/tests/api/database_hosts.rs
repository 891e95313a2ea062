//! A database that is told as several hosts.

use crate::support::database::fresh;
use api::platform::db::Db;
use api::platform::migrations::migrate;
use tokio::net::TcpListener;

/// Before the host of a URL one that takes connections and never says a word.
async fn behind_a_silent_one(url: &str) -> (String, TcpListener) {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (start, rest) = url.split_once('@').expect("a user in TEST_DATABASE_URL");
    (format!("{start}@{},{rest}", silent.local_addr().unwrap()), silent)
}

#[tokio::test]
async fn a_host_that_takes_connections_and_says_nothing_does_not_keep_from_the_next() {
    let (url, _silent) = behind_a_silent_one(&fresh().await).await;
    let db = Db::new(&url, 2).unwrap();
    assert!(db.speaks_english().await.unwrap());
    assert!(migrate(&url).await.unwrap().is_empty(), "a start, too");
}
