//! A database a test, cloned from a template that is migrated once.

use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

fn admin_url() -> String {
    std::env::var("TEST_DATABASE_URL").expect(
        "TEST_DATABASE_URL must name a PostgreSQL whose user may create databases; `make test` starts one",
    )
}

/// The same server, another database.
fn with_name(url: &str, name: &str) -> String {
    let (base, query) =
        url.split_once('?').map_or((url, None), |(base, query)| (base, Some(query)));
    let (server, _) = base.rsplit_once('/').expect("a database name in TEST_DATABASE_URL");
    query.map_or_else(|| format!("{server}/{name}"), |query| format!("{server}/{name}?{query}"))
}

/// Changes whenever a migration does.
fn fingerprint() -> u64 {
    let mut hasher = DefaultHasher::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut folders: Vec<_> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        std::fs::read_to_string(folder.join("up.sql")).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}

/// The URL of a database with nothing in it.
pub async fn empty() -> String {
    let admin = admin_url();
    let mut conn = AsyncPgConnection::establish(&admin).await.unwrap();
    let name = format!("test_{}", uuid::Uuid::now_v7().simple());
    conn.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0")).await.unwrap();
    with_name(&admin, &name)
}

/// The URL of a fresh, migrated database.
pub async fn fresh() -> String {
    let admin = admin_url();
    let mut conn = AsyncPgConnection::establish(&admin).await.unwrap();
    let template = format!("template_{:x}", fingerprint());
    // Tests run in several processes: one of them makes the template, the others wait.
    conn.batch_execute("SELECT pg_advisory_lock(7401)").await.unwrap();
    let clone = format!("test_{}", uuid::Uuid::now_v7().simple());
    let copy = format!("CREATE DATABASE {clone} TEMPLATE {template}");
    if conn.batch_execute(&copy).await.is_err() {
        let half = format!("{template}_half");
        conn.batch_execute(&format!("DROP DATABASE IF EXISTS {half}")).await.unwrap();
        conn.batch_execute(&format!("CREATE DATABASE {half}")).await.unwrap();
        api::platform::migrations::migrate(&with_name(&admin, &half)).await.unwrap();
        conn.batch_execute(&format!("ALTER DATABASE {half} RENAME TO {template}")).await.unwrap();
        conn.batch_execute(&copy).await.unwrap();
    }
    conn.batch_execute("SELECT pg_advisory_unlock(7401)").await.unwrap();
    with_name(&admin, &clone)
}

/// Waits until so many statements of this database wait for a lock.
pub async fn waiting(app: &super::TestApp, count: usize) {
    let seen = format!(
        "DO $$ BEGIN LOOP EXIT WHEN (SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock') >= {count}; \
         PERFORM pg_sleep(0.02); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$"
    );
    app.app.conn().await.unwrap().batch_execute(&seen).await.unwrap();
}
