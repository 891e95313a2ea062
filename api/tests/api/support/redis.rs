//! Redis servers of a test's own, to be killed.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The throw-away Redis of the whole run.
pub fn shared_url() -> String {
    std::env::var("TEST_REDIS_URL").unwrap_or_default()
}

pub struct OwnRedis {
    port: u16,
    child: Option<Child>,
    arguments: Vec<&'static str>,
    folder: std::path::PathBuf,
}

impl OwnRedis {
    pub async fn start() -> Self {
        Self::with(Vec::new()).await
    }

    /// A cluster of one node, which has all slots.
    pub async fn cluster() -> Self {
        let redis = Self::with(vec!["--cluster-enabled", "yes"]).await;
        redis.cli(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
        while !redis.cli(&["CLUSTER", "INFO"]).contains("cluster_state:ok") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        redis
    }

    async fn with(arguments: Vec<&'static str>) -> Self {
        // The cluster's own port is this one and 10,000.
        let port = loop {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if port < 55_000 {
                break port;
            }
        };
        let name = format!("space-test-redis-{}", uuid::Uuid::now_v7().simple());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        let mut redis = Self { port, child: None, arguments, folder };
        redis.begin().await;
        redis
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts, or starts again with nothing in it.
    pub async fn begin(&mut self) {
        let port = self.port.to_string();
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port, "--save", "", "--appendonly", "no"])
            .args(&self.arguments)
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server in PATH");
        self.child = Some(child);
        while self.cli(&["PING"]).trim() != "PONG" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// `STOP` or `CONT`.
    pub fn signal(&self, name: &str) {
        let pid = self.child.as_ref().expect("a running server").id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    pub fn cli(&self, command: &[&str]) -> String {
        cli(&self.url(), command)
    }
}

/// Asks a Redis server.
pub fn cli(url: &str, command: &[&str]) -> String {
    let output = Command::new("redis-cli").args(["-u", url]).args(command).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

impl Drop for OwnRedis {
    fn drop(&mut self) {
        self.kill();
        drop(std::fs::remove_dir_all(&self.folder));
    }
}
