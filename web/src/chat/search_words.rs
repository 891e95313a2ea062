//! What is typed into a search, taken apart: `from:@nick in:#chat has:link before:2026-01-01` and the
//! words themselves. Pure.

use shared::ids::ChatId;

/// The filters that can be typed, with an example of each; the value may be empty.
pub const FILTERS: [&str; 12] = [
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
];

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

/// The beginning of a name that is being typed at the end: after `from:` or `in:`.
#[must_use]
pub fn unfinished(typed: &str) -> Option<(&'static str, String)> {
    let last = typed.rsplit(char::is_whitespace).next()?;
    let (name, value) = last.split_once(':')?;
    let name = match name {
        "from" => "from",
        "in" => "in",
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
    fn a_name_is_finished_in_its_place() {
        assert_eq!(unfinished("rye from:@An"), Some(("from", "an".into())));
        assert_eq!(unfinished("rye from:@an "), None);
        assert_eq!(finish("rye from:@an", "from:@anna"), "rye from:@anna ");
        assert_eq!(finish("has", "has:link"), "has:link ");
    }
}
