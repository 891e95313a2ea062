//! Text between the marks of CommonMark: mentions, bare links, spoilers.

use super::Inline;
use super::mask::{Masked, Part, Token};

/// A finished inline, or a `||` that waits for its partner.
pub(super) enum Piece {
    Node(Inline),
    Bars { can_open: bool, can_close: bool },
}

/// Cuts a run of masked text into text, mentions, links and spoiler bars; inside a link's label
/// there are only text and bars.
pub(super) fn cut(masked: &Masked, text: &str, in_link: bool, pieces: &mut Vec<Piece>) {
    let mut cutter = Cutter { pieces, run: String::new(), bars: 0 };
    masked.parts(text, |part| cutter.part(part, in_link));
    cutter.end_bars(None);
    cutter.end_run();
}

/// Cuts one run of text.
struct Cutter<'a> {
    pieces: &'a mut Vec<Piece>,
    run: String,
    /// How many `|` were just seen.
    bars: usize,
}

impl Cutter<'_> {
    fn part(&mut self, part: Part, in_link: bool) {
        match part {
            Part::Char('|') => self.bars += 1,
            // An escaped `|`, which is nothing but itself.
            Part::Char('\u{0}') => {
                self.end_bars(Some('|'));
                self.run.push('|');
            }
            Part::Char(c) => {
                self.end_bars(Some(c));
                self.run.push(c);
            }
            Part::Token(token) => {
                self.end_bars(Some('t'));
                self.token(token, in_link);
            }
        }
    }

    fn token(&mut self, token: Token, in_link: bool) {
        match (token, in_link) {
            (Token::Url(url), true) => self.run.push_str(url),
            (Token::Mention(nickname), true) => {
                self.run.push('@');
                self.run.push_str(nickname);
            }
            (Token::Quoted(name), true) => {
                self.run.push_str("@[");
                self.run.push_str(name);
                self.run.push(']');
            }
            (Token::Quoted(name), false) => {
                self.end_run();
                self.pieces.push(Piece::Node(Inline::Mention(name.to_owned())));
            }
            (Token::Url(url), false) => {
                self.end_run();
                let label = vec![Inline::Text(url.to_owned())];
                self.pieces.push(Piece::Node(Inline::Link { url: url.to_owned(), label }));
            }
            (Token::Mention(nickname), false) => {
                self.end_run();
                self.pieces.push(Piece::Node(Inline::Mention(nickname.to_owned())));
            }
        }
    }

    /// Exactly two bars delimit a spoiler when text touches them from inside.
    fn end_bars(&mut self, next: Option<char>) {
        let bars = std::mem::take(&mut self.bars);
        if bars != 2 {
            self.run.extend(std::iter::repeat_n('|', bars));
            return;
        }
        let before = self.run.chars().next_back();
        let can_close = match before {
            Some(c) => !c.is_whitespace(),
            None => matches!(self.pieces.last(), Some(Piece::Node(node)) if *node != Inline::Break),
        };
        let can_open = next.is_none_or(|c| !c.is_whitespace());
        self.end_run();
        self.pieces.push(Piece::Bars { can_open, can_close });
    }

    fn end_run(&mut self) {
        if !self.run.is_empty() {
            self.pieces.push(Piece::Node(Inline::Text(std::mem::take(&mut self.run))));
        }
    }
}

/// Makes spoilers of paired bars; a bar without a partner is text.
pub(super) fn pair_bars(pieces: Vec<Piece>) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::with_capacity(pieces.len());
    // Where in `out` the open spoiler begins.
    let mut open: Option<usize> = None;
    for piece in pieces {
        match (piece, open) {
            (Piece::Node(node), _) => push_merged(&mut out, node),
            (Piece::Bars { can_close: true, .. }, Some(at)) if out.len() > at + 1 => {
                let inner = out.split_off(at + 1);
                out.truncate(at);
                out.push(Inline::Spoiler(inner));
                open = None;
            }
            (Piece::Bars { can_open: true, .. }, None) => {
                open = Some(out.len());
                out.push(Inline::Text("||".to_owned()));
            }
            (Piece::Bars { .. }, _) => push_merged(&mut out, Inline::Text("||".to_owned())),
        }
        // The text after an opening bar must stay apart from it until the spoiler is closed.
        if let Some(at) = open
            && out.len() == at + 1
            && let Some(Inline::Text(text)) = out.last_mut()
            && text.len() > 2
        {
            let inner = text.split_off(2);
            out.push(Inline::Text(inner));
        }
    }
    out
}

fn push_merged(out: &mut Vec<Inline>, node: Inline) {
    if let (Some(Inline::Text(last)), Inline::Text(text)) = (out.last_mut(), &node) {
        last.push_str(text);
    } else {
        out.push(node);
    }
}
