//! W1: the cases of the WebSocket conformance suite against what stands before every command of ours:
//! the guard, the parser, the joining of fragments and the codes to close with. What comes is sent back.
//!
//! `scripts/conformance.sh` installs the suite, names it in `KOSOKU` and runs this. Compression, which
//! we do not offer, is left out.

use actix_web::rt::System;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use actix_ws::{AggregatedMessage, CloseCode, CloseReason};
use anyhow::{Context as _, ensure};
use api::realtime::socket::{Upgraded, upgrade};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The largest message of the suite.
const LARGEST: usize = 16 * 1024 * 1024;
/// Cases without compression.
const CASES: usize = 301;
/// Cases in which we do later than we could what is asked for: bad UTF-8 is found at the end of a frame.
const NON_STRICT: usize = 4;

#[derive(Deserialize)]
struct Case {
    behavior: String,
}

async fn echo(request: HttpRequest, payload: web::Payload) -> actix_web::Result<HttpResponse> {
    let Upgraded { response, mut sink, mut stream, tripped } = upgrade(&request, payload, LARGEST)?;
    actix_web::rt::spawn(async move {
        loop {
            let message = stream.recv().await;
            let sent = match message {
                Some(Ok(AggregatedMessage::Text(text))) => sink.text(text).await,
                Some(Ok(AggregatedMessage::Binary(bytes))) => sink.binary(bytes).await,
                Some(Ok(AggregatedMessage::Ping(bytes))) => sink.pong(&bytes).await,
                Some(Ok(AggregatedMessage::Pong(_))) => Ok(()),
                other => {
                    let Some(code) = tripped.close_code(other.as_ref()) else { break };
                    let reason = CloseReason { code: CloseCode::from(code), description: None };
                    drop(sink.close(Some(reason)).await);
                    break;
                }
            };
            if sent.is_err() {
                break;
            }
        }
    });
    Ok(response)
}

fn main() -> anyhow::Result<()> {
    let suite = std::env::var_os("KOSOKU").context("scripts/conformance.sh installs the suite")?;
    let reports = tempfile::tempdir()?;
    let mut command = Command::new(suite);
    command.args(["-p", "2", "-x", "12.*", "-x", "13.*", "-o"]).arg(reports.path());
    let status = System::new().block_on(async {
        let server = HttpServer::new(|| App::new().route("/", web::get().to(echo)));
        let server = server.workers(1).tcp_nodelay(true).bind(("127.0.0.1", 0))?;
        command.args(server.addrs().iter().map(ToString::to_string));
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let status = actix_web::rt::task::spawn_blocking(move || command.status()).await;
        handle.stop(false).await;
        anyhow::Ok(status??)
    })?;
    let ended = ended(reports.path())?;
    let of = |behaviour: &str| ended.get(behaviour).map_or(&[][..], Vec::as_slice);
    let (non_strict, informational) = (of("NON-STRICT"), of("INFORMATIONAL"));
    println!("{} right, not strict: {non_strict:?}, no rule: {informational:?}", of("OK").len());
    let passed = of("OK").len() + non_strict.len() + informational.len();
    let all: usize = ended.values().map(Vec::len).sum();
    ensure!(status.success() && passed == all, "failed: {ended:?}");
    ensure!(all >= CASES && non_strict.len() <= NON_STRICT, "{all} cases");
    Ok(())
}

/// The cases by the way in which they ended.
fn ended(reports: &Path) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let index = std::fs::read_to_string(reports.join("index.json"))?;
    let index: BTreeMap<String, BTreeMap<String, Case>> = serde_json::from_str(&index)?;
    let mut ended: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (number, case) in index.into_values().flatten() {
        ended.entry(case.behavior).or_default().push(number);
    }
    Ok(ended)
}
