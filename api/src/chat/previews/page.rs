//! What a foreign page says about itself, in its head: Open Graph, Twitter's cards, `<title>` and
//! `<meta name="description">`.

use crate::platform::fetch::{Answer, Url};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use html5gum::{DefaultEmitter, HtmlString, StartTag, Token, Tokenizer};
use shared::chat::{MAX_PREVIEW_TEXT, MAX_PREVIEW_TITLE};
use shared::validate::is_bidi_control;
use std::collections::HashMap;

/// Bytes from the beginning in which a page names its letters.
const PRESCAN: usize = 1024;

/// See the module. All texts are plain, on one line and bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub title: String,
    pub site_name: String,
    pub description: Option<String>,
    pub picture: Option<Url>,
}

/// Reads a page; `None` when it has no title.
#[must_use]
pub fn read(answer: &Answer) -> Option<Page> {
    let text = decode(&answer.body, &answer.content_type);
    let Head { title, base, said } = head(&text);
    let first = |names: &[&str], max| {
        names.iter().find_map(|name| said.get(*name).and_then(|text| clean(text, max)))
    };
    let title = first(&["og:title", "twitter:title"], MAX_PREVIEW_TITLE)
        .or_else(|| clean(&title, MAX_PREVIEW_TITLE))?;
    let base = base.and_then(|base| answer.url.join(&base).ok());
    let base = base.as_ref().unwrap_or(&answer.url);
    let pictures =
        ["og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"];
    let picture = pictures.iter().find_map(|name| base.join(said.get(*name)?.trim()).ok());
    let picture = picture.filter(|url| matches!(url.scheme(), "http" | "https"));
    Some(Page {
        title,
        site_name: first(&["og:site_name", "application-name"], MAX_PREVIEW_TITLE)
            .unwrap_or_else(|| site(&answer.url)),
        description: first(
            &["og:description", "twitter:description", "description"],
            MAX_PREVIEW_TEXT,
        ),
        picture,
    })
}

/// A picture that is linked itself: named as its file.
#[must_use]
pub fn of_picture(url: &Url) -> Page {
    let file = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let site_name = site(url);
    let title = clean(file, MAX_PREVIEW_TITLE).unwrap_or_else(|| site_name.clone());
    Page { title, site_name, description: None, picture: Some(url.clone()) }
}

/// The name of a site that does not tell it.
fn site(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

/// A text on one line without what is not seen or turns others around, at most `max` characters; `None`
/// when nothing is left.
fn clean(text: &str, max: usize) -> Option<String> {
    let is_hidden = |c: char| {
        is_bidi_control(c) || matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
    };
    let seen: String = text
        .chars()
        .filter(|c| !is_hidden(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = match line.char_indices().nth(max) {
        None => line,
        Some(_) => {
            let cut: String = line.chars().take(max - 1).collect();
            format!("{}…", cut.trim_end())
        }
    };
    (!line.is_empty()).then_some(line)
}

/// The text of a page: by its mark, its header, what it says itself, or else UTF-8 where it can be.
fn decode(body: &[u8], content_type: &str) -> String {
    let named = |label: &str| Encoding::for_label(label.as_bytes());
    let encoding = charset(content_type)
        .and_then(named)
        .or_else(|| {
            let start =
                String::from_utf8_lossy(&body[..body.len().min(PRESCAN)]).to_ascii_lowercase();
            // Read as bytes, it is not what it says.
            let said = charset(&start).and_then(named);
            said.map(|said| if said.is_ascii_compatible() { said } else { UTF_8 })
        })
        .unwrap_or_else(|| match std::str::from_utf8(body) {
            Err(error) if error.error_len().is_some() => WINDOWS_1252,
            _ => UTF_8,
        });
    encoding.decode(body).0.into_owned()
}

/// What stands after `charset=`.
fn charset(text: &str) -> Option<&str> {
    let rest = text.split_once("charset")?.1.trim_start().strip_prefix('=')?;
    let rest = rest.trim_start().trim_start_matches(['"', '\'']);
    let end =
        rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | ':' | '.'));
    rest.get(..end.unwrap_or(rest.len())).filter(|label| !label.is_empty())
}

/// The head of a page.
#[derive(Default)]
struct Head {
    title: String,
    base: Option<String>,
    /// What `<meta>` says, by `property` or `name` in small letters; the first one counts.
    said: HashMap<String, String>,
}

fn head(text: &str) -> Head {
    let mut found = Head::default();
    let mut emitter = DefaultEmitter::default();
    // What stands in a title or a script is no tag.
    emitter.naively_switch_states(true);
    let (mut is_title, mut has_title) = (false, false);
    for token in Tokenizer::new_with_emitter(text, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => match &**tag.name {
                b"title" => is_title = !has_title,
                b"meta" => found.note(&tag),
                b"base" if found.base.is_none() => found.base = attribute(&tag, b"href"),
                b"body" => break,
                _ => {}
            },
            Token::EndTag(tag) => match &**tag.name {
                b"title" => (is_title, has_title) = (false, true),
                b"head" => break,
                _ => {}
            },
            Token::String(text) if is_title => {
                found.title.push_str(&String::from_utf8_lossy(&text.value));
            }
            _ => {}
        }
    }
    found
}

impl Head {
    fn note(&mut self, tag: &StartTag<()>) {
        let name = attribute(tag, b"property").or_else(|| attribute(tag, b"name"));
        if let Some((name, content)) = name.zip(attribute(tag, b"content"))
            && !content.trim().is_empty()
        {
            self.said.entry(name.trim().to_ascii_lowercase()).or_insert(content);
        }
    }
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    let value = tag.attributes.get(&HtmlString(name.to_vec()))?;
    Some(String::from_utf8_lossy(&value.value).into_owned())
}

#[cfg(test)]
mod tests;
