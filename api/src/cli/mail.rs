//! `api mail`: the letters that were written while there is no mail server.

use crate::config::Config;
use crate::platform::mail::folder;
use anyhow::{Context as _, bail};
use mail_parser::{Message, MessageParser};
use std::path::{Path, PathBuf};

/// Letters shown at most.
pub(super) const SHOWN: usize = 50;

/// Lists the newest letters, or prints one.
pub(super) fn run(config: &Config, name: Option<&str>) -> anyhow::Result<()> {
    let folder = kept_in(config)?;
    if let Some(name) = name {
        print!("{}", String::from_utf8_lossy(&read(&folder, name)?));
        return Ok(());
    }
    let letters = newest(&folder);
    println!("{} letters in {}", letters.len(), folder.display());
    for name in letters.iter().take(SHOWN) {
        let bytes = read(&folder, name)?;
        let letter = MessageParser::default().parse_headers(&bytes).unwrap_or_default();
        println!("{name}  {}  {}", date(&letter), to(&letter));
    }
    Ok(())
}

/// The folder of the letters.
///
/// # Errors
/// There is a mail server, so letters are not kept.
pub(super) fn kept_in(config: &Config) -> anyhow::Result<PathBuf> {
    if config.mail.smtp_url.is_some() {
        bail!("SMTP_URL is set: letters are sent, not kept.");
    }
    Ok(folder(config))
}

/// The names of all letters, the newest first.
pub(super) fn newest(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = files.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut letters: Vec<String> = names.filter(|name| name.ends_with(".eml")).collect();
    // Names begin with the time.
    letters.sort_unstable_by(|a, b| b.cmp(a));
    letters
}

/// A letter as it would be sent.
///
/// # Errors
/// The name is none of a letter, or it cannot be read.
pub(super) fn read(folder: &Path, name: &str) -> anyhow::Result<Vec<u8>> {
    if name.contains('/') || !name.ends_with(".eml") {
        bail!("Give the name of a letter as `api mail` lists it.");
    }
    let path = folder.join(name);
    std::fs::read(&path).with_context(|| path.display().to_string())
}

/// When it was written.
pub(super) fn date(letter: &Message<'_>) -> String {
    letter.date().map(ToString::to_string).unwrap_or_default()
}

/// Whom it is for.
pub(super) fn to<'a>(letter: &'a Message<'_>) -> &'a str {
    letter.to().and_then(|to| to.first()?.address()).unwrap_or_default()
}
