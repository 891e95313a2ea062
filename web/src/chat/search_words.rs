//! What is typed into a search, taken apart: `from:@nick in:#chat has:link before:2026-01-01` and the
//! words themselves. Pure.

use chrono::{Days, NaiveDate};
use shared::ids::ChatId;

/// The filters that can be typed, with an example of each; the value may be empty.
pub const FILTERS: [&str; 13] = [
    "from:@",
    "in:#",
    "has:file",
    "has:image",
    "has:video",
    "has:audio",
    "has:link",
    "has:reaction",
    "is:pinned",
    "is:thread",
    "mentions:me",
    "before:",
    "after:",
];

/// The filters and what each is for, as texts of `conversation.filter_…`.
pub const HINTS: [(&str, &str); 7] = [
    ("from:@anna", "from"),
    ("in:#general", "in"),
    ("has:file", "has"),
    ("before:2026-11-30", "before"),
    ("after:2026-11-01", "after"),
    ("is:pinned", "is"),
    ("mentions:me", "mentions"),
];

/// What may follow `has:` and `is:`.
const HAS: [&str; 8] =
    ["file", "image", "video", "audio", "document", "sticker", "link", "reaction"];
const IS: [&str; 3] = ["pinned", "thread", "edited"];

/// The values that begin so; of `before` and `after` days back from `today`.
#[must_use]
pub fn values(filter: &str, begun: &str, today: NaiveDate) -> Vec<String> {
    let fixed = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let all: Vec<String> = match filter {
        "has" => fixed(&HAS),
        "is" => fixed(&IS),
        _ => [0, 7, 30, 365]
            .iter()
            .filter_map(|days| today.checked_sub_days(Days::new(*days)))
            .map(|day| day.to_string())
            .collect(),
    };
    let fits = all.into_iter().filter(|value| value.starts_with(begun));
    fits.map(|value| format!("{filter}:{value}")).collect()
}

/// A search as the server takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// What is left without the filters.
    pub text: String,
    pub from: Option<String>,
    pub chat: Option<ChatId>,
    pub has: Vec<String>,
    pub is: Vec<String>,
    pub mentions: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
    /// `in:` names no chat that is known.
    pub unknown_chat: Option<String>,
}

impl Words {
    /// Whether there is enough to search for.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        let is_narrowed = self.from.is_some()
            || !self.has.is_empty()
            || !self.is.is_empty()
            || self.mentions.is_some()
            || self.before.is_some()
            || self.after.is_some();
        self.unknown_chat.is_none() && (self.text.chars().count() > 1 || is_narrowed)
    }
}

/// Takes the typed text apart; `chat_named` finds a chat.
pub fn parse(typed: &str, chat_named: impl Fn(&str) -> Option<ChatId>) -> Words {
    let mut words = Words::default();
    let mut rest = Vec::new();
    for token in tokens(typed) {
        let filter = token.split_once(':').filter(|(_, value)| !value.is_empty());
        let Some((name, value)) = filter else {
            rest.push(token);
            continue;
        };
        let value_of = |value: &str| value.trim_matches('"').to_owned();
        match name {
            "from" => words.from = Some(value_of(value.trim_start_matches('@'))),
            "in" => {
                let name = value_of(value.trim_start_matches('#'));
                words.chat = chat_named(&name);
                words.unknown_chat = words.chat.is_none().then_some(name);
            }
            "has" => words.has.push(value_of(value)),
            "is" => words.is.push(value_of(value)),
            "mentions" => words.mentions = Some(value_of(value)),
            "before" => words.before = Some(value_of(value)),
            "after" => words.after = Some(value_of(value)),
            _ => rest.push(token),
        }
    }
    // A half-typed filter is not a word yet.
    rest.retain(|token| {
        !matches!(*token, "from:" | "in:" | "has:" | "is:" | "mentions:" | "before:" | "after:")
    });
    words.text = rest.join(" ");
    words
}

/// Words and phrases; a quoted part keeps its spaces.
fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut is_quoted) = (None, false);
    for (at, c) in text.char_indices() {
        if c == '"' {
            is_quoted = !is_quoted;
        }
        if c.is_whitespace() && !is_quoted {
            if let Some(from) = start.take() {
                found.push(&text[from..at]);
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    found.extend(start.map(|from| &text[from..]));
    found
}

/// The beginning of a value that is being typed at the end: after `from:`, `in:`, `has:` and others.
#[must_use]
pub fn unfinished(typed: &str) -> Option<(&'static str, String)> {
    let last = typed.rsplit(char::is_whitespace).next()?;
    let (name, value) = last.split_once(':')?;
    let name = match name {
        "from" => "from",
        "in" => "in",
        "has" => "has",
        "is" => "is",
        "before" => "before",
        "after" => "after",
        _ => return None,
    };
    Some((name, value.trim_start_matches(['@', '#', '"']).to_lowercase()))
}

/// The typed text with its last word replaced by a finished filter.
#[must_use]
pub fn finish(typed: &str, filter: &str) -> String {
    let kept = typed.rsplit_once(char::is_whitespace).map_or("", |(before, _)| before);
    let space = if kept.is_empty() { "" } else { " " };
    format!("{kept}{space}{filter} ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_leave_the_words() {
        let general = ChatId::new();
        let named = |name: &str| (name == "general" || name == "two words").then_some(general);
        let words = parse("rye from:@anna has:link \"from: her\" in:#general is:pinned", named);
        assert_eq!(words.text, "rye \"from: her\"");
        assert_eq!((words.from.as_deref(), words.chat), (Some("anna"), Some(general)));
        assert_eq!((words.has, words.is), (vec!["link".to_owned()], vec!["pinned".to_owned()]));
        assert_eq!(parse("in:\"two words\"", named).chat, Some(general));
        assert_eq!(parse("in:nowhere x", named).unknown_chat.as_deref(), Some("nowhere"));
        assert_eq!(parse("http://example.org", named).text, "http://example.org");
    }

    #[test]
    fn enough_is_two_letters_or_a_filter() {
        let none = |_: &str| None;
        for (typed, want) in [
            ("", false),
            ("a", false),
            ("ab", true),
            ("has:", false),
            ("has:link", true),
            ("in:x ab", false),
        ] {
            assert_eq!(parse(typed, none).is_enough(), want, "{typed}");
        }
    }

    #[test]
    fn values_follow_what_is_typed() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        assert_eq!(values("has", "", today).len(), HAS.len());
        assert_eq!(values("has", "i", today), ["has:image"]);
        assert_eq!(values("is", "p", today), ["is:pinned"]);
        assert_eq!(values("before", "2026-02-2", today), ["before:2026-02-22"]);
        assert_eq!(values("after", "x", today), [""; 0]);
        assert_eq!(unfinished("rye has:"), Some(("has", String::new())));
        let found = |hint: &str| parse(hint, |_| Some(ChatId::new())).text.is_empty();
        assert!(HINTS.iter().all(|(example, _)| found(example)), "each is a filter");
    }

    #[test]
    fn a_name_is_finished_in_its_place() {
        assert_eq!(unfinished("rye from:@An"), Some(("from", "an".into())));
        assert_eq!(unfinished("rye from:@an "), None);
        assert_eq!(finish("rye from:@an", "from:@anna"), "rye from:@anna ");
        assert_eq!(finish("has", "has:link"), "has:link ");
    }
}
