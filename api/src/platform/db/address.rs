//! Where a PostgreSQL is: one host or several, and how long each may keep somebody from the next.

use anyhow::Context as _;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use rand::seq::SliceRandom as _;
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::config::{Host, LoadBalanceHosts};
use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::{Client, Config, Connection, NoTls, Socket};

/// A machine that acknowledges nothing for so long is gone. The system itself would wait for a quarter of an hour.
const GONE: Duration = Duration::from_secs(5);

/// How long a connection outside of the pools may take: of a start, a backup.
const AT_START: Duration = Duration::from_secs(10);

/// See the module.
pub struct Address {
    /// What to do at each host, in their order.
    hosts: Vec<Config>,
    /// How long a host may take until it has let somebody in: one may take the connection and then say nothing.
    turn: Duration,
}

impl Address {
    /// What a URL says, and how soon hosts are given up where it says nothing: one that does not take a connection
    /// leaves time for the others, one that vanished does not keep what waits for its answers. All of them together
    /// take no longer than `patience`.
    ///
    /// # Errors
    /// It is no address of a database.
    pub fn new(url: &str, patience: Duration) -> anyhow::Result<Self> {
        let mut all: Config = url.parse().context("the address of the database")?;
        let hosts = alone(&all).len();
        let count = u32::try_from(hosts).unwrap_or(u32::MAX - 1).max(1);
        if all.get_connect_timeout().is_none() {
            all.connect_timeout(patience / (count + 1));
        }
        if all.get_tcp_user_timeout().is_none() {
            all.tcp_user_timeout(GONE);
        }
        // Of connections that nothing waits for.
        all.keepalives_idle(all.get_keepalives_idle().min(GONE));
        Ok(Self { hosts: alone(&all), turn: patience / count })
    }

    /// As [`Address::new`], for a connection outside of the pools.
    ///
    /// # Errors
    /// It is no address of a database.
    pub fn at_start(url: &str) -> anyhow::Result<Self> {
        Self::new(url, AT_START)
    }

    /// In the order in which they are asked: that of the URL, or any (`load_balance_hosts=random`).
    fn turns(&self) -> Vec<&Config> {
        let mut hosts: Vec<&Config> = self.hosts.iter().collect();
        if hosts.iter().any(|host| host.get_load_balance_hosts() == LoadBalanceHosts::Random) {
            hosts.shuffle(&mut rand::rng());
        }
        hosts
    }

    /// Connects to the first host that fits.
    ///
    /// # Errors
    /// What the last one said.
    pub async fn reach(&self) -> anyhow::Result<(Client, Connection<Socket, NoTlsStream>)> {
        let mut last = anyhow::anyhow!("the address of the database names no host");
        for host in self.turns() {
            last = match timeout(self.turn, host.connect(NoTls)).await {
                Ok(Ok(reached)) => return Ok(reached),
                Ok(Err(error)) => error.into(),
                Err(_) => anyhow::anyhow!("the database does not answer"),
            };
        }
        Err(last)
    }

    /// As [`Address::reach`], for diesel.
    ///
    /// # Errors
    /// What the last one said.
    pub async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        let bad = |error| ConnectionError::BadConnection(format!("{error:#}"));
        let (client, connection) = self.reach().await.map_err(bad)?;
        AsyncPgConnection::try_from_client_and_connection(client, connection).await
    }
}

/// Each host by itself; all together where they are not told one by one.
fn alone(all: &Config) -> Vec<Config> {
    let (hosts, addresses, ports) = (all.get_hosts(), all.get_hostaddrs(), all.get_ports());
    let count = hosts.len().max(addresses.len());
    let fits = |length: usize| length <= 1 || length == count;
    if count < 2
        || !fits(ports.len())
        || [hosts.len(), addresses.len()].iter().any(|n| *n != 0 && *n != count)
    {
        return vec![all.clone()];
    }
    let one = |at: usize| {
        let mut one = settings(all);
        match hosts.get(at) {
            Some(Host::Tcp(name)) => drop(one.host(name)),
            Some(Host::Unix(path)) => drop(one.host_path(path)),
            None => {}
        }
        if let Some(address) = addresses.get(at) {
            one.hostaddr(*address);
        }
        if let Some(port) = ports.get(at).or_else(|| ports.first()) {
            one.port(*port);
        }
        one
    };
    (0..count).map(one).collect()
}

/// All but the hosts: a `Config` cannot forget them.
fn settings(all: &Config) -> Config {
    let mut one = Config::new();
    if let Some(user) = all.get_user() {
        one.user(user);
    }
    if let Some(password) = all.get_password() {
        one.password(password);
    }
    if let Some(name) = all.get_dbname() {
        one.dbname(name);
    }
    if let Some(options) = all.get_options() {
        one.options(options);
    }
    if let Some(name) = all.get_application_name() {
        one.application_name(name);
    }
    if let Some(time) = all.get_connect_timeout() {
        one.connect_timeout(*time);
    }
    if let Some(time) = all.get_tcp_user_timeout() {
        one.tcp_user_timeout(*time);
    }
    if let Some(time) = all.get_keepalives_interval() {
        one.keepalives_interval(time);
    }
    if let Some(tries) = all.get_keepalives_retries() {
        one.keepalives_retries(tries);
    }
    one.keepalives(all.get_keepalives())
        .keepalives_idle(all.get_keepalives_idle())
        .ssl_mode(all.get_ssl_mode())
        .ssl_negotiation(all.get_ssl_negotiation())
        .channel_binding(all.get_channel_binding())
        .target_session_attrs(all.get_target_session_attrs())
        .load_balance_hosts(all.get_load_balance_hosts());
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is not forgotten when a host stands alone shows in `Debug`, hosts aside.
    #[test]
    fn each_host_is_asked_as_all_would_be() {
        let rest = "?target_session_attrs=read-write&application_name=x&options=-cjit%3Doff&keepalives=0\
             &keepalives_idle=3&keepalives_interval=4&keepalives_retries=5&tcp_user_timeout=7000&connect_timeout=2\
             &sslmode=disable&channel_binding=disable&load_balance_hosts=random";
        let two = format!("postgres://anna:secret@one:5433,%2Frun%2Fpg:5434/space{rest}");
        let two = alone(&two.parse().unwrap());
        let each = ["one:5433", "%2Frun%2Fpg:5434"];
        for (host, one) in each.iter().zip(&two) {
            let same: Config =
                format!("postgres://anna:secret@{host}/space{rest}").parse().unwrap();
            assert_eq!(*one, same);
        }
        assert_eq!(two.len(), 2);
    }

    #[test]
    fn hosts_are_asked_in_their_order_unless_any_will_do() {
        let firsts = |rest: &str| {
            let url = format!("postgres://one,two,three/x{rest}");
            let address = Address::new(&url, Duration::from_secs(3)).unwrap();
            let first = |_| match &address.turns()[0].get_hosts()[0] {
                Host::Tcp(name) => name.clone(),
                Host::Unix(_) => String::new(),
            };
            (0..200).map(first).collect::<std::collections::BTreeSet<_>>().len()
        };
        assert_eq!((firsts(""), firsts("?load_balance_hosts=random")), (1, 3));
    }

    #[test]
    fn hosts_share_the_time() {
        let address = Address::new("postgres://one,two,three/x", Duration::from_secs(3)).unwrap();
        assert_eq!((address.hosts.len(), address.turn), (3, Duration::from_secs(1)));
        let wait = address.hosts[0].get_connect_timeout().copied();
        assert_eq!(wait, Some(Duration::from_millis(750)), "and what is left for letting in");
        let alone = Address::new("postgres://one/x", Duration::from_secs(3)).unwrap();
        assert_eq!((alone.hosts.len(), alone.turn), (1, Duration::from_secs(3)));
        // Not what belongs together: PostgreSQL's own library says so, too.
        let odd = Address::new("host=one,two port=1,2,3", Duration::from_secs(3)).unwrap();
        assert_eq!(odd.hosts.len(), 1);
    }
}
