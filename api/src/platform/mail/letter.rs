//! A letter in its two forms, plain and HTML, from the same parts.

use shared::text::{Key, Lang, fill, text};
use std::fmt::Write as _;
use uuid::Uuid;

/// A piece of a letter.
#[derive(Clone, Debug)]
pub enum Part {
    Text(String),
    /// Something to type: shown large.
    Code(String),
    /// Something to press.
    Button {
        label: String,
        url: String,
    },
    /// One of several things that happened.
    Item {
        title: String,
        text: String,
        url: String,
    },
}

/// A letter to one person, in his language.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The same for every try.
    pub id: Uuid,
    pub to: String,
    pub lang: Lang,
    pub subject: String,
    /// How he is called.
    pub name: String,
    pub parts: Vec<Part>,
    /// Small print at the end.
    pub footer: String,
    /// Ends letters like this one by a POST, without a login (RFC 8058).
    pub unsubscribe: Option<String>,
}

impl Letter {
    fn greeting(&self) -> String {
        fill(text(self.lang, Key::MailGreeting), &[("name", &self.name)])
    }

    /// The plain form.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!("{}\n\n", self.greeting());
        for part in &self.parts {
            let _ = match part {
                Part::Text(text) => write!(out, "{text}\n\n"),
                Part::Code(code) => write!(out, "    {code}\n\n"),
                Part::Button { label, url } => write!(out, "{label}:\n{url}\n\n"),
                Part::Item { title, text, url } => write!(out, "* {title}\n  {text}\n  {url}\n\n"),
            };
        }
        let _ = write!(out, "-- \n{}\n", self.footer);
        out
    }

    /// The HTML form: no picture, no script, nothing from elsewhere.
    #[must_use]
    pub fn html(&self) -> String {
        let mut body = format!("<p>{}</p>", escape(&self.greeting()));
        for part in &self.parts {
            let _ = match part {
                Part::Text(text) => write!(body, "<p>{}</p>", escape(text)),
                Part::Code(code) => write!(
                    body,
                    "<p style=\"font:700 28px monospace;letter-spacing:6px\">{}</p>",
                    escape(code)
                ),
                Part::Button { label, url } => write!(
                    body,
                    "<p><a href=\"{}\" style=\"display:inline-block;padding:12px 20px;border:1px solid;\
                     border-radius:10px;text-decoration:none;font-weight:600\">{}</a></p>",
                    escape(url),
                    escape(label)
                ),
                Part::Item { title, text, url } => write!(
                    body,
                    "<p style=\"border-left:3px solid;padding-left:12px\"><a href=\"{}\" \
                     style=\"font-weight:600\">{}</a><br>{}</p>",
                    escape(url),
                    escape(title),
                    escape(text)
                ),
            };
        }
        format!(
            "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
             <body style=\"font:16px/1.5 system-ui,sans-serif;max-width:560px;margin:24px auto;padding:0 16px\">\
             {body}<p style=\"font-size:13px;opacity:.7\">{}</p></body></html>",
            self.lang.tag(),
            escape(&self.subject),
            escape(&self.footer)
        )
    }
}

/// The text as it stands in HTML, also in the value of an attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_people_wrote_becomes_html() {
        let evil = "<script>'\"&".to_owned();
        let letter = Letter {
            id: Uuid::nil(),
            to: "anna@example.org".into(),
            lang: Lang::Uk,
            subject: evil.clone(),
            name: evil.clone(),
            parts: vec![
                Part::Text(evil.clone()),
                Part::Code(evil.clone()),
                Part::Button { label: evil.clone(), url: evil.clone() },
                Part::Item { title: evil.clone(), text: evil.clone(), url: evil.clone() },
            ],
            footer: evil,
            unsubscribe: None,
        };
        let html = letter.html();
        assert!(!html.contains("<script>") && !html.contains("'\"&"), "{html}");
        assert!(html.contains("lang=\"uk\""));
        assert_eq!(letter.text().matches("<script>").count(), 9);
    }
}
