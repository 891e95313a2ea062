use super::*;
use actix_web::App;
use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service, read_body};

fn assets() -> web::Data<Assets> {
    let folder = std::env::temp_dir().join(format!("assets-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in [
        (INDEX, "<!doctype html>"),
        ("web-0123456789abcdef.js", "plain"),
        ("web-0123456789abcdef.js.br", "brotli"),
        ("web-0123456789abcdef.js.gz", "gzip"),
        ("robots.txt", "User-agent: *"),
        (".stamp", "not for the public"),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let assets = Assets::load(&folder).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    web::Data::new(assets)
}

/// Status, headers and body of one request.
async fn ask(request: TestRequest) -> (StatusCode, HeaderMap, String) {
    let app = App::new().app_data(assets()).default_service(web::to(
        |request: HttpRequest, assets: web::Data<Assets>| async move { assets.respond(&request) },
    ));
    let response = call_service(&init_service(app).await, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = read_body(response).await;
    (status, headers, String::from_utf8(body.to_vec()).unwrap())
}

#[actix_web::test]
async fn a_hashed_file_is_kept_for_ever_in_the_best_encoding() {
    for (accepted, encoding, body) in [
        ("gzip, deflate, br, zstd", Some("br"), "brotli"),
        ("gzip;q=1.0, br;q=0", Some("gzip"), "gzip"),
        ("identity", None, "plain"),
        ("", None, "plain"),
    ] {
        let request = TestRequest::get().uri("/web-0123456789abcdef.js?v=1");
        let (status, headers, text) = ask(request.insert_header((ACCEPT_ENCODING, accepted))).await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, body), "{accepted}");
        assert_eq!(headers.get(CONTENT_ENCODING).map(|v| v.to_str().unwrap()), encoding);
        assert_eq!(headers.get(CACHE_CONTROL).unwrap(), FOR_EVER);
        assert_eq!(headers.get(CONTENT_TYPE).unwrap(), "text/javascript; charset=utf-8");
        assert_eq!(headers.get(VARY).unwrap(), "Accept-Encoding");
    }
}

#[actix_web::test]
async fn every_path_of_the_client_gets_the_page() {
    for path in ["/", "/login", "/spaces/0199/chats/0198", "/apiary"] {
        let (status, headers, body) = ask(TestRequest::get().uri(path)).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "<!doctype html>"), "{path}");
        assert_eq!(headers.get(CACHE_CONTROL).unwrap(), ASK_AGAIN);
    }
}

#[actix_web::test]
async fn what_is_not_there_is_not_found() {
    for path in
        ["/api/v1/nothing", "/api", "/missing.js", "/.stamp", "/../Cargo.toml", "/a/%2e%2e/x.y"]
    {
        assert_eq!(ask(TestRequest::get().uri(path)).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(ask(TestRequest::post().uri("/login")).await.0, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn an_unchanged_file_is_not_sent_again() {
    let (_, headers, _) = ask(TestRequest::get().uri("/robots.txt")).await;
    let again = TestRequest::get().uri("/robots.txt");
    let (status, _, body) =
        ask(again.insert_header((IF_NONE_MATCH, headers.get(ETAG).unwrap().clone()))).await;
    assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
}

#[test]
fn hashed_names_are_told_apart() {
    assert!(is_hashed("web-0123456789abcdef_bg.wasm") && is_hashed("boot-10476664d279e3c.js"));
    assert!(
        !is_hashed("index.html")
            && !is_hashed("web-notahexadecimal0.js")
            && !is_hashed("icon-face.svg")
    );
}
