//! `api backup` and `api restore`, as an operator runs them (battery R17).

use crate::support::bakery::{Bakery, texts};
use crate::support::files::png;
use crate::support::{TestApp, database};
use diesel_async::SimpleAsyncConnection as _;
use std::path::Path;
use std::process::Command;

/// Runs the program; what it printed, and whether it was content.
fn run(command: &str, folder: &Path, url: &str, data_dir: &Path) -> (String, bool) {
    let output = Command::new(env!("CARGO_BIN_EXE_api"))
        .arg(command)
        .arg(folder)
        .env("DATABASE_URL", url)
        .env("SPACE_DATA_DIR", data_dir)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8_lossy(&text).into_owned(), output.status.success())
}

#[tokio::test]
async fn what_is_backed_up_comes_back_and_what_is_damaged_does_not() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let url = database::fresh().await;
    let setting = [("SPACE_BACKUP_HOURS", "26"), ("SPACE_DATA_DIR", data.to_str().unwrap())];
    let app = TestApp::node(&url, &setting).await;
    let bakery = Bakery::at(app).await;
    bakery.say(&bakery.anna, "Rye at seven").await;
    let picture = bakery.anna.uploaded("rye.png", &png()).await;
    let before = bakery.anna.load(&format!("/files/{picture}"), &[]).await;
    assert_eq!(before.status, 200);
    let health = async || {
        let url = format!("http://{}/health/ready", bakery.app.address);
        reqwest::get(url).await.unwrap().json::<serde_json::Value>().await.unwrap()
    };
    assert_eq!(health().await["checks"]["backup"], "stale", "there is none");

    let folder = home.path().join("backup");
    let (said, good) = run("backup", &folder, &url, &data);
    assert!(good && said.contains("verified"), "{said}");
    assert_eq!(health().await["checks"]["backup"], "ok");
    let conn = &mut *bakery.app.app.conn().await.unwrap();
    let later = "UPDATE backups SET taken_at = taken_at - interval '27 hours', bytes = bytes * 2";
    conn.batch_execute(later).await.unwrap();
    assert_eq!(health().await["checks"]["backup"], "stale", "it is older than 26 hours");
    let (said, good) = run("backup", &home.path().join("half"), &url, &data);
    assert!(!good && said.contains("much smaller"), "{said}");
    assert_eq!(health().await["checks"]["backup"], "ok", "it is good all the same");
    let (said, good) = run("backup", &folder, &url, &data);
    assert!(!good && said.contains("is there already"), "{said}");

    // Not into what holds something, and not from what is damaged.
    let (said, good) = run("restore", &folder, &url, &data);
    assert!(!good && said.contains("not empty"), "{said}");
    let dump = folder.join("database.dump");
    let whole = std::fs::read(&dump).unwrap();
    std::fs::write(&dump, &whole[..whole.len() - 1]).unwrap();
    let empty = database::empty().await;
    let new_data = home.path().join("restored");
    let (said, good) = run("restore", &folder, &empty, &new_data);
    assert!(!good && said.contains("database.dump is damaged"), "{said}");
    std::fs::write(&dump, &whole).unwrap();
    let (said, good) = run("restore", home.path(), &empty, &new_data);
    assert!(!good && said.contains("no finished backup"), "{said}");

    let (said, good) = run("restore", &folder, &empty, &new_data);
    assert!(good, "{said}");
    let settings = [("SPACE_DATA_DIR", new_data.to_str().unwrap())];
    let again = TestApp::node(&empty, &settings).await;
    // The planner knows its tables at once.
    let counted = "DO $$ BEGIN ASSERT (SELECT reltuples > 0 FROM pg_class WHERE oid = 'messages'::regclass); END $$";
    again.app.conn().await.unwrap().batch_execute(counted).await.unwrap();
    let mut anna = again.stranger();
    anna.login("anna").await;
    let page = anna.get(&format!("/messages/{}", bakery.chat)).await.expect(200);
    assert_eq!(texts(&page), ["Rye at seven"]);
    assert_eq!(anna.load(&format!("/files/{picture}"), &[]).await.bytes, before.bytes);
}
