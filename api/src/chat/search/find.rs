//! The statement that finds.

use super::Search;
use super::query::{Kind, Query, Term};
use super::scope::Scope;
use crate::platform::db::PgConn;
use crate::platform::sql::containing;
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryResult, QueryableByName};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use shared::files::FileKind;
use shared::ids::{MessageId, UserId};
use uuid::Uuid;

/// How messages are matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Full text.
    Words,
    /// Anywhere in the text, by trigrams.
    Pieces,
}

impl Way {
    /// What reading a message from anywhere costs, in messages that are walked over in their order. Words: 7 and
    /// 1.7 µs where a million messages are mostly in the kernel's memory. A walk for pieces compares each text.
    const fn cost_anywhere(self) -> f64 {
        match self {
            Self::Words => 4.0,
            Self::Pieces => 1.0,
        }
    }
}

/// One page to find.
#[derive(Clone, Copy)]
pub struct Find<'a> {
    pub query: &'a Query,
    pub scope: &'a Scope,
    pub search: &'a Search,
    /// Who searches.
    pub user: UserId,
    /// The last message of the page before.
    pub last: Option<MessageId>,
    pub way: Way,
}

#[derive(QueryableByName)]
pub(super) struct Found {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
}

/// What was found, newest first.
pub struct Hits {
    pub ids: Vec<MessageId>,
    /// Messages before this one were not looked at.
    pub rest: Option<MessageId>,
}

impl Hits {
    pub(super) fn all(ids: Vec<MessageId>) -> Self {
        Self { ids, rest: None }
    }
}

/// A statement that grows, and what is bound to it.
pub struct Statement {
    pub sql: String,
    texts: Vec<String>,
}

impl Statement {
    pub fn new(start: &str) -> Self {
        Self { sql: start.to_owned(), texts: Vec::new() }
    }

    /// The placeholder of a text; all texts come first.
    fn text(&mut self, text: impl Into<String>) -> usize {
        self.texts.push(text.into());
        self.texts.len()
    }

    /// The number of the next placeholder.
    pub fn next(&self) -> usize {
        self.texts.len() + 1
    }

    /// Appends the query of full text. Each word in every language: the index holds all of them.
    pub fn words(&mut self, query: &Query) {
        let phrase = |term: &&Term| term.kind == Kind::Phrase;
        let terms = query.terms.iter().filter(|term| term.wanted || !phrase(term));
        for (i, term) in terms.enumerate() {
            let and = if i > 0 { " && " } else { "" };
            let not = if term.wanted { "" } else { "!!" };
            let expression = self.word(term);
            self.sql.push_str(&format!("{and}{not}({expression})"));
        }
    }

    /// Appends that a message fulfils a condition by its own text, or by that and the text which it passes on. Two
    /// conditions, each with an index of its own.
    fn message(&mut self, own: &str, both: &str, condition: impl Fn(&str) -> String) {
        let (own, both) = (condition(own), condition(both));
        self.sql.push_str(&format!(
            "(m.forwarded IS NULL AND {own} OR m.forwarded IS NOT NULL AND {both})"
        ));
    }

    fn message_words(&mut self, query: &Query) {
        let start = self.sql.len();
        self.words(query);
        let words = self.sql.split_off(start);
        let condition = |search: &str| format!("{search} @@ ({words})");
        self.message("m.search", "(m.search || m.forwarded_search)", condition);
    }

    /// Appends what full text leaves open. The index holds a text three times, one language after
    /// the other, so a phrase may seem to go from the end of one into the beginning of the next.
    fn phrases(&mut self, query: &Query) {
        for term in query.terms.iter().filter(|term| term.kind == Kind::Phrase) {
            let not = if term.wanted { "" } else { "NOT " };
            let phrase = self.word(term);
            self.sql.push_str(&format!(
                " AND {not}(to_tsvector('simple', coalesce(m.subject, '') || ' ' || m.content) @@ {phrase} \
                 OR coalesce(to_tsvector('simple', m.forwarded) @@ {phrase}, false))"
            ));
        }
    }

    fn word(&mut self, term: &Term) -> String {
        let n = self.text(&term.text);
        if term.kind == Kind::Phrase {
            return format!("phraseto_tsquery('simple', ${n})");
        }
        let any = ["simple", "english", "russian"]
            .map(|language| format!("plainto_tsquery('{language}', ${n})"))
            .join(" || ");
        if term.kind == Kind::Beginning {
            let n = self.text(term.beginning());
            return format!("{any} || to_tsquery('simple', ${n})");
        }
        any
    }

    /// Appends that all are somewhere in the text. A literal regular expression: `ILIKE` takes half as long again,
    /// as it makes small letters of the whole text first.
    fn pieces(&mut self, query: &Query) {
        let piece = |term: &Term| {
            let not = if term.wanted { "" } else { "!" };
            (not, self.text(format!("***={}", term.text)))
        };
        let pieces: Vec<_> = query.terms.iter().map(piece).collect();
        let condition = |text: &str| {
            let all = pieces.iter().map(|(not, n)| format!("{text} {not}~* ${n}"));
            all.collect::<Vec<_>>().join(" AND ")
        };
        self.message("m.content", r"(m.content || E'\n' || m.forwarded)", condition);
    }

    /// Appends that a file of the message, of these kinds, has all of it in its name.
    fn file_names(&mut self, query: &Query, kinds: &[FileKind]) {
        self.sql.push_str("EXISTS (SELECT 1 FROM files x WHERE x.message_id = m.id");
        for kind in kinds {
            // A constant of the code, not what somebody typed.
            self.sql.push_str(&format!(" AND x.kind = '{}'", kind.key()));
        }
        for term in &query.terms {
            let not = if term.wanted { "" } else { "NOT " };
            let n = self.text(containing(&term.text));
            self.sql.push_str(&format!(" AND x.name {not}ILIKE ${n}"));
        }
        self.sql.push(')');
    }

    /// The statement with its texts bound.
    pub fn bound(self) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
        let statement = diesel::sql_query(self.sql).into_boxed();
        self.texts.into_iter().fold(statement, |s, text| s.bind::<Text, _>(text))
    }
}

/// How the statement goes over the messages.
#[derive(Clone, Copy)]
pub(super) enum Over {
    /// A window that ends with this message, or with the first one of all.
    Window(Option<MessageId>),
    /// All that match, by indexes, before they are put in order: the planner believes that rare words
    /// are frequent and would walk the whole table for them.
    Matches,
}

impl Find<'_> {
    /// The newest messages that match, newest first, one more than asked for.
    ///
    /// Frequent words fill a page from the newest messages. Of others those that are found there tell
    /// what costs less: to walk on, or to take all that match. Without a text there is no index to take
    /// them from: see [`super::walk`].
    ///
    /// # Errors
    /// The database's.
    pub async fn run(&self, conn: &mut PgConn) -> QueryResult<Hits> {
        if self.query.terms.is_empty() {
            return self.walk(conn).await;
        }
        let wanted = self.search.limit + 1;
        let (mut ids, mut walked, mut window) = (Vec::new(), 0, self.scope.newest);
        let mut find = *self;
        loop {
            let end = find.end(conn, window).await?;
            ids.extend(find.take(conn, Over::Window(end)).await?);
            (find.last, walked) = (end, walked + window);
            let found = ids.len() as i64;
            if found >= wanted || end.is_none() {
                return Ok(Hits::all(ids));
            }
            let all = self.scope.total * self.way.cost_anywhere();
            match further(walked, found, wanted, all) {
                Some(longer) => window = longer - walked,
                None => return Ok(Hits::all(self.take(conn, Over::Matches).await?)),
            }
        }
    }

    pub(super) async fn take(&self, conn: &mut PgConn, over: Over) -> QueryResult<Vec<MessageId>> {
        // An id, not what somebody typed: placeholders of texts come first, and their number is not known yet.
        let older = self.last.map(|last| format!(" AND m.id < '{last}'")).unwrap_or_default();
        let all = format!("SELECT m.id FROM messages m WHERE m.deleted_at IS NULL{older} AND ");
        let mut order = "m.id";
        let mut s = Statement::new(&match over {
            Over::Window(end) => {
                let (window, by) = self.window(end);
                order = by;
                format!("SELECT m.id FROM {window} WHERE m.deleted_at IS NULL AND ")
            }
            Over::Matches => format!("WITH m AS MATERIALIZED ({all}"),
        });
        self.matching(&mut s);
        let Search { author, after, before, limit, filters, .. } = self.search;
        let mut n = s.next();
        // `IS TRUE` keeps the index on chats out: reading a good part of it costs more than it saves.
        let dense = if self.scope.dense { " IS TRUE" } else { "" };
        s.sql.push_str(&format!(" AND (m.chat_id = ANY(${n})){dense}"));
        for (given, condition) in [
            (author.is_some(), "m.author_id ="),
            (after.is_some(), "m.created_at >="),
            (before.is_some(), "m.created_at <"),
        ] {
            if given {
                n += 1;
                s.sql.push_str(&format!(" AND {condition} ${n}"));
            }
        }
        for filter in filters {
            s.sql.push_str(" AND ");
            s.sql.push_str(&filter.condition(n + 1));
        }
        if matches!(over, Over::Matches) {
            s.sql.push_str(") SELECT m.id FROM m");
        }
        s.sql.push_str(&format!(" ORDER BY {order} DESC LIMIT ${}", n + 2));
        let mut statement = s.bound().bind::<Array<SqlUuid>, _>(self.scope.chats.clone());
        if let Some(author) = author {
            statement = statement.bind::<SqlUuid, _>(author.0);
        }
        if let Some(after) = after {
            statement = statement.bind::<Timestamptz, _>(*after);
        }
        if let Some(before) = before {
            statement = statement.bind::<Timestamptz, _>(*before);
        }
        let statement = statement.bind::<SqlUuid, _>(self.user.0).bind::<BigInt, _>(limit + 1);
        let found: Vec<Found> = statement.load(conn).await?;
        Ok(found.into_iter().map(|found| MessageId(found.id)).collect())
    }

    /// Appends the condition of the text.
    fn matching(&self, s: &mut Statement) {
        let filters = &self.search.filters;
        let with_names =
            filters.iter().any(|filter| filter.is_of_files()) && !self.query.terms.is_empty();
        if with_names {
            let kinds: Vec<FileKind> = filters.iter().filter_map(|filter| filter.kind()).collect();
            s.sql.push('(');
            s.file_names(self.query, &kinds);
            s.sql.push_str(" OR (");
        }
        match self.way {
            _ if self.query.terms.is_empty() => s.sql.push_str("true"),
            Way::Words => {
                s.message_words(self.query);
                s.phrases(self.query);
            }
            Way::Pieces => s.pieces(self.query),
        }
        if with_names {
            s.sql.push_str("))");
        }
    }
}

/// How far to walk for a full page after a walk that `found` some: half as far again as they promise,
/// unless taking those that match costs less, of which all messages would cost as much as walking over `all`.
fn further(walked: i64, found: i64, wanted: i64, all: f64) -> Option<i64> {
    let share = found as f64 / walked as f64;
    let walk = wanted as f64 / share * 1.5;
    (walk < share * all).then_some(walk as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_on_where_that_is_shorter_than_all_that_match() {
        // 1 % of a million: 3,150 messages, or 10,000 that match.
        assert_eq!(further(800, 8, 21, 1e6), Some(3_150));
        // 0.3 %: 10,500, or 3,000, which cost as much as 12,000 of words.
        assert_eq!(further(1_000, 3, 21, 4e6), Some(10_500));
        assert_eq!(further(1_000, 3, 21, 1e6), None);
        // 0.1 %: 31,500, or 1,000.
        assert_eq!(further(1_000, 1, 21, 4e6), None);
        assert_eq!(further(1_000, 0, 21, 4e6), None);
        assert_eq!(further(800, 8, 21, 40_000.0), None);
    }

    #[test]
    fn each_walk_is_longer_than_the_one_before() {
        for found in 1..21 {
            assert!(further(2_000, found, 21, 1e12).is_some_and(|walk| walk > 2_000));
        }
    }
}
