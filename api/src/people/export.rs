//! A copy of what a person wrote, set and uploaded: a zip of JSON files and of his files, made while it
//! is sent, so that its size costs no memory.

use super::model::{belongings, copies};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::files::storage::Part;
use crate::platform::db::PgConn;
use bytes::Bytes;
use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt as _};
use serde_json::Value;
use shared::files::clean_name;
use shared::ids::{FileId, UserId};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use uuid::Uuid;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

/// Messages in one query.
const PAGE: i64 = 500;
/// Files in one query.
const FILES: i64 = 100;
/// Chunks that may wait for a slow reader.
const AHEAD: usize = 4;

/// The zip, piece by piece.
pub fn copy_of(app: &App, user: UserId) -> impl Stream<Item = ApiResult<Bytes>> + use<> {
    let (sender, receiver) = channel(AHEAD);
    let app = app.clone();
    tokio::task::spawn_local(async move {
        if let Err(error) = write(&app, user, &sender).await {
            error.log();
            // A reader who is gone needs no error.
            drop(sender.send(Err(error)).await);
        }
    });
    unfold(receiver, |mut receiver: Receiver<_>| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    })
}

async fn write(app: &App, user: UserId, out: &Sender<ApiResult<Bytes>>) -> ApiResult<()> {
    let mut zip = Zip::default();
    for (name, sql) in copies::PARTS {
        let part = async |conn: &mut PgConn| copies::part(conn, sql, user).await;
        let rows = app.db.heavy_read(app.conn().await?, part).await?;
        // One object where there is one, a list elsewhere.
        let value = match (*name, <[Value; 1]>::try_from(rows)) {
            ("profile.json" | "settings.json" | "notification_settings.json", Ok([row])) => row,
            (_, Ok([row])) => Value::Array(vec![row]),
            (_, Err(rows)) => Value::Array(rows),
        };
        zip.begin(name)?;
        zip.write(&serde_json::to_vec_pretty(&value).map_err(ApiError::internal)?)?;
        zip.flush(out).await?;
    }
    let hidden = app.live.directory().hidden_chats(user).await?;
    zip.begin("messages.json")?;
    let (mut after, mut lead) = (Uuid::nil(), "[\n");
    loop {
        // A connection a page: a slow reader does not keep one from others.
        let messages =
            async |conn: &mut PgConn| copies::messages(conn, user, &hidden, after, PAGE).await;
        let page = app.db.heavy_read(app.conn().await?, messages).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (_, row) in &page {
            zip.write(lead.as_bytes())?;
            zip.write(row.as_bytes())?;
            lead = ",\n";
        }
        zip.flush(out).await?;
    }
    zip.write(if after.is_nil() { b"[]\n" } else { b"\n]\n" })?;
    write_files(app, user, &mut zip, out).await?;
    zip.end()?.send(out).await
}

/// The files themselves, each in a folder of its id: names need not differ.
async fn write_files(
    app: &App,
    user: UserId,
    zip: &mut Zip,
    out: &Sender<ApiResult<Bytes>>,
) -> ApiResult<()> {
    let mut after = FileId(Uuid::nil());
    loop {
        let files =
            async |conn: &mut PgConn| belongings::files_after(conn, user, after, FILES).await;
        let page = app.db.heavy_read(app.conn().await?, files).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        for (id, name) in page {
            // One that went meanwhile does not break the rest.
            let Ok(mut content) = app.files.storage.get(id, Part::Content, None).await else {
                continue;
            };
            zip.begin(&format!("files/{id}/{}", clean_name(&name)))?;
            while let Some(chunk) = content.next().await {
                zip.write(&chunk.map_err(ApiError::unavailable)?)?;
                zip.flush(out).await?;
            }
        }
    }
}

/// What was written and not yet sent.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    async fn send(&self, out: &Sender<ApiResult<Bytes>>) -> ApiResult<()> {
        let chunk = {
            let waiting = self.0.lock();
            let mut waiting =
                waiting.map_err(|_| ApiError::internal(io::Error::other("a panic")))?;
            std::mem::take(&mut *waiting)
        };
        if chunk.is_empty() {
            return Ok(());
        }
        let gone = |_| ApiError::unavailable(io::Error::other("the reader went away"));
        out.send(Ok(chunk.into())).await.map_err(gone)
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut waiting = self.0.lock().map_err(|_| io::Error::other("a writer panicked"))?;
        waiting.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Zip {
    /// Large: not to be carried about.
    writer: Box<ZipWriter<StreamWriter<Buffer>>>,
    buffer: Buffer,
}

impl Default for Zip {
    fn default() -> Self {
        let buffer = Buffer::default();
        Self { writer: Box::new(ZipWriter::new_stream(buffer.clone())), buffer }
    }
}

impl Zip {
    fn begin(&mut self, name: &str) -> ApiResult<()> {
        // More than 4 GiB of text is possible: it must not break the file.
        let options = SimpleFileOptions::default().large_file(true);
        self.writer.start_file(name, options).map_err(ApiError::internal)
    }

    fn write(&mut self, bytes: &[u8]) -> ApiResult<()> {
        self.writer.write_all(bytes).map_err(ApiError::internal)
    }

    async fn flush(&mut self, out: &Sender<ApiResult<Bytes>>) -> ApiResult<()> {
        self.buffer.send(out).await
    }

    /// Writes the table of contents; sending is what remains.
    fn end(self) -> ApiResult<Buffer> {
        self.writer.finish().map_err(ApiError::internal)?;
        Ok(self.buffer)
    }
}
