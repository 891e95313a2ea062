//! Where bytes are: a folder on this machine, or a bucket.

use crate::config::{Config, S3Config};
use crate::error::{ApiError, ApiResult};
use anyhow::Context as _;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, RetryConfig,
    WriteMultipart,
};
use shared::ids::FileId;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

/// Files up to this size go in one piece; the parts of larger ones are as big.
const PART: usize = 8 * 1024 * 1024;
/// Parts on their way at a time.
const PARALLEL: usize = 2;

/// See the module.
pub struct Storage {
    store: Arc<dyn ObjectStore>,
}

/// Which bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Content,
    Thumbnail,
}

/// The key of a file's bytes. It says nothing of the name: ids spread evenly over 256 folders.
fn key(id: FileId, part: Part) -> Path {
    let id = id.0.simple().to_string();
    let folder = &id[id.len() - 2..];
    match part {
        Part::Content => Path::from(format!("{folder}/{id}")),
        Part::Thumbnail => Path::from(format!("{folder}/{id}.thumbnail")),
    }
}

impl Storage {
    /// Opens the store that is configured; nothing is asked of it yet.
    ///
    /// # Errors
    /// The folder cannot be made, or the bucket's settings do not fit together.
    pub fn open(config: &Config) -> anyhow::Result<Self> {
        let store: Arc<dyn ObjectStore> = match &config.files.s3 {
            Some(s3) => Arc::new(bucket(s3)?),
            None => {
                let folder = config.data_dir.join("files");
                std::fs::create_dir_all(&folder)
                    .with_context(|| format!("making {}", folder.display()))?;
                Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true))
            }
        };
        Ok(Self { store })
    }

    /// Stores bytes that are in memory.
    ///
    /// # Errors
    /// `unavailable` when the store does not take them.
    pub async fn put(&self, id: FileId, part: Part, bytes: Vec<u8>) -> ApiResult<()> {
        let key = key(id, part);
        self.store.put(&key, bytes.into()).await.map(drop).map_err(ApiError::unavailable)
    }

    /// Stores a file from its beginning, in parts.
    ///
    /// # Errors
    /// `unavailable` when the store does not take it; nothing is left there.
    pub async fn put_file(&self, id: FileId, file: std::fs::File, size: u64) -> ApiResult<()> {
        let mut file = tokio::fs::File::from_std(file);
        file.rewind().await.map_err(ApiError::internal)?;
        if size <= PART as u64 {
            let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
            file.read_to_end(&mut bytes).await.map_err(ApiError::internal)?;
            return self.put(id, Part::Content, bytes).await;
        }
        let upload = self.store.put_multipart(&key(id, Part::Content)).await;
        let mut writer =
            WriteMultipart::new_with_chunk_size(upload.map_err(ApiError::unavailable)?, PART);
        let mut buffer = vec![0; PART];
        loop {
            let count = file.read(&mut buffer).await.map_err(ApiError::internal)?;
            if count == 0 {
                break;
            }
            writer.wait_for_capacity(PARALLEL).await.map_err(ApiError::unavailable)?;
            writer.write(&buffer[..count]);
        }
        writer.finish().await.map(drop).map_err(ApiError::unavailable)
    }

    /// Gives a file the bytes that another one has.
    ///
    /// # Errors
    /// `not_found` when they are not there, `unavailable` when the store does not answer.
    pub async fn copy(&self, from: FileId, to: FileId, part: Part) -> ApiResult<()> {
        self.store.copy(&key(from, part), &key(to, part)).await.map_err(failed)
    }

    /// The bytes of a range, as they come.
    ///
    /// # Errors
    /// `not_found` when they are not there, `unavailable` when the store does not answer.
    pub async fn get(
        &self,
        id: FileId,
        part: Part,
        range: Option<Range<u64>>,
    ) -> ApiResult<BoxStream<'static, Result<Bytes, object_store::Error>>> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let got = self.store.get_opts(&key(id, part), options).await.map_err(failed)?;
        Ok(got.into_stream())
    }

    /// Removes everything of a file. What is not there is removed already.
    ///
    /// # Errors
    /// `unavailable` when the store does not answer.
    pub async fn delete(&self, id: FileId) -> ApiResult<()> {
        for part in [Part::Content, Part::Thumbnail] {
            match self.store.delete(&key(id, part)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(ApiError::unavailable(error)),
            }
        }
        Ok(())
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// `unavailable` when it does not.
    pub async fn check(&self) -> ApiResult<()> {
        let mut list = self.store.list(Some(&Path::from("readiness")));
        match list.next().await.transpose() {
            Ok(_) => Ok(()),
            Err(error) => Err(ApiError::unavailable(error)),
        }
    }

    /// The names of all objects; for backups.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn names(&self) -> anyhow::Result<Vec<String>> {
        let names = self.store.list(None).map_ok(|object| object.location.to_string());
        Ok(names.try_collect().await?)
    }

    /// The bytes of an object by its name; `None` when it is gone.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn read(
        &self,
        name: &str,
    ) -> anyhow::Result<Option<BoxStream<'static, Result<Bytes, object_store::Error>>>> {
        match self.store.get(&Path::from(name)).await {
            Ok(found) => Ok(Some(found.into_stream())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes an object by its name; it is there once the writer was shut down.
    #[must_use]
    pub fn writer(&self, name: &str) -> BufWriter {
        BufWriter::new(self.store.clone(), Path::from(name))
    }

    /// How many objects there are; for tests and operators.
    ///
    /// # Errors
    /// `unavailable` when the store does not answer.
    pub async fn count(&self) -> ApiResult<usize> {
        let all = self.store.list(None).map_ok(drop).try_collect::<Vec<()>>();
        Ok(all.await.map_err(ApiError::unavailable)?.len())
    }
}

fn failed(error: object_store::Error) -> ApiError {
    match error {
        object_store::Error::NotFound { .. } => {
            ApiError { cause: Some(error.into()), ..ApiError::not_found() }
        }
        other => ApiError::unavailable(other),
    }
}

fn bucket(s3: &S3Config) -> anyhow::Result<object_store::aws::AmazonS3> {
    let is_plain = s3.endpoint.as_ref().is_some_and(|url| url.starts_with("http://"));
    let options = ClientOptions::new()
        .with_allow_http(is_plain)
        .with_connect_timeout(Duration::from_secs(3))
        .with_timeout(Duration::from_secs(120));
    let retry = RetryConfig {
        max_retries: 3,
        retry_timeout: Duration::from_secs(20),
        ..RetryConfig::default()
    };
    let mut builder = AmazonS3Builder::new()
        .with_client_options(options)
        .with_retry(retry)
        .with_bucket_name(&s3.bucket)
        .with_region(&s3.region)
        .with_access_key_id(s3.access_key.expose())
        .with_secret_access_key(s3.secret_key.expose());
    if let Some(endpoint) = &s3.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    builder.build().context("the settings of S3")
}
