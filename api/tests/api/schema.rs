//! Migrations undo themselves, and `schema.rs` is what they make.

use crate::support::database::fresh;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _};
use std::collections::BTreeSet;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

async fn lines(conn: &mut AsyncPgConnection, sql: &str) -> BTreeSet<String> {
    let rows: Vec<Line> = diesel::sql_query(sql).load(conn).await.unwrap();
    rows.into_iter().map(|row| row.line).collect()
}

const COLUMNS: &str = "SELECT format('%s.%s %s %s', c.relname, a.attname, t.typname, a.attnotnull) \
     AS line FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
     AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid \
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') \
     AND NOT c.relispartition AND c.relname NOT LIKE '\\_\\_diesel%'";
const INDEXES: &str = "SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'";
const CONSTRAINTS: &str = "SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) AS \
     line FROM pg_constraint WHERE connamespace = 'public'::regnamespace";

#[tokio::test]
async fn up_down_up_is_up() {
    let url = fresh().await;
    let mut conn = AsyncPgConnection::establish(&url).await.unwrap();
    let mut before = BTreeSet::new();
    for sql in [COLUMNS, INDEXES, CONSTRAINTS] {
        before.append(&mut lines(&mut conn, sql).await);
    }
    api::platform::migrations::revert_all(&url).await.unwrap();
    let left = lines(&mut conn, COLUMNS).await;
    assert!(left.is_empty(), "{left:?}");
    api::platform::migrations::migrate(&url).await.unwrap();
    let mut after = BTreeSet::new();
    for sql in [COLUMNS, INDEXES, CONSTRAINTS] {
        after.append(&mut lines(&mut conn, sql).await);
    }
    assert_eq!(before, after);
}

#[tokio::test]
async fn schema_rs_is_the_schema() {
    let mut conn = AsyncPgConnection::establish(&fresh().await).await.unwrap();
    let in_database = lines(&mut conn, COLUMNS).await;
    let source = include_str!("../../src/platform/schema.rs");
    let mut in_source = BTreeSet::new();
    let mut table = String::new();
    for line in source.lines() {
        if let Some((name, _)) = line.strip_prefix("    ").and_then(|l| l.split_once(" (")) {
            table = name.trim().to_owned();
        }
        let Some((column, kind)) =
            line.strip_prefix("        ").and_then(|line| line.split_once(" -> "))
        else {
            continue;
        };
        let kind = kind.trim_end_matches(',');
        let (kind, required) = match kind.strip_prefix("Nullable<") {
            Some(inner) => (inner.trim_end_matches('>'), "f"),
            None => (kind, "t"),
        };
        let kind = match kind.strip_prefix("Array<") {
            Some(inner) => format!("_{}", inner.trim_end_matches('>')),
            None => kind.to_owned(),
        };
        in_source.insert(format!("{table}.{column} {} {required}", kind.to_lowercase()));
    }
    // Generated or kept by a trigger, and named only in the SQL of the search.
    let of_search = ["messages.search ", "messages.forwarded ", "messages.forwarded_search "];
    let is_of_search = |line: &String| of_search.iter().any(|start| line.starts_with(start));
    let expected: BTreeSet<String> =
        in_database.into_iter().filter(|line| !is_of_search(line)).collect();
    assert_eq!(in_source, expected);
}
