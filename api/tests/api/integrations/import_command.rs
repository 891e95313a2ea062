//! `api import community`, as an operator runs it.

use super::import::{Export, WRONG, line, number};
use crate::support::TestApp;
use crate::support::binary::{Ran, api, run};
use std::process::Stdio;
use tokio::process::Command;

/// The command, for this server's database.
fn import(app: &TestApp, data: &tempfile::TempDir, export: &Export) -> Command {
    let file = export.0.to_str().unwrap();
    let arguments = ["import", "community", file, "--space", "The Bakery"];
    api(&arguments, data.path(), &app.database)
}

const MESSAGES: &str = "SELECT count(*) AS n FROM messages";

/// The number in front of these words of the summary; 0 where it does not speak of it.
fn told(ran: &Ran, words: &str) -> i64 {
    let line = ran.out.lines().find(|line| line.contains(words));
    line.map_or(0, |line| line.split_whitespace().next().unwrap().parse().unwrap())
}

#[tokio::test]
async fn it_tells_what_it_does_what_it_skips_and_that_a_second_run_adds_nothing() {
    let app = TestApp::start().await;
    let data = tempfile::tempdir().unwrap();
    let mut lines: Vec<String> = (1..=2500)
        .map(|id| line(id, ["rye", "ovens"][id as usize % 2], "", "petro", "hello").to_string())
        .collect();
    lines.extend(["nonsense".into(), String::new(), lines[0].clone()]);
    lines.push(line(2501, "rye", "", "ganna", &"long ".repeat(3000)).to_string());
    lines.push(line(2502, "rye", "", "ganna", " ").to_string());
    let export = Export::plain(lines.join("\n").as_bytes());

    let first = run(&mut import(&app, &data, &export), "").await;
    assert!(first.is_success, "{first:?}");
    for (words, count) in [
        ("messages imported in ", 2502),
        ("new chats, 2 new people", 2),
        ("lines read", 2504),
        ("long texts stored in several messages", 1),
        ("lines repeat an earlier line", 1),
        ("bad lines skipped", 2),
        ("messages were there already", 0),
    ] {
        assert_eq!(told(&first, words), count, "{words}: {}", first.out);
    }
    let login = first.out.lines().next().unwrap();
    assert!(login.starts_with("The new space belongs to the new account `"), "{login}");
    let bad: Vec<&str> = first.err.lines().filter(|line| line.starts_with("line ")).collect();
    assert_eq!(bad.len(), 2, "{}", first.err);
    assert!(bad[0].starts_with("line 2501: not JSON"), "{}", first.err);
    assert!(bad[1].starts_with("line 2505: `text`: "), "{}", first.err);
    // No terminal: lines instead of a bar, and none of them twice.
    let steps: Vec<&str> = first.err.lines().filter(|line| line.ends_with(" %")).collect();
    assert_eq!(steps.last(), Some(&"writing 100 %"), "{}", first.err);
    assert!(steps.contains(&"reading 100 %") && steps.contains(&"writing 30 %"), "{steps:?}");
    assert!(steps.len() <= 20 && steps.windows(2).all(|two| two[0] != two[1]), "{steps:?}");
    assert!(!first.err.contains('\x1b'), "{:?}", first.err);
    assert_eq!(number(&app, MESSAGES).await, 2502);

    let second = run(&mut import(&app, &data, &export), "").await;
    assert!(second.is_success, "{second:?}");
    assert!(second.out.starts_with("0 messages imported in "), "{}", second.out);
    assert_eq!(told(&second, "messages were there already"), 2502, "{}", second.out);
    assert_eq!(told(&second, "new chats, 0 new people"), 0, "{}", second.out);
    assert_eq!(number(&app, MESSAGES).await, 2502);
}

#[tokio::test]
async fn what_was_killed_goes_on_and_stores_nothing_twice() {
    let app = TestApp::start().await;
    let data = tempfile::tempdir().unwrap();
    let lines: Vec<_> = (1..=10_000)
        .map(|id| line(id, "rye", &format!("t{}", id % 7), "petro", &format!("loaf {id}")))
        .collect();
    let export = Export::packed(&lines);
    let mut command = import(&app, &data, &export);
    let mut killed = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while number(&app, MESSAGES).await == 0 {
        assert!(killed.try_wait().unwrap().is_none(), "it ended before it wrote");
    }
    killed.kill().await.unwrap();

    let ran = run(&mut import(&app, &data, &export), "").await;
    assert!(ran.is_success, "{ran:?}");
    let (known, added) =
        (told(&ran, "messages were there already"), told(&ran, "messages imported in "));
    assert!(known > 0 && added > 0, "it was not killed in between: {}", ran.out);
    assert_eq!(known + added, 10_000, "{}", ran.out);
    for (sql, expected) in [
        (MESSAGES, 10_000),
        ("SELECT count(DISTINCT content) AS n FROM messages", 10_000),
        ("SELECT count(*) AS n FROM messages WHERE subject IS NOT NULL", 7),
        ("SELECT count(*) AS n FROM spaces", 1),
        ("SELECT count(*) AS n FROM pg_tables WHERE tablename LIKE 'import%'", 0),
        (WRONG, 0),
    ] {
        assert_eq!(number(&app, sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn what_cannot_be_imported_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let data = tempfile::tempdir().unwrap();
    let export = Export::plain(b"");
    let missing = api(
        &["import", "community", "no-such-file.ndjson", "--space", "The Bakery"],
        data.path(),
        &app.database,
    );
    let mut nobody = import(&app, &data, &export);
    nobody.args(["--owner", "nobody"]);
    for (mut command, words) in
        [(missing, "cannot open no-such-file.ndjson: "), (nobody, "there is no account `nobody`")]
    {
        let said = run(&mut command, "").await.refused();
        assert!(said.contains(words), "{said}");
    }
    for table in ["spaces", "users"] {
        let sql = format!("SELECT count(*) AS n FROM {table}");
        assert_eq!(number(&app, &sql).await, 0, "{table}");
    }
}
