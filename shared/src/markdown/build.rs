//! From pulldown-cmark's events to the tree.

use super::inline::{Piece, cut, pair_bars};
use super::mask::Masked;
use super::{Align, Block, Inline, MAX_DEPTH};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag};
use std::ops::Range;

/// The most columns of a table: the parser fills short rows up, so a wide head over many of them would cost much.
const MAX_COLUMNS: usize = 32;

/// Parses a masked message.
pub(super) fn blocks(masked: &Masked) -> Vec<Block> {
    let mut options = Options::ENABLE_STRIKETHROUGH;
    options.set(Options::ENABLE_TABLES, has_tables(&masked.text));
    let parser = Parser::new_ext(&masked.text, options);
    let mut builder = Builder::new(masked);
    for (event, range) in parser.into_offset_iter() {
        builder.event(event, range);
    }
    builder.finish()
}

/// Whether a line can stand under the head of a table, and none under one that is too wide.
fn has_tables(text: &str) -> bool {
    let is_mark = |c: char| matches!(c, '|' | '-' | ':' | ' ' | '\t' | '>');
    let lines = text.lines().filter(|line| line.contains('-') && line.chars().all(is_mark));
    let widest = lines.map(|line| line.matches('|').count()).max().unwrap_or(0);
    (1..=MAX_COLUMNS + 1).contains(&widest)
}

/// What an open element will become.
enum Kind {
    Root,
    Paragraph,
    Heading,
    Quote,
    List(Option<u64>),
    Item,
    Table(Vec<Align>),
    /// Where it ends.
    Row(usize),
    Cell,
    Code(String),
    Bold,
    Italic,
    Strike,
    Link(String),
}

/// An open element and what it holds so far.
struct Frame {
    kind: Kind,
    /// Masked text not yet cut into pieces: the parser splits it at every odd character.
    text: String,
    pieces: Vec<Piece>,
    blocks: Vec<Block>,
    items: Vec<Vec<Block>>,
}

struct Builder<'a> {
    masked: &'a Masked<'a>,
    frames: Vec<Frame>,
    /// For every open tag, whether it has a frame of its own.
    opened: Vec<bool>,
    /// Open tags inside a link that is shown as its source.
    skipping: usize,
    /// Where the last cell of a table ends.
    cell_end: usize,
}

impl<'a> Builder<'a> {
    fn new(masked: &'a Masked<'a>) -> Self {
        let frames = vec![Frame::new(Kind::Root)];
        Self { masked, frames, opened: Vec::new(), skipping: 0, cell_end: 0 }
    }

    fn event(&mut self, event: Event, place: Range<usize>) {
        if self.skipping > 0 {
            match event {
                Event::Start(_) => self.skipping += 1,
                Event::End(_) => self.skipping -= 1,
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, place),
            Event::End(_) => self.end(),
            Event::Text(text) => self.top().text.push_str(&text),
            Event::Code(text) => {
                let code = Inline::Code(self.masked.unmask(&text));
                self.push_inline(code);
            }
            Event::Html(text) | Event::InlineHtml(text) => {
                let typed = Inline::Text(self.masked.unmask(&text));
                self.push_inline(typed);
            }
            Event::SoftBreak | Event::HardBreak => self.push_inline(Inline::Break),
            Event::Rule => self.push_block(Block::Rule),
            // Extensions that are switched off.
            Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag, place: Range<usize>) {
        // A table holds no tables.
        let leaf = matches!(
            tag,
            Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::CodeBlock(_)
                | Tag::Table(_)
                | Tag::TableHead
                | Tag::TableRow
                | Tag::TableCell
        );
        let kind = match tag {
            Tag::Paragraph => Some(Kind::Paragraph),
            Tag::Heading { .. } => Some(Kind::Heading),
            Tag::BlockQuote(_) => Some(Kind::Quote),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => Some(Kind::Code(self.language(&info))),
            Tag::CodeBlock(CodeBlockKind::Indented) => Some(Kind::Code(String::new())),
            Tag::List(start) => Some(Kind::List(start)),
            Tag::Item => Some(Kind::Item),
            Tag::Table(columns) => Some(Kind::Table(columns.into_iter().map(align).collect())),
            Tag::TableHead | Tag::TableRow => Some(Kind::Row(place.end)),
            Tag::TableCell => {
                self.cell_end = place.end;
                Some(Kind::Cell)
            }
            Tag::Emphasis => Some(Kind::Italic),
            Tag::Strong => Some(Kind::Bold),
            Tag::Strikethrough => Some(Kind::Strike),
            // A picture by its address would tell its server who reads here: it becomes a link.
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                let url = self.masked.unmask(&dest_url);
                if !is_allowed(&url) {
                    let typed = Inline::Text(self.masked.unmask(&self.masked.text[place]));
                    self.push_inline(typed);
                    self.skipping = 1;
                    return;
                }
                Some(Kind::Link(url))
            }
            _ => None,
        };
        let has_room = leaf || self.frames.len() < MAX_DEPTH;
        match kind {
            Some(kind) if has_room => {
                self.cut_text();
                self.frames.push(Frame::new(kind));
                self.opened.push(true);
            }
            _ => self.opened.push(false),
        }
    }

    fn end(&mut self) {
        if self.opened.pop() != Some(true) {
            return;
        }
        self.cut_text();
        let Some(frame) = self.frames.pop() else { return };
        match frame.kind {
            Kind::Root => self.frames.push(frame),
            Kind::Paragraph => {
                let inlines = frame.inlines();
                if !inlines.is_empty() {
                    self.push_block(Block::Paragraph(inlines));
                }
            }
            Kind::Heading => self.push_block(Block::Heading(frame.inlines())),
            Kind::Quote => self.push_block(Block::Quote(frame.into_blocks())),
            Kind::List(start) => {
                let mut frame = frame;
                let mut items = std::mem::take(&mut frame.items);
                let rest = frame.into_blocks();
                if !rest.is_empty() {
                    items.push(rest);
                }
                self.push_block(Block::List { start, items });
            }
            Kind::Item => {
                let item = frame.into_blocks();
                self.top().items.push(item);
            }
            Kind::Table(columns) => {
                self.push_block(Block::Table { columns, rows: frame.items });
            }
            Kind::Row(end) => {
                let mut cells = frame.blocks;
                // The parser drops what is beyond the last column, and nothing may vanish.
                let rest = self.masked.text.get(self.cell_end..end).unwrap_or_default();
                let rest = rest.trim_matches(|c: char| c == '|' || c.is_whitespace());
                cells.push(Block::Paragraph(vec![Inline::Text(self.masked.unmask(rest))]));
                let is_filled = |cell: &Block| {
                    let empty = Inline::Text(String::new());
                    matches!(cell, Block::Paragraph(line) if line.iter().any(|one| *one != empty))
                };
                let filled = cells.iter().rposition(is_filled).map_or(0, |last| last + 1);
                cells.truncate(filled);
                self.top().items.push(cells);
            }
            Kind::Cell => {
                let cell = Block::Paragraph(frame.inlines());
                self.top().blocks.push(cell);
            }
            Kind::Code(ref language) => {
                let language = language.clone();
                let text = frame.code().trim_end_matches('\n').to_owned();
                self.push_block(Block::Code { language, text });
            }
            Kind::Bold => self.push_inline(Inline::Bold(frame.inlines())),
            Kind::Italic => self.push_inline(Inline::Italic(frame.inlines())),
            Kind::Strike => self.push_inline(Inline::Strike(frame.inlines())),
            Kind::Link(ref url) => {
                let url = url.clone();
                let mut label = frame.inlines();
                if label.is_empty() {
                    label.push(Inline::Text(url.clone()));
                }
                self.push_inline(Inline::Link { url, label });
            }
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.cut_text();
        self.frames.into_iter().next().map(Frame::into_blocks).unwrap_or_default()
    }

    fn top(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            self.frames.push(Frame::new(Kind::Root));
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn push_inline(&mut self, inline: Inline) {
        self.cut_text();
        self.top().pieces.push(Piece::Node(inline));
    }

    fn push_block(&mut self, block: Block) {
        self.cut_text();
        let top = self.top();
        top.close_line();
        top.blocks.push(block);
    }

    /// The first word after a fence, if it can be the name of a language.
    fn language(&self, info: &str) -> String {
        let info = self.masked.unmask(info);
        let word = info.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        let is_name = word.len() <= 20
            && word
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '+' | '#' | '-' | '_' | '.'));
        if is_name { word } else { String::new() }
    }

    /// Cuts the collected text of the top frame into text, mentions, links and spoiler bars.
    fn cut_text(&mut self) {
        let masked = self.masked;
        let in_link = self.frames.iter().any(|frame| matches!(frame.kind, Kind::Link(_)));
        let top = self.top();
        if top.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut top.text);
        if matches!(top.kind, Kind::Code(_)) {
            top.pieces.push(Piece::Node(Inline::Text(masked.unmask(&text))));
            return;
        }
        cut(masked, &text, in_link, &mut top.pieces);
    }
}

impl Frame {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            text: String::new(),
            pieces: Vec::new(),
            blocks: Vec::new(),
            items: Vec::new(),
        }
    }

    /// Loose inlines of a container (a tight list item) become a paragraph.
    fn close_line(&mut self) {
        if self.pieces.is_empty() {
            return;
        }
        let inlines = pair_bars(std::mem::take(&mut self.pieces));
        self.blocks.push(Block::Paragraph(inlines));
    }

    fn into_blocks(mut self) -> Vec<Block> {
        self.close_line();
        self.blocks
    }

    fn inlines(self) -> Vec<Inline> {
        pair_bars(self.pieces)
    }

    fn code(self) -> String {
        self.pieces
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Node(Inline::Text(text)) => Some(text),
                _ => None,
            })
            .collect()
    }
}

const fn align(alignment: Alignment) -> Align {
    match alignment {
        Alignment::None | Alignment::Left => Align::Start,
        Alignment::Center => Align::Centre,
        Alignment::Right => Align::End,
    }
}

/// Whether people may be sent there.
fn is_allowed(url: &str) -> bool {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let rest_is_fine = !url.chars().any(|c| c.is_control() || c.is_whitespace());
    matches!(scheme.as_deref(), Some("http" | "https" | "mailto")) && rest_is_fine
}
