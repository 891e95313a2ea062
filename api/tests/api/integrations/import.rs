//! `api import community`.

use crate::support::TestApp;
use api::integrations::import::{Progress, Summary, Target, import_community};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::RunQueryDsl as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;

/// A file that goes with the test.
pub(super) struct Export(pub(super) PathBuf);

impl Export {
    pub(super) fn plain(bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("import-{}", uuid::Uuid::now_v7()));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }

    pub(super) fn packed(lines: &[Value]) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        for line in lines {
            writeln!(encoder, "{line}").unwrap();
        }
        Self::plain(&encoder.finish().unwrap())
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Remembers the bad lines.
#[derive(Default)]
struct Quiet(Mutex<Vec<i64>>);

impl Progress for Quiet {
    fn reading(&self, _: u64, _: u64) {}
    fn writing(&self, _: i64, _: i64) {}
    fn bad_line(&self, line: i64, _: &str) {
        self.0.lock().unwrap().push(line);
    }
}

pub(super) fn line(id: u32, channel: &str, topic: &str, author: &str, text: &str) -> Value {
    let at = chrono::DateTime::from_timestamp(1_760_000_000 + i64::from(id) * 60, 0).unwrap();
    json!({"id": id, "channel": channel, "topic": topic, "author": author, "sent_at": at, "text": text})
}

fn bakery() -> Vec<Value> {
    (1..=300)
        .map(|id| {
            let channel = ["rye", "General", "ovens"][id as usize % 3];
            let topic = ["starter", "flour", ""][id as usize / 3 % 3];
            let author = ["Ганна Коваль", "petro", "Petro!", "田中"][id as usize % 4];
            line(id, channel, topic, author, &format!("number {id}, ask @petro"))
        })
        .collect()
}

async fn import(app: &TestApp, export: &Export) -> Summary {
    let target = Target::find_or_create(&app.app, "The Bakery", None).await.unwrap();
    import_community(&app.app, target.space, target.owner, &export.0, &Quiet::default())
        .await
        .unwrap()
}

#[derive(Debug, PartialEq, QueryableByName)]
struct Stored {
    #[diesel(sql_type = Text)]
    chat: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    author: String,
    #[diesel(sql_type = Text)]
    content: String,
    #[diesel(sql_type = Nullable<Text>)]
    subject: Option<String>,
    /// The subject of the answered message.
    #[diesel(sql_type = Nullable<Text>)]
    answers: Option<String>,
}

async fn stored(app: &TestApp) -> Vec<Stored> {
    diesel::sql_query(
        "SELECT c.name AS chat, m.seq, u.display_name AS author, m.content, m.subject, \
         o.subject AS answers FROM messages m JOIN chats c ON c.id = m.chat_id \
         JOIN users u ON u.id = m.author_id LEFT JOIN messages o ON o.id = m.reply_to \
         ORDER BY c.name, m.seq",
    )
    .load(&mut *app.app.conn().await.unwrap())
    .await
    .unwrap()
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

pub(super) async fn number(app: &TestApp, sql: &str) -> i64 {
    let conn = &mut *app.app.conn().await.unwrap();
    diesel::sql_query(sql).get_result::<Number>(conn).await.unwrap().n
}

/// Holes in `seq`, and chats whose `last_seq` or order of time is wrong.
pub(super) const WRONG: &str = "SELECT count(*) AS n FROM chats c LEFT JOIN LATERAL (SELECT count(*) AS n, \
    max(seq) AS last FROM messages WHERE chat_id = c.id) m ON true \
    WHERE m.n <> c.last_seq OR coalesce(m.last, 0) <> c.last_seq OR EXISTS (SELECT 1 \
    FROM messages a JOIN messages b ON b.chat_id = a.chat_id AND b.seq = a.seq + 1 \
    WHERE a.chat_id = c.id AND b.created_at < a.created_at)";

#[tokio::test]
async fn channels_authors_and_topics_find_their_places() {
    let app = TestApp::start().await;
    let summary = import(&app, &Export::packed(&bakery())).await;
    assert_eq!((summary.messages, summary.people, summary.chats), (300, 4, 2), "General was there");
    let rows = stored(&app).await;
    assert_eq!(rows.len(), 300);
    assert_eq!(number(&app, WRONG).await, 0);
    let first = &rows.iter().find(|row| row.chat == "rye").unwrap();
    assert_eq!((first.seq, first.subject.as_deref()), (1, Some("flour")));
    for row in &rows {
        let number: usize = row.content[7..].split(',').next().unwrap().parse().unwrap();
        let topic = ["starter", "flour", ""][number / 3 % 3];
        assert_eq!(row.author, ["Ганна Коваль", "petro", "Petro!", "田中"][number % 4]);
        let heard = row.subject.as_deref().or(row.answers.as_deref()).unwrap_or_default();
        assert_eq!(heard, topic, "{row:?}");
    }
    assert_eq!(rows.iter().filter(|row| row.subject.is_some()).count(), 6, "two topics a chat");
    let mentions = "SELECT count(*) AS n FROM mentions x JOIN users u ON u.id = x.user_id \
        WHERE u.display_name = 'petro'";
    assert_eq!(number(&app, mentions).await, 300);
    let unread = "SELECT count(*) AS n FROM chats c JOIN spaces s ON s.id = c.space_id \
        LEFT JOIN read_states r ON r.chat_id = c.id AND r.user_id = s.owner_id \
        WHERE c.last_seq <> coalesce(r.read_seq, 0)";
    assert_eq!(number(&app, unread).await, 0, "the owner has read it");
    assert_eq!(number(&app, "SELECT member_count AS n FROM spaces").await, 5);
    let left = "SELECT count(*) AS n FROM pg_tables WHERE tablename LIKE 'import%'";
    assert_eq!(number(&app, left).await, 0, "the stage is gone");
}

#[tokio::test]
async fn a_second_run_adds_nothing() {
    let app = TestApp::start().await;
    let export = Export::packed(&bakery());
    import(&app, &export).await;
    let before = stored(&app).await;
    let again = import(&app, &export).await;
    assert_eq!((again.messages, again.people, again.chats, again.known), (0, 0, 0, 300));
    assert_eq!(stored(&app).await, before);
}

#[tokio::test]
async fn bad_lines_are_reported_by_number_and_skipped() {
    let app = TestApp::start().await;
    let good = |id| line(id, "rye", "", "petro", "hello").to_string();
    let mut text = format!("{}\n\nnonsense\n{}\n", good(1), good(2)).into_bytes();
    text.extend(b"{\"id\":\xff}\n");
    text.extend(format!("{}\n", line(3, "rye", "", "petro", " ")).into_bytes());
    text.extend(vec![b'x'; 5 * 1024 * 1024]);
    text.extend(format!("\n{}\n{}", good(1), good(4)).into_bytes());
    let export = Export::plain(&text);
    let target = Target::find_or_create(&app.app, "The Bakery", None).await.unwrap();
    let quiet = Quiet::default();
    let summary =
        import_community(&app.app, target.space, target.owner, &export.0, &quiet).await.unwrap();
    assert_eq!(*quiet.0.lock().unwrap(), [3, 5, 6, 7]);
    let counts = (summary.lines, summary.bad_lines, summary.repeated, summary.messages);
    assert_eq!(counts, (8, 4, 1, 3));
}

#[tokio::test]
async fn a_run_that_was_cut_off_is_finished_by_the_next() {
    let app = TestApp::start().await;
    let lines: Vec<Value> =
        (1..=4000).map(|id| line(id, "rye", &format!("t{}", id % 7), "petro", "word")).collect();
    let export = Export::packed(&lines);
    let target = Target::find_or_create(&app.app, "The Bakery", None).await.unwrap();
    let (state, path) = (app.app.clone(), export.0.clone());
    let run = tokio::spawn(async move {
        import_community(&state, target.space, target.owner, &path, &Quiet::default()).await
    });
    while !run.is_finished() && number(&app, "SELECT count(*) AS n FROM messages").await == 0 {
        tokio::task::yield_now().await;
    }
    run.abort();
    let _ = run.await;
    import(&app, &export).await;
    assert_eq!(number(&app, "SELECT count(*) AS n FROM messages").await, 4000);
    assert_eq!(number(&app, WRONG).await, 0);
    let openings = "SELECT count(*) AS n FROM messages WHERE subject IS NOT NULL";
    assert_eq!(number(&app, openings).await, 7);
}

#[tokio::test]
async fn lines_in_any_order_are_stored_in_the_order_of_time() {
    let app = TestApp::start().await;
    let mut lines = bakery();
    lines.reverse();
    lines.swap(3, 200);
    import(&app, &Export::packed(&lines)).await;
    assert_eq!(number(&app, WRONG).await, 0);
}

#[tokio::test]
async fn later_messages_answer_the_topic_of_an_earlier_run() {
    let app = TestApp::start().await;
    import(&app, &Export::packed(&[line(1, "rye", "starter", "petro", "one")])).await;
    import(&app, &Export::packed(&[line(2, "RYE", "starter", "petro", "two")])).await;
    let rows = stored(&app).await;
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[1].subject.as_deref(), rows[1].answers.as_deref()), (None, Some("starter")));
}

#[tokio::test]
async fn a_long_text_is_stored_whole() {
    let app = TestApp::start().await;
    let text = "слово і ще слово\n".repeat(1500);
    let summary = import(&app, &Export::packed(&[line(1, "rye", "t", "petro", &text)])).await;
    assert_eq!((summary.messages, summary.split), (3, 1));
    let whole: String = stored(&app).await.into_iter().map(|row| row.content).collect();
    assert_eq!(whole, text);
}

#[tokio::test]
async fn a_file_that_breaks_off_imports_nothing() {
    let app = TestApp::start().await;
    let whole = Export::packed(&bakery());
    let bytes = std::fs::read(&whole.0).unwrap();
    let half = Export::plain(&bytes[..bytes.len() / 2]);
    let target = Target::find_or_create(&app.app, "The Bakery", None).await.unwrap();
    let quiet = Quiet::default();
    let failed = import_community(&app.app, target.space, target.owner, &half.0, &quiet).await;
    assert!(failed.unwrap_err().to_string().contains("breaks off"));
    assert_eq!(number(&app, "SELECT count(*) AS n FROM messages").await, 0);
    assert_eq!(import(&app, &whole).await.messages, 300, "and is not in the way");
}

#[tokio::test]
async fn names_decide_where_it_goes() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let made = Target::find_or_create(&app.app, "Club", None).await.unwrap();
    let (nickname, password) = made.login.unwrap();
    let login = json!({"login": nickname, "password": password});
    app.stranger().post("/auth/login", login).await.expect(200);
    let again = Target::find_or_create(&app.app, "Club", None).await.unwrap();
    assert_eq!((again.space, again.login), (made.space, None));
    let hers = Target::find_or_create(&app.app, "Club", Some("anna")).await.unwrap();
    assert_ne!(hers.space, made.space);
    assert_eq!(hers.owner.to_string(), anna.id());
    for (name, owner) in [("Club", None), ("Club", Some("nobody")), ("x", None)] {
        assert!(Target::find_or_create(&app.app, name, owner).await.is_err(), "{name} {owner:?}");
    }
}
