//! The one door to the server: JSON in, JSON or a problem out.
//!
//! The access token lives in this module's memory and nowhere else. It is renewed through the
//! `HttpOnly` cookie shortly before it ends, once for all requests that wait for it.

use super::error::{ApiError, ApiResult};
use crate::boot;
use crate::state::kept;
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared};
use gloo_net::http::{Headers, Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::error::{ErrorCode, Problem};
use shared::identity::{Refresh, Tokens};
use shared::json;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::{AbortSignal, RequestCredentials};

const BASE: &str = "/api/v1";
const TIMEOUT_MS: u32 = 30_000;
/// For what is as long as somebody's history.
const LONG_MS: u32 = 600_000;
/// An access token is renewed this long before it ends.
const MARGIN_MS: f64 = 30_000.0;

type Refreshing = Shared<LocalBoxFuture<'static, ApiResult<Tokens>>>;

#[derive(Default)]
struct Access {
    token: Option<String>,
    /// Milliseconds of `Date.now()`.
    ends_at: f64,
    refreshing: Option<Refreshing>,
    on_end: Option<Rc<dyn Fn()>>,
}

thread_local! {
    static ACCESS: RefCell<Access> = RefCell::default();
}

/// One request, built by [`get`], [`post`], [`patch`], [`put`] or [`delete`].
#[must_use]
pub struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: ApiResult<Option<String>>,
    anonymous: bool,
    /// The answer is kept for the next start.
    kept: bool,
    /// Ends the request; absent: after [`TIMEOUT_MS`].
    end: Option<AbortSignal>,
    /// The version that is changed; absent: whatever there is.
    seen: Option<String>,
}

fn call(method: Method, path: impl Into<String>) -> Call {
    Call {
        method,
        path: path.into(),
        query: Vec::new(),
        body: Ok(None),
        anonymous: false,
        kept: false,
        end: None,
        seen: None,
    }
}

/// `path` is below `/api/v1`.
pub fn get(path: impl Into<String>) -> Call {
    call(Method::GET, path)
}

/// See [`get`].
pub fn post(path: impl Into<String>) -> Call {
    call(Method::POST, path)
}

/// See [`get`].
pub fn patch(path: impl Into<String>) -> Call {
    call(Method::PATCH, path)
}

/// See [`get`].
pub fn put(path: impl Into<String>) -> Call {
    call(Method::PUT, path)
}

/// See [`get`].
pub fn delete(path: impl Into<String>) -> Call {
    call(Method::DELETE, path)
}

impl Call {
    /// Adds a query parameter.
    pub fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Adds a query parameter when there is a value.
    pub fn query_some(self, name: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Sets the body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_string(body).map(Some).map_err(|_| ApiError::Unreadable);
        self
    }

    /// Changes this version only, see [`super::version_of`].
    pub fn seen(mut self, version: String) -> Self {
        self.seen = Some(version);
        self
    }

    /// Without a token: login, register.
    pub fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Keeps the answer on this device for the next start, see [`crate::state::kept`].
    pub fn kept(mut self) -> Self {
        self.kept = true;
        self
    }

    /// The path with its query.
    #[must_use]
    pub fn address(&self) -> String {
        let mut address = self.path.clone();
        for (at, (name, value)) in self.query.iter().enumerate() {
            address.push(if at == 0 { '?' } else { '&' });
            address.push_str(name);
            address.push('=');
            address.push_str(value);
        }
        address
    }

    /// Sends the request. An access token that the server no longer takes is renewed once.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn send<T: DeserializeOwned>(self) -> ApiResult<T> {
        let keep_as = self.kept.then(|| (kept::asked(), self.address()));
        let body = self.body_of_answer().await?;
        let value = json::read(&body)?;
        if let Some((asked, address)) = keep_as {
            kept::keep(asked, &address, &body);
        }
        Ok(value)
    }

    /// Not generic: everything but reading the JSON is compiled once.
    async fn body_of_answer(self) -> ApiResult<String> {
        if self.anonymous {
            let response = match self.asked_ahead().await {
                Some(response) => response,
                None => self.fetch(None).await?,
            };
            return read(response).await;
        }
        let token = access_token().await?;
        let response = match self.asked_ahead().await {
            Some(response) => response,
            None => self.fetch(Some(&token)).await?,
        };
        if response.status() != 401 {
            return read(response).await;
        }
        let fresh = refresh().await?.access_token;
        read(self.fetch(Some(&fresh)).await?).await
    }

    /// The answer, if this is one of the first requests: `web/boot.js` has sent them.
    async fn asked_ahead(&self) -> Option<Response> {
        boot::answer(self.method.as_ref(), &self.address()).await.map(Response::from)
    }

    /// As [`Call::send`], with the version of the answer.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn send_tagged<T: DeserializeOwned>(self) -> ApiResult<(T, String)> {
        let token = access_token().await?;
        let response = self.fetch(Some(&token)).await?;
        let tag = response.headers().get("ETag").unwrap_or_default();
        // A proxy that compresses makes it a weak one; the content is the same.
        let tag = tag.trim_start_matches("W/").to_owned();
        Ok((json::read(&read(response).await?)?, tag))
    }

    /// Sends the request and keeps the answer as a file of this page: returns its address, good until
    /// the page is closed. May take minutes, unless `stop` is given before.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn blob_url(mut self, stop: &AbortSignal) -> ApiResult<String> {
        let either = js_sys::Array::of2(stop, &AbortSignal::timeout_with_u32(LONG_MS));
        self.end = Some(AbortSignal::any(&either));
        let token = access_token().await?;
        let response = self.fetch(Some(&token)).await?;
        if !response.ok() {
            read(response).await?;
            return Err(ApiError::Unreadable);
        }
        let bytes = response.binary().await.map_err(|_| ApiError::Unreachable)?;
        let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes.as_slice()));
        web_sys::Blob::new_with_u8_array_sequence(&parts)
            .and_then(|blob| web_sys::Url::create_object_url_with_blob(&blob))
            .map_err(|_| ApiError::Unreadable)
    }

    async fn fetch(&self, token: Option<&str>) -> ApiResult<Response> {
        let headers = Headers::new();
        headers.set("Accept", "application/json");
        headers.set("Accept-Language", crate::i18n::lang_untracked().tag());
        // Forms of other sites can't send it: without a body the server asks for it.
        headers.set("X-Requested-With", "the-space");
        if let Some(token) = token {
            headers.set("Authorization", &format!("Bearer {token}"));
        }
        if let Some(version) = &self.seen {
            headers.set("If-Match", version);
        }
        let body = self.body.clone()?;
        let end = self.end.clone();
        let end = end.unwrap_or_else(|| AbortSignal::timeout_with_u32(TIMEOUT_MS));
        if body.is_some() {
            headers.set("Content-Type", "application/json");
        }
        let request = RequestBuilder::new(&format!("{BASE}{}", self.path))
            .method(self.method.clone())
            .credentials(RequestCredentials::SameOrigin)
            .abort_signal(Some(&end))
            .query(self.query.iter().map(|(name, value)| (*name, value.as_str())))
            .headers(headers);
        let request = match body {
            Some(body) => request.body(body),
            None => request.build(),
        };
        request.map_err(|_| ApiError::Unreadable)?.send().await.map_err(|_| ApiError::Unreachable)
    }
}

async fn read(response: Response) -> ApiResult<String> {
    let request_id = response.headers().get("X-Request-Id");
    let body = response.text().await.map_err(|_| ApiError::Unreachable)?;
    if response.ok() {
        // 204 has no body, which reads as `()`.
        return Ok(if body.is_empty() { "null".to_owned() } else { body });
    }
    match json::read::<Problem>(&body) {
        Ok(mut problem) => {
            if problem.request_id.is_empty() {
                problem.request_id = request_id.unwrap_or_default();
            }
            Err(ApiError::Problem(Box::new(problem)))
        }
        // A proxy answers for a server that is down.
        Err(_) if response.status() >= 500 => Err(ApiError::Unreachable),
        Err(_) => Err(ApiError::Unreadable),
    }
}

/// An access token that lasts for a while yet, also for the socket.
///
/// # Errors
/// See [`ApiError`]; a session that is over is reported to [`on_end`] too.
pub async fn access_token() -> ApiResult<String> {
    let kept = ACCESS.with_borrow(|access| {
        let lasts = access.ends_at - js_sys::Date::now() > MARGIN_MS;
        access.token.clone().filter(|_| lasts)
    });
    match kept {
        Some(token) => Ok(token),
        None => Ok(refresh().await?.access_token),
    }
}

/// A fresh access token through the cookie. Callers at the same time share one request.
///
/// # Errors
/// See [`ApiError`]; `invalid_refresh_token` and `unauthenticated` mean that nobody is signed in.
pub async fn refresh() -> ApiResult<Tokens> {
    let refreshing = ACCESS.with_borrow_mut(|access| {
        access
            .refreshing
            .get_or_insert_with(|| {
                async {
                    let outcome = post("/auth/refresh")
                        .anonymous()
                        .json(&Refresh::default())
                        .send::<Tokens>()
                        .await;
                    ACCESS.with_borrow_mut(|access| access.refreshing = None);
                    outcome
                }
                .boxed_local()
                .shared()
            })
            .clone()
    });
    let outcome = refreshing.await;
    match &outcome {
        Ok(tokens) => keep(tokens),
        Err(error) if is_over(error) => {
            forget();
            if let Some(on_end) = ACCESS.with_borrow(|access| access.on_end.clone()) {
                on_end();
            }
        }
        Err(_) => {}
    }
    outcome
}

/// Whether the error says that there is no session any more.
#[must_use]
pub fn is_over(error: &ApiError) -> bool {
    matches!(error.code(), Some(ErrorCode::InvalidRefreshToken | ErrorCode::Unauthenticated))
}

/// Uses the access token of a login from now on.
pub fn keep(tokens: &Tokens) {
    ACCESS.with_borrow_mut(|access| {
        access.token = Some(tokens.access_token.clone());
        access.ends_at = js_sys::Date::now() + tokens.expires_in as f64 * 1000.0;
    });
}

/// Forgets the access token: nobody is signed in.
pub fn forget() {
    ACCESS.with_borrow_mut(|access| {
        access.token = None;
        access.ends_at = 0.0;
    });
}

/// What to do when the server says that the session is over.
pub fn on_end(act: impl Fn() + 'static) {
    ACCESS.with_borrow_mut(|access| access.on_end = Some(Rc::new(act)));
}
