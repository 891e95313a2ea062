use super::*;

fn page(content_type: &str, body: &[u8]) -> Option<Page> {
    read(&Answer {
        url: Url::parse("https://www.bakery.example/bread/rye?x=1").unwrap(),
        content_type: content_type.to_owned(),
        body: body.to_vec(),
    })
}

fn of(head: &str) -> Option<Page> {
    page("text/html; charset=utf-8", format!("<!doctype html><html><head>{head}").as_bytes())
}

#[test]
fn what_a_page_says_of_itself() {
    let whole = of(r#"<title>Not this</title>
        <meta property="og:title" content="Rye &amp; wheat">
        <meta property=og:title content="nor this">
        <meta property="og:site_name" content="The Bakery">
        <META NAME="description" CONTENT="not this either">
        <meta property="og:description" content="Fresh&#10;  every day">
        <meta property="og:image" content="/rye.jpg">"#);
    let want = Page {
        title: "Rye & wheat".into(),
        site_name: "The Bakery".into(),
        description: Some("Fresh every day".into()),
        picture: Some(Url::parse("https://www.bakery.example/rye.jpg").unwrap()),
    };
    assert_eq!(whole, Some(want));
    let plain =
        of("<title>\n Rye\t&lt;b&gt; </title><meta name=description content=Fresh>").unwrap();
    assert_eq!((&*plain.title, &*plain.site_name), ("Rye <b>", "bakery.example"));
    assert_eq!((plain.description.as_deref(), plain.picture), (Some("Fresh"), None));
    let card = of(r#"<base href="https://cdn.example/a/"><meta name="twitter:title" content="Rye">
        <meta name="twitter:image" content="b.png">"#)
    .unwrap();
    assert_eq!(card.title, "Rye");
    assert_eq!(card.picture.unwrap().as_str(), "https://cdn.example/a/b.png");
}

#[test]
fn nothing_is_shown_of_a_page_without_a_title() {
    for head in [
        "",
        "<title> \u{200B} </title>",
        "<meta property='og:image' content='/a.png'><meta name=description content=x>",
        "<script>document.write('<title>no</title>')</script>",
        "<!-- <title>no</title> -->",
        "</head><body><svg><title>no</title></svg><meta property=og:title content=no>",
    ] {
        assert_eq!(of(head), None, "{head}");
    }
}

#[test]
fn letters_of_all_kinds() {
    let cyrillic = |head: &str| {
        let mut body = format!("<html><head>{head}<title>").into_bytes();
        // «Хліб» in windows-1251.
        body.extend_from_slice(b"\xD5\xEB\xB3\xE1</title>");
        body
    };
    let title = |content_type: &str, body: &[u8]| page(content_type, body).unwrap().title;
    let header = "text/html; charset=\"windows-1251\"";
    assert_eq!(title(header, &cyrillic("")), "Хліб");
    assert_eq!(title("text/html", &cyrillic("<meta charset=windows-1251>")), "Хліб");
    let old = "<META http-equiv=Content-Type content=\"text/html; charset=Windows-1251\">";
    assert_eq!(title("text/html", &cyrillic(old)), "Хліб");
    assert_eq!(title("text/html", "<title>Хліб</title>".as_bytes()), "Хліб");
    assert_eq!(title("text/html", b"<title>Caf\xE9</title>"), "Café");
    assert_eq!(title("text/html; charset=nonsense", "<title>Хліб</title>".as_bytes()), "Хліб");
    let mut wide = vec![0xFF, 0xFE];
    wide.extend("<title>Хліб</title>".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(
        title("text/html; charset=utf-8", &wide),
        "Хліб",
        "its mark says more than its header"
    );
    // Cut off in the middle of a letter.
    assert_eq!(title("text/html", &"<title>Хліб</title><p>Хліб".as_bytes()[..31]), "Хліб");
}

#[test]
fn texts_are_bounded_and_harmless() {
    let turned = of("<title>in\u{202E}voice\u{0}\u{1B}[31m\u{AD}</title>").unwrap();
    assert!(!turned.title.chars().any(|c| c.is_control() || is_bidi_control(c)), "{turned:?}");
    let long = "ж".repeat(5_000);
    let whole =
        of(&format!("<title>{long}</title><meta name=description content={long}>")).unwrap();
    assert_eq!(whole.title.chars().count(), MAX_PREVIEW_TITLE);
    assert_eq!(whole.description.unwrap().chars().count(), MAX_PREVIEW_TEXT);
    assert!(whole.title.ends_with('…'));
    let script =
        of("<title>x</title><meta property=og:image content='javascript:alert(1)'>").unwrap();
    assert_eq!(script.picture, None);
}
