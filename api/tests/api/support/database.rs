//! A database a test, cloned from a template that is migrated once.

use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _,
};
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
    let mut maker = Maker::new().await;
    maker.run(&format!("CREATE DATABASE {} TEMPLATE template0", maker.name)).await.unwrap();
    maker.url()
}

/// The URL of a fresh, migrated database.
pub async fn fresh() -> String {
    let mut maker = Maker::new().await;
    let template = format!("template_{:x}", fingerprint());
    // Tests run in several processes: one of them makes the template, the others wait.
    maker.run("SELECT pg_advisory_lock(7401)").await.unwrap();
    maker.clear_away().await;
    let copy = format!("CREATE DATABASE {} TEMPLATE {template}", maker.name);
    if maker.run(&copy).await.is_err() {
        let half = format!("{template}_half");
        maker.run(&format!("DROP DATABASE IF EXISTS {half}")).await.unwrap();
        maker.run(&format!("CREATE DATABASE {half}")).await.unwrap();
        api::platform::migrations::migrate(&with_name(&admin_url(), &half)).await.unwrap();
        maker.run(&format!("ALTER DATABASE {half} RENAME TO {template}")).await.unwrap();
        maker.run(&copy).await.unwrap();
    }
    maker.run("SELECT pg_advisory_unlock(7401)").await.unwrap();
    maker.url()
}

/// Makes a database whose name its connection bears for as long as the test runs: one that no
/// connection bears is of a test that is over.
struct Maker {
    conn: AsyncPgConnection,
    name: String,
}

impl Maker {
    async fn new() -> Self {
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        let conn = AsyncPgConnection::establish(&admin_url()).await.unwrap();
        let mut maker = Self { conn, name };
        maker.run(&format!("SET application_name = {}", maker.name)).await.unwrap();
        maker
    }

    async fn run(&mut self, statement: &str) -> diesel::QueryResult<()> {
        self.conn.batch_execute(statement).await
    }

    /// Drops what tests that are over have left: hundreds of databases need more disk than many a
    /// machine has.
    async fn clear_away(&mut self) {
        let left: Vec<Name> = diesel::sql_query(
            "SELECT datname::text AS name FROM pg_database WHERE starts_with(datname, 'test_') \
             AND datname NOT IN (SELECT application_name FROM pg_stat_activity)",
        )
        .load(&mut self.conn)
        .await
        .unwrap();
        for database in left {
            let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", database.name);
            self.run(&drop).await.unwrap();
        }
    }

    /// The connection stays open until the test's runtime ends.
    fn url(self) -> String {
        let url = with_name(&admin_url(), &self.name);
        std::mem::forget(self.conn);
        url
    }
}

#[derive(diesel::QueryableByName)]
struct Name {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
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
