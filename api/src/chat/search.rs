//! Search in messages: words in any of the indexed languages, the beginning of the last word,
//! `"exact phrases"`, `-without`. Where that finds nothing: pieces of words.
//!
//! Filters narrow it down; with one of them the text may be absent.
//!
//! Newest first: it is what people look for in a chat, it pages by key, and both ends of the range
//! stay fast: rare words come from the text index, frequent ones from the newest messages on.

mod filter;
mod find;
mod query;
pub mod quick;
mod scope;
mod snippet;
mod walk;

use super::model::message::{MessageRow, assemble};
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::platform::db::{Db, PgConn, Pooled};
use chrono::{DateTime, Utc};
pub use filter::Filter;
use find::{Find, Hits, Way};
use query::Query;
pub use scope::readable;
use serde::{Deserialize, Serialize};
use shared::chat::SearchHit;
use shared::error::FieldCode;
use shared::ids::{ChatId, MessageId, SpaceId, UserId};
use shared::page::Page;
use std::time::Duration;
pub use walk::PATIENCE;

/// What is searched for, and where.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub text: String,
    pub space: Option<SpaceId>,
    pub chat: Option<ChatId>,
    pub author: Option<UserId>,
    /// From this time on.
    pub after: Option<DateTime<Utc>>,
    /// Before this time.
    pub before: Option<DateTime<Utc>>,
    /// All of these hold.
    pub filters: Vec<Filter>,
    pub limit: i64,
    pub cursor: Option<String>,
    /// How long a search without a text walks for a full page.
    pub patience: Duration,
}

impl Search {
    /// Whether there is something to look for without a text.
    fn is_narrowed(&self) -> bool {
        self.author.is_some()
            || self.after.is_some()
            || self.before.is_some()
            || !self.filters.is_empty()
    }
}

/// Where a page ends.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Key {
    last: MessageId,
    way: Way,
}

/// The messages found, as far as the caller may read them. What he may read is asked on `conn`.
///
/// # Errors
/// `invalid` when the text has nothing to look for, `not_found` for a space or chat that the caller
/// does not see, `bad_cursor`.
pub async fn search(
    db: &Db,
    mut conn: Pooled,
    user: &CurrentUser,
    search: &Search,
) -> ApiResult<Page<SearchHit>> {
    let query = match search.text.trim() {
        "" if search.is_narrowed() => Query::default(),
        _ => Query::parse(&search.text).map_err(|code| ApiError::field("q", code))?,
    };
    let key: Option<Key> = cursor::decode(search.cursor.as_deref())?;
    let scope = readable(&mut conn, user, search.space, search.chat).await?;
    let find = Find {
        query: &query,
        scope: &scope,
        search,
        user: user.id,
        last: key.map(|key| key.last),
        way: key.map_or(Way::Words, |key| key.way),
    };
    let may_widen = key.is_none() && query.has_pieces();
    db.heavy_read(conn, async |conn| page(conn, find, may_widen).await).await
}

/// A page of what is found; where it may, by pieces of words when there are no words.
async fn page(
    conn: &mut PgConn,
    mut find: Find<'_>,
    may_widen: bool,
) -> ApiResult<Page<SearchHit>> {
    let mut found = find.run(conn).await?;
    if found.ids.is_empty() && may_widen {
        find.way = Way::Pieces;
        found = find.run(conn).await?;
    }
    let Hits { ids, rest } = found;
    let key = |last| Key { last, way: find.way };
    let page = cursor::page(ids, find.search.limit, |id| key(*id));
    let next_cursor = page.next_cursor.or_else(|| rest.map(|rest| cursor::encode(&key(rest))));
    let rows = MessageRow::find_all(conn, &page.items).await?;
    let messages = assemble(conn, rows, find.user).await?;
    let snippets = snippet::of(conn, find.query, find.way, &messages).await?;
    let items = messages
        .into_iter()
        .zip(snippets)
        .map(|(message, snippet)| SearchHit { message, snippet })
        .collect();
    Ok(Page { items, next_cursor })
}

/// A day or a moment.
///
/// # Errors
/// `bad_format` for the field.
pub fn moment(field: &str, text: Option<&str>) -> ApiResult<Option<DateTime<Utc>>> {
    let Some(text) = text else { return Ok(None) };
    let day = || Some(text.parse::<chrono::NaiveDate>().ok()?.and_time(chrono::NaiveTime::MIN));
    let moment = text.parse().ok().or_else(|| day().map(|day| day.and_utc()));
    let moment: DateTime<Utc> =
        moment.ok_or_else(|| ApiError::field(field, FieldCode::BadFormat))?;
    // What a timestamp of the database can hold, with room to spare.
    if !(0..=9999).contains(&chrono::Datelike::year(&moment)) {
        return Err(ApiError::field(field, FieldCode::OutOfRange));
    }
    Ok(Some(moment))
}
