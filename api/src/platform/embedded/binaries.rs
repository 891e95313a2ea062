use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian and Ubuntu keep each version here, outside `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

/// An installed PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binaries {
    folder: PathBuf,
    /// The major version.
    pub version: u32,
}

impl Binaries {
    /// The named folder, or the version the data was made with, or the newest one.
    pub fn find(named: Option<PathBuf>, data_version: Option<u32>) -> anyhow::Result<Self> {
        let installed = match named {
            Some(folder) => {
                let shown = folder.display().to_string();
                let found = Self::in_folder(folder);
                vec![found.with_context(|| format!("SPACE_POSTGRES_BIN: no postgres in {shown}"))?]
            }
            None => candidates().into_iter().filter_map(Self::in_folder).collect(),
        };
        choose(installed, data_version)
    }

    /// The path of one program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn in_folder(folder: PathBuf) -> Option<Self> {
        let has = |name| folder.join(name).is_file();
        if !["initdb", "pg_ctl", "postgres"].into_iter().all(has) {
            return None;
        }
        let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
        let version = major(std::str::from_utf8(&output.stdout).ok()?)?;
        Some(Self { folder, version })
    }
}

fn choose(installed: Vec<Binaries>, data_version: Option<u32>) -> anyhow::Result<Binaries> {
    let newest = installed.iter().max_by_key(|binaries| binaries.version).cloned();
    let Some(newest) = newest else {
        bail!(
            "PostgreSQL is not installed and DATABASE_URL is not set. \
             Install it (Debian, Ubuntu: apt-get install postgresql) or set DATABASE_URL."
        );
    };
    let Some(version) = data_version else { return Ok(newest) };
    installed.into_iter().find(|binaries| binaries.version == version).with_context(|| {
        format!(
            "the data folder was made by PostgreSQL {version}, but {} is installed. \
             Install postgresql-{version}, or move the data with pg_dumpall.",
            newest.version
        )
    })
}

fn candidates() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for folder in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        // A link in PATH leads to the folder where the sibling programs and libraries are.
        if let Ok(program) = folder.join("postgres").canonicalize() {
            folders.extend(program.parent().map(Path::to_owned));
        }
    }
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    folders.extend(versions.map(|entry| entry.path().join("bin")));
    folders
}

/// `15` of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major(text: &str) -> Option<u32> {
    let (_, version) = text.split_once("(PostgreSQL) ")?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(versions: &[u32]) -> Vec<Binaries> {
        versions.iter().map(|&version| Binaries { folder: PathBuf::new(), version }).collect()
    }

    #[test]
    fn the_version_of_the_data_wins_over_the_newest() {
        assert_eq!(choose(installed(&[15, 17]), None).unwrap().version, 17);
        assert_eq!(choose(installed(&[15, 17]), Some(15)).unwrap().version, 15);
        let error = choose(installed(&[17]), Some(15)).unwrap_err().to_string();
        assert!(error.contains("postgresql-15"), "{error}");
    }

    #[test]
    fn without_postgres_a_sentence_says_what_to_install() {
        let error = choose(Vec::new(), None).unwrap_err().to_string();
        assert!(error.contains("apt-get install postgresql"), "{error}");
    }

    #[test]
    fn versions_are_read() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 19beta2\n"), Some(19));
        assert_eq!(major("mysql"), None);
    }
}
