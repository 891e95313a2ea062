use super::{Secret, Source};

/// Redis, which carries between nodes what PostgreSQL need not keep.
#[derive(Clone, Debug)]
pub struct RedisConfig {
    /// `REDIS_URL`: `redis://user:password@host:6379` (`rediss://` with TLS), or some nodes of one
    /// cluster, comma-separated. Needed by more than one node. Default: none, one node.
    pub url: Option<Secret>,
    /// `SPACE_REDIS_PREFIX`: what all keys and channels begin with, so that installations can share a
    /// server. Default `space`.
    pub prefix: String,
}

impl RedisConfig {
    pub(super) fn read(source: &mut Source) -> Self {
        let url = source.secret("REDIS_URL");
        let is_one = |part: &str| part.starts_with("redis://") || part.starts_with("rediss://");
        if url.as_ref().is_some_and(|url| !url.expose().split(',').all(is_one)) {
            source.problem("REDIS_URL should begin with redis:// or rediss://.");
        }
        Self { url, prefix: source.text_or("SPACE_REDIS_PREFIX", "space") }
    }
}
