//! For whoever watches the server: is it alive, may it get traffic, what does it count.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::platform::{backup, migrations, telemetry};
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, get, web};
use anyhow::anyhow;
use serde::Serialize;
use shared::error::ErrorCode;
use std::time::Duration;
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// A database that answers later than this does not serve people.
const PATIENCE: Duration = Duration::from_secs(2);

/// The routes, at the root.
pub fn routes(config: &mut ServiceConfig) {
    config.service(read_liveness).service(read_readiness).service(read_metrics);
}

/// The process runs.
#[derive(Serialize, ToSchema)]
struct Liveness {
    /// Always `ok`.
    status: &'static str,
    /// The release, such as `0.1.0`.
    version: &'static str,
}

/// The process may get traffic.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// Always `ready`; otherwise the answer is a problem with status 503.
    status: &'static str,
    checks: Checks,
}

/// What was asked, each `ok`.
#[derive(Serialize, ToSchema)]
struct Checks {
    database: &'static str,
    migrations: &'static str,
    /// Where files are kept.
    storage: &'static str,
    /// `ok`; `stale` when the last verified backup is older than `SPACE_BACKUP_HOURS`, which does not
    /// keep people out; `unwatched` when that is not set.
    backup: &'static str,
}

/// Whether the process runs. Asks nothing else: restart it when this fails.
#[utoipa::path(tag = "service", operation_id = "read_liveness", security(()),
    responses((status = 200, body = Liveness)))]
#[get("/health/live")]
async fn read_liveness() -> web::Json<Liveness> {
    web::Json(Liveness { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Whether the server may get traffic: the database answers, its schema is recent enough, the store of
/// files answers, and no shutdown has begun.
#[utoipa::path(tag = "service", operation_id = "read_readiness", security(()), responses(
    (status = 200, body = Readiness),
    (status = 503, body = shared::error::Problem, content_type = "application/problem+json"),
))]
#[get("/health/ready")]
async fn read_readiness(app: web::Data<App>) -> ApiResult<web::Json<Readiness>> {
    if *app.live.shutdown().borrow() {
        return Err(ApiError { retry_after: Some(10), ..ApiError::new(ErrorCode::Unavailable) });
    }
    let recent = tokio::time::timeout(PATIENCE, migrations::is_migrated(&app.db));
    match recent.await {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => return Err(ApiError::unavailable(anyhow!("migrations are missing"))),
        Ok(Err(error)) => return Err(error),
        Err(elapsed) => return Err(ApiError::unavailable(elapsed)),
    }
    match tokio::time::timeout(PATIENCE, app.files.storage.check()).await {
        Ok(outcome) => outcome?,
        Err(elapsed) => return Err(ApiError::unavailable(elapsed)),
    }
    let backup = match (app.config.database.backup_within, backup::age(&app.db).await?) {
        (None, _) => "unwatched",
        (Some(within), Some(age)) if age <= within => "ok",
        _ => "stale",
    };
    let checks = Checks { database: "ok", migrations: "ok", storage: "ok", backup };
    Ok(web::Json(Readiness { status: "ready", checks }))
}

/// Counters for Prometheus. Needs `SPACE_METRICS_TOKEN` as bearer token.
#[utoipa::path(tag = "service", operation_id = "read_metrics", responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = 401, body = shared::error::Problem, content_type = "application/problem+json"),
))]
#[get("/metrics")]
async fn read_metrics(app: web::Data<App>, request: HttpRequest) -> ApiResult<HttpResponse> {
    let given = request.headers().get(AUTHORIZATION).map(|value| value.as_bytes());
    let wanted = format!("Bearer {}", app.secrets.metrics_token.expose());
    if !given.is_some_and(|given| given.ct_eq(wanted.as_bytes()).into()) {
        return Err(ApiError::new(ErrorCode::Unauthenticated));
    }
    if let Some(age) = backup::age(&app.db).await? {
        metrics::gauge!("backup_age_seconds").set(age.as_secs_f64());
    }
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    {
        metrics::gauge!("sockets_open").set(app.live.open_sockets() as f64);
        metrics::gauge!("database_statements").set(app.db.queries() as f64);
    }
    let handle = telemetry::metrics()?;
    handle.run_upkeep();
    let text = handle.render();
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text))
}
