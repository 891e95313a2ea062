//! Files that come with the client and are fetched when they are needed.

use gloo_net::http::Request;

/// The text of a file of the client; `None` when it cannot be had now.
pub async fn text(path: &str) -> Option<String> {
    let answer = Request::get(path).send().await.ok()?;
    if answer.ok() { answer.text().await.ok() } else { None }
}
