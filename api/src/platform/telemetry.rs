//! Logs and metrics. What is logged are ids, routes, counts and times; never tokens, bodies,
//! addresses of people or query strings.

use crate::config::{LogFormat, TelemetryConfig};
use anyhow::Context as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;
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
        LogFormat::Json => {
            std::panic::set_hook(Box::new(log_panic));
            logs.json().flatten_event(true).with_current_span(true).try_init()
        }
        LogFormat::Pretty => {
            logs.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init()
        }
    };
    started.map_err(|error| anyhow::anyhow!("starting the log: {error}"))
}

/// A panic as a line of the log: what reads JSON would stumble over the usual words.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    tracing::error!(place, text = panic.payload_as_str(), "a panic");
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

#[cfg(test)]
mod tests {
    use super::log_panic;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_a_line_of_json() {
        let log = Log::default();
        let sink = log.clone();
        let lines = tracing_subscriber::fmt().json().flatten_event(true);
        let lines = lines.with_writer(move || sink.clone()).finish();
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(log_panic));
        tracing::subscriber::with_default(lines, || {
            let _span = tracing::info_span!("request", id = "r1").entered();
            std::panic::catch_unwind(|| panic!("of {}\nlines", 2)).unwrap_err();
        });
        std::panic::set_hook(usual);
        let line: serde_json::Value = serde_json::from_slice(&log.0.lock().unwrap()).unwrap();
        assert_eq!((&line["level"], &line["text"]), (&"ERROR".into(), &"of 2\nlines".into()));
        assert!(line["place"].as_str().unwrap().contains("telemetry.rs:"), "{line}");
        assert_eq!(line["span"]["id"], "r1");
    }
}
