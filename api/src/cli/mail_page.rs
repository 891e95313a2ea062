//! `api mail --page`: the letters for the browser of whoever runs the server. A page of this machine, and
//! none of the server: whoever reads letters can enter accounts, so it takes the machine, not a login.

use super::mail::{SHOWN, date, kept_in, newest, read, to};
use crate::config::Config;
use crate::platform::mail::escape;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType, REFERRER_POLICY,
};
use actix_web::{App, HttpResponse, HttpServer, web};
use mail_parser::MessageParser;
use rand::distr::{Alphanumeric, SampleString as _};
use std::path::PathBuf;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
     color-scheme:light dark}table{border-collapse:collapse;width:100%}td,th{padding:.4rem .8rem .4rem 0;\
     text-align:start;border-bottom:1px solid #8884}pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}";

/// Serves the page until Ctrl-C. Its address holds a word that nobody can guess and that is another one
/// with every start.
pub(super) async fn run(config: &Config, port: u16) -> anyhow::Result<()> {
    let folder = web::Data::new(kept_in(config)?);
    let key = Alphanumeric.sample_string(&mut rand::rng(), 32);
    let prefix = format!("/{key}");
    let server = HttpServer::new(move || {
        let pages = web::scope(&prefix)
            .route("/", web::get().to(list))
            .route("/{name}", web::get().to(letter));
        App::new().app_data(folder.clone()).service(pages)
    });
    let server = server.workers(1).bind(("127.0.0.1", port))?;
    for address in server.addrs() {
        println!("Letters    http://{address}/{key}/");
    }
    Ok(server.run().await?)
}

async fn list(folder: web::Data<PathBuf>) -> HttpResponse {
    let letters = newest(&folder);
    let mut rows = String::new();
    for name in letters.iter().take(SHOWN) {
        let bytes = read(&folder, name).unwrap_or_default();
        let letter = MessageParser::default().parse_headers(&bytes).unwrap_or_default();
        let subject = escape(letter.subject().unwrap_or("(no subject)"));
        rows.push_str(&format!(
            "<tr><td>{}<td>{}<td><a href=\"{}\">{subject}</a>",
            escape(&date(&letter)),
            escape(to(&letter)),
            escape(name)
        ));
    }
    let body = match letters.len() {
        0 => "<p>No letter was written yet.</p>".to_owned(),
        count => format!(
            "<p>{count} in all, the newest first. Reload to see new ones.</p>\
             <table><tr><th>Written<th>To<th>Subject{rows}</table>"
        ),
    };
    page(StatusCode::OK, "Letters", &body)
}

async fn letter(folder: web::Data<PathBuf>, name: web::Path<String>) -> HttpResponse {
    let Ok(bytes) = read(&folder, &name) else {
        return page(StatusCode::NOT_FOUND, "No such letter", BACK);
    };
    let letter = MessageParser::default().parse(&bytes).unwrap_or_default();
    let text = letter.body_text(0).unwrap_or_default();
    let body = format!(
        "{BACK}<p>{}<br>To {}</p><pre>{}</pre>",
        escape(&date(&letter)),
        escape(to(&letter)),
        linked(&text)
    );
    page(StatusCode::OK, letter.subject().unwrap_or("(no subject)"), &body)
}

const BACK: &str = "<p><a href=\"./\">All letters</a></p>";

/// The text with what is an address in it to follow.
fn linked(text: &str) -> String {
    let word = |word: &str| {
        let shown = escape(word);
        let is_link = word.starts_with("https://") || word.starts_with("http://");
        if is_link { format!("<a href=\"{shown}\">{shown}</a>") } else { shown }
    };
    text.split_inclusive(char::is_whitespace)
        .map(|part| {
            let end = part.trim_end().len();
            format!("{}{}", word(&part[..end]), &part[end..])
        })
        .collect()
}

fn page(status: StatusCode, title: &str, body: &str) -> HttpResponse {
    let title = escape(title);
    HttpResponse::build(status)
        .insert_header(ContentType::html())
        // The address is a secret, and so is what stands on the page.
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ))
        .body(format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title} · The Space</title>\
             <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style><h1>{title}</h1>{body}"
        ))
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[test]
    fn addresses_can_be_followed_and_nothing_else_is_markup() {
        let text = "Go to\nhttps://a.example/?x=1&y=2 or <b> here";
        let shown = "Go to\n<a href=\"https://a.example/?x=1&amp;y=2\">https://a.example/?x=1&amp;y=2</a> or &lt;b&gt; here";
        assert_eq!(linked(text), shown);
        assert!(!linked("javascript:alert(1)").contains("<a"));
    }
}
