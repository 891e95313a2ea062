//! Letters in disguise: the same route by another spelling of its path.

use crate::support::bakery::Bakery;
use crate::support::client::send;
use crate::support::programs::{bot_of, program_of};
use reqwest::Method;
use serde_json::json;

/// `path` with the first letter of one of its segments encoded; every segment once. Parameters stay.
fn disguises(path: &str) -> Vec<String> {
    let segments: Vec<&str> = path.split('/').collect();
    let literal = |at: &usize| segments[*at].starts_with(|c: char| c.is_ascii_alphabetic());
    let disguise = |at: usize| {
        let mut other: Vec<String> = segments.iter().map(|part| (*part).to_owned()).collect();
        let first = other[at].remove(0);
        other[at].insert_str(0, &format!("%{:02x}", u32::from(first)));
        other.join("/")
    };
    (0..segments.len()).filter(literal).map(disguise).collect()
}

#[tokio::test]
async fn a_written_path_is_one_path() {
    let bakery = Bakery::open().await;
    let http = reqwest::Client::new();
    let reader = program_of(&bakery.anna, &["read"]).await;
    let contract = serde_json::to_value(api::router::contract()).unwrap();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (path, item) in contract["paths"].as_object().unwrap() {
        let filled =
            path.split('/')
                // An id begins with a digit: only what is literal is disguised.
                .map(|part| {
                    if part.starts_with('{') {
                        "00000000-0000-7000-8000-000000000000"
                    } else {
                        part
                    }
                })
                .collect::<Vec<_>>()
                .join("/");
        for disguise in disguises(&filled) {
            for method in item.as_object().unwrap().keys() {
                let method: Method = method.to_uppercase().parse().unwrap();
                let url = format!("http://{}{disguise}", reader.address);
                let request = http.request(method.clone(), url).bearer_auth(&reader.token);
                let answer = send(request).await;
                tried += 1;
                if answer.status != 404 || answer.json()["code"] != "not_found" {
                    wrong.push(format!("{method} {disguise}: {}", answer.status));
                }
            }
        }
    }
    assert!(tried > 300, "{tried}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_disguised_path_opens_nothing_that_the_plain_one_refuses() {
    let bakery = Bakery::open().await;
    let reader = program_of(&bakery.anna, &["read"]).await;
    for path in ["/profile/me/%65xport", "/%61uth/tokens", "/%61uth/sessions", "/%62ots"] {
        assert_eq!(reader.get(path).await.problem(404), "not_found", "{path}");
    }
    let (_, bot) = bot_of(&bakery.anna, "helper", &["read", "spaces:manage"]).await;
    let join = format!("/spaces/{}/%6aoin", bakery.space);
    assert_eq!(bot.post(&join, json!({})).await.problem(404), "not_found");
    // No answer with a secret in it is kept.
    let token = json!({"name": "x", "scopes": ["read"]});
    let request = bakery.anna.request(Method::POST, "/%61uth/tokens").json(&token);
    let answer = send(request.header("idempotency-key", "1")).await;
    assert_eq!(answer.problem(404), "not_found");
    assert_eq!(
        bakery.anna.get("/auth/tokens").await.expect(200)["items"].as_array().unwrap().len(),
        1
    );
    // What needs encoding may be encoded: an emoji, a blank.
    let message = bakery.say(&bakery.anna, "Hello").await;
    let id = message["id"].as_str().unwrap();
    let path = format!("/messages/{id}/reactions?emoji=%F0%9F%91%8D");
    assert_ne!(bakery.anna.get(&path).await.status, 404);
}
