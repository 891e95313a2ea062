//! What comes in goes out, judged by its content. Each on a folder and on S3.

use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::files::{picture, png, s3, wav};
use image::ImageFormat;
use serde_json::json;

async fn on_s3() -> TestApp {
    TestApp::with(&s3()).await
}

async fn pictures_come_back_without_their_secrets(app: &TestApp) {
    let anna = app.user("anna").await;
    let given = picture(1000, 600, ImageFormat::Jpeg);
    let file = anna.upload("beach.jpg", &given).await.expect(201);
    assert_eq!(
        (&file["kind"], &file["name"], &file["mime"], &file["width"], &file["height"]),
        (&json!("image"), &json!("beach.jpg"), &json!("image/jpeg"), &json!(1000), &json!(600))
    );
    assert!(file["blurhash"].as_str().is_some_and(|hash| hash.len() > 20));
    let id = file["id"].as_str().unwrap();
    assert_eq!(file["url"], format!("/api/v1/files/{id}"));
    assert_eq!(file["thumbnail_url"], format!("/api/v1/files/{id}/thumbnail"));
    let whole = anna.load(&format!("/files/{id}"), &[]).await;
    assert_eq!((whole.status, whole.header("content-type")), (200, "image/jpeg"));
    assert_eq!(whole.bytes.len() as i64, file["size"].as_i64().unwrap());
    assert_eq!(image::load_from_memory(&whole.bytes).unwrap().width(), 1000);
    let small = anna.load(&format!("/files/{id}/thumbnail"), &[]).await;
    assert_eq!((small.status, small.header("content-type")), (200, "image/webp"));
    assert_eq!(image::load_from_memory(&small.bytes).unwrap().width(), 800);
}

async fn large_files_come_back_whole_and_in_parts(app: &TestApp) {
    let anna = app.user("anna").await;
    // More than one part of the store's multipart upload.
    let text: Vec<u8> = (0..9_000_000_u32).map(|n| b'a' + (n % 23) as u8).collect();
    let id = anna.uploaded("big.txt", &text).await;
    let path = format!("/files/{id}");
    assert!(anna.load(&path, &[]).await.bytes == text);
    let part = anna.load(&path, &[("range", "bytes=8999990-")]).await;
    assert_eq!((part.status, part.bytes), (206, text[8_999_990..].to_vec()));
}

async fn players_get_ranges(app: &TestApp) {
    let anna = app.user("anna").await;
    let given = wav();
    let file = anna.upload("voice.wav", &given).await.expect(201);
    assert_eq!((&file["kind"], &file["mime"]), (&json!("audio"), &json!("audio/wav")));
    let path = format!("/files/{}", file["id"].as_str().unwrap());
    let whole = anna.load(&path, &[]).await;
    assert_eq!((whole.bytes == given, whole.header("accept-ranges")), (true, "bytes"));
    assert!(whole.header("content-disposition").starts_with("inline"));
    let tag = whole.header("etag").to_owned();
    let size = given.len();
    for (range, status, body, said) in [
        ("bytes=0-3", 206, &given[..4], format!("bytes 0-3/{size}")),
        ("bytes=8000-", 206, &given[8000..], format!("bytes 8000-{}/{size}", size - 1)),
        ("bytes=-5", 206, &given[size - 5..], format!("bytes {}-{}/{size}", size - 5, size - 1)),
        ("bytes=0-1,4-5", 200, &given[..], String::new()),
        ("bytes=9-2", 200, &given[..], String::new()),
    ] {
        let part = anna.load(&path, &[("range", range)]).await;
        assert_eq!((part.status, part.header("content-range")), (status, said.as_str()), "{range}");
        assert!(part.bytes == body, "{range}");
        assert_eq!(part.header("content-length"), body.len().to_string());
    }
    let outside = anna.load(&path, &[("range", "bytes=999999-")]).await;
    assert_eq!(outside.status, 416);
    let other = anna.load(&path, &[("range", "bytes=0-3"), ("if-range", "\"other\"")]).await;
    assert_eq!(other.status, 200);
    let known = anna.load(&path, &[("if-none-match", &tag)]).await;
    assert_eq!((known.status, known.bytes.len()), (304, 0));
}

/// Two seconds of 160 × 90, as phones and browsers record them.
const VIDEOS: [(&str, &[u8], &str); 3] = [
    ("oven.mp4", include_bytes!("videos/small.mp4"), "video/mp4"),
    ("oven.mov", include_bytes!("videos/small.mov"), "video/quicktime"),
    ("oven.webm", include_bytes!("videos/small.webm"), "video/webm"),
];

async fn videos_tell_their_size_and_length(app: &TestApp) {
    let anna = app.user("anna").await;
    for (name, given, mime) in VIDEOS {
        let file = anna.upload(name, given).await.expect(201);
        assert_eq!((&file["kind"], &file["mime"]), (&json!("video"), &json!(mime)), "{name}");
        assert_eq!((&file["width"], &file["height"]), (&json!(160), &json!(90)), "{name}");
        let length = file["duration_ms"].as_i64().unwrap();
        assert!((1_800..=2_200).contains(&length), "{name}: {length}");
        let path = format!("/files/{}", file["id"].as_str().unwrap());
        let part = anna.load(&path, &[("range", "bytes=4-11")]).await;
        assert_eq!((part.status, &part.bytes[..]), (206, &given[4..12]), "{name}");
        assert!(part.header("content-disposition").starts_with("inline"), "{name}");
    }
    // Of a recorder that only hears.
    let sound = anna.upload("voice.webm", include_bytes!("videos/sound.webm")).await.expect(201);
    assert_eq!((&sound["kind"], &sound["mime"]), (&json!("audio"), &json!("audio/webm")));
}

async fn a_given_up_upload_is_gone_from_the_store(app: &TestApp) {
    let anna = app.user("anna").await;
    let before = app.app.files.storage.count().await.unwrap();
    let id = anna.uploaded("a.jpg", &picture(900, 900, ImageFormat::Jpeg)).await;
    assert!(app.app.files.storage.count().await.unwrap() >= before + 2, "content and thumbnail");
    anna.delete(&format!("/files/{id}")).await.expect(204);
    assert_eq!(anna.get(&format!("/files/{id}")).await.problem(404), "not_found");
    api::files::sweep::sweep(&app.app).await.unwrap();
    for part in [api::files::storage::Part::Content, api::files::storage::Part::Thumbnail] {
        let found = app.app.files.storage.get(id.parse().unwrap(), part, None).await;
        assert!(found.is_err(), "{part:?}");
    }
}

macro_rules! on_both {
    ($($body:ident: $folder:ident, $s3:ident;)*) => {$(
        #[tokio::test]
        async fn $folder() {
            $body(&TestApp::start().await).await;
        }
        #[tokio::test]
        async fn $s3() {
            $body(&on_s3().await).await;
        }
    )*};
}

on_both! {
    pictures_come_back_without_their_secrets: pictures_in_a_folder, pictures_on_s3;
    large_files_come_back_whole_and_in_parts: large_files_in_a_folder, large_files_on_s3;
    players_get_ranges: ranges_in_a_folder, ranges_on_s3;
    videos_tell_their_size_and_length: videos_in_a_folder, videos_on_s3;
    a_given_up_upload_is_gone_from_the_store: giving_up_in_a_folder, giving_up_on_s3;
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_told() {
    let settings = [
        ("S3_ENDPOINT", "http://127.0.0.1:9"),
        ("S3_BUCKET", "nowhere"),
        ("S3_ACCESS_KEY", "a"),
        ("S3_SECRET_KEY", "b"),
    ];
    let app = TestApp::with(&settings).await;
    let ready = format!("http://{}/health/ready", app.address);
    assert_eq!(reqwest::get(ready).await.unwrap().status(), 503);
}

#[tokio::test]
async fn names_are_cleaned_and_come_back() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    for (given, name, header) in [
        ("plan.txt", "plan.txt", "attachment; filename=\"plan.txt\""),
        ("../../etc/passwd", "passwd", "attachment; filename=\"passwd\""),
        (
            "звіт.txt",
            "звіт.txt",
            "attachment; filename=\"____.txt\"; filename*=UTF-8''%D0%B7%D0%B2%D1%96%D1%82.txt",
        ),
        ("a%22;b.txt", "a%22;b.txt", "attachment; filename=\"a%22;b.txt\""),
    ] {
        let file = anna.upload(given, b"hello").await.expect(201);
        assert_eq!(file["name"], name);
        let path = format!("/files/{}", file["id"].as_str().unwrap());
        assert_eq!(anna.load(&path, &[]).await.header("content-disposition"), header);
    }
}

#[tokio::test]
async fn limits_say_what_fits() {
    let app = TestApp::with(&[("SPACE_FILES_IMAGE_MB", "3")]).await;
    let anna = app.user("anna").await;
    let before = anna.get("/files/limits").await.expect(200);
    assert_eq!((&before["image"], &before["used"]), (&json!(3_000_000), &json!(0)));
    assert_eq!(before["attachments"], 10);
    let file = anna.upload("a.txt", &[b'x'; 1000]).await.expect(201);
    assert_eq!(anna.get("/files/limits").await.expect(200)["used"], file["size"]);
}

/// Only one's own, and only as long as no message has it.
#[tokio::test]
async fn others_uploads_are_nobodys_business() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.user("anna").await, app.user("boris").await);
    let id = anna.uploaded("a.png", &png()).await;
    let path = format!("/files/{id}");
    let anonymous: Client = app.stranger();
    assert_eq!(boris.get(&path).await.problem(404), "not_found");
    assert_eq!(boris.delete(&path).await.problem(404), "not_found");
    assert_eq!(boris.get(&format!("{path}/thumbnail")).await.problem(404), "not_found");
    assert_eq!(anonymous.get(&path).await.problem(401), "unauthenticated");
    let unknown = format!("/files/{}", uuid::Uuid::now_v7());
    assert_eq!(boris.get(&unknown).await.problem(404), "not_found");
    assert_eq!(anonymous.get(&unknown).await.problem(401), "unauthenticated");
    anna.delete(&path).await.expect(204);
    assert_eq!(anna.get(&path).await.problem(404), "not_found");
}
