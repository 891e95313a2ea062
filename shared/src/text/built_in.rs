//! All languages, compiled in.

use super::{KEYS, Key, Lang, TEXTS};

/// The plural forms of a text.
pub fn forms(lang: Lang, key: Key) -> &'static [&'static str; 4] {
    &TEXTS[key as usize][lang as usize]
}

/// The text of a name such as `error.not_found`.
pub fn named(lang: Lang, name: &str) -> Option<&'static str> {
    let at = KEYS.binary_search_by(|(key, _)| (*key).cmp(name)).ok()?;
    Some(forms(lang, KEYS[at].1)[3])
}
