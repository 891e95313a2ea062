//! Settings, as the program takes them from its environment and from a file.

use crate::support::binary::{Serving, api, run};
use crate::support::database;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Why the server does not start with these settings.
async fn refused(settings: &[(&OsStr, &OsStr)]) -> String {
    let data = tempfile::tempdir().unwrap();
    let mut command = api(&["serve"], data.path(), "postgres://localhost/nobody");
    let said = run(command.envs(settings.iter().copied()), "").await.refused();
    assert!(std::fs::read_dir(data.path()).unwrap().next().is_none(), "it left something behind");
    said
}

/// Why it does not start with this file.
async fn refused_file(path: &Path) -> String {
    refused(&[(OsStr::new("SPACE_CONFIG"), path.as_os_str())]).await
}

#[tokio::test]
async fn an_unknown_variable_stops_the_start() {
    let said = refused(&[(OsStr::new("SPACE_LISTN"), OsStr::new("127.0.0.1:0"))]).await;
    assert_eq!(said, "SPACE_LISTN is not a known setting; did you mean SPACE_LISTEN?\n");
}

#[tokio::test]
async fn what_is_not_utf_8_stops_the_start_and_is_not_left_out() {
    let odd = OsStr::from_bytes(b"Stra\xdfe");
    let said = refused(&[(OsStr::new("SPACE_WEB_DIR"), odd)]).await;
    assert_eq!(said, "SPACE_WEB_DIR is not valid UTF-8.\n");
    let said = refused(&[(OsStr::from_bytes(b"SPACE_WEB_D\xcfR"), OsStr::new("dist"))]).await;
    assert!(said.contains("is not a known setting; did you mean SPACE_WEB_DIR?"), "{said}");
    // What others want from the environment is not ours.
    let data = tempfile::tempdir().unwrap();
    let mut command = api(&["mail"], data.path(), "postgres://localhost/nobody");
    run(command.env("STREET", odd), "").await.done();
}

#[tokio::test]
async fn weak_and_missing_secrets_stop_production() {
    let production = (OsStr::new("SPACE_ENV"), OsStr::new("production"));
    let said = refused(&[production]).await;
    assert!(said.contains("SPACE_JWT_SECRET must be set"), "{said}");
    for name in ["SPACE_JWT_SECRET", "SPACE_JWT_SECRET_PREVIOUS", "SPACE_METRICS_TOKEN"] {
        for weak in ["x0y1z2w3", "change-me-0123456789-abcdefghijklmnop", &"ab".repeat(32)] {
            let said = refused(&[production, (OsStr::new(name), OsStr::new(weak))]).await;
            assert!(said.contains(&format!("{name} is too weak for production: ")), "{said}");
            assert!(!said.contains(weak), "a secret must not be printed: {said}");
        }
    }
}

#[tokio::test]
async fn a_file_counts_and_the_environment_wins_over_it() {
    let home = tempfile::tempdir().unwrap();
    let (path, data) = (home.path().join("the-space.toml"), home.path().join("data"));
    let text = format!(
        "# A comment.\nSPACE_LISTEN = \"127.0.0.1:0\"\nSPACE_BCRYPT_COST = 4\n\
         DATABASE_URL = '{}'\nSPACE_DATA_DIR = '{}'\nPUBLIC_URL = \"http://file.example.org\"\n",
        database::fresh().await,
        data.display()
    );
    std::fs::write(&path, text).unwrap();
    let mut command = api(&["serve"], &data, "");
    for name in ["SPACE_DATA_DIR", "DATABASE_URL", "SPACE_BCRYPT_COST"] {
        command.env_remove(name);
    }
    command.env("SPACE_CONFIG", &path).env("PUBLIC_URL", "http://environment.example.org");
    let server = Serving::start(&mut command).await;
    server.signal("TERM").await;
    let said = server.end().await.done();
    assert!(said.contains("The Space  http://environment.example.org"), "{said}");
    assert!(said.contains(&format!("files in {}", data.join("mail").display())), "{said}");
    // A bad value of the file does not count either where the environment has a good one.
    std::fs::write(&path, "SPACE_WORKERS = \"many\"\n").unwrap();
    let mut command = api(&["mail"], &data, "");
    run(command.env("SPACE_CONFIG", &path).env("SPACE_WORKERS", "2"), "").await.done();
    // Empty as with every other variable: not set.
    run(api(&["mail"], &data, "").env("SPACE_CONFIG", ""), "").await.done();
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_with_its_place() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("the-space.toml");
    let said = refused_file(&path).await;
    let missing = format!("SPACE_CONFIG names `{}`, which can't be read: ", path.display());
    assert!(said.starts_with(&missing), "{said}");
    for (text, line, words) in [
        (&b"\nSPACE_LISTN = \"x\""[..], 2, "SPACE_LISTN is not a known setting; did you mean"),
        (b"PATH = \"/bin\"", 1, "PATH is not a known setting."),
        (b"\n\n[server]\nlisten = 1", 3, "server is a table; "),
        (b"# One\n# Two\nSPACE_LISTEN = \"nowhere\"", 3, "SPACE_LISTEN is `nowhere`, which is"),
        (b"SPACE_WORKERS = 0", 1, "SPACE_WORKERS is `0`, which is not a number from 1"),
        (b"SPACE_TRUSTED_PROXIES = [\"10.0.0.0/8\"]", 1, "SPACE_TRUSTED_PROXIES is a list; "),
        (b"SPACE_CONFIG = \"other.toml\"", 1, "SPACE_CONFIG is not a known setting"),
        (b"SPACE_ENV = \"development\"\nSPACE_JWT_SECRET = hunter2", 2, "this is not TOML: "),
        (b"SPACE_ENV = \"development\"\nSPACE_ENV = \"x\"", 2, "this is not TOML: duplicate key"),
        (b"\nSPACE_JWT_SECRET = \"hunter2", 2, "this is not TOML: "),
        (b"\n\nSPACE_WEB_DIR = \"Stra\xdfe\"", 3, "this is not valid UTF-8"),
    ] {
        std::fs::write(&path, text).unwrap();
        let said = refused_file(&path).await;
        let place = format!("{}:{line}: {words}", path.display());
        assert!(said.contains(&place), "{said:?} does not say {place}");
        assert!(!said.contains("hunter2"), "a secret must not be printed: {said}");
    }
}
