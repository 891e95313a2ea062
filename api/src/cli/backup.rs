//! `api backup` and `api restore`: database and files in one folder, with a list of what must be in it.

use super::Database;
use crate::config::Config;
use crate::files::storage::Storage;
use crate::platform::backup::{self, Digests};
use crate::platform::db::Db;
use anyhow::{Context as _, bail, ensure};
use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const LIST: &str = "backup.json";
const DATABASE: &str = "database.dump";
const FILES: &str = "files";
/// A backup of fewer hundredths of the one before is suspicious.
const SHRUNK: i64 = 90;

/// What a backup must hold. Written last: a folder without it is no backup.
#[derive(Serialize, Deserialize)]
struct List {
    release: String,
    taken_at: DateTime<Utc>,
    database: Stored,
    tables: Digests,
    files: BTreeMap<String, Stored>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stored {
    bytes: u64,
    sha256: String,
}

/// `api backup FOLDER`: writes, reads back, compares, and only then calls it a backup.
pub(super) async fn back_up(config: Config, folder: &Path) -> anyhow::Result<()> {
    let database = Database::open(&config).await?;
    let done = make(&config, database.direct_url(), folder).await;
    database.close().await;
    done
}

async fn make(config: &Config, url: &str, folder: &Path) -> anyhow::Result<()> {
    ensure!(!folder.exists(), "{} is there already", folder.display());
    let unfinished = PathBuf::from(format!("{}.unfinished", folder.display()));
    tokio::fs::create_dir_all(unfinished.join(FILES)).await?;
    let bin = config.database.binaries.as_deref();
    let taken_at = Utc::now();
    let dump = unfinished.join(DATABASE);
    let tables = backup::dump(url, bin, &dump).await?;
    // After the database: what a row names was there when the row was.
    let files = save_files(&Storage::open(config)?, &unfinished.join(FILES)).await?;

    let came_back = backup::rehearse(url, bin, &dump).await.context("verifying")?;
    compare(&tables, &came_back)?;
    let database = digest(&dump).await?;
    let release = env!("CARGO_PKG_VERSION").to_owned();
    let list = List { release, taken_at, database, tables, files };
    tokio::fs::write(unfinished.join(LIST), serde_json::to_vec_pretty(&list)?).await?;
    check(&unfinished, &list).await?;
    tokio::fs::rename(&unfinished, folder).await?;

    let bytes: u64 = list.database.bytes + list.files.values().map(|file| file.bytes).sum::<u64>();
    let bytes = i64::try_from(bytes)?;
    let db = Db::new(url, 2)?;
    let before = backup::last(&db).await?;
    backup::note(&mut *db.conn().await?, taken_at, bytes).await?;
    let rows: i64 = list.tables.values().map(|table| table.rows).sum();
    println!(
        "{}: {rows} rows, {} files, {bytes} bytes, verified.",
        folder.display(),
        list.files.len()
    );
    if let Some((when, before)) = before
        && bytes < before / 100 * SHRUNK
    {
        bail!(
            "the backup is good, but much smaller than that of {when} ({before} bytes): look why"
        );
    }
    Ok(())
}

/// `api restore FOLDER`: into an empty database and an empty store.
pub(super) async fn restore(config: Config, folder: &Path) -> anyhow::Result<()> {
    let list = tokio::fs::read(folder.join(LIST)).await;
    let list = list.with_context(|| format!("{} is no finished backup", folder.display()))?;
    let list: List = serde_json::from_slice(&list).context(LIST)?;
    check(folder, &list).await?;
    let database = Database::connect(&config).await?;
    let done = bring_back(&config, database.direct_url(), folder, &list).await;
    database.close().await;
    done?;
    println!(
        "Restored what {} was: {} tables, {} files. Start the server; it brings the schema up to date.",
        list.taken_at,
        list.tables.len(),
        list.files.len()
    );
    Ok(())
}

async fn bring_back(config: &Config, url: &str, folder: &Path, list: &List) -> anyhow::Result<()> {
    let bin = config.database.binaries.as_deref();
    let came_back = backup::restore(url, bin, &folder.join(DATABASE)).await?;
    compare(&list.tables, &came_back)?;
    backup::analyze(url).await?;
    let storage = Storage::open(config)?;
    for name in list.files.keys() {
        let mut file = tokio::fs::File::open(folder.join(FILES).join(name)).await?;
        let mut writer = storage.writer(name);
        tokio::io::copy(&mut file, &mut writer).await?;
        writer.shutdown().await?;
    }
    Ok(())
}

fn compare(wanted: &Digests, found: &Digests) -> anyhow::Result<()> {
    let names = wanted.keys().chain(found.keys());
    let wrong: Vec<&String> = names.filter(|name| wanted.get(*name) != found.get(*name)).collect();
    ensure!(wrong.is_empty(), "what came back is not what was saved: {wrong:?}");
    Ok(())
}

async fn save_files(storage: &Storage, to: &Path) -> anyhow::Result<BTreeMap<String, Stored>> {
    let mut saved = BTreeMap::new();
    for name in storage.names().await? {
        let path = to.join(&name);
        if let Some(parent) = path.parent() {
            tokio::fs::create_dir_all(parent).await?;
        }
        // Removed meanwhile: nothing names it any more.
        let Some(mut stream) = storage.read(&name).await? else { continue };
        let (mut file, mut hash, mut bytes) =
            (tokio::fs::File::create(&path).await?, Sha256::new(), 0);
        while let Some(part) = stream.next().await {
            let part = part?;
            hash.update(&part);
            bytes += part.len() as u64;
            file.write_all(&part).await?;
        }
        file.sync_all().await?;
        saved.insert(name, Stored { bytes, sha256: hex(hash) });
    }
    Ok(saved)
}

/// Everything that is listed is there, whole.
async fn check(folder: &Path, list: &List) -> anyhow::Result<()> {
    let files = list.files.iter().map(|(name, stored)| (Path::new(FILES).join(name), stored));
    for (name, stored) in files.chain([(PathBuf::from(DATABASE), &list.database)]) {
        let found =
            digest(&folder.join(&name)).await.with_context(|| name.display().to_string())?;
        ensure!(found == *stored, "{} is damaged", name.display());
    }
    Ok(())
}

async fn digest(path: &Path) -> anyhow::Result<Stored> {
    let mut file = tokio::fs::File::open(path).await?;
    let (mut hash, mut bytes, mut part) = (Sha256::new(), 0, vec![0; 1024 * 1024]);
    loop {
        match file.read(&mut part).await? {
            0 => return Ok(Stored { bytes, sha256: hex(hash) }),
            count => {
                hash.update(&part[..count]);
                bytes += count as u64;
            }
        }
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
