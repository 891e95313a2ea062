//! Messages as a tree: one parser for message list, composer preview, mentions and excerpts.
//!
//! CommonMark with chat's habits: line breaks stay as typed, bare links are links, `@nick` is a
//! mention, `||x||` a spoiler. There is no HTML in the tree: what looks like HTML is text.
//! Nesting is bounded, so walking the tree recursively is safe.

mod build;
mod inline;
mod links;
mod mask;
#[cfg(test)]
mod tests;

pub use links::links;

/// The deepest nesting of the tree; what is nested deeper joins the level above.
pub const MAX_DEPTH: usize = 16;

/// A block of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Paragraph(Vec<Inline>),
    /// Shown as a bold line: a message has no page structure.
    Heading(Vec<Inline>),
    Code {
        /// Lower case, as typed after the fence; empty when none was given.
        language: String,
        text: String,
    },
    Quote(Vec<Self>),
    List {
        /// The first number of an ordered list.
        start: Option<u64>,
        items: Vec<Vec<Self>>,
    },
    /// As wide as its first row, which is the head; what is missing at the end of a row is empty.
    Table {
        /// How each column stands.
        columns: Vec<Align>,
        /// Their cells are paragraphs.
        rows: Vec<Vec<Self>>,
    },
    Rule,
}

/// How a column of a table stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    #[default]
    Start,
    Centre,
    End,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    Text(String),
    Break,
    Bold(Vec<Self>),
    Italic(Vec<Self>),
    Strike(Vec<Self>),
    Spoiler(Vec<Self>),
    Code(String),
    Link {
        /// Always `http:`, `https:` or `mailto:`.
        url: String,
        label: Vec<Self>,
    },
    /// The name as typed, without `@` (and without `[]`): a person's nickname, a role, or `all`,
    /// `everyone`, `here`. Whether it means anybody, the server says.
    Mention(String),
}

/// The tree of a message.
#[must_use]
pub fn parse(source: &str) -> Vec<Block> {
    build::blocks(&mask::Masked::new(source))
}

/// The names mentioned, without `@`, each once whatever its case, in order: nicknames, roles, `all`,
/// `everyone`, `here`. Mentions inside code and parts of e-mail addresses do not count.
#[must_use]
pub fn mentions(source: &str) -> Vec<String> {
    // Most messages mention nobody: spare them the parser.
    if !source.contains('@') {
        return Vec::new();
    }
    let mut found: Vec<String> = Vec::new();
    for_each_inline(&parse(source), &mut |inline| {
        if let Inline::Mention(nickname) = inline
            && !found.iter().any(|other| other.to_lowercase() == nickname.to_lowercase())
        {
            found.push(nickname.clone());
        }
    });
    found
}

/// The text without its markup, on one line, at most `max` characters; spoilers stay hidden.
#[must_use]
pub fn plain(source: &str, max: usize) -> String {
    let mut out = String::new();
    plain_blocks(&parse(source), &mut out);
    let mut line = String::with_capacity(out.len().min(max * 4));
    for word in out.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if line.chars().count() > max {
        let cut: String = line.chars().take(max.saturating_sub(1)).collect();
        line = format!("{}…", cut.trim_end());
    }
    line
}

fn plain_blocks(blocks: &[Block], out: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(inlines) | Block::Heading(inlines) => plain_inlines(inlines, out),
            Block::Code { text, .. } => out.push_str(text),
            Block::Quote(blocks) => plain_blocks(blocks, out),
            Block::List { items, .. } | Block::Table { rows: items, .. } => {
                items.iter().for_each(|item| plain_blocks(item, out));
            }
            Block::Rule => {}
        }
        out.push('\n');
    }
}

fn plain_inlines(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Break => out.push('\n'),
            Inline::Bold(inner) | Inline::Italic(inner) | Inline::Strike(inner) => {
                plain_inlines(inner, out);
            }
            Inline::Spoiler(_) => out.push_str("▒▒▒"),
            Inline::Link { label, .. } => plain_inlines(label, out),
            Inline::Mention(nickname) => {
                out.push('@');
                out.push_str(nickname);
            }
        }
    }
}

/// Visits every inline of the tree in reading order, parents first.
pub fn for_each_inline(blocks: &[Block], visit: &mut impl FnMut(&Inline)) {
    for block in blocks {
        match block {
            Block::Paragraph(inlines) | Block::Heading(inlines) => each(inlines, visit),
            Block::Quote(blocks) => for_each_inline(blocks, visit),
            Block::List { items, .. } | Block::Table { rows: items, .. } => {
                for item in items {
                    for_each_inline(item, visit);
                }
            }
            Block::Code { .. } | Block::Rule => {}
        }
    }
}

fn each(inlines: &[Inline], visit: &mut impl FnMut(&Inline)) {
    for inline in inlines {
        visit(inline);
        match inline {
            Inline::Bold(inner)
            | Inline::Italic(inner)
            | Inline::Strike(inner)
            | Inline::Spoiler(inner)
            | Inline::Link { label: inner, .. } => each(inner, visit),
            Inline::Text(_) | Inline::Break | Inline::Code(_) | Inline::Mention(_) => {}
        }
    }
}
