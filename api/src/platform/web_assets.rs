//! Serves the built web client from memory: hashed names for ever, the rest with an ETag, and
//! `index.html` for every path of the client's own router.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH,
    VARY,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use anyhow::Context as _;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::Path;

const INDEX: &str = "index.html";
/// A hashed name means these bytes and no others.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// May be kept, must be asked for again.
const ASK_AGAIN: &str = "no-cache";

/// The files of the web client, each with its compressed forms.
#[derive(Debug, Default)]
pub struct Assets(HashMap<String, Asset>);

#[derive(Debug)]
struct Asset {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    content_type: &'static str,
    etag: String,
    is_hashed: bool,
}

impl Assets {
    /// Reads a folder; one that does not exist holds no files.
    ///
    /// # Errors
    /// A file can't be read.
    pub fn load(folder: &Path) -> anyhow::Result<Self> {
        let mut assets = Self::default();
        if folder.join(INDEX).is_file() {
            assets.add(folder, "")?;
        }
        Ok(assets)
    }

    /// Whether there is no client to serve.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Answers for a file or a page of the client.
    ///
    /// # Errors
    /// `not_found` for a path of the API, a missing file, or a client that is not built.
    pub fn respond(&self, request: &HttpRequest) -> ApiResult<HttpResponse> {
        let asset = self.find(request.path()).ok_or_else(ApiError::not_found)?;
        match *request.method() {
            Method::GET | Method::HEAD => Ok(asset.respond(request)),
            _ => Err(ApiError::not_found()),
        }
    }

    fn add(&mut self, folder: &Path, prefix: &str) -> anyhow::Result<()> {
        let shown = folder.display();
        for entry in std::fs::read_dir(folder).with_context(|| format!("reading {shown}"))? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let is_variant = name.ends_with(".br") || name.ends_with(".gz");
            if name.starts_with('.') || is_variant {
                continue;
            }
            if entry.file_type()?.is_dir() {
                self.add(&entry.path(), &format!("{prefix}{name}/"))?;
            } else {
                self.0.insert(format!("{prefix}{name}"), Asset::read(&entry.path(), &name)?);
            }
        }
        Ok(())
    }

    /// The file of a path, or the page for a path that only the client's router knows.
    fn find(&self, path: &str) -> Option<&Asset> {
        let path = path.trim_start_matches('/');
        let is_file_name = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
        let is_page = !is_file_name && path != "api" && !path.starts_with("api/");
        self.0.get(path).or_else(|| self.0.get(INDEX).filter(|_| is_page))
    }
}

impl Asset {
    fn read(path: &Path, name: &str) -> anyhow::Result<Self> {
        let read = |path: &Path| std::fs::read(path).map(Bytes::from);
        let variant = |suffix: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            read(Path::new(&name)).ok()
        };
        let plain = read(path).with_context(|| format!("reading {}", path.display()))?;
        let digest = Sha256::digest(&plain);
        let etag = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            brotli: variant(".br"),
            gzip: variant(".gz"),
            content_type: content_type(name),
            etag,
            is_hashed: is_hashed(name),
            plain,
        })
    }

    fn respond(&self, request: &HttpRequest) -> HttpResponse {
        let (encoding, body) = self.negotiate(request.headers());
        let etag = format!("\"{}{}\"", self.etag, encoding.unwrap_or_default());
        let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        if known.is_some_and(|known| known.split(',').any(|tag| tag.trim() == etag)) {
            return self.head(HttpResponse::NotModified(), &etag).finish();
        }
        let mut response = self.head(HttpResponse::Ok(), &etag);
        response.insert_header((CONTENT_TYPE, self.content_type));
        if let Some(encoding) = encoding {
            response.insert_header((CONTENT_ENCODING, encoding));
        }
        // For HEAD, actix keeps the length and drops the body.
        response.body(body.clone())
    }

    fn head(&self, mut response: HttpResponseBuilder, etag: &str) -> HttpResponseBuilder {
        response
            .insert_header((ETAG, etag))
            .insert_header((VARY, "Accept-Encoding"))
            .insert_header((CACHE_CONTROL, if self.is_hashed { FOR_EVER } else { ASK_AGAIN }));
        response
    }

    fn negotiate(&self, headers: &HeaderMap) -> (Option<&'static str>, &Bytes) {
        let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        let accepted = accepted.unwrap_or_default();
        for (name, body) in [("br", &self.brotli), ("gzip", &self.gzip)] {
            if let (Some(body), true) = (body, accepts(accepted, name)) {
                return (Some(name), body);
            }
        }
        (None, &self.plain)
    }
}

/// Answers whatever no route answered.
///
/// # Errors
/// See [`Assets::respond`].
pub async fn serve(request: HttpRequest, app: web::Data<App>) -> ApiResult<HttpResponse> {
    app.assets.respond(&request)
}

/// Whether `Accept-Encoding` names the encoding, and not with a weight of zero.
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight.trim().trim_start_matches("q=");
        name.trim().eq_ignore_ascii_case(encoding) && weight.parse::<f32>() != Ok(0.0)
    })
}

/// Trunk puts a 64-bit hash after a dash, in hexadecimal digits without leading zeros.
fn is_hashed(name: &str) -> bool {
    name.split(['-', '.', '_']).skip(1).any(|part| {
        (12..=16).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
