//! A message's tree as elements of the page.
//!
//! Built by hand, not by the view macro: there is nothing reactive in a text, and rows must be cheap.
//! Everything a person wrote becomes a text node or an attribute, never markup.

use super::highlight::{Kind, highlighted};
use crate::i18n::{Key, lang_untracked, lower};
use leptos::prelude::document;
use leptos::task::spawn_local;
use shared::chat::Message;
use shared::expression::{Piece, pieces};
use shared::markdown::{Align, Block, Inline};
use shared::text;
use web_sys::Element;

/// What decides how a text looks, beside the text.
pub struct Reader<'a> {
    pub message: &'a Message,
    /// The nickname of who reads.
    pub me: &'a str,
    /// The picture of an emoji of the space, by name.
    pub emoji: &'a dyn Fn(&str) -> Option<String>,
}

/// Fills an element with a message's text.
pub fn fill(element: &Element, blocks: &[Block], reader: &Reader) {
    for block in blocks {
        reader.block(element, block);
    }
}

fn element(name: &str, class: &str) -> Option<Element> {
    let element = document().create_element(name).ok()?;
    if !class.is_empty() {
        element.set_class_name(class);
    }
    Some(element)
}

/// Appends a new element and gives it to `inside`.
fn add(parent: &Element, name: &str, class: &str, inside: impl FnOnce(&Element)) {
    if let Some(child) = element(name, class) {
        inside(&child);
        append(parent, &child);
    }
}

fn append(parent: &Element, child: &web_sys::Node) {
    // Appending a fresh node cannot fail.
    drop(parent.append_child(child));
}

fn add_text(parent: &Element, text: &str) {
    append(parent, &document().create_text_node(text));
}

fn set(element: &Element, name: &str, value: &str) {
    // The names are constants of this file.
    drop(element.set_attribute(name, value));
}

impl Reader<'_> {
    fn block(&self, parent: &Element, block: &Block) {
        match block {
            Block::Paragraph(inlines) => add(parent, "p", "", |p| self.inlines(p, inlines)),
            Block::Heading(inlines) => {
                add(parent, "p", "text__heading", |p| self.inlines(p, inlines));
            }
            Block::Code { language, text } => code(parent, language, text),
            Block::Quote(blocks) => add(parent, "blockquote", "", |quote| {
                for block in blocks {
                    self.block(quote, block);
                }
            }),
            Block::List { start, items } => self.list(parent, *start, items),
            Block::Table { columns, rows } => self.table(parent, columns, rows),
            Block::Rule => add(parent, "hr", "", |_| {}),
        }
    }

    fn list(&self, parent: &Element, start: Option<u64>, items: &[Vec<Block>]) {
        let name = if start.is_some() { "ol" } else { "ul" };
        add(parent, name, "", |list| {
            if let Some(start) = start.filter(|start| *start != 1) {
                set(list, "start", &start.to_string());
            }
            for item in items {
                add(list, "li", "", |li| {
                    for block in item {
                        self.block(li, block);
                    }
                });
            }
        });
    }

    fn table(&self, parent: &Element, columns: &[Align], rows: &[Vec<Block>]) {
        add(parent, "div", "table", |frame| {
            // Who has no mouse scrolls it, too.
            set(frame, "tabindex", "0");
            add(frame, "table", "", |table| {
                for (at, cells) in rows.iter().enumerate() {
                    let name = if at == 0 { "th" } else { "td" };
                    add(table, "tr", "", |row| {
                        for (cell, align) in cells.iter().zip(columns) {
                            let class = match align {
                                Align::Start => "",
                                Align::Centre => "table__centre",
                                Align::End => "table__end",
                            };
                            add(row, name, class, |place| {
                                if let Block::Paragraph(inlines) = cell {
                                    self.inlines(place, inlines);
                                }
                            });
                        }
                    });
                }
            });
        });
    }

    fn inlines(&self, parent: &Element, inlines: &[Inline]) {
        for inline in inlines {
            self.inline(parent, inline);
        }
    }

    fn inline(&self, parent: &Element, inline: &Inline) {
        match inline {
            Inline::Text(text) => self.words(parent, text),
            Inline::Break => add(parent, "br", "", |_| {}),
            Inline::Bold(inner) => add(parent, "strong", "", |e| self.inlines(e, inner)),
            Inline::Italic(inner) => add(parent, "em", "", |e| self.inlines(e, inner)),
            Inline::Strike(inner) => add(parent, "s", "", |e| self.inlines(e, inner)),
            Inline::Code(text) => add(parent, "code", "", |e| add_text(e, text)),
            Inline::Spoiler(inner) => add(parent, "span", "spoiler", |e| {
                set(e, "role", "button");
                set(e, "tabindex", "0");
                set(e, "data-act", "spoiler");
                set(e, "aria-label", text::text(lang_untracked(), Key::ChatSpoiler));
                self.inlines(e, inner);
            }),
            Inline::Link { url, label } => add(parent, "a", "", |e| {
                set(e, "href", url);
                set(e, "rel", "noopener noreferrer nofollow");
                set(e, "target", "_blank");
                if !is_own_label(url, label) {
                    set(e, "data-tip", url);
                }
                self.inlines(e, label);
            }),
            Inline::Mention(nickname) => self.mention(parent, nickname),
        }
    }

    /// Words, with pictures where they name emoji of the space.
    fn words(&self, parent: &Element, text: &str) {
        for piece in pieces(text, |name| (self.emoji)(name).is_some()) {
            match piece {
                Piece::Words(words) => add_text(parent, words),
                Piece::Name(name) => add(parent, "img", "custom-emoji", |img| {
                    let written = format!(":{name}:");
                    set(img, "src", &(self.emoji)(name).unwrap_or_default());
                    set(img, "alt", &written);
                    set(img, "data-tip", &written);
                }),
            }
        }
    }

    /// Only who was really told is marked.
    fn mention(&self, parent: &Element, nickname: &str) {
        let Message { mentions, mention_groups: groups, .. } = self.message;
        let wanted = lower(nickname);
        let lang = lang_untracked();
        let person = mentions.iter().find(|user| user.nickname.eq_ignore_ascii_case(nickname));
        let role = groups.roles.iter().find(|role| lower(&role.name) == wanted);
        let text = format!("@{nickname}");
        let (class, tip) = match (person, wanted.as_str(), role) {
            (Some(person), ..) if nickname.eq_ignore_ascii_case(self.me) => {
                ("mention mention--me", person.name())
            }
            (Some(person), ..) => ("mention", person.name()),
            (None, "all" | "everyone", _) if groups.all => {
                ("mention mention--many", text::text(lang, Key::ChatMentionAll))
            }
            (None, "here", _) if groups.here => {
                ("mention mention--many", text::text(lang, Key::ChatMentionHere))
            }
            (None, _, Some(role)) => ("mention mention--many", role.name.as_str()),
            // Nobody was told: it is only text.
            _ => return add_text(parent, &text),
        };
        add(parent, "span", class, |e| {
            set(e, "data-tip", tip);
            if let Some(person) = person {
                set(e, "data-person", &person.id.to_string());
                set(e, "data-act", "profile");
                set(e, "role", "button");
                set(e, "tabindex", "0");
            }
            add_text(e, &text);
        });
    }
}

fn is_own_label(url: &str, label: &[Inline]) -> bool {
    matches!(label, [Inline::Text(text)] if text == url)
}

fn code(parent: &Element, language: &str, source: &str) {
    add(parent, "div", "code", |frame| {
        add(frame, "div", "code__bar", |bar| {
            add(bar, "span", "code__language", |e| add_text(e, language));
            add(bar, "button", "code__copy", |button| {
                set(button, "type", "button");
                set(button, "data-act", "copy-code");
                add_text(button, text::text(lang_untracked(), Key::ChatCopyCode));
            });
        });
        add(frame, "pre", "", |pre| {
            set(pre, "tabindex", "0");
            add(pre, "code", "", |code| {
                add_text(code, source);
                colour(code.clone(), language.to_owned(), source.to_owned());
            });
        });
    });
}

/// Gives code its colours; the scanner is fetched with the first code that is shown.
fn colour(code: Element, language: String, source: String) {
    spawn_local(async move {
        // Without it the code stays plain.
        let Ok(pieces) = highlighted(language, source).await else { return };
        if matches!(&pieces[..], [(Kind::Plain, _)]) {
            return;
        }
        code.set_text_content(None);
        for (kind, piece) in pieces {
            match kind.class() {
                "" => add_text(&code, &piece),
                class => add(&code, "span", class, |span| add_text(span, &piece)),
            }
        }
    });
}
