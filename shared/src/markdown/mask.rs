//! What CommonMark must not take apart is masked before it is parsed: bare links and mentions
//! (`@_anna_` is not emphasis), `<` and `&` (there is no HTML here), `]:` (a message must not vanish
//! as a link definition).
//!
//! Masks are private-use characters, which CommonMark treats as letters; those that a message
//! brings itself become U+FFFD.

const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';
const LESS: char = '\u{E002}';
const COLON: char = '\u{E003}';
const ESCAPED_PIPE: char = '\u{E004}';
const ESCAPED_LESS: char = '\u{E005}';
const AMPERSAND: char = '\u{E006}';

/// The shortest and the longest nickname, as in `validate::nickname`.
const NICKNAME: std::ops::RangeInclusive<usize> = 3..=20;

/// A token that stands in the masked text as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Url(&'a str),
    /// Without the `@`.
    Mention(&'a str),
    /// `@[a name of several words]`, without `@[` and `]`.
    Quoted(&'a str),
}

/// A piece of masked text.
pub(super) enum Part<'a> {
    Char(char),
    Token(Token<'a>),
}

/// A message with its masks.
pub(super) struct Masked<'a> {
    pub text: String,
    tokens: Vec<Token<'a>>,
}

impl<'a> Masked<'a> {
    pub fn new(source: &'a str) -> Self {
        let mut masked =
            Self { text: String::with_capacity(source.len() + 32), tokens: Vec::new() };
        let mut before = ' ';
        let mut rest = source;
        while let Some(c) = rest.chars().next() {
            let taken = masked.take(rest, c, before);
            before = rest[..taken].chars().next_back().unwrap_or(' ');
            rest = &rest[taken..];
        }
        masked
    }

    /// Masks what `rest` begins with; gives back how many bytes of it that was.
    fn take(&mut self, rest: &'a str, c: char, before: char) -> usize {
        match c {
            '\\' => return self.take_escape(rest),
            '@' => {
                if let Some(name) = quoted(&rest[1..], before) {
                    self.push_token(Token::Quoted(name));
                    return 3 + name.len();
                }
                let name = nickname(&rest[1..], before).or_else(|| role(&rest[1..], before));
                if let Some(name) = name {
                    self.push_token(Token::Mention(name));
                    return 1 + name.len();
                }
                self.text.push(c);
            }
            'h' | 'H' => {
                if let Some(url) = url(rest, before) {
                    self.push_token(Token::Url(url));
                    return url.len();
                }
                self.text.push(c);
            }
            '<' if !is_autolink(rest) => self.text.push(LESS),
            '&' => self.text.push(AMPERSAND),
            ':' if before == ']' => self.text.push(COLON),
            OPEN..=AMPERSAND => self.text.push(char::REPLACEMENT_CHARACTER),
            _ => self.text.push(c),
        }
        c.len_utf8()
    }

    fn take_escape(&mut self, rest: &str) -> usize {
        let Some(next) = rest[1..].chars().next() else {
            self.text.push('\\');
            return 1;
        };
        match next {
            '|' => self.text.push(ESCAPED_PIPE),
            '<' => self.text.push(ESCAPED_LESS),
            // The next character is looked at by itself: a line break, a mask.
            _ if !next.is_ascii_punctuation() => {
                self.text.push('\\');
                return 1;
            }
            '&' => {
                self.text.push('\\');
                self.text.push(AMPERSAND);
            }
            _ => {
                self.text.push('\\');
                self.text.push(next);
            }
        }
        1 + next.len_utf8()
    }

    fn push_token(&mut self, token: Token<'a>) {
        self.text.push(OPEN);
        self.text.push_str(&self.tokens.len().to_string());
        self.text.push(CLOSE);
        self.tokens.push(token);
    }

    /// The pieces of some masked text, for reading.
    pub fn parts(&self, text: &str, mut each: impl FnMut(Part<'a>)) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                OPEN => {
                    let (number, tail) = rest.split_once(CLOSE).unwrap_or((rest, ""));
                    rest = tail;
                    let token = number.parse().ok().and_then(|i: usize| self.tokens.get(i));
                    if let Some(token) = token {
                        each(Part::Token(*token));
                    }
                }
                LESS | ESCAPED_LESS => each(Part::Char('<')),
                COLON => each(Part::Char(':')),
                ESCAPED_PIPE => each(Part::Char('\u{0}')),
                AMPERSAND => each(Part::Char('&')),
                _ => each(Part::Char(c)),
            }
        }
    }

    /// Some masked text as it was typed.
    pub fn unmask(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(|c| matches!(c, OPEN..=AMPERSAND)) {
            out.push_str(&rest[..at]);
            let tail = &rest[at..];
            let c = tail.chars().next().unwrap_or(CLOSE);
            rest = &tail[c.len_utf8()..];
            match c {
                OPEN => {
                    let (number, tail) = rest.split_once(CLOSE).unwrap_or((rest, ""));
                    rest = tail;
                    match number.parse().ok().and_then(|i: usize| self.tokens.get(i)) {
                        Some(Token::Url(url)) => out.push_str(url),
                        Some(Token::Mention(nickname)) => {
                            out.push('@');
                            out.push_str(nickname);
                        }
                        Some(Token::Quoted(name)) => {
                            out.push_str("@[");
                            out.push_str(name);
                            out.push(']');
                        }
                        None => {}
                    }
                }
                LESS => out.push('<'),
                ESCAPED_LESS => out.push_str("\\<"),
                COLON => out.push(':'),
                ESCAPED_PIPE => out.push_str("\\|"),
                AMPERSAND => out.push('&'),
                _ => {}
            }
        }
        out.push_str(rest);
        out
    }
}

/// The nickname after an `@`, if it is a mention: not the middle of an e-mail address, not a name at
/// another server.
fn nickname(after: &str, before: char) -> Option<&str> {
    if before.is_alphanumeric() || before == '@' {
        return None;
    }
    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
    let (mut name, tail) = after.split_at(end);
    let next = tail.chars().next().unwrap_or(' ');
    if next.is_alphanumeric() || next == '@' {
        return None;
    }
    // `_@anna_` is emphasis around a mention, `a_@anna` is not.
    if before == '_' {
        name = name.strip_suffix('_')?.trim_end_matches('_');
    }
    (NICKNAME.contains(&name.len()) && name.contains(|c: char| c.is_ascii_alphabetic()))
        .then_some(name)
}

/// The longest name of a role, in characters.
const ROLE: usize = 50;

/// The name of a role after an `@`: one word of any script, with a letter in it.
fn role(after: &str, before: char) -> Option<&str> {
    if before.is_alphanumeric() || matches!(before, '@' | '_') {
        return None;
    }
    let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
    let (name, tail) = after.split_at(end);
    let fits = name.chars().count() <= ROLE && name.contains(char::is_alphabetic);
    (fits && !tail.starts_with('@')).then_some(name)
}

/// The name in `[…]` after an `@`.
fn quoted(after: &str, before: char) -> Option<&str> {
    if before.is_alphanumeric() || before == '@' {
        return None;
    }
    let (name, tail) = after.strip_prefix('[')?.split_once(']')?;
    let fits = name.chars().count() <= ROLE && name.trim() == name && !name.is_empty();
    // `@[x](https://…)` is a link.
    let is_name = fits && !name.contains(['[', '\n', '`']) && !tail.starts_with('(');
    is_name.then_some(name)
}

/// Whether `<` opens an autolink of an allowed scheme.
fn is_autolink(rest: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|scheme| starts_with(&rest[1..], scheme))
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// The bare link that `rest` begins with, without the punctuation that ends the sentence.
fn url(rest: &str, before: char) -> Option<&str> {
    if before.is_alphanumeric() || before == '<' {
        return None;
    }
    let scheme = ["https://", "http://"].iter().find(|scheme| starts_with(rest, scheme))?.len();
    let stops = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '<' | '>' | '"' | '`' | '|' | '\\' | '[' | ']' | OPEN..=AMPERSAND)
    };
    let url = &rest[..rest.find(stops).unwrap_or(rest.len())];
    let mut open = url.matches('(').count();
    let mut close = url.matches(')').count();
    let mut end = url.len();
    while let Some(last) = url[..end].chars().next_back() {
        match last {
            ')' if close > open => close -= 1,
            '(' => open -= 1,
            '?' | '!' | '.' | ',' | ':' | ';' | '*' | '_' | '~' | '\'' | '…' | '»' | '”' => {}
            _ => break,
        }
        end -= last.len_utf8();
    }
    let host = url[..end].get(scheme..)?.chars().next()?;
    host.is_alphanumeric().then_some(&url[..end])
}
