use crate::Place;
use crate::community::Community;
use crate::ledger::Talk;
use crate::parts::{Proxy, Redis, free_port};
use crate::person::Manner;
use crate::pooler::Pooler;
use crate::server::{Site, signal, terminate};
use anyhow::ensure;
use clap::Args;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::process::Child;
use tokio::signal::unix::{SignalKind, signal as heard};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How many, and what happens to them.
#[derive(Debug, Args)]
pub struct Run {
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(2..=9))]
    nodes: u16,
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(2..=100))]
    people: u16,
    /// How often a node is killed with SIGKILL, and one more comes in its place.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=200))]
    kills: u32,
    /// How often Redis is killed, and then frozen.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=50))]
    redis_kills: u32,
    /// How often all nodes are replaced one after the other with SIGTERM.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=50))]
    replacements: u32,
    /// A pooler in transaction mode between the nodes and PostgreSQL: pgbouncer 1.21 or newer.
    #[arg(long)]
    pooled: bool,
    /// Only starts everything, says where, and waits for Ctrl-C. Each line `replace` on standard input kills
    /// a node with SIGKILL and adds another.
    #[arg(long)]
    serve: bool,
    /// With `--serve`: the folder of the built web client, which is served too, with the demo.
    #[arg(long, requires = "serve")]
    web: Option<PathBuf>,
    /// Negative control: nodes that know nothing of each other. Succeeds when the ledger notices.
    #[arg(long)]
    apart: bool,
    /// The seed of what happens when.
    #[arg(long)]
    seed: Option<u64>,
}

impl Run {
    /// As `load faults` wants it.
    pub fn new(kills: u32, redis_kills: u32, apart: bool, seed: u64) -> Self {
        let replacements = u32::from(!apart);
        Self {
            nodes: 3,
            people: 6,
            kills,
            redis_kills,
            replacements,
            pooled: false,
            serve: false,
            web: None,
            apart,
            seed: Some(seed),
        }
    }
}

/// `load cluster`.
pub async fn run(place: &Place, args: &Run) -> anyhow::Result<()> {
    let seed = args.seed.unwrap_or_else(rand::random);
    let mut cluster = Cluster::start(place, args).await?;
    if args.serve {
        return cluster.serve().await;
    }
    let address = cluster.proxy.address;
    let pooled = if args.pooled { " and in front of a pooler" } else { "" };
    println!(
        "Cluster: {} nodes behind a proxy{pooled}, {} people, seed {seed}",
        args.nodes, args.people
    );
    let community = Community::gather(address, args.people.into(), 2).await?;
    let talk = Talk::begin(&community, MANNER);
    let mut random = StdRng::seed_from_u64(seed);
    cluster.suffer(args, &mut random).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let balance = talk.end(&community).await;
    cluster.end().await?;
    if args.apart {
        ensure!(balance.is_err(), "nodes without a bus between them were not noticed");
        println!("The ledger noticed, as it should.");
        return Ok(());
    }
    balance
}

const MANNER: Manner = Manner::with_pause(Duration::from_millis(40));

/// Nodes on one database and one Redis, behind a proxy. There is room for one node more.
struct Cluster {
    site: Site,
    redis: Redis,
    _pooler: Option<Pooler>,
    proxy: Proxy,
    places: Vec<(SocketAddr, Option<Child>)>,
}

impl Cluster {
    async fn start(place: &Place, args: &Run) -> anyhow::Result<Self> {
        let nodes = usize::from(args.nodes);
        let redis = Redis::start().await?;
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let secret = uuid::Uuid::now_v7().simple().to_string().repeat(2);
        let mut settings = vec![
            // What is signed by one node is believed by the others.
            ("SPACE_JWT_SECRET", secret.clone()),
            ("SPACE_METRICS_TOKEN", secret),
            ("PUBLIC_URL", format!("http://{address}")),
            ("SPACE_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
            ("SPACE_DATABASE_CONNECTIONS", "8".to_owned()),
        ];
        if !args.apart {
            settings.push(("REDIS_URL", redis.url()));
        }
        let mut site = Site::prepare(place, settings).await?;
        // Each has its own private one otherwise.
        let direct = site.database()?.to_owned();
        let pooler = match args.pooled {
            true => Some(Pooler::start(&direct).await?),
            false => None,
        };
        if let Some(pooler) = &pooler {
            site.set("DATABASE_URL", pooler.url.clone());
            site.set("DATABASE_DIRECT_URL", direct);
        }
        if let Some(web) = &args.web {
            site.set("SPACE_WEB_DIR", std::path::absolute(web)?.to_string_lossy().into_owned());
            site.run(&["demo"]).await?;
        }
        let mut places = Vec::new();
        for _ in 0..=nodes {
            places.push((SocketAddr::from(([127, 0, 0, 1], free_port()?)), None));
        }
        let addresses: Vec<SocketAddr> = places.iter().map(|(address, _)| *address).collect();
        for (address, child) in places.iter_mut().take(nodes) {
            *child = Some(site.respawn(*address).await?);
        }
        let proxy = Proxy::start_at(address, site.home(), &addresses).await?;
        // The proxy must have asked them once.
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(Self { site, redis, _pooler: pooler, proxy, places })
    }

    /// Until Ctrl-C.
    async fn serve(mut self) -> anyhow::Result<()> {
        let (address, data) = (self.proxy.address, self.site.home().join("data"));
        println!("Data: {}", data.display());
        println!("Database: {}", self.site.database()?);
        println!("{} nodes behind http://{address}; Ctrl-C ends them.", self.places.len() - 1);
        let mut interrupt = heard(SignalKind::interrupt())?;
        let mut lines = lines();
        loop {
            tokio::select! {
                _ = interrupt.recv() => return self.end().await,
                Some(line) = lines.recv() => match line.trim() {
                    "replace" => self.replace().await?,
                    other => println!("{other}: replace is all that can be asked for"),
                },
            }
        }
    }

    /// Kills the node that is there for longest, and adds one.
    async fn replace(&mut self) -> anyhow::Result<()> {
        let new = self.place(0, false);
        let old = (new + 1) % self.places.len();
        if let Some(mut child) = self.places[old].1.take() {
            child.start_kill()?;
            child.wait().await?;
        }
        self.begin(new).await?;
        println!("node {old} killed, node {new} added");
        Ok(())
    }

    async fn suffer(&mut self, args: &Run, random: &mut StdRng) -> anyhow::Result<()> {
        tokio::time::sleep(Duration::from_secs(2)).await;
        for _ in 0..args.kills {
            let running = |(_, child): &&(SocketAddr, Option<Child>)| child.is_some();
            let count = self.places.iter().filter(running).count();
            let place = self.place(random.random_range(0..count), true);
            let other = self.place(0, false);
            if let Some(mut child) = self.places[place].1.take() {
                child.start_kill()?;
                child.wait().await?;
            }
            self.begin(other).await?;
            println!("  node {place} killed, node {other} added");
            tokio::time::sleep(Duration::from_millis(random.random_range(200..1500))).await;
        }
        for _ in 0..args.redis_kills {
            let pause = Duration::from_millis(random.random_range(500..3000));
            self.redis.crash(pause).await?;
            println!("  Redis gone for {pause:?}");
            tokio::time::sleep(Duration::from_secs(2)).await;
            self.redis.freeze(pause * 2).await?;
            println!("  Redis frozen for {:?}", pause * 2);
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        for _ in 0..args.replacements {
            for _ in 0..args.nodes {
                let new = self.place(0, false);
                self.begin(new).await?;
                tokio::time::sleep(Duration::from_millis(600)).await;
                let old = (new + 1) % self.places.len();
                if let Some(mut child) = self.places[old].1.take() {
                    terminate(&mut child).await?;
                }
                println!("  node {old} replaced by node {new}");
            }
        }
        Ok(())
    }

    /// The n-th place with a node, or without one.
    fn place(&self, n: usize, taken: bool) -> usize {
        let places = self.places.iter().enumerate();
        let fitting = places.filter(|(_, (_, child))| child.is_some() == taken);
        fitting.map(|(place, _)| place).nth(n).unwrap_or_default()
    }

    async fn begin(&mut self, place: usize) -> anyhow::Result<()> {
        let (address, child) = &mut self.places[place];
        *child = Some(self.site.respawn(*address).await?);
        Ok(())
    }

    async fn end(self) -> anyhow::Result<()> {
        let running = self.places.into_iter().filter_map(|(_, child)| child);
        let ends = running.map(async |mut child| {
            signal(&child, "CONT").await?;
            terminate(&mut child).await
        });
        futures_util::future::try_join_all(ends).await?;
        self.site.remove().await
    }
}

/// What is typed. A thread of its own, which nobody waits for at the end.
fn lines() -> UnboundedReceiver<String> {
    let (to, lines) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if to.send(line).is_err() {
                break;
            }
        }
    });
    lines
}
