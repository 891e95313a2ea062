//! Archives that unpack to far too much. Nothing is unpacked here but small archives inside of
//! archives, to look at their lists too.

use crate::error::{ApiError, ApiResult};
use shared::error::ErrorCode;
use std::io::{Cursor, Read, Seek};
use zip::ZipArchive;

/// Entries of one archive.
const MAX_ENTRIES: usize = 20_000;
/// Unpacked bytes that are harmless whatever their archive's size.
const HARMLESS: u64 = 100_000_000;
/// How many times its own size an archive may unpack to beyond that.
const MAX_RATIO: u64 = 100;
/// Archives in archives are looked into so deep.
const MAX_DEPTH: u8 = 2;
/// Of an archive inside of an archive so much is unpacked to look at its list.
const MAX_INNER: u64 = 8_000_000;
/// Archives inside of one archive that are looked into.
const MAX_NESTED: usize = 50;

/// Looks at the list of a ZIP.
///
/// # Errors
/// `file_damaged` when it has no list, `file_too_complex` for a bomb.
pub fn check_zip(file: impl Read + Seek, size: u64) -> ApiResult<()> {
    check(file, size, 0)
}

fn check(file: impl Read + Seek, size: u64, depth: u8) -> ApiResult<()> {
    let too_complex = || ApiError::new(ErrorCode::FileTooComplex);
    let damaged = |_| ApiError::new(ErrorCode::FileDamaged);
    let mut archive = ZipArchive::new(file).map_err(damaged)?;
    if archive.len() > MAX_ENTRIES {
        return Err(too_complex());
    }
    let (mut total, mut nested) = (0_u64, Vec::new());
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(damaged)?;
        total = total.saturating_add(entry.size());
        if entry.name().map_err(damaged)?.to_ascii_lowercase().ends_with(".zip") {
            nested.push((at, entry.encrypted()));
        }
    }
    if total > HARMLESS && total > size.saturating_mul(MAX_RATIO) {
        return Err(too_complex());
    }
    if nested.len() > MAX_NESTED || (!nested.is_empty() && depth >= MAX_DEPTH) {
        return Err(too_complex());
    }
    for (at, is_encrypted) in nested {
        // What cannot be read here unpacks nowhere by itself.
        if is_encrypted {
            continue;
        }
        let entry = archive.by_index(at).map_err(damaged)?;
        let mut inner = Vec::new();
        entry.take(MAX_INNER + 1).read_to_end(&mut inner).map_err(|_| too_complex())?;
        let length = inner.len() as u64;
        if length > MAX_INNER || !inner.starts_with(b"PK") {
            continue;
        }
        check(Cursor::new(inner), length, depth + 1)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn verdict(bytes: &[u8]) -> Option<ErrorCode> {
        check_zip(Cursor::new(bytes), bytes.len() as u64).err().map(|error| error.code)
    }

    #[test]
    fn bombs_are_seen_also_in_archives() {
        let calm = zip(&[("a.txt", b"hello"), ("b/c.txt", b"there")]);
        assert_eq!(verdict(&calm), None);
        let bomb = zip(&[("zeros", &vec![0; 120_000_000])]);
        assert_eq!(verdict(&bomb), Some(ErrorCode::FileTooComplex));
        assert_eq!(verdict(&zip(&[("a.zip", &bomb)])), Some(ErrorCode::FileTooComplex));
        assert_eq!(verdict(&zip(&[("a.zip", &calm)])), None);
        let deep = zip(&[("b.zip", &zip(&[("a.zip", &zip(&[("a.zip", &calm)]))]))]);
        assert_eq!(verdict(&deep), Some(ErrorCode::FileTooComplex));
        assert_eq!(verdict(&calm[..calm.len() / 2]), Some(ErrorCode::FileDamaged));
    }
}
