//! One language as two files, for the browser: the texts of the first screen, and all others.
//! `scripts/finish-web.mjs` writes them.
//!
//! A line a text, in the order of [`Key`]: the name, then the text, or one, few, many and other, all
//! separated by tabs. Line breaks inside of texts are written `\\n`. In place of texts that stand in the
//! other file: a tab and how many they are.

use super::{COUNT, FINGERPRINT, Key, Lang, fingerprint};
use std::sync::OnceLock;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Row {
    /// Empty: it stands in the other file.
    name: &'static str,
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
    let rows = parse(file);
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
    match together(first, &parse(file)) {
        Some(rows) => {
            let _first = WHOLE[lang as usize].set(rows);
            true
        }
        None => false,
    }
}

fn together(first: &[Row], others: &[Row]) -> Option<Vec<Row>> {
    let pairs = first.iter().zip(others);
    let rows: Vec<Row> =
        pairs.map(|(row, other)| if row.name.is_empty() { *other } else { *row }).collect();
    let fits =
        rows.len() == COUNT && fingerprint::of(rows.iter().map(|row| row.name)) == FINGERPRINT;
    fits.then_some(rows)
}

fn parse(file: String) -> Vec<Row> {
    let file: &'static str = file.leak();
    let mut rows = Vec::with_capacity(COUNT);
    for line in file.lines() {
        match line.strip_prefix('\t') {
            Some(elsewhere) => {
                let count: usize = elsewhere.parse().unwrap_or_default();
                rows.resize(rows.len() + count.min(COUNT), Row::default());
            }
            None => rows.extend(row(line)),
        }
    }
    rows
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
        let mut files = [String::new(), String::new()];
        let mut elsewhere = [0, 0];
        for (name, key) in KEYS {
            let (here, there) = if is_first(name) { (0, 1) } else { (1, 0) };
            if elsewhere[here] > 0 {
                files[here] += &format!("\t{}\n", std::mem::take(&mut elsewhere[here]));
            }
            let forms = TEXTS[*key as usize][lang as usize].map(|text| text.replace('\n', "\\n"));
            let is_plain = forms.iter().all(|form| *form == forms[3]);
            let texts = if is_plain { forms[3].clone() } else { forms.join("\t") };
            files[here] += &format!("{name}\t{texts}\n");
            elsewhere[there] += 1;
        }
        for (file, count) in files.iter_mut().zip(elsewhere).filter(|(_, count)| *count > 0) {
            *file += &format!("\t{count}\n");
        }
        files
    }

    fn is_first(name: &str) -> bool {
        name.starts_with("app.") || name == "people.folded" || name.starts_with("stickers.")
    }

    #[test]
    fn reads_what_the_build_writes() {
        let [first, others] = files(Lang::Uk, is_first).map(parse);
        assert_eq!((first.len(), others.len()), (COUNT, COUNT));
        assert!(first.iter().all(|row| row.name.is_empty() || is_first(row.name)));
        for (row, (name, key)) in together(&first, &others).unwrap().iter().zip(KEYS) {
            assert_eq!((row.name, row.forms), (*name, TEXTS[*key as usize][Lang::Uk as usize]));
        }
    }

    #[test]
    fn refuses_the_files_of_another_build() {
        let [first, others] = files(Lang::En, is_first);
        let of = |first: &str, others: &str| {
            together(&parse(first.to_owned()), &parse(others.to_owned())).is_some()
        };
        assert!(of(&first, &others));
        assert!(!of(&first.replacen("app.", "apq.", 1), &others));
        assert!(!of(&first, &others.replacen("chat.", "chaff.", 1)));
        assert!(!of(&first, &first) && !of("", "") && !of(&first, "\t999999999999"));
        assert!(!load(Lang::En, first.lines().skip(1).collect()));
        assert!(!complete(Lang::En, others.clone()), "nothing to complete");
        assert!(load(Lang::En, first) && is_loaded(Lang::En) && !is_whole(Lang::En));
        assert_eq!(named(Lang::En, "error.not_found"), None);
        assert!(complete(Lang::En, others) && is_whole(Lang::En) && !is_loaded(Lang::Ru));
        assert!(named(Lang::En, "error.not_found").is_some());
    }
}
