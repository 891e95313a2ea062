//! Files that are of two types at once. Whatever they also are, they are served as one thing: its
//! type, no guessing, no scripts, and shown in a page only where the type is a picture or is played.

use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::expression::make_pack;
use crate::support::files::{form, picture, png, wav};
use crate::support::staff::text;
use image::ImageFormat;
use serde_json::json;

const PAGE: &[u8] = b"<html><script>alert(document.domain)</script></html>";
const SCRIPT: &[u8] = b"*/=1;alert(document.domain)//";
/// An empty archive: readers of archives look for it at the end of a file.
const ARCHIVE: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// A GIF that begins as a comment of JavaScript: `GIF89a/*`, which says how wide it is.
fn gif_and_script() -> Vec<u8> {
    let mut bytes = picture(4, 2, ImageFormat::Gif);
    bytes[6..8].copy_from_slice(b"/*");
    [&bytes, SCRIPT].concat()
}

/// A JPEG with a page in its comment and behind its end.
fn jpeg_and_page() -> Vec<u8> {
    let bytes = picture(24, 16, ImageFormat::Jpeg);
    let length = u16::try_from(PAGE.len() + 2).unwrap().to_be_bytes();
    [&bytes[..2], b"\xFF\xFE", &length, PAGE, &bytes[2..], PAGE].concat()
}

fn pdf_and_archive() -> Vec<u8> {
    let pdf = b"%PDF-1.7\n1 0 obj <</JS (app.alert(1))>> endobj\n%%EOF\n";
    [pdf.as_slice(), PAGE, ARCHIVE].concat()
}

fn archive_and_pdf() -> Vec<u8> {
    let mut archive = ARCHIVE.to_vec();
    let comment = b"%PDF-1.7\n%%EOF\n";
    archive[20] = u8::try_from(comment.len()).unwrap();
    [archive.as_slice(), comment].concat()
}

/// Sound with a page among its chunks.
fn sound_and_page() -> Vec<u8> {
    [wav().as_slice(), PAGE].concat()
}

/// What every answer with bytes says, whole or in part.
async fn assert_inert(who: &Client, path: &str, mime: &str, shown: &str, what: &str) {
    for (query, headers, status) in [
        ("", &[][..], 200),
        ("?download=true", &[], 200),
        ("", &[("range", "bytes=0-7")], 206),
        // What the browser would like it to be.
        ("", &[("accept", "text/html"), ("sec-fetch-dest", "document")], 200),
        ("", &[("accept", "*/*"), ("sec-fetch-dest", "script")], 200),
    ] {
        let loaded = who.load(&format!("{path}{query}"), headers).await;
        assert_eq!(loaded.status, status, "{what}");
        assert_eq!(loaded.header("content-type"), mime, "{what}");
        assert_eq!(loaded.header("x-content-type-options"), "nosniff", "{what}");
        let policy = loaded.header("content-security-policy");
        assert!(policy.starts_with("sandbox; default-src 'none'"), "{what}: {policy}");
        assert!(!policy.contains("allow-scripts") && !policy.contains("script-src"), "{what}");
        let shown = if query.is_empty() { shown } else { "attachment" };
        assert!(loaded.header("content-disposition").starts_with(shown), "{what}{query}");
    }
}

#[tokio::test]
async fn a_file_of_two_types_is_served_as_one() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let opaque = "application/octet-stream";
    for (what, name, bytes, mime, shown) in [
        ("GIF and script", "a.js", gif_and_script(), "image/gif", "inline"),
        ("JPEG and page", "a.html", jpeg_and_page(), "image/jpeg", "inline"),
        ("PNG and archive", "a.zip", [&png(), ARCHIVE].concat(), "image/png", "inline"),
        ("PDF and archive", "a.html", pdf_and_archive(), "application/pdf", "attachment"),
        ("archive and PDF", "a.pdf", archive_and_pdf(), "application/zip", "attachment"),
        ("sound and page", "a.html", sound_and_page(), "audio/wav", "inline"),
        ("page and PDF", "a.html", [PAGE, b"%PDF-1.7"].concat(), "application/pdf", "attachment"),
        ("script and page", "a.gif", [b"/*GIF89a", PAGE, SCRIPT].concat(), opaque, "attachment"),
        ("text and page", "a.txt", PAGE.to_vec(), "text/plain; charset=utf-8", "attachment"),
    ] {
        let file = anna.upload(name, &bytes).await.expect(201);
        let path = format!("/files/{}", text(&file["id"]));
        assert_inert(&anna, &path, mime, shown, what).await;
        // A picture is written anew: what was not the picture is gone.
        if mime.starts_with("image/") {
            let stored = anna.load(&path, &[]).await.bytes;
            assert!(!holds(&stored, b"alert(") && !holds(&stored, b"PK\x05\x06"), "{what}");
        }
    }
}

/// The same behind other doors: pictures of people and spaces, emoji and stickers.
#[tokio::test]
async fn pictures_of_two_types_are_written_anew_everywhere() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let space = anna.post("/spaces", json!({"name": "Bakery"})).await.expect(201);
    let space = format!("/spaces/{}", text(&space["id"]));
    let pack = make_pack(&anna, "Buns", "private").await;
    let doors = [
        "/profile/upload-avatar".to_owned(),
        "/profile/upload-banner".to_owned(),
        format!("{space}/upload-avatar"),
        format!("{space}/upload-banner"),
        format!("{space}/emoji?name=bun"),
        format!("/stickers/packs/{pack}/stickers?name=Bun"),
    ];
    for door in doors {
        for bytes in [gif_and_script(), jpeg_and_page()] {
            let answer = anna.post_form(&door, form("a.html", &bytes)).await;
            // The second emoji finds its name taken; nothing else is refused.
            if answer.status == 409 {
                continue;
            }
            assert!(answer.status < 300, "{door}: {}", answer.text);
            let told = answer.text.split('"').filter(|part| part.contains("/files/"));
            for address in told.collect::<Vec<_>>() {
                let path = address.split_once("/api/v1").unwrap().1;
                let loaded = anna.load(path, &[]).await;
                assert_eq!(loaded.status, 200, "{door}: {path}");
                assert!(loaded.header("content-type").starts_with("image/"), "{door}: {path}");
                assert_eq!(loaded.header("x-content-type-options"), "nosniff", "{door}");
                let policy = loaded.header("content-security-policy");
                assert!(policy.starts_with("sandbox;"), "{door}: {policy}");
                assert!(!holds(&loaded.bytes, b"alert("), "{door}: {path}");
            }
        }
    }
}
