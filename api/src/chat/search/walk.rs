//! Searches without a text. No index of words helps: they walk from the newest message back, over what is
//! rarest of what must hold, a window at a time, and stop when they have taken long. The page then has
//! less than was asked for, perhaps nothing, and a cursor from where to go on.

use super::Search;
use super::filter::Filter;
use super::find::{Find, Found, Hits, Over};
use crate::platform::db::PgConn;
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension as _, QueryResult};
use diesel_async::RunQueryDsl as _;
use shared::ids::MessageId;
use std::time::{Duration, Instant};
use uuid::{Builder, Uuid};

/// After so long no further window is begun.
pub const PATIENCE: Duration = Duration::from_millis(300);
/// Rows of the first window; each is twice the one before.
const FIRST: i64 = 2_000;
const LARGEST: i64 = 16_000;
/// So many messages in all chats searched are read at once, by the index on chats.
const FEW: i64 = 20_000;
/// By so much the clock of a node that made an id may have been wrong.
const SKEW: chrono::TimeDelta = chrono::TimeDelta::days(1);

/// Rows that an index has in the order of messages.
struct Rows {
    /// The message of a row.
    id: &'static str,
    /// The table `x`, and which of its rows.
    of: String,
}

impl Rows {
    fn are_messages(&self) -> bool {
        self.id == "id"
    }
}

impl Find<'_> {
    /// As [`Find::run`], for a search without a text.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn walk(&self, conn: &mut PgConn) -> QueryResult<Hits> {
        if self.scope.messages <= FEW && !self.scope.dense {
            return Ok(Hits::all(self.take(conn, Over::Matches).await?));
        }
        let began = Instant::now();
        let newest = self.search.before.and_then(|before| first_id(before + SKEW));
        let mut find = *self;
        find.last = [find.last, newest].into_iter().flatten().min();
        let (mut ids, mut window) = (Vec::new(), FIRST);
        loop {
            let end = find.end(conn, window).await?;
            ids.extend(find.take(conn, Over::Window(end)).await?);
            find.last = end;
            let is_full = ids.len() as i64 > self.search.limit;
            if end.is_none() || is_full || began.elapsed() >= self.search.patience {
                return Ok(Hits { ids, rest: end });
            }
            window = (window * 2).min(LARGEST);
        }
    }

    /// The message of the last row of a window of so many; `None` when there are less.
    pub(super) async fn end(
        &self,
        conn: &mut PgConn,
        window: i64,
    ) -> QueryResult<Option<MessageId>> {
        let (Rows { id, of }, range) = (self.rows(), self.range(None));
        let statement = diesel::sql_query(format!(
            "SELECT x.{id} AS id FROM {of}{range} ORDER BY x.{id} DESC OFFSET {} LIMIT 1",
            window - 1
        ));
        let end: Option<Found> = statement.get_result(conn).await.optional()?;
        Ok(end.map(|end| MessageId(end.id)))
    }

    /// The messages `m` of a window, one after the other; how they are sorted. `OFFSET 0` keeps the
    /// planner from any other way.
    pub(super) fn window(&self, end: Option<MessageId>) -> (String, &'static str) {
        let (rows, range) = (self.rows(), self.range(end));
        let Rows { id, of } = &rows;
        if rows.are_messages() {
            let all = format!("(SELECT * FROM {of}{range} ORDER BY x.id DESC OFFSET 0) m");
            return (all, "m.id");
        }
        let all = format!(
            "(SELECT DISTINCT x.{id} AS id FROM {of}{range} ORDER BY 1 DESC OFFSET 0) w \
             CROSS JOIN LATERAL (SELECT * FROM messages y WHERE y.id = w.id OFFSET 0) m"
        );
        (all, "w.id")
    }

    /// What is rarest of what must hold, by its kind; all messages where there are words.
    fn rows(&self) -> Rows {
        let Search { filters, author, .. } = self.search;
        let has = |filter| filters.contains(&filter);
        // Ids, not what somebody typed. With words all messages are walked: that tells how many have them.
        let (id, of) = if !self.query.terms.is_empty() {
            ("id", "messages x WHERE true".into())
        } else if has(Filter::IsPinned) {
            ("message_id", "pins x WHERE true".into())
        } else if has(Filter::MentionsMe) {
            let me = self.user;
            let groups = format!(
                "SELECT message_id FROM mentions WHERE user_id = '{me}' UNION ALL \
                 SELECT message_id FROM group_mentions WHERE kind = 'all' OR role_id IN \
                     (SELECT role_id FROM space_members WHERE user_id = '{me}')"
            );
            ("message_id", format!("({groups}) x WHERE true"))
        } else if has(Filter::IsEdited) {
            ("id", "messages x WHERE x.edited_at IS NOT NULL".into())
        } else if filters.iter().any(|filter| filter.is_of_files()) {
            ("message_id", "files x WHERE x.message_id IS NOT NULL".into())
        } else if has(Filter::HasReaction) {
            ("message_id", "reactions x WHERE true".into())
        } else if let Some(author) = author {
            ("id", format!("messages x WHERE x.author_id = '{author}'"))
        } else {
            ("id", "messages x WHERE true".into())
        };
        Rows { id, of }
    }

    /// The condition that a row is before `last` and not before `end`.
    fn range(&self, end: Option<MessageId>) -> String {
        let id = self.rows().id;
        let oldest = self.search.after.and_then(|after| first_id(after - SKEW));
        let mut range = String::new();
        if let Some(last) = self.last {
            range.push_str(&format!(" AND x.{id} < '{last}'"));
        }
        if let Some(oldest) = [end, oldest].into_iter().flatten().max() {
            range.push_str(&format!(" AND x.{id} >= '{oldest}'"));
        }
        range
    }
}

/// Less than the id of any message of that time or later.
fn first_id(at: DateTime<Utc>) -> Option<MessageId> {
    let millis = u64::try_from(at.timestamp_millis()).ok()?;
    let id: Uuid = Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid();
    Some(MessageId(id))
}
