//! Logs and metrics. What is logged are ids, routes, counts and times; never tokens, bodies,
//! addresses of people or query strings.

use crate::config::{LogFormat, TelemetryConfig};
use anyhow::Context as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal as _;
use std::sync::OnceLock;
use tracing_subscriber::EnvFilter;

/// Upper bounds in seconds: from a cached read to a slow import.
const DURATIONS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Starts logging to standard error. Call once.
///
/// # Errors
/// The filter is not one, or logging was started before.
pub fn init_logs(config: &TelemetryConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.filter).context("SPACE_LOG")?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match config.format {
        LogFormat::Json => logs.json().flatten_event(true).with_current_span(true).try_init(),
        LogFormat::Pretty => {
            logs.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init()
        }
    };
    started.map_err(|error| anyhow::anyhow!("starting the log: {error}"))
}

/// The process's metrics; the first call starts collecting.
///
/// # Errors
/// Another recorder was installed before.
pub fn metrics() -> anyhow::Result<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &DURATIONS)
            .and_then(PrometheusBuilder::install_recorder)
            .map_err(|error| error.to_string())
    });
    handle.as_ref().map_err(|error| anyhow::anyhow!("starting the metrics: {error}"))
}
