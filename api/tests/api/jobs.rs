//! Jobs: committed with their change, done at least once, tried again, never lost.

use crate::support::TestApp;
use api::app::App;
use api::error::{ApiError, ApiResult};
use api::jobs::model::queue;
use api::jobs::worker::{Worker, add_due, run_due};
use api::jobs::{Job, Jobs, When, enqueue, enqueue_when};
use api::platform::db::PgConn;
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};
use serde::{Deserialize, Serialize};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;
use uuid::Uuid;

/// What ran, in order. Each test is a process of its own.
static DONE: LazyLock<Mutex<Vec<u32>>> = LazyLock::new(Mutex::default);
static STARTED: LazyLock<tokio::sync::Notify> = LazyLock::new(tokio::sync::Notify::new);

#[derive(Default, Serialize, Deserialize)]
struct Note {
    #[serde(default)]
    number: u32,
}

impl Job for Note {
    const KIND: &'static str = "test.note";

    async fn run(self, _: App) -> ApiResult<()> {
        tokio::task::yield_now().await;
        DONE.lock().unwrap().push(self.number);
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
struct Broken {}

impl Job for Broken {
    const KIND: &'static str = "test.broken";
    const ATTEMPTS: i32 = 2;

    async fn run(self, _: App) -> ApiResult<()> {
        Err(ApiError::internal(anyhow::anyhow!("the oven is cold")))
    }
}

#[derive(Serialize, Deserialize)]
struct Endless {}

impl Job for Endless {
    const KIND: &'static str = "test.endless";

    async fn run(self, _: App) -> ApiResult<()> {
        STARTED.notify_one();
        std::future::pending().await
    }
}

fn jobs() -> Jobs {
    Jobs::default().on::<Note>().on::<Broken>()
}

fn done() -> Vec<u32> {
    DONE.lock().unwrap().clone()
}

async fn sql(app: &TestApp, text: &str) {
    app.app.conn().await.unwrap().batch_execute(text).await.unwrap();
}

async fn add(app: &TestApp, number: u32) {
    enqueue(&mut app.app.conn().await.unwrap(), &Note { number }).await.unwrap();
}

#[tokio::test]
async fn a_job_is_committed_with_its_change_or_not_at_all() {
    let app = TestApp::start().await;
    let failed = app.app.transact(async |tx| {
        enqueue(tx, &Note { number: 1 }).await?;
        Err::<(), _>(ApiError::not_found())
    });
    assert!(failed.await.is_err());
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 0);
    let made = app.app.transact(async |tx| Ok(enqueue(tx, &Note { number: 2 }).await?));
    made.await.unwrap();
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 1);
    assert_eq!(done(), [2]);
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 0, "it is done once");
}

#[tokio::test]
async fn a_failure_is_tried_again_later_and_laid_aside_in_the_end() {
    let app = TestApp::start().await;
    let conn = &mut *app.app.conn().await.unwrap();
    enqueue(conn, &Broken {}).await.unwrap();
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 1);
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 0, "not at once");
    let waiting = queue::list(conn, false).await.unwrap();
    assert_eq!(waiting[0].attempts, 1);
    assert!(waiting[0].run_at > chrono::Utc::now());
    assert!(waiting[0].last_error.as_ref().unwrap().contains("the oven is cold"));
    sql(&app, "UPDATE jobs SET run_at = now()").await;
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 1);
    assert_eq!(queue::counts(conn).await.unwrap(), (0, 1), "dead, and not lost");
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 0);
    assert_eq!(queue::revive(conn).await.unwrap(), 1);
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_killed_workers_job_is_taken_over_when_its_lease_ends() {
    let app = TestApp::start().await;
    add(&app, 1).await;
    let dead = Uuid::now_v7();
    let conn = &mut *app.app.conn().await.unwrap();
    let taken = queue::take(conn, dead, &["test.note"]).await.unwrap().unwrap();
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 0, "somebody has it");
    sql(&app, "UPDATE jobs SET locked_until = now() - interval '1 second'").await;
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 1);
    assert_eq!(done(), [1]);
    assert!(!queue::renew(conn, dead, taken.id).await.unwrap(), "the dead one lost it");
    // An unknown kind waits for a newer node.
    assert!(queue::take(conn, dead, &[]).await.unwrap().is_none());
}

#[tokio::test]
async fn two_workers_do_each_job_once() {
    let app = TestApp::start().await;
    for number in 0..40 {
        add(&app, number).await;
    }
    let (a, b) = tokio::join!(run_due(&app.app, jobs()), run_due(&app.app, jobs()));
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_eq!(a + b, 40);
    assert!(a > 0 && b > 0, "{a} and {b}");
    let mut all = done();
    all.sort_unstable();
    assert_eq!(all, (0..40).collect::<Vec<_>>());
}

#[derive(QueryableByName)]
struct Read {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// Rows of the queue that the transaction has read.
async fn rows_read(conn: &mut PgConn) -> i64 {
    let sql = "SELECT seq_tup_read + idx_tup_fetch AS rows FROM pg_stat_xact_user_tables WHERE relname = 'jobs'";
    diesel::sql_query(sql).get_result::<Read>(conn).await.unwrap().rows
}

#[tokio::test]
async fn a_backlog_of_another_kind_is_not_walked_over() {
    let app = TestApp::start().await;
    sql(
        &app,
        "INSERT INTO jobs (id, kind, payload, max_attempts, run_at) \
         SELECT gen_random_uuid(), 'test.note', '{\"number\": 1}', 3, now() - interval '1 hour' \
         FROM generate_series(1, 5000); ANALYZE jobs",
    )
    .await;
    let conn = &mut *app.app.conn().await.unwrap();
    conn.batch_execute("BEGIN").await.unwrap();
    let worker = Uuid::now_v7();
    assert!(queue::take(conn, worker, &["test.broken"]).await.unwrap().is_none());
    enqueue(conn, &Broken {}).await.unwrap();
    let taken = queue::take(conn, worker, &["test.broken", "test.endless"]).await.unwrap();
    assert_eq!(taken.unwrap().kind, "test.broken");
    let read = rows_read(conn).await;
    assert!(read < 20, "{read} rows");
    // Of several kinds what is due longest comes first.
    conn.batch_execute("ROLLBACK").await.unwrap();
    enqueue(conn, &Broken {}).await.unwrap();
    let both = ["test.broken", "test.note"];
    assert_eq!(queue::take(conn, worker, &both).await.unwrap().unwrap().kind, "test.note");
    sql(&app, "UPDATE jobs SET run_at = now() - interval '2 hours' WHERE kind = 'test.broken'")
        .await;
    assert_eq!(queue::take(conn, worker, &both).await.unwrap().unwrap().kind, "test.broken");
}

#[tokio::test]
async fn under_a_key_one_waits_and_the_next_may_come_while_it_runs() {
    let app = TestApp::start().await;
    let conn = &mut *app.app.conn().await.unwrap();
    let when = When { once: Some("bread"), ..Default::default() };
    assert!(enqueue_when(conn, &Note { number: 1 }, when).await.unwrap());
    assert!(!enqueue_when(conn, &Note { number: 2 }, when).await.unwrap());
    let other = When { once: Some("milk"), ..Default::default() };
    assert!(enqueue_when(conn, &Note { number: 3 }, other).await.unwrap());
    let worker = Uuid::now_v7();
    queue::take(conn, worker, &["test.note"]).await.unwrap().unwrap();
    assert!(enqueue_when(conn, &Note { number: 4 }, when).await.unwrap(), "1 runs already");
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 2);
    assert_eq!(done(), [3, 4]);
}

#[tokio::test]
async fn later_is_not_now() {
    let app = TestApp::start().await;
    let conn = &mut *app.app.conn().await.unwrap();
    let when = When { after: Duration::from_secs(60), once: None };
    enqueue_when(conn, &Note { number: 1 }, when).await.unwrap();
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 0);
    sql(&app, "UPDATE jobs SET run_at = run_at - interval '1 minute'").await;
    assert_eq!(run_due(&app.app, jobs()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_period_is_kept_once_by_all_nodes() {
    let app = TestApp::start().await;
    let hourly = || Jobs::default().every::<Note>(Duration::from_secs(3600));
    let (a, b) = tokio::join!(add_due(&app.app, hourly()), add_due(&app.app, hourly()));
    a.unwrap();
    b.unwrap();
    assert_eq!(run_due(&app.app, hourly()).await.unwrap(), 1);
    add_due(&app.app, hourly()).await.unwrap();
    assert_eq!(run_due(&app.app, hourly()).await.unwrap(), 0, "not before the hour is over");
    sql(&app, "UPDATE job_schedules SET next_at = now()").await;
    add_due(&app.app, hourly()).await.unwrap();
    assert_eq!(run_due(&app.app, hourly()).await.unwrap(), 1);
}

#[tokio::test]
async fn the_worker_runs_what_comes_and_gives_back_what_it_cannot_finish() {
    let app = TestApp::start().await;
    let local = tokio::task::LocalSet::new();
    local
        .run_until(async {
            let worker =
                Worker::start(app.app.clone(), jobs().merge(Jobs::default().on::<Endless>()));
            let conn = &mut *app.app.conn().await.unwrap();
            enqueue(conn, &Endless {}).await.unwrap();
            add(&app, 7).await;
            STARTED.notified().await;
            while done().is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            worker.stop(Duration::from_millis(50)).await;
            let left = queue::list(conn, false).await.unwrap();
            assert_eq!(left.len(), 1);
            assert_eq!((left[0].kind.as_str(), left[0].attempts), ("test.endless", 0));
            assert!(queue::take(conn, Uuid::now_v7(), &["test.endless"]).await.unwrap().is_some());
        })
        .await;
}

#[tokio::test]
async fn the_product_has_its_jobs() {
    let app = TestApp::start().await;
    add_due(&app.app, api::router::jobs()).await.unwrap();
    run_due(&app.app, api::router::jobs()).await.unwrap();
    let conn = &mut *app.app.conn().await.unwrap();
    assert_eq!(queue::counts(conn).await.unwrap(), (0, 0), "each of them works on an empty house");
}

/// A job that takes its process along does not do so for ever.
#[tokio::test]
async fn a_job_that_never_ends_is_laid_aside() {
    let app = TestApp::start().await;
    add(&app, 9).await;
    sql(&app, "UPDATE jobs SET max_attempts = 2").await;
    let conn = &mut *app.app.conn().await.unwrap();
    for _ in 0..2 {
        assert!(queue::take(conn, Uuid::now_v7(), &["test.note"]).await.unwrap().is_some());
        sql(&app, "UPDATE jobs SET locked_until = now() - interval '1 second'").await;
    }
    assert!(queue::take(conn, Uuid::now_v7(), &["test.note"]).await.unwrap().is_none());
    add_due(&app.app, jobs()).await.unwrap();
    assert_eq!(queue::counts(conn).await.unwrap().1, 1, "it is among the dead");
}
