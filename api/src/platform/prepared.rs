//! Statements that a connection prepares once, though diesel would not.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// A statement whose text is one of a few: values are bound, never written into it.
/// See [`prepared`].
#[derive(Clone, Debug)]
pub struct Prepared<Q>(Q);

/// Keeps the statement prepared on its connection, as diesel does with its own queries and simple
/// inserts. `sql_query` and its updates are parsed and planned with every call, which for a statement of
/// ten joins costs more than running it, and takes a round trip more.
pub fn prepared<Q>(query: Q) -> Prepared<Q> {
    Prepared(query)
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q> QueryId for Prepared<Q> {
    // Found again by its text.
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}
