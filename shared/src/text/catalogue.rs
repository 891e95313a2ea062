//! One language as two files, for the browser: the texts of the first screen, and all others.
//! `scripts/finish-web.mjs` writes them.
//!
//! A line a text, in the order of [`Key`]: the name, then the text, or one, few, many and other, all
//! separated by tabs. Line breaks inside of texts are written `\\n`. In the file of the first screen most
//! texts have no name, and in place of texts that stand in the other file are a tab and how many they are.
//! The other file has the name alone of what stands in the first.

use super::{COUNT, FINGERPRINT, Key, Lang, fingerprint};
use std::sync::OnceLock;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Row {
    /// Empty: the other file has it.
    name: &'static str,
    /// Empty: they stand in the other file.
    forms: [&'static str; 4],
}

static FIRST: [OnceLock<Vec<Row>>; 3] = [const { OnceLock::new() }; 3];
static WHOLE: [OnceLock<Vec<Row>>; 3] = [const { OnceLock::new() }; 3];

fn rows(lang: Lang) -> &'static [Row] {
    let here = WHOLE[lang as usize].get().or_else(|| FIRST[lang as usize].get());
    here.map(Vec::as_slice).unwrap_or_default()
}

/// Whether the texts of the first screen are there.
#[must_use]
pub fn is_loaded(lang: Lang) -> bool {
    FIRST[lang as usize].get().is_some()
}

/// Whether all texts of a language are there.
#[must_use]
pub fn is_whole(lang: Lang) -> bool {
    WHOLE[lang as usize].get().is_some()
}

/// Takes in a language's texts of the first screen, for the life of the page. `false`: they are not of
/// this build.
#[must_use]
pub fn load(lang: Lang, file: String) -> bool {
    let rows = parse(file, true);
    let fits = rows.len() == COUNT;
    if fits {
        // Loading twice keeps the first.
        let _first = FIRST[lang as usize].set(rows);
    }
    fits
}

/// Takes in all other texts of a language that was loaded. `false`: they are not of this build.
#[must_use]
pub fn complete(lang: Lang, file: String) -> bool {
    let first = FIRST[lang as usize].get().map(Vec::as_slice).unwrap_or_default();
    match together(first, &parse(file, false)) {
        Some(rows) => {
            let _first = WHOLE[lang as usize].set(rows);
            true
        }
        None => false,
    }
}

fn together(first: &[Row], others: &[Row]) -> Option<Vec<Row>> {
    let one = |(first, other): (&Row, &Row)| match first.forms[0] {
        "" => *other,
        _ => Row { name: other.name, forms: first.forms },
    };
    let rows: Vec<Row> = first.iter().zip(others).map(one).collect();
    let fits = rows.len() == COUNT
        && rows.iter().all(|row| !row.forms[0].is_empty())
        && fingerprint::of(rows.iter().map(|row| row.name)) == FINGERPRINT;
    fits.then_some(rows)
}

/// The lines of the first file or of the other one.
fn parse(file: String, first: bool) -> Vec<Row> {
    let file: &'static str = file.leak();
    let mut rows = Vec::with_capacity(COUNT);
    for line in file.lines() {
        match line.strip_prefix('\t') {
            Some(elsewhere) => {
                let count: usize = elsewhere.parse().unwrap_or_default();
                rows.resize(rows.len() + count.min(COUNT), Row::default());
            }
            None => rows.push(row(line, first)),
        }
    }
    rows
}

fn row(line: &'static str, first: bool) -> Row {
    let plain = |text: &'static str| -> &'static str {
        if text.contains("\\n") { text.replace("\\n", "\n").leak() } else { text }
    };
    let parts: Vec<&'static str> = line.split('\t').map(plain).collect();
    let (name, texts) = match parts[..] {
        [_] | [_, _, _, _] if first => ("", &parts[..]),
        [name, ref texts @ ..] => (name, texts),
        [] => ("", &parts[..]),
    };
    let forms = match *texts {
        [one, few, many, other] => [one, few, many, other],
        [text] => [text; 4],
        _ => [""; 4],
    };
    Row { name, forms }
}

/// The plural forms of a text; empty before it is loaded.
#[must_use]
pub fn forms(lang: Lang, key: Key) -> &'static [&'static str; 4] {
    rows(lang).get(key as usize).map_or(&[""; 4], |row| &row.forms)
}

/// The text of a name such as `error.not_found`.
#[must_use]
pub fn named(lang: Lang, name: &str) -> Option<&'static str> {
    Some(rows(lang).iter().find(|row| row.name == name)?.forms[3])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{KEYS, TEXTS};

    /// As `scripts/finish-web.mjs` writes them.
    fn files(lang: Lang, is_first: impl Fn(&str) -> bool) -> [String; 2] {
        let [mut first, mut others] = [String::new(), String::new()];
        let mut elsewhere = 0;
        for (name, key) in KEYS {
            let forms = TEXTS[*key as usize][lang as usize].map(|text| text.replace('\n', "\\n"));
            let is_plain = forms.iter().all(|form| *form == forms[3]);
            let texts = if is_plain { forms[3].clone() } else { forms.join("\t") };
            if !is_first(name) {
                elsewhere += 1;
                others += &format!("{name}\t{texts}\n");
                continue;
            }
            if elsewhere > 0 {
                first += &format!("\t{}\n", std::mem::take(&mut elsewhere));
            }
            first += &if is_named(name) { format!("{name}\t{texts}\n") } else { texts + "\n" };
            others += &format!("{name}\n");
        }
        first += &format!("\t{elsewhere}\n");
        [first, others]
    }

    fn is_first(name: &str) -> bool {
        name.starts_with("app.") || name == "people.folded" || is_named(name)
    }

    fn is_named(name: &str) -> bool {
        name.starts_with("status.") || name == "app.hours_ago"
    }

    #[test]
    fn reads_what_the_build_writes() {
        let [first, others] = files(Lang::Uk, is_first);
        let (first, others) = (parse(first, true), parse(others, false));
        assert_eq!((first.len(), others.len()), (COUNT, COUNT));
        assert!(first.iter().all(|row| row.name.is_empty() || is_named(row.name)));
        assert!(first.iter().any(|row| is_named(row.name)));
        for (row, (name, key)) in together(&first, &others).unwrap().iter().zip(KEYS) {
            assert_eq!((row.name, row.forms), (*name, TEXTS[*key as usize][Lang::Uk as usize]));
        }
    }

    #[test]
    fn refuses_the_files_of_another_build() {
        let [first, others] = files(Lang::En, is_first);
        let of = |first: &str, others: &str| {
            together(&parse(first.to_owned(), true), &parse(others.to_owned(), false)).is_some()
        };
        assert!(of(&first, &others));
        assert!(!of(&first, &others.replacen("app.", "apq.", 1)));
        assert!(!of(&first, &others.replacen("chat.", "chaff.", 1)));
        assert!(!of(&first, &first) && !of("", "") && !of(&first, "\t999999999999"));
        assert!(!of(&format!("\t{COUNT}"), &others), "not all texts are there");
        assert!(!load(Lang::En, first.lines().skip(1).collect()));
        assert!(!complete(Lang::En, others.clone()), "nothing to complete");
        assert!(load(Lang::En, first) && is_loaded(Lang::En) && !is_whole(Lang::En));
        assert_eq!(named(Lang::En, "error.not_found"), None);
        assert!(named(Lang::En, "status.away").is_some(), "asked for before all are there");
        assert!(complete(Lang::En, others) && is_whole(Lang::En) && !is_loaded(Lang::Ru));
        assert!(named(Lang::En, "error.not_found").is_some());
    }
}
