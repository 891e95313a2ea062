//! The emoji to choose from. Words in English, Russian and Ukrainian, cut to their first six letters,
//! are from the Unicode CLDR annotations (Unicode License v3).

use crate::state::storage;
use std::sync::LazyLock;

/// Lines `#group`, or an emoji and its words.
const TABLE: &str = include_str!("emoji/table.txt");
/// As many letters of a word as the table has.
const LETTERS: usize = 6;
const RECENT: &str = "emoji";
const MAX_RECENT: usize = 24;

/// An emoji and the words that find it.
pub struct Emoji {
    pub text: &'static str,
    words: Vec<&'static str>,
}

/// Emoji that belong together.
pub struct Group {
    /// The key in the catalogue is `chat.emoji_` and this.
    pub name: &'static str,
    pub emoji: Vec<Emoji>,
}

/// All groups in their order.
pub static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    let mut groups: Vec<Group> = Vec::new();
    for line in TABLE.lines() {
        if let Some(name) = line.strip_prefix('#') {
            groups.push(Group { name, emoji: Vec::new() });
        } else if let Some(group) = groups.last_mut() {
            let mut words = line.split(' ');
            let text = words.next().unwrap_or_default();
            group.emoji.push(Emoji { text, words: words.collect() });
        }
    }
    groups
});

/// The emoji that every word of the query finds.
#[must_use]
pub fn find(query: &str) -> Vec<&'static str> {
    let wanted: Vec<String> = query
        .to_lowercase()
        .split_whitespace()
        .map(|word| word.chars().take(LETTERS).collect())
        .collect();
    let matches = |emoji: &&Emoji| {
        wanted.iter().all(|word| emoji.words.iter().any(|known| known.starts_with(word)))
    };
    GROUPS.iter().flat_map(|group| &group.emoji).filter(matches).map(|emoji| emoji.text).collect()
}

/// The emoji used last on this device; some to begin with.
#[must_use]
pub fn recent() -> Vec<String> {
    storage::load(RECENT).unwrap_or_else(|| {
        ["👍", "❤️", "😂", "🎉", "🙏", "👀", "🔥", "✅"].map(str::to_owned).to_vec()
    })
}

/// Notes that an emoji was used.
pub fn used(emoji: &str) {
    let mut list = recent();
    list.retain(|known| known != emoji);
    list.insert(0, emoji.to_owned());
    list.truncate(MAX_RECENT);
    storage::save(RECENT, &list);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn finds_in_three_languages() {
        for word in ["fire", "огонь", "вогонь", "ВОГ"] {
            assert!(find(word).contains(&"🔥"), "{word}");
        }
        assert!(find("ukraine flag").contains(&"🇺🇦"));
        assert!(find("no such thing").is_empty());
    }

    #[test]
    fn the_server_takes_every_one_and_none_stands_twice() {
        let mut seen = HashSet::new();
        for emoji in GROUPS.iter().flat_map(|group| &group.emoji) {
            assert_eq!(shared::validate::emoji(emoji.text), Ok(()), "{}", emoji.text);
            assert!(seen.insert(emoji.text), "{} stands twice", emoji.text);
        }
        assert!(seen.len() > 300);
    }
}
