//! Asks foreign servers what stands behind a link. The links are people's, so nothing is asked that
//! only this machine can reach: names are resolved here, connections go to the open internet and
//! nowhere else, each redirect is checked anew, and nothing of the environment (proxies) is used.

pub mod addresses;

use crate::config::Config;
use addresses::{Network, is_global};
use anyhow::Context as _;
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use std::error::Error as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

pub use reqwest::Url;

/// All of one answer, with its redirects, takes no longer.
const PATIENCE: Duration = Duration::from_secs(8);
/// One connection takes no longer.
const CONNECTING: Duration = Duration::from_secs(3);
/// Redirects that are followed.
const REDIRECTS: usize = 3;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// A scheme, a name and password, a port or an address that is not asked.
    #[error("such an address is not asked")]
    Closed,
    #[error("too many redirects, or one to nowhere")]
    Redirects,
    #[error("the answer was {0}")]
    Status(u16),
    /// Not what was wanted, too large, or packed.
    #[error("not what was wanted")]
    Unwanted,
    #[error("too slow")]
    Slow,
    /// Without the address: nobody reads in a log what people link to.
    #[error("{0}")]
    Http(reqwest::Error),
    #[error(transparent)]
    Client(#[from] anyhow::Error),
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        let mut cause = error.source();
        while let Some(inner) = cause {
            if matches!(inner.downcast_ref(), Some(Self::Closed)) {
                return Self::Closed;
            }
            cause = inner.source();
        }
        Self::Http(error.without_url())
    }
}

/// How much is read of an answer, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    Nothing,
    /// At most so much; the rest is left.
    Beginning(usize),
    /// What is larger is not wanted.
    Whole(usize),
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Where it came from at last.
    pub url: Url,
    /// The whole header, in small letters.
    pub content_type: String,
    pub body: Vec<u8>,
}

/// Finds the addresses of a name.
pub type Lookup =
    Arc<dyn Fn(String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> + Send + Sync>;

/// Asks. Clones share the connections' settings.
#[derive(Clone)]
pub struct Fetcher {
    /// For the usual ports.
    usual: Gate,
    /// For all ports: networks that the operator allows.
    allowed: Gate,
    /// The host of this server: it asks itself nothing, not even where it is on the open internet.
    own: Option<Arc<str>>,
    agent: Arc<str>,
    patience: Duration,
    /// Made when first used: reading the certificates of the system takes a while.
    clients: Arc<OnceCell<(Client, Client)>>,
}

/// Lets addresses through.
#[derive(Clone)]
struct Gate {
    is_open: bool,
    networks: Arc<[Network]>,
    lookup: Lookup,
}

impl Gate {
    fn lets(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
            || (self.is_open && is_global(address))
    }
}

impl Resolve for Gate {
    /// Connections go to what comes out of here, so what was checked is what is asked.
    fn resolve(&self, name: Name) -> Resolving {
        let (gate, found) = (self.clone(), (self.lookup)(name.as_str().to_owned()));
        Box::pin(async move {
            let mut found = found.await?;
            found.retain(|address| gate.lets(*address));
            if found.is_empty() {
                return Err(FetchError::Closed.into());
            }
            let addresses: Addrs =
                Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

impl Fetcher {
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let lookup: Lookup = Arc::new(|name| {
            Box::pin(async move {
                let found = tokio::net::lookup_host((name, 0)).await?;
                Ok(found.map(|address| address.ip()).collect())
            })
        });
        Self::with(config, lookup)
    }

    /// As [`Fetcher::new`], with another way to find addresses.
    #[must_use]
    pub fn with(config: &Config, lookup: Lookup) -> Self {
        let networks: Arc<[Network]> = config.previews.allow.clone().into();
        let gate = |is_open| Gate { is_open, networks: networks.clone(), lookup: lookup.clone() };
        let agent = format!(
            "TheSpace/{} (link previews; +{})",
            env!("CARGO_PKG_VERSION"),
            config.server.public_url
        );
        Self {
            usual: gate(true),
            allowed: gate(false),
            own: Url::parse(&config.server.public_url)
                .ok()
                .and_then(|url| url.host_str().map(|host| without_dot(host).into())),
            agent: agent.into(),
            patience: PATIENCE,
            clients: Arc::default(),
        }
    }

    /// As it is, but all of one answer takes no longer than this.
    #[must_use]
    pub fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Reads what is at an address; `take` says how much of an answer with this content type.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn get(
        &self,
        url: Url,
        accept: &str,
        take: fn(&str) -> Take,
    ) -> Result<Answer, FetchError> {
        let asking = self.follow(url, accept, take);
        tokio::time::timeout(self.patience, asking).await.map_err(|_| FetchError::Slow)?
    }

    async fn follow(
        &self,
        mut url: Url,
        accept: &str,
        take: fn(&str) -> Take,
    ) -> Result<Answer, FetchError> {
        for _ in 0..=REDIRECTS {
            let answer = self.client(&url).await?.get(url.clone()).header(ACCEPT, accept);
            let answer = answer.send().await?;
            let status = answer.status();
            if status.is_success() {
                return read(url, answer, take).await;
            }
            if !status.is_redirection() {
                return Err(FetchError::Status(status.as_u16()));
            }
            let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            url = to.and_then(|to| url.join(to).ok()).ok_or(FetchError::Redirects)?;
        }
        Err(FetchError::Redirects)
    }

    /// Who may ask this address.
    async fn client(&self, url: &Url) -> Result<&Client, FetchError> {
        let has_name = !url.username().is_empty() || url.password().is_some();
        if has_name || !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Closed);
        }
        let is_usual = matches!(url.port_or_known_default(), Some(80 | 443));
        let gate = if is_usual { &self.usual } else { &self.allowed };
        // Addresses in numbers are not resolved.
        let host = url.host_str().ok_or(FetchError::Closed)?;
        let number: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
        let is_own = self.own.as_deref() == Some(without_dot(host));
        if is_own || number.is_ok_and(|address| !gate.lets(address)) {
            return Err(FetchError::Closed);
        }
        let build = async || Ok((self.build(&self.usual)?, self.build(&self.allowed)?));
        let (usual, allowed) =
            self.clients.get_or_try_init(build).await.map_err(FetchError::Client)?;
        Ok(if is_usual { usual } else { allowed })
    }

    fn build(&self, gate: &Gate) -> anyhow::Result<Client> {
        Client::builder()
            .user_agent(&*self.agent)
            .dns_resolver(Arc::new(gate.clone()))
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECTING)
            .build()
            .context("a client for links")
    }
}

/// A name with a dot at its end is the same name.
fn without_dot(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

async fn read(
    url: Url,
    mut answer: Response,
    take: fn(&str) -> Take,
) -> Result<Answer, FetchError> {
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let content_type = header(CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    if header(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        // Not asked for: unpacking could make a lot of little.
        return Err(FetchError::Unwanted);
    }
    let (limit, is_whole) = match take(content_type.split(';').next().unwrap_or_default().trim()) {
        Take::Nothing => return Err(FetchError::Unwanted),
        Take::Beginning(limit) => (limit, false),
        Take::Whole(limit) => (limit, true),
    };
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        let room = limit - body.len();
        if chunk.len() > room && is_whole {
            return Err(FetchError::Unwanted);
        }
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == limit && !is_whole {
            break;
        }
    }
    Ok(Answer { url, content_type, body })
}
