//! One language as a file, for the browser: `scripts/finish-web.mjs` writes it.
//!
//! A line a text, in the order of [`Key`]: the name, then the text, or one, few, many and other, all
//! separated by tabs. Line breaks inside of texts are written `\\n`.

use super::{COUNT, FINGERPRINT, Key, Lang, fingerprint};
use std::sync::OnceLock;

struct Row {
    name: &'static str,
    forms: [&'static str; 4],
}

static LOADED: [OnceLock<Vec<Row>>; 3] = [const { OnceLock::new() }; 3];

/// Whether the texts of a language are there.
#[must_use]
pub fn is_loaded(lang: Lang) -> bool {
    LOADED[lang as usize].get().is_some()
}

/// Takes in the file of a language, for the life of the page. `false`: it is not of this build.
#[must_use]
pub fn load(lang: Lang, file: String) -> bool {
    match parse(file) {
        // Loading twice keeps the first.
        Some(rows) => {
            let _first = LOADED[lang as usize].set(rows);
            true
        }
        None => false,
    }
}

fn parse(file: String) -> Option<Vec<Row>> {
    let file: &'static str = file.leak();
    let rows: Vec<Row> = file.lines().filter_map(row).collect();
    let fits =
        rows.len() == COUNT && fingerprint::of(rows.iter().map(|row| row.name)) == FINGERPRINT;
    fits.then_some(rows)
}

fn row(line: &'static str) -> Option<Row> {
    let mut parts = line.split('\t');
    let name = parts.next()?;
    let mut next = || -> Option<&'static str> {
        let text = parts.next()?;
        Some(if text.contains("\\n") { text.replace("\\n", "\n").leak() } else { text })
    };
    let first = next()?;
    let forms = match (next(), next(), next()) {
        (Some(few), Some(many), Some(other)) => [first, few, many, other],
        _ => [first; 4],
    };
    Some(Row { name, forms })
}

/// The plural forms of a text; empty before the language is loaded.
#[must_use]
pub fn forms(lang: Lang, key: Key) -> &'static [&'static str; 4] {
    let rows = LOADED[lang as usize].get().map(Vec::as_slice).unwrap_or_default();
    rows.get(key as usize).map_or(&[""; 4], |row| &row.forms)
}

/// The text of a name such as `error.not_found`.
#[must_use]
pub fn named(lang: Lang, name: &str) -> Option<&'static str> {
    let rows = LOADED[lang as usize].get()?;
    let at = rows.binary_search_by(|row| row.name.cmp(name)).ok()?;
    Some(rows[at].forms[3])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{KEYS, TEXTS};

    /// As `scripts/finish-web.mjs` writes it.
    fn file(lang: Lang) -> String {
        KEYS.iter().fold(String::new(), |out, (name, key)| {
            let forms = TEXTS[*key as usize][lang as usize].map(|text| text.replace('\n', "\\n"));
            let is_plain = forms.iter().all(|form| *form == forms[3]);
            let texts = if is_plain { forms[3].clone() } else { forms.join("\t") };
            format!("{out}{name}\t{texts}\n")
        })
    }

    #[test]
    fn reads_what_the_build_writes() {
        let rows = parse(file(Lang::Uk)).unwrap();
        for (row, (name, key)) in rows.iter().zip(KEYS) {
            assert_eq!((row.name, row.forms), (*name, TEXTS[*key as usize][Lang::Uk as usize]));
        }
    }

    #[test]
    fn refuses_the_file_of_another_build() {
        let file = file(Lang::En);
        assert!(parse(file.replacen("app.", "apq.", 1)).is_none());
        assert!(parse(file.lines().skip(1).collect()).is_none());
        assert!(parse(String::new()).is_none());
        assert!(load(Lang::En, file) && is_loaded(Lang::En) && !is_loaded(Lang::Ru));
    }
}
