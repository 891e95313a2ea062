//! Hole 29 and battery C1: types by content, sizes before buffering, pictures and archives that are
//! bombs, things that pretend to be pictures.

use crate::support::TestApp;
use crate::support::files::{form, picture, png};
use futures_util::future::join_all;
use image::ImageFormat;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;
use std::io::{Cursor, Write as _};

fn zip(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Hole 29: what its sender says of a file counts for nothing.
#[tokio::test]
async fn hole_29_the_content_decides() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    for (name, bytes, mime, shown) in [
        ("photo.txt", png(), "image/png", "inline"),
        (
            "page.png",
            b"<html><script>alert(1)</script>".to_vec(),
            "application/octet-stream",
            "attachment",
        ),
        (
            "logo.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            "application/octet-stream",
            "attachment",
        ),
        ("run.js", b"alert(1)".to_vec(), "application/octet-stream", "attachment"),
        (
            "paper.pdf",
            b"%PDF-1.7\n1 0 obj <</JS (app.alert(1))>>".to_vec(),
            "application/pdf",
            "attachment",
        ),
        ("notes.md", "# Ноты".as_bytes().to_vec(), "text/markdown; charset=utf-8", "attachment"),
    ] {
        // The form says image/png of all of them.
        let file = anna.upload(name, &bytes).await.expect(201);
        let path = format!("/files/{}", file["id"].as_str().unwrap());
        let loaded = anna.load(&path, &[]).await;
        assert_eq!(loaded.header("content-type"), mime, "{name}");
        assert!(loaded.header("content-disposition").starts_with(shown), "{name}");
        assert_eq!(loaded.header("x-content-type-options"), "nosniff");
        assert!(loaded.header("content-security-policy").starts_with("sandbox;"), "{name}");
        let saved = anna.load(&format!("{path}?download=true"), &[]).await;
        assert!(saved.header("content-disposition").starts_with("attachment"), "{name}");
    }
}

#[tokio::test]
async fn what_is_not_accepted_is_said() {
    let app = TestApp::with(&[
        ("SPACE_FILES_IMAGE_MB", "5"),
        ("SPACE_FILES_MEGAPIXELS", "1"),
        ("SPACE_FILES_DOCUMENT_MB", "2"),
    ])
    .await;
    let anna = app.user("anna").await;
    let mut bomb = picture(4, 4, ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 255, 255, 0, 0, 255, 255]);
    let inner = zip(&[("a.txt", vec![7; 100])]);
    let deep = zip(&[("c.zip", zip(&[("b.zip", zip(&[("a.zip", inner)]))]))]);
    let whole = picture(400, 400, ImageFormat::Png);
    let huge = picture(1_100, 1_000, ImageFormat::Png);
    for (what, bytes, status, code) in [
        ("a program", b"MZ\x90\0\x03\0\0\0".to_vec(), 415, "file_type"),
        ("an ELF", b"\x7fELF\x02\x01\x01\0\0\0".to_vec(), 415, "file_type"),
        ("PSD", b"8BPS\0\x01\0\0\0\0\0\0".to_vec(), 415, "file_type"),
        ("TIFF", b"II*\0\x08\0\0\0\0\0".to_vec(), 415, "file_type"),
        ("ICO", b"\0\0\x01\0\x01\0\0\0\0\0".to_vec(), 415, "file_type"),
        ("AVIF", b"\0\0\0\x1cftypavif\0\0\0\0avif".to_vec(), 415, "file_type"),
        ("65,535 x 65,535", bomb, 422, ""),
        ("1.1 megapixels", huge, 422, "file_too_complex"),
        ("half a PNG", whole[..whole.len() / 2].to_vec(), 422, "file_damaged"),
        ("the name of a GIF", b"GIF89a".to_vec(), 422, "file_damaged"),
        ("a bomb in archives", deep, 422, "file_too_complex"),
        ("half a ZIP", zip(&[("a", vec![7; 100])])[..60].to_vec(), 422, "file_damaged"),
        ("2 MB of text", vec![b'x'; 2_000_001], 413, "too_large"),
        ("nothing", Vec::new(), 422, "invalid"),
    ] {
        let answer = anna.upload("photo.jpg", &bytes).await;
        let found = answer.problem(status);
        assert!(code.is_empty() || found == code, "{what}: {found}");
    }
    assert_eq!(app.app.files.storage.count().await.unwrap(), 0, "nothing of it was stored");
    assert_eq!(anna.get("/files/limits").await.expect(200)["used"], 0);
    anna.upload("fits.txt", &vec![b'x'; 2_000_000]).await.expect(201);
}

#[tokio::test]
async fn broken_forms_are_refused() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let json = anna.post("/files", json!({"file": "x"})).await;
    assert_eq!(json.problem(415), "unsupported_media_type");
    let post = |kind: &'static str, body: Vec<u8>| {
        let request = anna.request(reqwest::Method::POST, "/files");
        crate::support::client::send(request.header("content-type", kind).body(body))
    };
    let kind = "multipart/form-data; boundary=edge";
    let other = form("a.txt", b"x");
    let renamed = String::from_utf8(other.clone()).unwrap().replace("\"file\"", "\"cat\"");
    let twice = [&other[..other.len() - 10], &other[..]].concat();
    let many: Vec<u8> = (0..10_000)
        .flat_map(|n| {
            format!("--edge\r\nContent-Disposition: form-data; name=\"p{n}\"\r\n\r\nx\r\n")
                .into_bytes()
        })
        .chain(*b"--edge--\r\n")
        .collect();
    for (what, kind, body, status) in [
        ("no boundary", "multipart/form-data", other.clone(), 400),
        ("cut off", kind, other[..other.len() - 12].to_vec(), 400),
        ("another field", kind, renamed.into_bytes(), 400),
        ("two files", kind, twice, 422),
        ("10,000 parts", kind, many, 400),
        ("no part", kind, b"--edge--\r\n".to_vec(), 422),
    ] {
        let answer = post(kind, body).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text);
        answer.problem(status);
    }
    let query = anna.post_form("/files?chat=1", form("a.txt", b"x")).await;
    assert_eq!(query.problem(400), "unknown_field");
}

/// Forms that were changed anywhere are taken or refused, never our fault, and leave nothing half done.
#[tokio::test]
async fn random_forms_are_all_answered() {
    let seed = rand::random();
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let good = form("rye.png", &png());
    const PIECES: [&[u8]; 9] = [
        b"--edge",
        b"--edge--",
        b"\r\n",
        b"\n",
        b"\0",
        b"; filename*=UTF-8''%ff%00",
        b"\xff\xfe",
        b"Content-Disposition: form-data; name=\"file\"; filename=\"../../x\"\r\n\r\n",
        b"Content-Length: 999999999999\r\n",
    ];
    let mut stored = 0;
    for _ in 0..300 {
        let mut body = good.clone();
        for _ in 0..rng.random_range(1..4) {
            let at = rng.random_range(0..body.len().max(1));
            match rng.random_range(0..4) {
                0 => body.truncate(at),
                1 => drop(body.drain(at..(at + rng.random_range(0..40)).min(body.len()))),
                2 => drop(body.splice(at..at, PIECES[rng.random_range(0..9)].iter().copied())),
                _ => body.iter_mut().skip(at).take(3).for_each(|byte| *byte = rng.random()),
            }
            if body.is_empty() {
                break;
            }
        }
        let answer = anna.post_form("/files", body.clone()).await;
        let shown = String::from_utf8_lossy(&body);
        match answer.status {
            201 => stored += 1,
            400..500 => drop(answer.problem(answer.status)),
            status => panic!("{status}: {}\n{shown}", answer.text),
        }
    }
    let rows = app.app.files.storage.count().await.unwrap();
    // A picture has a still of its own only when it is large.
    assert_eq!(rows, stored, "as many as were taken");
}

/// The quota is exact, also for many at once.
#[tokio::test]
async fn parallel_uploads_share_the_room_exactly() {
    let app = TestApp::with(&[("SPACE_FILES_USER_QUOTA_MB", "1")]).await;
    let anna = app.user("anna").await;
    let body = vec![b'x'; 300_000];
    let answers = join_all((0..8).map(|_| anna.upload("a.txt", &body))).await;
    let stored = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(stored, 3, "3 x 300 kB fit into 1 MB");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem(413), "quota_exceeded");
    }
    assert_eq!(anna.get("/files/limits").await.expect(200)["used"], 900_000);
    // Another person has room of his own.
    app.user("boris").await.upload("a.txt", &body).await.expect(201);
}
