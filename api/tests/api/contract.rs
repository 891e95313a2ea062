//! The committed contracts are what the code says; `api openapi` writes them.

use serde_json::Value;
use std::path::Path;

fn committed(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn openapi_json_is_up_to_date() {
    let now = serde_json::to_value(api::router::contract()).unwrap();
    assert!(committed("openapi.json") == now, "run `cargo run -p api -- openapi` and commit");
}

#[test]
fn asyncapi_json_is_up_to_date() {
    let now = api::asyncapi::document();
    assert!(committed("asyncapi.json") == now, "run `cargo run -p api -- openapi` and commit");
}

#[test]
fn every_operation_can_fail_and_says_how() {
    let document = serde_json::to_value(api::router::contract()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let described = operation["operationId"].is_string() && operation["tags"].is_array();
            assert!(described, "{method} {path}");
        }
    }
}

/// The guide for integrators names operations in backticks; those of the system before stand in the first
/// column of the last table.
#[test]
fn the_guide_names_operations_that_exist() {
    let guide = include_str!("../../../docs/api.md");
    let document = serde_json::to_value(api::router::contract()).unwrap();
    let (new, old) = guide.split_once("## Where the old routes went").unwrap();
    let now = old.lines().filter_map(|row| row.strip_prefix("| ")?.split(" | ").nth(1));
    let mut named = 0;
    for text in new.lines().chain(now) {
        for quoted in text.split('`').skip(1).step_by(2) {
            let Some((method, path)) = quoted.split_once(" /") else { continue };
            let operation = &document["paths"][format!("/api/v1/{path}")][method.to_lowercase()];
            assert!(operation.is_object(), "docs/api.md: no operation is `{quoted}`");
            named += 1;
        }
    }
    assert!(named > 25, "{named}");
}

/// Writes that say everything by their address.
const WITHOUT_BODY: [&str; 14] = [
    "post /auth/logout-all",
    "post /auth/resend-code",
    "post /chats/{chat_id}/typing",
    "post /invites/{code}/accept",
    "post /notifications/read-all",
    "post /notifications/unsubscribe/{link}",
    "post /notifications/{notification_id}/read",
    "post /spaces/{space_id}/assign-role/{user_id}/{role_id}",
    "post /spaces/{space_id}/join",
    "post /spaces/{space_id}/leave",
    "post /spaces/{space_id}/unban/{user_id}",
    "post /stickers/packs/{pack_id}/install",
    "put /messages/{message_id}/pin",
    "put /messages/{message_id}/thread/follow",
];

#[test]
fn every_other_write_describes_its_body() {
    let document = serde_json::to_value(api::router::contract()).unwrap();
    let mut without = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let writes = matches!(method.as_str(), "post" | "put" | "patch");
            if writes && operation["requestBody"].is_null() {
                without.push(format!("{method} {}", path.trim_start_matches("/api/v1")));
            }
        }
    }
    without.sort_unstable();
    assert_eq!(without, WITHOUT_BODY);
}
