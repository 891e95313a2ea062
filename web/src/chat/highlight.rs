//! Colours for fenced code: comments, strings, numbers and keywords of the common languages.
//!
//! One small scanner for all of them; it never fails and takes time linear in the text.

mod languages;

use languages::{Language, find};

/// What a piece of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Keyword,
    Text,
    Number,
    Comment,
}

impl Kind {
    /// The class that gives the colour.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Keyword => "code__keyword",
            Self::Text => "code__string",
            Self::Number => "code__number",
            Self::Comment => "code__comment",
        }
    }
}

crate::lazy! {
    code => pub fn highlighted(language: String, text: String) -> Vec<(Kind, String)> {
        let pieces = highlight(&language, &text);
        pieces.into_iter().map(|(kind, piece)| (kind, piece.to_owned())).collect()
    }
}

/// The text in pieces, none left out; one plain piece when the language is unknown.
#[must_use]
fn highlight<'a>(language: &str, text: &'a str) -> Vec<(Kind, &'a str)> {
    let Some(language) = find(language) else { return vec![(Kind::Plain, text)] };
    let mut scanner = Scanner { language, text, at: 0, plain_from: 0, pieces: Vec::new() };
    scanner.run();
    scanner.pieces
}

struct Scanner<'a> {
    language: &'static Language,
    text: &'a str,
    at: usize,
    plain_from: usize,
    pieces: Vec<(Kind, &'a str)>,
}

impl<'a> Scanner<'a> {
    fn run(&mut self) {
        while let Some(c) = self.text[self.at..].chars().next() {
            let rest = &self.text[self.at..];
            if let Some(len) = self.comment(rest) {
                self.push(Kind::Comment, len);
            } else if let Some(len) = self.quoted(rest, c) {
                self.push(Kind::Text, len);
            } else if c.is_ascii_digit() {
                self.push(Kind::Number, number(rest));
            } else if c.is_alphabetic() || c == '_' {
                self.word(rest);
            } else {
                self.at += c.len_utf8();
            }
        }
        self.flush();
    }

    fn comment(&self, rest: &str) -> Option<usize> {
        if let Some((open, close)) = self.language.block
            && let Some(inside) = rest.strip_prefix(open)
        {
            let end = inside.find(close).map_or(inside.len(), |at| at + close.len());
            return Some(open.len() + end);
        }
        let starts = self.language.line.iter().any(|mark| rest.starts_with(mark));
        starts.then(|| rest.find('\n').unwrap_or(rest.len()))
    }

    fn quoted(&self, rest: &str, quote: char) -> Option<usize> {
        if !self.language.quotes.contains(quote) {
            return None;
        }
        if quote == '\'' && self.language.has_chars {
            return character(rest);
        }
        if self.language.has_triple
            && let Some(triple) = rest.get(..3)
            && triple.chars().all(|c| c == quote)
        {
            return Some(rest[3..].find(triple).map_or(rest.len(), |at| at + 6));
        }
        let many_lines = quote == '`';
        let mut is_escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            match c {
                // An apostrophe, or a quote that is not closed on its line.
                '\n' if !many_lines => return None,
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                _ if c == quote => return Some(at + c.len_utf8()),
                _ => {}
            }
        }
        None
    }

    fn word(&mut self, rest: &str) {
        let ends =
            |c: char| !(c.is_alphanumeric() || c == '_' || c == '\'' && self.language.primes);
        let len = rest.find(ends).unwrap_or(rest.len());
        let word = &rest[..len];
        let is_keyword = if self.language.any_case {
            self.language.keywords.contains(&word.to_ascii_lowercase().as_str())
        } else {
            self.language.keywords.contains(&word)
        };
        if is_keyword {
            self.push(Kind::Keyword, len);
        } else {
            self.at += len;
        }
    }

    fn push(&mut self, kind: Kind, len: usize) {
        self.flush();
        self.pieces.push((kind, &self.text[self.at..self.at + len]));
        self.at += len;
        self.plain_from = self.at;
    }

    fn flush(&mut self) {
        if self.plain_from < self.at {
            self.pieces.push((Kind::Plain, &self.text[self.plain_from..self.at]));
        }
        self.plain_from = self.at;
    }
}

/// The length of a quoted character; `'a` alone is a lifetime or a mark.
fn character(rest: &str) -> Option<usize> {
    let inside = &rest[1..];
    if inside.starts_with('\\') {
        let end = inside.char_indices().skip(2).take(10).find(|(_, c)| *c == '\'')?.0;
        return Some(end + 2);
    }
    let len = inside.chars().next()?.len_utf8();
    inside[len..].starts_with('\'').then_some(len + 2)
}

/// The length of the number that `rest` begins with.
fn number(rest: &str) -> usize {
    let mut end = 0;
    for (at, c) in rest.char_indices() {
        let continues = c.is_ascii_alphanumeric()
            || c == '_'
            || c == '.' && rest[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        if !continues {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(language: &str, text: &str, kind: Kind) -> Vec<String> {
        let pieces = highlight(language, text);
        assert_eq!(pieces.iter().map(|(_, piece)| *piece).collect::<String>(), text);
        pieces.into_iter().filter(|(k, _)| *k == kind).map(|(_, piece)| piece.to_owned()).collect()
    }

    #[test]
    fn pieces() {
        let rust = "fn f<'a>(x: &'a str) -> u8 { /* c */ let s = \"a\\\"b\"; 0xFF_u8 } // end";
        assert_eq!(of("rust", rust, Kind::Keyword), ["fn", "let"]);
        assert_eq!(of("rs", rust, Kind::Text), ["\"a\\\"b\""]);
        assert_eq!(of("rust", rust, Kind::Number), ["0xFF_u8"]);
        assert_eq!(of("rust", rust, Kind::Comment), ["/* c */", "// end"]);
        assert_eq!(of("python", "x = '''a\nb''' # c", Kind::Text), ["'''a\nb'''"]);
        assert_eq!(of("sql", "Select 1.5 FROM t -- x", Kind::Keyword), ["Select", "FROM"]);
        assert_eq!(
            of("lean4", "theorem a' : 1 = 1 := by rfl -- q", Kind::Keyword),
            ["theorem", "by"]
        );
        assert_eq!(of("lean", "/- a\nb -/ def", Kind::Comment), ["/- a\nb -/"]);
        assert_eq!(of("js", "`a\n${b}` + 'c'", Kind::Text), ["`a\n${b}`", "'c'"]);
        assert_eq!(highlight("klingon", "if 1"), [(Kind::Plain, "if 1")]);
    }

    #[test]
    fn keeps_every_character_of_odd_texts() {
        for text in ["", "\"", "'", "/*", "'я", "\"\\", "'''", "1.", "ё'ё", "\n'\n", "''"] {
            for language in ["rust", "python", "lean", "js", "sql", "json", "bash", "c"] {
                let joined: String = highlight(language, text).iter().map(|p| p.1).collect();
                assert_eq!(joined, text, "{language}");
            }
        }
    }
}
