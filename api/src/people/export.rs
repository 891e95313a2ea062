//! A copy of what a person wrote, set and uploaded: a zip of JSON files and of his files, made while it
//! is sent, so that its size costs no memory.

use super::model::{belongings, copies};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::files::storage::Part;
use crate::platform::db::PgConn;
use bytes::Bytes;
use diesel::QueryResult;
use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt as _};
use shared::files::clean_name;
use shared::ids::{FileId, UserId};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use uuid::Uuid;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

/// Rows in one query.
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
    for (name, sql) in copies::OBJECTS {
        let object = async |conn: &mut PgConn| copies::rows(conn, sql, user, Uuid::nil(), 1).await;
        let rows = app.db.heavy_read(app.conn().await?, object).await?;
        zip.begin(name)?;
        // Somebody who never chose anything has none.
        zip.write(rows.first().map_or("[]", |(_, row)| row).as_bytes())?;
        zip.flush(out).await?;
    }
    for (name, sql) in copies::LISTS {
        write_list(app, name, &mut zip, out, async |conn, after| {
            copies::rows(conn, sql, user, after, PAGE).await
        })
        .await?;
    }
    let hidden = app.live.directory().hidden_chats(user).await?;
    write_list(app, "messages.json", &mut zip, out, async |conn, after| {
        copies::messages(conn, user, &hidden, after, PAGE).await
    })
    .await?;
    write_files(app, user, &mut zip, out).await?;
    zip.end()?.send(out).await
}

/// A list of any length, page by page; `page` has what comes after a key.
async fn write_list(
    app: &App,
    name: &str,
    zip: &mut Zip,
    out: &Sender<ApiResult<Bytes>>,
    page: impl AsyncFn(&mut PgConn, Uuid) -> QueryResult<Vec<(Uuid, String)>>,
) -> ApiResult<()> {
    zip.begin(name)?;
    let (mut after, mut lead) = (Uuid::nil(), "[\n");
    loop {
        // A connection a page: a slow reader does not keep one from others.
        let rows = async |conn: &mut PgConn| page(conn, after).await;
        let rows = app.db.heavy_read(app.conn().await?, rows).await?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        for (_, row) in &rows {
            zip.write(lead.as_bytes())?;
            zip.write(row.as_bytes())?;
            lead = ",\n";
        }
        zip.flush(out).await?;
        if (rows.len() as i64) < PAGE {
            break;
        }
    }
    zip.write(if after.is_nil() { b"[]\n" } else { b"\n]\n" })
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
