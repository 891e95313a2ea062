use super::*;
use std::process::Command;

/// A folder of its own, open for the user that the server runs under.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("{name}-{}", uuid::Uuid::now_v7().simple()));
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn config() -> DatabaseConfig {
    DatabaseConfig {
        url: None,
        direct_url: None,
        connections: 2,
        read_url: None,
        read_connections: 1,
        binaries: None,
        backup_within: None,
    }
}

async fn count(url: &str, sql: &str) -> i64 {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    let value = client.query_one(sql, &[]).await.unwrap().get(0);
    drop(client);
    driver.await.unwrap().unwrap();
    value
}

fn pid(server: &PrivatePostgres) -> String {
    let text = std::fs::read_to_string(server.home.pid_file()).unwrap();
    text.lines().next().unwrap().to_owned()
}

#[tokio::test]
async fn data_survives_a_stop_and_nothing_is_left_running() {
    let folder = Folder::new("pg");
    let server = PrivatePostgres::start(&config(), &folder.0).await.unwrap();
    assert!(server.is_owner());
    let first = pid(&server);
    let sql = "with made as (select 1) select count(*) from made";
    assert_eq!(count(&server.url(), sql).await, 1);
    let (client, connection) = tokio_postgres::connect(&server.url(), NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute("create table kept (id int); insert into kept values (7)").await.unwrap();
    // The session is still open: a fast stop ends it.
    server.stop().await;
    assert!(driver.await.unwrap().is_err());
    assert!(!Path::new(&format!("/proc/{first}")).exists());

    let server = PrivatePostgres::start(&config(), &folder.0).await.unwrap();
    assert_eq!(count(&server.url(), "select count(*) from kept").await, 1);
    server.stop().await;
}

#[tokio::test]
async fn a_second_process_is_a_guest() {
    let folder = Folder::new("pg");
    let owner = PrivatePostgres::start(&config(), &folder.0).await.unwrap();
    let guest = PrivatePostgres::start(&config(), &folder.0).await.unwrap();
    assert!(!guest.is_owner());
    guest.stop().await;
    assert_eq!(count(&owner.url(), "select 1::bigint").await, 1);
    owner.stop().await;
}

#[tokio::test]
async fn an_orphan_is_replaced_and_a_stale_pid_is_cleaned() {
    let folder = Folder::new("pg");
    let mut server = PrivatePostgres::start(&config(), &folder.0).await.unwrap();
    let orphan = pid(&server);
    // What a killed process leaves behind: no lock, but a running server.
    let owned = server.owned.take().unwrap();
    drop(owned._lock);
    let server = PrivatePostgres::start(&config(), &folder.0).await.unwrap();
    assert!(server.is_owner());
    let replaced = pid(&server);
    assert_ne!(orphan, replaced);

    let status = Command::new("kill").args(["-9", &replaced]).status().unwrap();
    assert!(status.success());
    let mut server = server;
    let owned = server.owned.take().unwrap();
    owned.postmaster.join();
    drop(owned._lock);
    assert_eq!(process::state(&server.home).unwrap(), State::Stale);
    let server = PrivatePostgres::start(&config(), &folder.0).await.unwrap();
    assert_eq!(count(&server.url(), "select 1::bigint").await, 1);
    server.stop().await;
}

#[tokio::test]
async fn a_long_path_moves_the_socket_to_a_short_one() {
    let folder = Folder::new(&"long-".repeat(24));
    let server = PrivatePostgres::start(&config(), &folder.0).await.unwrap();
    assert!(server.home.socket_dir.as_os_str().len() < 60);
    assert_eq!(count(&server.url(), "select 1::bigint").await, 1);
    let socket_dir = server.home.socket_dir.clone();
    server.stop().await;
    std::fs::remove_dir_all(socket_dir).unwrap();
}
