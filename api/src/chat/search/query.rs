//! What people type, taken apart. Everything typed is text to the database, never syntax.

use shared::error::FieldCode;
use shared::validate;

/// The longest text to search for, in characters.
const MAX_CHARS: usize = 200;
/// The most words and phrases; more are left out.
const MAX_TERMS: usize = 16;
/// The shortest piece of a word that the trigram index can find.
const PIECE: usize = 3;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub terms: Vec<Term>,
}

/// A word or phrase, wanted or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub text: String,
    pub kind: Kind,
    pub wanted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In any of its forms.
    Word,
    /// As [`Kind::Word`], or as the beginning of a word: still being typed.
    Beginning,
    /// These words in this order, as typed.
    Phrase,
}

impl Query {
    /// Takes the text apart.
    ///
    /// # Errors
    /// What is wrong with it; `required` when nothing in it can be looked for.
    pub fn parse(text: &str) -> Result<Self, FieldCode> {
        validate::text(text, 0, MAX_CHARS)?;
        let mut terms = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() && terms.len() < MAX_TERMS {
            let (term, tail) = take_term(rest);
            rest = tail.trim_start();
            terms.extend(term);
        }
        let still_typed = |c: char| c.is_alphanumeric() || c == '_';
        if let Some(last) = terms.last_mut()
            && last.kind == Kind::Word
            && last.wanted
            && last.text.chars().count() > 1
            && last.text.chars().all(still_typed)
            && text.ends_with(still_typed)
        {
            last.kind = Kind::Beginning;
        }
        if terms.iter().any(|term| term.wanted) {
            Ok(Self { terms })
        } else {
            Err(FieldCode::Required)
        }
    }

    /// Whether pieces of words can be looked for: some wanted text is long enough.
    #[must_use]
    pub fn has_pieces(&self) -> bool {
        self.terms.iter().any(|term| term.wanted && term.has_piece())
    }
}

impl Term {
    fn has_piece(&self) -> bool {
        self.text.split(|c: char| !c.is_alphanumeric()).any(|run| run.chars().count() >= PIECE)
    }

    /// The operand of `to_tsquery` that finds words beginning so.
    #[must_use]
    pub fn beginning(&self) -> String {
        format!("'{}':*", self.text.replace('\\', "\\\\").replace('\'', "''"))
    }
}

/// One term, unless there is nothing to look for in it, and the text after it.
fn take_term(text: &str) -> (Option<Term>, &str) {
    let (wanted, body) = match text.strip_prefix('-') {
        Some(body) if body.starts_with(|c: char| !c.is_whitespace()) => (false, body),
        _ => (true, text),
    };
    let closing = match body.chars().next() {
        Some('"') => Some('"'),
        Some('“' | '„') => Some('”'),
        Some('«') => Some('»'),
        _ => None,
    };
    let (text, kind, tail) = match closing {
        Some(closing) => {
            let inner = &body[body.chars().next().map_or(0, char::len_utf8)..];
            let (phrase, tail) = inner.split_once(closing).unwrap_or((inner, ""));
            (phrase.trim(), Kind::Phrase, tail)
        }
        None => {
            let end = body.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(body.len());
            (&body[..end], Kind::Word, &body[end..])
        }
    };
    let term = Term { text: text.to_owned(), kind, wanted };
    (text.chars().any(char::is_alphanumeric).then_some(term), tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let terms = Query::parse(text).unwrap().terms;
        let show = |term: &Term| {
            let sign = if term.wanted { "" } else { "-" };
            match term.kind {
                Kind::Word => format!("{sign}{}", term.text),
                Kind::Beginning => format!("{sign}{}*", term.text),
                Kind::Phrase => format!("{sign}[{}]", term.text),
            }
        };
        terms.iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn texts_come_apart() {
        for (text, want) in [
            ("rye bread", "rye bread*"),
            ("rye bread ", "rye bread"),
            ("  rye", "rye*"),
            ("\"rye bread\" flour", "[rye bread] flour*"),
            ("«ржаной хлеб»", "[ржаной хлеб]"),
            ("rye -wheat", "rye -wheat"),
            ("rye -\"white bread\"", "rye -[white bread]"),
            ("\"not closed", "[not closed]"),
            ("a\"b c\"d", "a [b c] d"),
            ("it's C++", "it's C++"),
            ("a - b", "a b"),
            ("-- -> := rye!", "rye!"),
            ("set_theory", "set_theory*"),
            ("хл", "хл*"),
            ("х", "х"),
        ] {
            assert_eq!(shown(text), want, "{text}");
        }
    }

    #[test]
    fn nothing_to_look_for_is_said() {
        for text in ["", "  ", "-", "\"\"", "-word", "->", "🙂"] {
            assert_eq!(Query::parse(text), Err(FieldCode::Required), "{text}");
        }
        assert_eq!(Query::parse("a\u{0}b"), Err(FieldCode::BadCharacters));
        assert_eq!(Query::parse(&"x".repeat(201)), Err(FieldCode::TooLong));
    }

    #[test]
    fn pieces_need_three_letters() {
        for (text, want) in
            [("ab cd", false), ("ab cde", true), ("a-b-c", false), ("x -long", false)]
        {
            assert_eq!(Query::parse(text).unwrap().has_pieces(), want, "{text}");
        }
    }
}
