//! `api mail`: the letters that were written while there is no mail server.

use crate::config::Config;
use crate::platform::mail::folder;
use anyhow::{Context as _, bail};

/// Lists the newest letters, or prints one.
pub(super) fn run(config: &Config, name: Option<&str>) -> anyhow::Result<()> {
    if config.mail.smtp_url.is_some() {
        bail!("SMTP_URL is set: letters are sent, not kept.");
    }
    let folder = folder(config);
    if let Some(name) = name {
        if name.contains('/') {
            bail!("Give the name of a letter as `api mail` lists it.");
        }
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        print!("{text}");
        return Ok(());
    }
    let mut letters: Vec<_> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    // Names begin with the time.
    letters.sort();
    println!("{} letters in {}", letters.len(), folder.display());
    for path in letters.iter().rev().take(50) {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let header = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim()
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        println!("{name}  {}  {}", header("Date:"), header("To:"));
    }
    Ok(())
}
