//! Completing `@nick` and `:name` while typing: pure parts.

use shared::identity::UserRef;

/// Names offered at once.
const MAX_OFFERED: usize = 8;

/// What is being completed: the letters after the last `@` before the caret, if it can be a mention.
#[must_use]
pub fn query(before_caret: &str) -> Option<&str> {
    let at = before_caret.rfind('@')?;
    let query = &before_caret[at + 1..];
    let is_word = query.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_free =
        before_caret[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '@');
    (is_word && is_free && query.chars().count() <= 20).then_some(query)
}

/// The short name of an emoji that is being typed: two letters or more after the last `:` before the
/// caret, with nothing but a space before it.
#[must_use]
pub fn emoji_query(before_caret: &str) -> Option<&str> {
    let at = before_caret.rfind(':')?;
    let query = &before_caret[at + 1..];
    let is_name = query.chars().all(|c| c.is_ascii_alphanumeric() || "_-+".contains(c));
    let is_free = before_caret[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    (is_name && is_free && (2..=32).contains(&query.len())).then_some(query)
}

/// The people that the query means, the likeliest first.
#[must_use]
pub fn candidates(query: &str, people: &[UserRef]) -> Vec<UserRef> {
    let wanted = query.to_lowercase();
    let mut found: Vec<(u8, &UserRef)> =
        people.iter().filter_map(|person| Some((rank(&wanted, person)?, person))).collect();
    found.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.nickname.cmp(&y.nickname)));
    found.into_iter().take(MAX_OFFERED).map(|(_, person)| person.clone()).collect()
}

/// How well a person fits, 0 is best.
fn rank(wanted: &str, person: &UserRef) -> Option<u8> {
    let nickname = person.nickname.to_lowercase();
    let name = person.name().to_lowercase();
    if nickname.starts_with(wanted) {
        Some(0)
    } else if name.split_whitespace().any(|word| word.starts_with(wanted)) {
        Some(1)
    } else if nickname.contains(wanted) || name.contains(wanted) {
        Some(2)
    } else {
        None
    }
}

/// A text cut at an offset in UTF-16 units, which is how the browser counts.
#[must_use]
pub fn split_at(text: &str, offset: u32) -> (&str, &str) {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= offset as usize {
            return text.split_at(at);
        }
        units += c.len_utf16();
    }
    (text, "")
}

/// How long a text is for the browser.
#[must_use]
pub fn units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ids::UserId;

    fn person(nickname: &str, name: &str) -> UserRef {
        UserRef {
            id: UserId::new(),
            nickname: nickname.into(),
            display_name: Some(name.into()),
            avatar_url: None,
            is_bot: false,
        }
    }

    #[test]
    fn queries() {
        for (text, want) in [
            ("@", Some("")),
            ("hi @an", Some("an")),
            ("(@Ан", Some("Ан")),
            ("a@an", None),
            ("@an ", None),
            ("@@an", None),
            ("", None),
        ] {
            assert_eq!(query(text), want, "{text}");
        }
    }

    #[test]
    fn emoji_queries() {
        for (text, want) in [
            (":smi", Some("smi")),
            ("hi :+1", Some("+1")),
            (":s", None),
            ("12:30", None),
            ("http://x", None),
            (":a b", None),
            ("да:да", None),
        ] {
            assert_eq!(emoji_query(text), want, "{text}");
        }
    }

    #[test]
    fn the_likeliest_first() {
        let people = [
            person("joanna", "Jo"),
            person("bob", "Anna Bell"),
            person("anna", "A"),
            person("x_y", "Z"),
        ];
        let found: Vec<_> = candidates("An", &people).into_iter().map(|p| p.nickname).collect();
        assert_eq!(found, ["anna", "bob", "joanna"]);
        assert_eq!(candidates("", &people).len(), 4);
    }

    #[test]
    fn cuts_where_the_browser_counts() {
        assert_eq!(split_at("a😀b", 3), ("a😀", "b"));
        assert_eq!(split_at("ж", 9), ("ж", ""));
        assert_eq!(units("a😀"), 3);
    }
}
