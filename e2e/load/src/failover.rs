//! The primary is gone for good, and its replica is promoted: `DATABASE_URL` names both.

use crate::Place;
use crate::community::Community;
use crate::faults::{Wanted, judge};
use crate::ledger::Talk;
use crate::parts::{Postgres, Proxy, Redis};
use crate::person::Manner;
use crate::server::{Site, execute, terminate};
use anyhow::{Context as _, ensure};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use uuid::Uuid;

const MANNER: Manner = Manner::with_pause(Duration::from_millis(40));
/// How soon sends are acknowledged again after the promotion.
const SOONEST: Duration = Duration::from_secs(10);
/// How long the replica of the negative control hears nothing before the primary is killed.
const BEHIND: Duration = Duration::from_secs(2);

/// `load failover`. The primary waits for its replica before it acknowledges; the negative control's does not, and
/// its replica is behind.
pub async fn run(place: &Place, wanted: Wanted) -> anyhow::Result<()> {
    let waits = wanted == Wanted::Balance;
    println!("the primary killed, its replica promoted");
    let mut primary = Postgres::start(true).await?;
    let standby = primary.standby(Duration::ZERO).await?;
    if waits {
        execute(&primary.url(), "ALTER SYSTEM SET synchronous_standby_names = '*'").await?;
        execute(&primary.url(), "SELECT pg_reload_conf()").await?;
    }
    let redis = Redis::start().await?;
    let secret = Uuid::now_v7().simple().to_string().repeat(2);
    let settings = vec![
        ("SPACE_JWT_SECRET", secret),
        ("PUBLIC_URL", "http://space.test".to_owned()),
        ("SPACE_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        ("REDIS_URL", redis.url()),
    ];
    let site = Site::prepare(&place.with_database(both(&primary, &standby)?), settings).await?;
    let mut nodes = Vec::new();
    for _ in 0..2 {
        nodes.push(site.spawn(SocketAddr::from(([127, 0, 0, 1], 0))).await?);
    }
    let addresses: Vec<SocketAddr> = nodes.iter().map(|(_, address)| *address).collect();
    let proxy = Proxy::start(site.home(), &addresses).await?;
    // The proxy must have asked them once.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let community = Community::gather(proxy.address, 6, 2).await?;
    let talk = Talk::begin(&community, MANNER);
    tokio::time::sleep(Duration::from_secs(2)).await;
    if waits {
        primary.kill().await?;
    } else {
        let killed = async {
            tokio::time::sleep(BEHIND / 2).await;
            primary.kill().await
        };
        tokio::try_join!(standby.freeze(BEHIND), killed)?;
    }
    execute(&standby.url(), "SELECT pg_promote()").await?;
    let began = Instant::now();
    while !community.people[0].client.is_ready().await? {
        ensure!(began.elapsed() < SOONEST, "no node has found the new primary");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("  ready {} ms after the promotion", began.elapsed().as_millis());
    tokio::time::sleep(Duration::from_secs(4)).await;
    let balance = talk.end(&community).await;
    for (mut node, _) in nodes {
        terminate(&mut node).await?;
    }
    site.remove().await?;
    standby.end().await?;
    primary.restart().await?;
    primary.end().await?;
    judge(balance, wanted)
}

/// Both in one URL; whoever connects takes the one that may be written to.
fn both(primary: &Postgres, standby: &Postgres) -> anyhow::Result<String> {
    let host = |url: String| -> anyhow::Result<String> {
        let (_, rest) = url.split_once('@').context("no user")?;
        Ok(rest.split_once('/').context("no database")?.0.to_owned())
    };
    let (primary, standby) = (host(primary.url())?, host(standby.url())?);
    Ok(format!("postgres://postgres@{primary},{standby}/postgres?target_session_attrs=read-write"))
}
