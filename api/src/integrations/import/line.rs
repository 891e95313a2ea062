//! One line of an export, and what it becomes.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use shared::chat::MAX_MESSAGE_CHARS;
use shared::error::FieldCode;
use shared::ids::{MessageId, SpaceId};
use shared::text::{self, Lang};
use shared::{markdown, validate};
use uuid::{Builder, Uuid};

/// The longest topic, in characters.
const MAX_TOPIC: usize = 250;
/// The longest id, so that a nonce with its prefix stays within 64 characters.
const MAX_ID: usize = 50;
/// How far back from the limit a text is searched for a good place to part.
const PARTING: usize = 2_000;

#[derive(Deserialize)]
struct Raw {
    id: RawId,
    channel: String,
    #[serde(default)]
    topic: String,
    author: String,
    sent_at: DateTime<Utc>,
    text: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawId {
    Number(u64),
    Text(String),
}

/// A message to store. A text longer than [`MAX_MESSAGE_CHARS`] becomes several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Counted from 1.
    pub line: i64,
    /// Counted from 1 within the line.
    pub part: i32,
    /// `import:<id>`, or `import/<part>:<id>` from the second part on.
    pub nonce: String,
    pub channel: String,
    /// Empty when there is none.
    pub topic: String,
    pub author: String,
    pub sent_at: DateTime<Utc>,
    pub content: String,
    /// Names after `@`, lower case.
    pub mentions: Vec<String>,
}

impl Entry {
    /// Reads a line.
    ///
    /// # Errors
    /// A sentence about what is wrong with it.
    pub fn read(line: i64, bytes: &[u8], now: DateTime<Utc>) -> Result<Vec<Self>, String> {
        let raw: Raw = serde_json::from_slice(bytes).map_err(|error| describe(&error))?;
        let (channel, topic, author) = (raw.channel.trim(), raw.topic.trim(), raw.author.trim());
        check("channel", validate::name(channel, 1, 80))?;
        check("author", validate::name(author, 1, 50))?;
        if !topic.is_empty() {
            check("topic", validate::name(topic, 1, MAX_TOPIC))?;
        }
        if raw.sent_at.timestamp_millis() < 0 || raw.sent_at > now + chrono::Duration::days(1) {
            return Err("`sent_at` is before 1970 or in the future".into());
        }
        let id = match raw.id {
            RawId::Number(number) => number.to_string(),
            RawId::Text(text) => text,
        };
        if id.is_empty() || id.len() > MAX_ID || !id.chars().all(|c| c.is_ascii_graphic()) {
            return Err(format!("`id` should be a number or 1-{MAX_ID} visible ASCII characters"));
        }
        let mut entries = Vec::with_capacity(1);
        for (part, content) in (1..).zip(parts(&raw.text)) {
            check("text", validate::message(content))?;
            entries.push(Self {
                line,
                part,
                nonce: if part == 1 {
                    format!("import:{id}")
                } else {
                    format!("import/{part}:{id}")
                },
                channel: channel.to_owned(),
                topic: topic.to_owned(),
                author: author.to_owned(),
                sent_at: raw.sent_at,
                content: content.to_owned(),
                mentions: markdown::mentions(content).iter().map(|n| n.to_lowercase()).collect(),
            });
        }
        Ok(entries)
    }

    /// The id the message gets: the same in every run, and in the order of time as all ids are.
    #[must_use]
    pub fn message_id(&self, space: SpaceId) -> MessageId {
        let millis = u64::try_from(self.sent_at.timestamp_millis()).unwrap_or_default();
        MessageId(lasting_id(
            millis,
            &[
                space.0.as_bytes(),
                self.channel.as_bytes(),
                self.author.as_bytes(),
                self.nonce.as_bytes(),
            ],
        ))
    }
}

/// A UUIDv7 of that moment whose random bits follow from `parts`.
#[must_use]
pub fn lasting_id(millis: u64, parts: &[&[u8]]) -> Uuid {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Pieces of at most [`MAX_MESSAGE_CHARS`], parted at the end of a line where there is one near.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((limit, _)) = rest.char_indices().nth(MAX_MESSAGE_CHARS) {
        let from = rest[..limit].char_indices().nth_back(PARTING).map_or(0, |(at, _)| at);
        let near = &rest[from..limit];
        let cut = near.rfind('\n').or_else(|| near.rfind(' ')).map_or(limit, |at| from + at + 1);
        parts.push(&rest[..cut]);
        rest = &rest[cut..];
    }
    if parts.is_empty() || !rest.trim().is_empty() {
        parts.push(rest);
    }
    parts
}

fn check(field: &str, outcome: Result<(), FieldCode>) -> Result<(), String> {
    outcome.map_err(|code| {
        format!("`{field}`: {}", text::named(Lang::En, &format!("field.{}", code.key())))
    })
}

/// The parser's words without a position: it would count within the line.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    if error.is_data() { text.to_owned() } else { format!("not JSON ({text})") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(value: &Value) -> Result<Vec<Entry>, String> {
        Entry::read(7, value.to_string().as_bytes(), Utc::now())
    }

    fn line() -> Value {
        json!({
            "id": 5, "channel": " rye ", "topic": "Starter", "author": "Ганна Коваль",
            "sent_at": "2026-01-02T03:04:05Z", "text": "Ask @Petro and @petro.",
        })
    }

    #[test]
    fn a_line_becomes_an_entry() {
        let entries = read(&line()).unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].nonce, "import:5");
        assert_eq!(entries[0].channel, "rye");
        assert_eq!(entries[0].mentions, ["petro"]);
    }

    #[test]
    fn bad_lines_say_what_is_wrong() {
        for (pointer, value, words) in [
            ("/id", json!("with space"), "`id`"),
            ("/id", json!("x".repeat(51)), "`id`"),
            ("/channel", json!(" "), "`channel`"),
            ("/author", json!("x".repeat(51)), "`author`"),
            ("/sent_at", json!("yesterday"), "input"),
            ("/sent_at", json!("2999-01-01T00:00:00Z"), "`sent_at`"),
            ("/sent_at", json!("1969-01-01T00:00:00Z"), "`sent_at`"),
            ("/text", json!("\u{0}"), "`text`"),
            ("/text", json!(" \n "), "`text`"),
            ("/text", json!(5), "string"),
        ] {
            let mut line = line();
            *line.pointer_mut(pointer).unwrap() = value.clone();
            let error = read(&line).unwrap_err();
            assert!(error.contains(words), "{pointer} {value}: {error}");
        }
        for bytes in [&b"{"[..], b"", b"[]", b"\xff", b"{\"id\": 5}"] {
            assert!(Entry::read(1, bytes, Utc::now()).is_err());
        }
    }

    #[test]
    fn a_long_text_becomes_parts_without_loss() {
        let mut line = line();
        for text in ["я".repeat(25_000), "a b\n".repeat(6_000), "x".repeat(10_000) + "\n"] {
            line["text"] = json!(text);
            let entries = read(&line).unwrap();
            let whole: String = entries.iter().map(|e| e.content.as_str()).collect();
            assert_eq!(whole.trim_end(), text.trim_end());
            assert!(entries.iter().all(|e| e.content.chars().count() <= MAX_MESSAGE_CHARS));
            let nonces: std::collections::HashSet<_> = entries.iter().map(|e| &e.nonce).collect();
            assert_eq!(nonces.len(), entries.len());
        }
    }

    #[test]
    fn ids_are_lasting_and_ordered() {
        let space = SpaceId::new();
        let entry = read(&line()).unwrap().remove(0);
        assert_eq!(entry.message_id(space), entry.message_id(space));
        assert_ne!(entry.message_id(space), entry.message_id(SpaceId::new()));
        let later =
            Entry { sent_at: entry.sent_at + chrono::Duration::milliseconds(1), ..entry.clone() };
        assert!(entry.message_id(space) < later.message_id(space));
        assert_eq!(entry.message_id(space).0.get_version_num(), 7);
    }
}
