//! Pieces of the found texts, with the found words marked.

use super::find::{Statement, Way};
use super::query::Query;
use crate::platform::db::PgConn;
use diesel::sql_types::{Array, Text};
use diesel::{QueryResult, QueryableByName};
use diesel_async::RunQueryDsl;
use shared::chat::{MAX_MESSAGE_CHARS, Message, SnippetPart};
use shared::markdown;

/// Private-use characters around a hit: no text has them once they are taken out.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';
/// Stands for `<` meanwhile: what looks like a tag would be dropped from the headline.
const LESS: char = '\u{E002}';
/// Characters shown before the first hit, and in all.
const BEFORE: usize = 60;
const LENGTH: usize = 220;

#[derive(QueryableByName)]
struct Headline {
    #[diesel(sql_type = Text)]
    headline: String,
}

/// A snippet for each message, from its text without markup; spoilers stay hidden.
///
/// # Errors
/// The database's.
pub async fn of(
    conn: &mut PgConn,
    query: &Query,
    way: Way,
    messages: &[Message],
) -> QueryResult<Vec<Vec<SnippetPart>>> {
    let texts: Vec<String> = messages.iter().map(plain).collect();
    if query.terms.is_empty() {
        return Ok(texts.iter().map(|text| around_pieces(text, query)).collect());
    }
    match way {
        Way::Pieces => Ok(texts.iter().map(|text| around_pieces(text, query)).collect()),
        Way::Words if texts.is_empty() => Ok(Vec::new()),
        Way::Words => {
            let headlines = headlines(conn, query, &texts).await?;
            Ok(headlines.into_iter().map(|row| split(&row.headline.replace(LESS, "<"))).collect())
        }
    }
}

fn plain(message: &Message) -> String {
    let forwarded = message.forwarded.as_ref().map(|forwarded| &forwarded.content);
    let texts = [Some(&message.content), forwarded].into_iter().flatten();
    let texts = texts.map(|text| markdown::plain(text, MAX_MESSAGE_CHARS));
    let parts: Vec<String> = message.subject.iter().cloned().chain(texts).collect();
    let parts: Vec<&str> =
        parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(" · ").replace([OPEN, CLOSE, LESS], " ")
}

/// The Russian configuration reads Latin words as English, so it marks both.
async fn headlines(
    conn: &mut PgConn,
    query: &Query,
    texts: &[String],
) -> QueryResult<Vec<Headline>> {
    let texts: Vec<String> =
        texts.iter().map(|text| text.replace('<', &LESS.to_string())).collect();
    let mut s = Statement::new("SELECT ts_headline('russian', t.text, (");
    s.words(query);
    s.sql.push_str(&format!(
        "), 'StartSel={OPEN}, StopSel={CLOSE}, MaxFragments=1, MinWords=12, MaxWords=32, ShortWord=0') AS headline \
         FROM unnest(${}) WITH ORDINALITY AS t (text, n) ORDER BY t.n",
        s.next()
    ));
    s.bound().bind::<Array<Text>, _>(texts).load(conn).await
}

fn split(headline: &str) -> Vec<SnippetPart> {
    let mut parts = Vec::new();
    let mut push = |text: &str, hit| {
        if !text.is_empty() {
            parts.push(SnippetPart { text: text.to_owned(), hit });
        }
    };
    let mut rest = headline;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (hit, tail) = after.split_once(CLOSE).unwrap_or((after, ""));
        push(before, false);
        push(hit, true);
        rest = tail;
    }
    push(rest, false);
    parts
}

/// The text around the first piece that was looked for, with all of them marked.
fn around_pieces(text: &str, query: &Query) -> Vec<SnippetPart> {
    let chars: Vec<char> = text.chars().collect();
    let folded: Vec<char> = chars.iter().map(|c| fold(*c)).collect();
    let wanted = query.terms.iter().filter(|term| term.wanted);
    let pieces: Vec<Vec<char>> =
        wanted.map(|term| term.text.chars().map(fold).collect::<Vec<_>>()).collect();
    let hit_at = |at: usize| {
        let lengths = pieces.iter().filter(|p| folded[at..].starts_with(p)).map(Vec::len);
        lengths.max().unwrap_or(0)
    };
    let first = (0..chars.len()).find(|at| hit_at(*at) > 0).unwrap_or(0);
    let from = first.saturating_sub(BEFORE);
    let to = (from + LENGTH).min(chars.len());
    let mut marked = String::from(if from > 0 { "…" } else { "" });
    let mut at = from;
    while at < to {
        let length = hit_at(at);
        if length > 0 {
            marked.push(OPEN);
            marked.extend(&chars[at..at + length]);
            marked.push(CLOSE);
        } else {
            marked.push(chars[at]);
        }
        at += length.max(1);
    }
    if at < chars.len() {
        marked.push('…');
    }
    split(&marked)
}

fn fold(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(parts: &[SnippetPart]) -> String {
        parts.iter().map(|p| if p.hit { format!("[{}]", p.text) } else { p.text.clone() }).collect()
    }

    #[test]
    fn marks_become_parts() {
        let headline = format!("a {OPEN}b{CLOSE} c {OPEN}d{CLOSE}");
        assert_eq!(shown(&split(&headline)), "a [b] c [d]");
        assert_eq!(shown(&split("plain")), "plain");
        assert!(split("").is_empty());
    }

    #[test]
    fn pieces_are_marked_whatever_their_case() {
        let query = Query::parse("ХЛІБ ery").unwrap();
        assert_eq!(shown(&around_pieces("Хлібна bakery", &query)), "[Хліб]на bak[ery]");
        let long = "слово ".repeat(100) + "хліб" + &" слово".repeat(100);
        let parts = around_pieces(&long, &query);
        assert!(parts.iter().any(|part| part.hit && part.text == "хліб"));
        let length: usize = parts.iter().map(|part| part.text.chars().count()).sum();
        assert!(length <= LENGTH + 2 && parts[0].text.starts_with('…'), "{parts:?}");
    }
}
