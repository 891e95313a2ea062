//! `GET /api/v1/ws`: the upgrade, and the limits before anybody is known.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::client_address::ClientAddress;
use crate::http::language;
use crate::http::origin::is_own;
use crate::http::rate_limit::subscriber;
use crate::realtime::command::Commands;
use crate::realtime::guard::{Tripped, guard};
use crate::realtime::session::Session;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ORIGIN, UPGRADE};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, get, web};
use actix_ws::AggregatedMessageStream;
use dashmap::DashMap;
use futures_util::FutureExt as _;
use shared::command::{MAX_FRAME, SUBPROTOCOL};
use shared::error::ErrorCode;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Upgrades that are worked on at once.
const AT_ONCE: usize = 32;
/// Who has not got a turn within this comes back later.
const QUEUE_TIME: Duration = Duration::from_secs(10);

/// Sockets that have not said hello yet, by whom their addresses stand for.
#[derive(Clone, Default)]
pub struct Waiting(Arc<DashMap<String, usize>>);

/// Where upgrades queue, before anything is done for them.
#[derive(Clone)]
pub struct Door(Arc<Semaphore>);

impl Default for Door {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Door {
    async fn turn(&self) -> ApiResult<SemaphorePermit<'_>> {
        let turn = timeout(QUEUE_TIME, self.0.acquire()).await.map_err(ApiError::unavailable)?;
        turn.map_err(ApiError::unavailable)
    }
}

/// One of them, until dropped.
pub struct WaitingSocket(Waiting, String);

impl Waiting {
    fn enter(&self, address: IpAddr, limit: usize) -> Option<WaitingSocket> {
        let who = subscriber(address);
        let mut count = self.0.entry(who.clone()).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        Some(WaitingSocket(self.clone(), who))
    }
}

impl Drop for WaitingSocket {
    fn drop(&mut self) {
        if let Some(mut count) = self.0.0.get_mut(&self.1) {
            *count = count.saturating_sub(1);
        }
        self.0.0.remove_if(&self.1, |_, count| *count == 0);
    }
}

/// The live stream. Say `hello` with an access token as the first frame; see `asyncapi.json`.
#[utoipa::path(
    tag = "realtime",
    responses(
        (status = 101, description = "Switching to WebSocket, subprotocol `the-space.v1`"),
        (status = 426, body = shared::error::Problem, content_type = "application/problem+json",
            description = "Another version of the protocol than 13"),
    )
)]
#[get("/ws")]
pub async fn open_socket(
    app: web::Data<App>,
    commands: web::Data<Commands>,
    waiting: web::Data<Waiting>,
    address: ClientAddress,
    request: HttpRequest,
    payload: web::Payload,
) -> ApiResult<HttpResponse> {
    check_origin(&app, &request)?;
    if *app.live.shutdown().borrow() {
        return Err(ApiError::unavailable(anyhow::anyhow!("shutting down")));
    }
    let limit = app.config.limits.sockets_per_address;
    let place = waiting.enter(address.0, limit).ok_or_else(|| ApiError::rate_limited(5))?;
    let Upgraded { response, sink, mut stream, tripped } = upgrade(&request, payload, MAX_FRAME)
        .map_err(|error| {
            let is_version = error.error_response().status() == StatusCode::UPGRADE_REQUIRED;
            ApiError::new(if is_version {
                ErrorCode::UpgradeRequired
            } else {
                ErrorCode::Malformed
            })
        })?;
    let (app, commands) = (app.get_ref().clone(), commands.get_ref().clone());
    let mut session = Session::new(app, commands, sink, tripped).speaking(language::of(&request));
    // By reference: a future keeps what is given to it twice.
    actix_web::rt::spawn(async move {
        let run = AssertUnwindSafe(session.run(&mut stream, place)).catch_unwind();
        if let Err(cause) = run.await {
            session.broke(&ApiError::panicked(&*cause)).await;
        }
    });
    Ok(response)
}

/// An upgraded connection: the answer, and both directions.
pub struct Upgraded {
    pub response: HttpResponse,
    pub sink: actix_ws::Session,
    pub stream: AggregatedMessageStream,
    pub tripped: Tripped,
}

/// Upgrades; a frame or message has at most so many bytes.
///
/// # Errors
/// What the request lacks.
pub fn upgrade(
    request: &HttpRequest,
    payload: web::Payload,
    largest: usize,
) -> actix_web::Result<Upgraded> {
    let (payload, tripped) = guard(request, payload, largest)?;
    let (response, sink, stream) =
        actix_ws::handle_with_protocols(request, payload, &[SUBPROTOCOL])?;
    let stream = stream.max_frame_size(largest).aggregate_continuations();
    let stream = stream.max_continuation_size(largest);
    Ok(Upgraded { response, sink, stream, tripped })
}

/// Thousands of sockets may come back at the same moment. A worker takes what is ready in turn, so a
/// request would wait until each of them was answered: they wait here instead, outside of the layers
/// that ask Redis or the database. Nothing else may take a place: upgrades never wait for the client.
///
/// # Errors
/// `unavailable` when no turn comes within [`QUEUE_TIME`]; those of the layers within.
pub async fn queue_upgrades<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<B>> {
    let door = request.app_data::<web::Data<Door>>().filter(|_| is_upgrade(&request)).cloned();
    let _turn = match &door {
        Some(door) => Some(door.turn().await?),
        None => None,
    };
    next.call(request).await
}

fn is_upgrade(request: &ServiceRequest) -> bool {
    let upgrade = request.headers().get(UPGRADE).map_or(&b""[..], |value| value.as_bytes());
    request.method() == Method::GET
        && request.path() == "/api/v1/ws"
        && upgrade.eq_ignore_ascii_case(b"websocket")
}

/// A browser names the page's origin: ours, or one that is allowed. Other clients name none.
fn check_origin(app: &App, request: &HttpRequest) -> ApiResult<()> {
    let Some(origin) = request.headers().get(ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    let allowed = &app.config.server.allowed_origins;
    if is_own(app, request, origin) || allowed.iter().any(|allowed| allowed == origin) {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::CrossSite))
}
