use super::Inline::{Bold, Break, Code, Italic, Link, Mention, Spoiler, Strike};
use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

fn link(url: &str, label: &str) -> Inline {
    Link { url: url.to_owned(), label: vec![text(label)] }
}

fn mention(nickname: &str) -> Inline {
    Mention(nickname.to_owned())
}

/// The inlines of a message of one paragraph.
fn line(source: &str) -> Vec<Inline> {
    match parse(source).as_slice() {
        [Block::Paragraph(inlines)] => inlines.clone(),
        other => panic!("{source:?} is not one paragraph: {other:?}"),
    }
}

#[test]
fn marks() {
    assert_eq!(
        line("a **b** *c* ~~d~~ `e`"),
        [
            text("a "),
            Bold(vec![text("b")]),
            text(" "),
            Italic(vec![text("c")]),
            text(" "),
            Strike(vec![text("d")]),
            text(" "),
            Code("e".into()),
        ]
    );
    assert_eq!(line("one\ntwo\\\nthree"), [text("one"), Break, text("two"), Break, text("three")]);
    assert_eq!(
        line(r"\*a\* &lt; <b>*x*</b>"),
        [text("*a* &lt; <b>"), Italic(vec![text("x")]), text("</b>")]
    );
}

#[test]
fn blocks() {
    let tree = parse(
        "# Title\n\n> q\n> r\n\n1. a\n2. b\n   - c\n\n```Rust ignore\nlet x = 1 < 2;\n```\n---",
    );
    assert_eq!(
        tree,
        [
            Block::Heading(vec![text("Title")]),
            Block::Quote(vec![Block::Paragraph(vec![text("q"), Break, text("r")])]),
            Block::List {
                start: Some(1),
                items: vec![
                    vec![Block::Paragraph(vec![text("a")])],
                    vec![
                        Block::Paragraph(vec![text("b")]),
                        Block::List {
                            start: None,
                            items: vec![vec![Block::Paragraph(vec![text("c")])]],
                        },
                    ],
                ],
            },
            Block::Code { language: "rust".into(), text: "let x = 1 < 2;".into() },
            Block::Rule,
        ]
    );
    let code = "```\n@anna <b> https://x.y/_z_ \\| \\< ]: & ||s||\n```";
    assert_eq!(
        parse(code),
        [Block::Code {
            language: String::new(),
            text: "@anna <b> https://x.y/_z_ \\| \\< ]: & ||s||".into()
        }]
    );
}

#[test]
fn tables() {
    let cell = |inline| Block::Paragraph(vec![inline]);
    let table =
        "| Bread | **Price** |\n|---|--:|\n| _a_ \\| `b` | @anna |\n| rye |\n| | 5 | 6 | 7 |\n";
    assert_eq!(
        parse(table),
        [Block::Table {
            columns: vec![Align::Start, Align::End],
            rows: vec![
                vec![cell(text("Bread")), cell(Bold(vec![text("Price")]))],
                vec![
                    Block::Paragraph(vec![Italic(vec![text("a")]), text(" | "), Code("b".into())]),
                    cell(mention("anna")),
                ],
                vec![cell(text("rye"))],
                // What is beyond the last column is not lost.
                vec![Block::Paragraph(vec![]), cell(text("5")), cell(text("6 | 7"))],
            ],
        }]
    );
    assert_eq!(mentions(table), ["anna"]);
    assert_eq!(plain(table, 100), "Bread Price a | b @anna rye 5 6 | 7");
    // In a quotation, too; a line of bars alone is none, nor is one that is too wide.
    assert!(
        matches!(&parse("> a | b\n> --|--")[..], [Block::Quote(inner)] if matches!(inner[..], [Block::Table { .. }]))
    );
    assert!(matches!(&line("a | b\nc | d")[..], [_, Break, _]));
    assert!(matches!(
        &line(&format!("{}\n{}", "a|".repeat(40), "-|".repeat(40)))[..],
        [_, Break, _]
    ));
}

#[test]
fn a_message_never_vanishes() {
    assert_eq!(
        line("[note]: https://x.org"),
        [text("[note]: "), link("https://x.org", "https://x.org")]
    );
    assert_eq!(line("<!-- hidden -->"), [text("<!-- hidden -->")]);
    assert_eq!(line("![cat](https://x.org/c.png)"), [link("https://x.org/c.png", "cat")]);
}

#[test]
fn links() {
    for (source, url) in [
        ("https://x.org/a_b_c/_d_/", "https://x.org/a_b_c/_d_/"),
        ("(https://x.org/w(1))", "https://x.org/w(1)"),
        ("**https://x.org**", "https://x.org"),
        ("see HTTPS://x.org/?a=1&b=2.", "HTTPS://x.org/?a=1&b=2"),
        ("<https://x.org>", "https://x.org"),
        ("<mailto:a@b.co>", "mailto:a@b.co"),
        ("[t](https://x.org/a_b_ \"title\")", "https://x.org/a_b_"),
        ("[t](mailto:a@b.co)", "mailto:a@b.co"),
        ("||https://x.org||", "https://x.org"),
        ("«https://приклад.укр/шлях»", "https://приклад.укр/шлях"),
    ] {
        let mut urls = Vec::new();
        for_each_inline(&parse(source), &mut |inline| {
            if let Link { url, .. } = inline {
                urls.push(url.clone());
            }
        });
        assert_eq!(urls, [url], "{source}");
    }
    for source in ["https://", "xhttps://x.org", "http://.", "ftp://x.org", r"\https://"] {
        assert_eq!(line(source).len(), 1, "{source}");
        assert!(matches!(line(source)[0], Inline::Text(_)), "{source}");
    }
}

#[test]
fn mentions_are_found() {
    for (source, want) in [
        ("@anna, hi @Bob_1! (@carl)", vec!["anna", "Bob_1", "carl"]),
        ("@anna and @ANNA", vec!["anna"]),
        ("@all and @here", vec!["all", "here"]),
        // Hole 20: punctuation ends a name, addresses are not mentions.
        ("@anna, hi! (@bob) «@carl», @dora: @emil.", vec!["anna", "bob", "carl", "dora", "emil"]),
        ("anna@example.org x@anna @anna@mas.to mailto:a@bob.org @123", vec![]),
        ("@ann\u{0456} @ab @Пекарі, @_", vec!["ann\u{0456}", "ab", "Пекарі"]),
        ("@[Head bakers] and @[] @[ x] @[a](https://x.org) x@[a]", vec!["Head bakers"]),
        ("`@[a b]` @[a\nb] @[a [b]", vec![]),
        ("`@anna` \\@bob", vec![]),
        ("```\n@anna\n```", vec![]),
        ("@_anna_ and __@bob__ and _@carl_", vec!["_anna_", "bob", "carl"]),
        ("> @anna\n- **@bob** ||@carl||", vec!["anna", "bob", "carl"]),
        ("[@anna](https://x.org/@bob)", vec![]),
        ("@a_name_of_21_letters_", vec!["a_name_of_21_letters_"]),
        ("@anna's @bob. @carl@", vec!["anna", "bob"]),
    ] {
        assert_eq!(mentions(source), want, "{source}");
    }
}

#[test]
fn spoilers() {
    assert_eq!(
        line("a ||b **c**|| d"),
        [text("a "), Spoiler(vec![text("b "), Bold(vec![text("c")])]), text(" d")]
    );
    assert_eq!(line("||@anna||"), [Spoiler(vec![mention("anna")])]);
    for source in ["a || b || c", "||||", "||a", "a||", r"\||a||", "|||a|||", "`||a||`"] {
        let mut any = false;
        for_each_inline(&parse(source), &mut |inline| any |= matches!(inline, Spoiler(_)));
        assert!(!any, "{source}");
        assert_eq!(plain(source, 99), source.replace(['\\', '`'], ""), "{source}");
    }
}

#[test]
fn excerpts() {
    assert_eq!(plain("**a**\n\n- b `c`\n- @anna ||secret||", 99), "a b c @anna ▒▒▒");
    assert_eq!(plain("one two three", 8), "one two…");
    assert_eq!(plain("", 8), "");
}

/// Whatever is tried, the tree has text and addresses of three schemes, nothing else.
#[test]
fn scripts_stay_text() {
    for source in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "\"><iframe src=javascript:alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<<SCRIPT>alert(1);//<</SCRIPT>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#x3C;script&#x3E;",
    ] {
        assert_eq!(line(source), [text(source)], "{source}");
        let cells = parse(&format!("{source} | b\n--|--\n{source} | {source} | {source}"));
        let cell = Block::Paragraph(vec![text(source)]);
        let [Block::Table { rows, .. }] = &cells[..] else { panic!("{source} ends a table") };
        assert_eq!(rows[1], [cell.clone(), cell.clone(), cell], "{source}");
    }
    for source in [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox)",
        "[x](file:///etc/passwd)",
        "[x](//evil.org)",
        "[x](/relative)",
        "[x](java&#115;cript:alert(1))",
        "[x](<java script:alert(1)>)",
        "![x](javascript:alert(1))",
    ] {
        assert_eq!(plain(source, 99), source, "shown as typed");
    }
    // A real link around one that is not allowed keeps its own text.
    assert_eq!(
        line("[a](javascript:x) **b**"),
        [text("[a](javascript:x) "), Bold(vec![text("b")])]
    );
}

#[test]
fn hostile_nesting_is_cheap_and_shallow() {
    let n = 50_000;
    for unit in [
        "> ", "[", "![", "*a ", "**a ", "_a", "~~a ", "||a ", "- ", "`", "<", "](", "[a](", "@",
        "\\", "1. ", "``a", "http://", "*_", "&", "a\n> ", "\n\t- ",
    ] {
        let source = unit.repeat(n / unit.len());
        let start = Instant::now();
        let tree = parse(&source);
        let took = start.elapsed();
        assert!(depth(&tree) <= 2 * MAX_DEPTH, "{unit:?}");
        assert!(took < Duration::from_secs(5), "{unit:?} took {took:?}");
    }
}

/// A short row is filled up to the width of the head: many of them under a wide one would be a million cells.
#[test]
fn hostile_tables_are_cheap_and_small() {
    for (columns, rows) in [(32, 25_000), (10_000, 10_000), (1, 25_000)] {
        let (head, line) = ("a|".repeat(columns), "-|".repeat(columns));
        let source = format!("{head}\n{line}\n{}", "a\n".repeat(rows));
        let start = Instant::now();
        let tree = parse(&source);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(5), "{columns} columns took {took:?}");
        if let [Block::Table { rows, .. }] = &tree[..] {
            assert!(rows.iter().map(Vec::len).sum::<usize>() <= source.len());
        }
    }
}

fn depth(blocks: &[Block]) -> usize {
    let block = |block: &Block| match block {
        Block::Paragraph(inner) | Block::Heading(inner) => 1 + inline_depth(inner),
        Block::Quote(inner) => 1 + depth(inner),
        Block::List { items, .. } | Block::Table { rows: items, .. } => {
            1 + items.iter().map(|i| depth(i)).max().unwrap_or(0)
        }
        Block::Code { .. } | Block::Rule => 1,
    };
    blocks.iter().map(block).max().unwrap_or(0)
}

fn inline_depth(inlines: &[Inline]) -> usize {
    let one = |inline: &Inline| match inline {
        Bold(inner) | Italic(inner) | Strike(inner) | Spoiler(inner) => 1 + inline_depth(inner),
        Link { label, .. } => 1 + inline_depth(label),
        _ => 0,
    };
    inlines.iter().map(one).max().unwrap_or(0)
}

proptest! {
    #[test]
    fn never_panics(source in r#"([ \n>*_~|`@<\[\]()#\\&:!.-]|[a-z]{1,4}|https://|[\u{E000}-\u{E008}]|я|1\.){0,120}"#) {
        let tree = parse(&source);
        prop_assert!(depth(&tree) <= 2 * MAX_DEPTH);
        prop_assert!(mentions(&source).len() <= source.len());
        prop_assert!(plain(&source, 40).chars().count() <= 40);
    }

    #[test]
    fn words_survive(words in proptest::collection::vec("[a-z]{2,8}", 1..20)) {
        let source = words.join(" ");
        prop_assert_eq!(plain(&source, 1000), source);
    }

    /// The browser's build relies on it (scripts/drop-tables.mjs).
    #[test]
    fn no_link_is_ever_defined(source in "[\\[\\]:\\\\ abЖ\n@|&<hs/#>-]{0,40}") {
        let masked = mask::Masked::new(&source);
        prop_assert!(!masked.text.contains("]:") && !masked.text.contains('&'));
        let parser = pulldown_cmark::Parser::new(&masked.text);
        prop_assert_eq!(parser.reference_definitions().iter().count(), 0);
    }
}
