//! `Idempotency-Key`: a write that is sent again within 24 h is answered again, not done again.
//!
//! Only what succeeded is kept: a refused request changed nothing and may be tried again under its
//! key. The work goes on when its caller hangs up, so that the answer is there when he comes back.

mod store;

pub use store::delete_old;

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::json::read_body;
use actix_web::body::{BoxBody, EitherBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, web};
use sha2::{Digest as _, Sha256};
use shared::error::{ErrorCode, FieldCode};
use store::{Claim, Taken};

const HEADER: &str = "idempotency-key";
/// Marks an answer that was given before.
const REPLAYED: (&str, &str) = ("Idempotency-Replayed", "true");
/// What an answer is replayed with.
const KEPT_HEADERS: [&str; 3] = ["content-type", "location", "etag"];

/// Replays the answer to a write that was done before. Refuses another request under its key
/// (`idempotency_mismatch`), one that is not done yet (`still_running`) and a bad key (`invalid`).
///
/// # Errors
/// A layer below refused.
pub async fn once<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<EitherBody<B>>> {
    match claim(&mut request).await {
        Ok(None) => Ok(next.call(request).await?.map_into_left_body()),
        Ok(Some((app, claim, Taken::Fresh))) => {
            let answer = next.call(request);
            let work = async move { finish(&app, &claim, answer.await).await };
            actix_web::rt::spawn(work).await.map_err(ApiError::internal)?
        }
        Ok(Some((_, _, Taken::Before(stored)))) => {
            Ok(request.into_response(replay(stored)).map_into_right_body())
        }
        Ok(Some((_, _, Taken::Mismatch))) => {
            let error = ApiError::new(ErrorCode::IdempotencyMismatch);
            Ok(request.error_response(error).map_into_right_body())
        }
        Ok(Some((_, _, Taken::StillRunning))) => {
            let error = ApiError::new(ErrorCode::StillRunning);
            Ok(request.error_response(error).map_into_right_body())
        }
        Err(error) => Ok(request.error_response(error).map_into_right_body()),
    }
}

/// Claims the key of a write, if it has one. Without a good token the route itself refuses.
async fn claim(request: &mut ServiceRequest) -> ApiResult<Option<(web::Data<App>, Claim, Taken)>> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let (Some(key), Some(app)) = (key(request)?, app) else { return Ok(None) };
    let Ok(caller) = request.extract::<CurrentUser>().await else { return Ok(None) };
    let body = read_body(request.take_payload()).await?.freeze();
    let claim = Claim { user: caller.id, key, fingerprint: fingerprint(request, &body) };
    request.set_payload(Payload::from(body));
    let taken = claim.take(&mut *app.conn().await?).await?;
    Ok(Some((app, claim, taken)))
}

fn replay(stored: store::Stored) -> HttpResponse {
    let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    response.insert_header(REPLAYED);
    for (name, value) in stored.headers {
        response.insert_header((name, value));
    }
    response.body(stored.body)
}

/// The key of a write that may be repeated.
fn key(request: &ServiceRequest) -> ApiResult<Option<String>> {
    let writes = [Method::POST, Method::PATCH, Method::PUT, Method::DELETE];
    let path = request.path();
    let kind = request.headers().get(CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
    if !writes.contains(request.method())
        || !path.starts_with("/api/v1/")
        // Answers with secrets in them are not kept.
        || path.starts_with("/api/v1/auth/")
        || path.starts_with("/api/v1/bots/")
        || kind.starts_with(b"multipart/")
    {
        return Ok(None);
    }
    let Some(value) = request.headers().get(HEADER) else { return Ok(None) };
    let good =
        (1..=255).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic);
    match value.to_str() {
        Ok(text) if good => Ok(Some(text.to_owned())),
        _ => Err(ApiError::field("Idempotency-Key", FieldCode::BadFormat)),
    }
}

fn fingerprint(request: &ServiceRequest, body: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in [request.method().as_str(), &request.uri().to_string()] {
        hash.update(part);
        hash.update([0]);
    }
    hash.update(body);
    hash.finalize().to_vec()
}

/// Keeps a success, or gives the key back.
async fn finish<B: MessageBody + 'static>(
    app: &App,
    claim: &Claim,
    answer: actix_web::Result<ServiceResponse<B>>,
) -> actix_web::Result<ServiceResponse<EitherBody<B>>> {
    match answer {
        Ok(response) if response.status().is_success() => keep(app, claim, response).await,
        other => {
            if let Err(error) = give_back(app, claim).await {
                // What went wrong with the request is what its sender wants to know.
                error.log();
            }
            Ok(other?.map_into_left_body())
        }
    }
}

async fn give_back(app: &App, claim: &Claim) -> ApiResult<()> {
    let conn = &mut *app.conn().await?;
    Ok(claim.give_back(conn).await?)
}

async fn keep<B: MessageBody + 'static>(
    app: &App,
    claim: &Claim,
    response: ServiceResponse<B>,
) -> actix_web::Result<ServiceResponse<EitherBody<B>>> {
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let broken = |_| ApiError::internal(anyhow::anyhow!("the answer broke off"));
    let body = to_bytes(body).await.map_err(|error| broken(error.into()))?;
    let headers = KEPT_HEADERS.iter().filter_map(|name| {
        let value = response.headers().get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), value.to_owned()))
    });
    let stored = store::Stored {
        status: response.status().as_u16(),
        headers: headers.collect(),
        body: body.to_vec(),
    };
    let kept = match app.conn().await {
        Ok(mut conn) => claim.keep(&mut conn, &stored).await.map_err(ApiError::from),
        Err(error) => Err(error),
    };
    // The work is done: its answer goes out, kept or not.
    if let Err(error) = kept {
        error.log();
    }
    let response = response.set_body(BoxBody::new(body));
    Ok(ServiceResponse::new(request, response).map_into_right_body())
}
