use super::{Mode, Secret, Source};

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One object a line, for collectors.
    Json,
}

/// Logs and metrics.
#[derive(Clone, Debug)]
pub struct TelemetryConfig {
    /// `SPACE_LOG`: a `tracing` filter such as `info,api::realtime=debug`. Default `info`, without
    /// the web framework's lines, and in development without a line a request.
    pub filter: String,
    /// `SPACE_LOG_FORMAT`: `pretty` or `json`. Default `json` in production, else `pretty`.
    pub format: LogFormat,
    /// `SPACE_METRICS_TOKEN`: the bearer token of `/metrics`. Default: made once and kept in
    /// `SPACE_DATA_DIR`.
    pub metrics_token: Option<Secret>,
}

impl TelemetryConfig {
    pub(super) fn read(source: &mut Source, mode: Mode) -> Self {
        let (format, filter) = match mode {
            Mode::Production => ("json", "info,actix_server=warn"),
            Mode::Development => ("pretty", "info,actix_server=warn,api::http::observe=warn"),
        };
        let format = match source.text_or("SPACE_LOG_FORMAT", format).as_str() {
            "json" => LogFormat::Json,
            "pretty" => LogFormat::Pretty,
            other => {
                source.problem(format!(
                    "SPACE_LOG_FORMAT is `{other}`; it can be `pretty` or `json`."
                ));
                LogFormat::Json
            }
        };
        let filter = source.text_or("SPACE_LOG", filter);
        if filter.parse::<tracing_subscriber::EnvFilter>().is_err() {
            source.problem(format!("SPACE_LOG is `{filter}`, which is not a log filter."));
        }
        Self { filter, format, metrics_token: source.secret("SPACE_METRICS_TOKEN") }
    }

    pub(super) fn check_production(&self, source: &mut Source) {
        if let Some(weakness) = self.metrics_token.as_ref().and_then(Secret::weakness) {
            source.problem(format!("SPACE_METRICS_TOKEN is too weak for production: {weakness}."));
        }
    }
}
