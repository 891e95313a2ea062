//! House rules that no compiler holds: who may use whom, where SQL and colours live, how long a file
//! may be.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the sources must stop")]

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms of `api/src` and their layers. A room uses those below it. New rooms are added here.
const LAYERS: [(&str, u8); 26] = [
    ("config", 1),
    ("error", 1),
    ("platform", 1),
    ("http", 1),
    ("realtime", 2),
    ("jobs", 2),
    ("identity", 3),
    ("files", 3),
    ("notifications", 3),
    ("profiles", 4),
    ("spaces", 4),
    ("chat", 5),
    ("expression", 5),
    ("integrations", 5),
    ("people", 6),
    ("demo", 6),
    ("health", 6),
    ("app", 6),
    ("asyncapi", 6),
    ("openapi", 6),
    ("router", 6),
    ("server", 6),
    ("cli", 6),
    ("main", 6),
    ("lib", 6),
    // `shared` is a crate of its own, below all.
    ("shared", 0),
];

/// The composition root and the state it builds: everybody may name the state.
const STATE: &str = "app";

/// Where statements are written.
const SQL: [&str; 10] = [
    "/model/",
    "/platform/",
    "/realtime/stream.rs",
    "/realtime/stream/",
    "/realtime/retention.rs",
    "/chat/directory.rs",
    "/chat/search/",
    "/integrations/import/",
    "/http/idempotency/store.rs",
    "/health.rs",
];

/// Lines of a source file.
const MAX_LINES: usize = 400;

/// Longer ones, with what they have. Tables of data may stay; the others shrink, and none is added.
const LONG: [(&str, usize); 2] =
    [("web/src/chat/highlight/languages.rs", 620), ("api/src/platform/schema.rs", 1000)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().into()
}

/// Source files below a folder of the repository, as path (with `/`) and text.
fn sources(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                let foreign = ["target", "node_modules", "dist", "data"].contains(&name.as_str());
                if !foreign && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let short = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                found.push((short, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Lines of code with their numbers; comments and the tests at the end left out.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    lines.filter(|(_, line)| !line.starts_with("//"))
}

/// The rooms that a line names: `crate::room::…` and `use crate::{room, …}`.
fn rooms(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let names = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => {
                rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
            }
        };
        let first = |name: &'_ str| name.trim().split("::").next().map(str::len);
        for name in names.split(',').map(str::trim) {
            found.push(&name[..first(name).unwrap_or(0)]);
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

fn layer(room: &str) -> Option<u8> {
    LAYERS.iter().find(|(name, _)| *name == room).map(|(_, layer)| *layer)
}

fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn a_room_uses_only_rooms_below_it() {
    let mut wrong = Vec::new();
    for (path, text) in sources("api/src", &[".rs"]) {
        let room = path.trim_start_matches("api/src/").split(['/', '.']).next().unwrap();
        let Some(own) = layer(room) else {
            wrong.push(format!("{path}: the room `{room}` has no layer; add it to LAYERS"));
            continue;
        };
        for (at, line) in code(&text) {
            for used in rooms(line) {
                let allowed = used == room
                    || used == STATE
                    || layer(used).is_some_and(|below| {
                        below < own || (below == own && [1, 6].contains(&own))
                    });
                if !allowed && layer(used).is_some() {
                    wrong.push(format!("{path}:{at}: `{room}` must not use `{used}`"));
                }
            }
        }
    }
    assert_none("Rooms use what is not below them", &wrong);
}

#[test]
fn statements_live_in_models() {
    let marks =
        ["RunQueryDsl", "sql_query(", "diesel::insert_into", "diesel::update", "diesel::delete"];
    let mut wrong = Vec::new();
    for (path, text) in sources("api/src", &[".rs"]) {
        if SQL.iter().any(|room| format!("/{path}").contains(room)) {
            continue;
        }
        for (at, line) in code(&text).filter(|(_, line)| marks.iter().any(|m| line.contains(m))) {
            wrong.push(format!("{path}:{at}: {line}"));
        }
    }
    assert_none("SQL outside of model/ (and the few rooms of SQL)", &wrong);
}

#[test]
fn shared_does_no_io() {
    let marks = ["std::fs", "std::net", "std::process", "tokio", "reqwest", "actix"];
    let mut wrong = Vec::new();
    for (path, text) in sources("shared/src", &[".rs"]) {
        for (at, line) in code(&text).filter(|(_, line)| marks.iter().any(|m| line.contains(m))) {
            wrong.push(format!("{path}:{at}: {line}"));
        }
    }
    assert_none("`shared` must not do I/O", &wrong);
}

#[test]
fn a_module_is_named_by_its_file() {
    let mut wrong = Vec::new();
    for folder in ["api", "shared", "web", "e2e"] {
        wrong.extend(sources(folder, &["mod.rs"]).into_iter().map(|(path, _)| path));
    }
    wrong.retain(|path| path.ends_with("/mod.rs"));
    assert_none("foo.rs beside foo/, never mod.rs", &wrong);
}

#[test]
fn colours_are_tokens() {
    let mut wrong = Vec::new();
    for (path, text) in sources("web", &[".rs", ".css", ".html"]) {
        if path == "web/styles/tokens.css" {
            continue;
        }
        for (at, line) in code(&text).filter(|(_, line)| has_color(line)) {
            wrong.push(format!("{path}:{at}: {line}"));
        }
    }
    assert_none("Colour literals outside of web/styles/tokens.css", &wrong);
}

/// `#rgb`, `#rrggbb`, `rgb(1…`, `hsl(1…`, `oklch(0…`: digits, not variables.
fn has_color(line: &str) -> bool {
    let functions = ["rgb(", "rgba(", "hsl(", "hsla(", "oklch(", "oklab(", "hwb("];
    let literal = |name: &&str| {
        line.split(*name)
            .skip(1)
            .any(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit()))
    };
    let hex = line.split('#').skip(1).any(|rest| {
        let digits = rest.chars().take_while(char::is_ascii_hexdigit).count();
        let next = rest.chars().nth(digits);
        [3, 4, 6, 8].contains(&digits)
            && !next.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_')
    });
    hex || functions.iter().any(literal)
}

#[test]
fn no_file_is_too_long() {
    let endings = [".rs", ".css", ".ts", ".js", ".mjs", ".sql", ".sh", ".html"];
    let mut wrong = Vec::new();
    for folder in ["api", "shared", "web", "e2e", "scripts", "migrations"] {
        for (path, text) in sources(folder, &endings) {
            let lines = text.lines().count();
            let known = LONG.iter().find(|(long, _)| *long == path).map(|(_, lines)| *lines);
            if lines > known.unwrap_or(MAX_LINES) {
                wrong.push(format!("{path}: {lines} lines"));
            }
        }
    }
    assert_none("A file answers one question: look for the second one", &wrong);
}

#[test]
fn one_version_of_node_is_named_everywhere() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let versions = read("scripts/versions.sh");
    let node = versions.lines().find_map(|line| line.strip_prefix("NODE_VERSION=")).unwrap();
    for (path, said) in [
        ("README.md", format!("Node.js {node} or newer")),
        ("Dockerfile", format!("FROM node:{node}-")),
        ("e2e/package.json", format!("\"@types/node\": \"{node}.")),
    ] {
        assert!(read(path).contains(&said), "{path} does not say: {said}");
    }
}

#[test]
fn the_map_of_the_readme_names_every_room() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let folders = fs::read_dir(root().join("api/src")).unwrap().map(|entry| entry.unwrap().path());
    let mut missing: Vec<String> = folders
        .filter(|path| path.is_dir())
        .map(|path| format!("{}/", path.file_name().unwrap().to_string_lossy()))
        .filter(|room| !readme.contains(room.as_str()))
        .collect();
    missing.sort();
    assert_none("Rooms that the README's map does not name", &missing);
}

#[test]
fn coverage_cites_tests_that_exist() {
    let text = fs::read_to_string(root().join("docs/coverage.md")).unwrap();
    let mut wrong = Vec::new();
    let mut holes = Vec::new();
    for (at, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
        let Some(row) = line.strip_prefix('|').and_then(|row| row.strip_suffix('|')) else {
            continue;
        };
        let Some((what, shown)) = row.rsplit_once('|') else { continue };
        if shown.trim() == "shown by" || shown.trim_matches(['-', ' ']).is_empty() {
            continue;
        }
        let numbers = what.trim().split(' ').next().unwrap_or_default();
        if let Ok(hole) = numbers.parse::<u8>() {
            holes.push(hole);
            let names =
                [format!("hole_{hole}_"), format!("_and_{hole}_"), format!("hole {hole}: ")];
            if !names.iter().any(|name| shown.contains(name))
                && !shown.contains(&format!("holes_{hole}_and_"))
            {
                wrong.push(format!("docs/coverage.md:{at}: no test has hole {hole} in its name"));
            }
        }
        // What is between backticks is a test, what is not is prose.
        let mut cited = shown.split('`').skip(1).step_by(2).peekable();
        if cited.peek().is_none() || shown.split('`').step_by(2).any(|prose| prose.contains("::")) {
            wrong.push(format!("docs/coverage.md:{at}: tests stand in backticks: {shown}"));
        }
        let missing = cited.filter(|test| !is_test(test));
        wrong.extend(missing.map(|test| format!("docs/coverage.md:{at}: no test is `{test}`")));
    }
    assert_none("What is promised is shown by tests that exist", &wrong);
    assert_eq!(holes, (1..=35).collect::<Vec<u8>>(), "each hole of the original has its row");
}

/// Whether a citation leads to a test: `x.spec` or `x.spec: title` to a journey, `load x` to a command of
/// `make test`, `api::a::tests` (and
/// `shared::`, `web::`, `load::`) to unit tests, `a::b::name` or `a::b` below api/tests/api.
fn is_test(cited: &str) -> bool {
    let read = |path: String| fs::read_to_string(root().join(path)).ok();
    if let Some(command) = cited.strip_prefix("load ") {
        return read("scripts/test.sh".into())
            .is_some_and(|text| text.contains(&format!("load\" {command}")));
    }
    if let Some((file, title)) = cited.split_once(".spec") {
        let title = title.trim_start_matches(": ");
        let said =
            |text: String| ["'", "`"].iter().any(|q| text.contains(&format!("test({q}{title}")));
        return read(format!("e2e/journeys/{file}.spec.ts")).is_some_and(said);
    }
    let (krate, rest) = cited.split_once("::").unwrap_or((cited, ""));
    let unit = [
        ("api", "api/src"),
        ("shared", "shared/src"),
        ("web", "web/src"),
        ("load", "e2e/load/src"),
    ];
    let (folder, rest) = match unit.iter().find(|(name, _)| *name == krate) {
        Some((_, folder)) => (*folder, rest),
        None if krate == "tidy" => ("api/tests", cited),
        None => ("api/tests/api", cited),
    };
    // The longest part of the path that is a file; what follows is a function in it.
    let parts: Vec<&str> = rest.split("::").collect();
    (1..=parts.len()).rev().any(|len| {
        let Some(text) = read(format!("{folder}/{}.rs", parts[..len].join("/"))) else {
            return false;
        };
        let name = parts[len..].iter().find(|name| !["tests", "*"].contains(*name));
        match name.map(|name| name.strip_suffix('*').ok_or(name)) {
            None => text.contains("#[test]") || text.contains("::test]") || text.contains("mod "),
            Some(Ok(prefix)) => text.contains(&format!("fn {prefix}")),
            Some(Err(name)) => text.contains(&format!("fn {name}(")),
        }
    })
}

#[test]
fn the_rules_see_what_they_look_for() {
    assert_eq!(rooms("use crate::{chat, identity, spaces};"), ["chat", "identity", "spaces"]);
    assert_eq!(rooms("let x: crate::chat::Y = crate::http::z();"), ["chat", "http"]);
    assert_eq!(rooms("use crate::{chat::access, spaces};"), ["chat", "spaces"]);
    for test in ["spaces::bans", "tidy::rooms_of_nobody", "shared::people::tests", "x.spec"] {
        assert_eq!(is_test(test), test.starts_with('s'), "{test}");
    }
    assert!(!is_test("spaces::bans::nobody_is_ever_banned") && !is_test("files.spec: nothing"));
    for color in ["#fff", "color: #12aB34;", "rgb(1 2 3)", "oklch( 0.5 0.1 20)"] {
        assert!(has_color(color), "{color}");
    }
    for other in
        ["#[derive(X)]", "#id-a", "oklch(var(--l) 0 0)", "href=\"#main\"", "rgb(from red r g b)"]
    {
        assert!(!has_color(other), "{other}");
    }
}
