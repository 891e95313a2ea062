//! Where settings come from, which names were asked for, and what is wrong with them.

use super::secret::Secret;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use toml::{Spanned, Value};

/// Everything wrong with the settings, a sentence each.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// Named values. It remembers the names it was asked for: what nobody asked for is unknown.
#[derive(Debug, Default)]
pub struct Source {
    values: BTreeMap<String, Secret>,
    /// Where the file sets those that come from it, as `file:line`.
    places: BTreeMap<String, String>,
    asked: BTreeSet<&'static str>,
    problems: Vec<String>,
}

/// Names the source itself reads.
const FILE: &str = "SPACE_CONFIG";
/// Every variable with this prefix must be known.
const PREFIX: &str = "SPACE_";

impl Source {
    /// The environment, over the file that `SPACE_CONFIG` names, if any.
    ///
    /// # Errors
    /// The file can't be read or is not TOML.
    pub fn from_env() -> Result<Self, ConfigError> {
        let mut source = match std::env::var_os(FILE).filter(|path| !path.is_empty()) {
            Some(path) => Self::from_file(Path::new(&path))?,
            None => Self::default(),
        };
        let known: BTreeSet<&str> = super::Config::variables().into_iter().collect();
        for (name, value) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let is_ours = name.starts_with(PREFIX) || known.contains(name.as_str());
            if name == FILE || !is_ours {
                continue;
            }
            source.places.remove(&name);
            match value.into_string() {
                Ok(value) => drop(source.values.insert(name, Secret::new(value))),
                Err(_) => source.problem(format!("{name} is not valid UTF-8.")),
            }
        }
        Ok(source)
    }

    /// Fixed pairs.
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        let values = pairs.into_iter().map(|(name, value)| (name.into(), Secret::new(value)));
        Self { values: values.collect(), ..Self::default() }
    }

    fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let shown = path.display();
        let bytes = std::fs::read(path).map_err(|error| {
            ConfigError(vec![format!("{FILE} names `{shown}`, which can't be read: {error}.")])
        })?;
        let place = |at: usize| {
            let line = 1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count();
            format!("{shown}:{line}")
        };
        let broken = |at, cause: &str| ConfigError(vec![format!("{}: {cause}.", place(at))]);
        let text = std::str::from_utf8(&bytes)
            .map_err(|error| broken(error.valid_up_to(), "this is not valid UTF-8"))?;
        // Not its whole words: they show the line, which may hold a secret.
        let table: BTreeMap<Spanned<String>, Value> = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            broken(at, &format!("this is not TOML: {}", error.message()))
        })?;
        let mut source = Self::default();
        for (name, value) in table {
            let at = place(name.span().start);
            let name = name.into_inner();
            source.places.insert(name.clone(), at);
            let value = match value {
                Value::String(text) => text,
                Value::Array(_) => {
                    source.problem(format!("{name} is a list; it should be text, with commas."));
                    continue;
                }
                Value::Table(_) => {
                    source.problem(format!("{name} is a table; settings stand outside of tables."));
                    continue;
                }
                other => other.to_string(),
            };
            source.values.insert(name, Secret::new(value));
        }
        Ok(source)
    }

    /// The value, unless it is absent or empty.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.asked.insert(name);
        let value = self.values.get(name).map(|value| value.expose().trim());
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// The value, or the default where there is none.
    pub fn text_or(&mut self, name: &'static str, default: &str) -> String {
        self.text(name).unwrap_or_else(|| default.to_owned())
    }

    /// A value that must not be printed.
    pub fn secret(&mut self, name: &'static str) -> Option<Secret> {
        self.text(name).map(Secret::new)
    }

    /// The parsed value, or the default where there is none; `meaning` completes "… is not".
    pub fn parsed<T: FromStr>(&mut self, name: &'static str, default: T, meaning: &str) -> T {
        match self.text(name) {
            None => default,
            Some(text) => text.parse().unwrap_or_else(|_| {
                self.problem(format!("{name} is `{text}`, which is not {meaning}."));
                default
            }),
        }
    }

    /// A number within the range, or the default where there is none.
    pub fn number<T>(
        &mut self,
        name: &'static str,
        default: T,
        range: std::ops::RangeInclusive<T>,
    ) -> T
    where
        T: FromStr + PartialOrd + Copy + fmt::Display,
    {
        let meaning = format!("a number from {} to {}", range.start(), range.end());
        let value = self.parsed(name, default, &meaning);
        if range.contains(&value) {
            return value;
        }
        self.problem(format!("{name} is `{value}`, which is not {meaning}."));
        default
    }

    /// Comma-separated values.
    pub fn list(&mut self, name: &'static str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
    }

    /// Adds a sentence to what will stop the start. It begins with the name that it is about.
    pub fn problem(&mut self, sentence: impl Into<String>) {
        self.problems.push(sentence.into());
    }

    /// The names asked for so far, sorted.
    pub fn asked(&self) -> impl Iterator<Item = &'static str> {
        self.asked.iter().copied()
    }

    /// Ends reading.
    ///
    /// # Errors
    /// The problems noted, and the values nobody asked for.
    pub fn finish(mut self) -> Result<(), ConfigError> {
        for name in self.values.keys().filter(|name| !self.asked.contains(name.as_str())) {
            let hint = nearest(name, &self.asked);
            self.problems.push(format!("{name} is not a known setting{hint}"));
        }
        for sentence in &mut self.problems {
            let place = sentence.split(' ').next().and_then(|name| self.places.get(name));
            if let Some(place) = place {
                *sentence = format!("{place}: {sentence}");
            }
        }
        if self.problems.is_empty() { Ok(()) } else { Err(ConfigError(self.problems)) }
    }
}

/// `; did you mean X?` for the known name that shares the longest beginning; else a full stop.
fn nearest(name: &str, known: &BTreeSet<&'static str>) -> String {
    let shared = |other: &str| name.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    known
        .iter()
        .map(|other| (shared(other), other))
        .filter(|(length, _)| *length > PREFIX.len())
        .max_by_key(|(length, _)| *length)
        .map_or_else(|| ".".to_owned(), |(_, other)| format!("; did you mean {other}?"))
}
