use super::Source;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// The listener and what it serves.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// `SPACE_LISTEN`: address and port; port 0 takes a free one. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// `PUBLIC_URL`: what people type, without a slash at the end; https means that a proxy ends
    /// TLS. Default `http://localhost:` and the port of `SPACE_LISTEN`.
    pub public_url: String,
    /// `SPACE_WORKERS`: threads that answer requests. Default: one a core.
    pub workers: usize,
    /// `SPACE_WEB_DIR`: the built web client. Default `dist`.
    pub web_dir: PathBuf,
    /// `SPACE_TRUSTED_PROXIES`: addresses or networks (`10.0.0.0/8`), comma-separated, whose
    /// `X-Forwarded-For` is believed. Default: none.
    pub trusted_proxies: Vec<Network>,
    /// `SPACE_ALLOWED_ORIGINS`: other origins whose pages may call the API with a token,
    /// comma-separated. Default: none.
    pub allowed_origins: Vec<String>,
    /// `SPACE_DRAIN_SECONDS`: how long requests may go on after SIGTERM, 1-30. Default 6.
    pub drain: Duration,
    /// `SPACE_REQUEST_SECONDS`: the longest a request may take before it is answered with 503, 1-300;
    /// uploads are not counted. Default 10.
    pub request_time: Duration,
}

impl ServerConfig {
    pub(super) fn read(source: &mut Source) -> Self {
        let listen = source.parsed(
            "SPACE_LISTEN",
            SocketAddr::from(([127, 0, 0, 1], 8080)),
            "an address with a port, such as 127.0.0.1:8080",
        );
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            listen,
            public_url: public_url(source, listen.port()),
            workers: source.number("SPACE_WORKERS", cores, 1..=256),
            web_dir: source.text_or("SPACE_WEB_DIR", "dist").into(),
            trusted_proxies: networks(source),
            allowed_origins: source.list("SPACE_ALLOWED_ORIGINS"),
            drain: Duration::from_secs(source.number("SPACE_DRAIN_SECONDS", 6, 1..=30)),
            request_time: Duration::from_secs(source.number("SPACE_REQUEST_SECONDS", 10, 1..=300)),
        }
    }

    /// Takes over the port that the system chose for port 0.
    pub fn bound(&mut self, address: SocketAddr) {
        if let Some(host) = self.public_url.strip_suffix(":0") {
            self.public_url = format!("{host}:{}", address.port());
        }
        self.listen = address;
    }

    /// Whether people reach the server over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Whether `X-Forwarded-For` from this peer is believed.
    #[must_use]
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(peer))
    }
}

fn public_url(source: &mut Source, port: u16) -> String {
    let default = format!("http://localhost:{port}");
    let url = source.text_or("PUBLIC_URL", &default);
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', '@', ' '])) {
        source.problem(format!(
            "PUBLIC_URL is `{url}`; it should be an origin such as https://chat.example.org, without a path."
        ));
        return default;
    }
    url
}

fn networks(source: &mut Source) -> Vec<Network> {
    let mut networks = Vec::new();
    for text in source.list("SPACE_TRUSTED_PROXIES") {
        match text.parse() {
            Ok(network) => networks.push(network),
            Err(BadNetwork) => source.problem(format!(
                "SPACE_TRUSTED_PROXIES holds `{text}`, which is not an address or a network such as 10.0.0.0/8."
            )),
        }
    }
    networks
}

/// An address range in CIDR form; a bare address is a range of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: u128,
    /// Leading bits that must be equal, of the 128 of an IPv6 address.
    bits: u32,
}

/// The text was not a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadNetwork;

impl Network {
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let differing = self.address ^ as_v6(address);
        differing.leading_zeros() >= self.bits
    }
}

/// IPv4 in its mapped form, so that one comparison serves both families.
fn as_v6(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl std::str::FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| BadNetwork)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| BadNetwork)?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        if bits > width {
            return Err(BadNetwork);
        }
        Ok(Self { address: as_v6(address), bits: bits + (128 - width) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_their_addresses_only() {
        for (network, address, inside) in [
            ("10.0.0.0/8", "10.200.3.4", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("::1", "::2", false),
        ] {
            let parsed: Network = network.parse().unwrap();
            assert_eq!(parsed.contains(address.parse().unwrap()), inside, "{address} in {network}");
        }
        assert_eq!("10.0.0.0/33".parse::<Network>(), Err(BadNetwork));
        assert_eq!("proxy".parse::<Network>(), Err(BadNetwork));
    }
}
