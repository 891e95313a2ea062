//! What the database says is understood in whatever language it speaks.

use crate::support::database;
use api::error::ApiError;
use api::platform::db::Db;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};
use shared::error::ErrorCode;
use tokio_postgres::NoTls;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    language: String,
}

async fn language(db: &Db) -> String {
    let question = "SELECT current_setting('lc_messages') AS language";
    let mut conn = db.conn().await.unwrap();
    let row: Row = diesel::sql_query(question).get_result(&mut conn).await.unwrap();
    row.language
}

async fn execute(url: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let driver = tokio::spawn(connection);
    let done = client.batch_execute(sql).await;
    drop(client);
    driver.await.unwrap()?;
    done
}

/// A statement that takes too long is "come back later".
async fn is_understood(db: &Db) -> bool {
    let mut conn = db.conn().await.unwrap();
    conn.batch_execute("SET statement_timeout = '1ms'").await.unwrap();
    let error = conn.batch_execute("SELECT pg_sleep(10)").await.unwrap_err();
    ApiError::from(error).code == ErrorCode::Unavailable
}

#[tokio::test]
async fn errors_come_in_english_where_one_may_ask_for_it() {
    let url = database::fresh().await;
    let config: tokio_postgres::Config = url.parse().unwrap();
    let name = config.get_dbname().unwrap();
    // Every machine has these two; C.UTF-8 stands for another language.
    execute(&url, &format!("ALTER DATABASE \"{name}\" SET lc_messages = 'C.UTF-8'")).await.unwrap();
    let db = Db::new(&url, 1).unwrap();
    assert_eq!(language(&db).await, "C");
    assert!(db.speaks_english().await.unwrap());
    assert!(is_understood(&db).await);
    // Whoever may not ask for it can connect all the same, and his role can be told once and for all.
    let role = format!("plain_{}", uuid::Uuid::now_v7().simple());
    execute(&url, &format!("CREATE ROLE {role} LOGIN")).await.unwrap();
    let own = url.replacen("postgres@", &format!("{role}@"), 1);
    assert_ne!(own, url);
    assert_eq!(language(&Db::new(&own, 1).unwrap()).await, "C.UTF-8");
    execute(&url, &format!("ALTER ROLE {role} SET lc_messages = 'C'")).await.unwrap();
    assert_eq!(language(&Db::new(&own, 1).unwrap()).await, "C");
    execute(&url, &format!("DROP ROLE {role}")).await.unwrap();
}

/// Needs a language on the machine of the database; without one it shows nothing, and says so.
#[tokio::test]
async fn a_database_that_speaks_russian_is_understood() {
    let url = database::fresh().await;
    let config: tokio_postgres::Config = url.parse().unwrap();
    let name = config.get_dbname().unwrap();
    let speak = format!("ALTER DATABASE \"{name}\" SET lc_messages = 'ru_RU.UTF-8'");
    if let Err(error) = execute(&url, &speak).await {
        return eprintln!("left out: {error}");
    }
    assert!(is_understood(&Db::new(&url, 1).unwrap()).await);
    let role = format!("plain_{}", uuid::Uuid::now_v7().simple());
    execute(&url, &format!("CREATE ROLE {role} LOGIN")).await.unwrap();
    let db = Db::new(&url.replacen("postgres@", &format!("{role}@"), 1), 1).unwrap();
    assert!(!db.speaks_english().await.unwrap(), "the operator is warned");
    drop(db);
    execute(&url, &format!("DROP ROLE {role}")).await.unwrap();
}
