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
