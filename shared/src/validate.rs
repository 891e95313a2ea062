//! The rules for what people type, applied by the form while typing and by the server again.

use crate::chat::MAX_MESSAGE_CHARS;
use crate::error::{FieldCode, FieldError};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// A request body that knows its own rules.
pub trait Validate {
    /// Every invalid field; empty when all is well.
    fn validate(&self) -> Vec<FieldError>;
}

/// Notes the outcome of one rule for one field.
pub fn check(errors: &mut Vec<FieldError>, field: &str, outcome: Result<(), FieldCode>) {
    if let Err(code) = outcome {
        errors.push(FieldError::new(field, code));
    }
}

const RESERVED: &[&str] = &[
    "admin",
    "administrator",
    "moderator",
    "system",
    "bot",
    "api",
    "root",
    "all",
    "here",
    "everyone",
    "channel",
    "support",
    "owner",
    "deleted",
];

/// 3-20 latin letters, digits or `_`, at least one letter (a number alone would read as an id),
/// not reserved.
///
/// # Errors
/// The rule that is broken.
pub fn nickname(text: &str) -> Result<(), FieldCode> {
    let chars = text.chars().count();
    if text.is_empty() {
        return Err(FieldCode::Required);
    }
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(FieldCode::BadCharacters);
    }
    if chars < 3 {
        return Err(FieldCode::TooShort);
    }
    if chars > 20 {
        return Err(FieldCode::TooLong);
    }
    if !text.chars().any(|c| c.is_ascii_alphabetic()) {
        return Err(FieldCode::NeedsLetter);
    }
    let folded = text.to_ascii_lowercase();
    // `deleted_…` is what remains of accounts.
    if RESERVED.contains(&folded.as_str()) || folded.starts_with("deleted_") {
        return Err(FieldCode::Reserved);
    }
    Ok(())
}

/// What two nicknames must not share: case is folded and look-alikes (UTS 39) are one. A capital `I`
/// looks like `l`, so `i`, `l` and `1` are one as well.
#[must_use]
pub fn nickname_key(text: &str) -> String {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    unicode_security::confusable_detection::skeleton(&folded)
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'i' { 'l' } else { c })
        .collect()
}

/// One `@`, something before it, a dot in the domain, no spaces, at most 254 characters.
///
/// # Errors
/// The rule that is broken.
pub fn email(text: &str) -> Result<(), FieldCode> {
    if text.is_empty() {
        return Err(FieldCode::Required);
    }
    if text.chars().count() > 254 {
        return Err(FieldCode::TooLong);
    }
    let well_formed = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && local.len() <= 64
            && !domain.contains('@')
            && domain.split('.').count() >= 2
            && domain.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            })
    });
    if !well_formed || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(FieldCode::BadEmail);
    }
    Ok(())
}

/// The mailbox behind an address: case, Unicode forms, a `+tag` and the dots that some providers
/// ignore are folded. Two addresses of one mailbox are one person for bans, nowhere else.
#[must_use]
pub fn mailbox(email: &str) -> String {
    let folded: String = email.trim().nfkc().flat_map(char::to_lowercase).collect();
    let Some((local, domain)) = folded.rsplit_once('@') else { return folded };
    let domain = if domain == "googlemail.com" { "gmail.com" } else { domain };
    let local = local.split('+').next().unwrap_or_default();
    let local = match domain {
        "gmail.com" => local.replace('.', ""),
        _ => local.to_owned(),
    };
    format!("{local}@{domain}")
}

/// At least 8 characters, at most 72 bytes (bcrypt would cut the rest), not made of the nickname.
/// The server also has a list of common ones.
///
/// # Errors
/// The rule that is broken.
pub fn password(text: &str, nickname: &str) -> Result<(), FieldCode> {
    if text.is_empty() {
        return Err(FieldCode::Required);
    }
    if text.chars().count() < 8 {
        return Err(FieldCode::TooShort);
    }
    if text.len() > 72 {
        return Err(FieldCode::TooManyBytes);
    }
    if text.contains('\0') {
        return Err(FieldCode::BadCharacters);
    }
    let first = text.chars().next();
    if text.chars().all(|c| Some(c) == first) {
        return Err(FieldCode::TooCommon);
    }
    let (lower, nickname) = (text.to_lowercase(), nickname.to_lowercase());
    if !nickname.is_empty() && lower.replace(&nickname, "").chars().count() < 4 {
        return Err(FieldCode::TooCommon);
    }
    Ok(())
}

/// A name on one line: `min` to `max` characters (graphemes), something visible in it.
///
/// # Errors
/// The rule that is broken.
pub fn name(text: &str, min: usize, max: usize) -> Result<(), FieldCode> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(FieldCode::Required);
    }
    if text.chars().any(|c| c.is_control() || is_bidi_control(c)) {
        return Err(FieldCode::BadCharacters);
    }
    if !trimmed.chars().any(is_visible) {
        return Err(FieldCode::Invisible);
    }
    length(trimmed, min, max)
}

/// Free text on several lines: `min` to `max` characters, no control characters but line breaks and
/// tabs.
///
/// # Errors
/// The rule that is broken.
pub fn text(text: &str, min: usize, max: usize) -> Result<(), FieldCode> {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(FieldCode::BadCharacters);
    }
    length(text, min, max)
}

/// A message: 1-10,000 characters, something visible in it.
///
/// # Errors
/// The rule that is broken.
pub fn message(content: &str) -> Result<(), FieldCode> {
    if content.trim().is_empty() {
        return Err(FieldCode::Required);
    }
    if !content.chars().any(is_visible) {
        return Err(FieldCode::Invisible);
    }
    if content.chars().count() > MAX_MESSAGE_CHARS {
        return Err(FieldCode::TooLong);
    }
    text(content, 1, MAX_MESSAGE_CHARS)
}

/// `#rrggbb`.
///
/// # Errors
/// The rule that is broken.
pub fn color(text: &str) -> Result<(), FieldCode> {
    let hex = text.strip_prefix('#').unwrap_or_default();
    if hex.len() == 6 && hex.chars().all(|c| c.is_ascii_hexdigit()) {
        Ok(())
    } else {
        Err(FieldCode::BadColor)
    }
}

/// 1-64 visible ASCII characters.
///
/// # Errors
/// The rule that is broken.
pub fn nonce(text: &str) -> Result<(), FieldCode> {
    match text.len() {
        0 => Err(FieldCode::Required),
        1..=64 if text.chars().all(|c| c.is_ascii_graphic()) => Ok(()),
        1..=64 => Err(FieldCode::BadCharacters),
        _ => Err(FieldCode::TooLong),
    }
}

/// One emoji: a single grapheme that is a pictograph, a flag, a keycap or a symbol.
///
/// # Errors
/// The rule that is broken.
pub fn emoji(text: &str) -> Result<(), FieldCode> {
    if text.is_empty() {
        return Err(FieldCode::Required);
    }
    if text.len() > 64 {
        return Err(FieldCode::TooLong);
    }
    let one = text.graphemes(true).count() == 1;
    let pictorial = text.chars().any(|c| {
        matches!(u32::from(c),
            0x203C | 0x2049 | 0x20E3 | 0x2122 | 0x2139 | 0x2190..=0x21FF | 0x2300..=0x27BF
            | 0x2900..=0x297F | 0x2B00..=0x2BFF | 0x3030 | 0x303D | 0x3297 | 0x3299
            | 0xA9 | 0xAE | 0x1F000..=0x1FAFF)
    });
    if one && pictorial { Ok(()) } else { Err(FieldCode::BadCharacters) }
}

/// At most `max` things, none twice.
///
/// # Errors
/// The rule that is broken.
pub fn distinct<T: Ord>(list: &[T], max: usize) -> Result<(), FieldCode> {
    if list.len() > max {
        return Err(FieldCode::TooMany);
    }
    let mut sorted: Vec<&T> = list.iter().collect();
    sorted.sort_unstable();
    let is_double = sorted.windows(2).any(|pair| pair[0] == pair[1]);
    if is_double { Err(FieldCode::Duplicate) } else { Ok(()) }
}

fn length(text: &str, min: usize, max: usize) -> Result<(), FieldCode> {
    let length = text.graphemes(true).count();
    if length < min {
        return Err(FieldCode::TooShort);
    }
    // Combining marks can hide thousands of code points in one grapheme.
    if length > max || text.chars().count() > max.saturating_mul(8) {
        return Err(FieldCode::TooLong);
    }
    Ok(())
}

/// Characters that turn the direction of the text after them.
#[must_use]
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_visible(c: char) -> bool {
    !(c.is_whitespace()
        || c.is_control()
        || is_bidi_control(c)
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}'
            | '\u{206A}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nicknames() {
        for (text, want) in [
            ("anna", Ok(())),
            ("A_1", Ok(())),
            ("", Err(FieldCode::Required)),
            ("ab", Err(FieldCode::TooShort)),
            ("a_name_of_21_letters_", Err(FieldCode::TooLong)),
            ("анна", Err(FieldCode::BadCharacters)),
            ("12345", Err(FieldCode::NeedsLetter)),
            ("Admin", Err(FieldCode::Reserved)),
            ("a b c", Err(FieldCode::BadCharacters)),
        ] {
            assert_eq!(nickname(text), want, "{text}");
        }
    }

    #[test]
    fn look_alikes_share_a_key() {
        assert_eq!(nickname_key("PayPal"), nickname_key("paypa1"));
        assert_eq!(nickname_key("PayPal"), nickname_key("PayPaI"));
        assert_eq!(nickname_key("B0B"), nickname_key("bob"));
        assert_ne!(nickname_key("anna"), nickname_key("hanna"));
    }

    #[test]
    fn passwords() {
        for (text, want) in [
            ("correct horse", Ok(())),
            ("short", Err(FieldCode::TooShort)),
            ("aaaaaaaaaa", Err(FieldCode::TooCommon)),
            ("anna_anna1", Err(FieldCode::TooCommon)),
        ] {
            assert_eq!(password(text, "anna"), want, "{text}");
        }
        assert_eq!(password(&"я".repeat(37), "anna"), Err(FieldCode::TooManyBytes));
    }

    #[test]
    fn emails() {
        for good in ["a@b.co", "x.y+z@mail.example.org", "имя@пример.укр"] {
            assert_eq!(email(good), Ok(()), "{good}");
        }
        for bad in ["a@b", "@b.co", "a@b@c.co", "a b@c.co", "a@-b.co", "a@b..co"] {
            assert_eq!(email(bad), Err(FieldCode::BadEmail), "{bad}");
        }
    }

    #[test]
    fn addresses_of_one_mailbox() {
        for other in ["ANNA@example.org", " anna+shop@example.org", "ａｎｎａ@ＥＸＡＭＰＬＥ.org"]
        {
            assert_eq!(mailbox(other), "anna@example.org", "{other}");
        }
        assert_eq!(mailbox("a.n.n.a+x@googlemail.com"), "anna@gmail.com");
    }

    #[test]
    fn names_need_something_visible() {
        assert_eq!(name("\u{200B}\u{FEFF}", 1, 50), Err(FieldCode::Invisible));
        assert_eq!(name("a\u{202E}b", 1, 50), Err(FieldCode::BadCharacters));
        assert_eq!(name("👩‍👩‍👧‍👦", 1, 1), Ok(()));
    }

    #[test]
    fn one_emoji() {
        for good in ["👍", "❤️", "🇺🇦", "1️⃣", "👩🏽‍🚀", "✅"] {
            assert_eq!(emoji(good), Ok(()), "{good}");
        }
        for bad in ["a", "👍👍", "<b>", "1", " "] {
            assert!(emoji(bad).is_err(), "{bad}");
        }
    }
    proptest! {
        #[test]
        fn any_text_is_a_nickname_or_refused(text in "\\PC{0,40}") {
            let key = nickname_key(&text);
            prop_assert_eq!(&nickname_key(&text.nfd().collect::<String>()), &key);
            // What is valid has a key that is: nobody can take the same one in another way.
            if nickname(&text).is_ok() {
                prop_assert!(!key.is_empty() && key.is_ascii());
            }
        }

        #[test]
        fn a_key_is_of_all_that_look_alike(text in "[A-Za-z0-9_]{3,20}", places in any::<u32>()) {
            let key = nickname_key(&text);
            prop_assert_eq!(&nickname_key(&key), &key, "it is its own key");
            let twin: String = text
                .chars()
                .enumerate()
                .map(|(at, c)| match c {
                    _ if places >> (at % 32) & 1 == 0 => c,
                    'l' | 'I' | '1' => ['l', 'I', '1'][at % 3],
                    'o' | 'O' | '0' => ['o', 'O', '0'][at % 3],
                    c if c.is_ascii_lowercase() => c.to_ascii_uppercase(),
                    c => c.to_ascii_lowercase(),
                })
                .collect();
            prop_assert_eq!(nickname_key(&twin), key, "{} and {}", text, twin);
        }
    }
}
