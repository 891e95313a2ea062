//! Migrations on a database with many messages (battery R16): up, down and up again, what each costs and
//! how long people wait for it.

use crate::parts::Postgres;
use crate::stats::millis;
use anyhow::{Context as _, ensure};
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls};

/// How many.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Messages in the database before the migrations run.
    #[arg(long, default_value_t = 1_000_000)]
    messages: u32,
}

/// The last one that the messages are written with: all later ones find them there.
const FILLED_AT: &str = "2026-11-21-000004_create_chat";
/// What people may wait for a migration.
const LONGEST: Duration = Duration::from_secs(1);
/// Tables that people wait for.
const BUSY: [&str; 5] = ["users", "space_members", "chats", "messages", "events"];

impl Migrate {
    /// For `load faults`.
    pub fn all() -> Self {
        Self { messages: 1_000_000 }
    }
}

struct Migration {
    name: String,
    up: String,
    down: String,
}

/// `load migrate`.
pub async fn run(args: &Migrate) -> anyhow::Result<()> {
    let all = read()?;
    let filled = all.iter().position(|one| one.name == FILLED_AT).context(FILLED_AT)? + 1;
    let postgres = Postgres::start(true).await?;
    let client = connect(&postgres.url()).await?;
    for migration in &all[..filled] {
        client.batch_execute(&migration.up).await.with_context(|| migration.name.clone())?;
    }
    let began = Instant::now();
    fill(&client, args.messages).await?;
    println!("{} messages written in {} s", args.messages, began.elapsed().as_secs());
    let size =
        client.query_one("SELECT pg_total_relation_size('messages')", &[]).await?.get::<_, i64>(0);
    println!(
        "a message takes {} bytes on disk, indexes included",
        size / i64::from(args.messages.max(1))
    );
    let before = postgres.schema().await?;
    let waits = Waits::watch(&postgres.url()).await?;
    let (mut whole, mut slow) = (None, Vec::new());
    for round in ["up", "down", "up again"] {
        println!("{round}: took; readers waited at most; writers waited at most");
        let mut list: Vec<&Migration> = all[filled..].iter().collect();
        if round == "down" {
            list.reverse();
        }
        for migration in list {
            let text = if round == "down" { &migration.down } else { &migration.up };
            waits.forget();
            let began = Instant::now();
            client.batch_execute(text).await.with_context(|| migration.name.clone())?;
            let took = millis(began.elapsed());
            let longest = waits.longest();
            let [read, write] = longest.map(millis);
            println!("  {:<42} {took:>10} {read:>10} {write:>10}", migration.name);
            if longest.into_iter().any(|wait| wait > LONGEST) {
                slow.push(format!("{} {round}", migration.name));
            }
        }
        let schema = postgres.schema().await?;
        match round {
            "down" => ensure!(schema == before, "down does not lead back"),
            _ => {
                let first = whole.get_or_insert_with(|| schema.clone());
                ensure!(*first == schema, "up again is not what up was");
            }
        }
    }
    waits.end().await;
    let left: i64 = client.query_one("SELECT count(*) FROM messages", &[]).await?.get(0);
    ensure!(left == i64::from(args.messages), "{left} messages are left");
    drop(client);
    postgres.end().await?;
    ensure!(slow.is_empty(), "people waited for longer than {LONGEST:?}: {}", slow.join(", "));
    Ok(())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations")
}

fn read() -> anyhow::Result<Vec<Migration>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder())? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        let text = |name: &str| std::fs::read_to_string(path.join(name));
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        all.push(Migration { name, up: text("up.sql")?, down: text("down.sql")? });
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// A space of 2,000 people with one chat. The text indexes are made afterwards, which is much faster.
async fn fill(client: &Client, messages: u32) -> anyhow::Result<()> {
    let indexes = client
        .query(
            "SELECT indexdef FROM pg_indexes WHERE indexdef LIKE '%ON public.messages USING gin%'",
            &[],
        )
        .await?;
    let people = "CREATE TEMP TABLE people AS SELECT gen_random_uuid() AS id, n FROM generate_series(1, 2000) n;
         INSERT INTO users (id, nickname, nickname_key) SELECT id, 'person_' || n, 'person_' || n FROM people;
         INSERT INTO spaces (id, name, visibility, owner_id)
             SELECT gen_random_uuid(), 'Bakery', 'public', id FROM people WHERE n = 1;
         INSERT INTO roles (id, space_id, kind, name, color, priority, permissions)
             SELECT gen_random_uuid(), id, 'member', 'member', '#888888', 1, 0 FROM spaces;
         INSERT INTO space_members (space_id, user_id, role_id)
             SELECT s.id, p.id, r.id FROM spaces s, roles r, people p;
         INSERT INTO chats (id, kind, space_id, name) SELECT gen_random_uuid(), 'space', id, 'general' FROM spaces;
         DROP INDEX messages_search, messages_trigrams";
    client.batch_execute(people).await?;
    let text = format!(
        "INSERT INTO messages (id, chat_id, seq, author_id, content, nonce, created_at)
             SELECT gen_random_uuid(), c.id, s.n, p.id,
                 'bread ' || substr(md5(s.n::text), 1, 6) || ' at ' || s.n % 24 || ' ' || substr(md5((s.n / 7)::text), 1, 5),
                 s.n::text, now() - make_interval(secs => ({messages} - s.n) * 20)
             FROM chats c, generate_series(1::bigint, {messages}) AS s (n)
             JOIN people p ON p.n = 1 + s.n % 2000"
    );
    client.batch_execute(&text).await?;
    for index in indexes {
        client.batch_execute(index.get(0)).await?;
    }
    client.batch_execute(&format!("UPDATE chats SET last_seq = {messages}; ANALYZE")).await?;
    Ok(())
}

/// Readers and writers of each busy table, one after the other, as fast as they are let.
struct Waits {
    longest: Arc<[Longest; 2]>,
    on: Arc<AtomicBool>,
    tasks: JoinSet<anyhow::Result<()>>,
}

/// The longest wait so far, in microseconds, and when those began that still wait.
#[derive(Default)]
struct Longest {
    over: AtomicU64,
    open: Mutex<Vec<Instant>>,
}

impl Waits {
    async fn watch(url: &str) -> anyhow::Result<Self> {
        let longest = Arc::new([Longest::default(), Longest::default()]);
        let on = Arc::new(AtomicBool::new(true));
        let mut tasks = JoinSet::new();
        for table in BUSY {
            for (n, mode) in ["ACCESS SHARE", "ROW EXCLUSIVE"].into_iter().enumerate() {
                let (client, longest, on) = (connect(url).await?, longest.clone(), on.clone());
                let touch = format!("BEGIN; LOCK TABLE {table} IN {mode} MODE; COMMIT");
                tasks.spawn(async move {
                    while on.load(Ordering::Relaxed) {
                        let began = Instant::now();
                        longest[n].open().push(began);
                        client.batch_execute(&touch).await?;
                        longest[n].open().retain(|at| *at != began);
                        longest[n].note(began.elapsed());
                        tokio::time::sleep(Duration::from_millis(3)).await;
                    }
                    Ok(())
                });
            }
        }
        Ok(Self { longest, on, tasks })
    }

    fn forget(&self) {
        self.longest.iter().for_each(|longest| longest.over.store(0, Ordering::Relaxed));
    }

    /// What readers and writers have waited for at most, those included who still wait.
    fn longest(&self) -> [Duration; 2] {
        self.longest.each_ref().map(|longest| {
            let open = longest.open().iter().map(Instant::elapsed).max().unwrap_or_default();
            open.max(Duration::from_micros(longest.over.load(Ordering::Relaxed)))
        })
    }

    async fn end(mut self) {
        self.on.store(false, Ordering::Relaxed);
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Longest {
    fn open(&self) -> std::sync::MutexGuard<'_, Vec<Instant>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.over.fetch_max(micros, Ordering::Relaxed);
    }
}
