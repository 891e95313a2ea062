//! Turns `locales/<lang>/<slice>.json` into the `Key` enum and one table of texts.
//! A key that a language lacks, or has in excess, stops the build.

#![expect(clippy::unwrap_used, reason = "a broken catalogue must stop the build")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[path = "src/text/fingerprint.rs"]
mod fingerprint;

const LANGUAGES: [&str; 3] = ["en", "ru", "uk"];
const FORMS: [&str; 4] = ["one", "few", "many", "other"];

fn main() {
    println!("cargo:rerun-if-changed=locales");
    let tables: Vec<BTreeMap<String, [String; 4]>> = LANGUAGES.iter().map(|l| load(l)).collect();
    for (table, language) in tables.iter().zip(LANGUAGES).skip(1) {
        for key in tables[0].keys() {
            assert!(table.contains_key(key), "locales/{language} lacks `{key}`");
        }
        for key in table.keys() {
            assert!(tables[0].contains_key(key), "locales/en lacks `{key}` of {language}");
        }
    }
    let mut out = String::from(
        "/// A text of the catalogue: `<slice>.<key>` of `locales/`.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]\n\
         #[repr(u16)]\npub enum Key {\n",
    );
    for key in tables[0].keys() {
        writeln!(out, "    /// {:?}\n    {},", tables[0][key][3], variant(key)).unwrap();
    }
    writeln!(out, "}}\n\n/// How many texts there are, and the fingerprint of their names.")
        .unwrap();
    writeln!(out, "pub(crate) const COUNT: usize = {};", tables[0].len()).unwrap();
    let names = tables[0].keys().map(String::as_str);
    writeln!(out, "pub(crate) const FINGERPRINT: u32 = {};", fingerprint::of(names)).unwrap();
    // The browser fetches the one language it shows.
    if env::var("CARGO_CFG_TARGET_ARCH").unwrap() != "wasm32" {
        writeln!(out, "\npub(crate) const KEYS: &[(&str, Key)] = &[").unwrap();
        for key in tables[0].keys() {
            writeln!(out, "    ({key:?}, Key::{}),", variant(key)).unwrap();
        }
        writeln!(out, "];\n\npub(crate) const TEXTS: &[[[&str; 4]; 3]] = &[").unwrap();
        for key in tables[0].keys() {
            let row: Vec<_> = tables.iter().map(|table| &table[key]).collect();
            writeln!(out, "    {row:?},").unwrap();
        }
        out.push_str("];\n");
    }
    let target = env::var("OUT_DIR").unwrap();
    fs::write(Path::new(&target).join("texts.rs"), out).unwrap();
}

/// All texts of a language, each in its four plural forms (equal where it has no number).
fn load(language: &str) -> BTreeMap<String, [String; 4]> {
    let folder = Path::new("locales").join(language);
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        let slice = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let json: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(&fs::read_to_string(&path).unwrap())
                .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for (key, value) in json {
            let forms = match &value {
                serde_json::Value::String(text) => FORMS.map(|_| text.clone()),
                serde_json::Value::Object(map) => FORMS.map(|form| {
                    let text = map.get(form).or_else(|| map.get("other"));
                    text.and_then(|t| t.as_str())
                        .unwrap_or_else(|| panic!("{slice}.{key}: no `other`"))
                        .to_owned()
                }),
                _ => panic!("{slice}.{key}: expected a text or an object of plural forms"),
            };
            texts.insert(format!("{slice}.{key}"), forms);
        }
    }
    texts
}

/// `chat.send_failed` becomes `ChatSendFailed`.
fn variant(key: &str) -> String {
    key.split(['.', '_'])
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|c| c.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
                .collect::<String>()
        })
        .collect()
}
