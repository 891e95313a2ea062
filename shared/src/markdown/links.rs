//! The links of a message that are worth a look.

use super::{Block, Inline, parse};

/// The `http:` and `https:` links of a message, each once, in order, at most `max`: those outside of
/// code, spoilers and `<…>`, with which a writer says that he wants nothing shown of one.
#[must_use]
pub fn links(source: &str, max: usize) -> Vec<String> {
    // Most messages have none: spare them the parser.
    if !source.contains("://") {
        return Vec::new();
    }
    let mut found = Vec::new();
    of_blocks(&parse(source), &mut |url| {
        let is_web = ["http://", "https://"].iter().any(|scheme| {
            url.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
        });
        let is_new = found.len() < max && !found.iter().any(|other| other == url);
        if is_web && is_new && !source.contains(&format!("<{url}>")) {
            found.push(url.to_owned());
        }
    });
    found
}

fn of_blocks(blocks: &[Block], visit: &mut impl FnMut(&str)) {
    for block in blocks {
        match block {
            Block::Paragraph(inlines) | Block::Heading(inlines) => of_inlines(inlines, visit),
            Block::Quote(blocks) => of_blocks(blocks, visit),
            Block::List { items, .. } | Block::Table { rows: items, .. } => {
                items.iter().for_each(|item| of_blocks(item, visit));
            }
            Block::Code { .. } | Block::Rule => {}
        }
    }
}

fn of_inlines(inlines: &[Inline], visit: &mut impl FnMut(&str)) {
    for inline in inlines {
        match inline {
            Inline::Link { url, .. } => visit(url),
            Inline::Bold(inner) | Inline::Italic(inner) | Inline::Strike(inner) => {
                of_inlines(inner, visit);
            }
            Inline::Spoiler(_)
            | Inline::Text(_)
            | Inline::Break
            | Inline::Code(_)
            | Inline::Mention(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_are_worth_a_look() {
        for (source, want) in [
            ("no link at all", &[][..]),
            ("see https://a.example/x?y=1&z=2#top, or", &["https://a.example/x?y=1&z=2#top"]),
            (
                "**[bread](http://a.example)** HTTPS://B.example",
                &["http://a.example", "HTTPS://B.example"],
            ),
            ("https://a.example https://a.example", &["https://a.example"]),
            (
                "> - https://a.example\n\n# https://b.example",
                &["https://a.example", "https://b.example"],
            ),
            ("| bread |\n|---|\n| https://a.example |", &["https://a.example"]),
            ("`https://a.example`", &[]),
            ("```\nhttps://a.example\n```", &[]),
            ("||https://a.example||", &[]),
            ("<https://a.example> and https://b.example", &["https://b.example"]),
            ("[bread](<https://a.example>)", &[]),
            ("[write](mailto:a@a.example) ftp://a.example", &[]),
            (
                "https://a.example https://b.example https://c.example https://d.example",
                &["https://a.example", "https://b.example", "https://c.example"],
            ),
        ] {
            assert_eq!(links(source, 3), want, "{source}");
        }
    }
}
