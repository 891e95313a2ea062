use crate::config::Config;
use anyhow::{Context as _, bail};
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(3);

/// `api health`: asks the server of this machine whether it may get traffic.
pub(super) fn run(config: &Config) -> anyhow::Result<()> {
    let mut address = config.server.listen;
    if address.ip().is_unspecified() {
        address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port());
    }
    let status = ask(address).with_context(|| format!("no server answers on {address}"))?;
    if !status.contains(" 200 ") {
        bail!("the server on {address} is not ready: {status}");
    }
    println!("ready");
    Ok(())
}

/// The status line of `/health/ready`.
fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}
