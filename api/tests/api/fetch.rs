//! Foreign servers are asked with care: nothing that only this machine can reach, not for long, not for
//! much.

use crate::support::site::{Reply, Site};
use api::config::Config;
use api::platform::fetch::{FetchError, Fetcher, Lookup, Take, Url};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

fn config(allow: &str) -> Config {
    Config::from_pairs([("SPACE_PREVIEWS_ALLOW", allow)]).unwrap()
}

/// Names stand for these addresses, one more a question; the last one stays.
fn names(answers: &[&'static [&'static str]]) -> (Lookup, Arc<AtomicUsize>) {
    let answers: Vec<Vec<IpAddr>> = answers
        .iter()
        .map(|answer| answer.iter().map(|address| address.parse().unwrap()).collect())
        .collect();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let lookup: Lookup = Arc::new(move |_| {
        let at = counted.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let answer = answers[at].clone();
        Box::pin(async move { Ok(answer) })
    });
    (lookup, asked)
}

fn whole(_: &str) -> Take {
    Take::Whole(100_000)
}

async fn get(fetcher: &Fetcher, url: &str) -> Result<String, FetchError> {
    let answer = fetcher.get(Url::parse(url).unwrap(), "*/*", whole).await?;
    Ok(String::from_utf8(answer.body).unwrap())
}

async fn assert_closed(fetcher: &Fetcher, url: &str) {
    match get(fetcher, url).await {
        Err(FetchError::Closed) => {}
        other => panic!("{url}: {other:?}"),
    }
}

#[tokio::test]
async fn what_is_not_the_open_internet_is_not_asked() {
    let site = Site::open().await;
    site.serve("/", "text/plain", b"a secret of this machine");
    let fetcher = Fetcher::new(&config(""));
    let port = site.address.port();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "localhost",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[2002:7f00:1::]",
        "[2001:db8::1]",
        "[fc00::1]",
        "[fe80::1]",
        "[ff02::1]",
    ] {
        for place in [
            format!("http://{host}:{port}/"),
            format!("http://{host}/"),
            format!("https://{host}/"),
        ] {
            assert_closed(&fetcher, &place).await;
        }
    }
    for url in [
        "http://1.1.1.1:8080/",
        "http://1.1.1.1:22/",
        "http://anna:secret@1.1.1.1/",
        "http://anna@1.1.1.1/",
        "ftp://1.1.1.1/",
        "file:///etc/passwd",
        "data:text/html,hello",
    ] {
        assert_closed(&fetcher, url).await;
    }
    assert_eq!(site.asked_at_all(), 0);
}

#[tokio::test]
async fn this_server_is_not_asked() {
    let site = Site::open().await;
    site.serve("/", "text/plain", b"bread");
    let port = site.address.port();
    site.redirect("/away", &format!("http://space.example:{port}/"));
    let (lookup, asked) = names(&[&["127.0.0.1"]]);
    let config = Config::from_pairs([
        ("SPACE_PREVIEWS_ALLOW", "127.0.0.1"),
        ("PUBLIC_URL", "http://Space.example:8080"),
    ]);
    let fetcher = Fetcher::with(&config.unwrap(), lookup);
    for host in ["space.example", "SPACE.example", "space.example."] {
        for place in [format!("http://{host}:{port}/"), format!("https://{host}/api/v1/search?q=a")]
        {
            assert_closed(&fetcher, &place).await;
        }
    }
    assert_closed(&fetcher, &site.url("/away")).await;
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    let other = format!("http://other.space.example:{port}/");
    assert_eq!(get(&fetcher, &other).await.unwrap(), "bread");
}

#[tokio::test]
async fn names_are_asked_at_the_addresses_that_were_checked() {
    // The first answer may be asked, the second one, a moment later, may not.
    let open = Site::at("127.0.0.1:0").await;
    let port = open.address.port();
    let closed = Site::at(&format!("127.0.0.2:{port}")).await;
    open.serve("/", "text/plain", b"bread");
    open.redirect("/again", "/");
    closed.serve("/", "text/plain", b"a secret");
    let (lookup, asked) = names(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let fetcher = Fetcher::with(&config("127.0.0.1"), lookup);
    let url = format!("http://rebound.example:{port}/");
    assert_eq!(get(&fetcher, &url).await.unwrap(), "bread");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "a name is looked up once a connection");
    assert_closed(&fetcher, &url).await;
    // Of several addresses only those that may be asked are.
    let (lookup, _) = names(&[&["127.0.0.2", "10.0.0.1", "127.0.0.1"]]);
    let fetcher = Fetcher::with(&config("127.0.0.1"), lookup);
    assert_eq!(get(&fetcher, &url).await.unwrap(), "bread");
    // Between a redirect and the next question, too.
    let (lookup, asked) = names(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let fetcher = Fetcher::with(&config("127.0.0.1"), lookup);
    assert_closed(&fetcher, &format!("http://rebound.example:{port}/again")).await;
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    for addresses in [&["192.168.0.1", "169.254.169.254", "::1"][..], &[]] {
        let addresses: &'static [&'static str] = addresses.to_vec().leak();
        let (lookup, _) = names(&[addresses]);
        let fetcher = Fetcher::with(&config("127.0.0.1"), lookup);
        for place in
            ["http://inner.example/", "https://inner.example/", "http://inner.example:8080/"]
        {
            assert_closed(&fetcher, place).await;
        }
    }
    assert_eq!(closed.asked_at_all(), 0);
}

#[tokio::test]
async fn redirects_are_few_and_checked() {
    let site = Site::open().await;
    let fetcher = Fetcher::new(&config("127.0.0.1"));
    site.serve("/0", "text/plain", b"bread");
    for n in 1..=4 {
        site.redirect(&format!("/{n}"), &format!("/{}", n - 1));
    }
    assert_eq!(get(&fetcher, &site.url("/3")).await.unwrap(), "bread");
    assert!(matches!(get(&fetcher, &site.url("/4")).await, Err(FetchError::Redirects)));
    site.redirect("/circle", "/circle");
    assert!(matches!(get(&fetcher, &site.url("/circle")).await, Err(FetchError::Redirects)));
    site.redirect("/nowhere", "http://");
    assert!(matches!(get(&fetcher, &site.url("/nowhere")).await, Err(FetchError::Redirects)));
    for to in [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.2/",
        "http://[::1]:1/",
        "//[::1]/",
        "http://anna:secret@127.0.0.1/",
        "file:///etc/passwd",
    ] {
        site.redirect("/away", to);
        assert_closed(&fetcher, &site.url("/away")).await;
    }
    let asked = site.asked("/0");
    assert_eq!(asked.len(), 1);
    let head = asked[0].to_ascii_lowercase();
    assert!(head.contains("user-agent: thespace/") && head.contains("link previews"), "{head}");
    for secret in ["referer", "cookie", "authorization"] {
        assert!(!head.contains(secret), "{head}");
    }
}

#[tokio::test]
async fn an_answer_is_bounded_in_time_and_size() {
    let site = Site::open().await;
    let fetcher = Fetcher::new(&config("127.0.0.1"));
    let patient = fetcher.clone().within(Duration::from_millis(200));
    site.put("/silent", Reply::Silent);
    assert!(matches!(get(&patient, &site.url("/silent")).await, Err(FetchError::Slow)));
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n";
    site.put("/endless", Reply::Endless(head.into(), vec![b'x'; 10_000]));
    assert!(matches!(get(&fetcher, &site.url("/endless")).await, Err(FetchError::Unwanted)));
    let url = Url::parse(&site.url("/endless")).unwrap();
    let answer = fetcher.get(url, "*/*", |_| Take::Beginning(50_000)).await.unwrap();
    assert_eq!(answer.body.len(), 50_000, "the rest is left");
    // Headers without an end.
    site.put(
        "/heads",
        Reply::Endless("HTTP/1.1 200 OK\r\n".into(), b"x-more: bread\r\n".repeat(500)),
    );
    assert!(matches!(get(&fetcher, &site.url("/heads")).await, Err(FetchError::Http(_))));
    site.put(
        "/packed",
        Reply::Once(
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\nx".to_vec(),
        ),
    );
    assert!(matches!(get(&fetcher, &site.url("/packed")).await, Err(FetchError::Unwanted)));
    assert!(matches!(get(&fetcher, &site.url("/none")).await, Err(FetchError::Status(404))));
    let url = Url::parse(&site.url("/packed")).unwrap();
    let refused = fetcher.get(url, "*/*", |_| Take::Nothing).await;
    assert!(matches!(refused, Err(FetchError::Unwanted)));
}

#[test]
fn settings_are_read() {
    let config = Config::from_pairs([("SPACE_PREVIEWS", "off")]).unwrap();
    assert!(!config.previews.is_on && config.previews.allow.is_empty());
    assert_eq!(config.previews.quota, 5_000_000_000);
    let wrong = [
        ("SPACE_PREVIEWS", "maybe"),
        ("SPACE_PREVIEWS_ALLOW", "10.0.0.0/8, home"),
        ("SPACE_PREVIEWS_QUOTA_MB", "-1"),
    ];
    let text = Config::from_pairs(wrong).unwrap_err().to_string();
    assert!(text.contains("`maybe`") && text.contains("`home`"), "{text}");
    assert!(text.contains("SPACE_PREVIEWS_QUOTA_MB"), "{text}");
}
