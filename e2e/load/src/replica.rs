//! A read replica: what was acknowledged is found at once at any node, whatever becomes of the replica.

use crate::Place;
use crate::client::Client;
use crate::community::Community;
use crate::parts::Postgres;
use crate::server::{Site, execute, terminate};
use crate::stats::millis;
use anyhow::{Context as _, ensure};
use shared::chat::SendMessage;
use shared::ids::{ChatId, MessageId};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::process::Child;
use tokio_postgres::{Client as Postgresql, NoTls};
use uuid::Uuid;

/// The replica replays each commit so much later: whoever does not wait misses it.
const DELAY: Duration = Duration::from_millis(20);
/// Messages that are written and looked for at once, by so many people at the same time.
const WRITTEN: usize = 200;
const PEOPLE: usize = 4;
/// How long a search may take while the replica is away, on a busy machine.
const SLOWEST: Duration = Duration::from_secs(2);
/// How long everything may take to notice.
const PATIENCE: Duration = Duration::from_secs(30);

/// `load replica`: writes at one node and searches at the other while the replica is late, stopped, killed, frozen and
/// in conflict with what it replays. `all: false` leaves out what takes long.
pub async fn run(place: &Place, all: bool) -> anyhow::Result<()> {
    println!("a read replica, {} ms late", DELAY.as_millis());
    let mut scene = Scene::prepare(place).await?;
    scene.finds_at_once().await?;
    scene.misses_without_waiting().await?;
    scene.replay_stops().await?;
    scene.is_killed().await?;
    scene.is_in_conflict().await?;
    if all {
        scene.is_frozen().await?;
    }
    scene.commits_are_acknowledged_early().await?;
    scene.end().await
}

/// Two nodes on a primary and its replica.
struct Scene {
    primary: Postgres,
    standby: Postgres,
    site: Site,
    nodes: Vec<(Child, SocketAddr)>,
    community: Community,
    token: String,
}

/// How many heavy reads were served by whom.
type Served = BTreeMap<String, u64>;

impl Scene {
    async fn prepare(place: &Place) -> anyhow::Result<Self> {
        let primary = Postgres::start(true).await?;
        let standby = primary.standby(DELAY).await?;
        let token = Uuid::now_v7().simple().to_string().repeat(2);
        let settings = vec![
            // What is signed by one node is believed by the other.
            ("SPACE_JWT_SECRET", token.clone()),
            ("PUBLIC_URL", "http://space.test".to_owned()),
            ("SPACE_METRICS_TOKEN", token.clone()),
        ];
        let mut site = Site::prepare(&place.with_database(primary.url()), settings).await?;
        let name = site.database()?.rsplit('/').next().context("a database")?.to_owned();
        site.set("DATABASE_READ_URL", standby.url_of(&name));
        let mut nodes = Vec::new();
        for _ in 0..2 {
            nodes.push(site.spawn(SocketAddr::from(([127, 0, 0, 1], 0))).await?);
        }
        let community = Community::gather(nodes[0].1, PEOPLE, 1).await?;
        Ok(Self { primary, standby, site, nodes, community, token })
    }

    fn chat(&self) -> ChatId {
        self.community.chats[0]
    }

    /// A person at the node where he writes, and at the other.
    fn person(&self, n: usize) -> (Client, Client) {
        let here = self.community.people[n % PEOPLE].client.clone();
        let there = here.at(self.nodes[1].1);
        (here, there)
    }

    /// Writes and searches one after the other. How long the slowest search took.
    async fn write_and_find(&self, person: usize, times: usize) -> anyhow::Result<Duration> {
        let (here, there) = self.person(person);
        let mut slowest = Duration::ZERO;
        for n in 0..times {
            let (id, word) = write(&here, self.chat()).await?;
            let began = Instant::now();
            let found = there.search(&word).await?.items;
            slowest = slowest.max(began.elapsed());
            let is_found = found.iter().any(|hit| hit.message.id == id);
            ensure!(is_found, "message {n} was acknowledged and is not found");
        }
        Ok(slowest)
    }

    /// As [`Scene::write_and_find`], all people at the same time.
    async fn all_write_and_find(&self, times: usize) -> anyhow::Result<Duration> {
        let each = (0..PEOPLE).map(|person| self.write_and_find(person, times / PEOPLE));
        let slowest = futures_util::future::try_join_all(each).await?;
        Ok(slowest.into_iter().max().unwrap_or_default())
    }

    async fn served(&self) -> anyhow::Result<Served> {
        let text = self.person(0).1.metrics(&self.token).await?;
        let lines = text.lines().filter_map(|line| {
            let (by, count) = line.strip_prefix("heavy_reads{by=\"")?.split_once("\"} ")?;
            Some((by.to_owned(), count.parse().ok()?))
        });
        Ok(lines.collect())
    }

    async fn served_by(&self, by: &str) -> anyhow::Result<u64> {
        Ok(self.served().await?.get(by).copied().unwrap_or_default())
    }

    /// Searches until one more was served so.
    async fn until_served_by(&self, by: &str) -> anyhow::Result<()> {
        let (before, began) = (self.served_by(by).await?, Instant::now());
        while self.served_by(by).await? == before {
            ensure!(began.elapsed() < PATIENCE, "no search was served by {by}");
            self.write_and_find(0, 1).await?;
        }
        Ok(())
    }

    async fn finds_at_once(&self) -> anyhow::Result<()> {
        let slowest = self.all_write_and_find(WRITTEN).await?;
        let served = self.served().await?;
        println!("  {WRITTEN} written, 0 missed, at most {} later; by {served:?}", millis(slowest));
        let by_replica = served.get("replica").copied().unwrap_or_default();
        ensure!(by_replica >= 50, "the replica was hardly used: {served:?}");
        Ok(())
    }

    /// The replica itself, asked by us.
    async fn ask_replica(&self) -> anyhow::Result<Postgresql> {
        let name = self.site.database()?.rsplit('/').next().context("a database")?;
        connect(&self.standby.url_of(name)).await
    }

    /// The negative control: the replica itself, asked at once.
    async fn misses_without_waiting(&self) -> anyhow::Result<()> {
        let replica = self.ask_replica().await?;
        let (here, _) = self.person(0);
        let mut missed = 0;
        for _ in 0..20 {
            let (id, _) = write(&here, self.chat()).await?;
            missed += usize::from(!has(&replica, id).await?);
        }
        println!("  control: of 20 that nobody waited for, {missed} were missed");
        ensure!(missed > 0, "without waiting nothing was missed: this test proves nothing");
        Ok(())
    }

    async fn replay_stops(&self) -> anyhow::Result<()> {
        let before = self.served_by("primary_behind").await?;
        execute(&self.standby.url(), "SELECT pg_wal_replay_pause()").await?;
        let slowest = self.all_write_and_find(20).await?;
        let behind = self.served_by("primary_behind").await? - before;
        execute(&self.standby.url(), "SELECT pg_wal_replay_resume()").await?;
        ensure!(behind > 0, "the replica was asked though it stood still");
        ensure!(slowest < SLOWEST, "a search took {}", millis(slowest));
        self.until_served_by("replica").await?;
        println!(
            "  replay stopped: found by the primary ({behind} times, at most {}); resumed: by the replica",
            millis(slowest)
        );
        Ok(())
    }

    async fn is_killed(&mut self) -> anyhow::Result<()> {
        let before = self.served_by("primary_down").await?;
        self.standby.kill().await?;
        let slowest = self.all_write_and_find(40).await?;
        let down = self.served_by("primary_down").await? - before;
        self.standby.restart().await?;
        ensure!(down > 0, "a replica that is gone was not noticed");
        ensure!(slowest < SLOWEST, "a search took {}", millis(slowest));
        self.until_served_by("replica").await?;
        println!(
            "  killed: found by the primary ({down} times, at most {}); back: by the replica",
            millis(slowest)
        );
        Ok(())
    }

    async fn is_frozen(&self) -> anyhow::Result<()> {
        let before = self.served_by("primary_down").await?;
        let time = Duration::from_secs(3);
        let frozen = self.standby.freeze(time);
        let talk = async {
            let (began, mut slowest) = (Instant::now(), Duration::ZERO);
            while began.elapsed() < Duration::from_millis(2500) {
                slowest = slowest.max(self.all_write_and_find(PEOPLE).await?);
            }
            anyhow::Ok(slowest)
        };
        let ((), slowest) = tokio::try_join!(frozen, talk)?;
        let down = self.served_by("primary_down").await? - before;
        ensure!(down > 0, "a replica that does not answer was not noticed");
        // One that was being answered waits for as long.
        ensure!(slowest < time + SLOWEST, "a search took {}", millis(slowest));
        self.until_served_by("replica").await?;
        println!("  frozen: found by the primary ({down} times, at most {})", millis(slowest));
        Ok(())
    }

    /// The replica ends queries that stand in the way of what it replays.
    async fn is_in_conflict(&self) -> anyhow::Result<()> {
        execute(&self.standby.url(), "ALTER SYSTEM SET max_standby_streaming_delay = 0").await?;
        execute(&self.standby.url(), "SELECT pg_reload_conf()").await?;
        let (before, began) = (self.served_by("primary_repeats").await?, Instant::now());
        let on = AtomicBool::new(true);
        let locks = async {
            let url = self.site.database()?;
            let sql = "BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE; COMMIT";
            while on.load(Ordering::Relaxed) {
                execute(url, sql).await?;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            anyhow::Ok(())
        };
        let talk = async {
            let mut repeated = 0;
            while repeated == 0 && began.elapsed() < PATIENCE {
                self.all_write_and_find(20).await?;
                repeated = self.served_by("primary_repeats").await? - before;
            }
            on.store(false, Ordering::Relaxed);
            Ok(repeated)
        };
        let ((), repeated) = tokio::try_join!(locks, talk)?;
        ensure!(repeated > 0, "no query was ended by what the replica replays");
        println!("  {repeated} searches that replaying ended were done by the primary");
        Ok(())
    }

    /// What is acknowledged before it is written has not even left the primary.
    async fn commits_are_acknowledged_early(&self) -> anyhow::Result<()> {
        for setting in ["synchronous_commit = off", "wal_writer_delay = '10s'"] {
            execute(&self.primary.url(), &format!("ALTER SYSTEM SET {setting}")).await?;
        }
        execute(&self.primary.url(), "SELECT pg_reload_conf()").await?;
        // One after the other: nobody else's commit takes a message along.
        for _ in 0..3 {
            self.write_and_find(0, 2).await?;
            tokio::time::sleep(Duration::from_millis(1100)).await;
        }
        println!("  acknowledged before they are written: found too");
        // The control: waiting for what is written to disk is not enough here.
        let (primary, replica) = (connect(&self.primary.url()).await?, self.ask_replica().await?);
        let (here, _) = self.person(0);
        let mut missed = 0;
        for _ in 0..5 {
            let (id, _) = write(&here, self.chat()).await?;
            let written = primary.query_one("SELECT pg_current_wal_flush_lsn()::text", &[]).await?;
            let written: String = written.get(0);
            let sql = format!("SELECT pg_last_wal_replay_lsn() >= '{written}'");
            let began = Instant::now();
            while !replica.query_one(&sql, &[]).await?.get::<_, bool>(0) {
                ensure!(began.elapsed() < PATIENCE, "the replica does not follow");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            missed += usize::from(!has(&replica, id).await?);
        }
        println!(
            "  control: of 5 that were waited for until the disk had it, {missed} were missed"
        );
        ensure!(missed > 0, "nothing was missed: this test proves nothing");
        Ok(())
    }

    async fn end(self) -> anyhow::Result<()> {
        for (mut child, _) in self.nodes {
            terminate(&mut child).await?;
        }
        self.site.remove().await?;
        self.standby.end().await?;
        self.primary.end().await
    }
}

async fn connect(url: &str) -> anyhow::Result<Postgresql> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn has(database: &Postgresql, message: MessageId) -> anyhow::Result<bool> {
    let sql = format!("SELECT FROM messages WHERE id = '{message}'");
    Ok(database.query_opt(&sql, &[]).await?.is_some())
}

/// A message with a word that no other has.
async fn write(client: &Client, chat: ChatId) -> anyhow::Result<(MessageId, String)> {
    let word = format!("rye{}", Uuid::now_v7().simple());
    let content = format!("There is {word} at seven.");
    let body = SendMessage { content, nonce: word.clone(), ..SendMessage::default() };
    Ok((client.send(chat, &body).await?.id, word))
}
