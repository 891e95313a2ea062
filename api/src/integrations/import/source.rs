//! The file, line by line, packed or not.

use anyhow::Context as _;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The longest line, in bytes.
const MAX_LINE: u64 = 4 * 1024 * 1024;

/// Lines of a file, counted from 1.
pub struct Source {
    reader: Box<dyn BufRead + Send>,
    line: i64,
    read: Arc<AtomicU64>,
    /// Bytes of the file.
    pub size: u64,
}

/// A line as it stands in the file.
pub enum Line {
    Text(i64, Vec<u8>),
    /// Longer than any message can be.
    TooLong(i64),
}

impl Source {
    /// Opens a plain or gzip-packed file; its content tells which.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let file = File::open(path).with_context(|| format!("cannot open {shown}"))?;
        let size = file.metadata().with_context(|| format!("cannot read {shown}"))?.len();
        let read = Arc::new(AtomicU64::new(0));
        let mut file = BufReader::new(Counted { file, read: read.clone() });
        let start = file.fill_buf().with_context(|| format!("cannot read {shown}"))?;
        let reader: Box<dyn BufRead + Send> = if start.starts_with(&[0x1f, 0x8b]) {
            Box::new(BufReader::with_capacity(64 * 1024, MultiGzDecoder::new(file)))
        } else {
            Box::new(file)
        };
        Ok(Self { reader, line: 0, read, size })
    }

    /// Bytes of the file read so far.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// The next line that is not blank.
    ///
    /// # Errors
    /// The file breaks off, or is not what its first bytes promised.
    pub fn next_line(&mut self) -> anyhow::Result<Option<Line>> {
        loop {
            self.line += 1;
            let mut bytes = Vec::new();
            let read = (&mut self.reader).take(MAX_LINE).read_until(b'\n', &mut bytes);
            let read =
                read.with_context(|| format!("the file breaks off in line {}", self.line))?;
            if read == 0 {
                return Ok(None);
            }
            if read as u64 == MAX_LINE && bytes.last() != Some(&b'\n') {
                self.skip_line()?;
                return Ok(Some(Line::TooLong(self.line)));
            }
            if !bytes.trim_ascii().is_empty() {
                return Ok(Some(Line::Text(self.line, bytes)));
            }
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let (used, done) = match buffer.iter().position(|b| *b == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.reader.consume(used);
            if done {
                return Ok(());
            }
        }
    }
}

/// Counts what is read.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
