//! The socket's contract as AsyncAPI 3.0, made from the same types the socket speaks.

use serde_json::{Map, Value, json};
use shared::command::{Command, MAX_FRAME, SUBPROTOCOL};
use shared::error::Problem;
use shared::event::{Connected, Event, JoinedRoom, close};
use utoipa::{PartialSchema, ToSchema};

/// Events that are not kept and carry no `seq`.
const EPHEMERAL: &[&str] = &[
    "user_joined_room",
    "user_left_room",
    "typing",
    "chat_activity",
    "user_status_changed",
    "user_updated",
];

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let mut schemas = Map::new();
    collect::<Command>(&mut schemas);
    collect::<Event>(&mut schemas);
    collect::<Connected>(&mut schemas);
    collect::<JoinedRoom>(&mut schemas);
    collect::<Problem>(&mut schemas);
    let commands: Vec<_> = variants::<Command>().map(command).collect();
    let mut answers = vec![
        answer("connected", "The answer to `hello`.", reference("Connected"), false),
        answer("joined_room", "The answer to `join_room`.", reference("JoinedRoom"), true),
        answer("ack", "The command is done; what the REST route answers.", json!({}), true),
        error(),
    ];
    answers.extend(variants::<Event>().map(event));
    let messages: Map<String, Value> = commands.iter().chain(&answers).cloned().collect();
    let names = |list: &[(String, Value)]| -> Vec<Value> {
        list.iter()
            .map(|(name, _)| json!({"$ref": format!("#/channels/socket/messages/{name}")}))
            .collect()
    };
    let in_channel: Map<String, Value> = messages
        .keys()
        .map(|name| (name.clone(), json!({"$ref": format!("#/components/messages/{name}")})))
        .collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "The Space: live stream",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0"},
            "description": description(),
        },
        "defaultContentType": "application/json",
        "servers": {"this": {
            "host": "localhost:8080",
            "protocol": "ws",
            "description": "This server; wss behind TLS.",
        }},
        "channels": {"socket": {
            "address": "/api/v1/ws",
            "title": "The socket",
            "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
            "messages": in_channel,
        }},
        "operations": {
            "command": {
                "action": "receive",
                "channel": {"$ref": "#/channels/socket"},
                "summary": "What a client says.",
                "messages": names(&commands),
            },
            "tell": {
                "action": "send",
                "channel": {"$ref": "#/channels/socket"},
                "summary": "What the server says.",
                "messages": names(&answers),
            },
        },
        "components": {"messages": messages, "schemas": schemas},
    })
}

/// `GET /api/asyncapi.json`.
pub async fn serve() -> impl actix_web::Responder {
    crate::http::json::Json(document())
}

fn description() -> String {
    format!(
        "Subprotocol `{SUBPROTOCOL}`, text frames of at most {MAX_FRAME} bytes. The first frame is \
         `hello` with an access token, within 5 s. Durable events carry `seq`, per topic and without \
         holes: keep the last one of each topic and send them as `cursors` in `hello` (or `after_seq` \
         in `join_room`) to get what was missed; `recovered: false` means: fetch that state anew. \
         Close codes: {} shutting down, or another database took over (the reason holds `retry_ms`), {} too big, {} cannot serve now, {} bad frame, {} \
         token missing, invalid or expired, {} revoked, {} too slow, {} flooding.",
        close::SHUTTING_DOWN,
        close::TOO_BIG,
        close::BROKEN,
        close::BAD_FRAME,
        close::UNAUTHENTICATED,
        close::REVOKED,
        close::TOO_SLOW,
        close::FLOODING
    )
}

/// One variant of an adjacently tagged enum: its tag, its text and the schema of its data.
struct Variant {
    tag: String,
    summary: String,
    data: Value,
}

fn variants<T: PartialSchema>() -> impl Iterator<Item = Variant> {
    let schema = serde_json::to_value(T::schema()).unwrap_or_default();
    let list = schema["oneOf"].as_array().cloned().unwrap_or_default();
    list.into_iter().map(|variant| Variant {
        tag: variant["properties"]["type"]["enum"][0].as_str().unwrap_or_default().to_owned(),
        summary: variant["description"].as_str().unwrap_or_default().to_owned(),
        data: variant["properties"]["data"].clone(),
    })
}

fn command(variant: Variant) -> (String, Value) {
    let Variant { tag, summary, data } = variant;
    let payload = json!({
        "type": "object",
        "required": ["id", "type", "data"],
        "properties": {
            "id": {"type": "string", "minLength": 1, "maxLength": 64},
            "type": {"const": tag},
            "data": data,
        },
    });
    (format!("command_{tag}"), message(&tag, &summary, payload))
}

fn event(variant: Variant) -> (String, Value) {
    let Variant { tag, summary, data } = variant;
    let ephemeral = EPHEMERAL.contains(&tag.as_str());
    let mut required = vec!["type", "topic", "data", "at"];
    let mut properties = json!({
        "type": {"const": tag},
        "topic": {"type": "string", "pattern": "^(user|space|chat):[0-9a-f-]{36}$"},
        "data": data,
        "at": {"type": "string", "format": "date-time"},
    });
    if !ephemeral {
        required.push("seq");
        properties["seq"] = json!({"type": "integer", "format": "int64", "minimum": 1});
    }
    let payload = json!({"type": "object", "required": required, "properties": properties});
    let kind = if ephemeral { "Ephemeral." } else { "Durable." };
    (tag.clone(), message(&tag, format!("{kind} {summary}").trim(), payload))
}

fn answer(tag: &str, summary: &str, data: Value, has_id: bool) -> (String, Value) {
    let mut payload = json!({
        "type": "object",
        "required": ["type", "data"],
        "properties": {"type": {"const": tag}, "data": data},
    });
    if has_id {
        payload["required"] = json!(["type", "id", "data"]);
        payload["properties"]["id"] = json!({"type": "string"});
    }
    (tag.to_owned(), message(tag, summary, payload))
}

fn error() -> (String, Value) {
    let payload = json!({
        "type": "object",
        "required": ["type", "error"],
        "properties": {
            "type": {"const": "error"},
            "id": {"type": ["string", "null"]},
            "error": reference("Problem"),
        },
    });
    ("error".into(), message("error", "A command was refused.", payload))
}

fn message(name: &str, summary: &str, payload: Value) -> Value {
    let mut message = json!({"name": name, "payload": payload});
    if !summary.is_empty() {
        message["summary"] = json!(summary);
    }
    message
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The type's schema and all it refers to.
fn collect<T: ToSchema + PartialSchema>(into: &mut Map<String, Value>) {
    let mut found = Vec::new();
    T::schemas(&mut found);
    for (name, schema) in found {
        into.insert(name, serde_json::to_value(schema).unwrap_or_default());
    }
    into.insert(T::name().into_owned(), serde_json::to_value(T::schema()).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        fn walk(value: &Value, root: &Value) {
            match value {
                Value::Object(map) => {
                    if let Some(target) = map.get("$ref").and_then(Value::as_str) {
                        let found = root.pointer(target.trim_start_matches('#'));
                        assert!(found.is_some(), "{target}");
                    }
                    map.values().for_each(|value| walk(value, root));
                }
                Value::Array(list) => list.iter().for_each(|value| walk(value, root)),
                _ => {}
            }
        }
        let document = document();
        walk(&document, &document);
    }

    #[test]
    fn commands_and_events_are_all_there() {
        let document = document();
        let messages = document["components"]["messages"].as_object().unwrap();
        for name in ["command_hello", "command_join_room", "new_message", "error", "noop"] {
            assert!(messages.contains_key(name), "{name}");
        }
        assert!(messages.len() > 40);
    }
}
