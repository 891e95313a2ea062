use super::*;
use crate::error::Problem;
use crate::ids::{ChatId, SpaceId};
use crate::permission::PermissionSet;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shape {
    Dot,
    Circle(f64),
    Line(i8, u64),
    Box { width: u16 },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
enum Tagged {
    None,
    Space(SpaceId),
    Both { a: bool },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Inside {
    One { n: i64 },
    Two,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Either {
    Number(i32),
    Word(String),
    List(Vec<Option<char>>),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Pair(u8, String);

#[derive(Debug, PartialEq, Deserialize)]
struct Whole {
    id: ChatId,
    #[serde(flatten)]
    inside: Inside,
    #[serde(default)]
    shapes: Vec<Shape>,
    tagged: Option<Tagged>,
    by_id: Option<HashMap<SpaceId, Option<i32>>>,
    by_shape: Option<BTreeMap<String, Value>>,
    #[serde(with = "crate::millis::option", default)]
    at: Option<crate::Timestamp>,
    either: Option<Either>,
    pair: Option<Pair>,
    may: Option<PermissionSet>,
    rest: Option<()>,
}

fn same<T: DeserializeOwned + Debug + PartialEq>(text: &str) {
    let theirs = serde_json::from_str::<T>(text).map_err(|_| Unreadable);
    assert_eq!(read::<T>(text), theirs, "{text}");
}

const ID: &str = "0190d5a0-0000-7000-8000-000000000001";

#[test]
fn reads_as_serde_json_does() {
    for more in [
        r#""type":"one","n":-7"#,
        r#""type":"two","unknown":[{"a":1}]"#,
        r#""type":"two","shapes":["dot",{"circle":1.5},{"circle":2},{"line":[-8,9]},{"box":{"width":3}}]"#,
        r#""type":"two","shapes":["dot",{"dot":null}]"#,
        r#""type":"two","shapes":[{"dot":1}]"#,
        r#""type":"two","shapes":["circle"]"#,
        r#""type":"two","shapes":[{"line":[300,9]}]"#,
        r#""type":"two","shapes":[{"line":[1]}]"#,
        r#""type":"two","shapes":[{"box":{"width":-3}}]"#,
        r#""type":"two","shapes":[{"box":{}}]"#,
        r#""type":"two","shapes":null"#,
        r#""type":"two","tagged":{"kind":"none"}"#,
        r#""type":"two","tagged":{"of":{"a":true},"kind":"both"}"#,
        r#""type":"two","tagged":{"kind":"space","of":"ID"}"#,
        r#""type":"two","tagged":{"kind":"space","of":"no id"}"#,
        r#""type":"two","tagged":{"kind":"other"}"#,
        r#""type":"two","by_id":{"ID":1}"#,
        r#""type":"two","by_id":{"ID":null}"#,
        r#""type":"two","by_id":{"ID":2147483648}"#,
        r#""type":"two","by_id":{"no id":1}"#,
        r#""type":"two","by_shape":{"a":{"b":[1,-1,1.5,null,true,"x"]}}"#,
        r#""type":"two","at":"2026-11-26T08:15:00.123Z""#,
        r#""type":"two","at":"2026-11-26T08:15:00+02:00""#,
        r#""type":"two","at":"yesterday""#,
        r#""type":"two","either":3"#,
        r#""type":"two","either":"three""#,
        r#""type":"two","either":["a",null]"#,
        r#""type":"two","either":true"#,
        r#""type":"two","pair":[1,"a"]"#,
        r#""type":"two","pair":[1]"#,
        r#""type":"two","may":["send_messages","view_chat"]"#,
        r#""type":"two","may":["fly"]"#,
        r#""type":"two","rest":null"#,
        r#""type":"two","rest":0"#,
        r#""type":"three""#,
        r#""type":"two","#,
    ] {
        same::<Whole>(&format!(r#"{{"id":"{ID}",{}}}"#, more.replace("ID", ID)));
    }
    same::<Whole>(r#"{"type":"two"}"#);
    for text in ["null", "1", "-1", "1.5", "18446744073709551615", "", "{", r#""\ud800""#, "[]"] {
        same::<()>(text);
        same::<i64>(text);
        same::<u64>(text);
        same::<f64>(text);
        same::<Vec<String>>(text);
        same::<Value>(text);
    }
    same::<Vec<Shape>>(r#"[{"dot":null,"circle":1}]"#);
}

#[test]
fn reads_the_problem_of_a_server() {
    let text = r#"{"type":"about:blank","title":"t","status":404,"code":"not_found","detail":"d","request_id":"r"}"#;
    assert_eq!(read::<Problem>(text), serde_json::from_str(text).map_err(|_| Unreadable));
}
