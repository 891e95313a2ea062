//! Where settings come from, which names were asked for, and what is wrong with them.

use super::secret::Secret;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

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
        let variables: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let mut source = match variables.get(FILE) {
            Some(path) => Self::from_file(path)?,
            None => Self::default(),
        };
        let known: BTreeSet<&str> = super::Config::variables().into_iter().collect();
        for (name, value) in variables {
            if name.starts_with(PREFIX) || known.contains(name.as_str()) {
                source.values.insert(name, Secret::new(value));
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

    fn from_file(path: &str) -> Result<Self, ConfigError> {
        let failed = |cause: &dyn fmt::Display| {
            ConfigError(vec![format!("{FILE}: `{path}` can't be used: {cause}")])
        };
        let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
        let table: toml::Table = text.parse().map_err(|error| failed(&error))?;
        Ok(Self::from_pairs(table.into_iter().map(|(name, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (name, value)
        })))
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

    /// Adds a sentence to what will stop the start.
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
        for name in self.values.keys() {
            if name == FILE || self.asked.contains(name.as_str()) {
                continue;
            }
            let hint = nearest(name, &self.asked);
            self.problems.push(format!("{name} is not a known setting{hint}."));
        }
        if self.problems.is_empty() { Ok(()) } else { Err(ConfigError(self.problems)) }
    }
}

/// `; did you mean X?` for the known name that shares the longest beginning.
fn nearest(name: &str, known: &BTreeSet<&'static str>) -> String {
    let shared = |other: &str| name.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    known
        .iter()
        .map(|other| (shared(other), other))
        .filter(|(length, _)| *length > PREFIX.len())
        .max_by_key(|(length, _)| *length)
        .map(|(_, other)| format!("; did you mean {other}?"))
        .unwrap_or_default()
}
