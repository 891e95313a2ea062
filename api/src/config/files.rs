use super::{Secret, Source};
use shared::files::FileKind;

/// What may be uploaded, and where it is kept.
#[derive(Clone, Debug)]
pub struct FilesConfig {
    /// `SPACE_FILES_IMAGE_MB`: the largest picture, 1-200. Default 20.
    pub image: u64,
    /// `SPACE_FILES_AUDIO_MB`: the largest sound, 1-2000. Default 50.
    pub audio: u64,
    /// `SPACE_FILES_VIDEO_MB`: the largest video, 1-10000. Default 200.
    pub video: u64,
    /// `SPACE_FILES_DOCUMENT_MB`: the largest other file, 1-10000. Default 50.
    pub document: u64,
    /// `SPACE_FILES_MEGAPIXELS`: the most pixels of a picture, 1-200. Default 40.
    pub pixels: u64,
    /// `SPACE_FILES_OTHER`: `refuse` or `accept` files that are no picture, sound, video, text, office
    /// document or archive, such as programs. Default `refuse`.
    pub accept_other: bool,
    /// `SPACE_FILES_USER_QUOTA_MB`: room for all files of a person, 1-10000000. Default 5000.
    pub user_quota: u64,
    /// `SPACE_FILES_SPACE_QUOTA_MB`: room for all files of a space, 1-100000000. Default 20000.
    pub space_quota: u64,
    /// The bucket; absent: the folder `files` in `SPACE_DATA_DIR`.
    pub s3: Option<S3Config>,
}

/// A bucket of an S3-compatible store.
#[derive(Clone, Debug)]
pub struct S3Config {
    /// `S3_ENDPOINT`: for stores other than Amazon's, such as `http://localhost:9000`.
    pub endpoint: Option<String>,
    /// `S3_BUCKET`: switches S3 on. The bucket must be there.
    pub bucket: String,
    /// `S3_REGION`. Default `us-east-1`.
    pub region: String,
    /// `S3_ACCESS_KEY`.
    pub access_key: Secret,
    /// `S3_SECRET_KEY`.
    pub secret_key: Secret,
}

const MB: u64 = 1_000_000;

impl FilesConfig {
    pub(super) fn read(source: &mut Source) -> Self {
        let other = source.text_or("SPACE_FILES_OTHER", "refuse");
        if !matches!(other.as_str(), "refuse" | "accept") {
            source.problem(format!(
                "SPACE_FILES_OTHER is `{other}`; it can be `refuse` or `accept`."
            ));
        }
        Self {
            image: MB * source.number("SPACE_FILES_IMAGE_MB", 20, 1..=200),
            audio: MB * source.number("SPACE_FILES_AUDIO_MB", 50, 1..=2_000),
            video: MB * source.number("SPACE_FILES_VIDEO_MB", 200, 1..=10_000),
            document: MB * source.number("SPACE_FILES_DOCUMENT_MB", 50, 1..=10_000),
            pixels: MB * source.number("SPACE_FILES_MEGAPIXELS", 40, 1..=200),
            accept_other: other == "accept",
            user_quota: MB * source.number("SPACE_FILES_USER_QUOTA_MB", 5_000, 1..=10_000_000),
            space_quota: MB * source.number("SPACE_FILES_SPACE_QUOTA_MB", 20_000, 1..=100_000_000),
            s3: S3Config::read(source),
        }
    }

    /// The largest file of a kind, in bytes.
    #[must_use]
    pub fn limit(&self, kind: FileKind) -> u64 {
        match kind {
            FileKind::Image => self.image,
            FileKind::Audio => self.audio,
            FileKind::Video => self.video,
            FileKind::Document => self.document,
        }
    }

    /// The largest file of any kind, in bytes.
    #[must_use]
    pub fn largest(&self) -> u64 {
        FileKind::ALL.iter().map(|kind| self.limit(*kind)).max().unwrap_or(0)
    }
}

impl S3Config {
    fn read(source: &mut Source) -> Option<Self> {
        let (endpoint, bucket) = (source.text("S3_ENDPOINT"), source.text("S3_BUCKET"));
        let region = source.text_or("S3_REGION", "us-east-1");
        let keys = (source.secret("S3_ACCESS_KEY"), source.secret("S3_SECRET_KEY"));
        if endpoint.as_ref().is_some_and(|url| !url.starts_with("http")) {
            source.problem("S3_ENDPOINT should begin with https:// or http://.");
        }
        match (bucket, keys) {
            (Some(bucket), (Some(access_key), Some(secret_key))) => {
                Some(Self { endpoint, bucket, region, access_key, secret_key })
            }
            (None, (None, None)) if endpoint.is_none() => None,
            _ => {
                source.problem(
                    "S3 needs S3_BUCKET, S3_ACCESS_KEY and S3_SECRET_KEY, or none of them.",
                );
                None
            }
        }
    }
}
