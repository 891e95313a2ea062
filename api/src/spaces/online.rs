//! How many members of a space are there.

use crate::error::ApiResult;
use crate::platform::db::PgConn;
use crate::realtime::Live;
use crate::spaces::model::member;
use moka::future::Cache;
use shared::ids::SpaceId;
use shared::spaces::OnlineMembers;
use std::time::Duration;

/// How old the number of a crowd may be: everybody in it asks again and again.
const FRESH: Duration = Duration::from_secs(10);

/// Spaces with so many people online that they are only counted.
#[derive(Debug)]
pub struct Crowds(Cache<SpaceId, i64>);

impl Default for Crowds {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(10_000).time_to_live(FRESH).build())
    }
}

impl Crowds {
    /// The members who are there. Who hides is not.
    ///
    /// # Errors
    /// The database's.
    pub async fn online(
        &self,
        conn: &mut PgConn,
        live: &Live,
        space: SpaceId,
    ) -> ApiResult<OnlineMembers> {
        if let Some(count) = self.0.get(&space).await {
            return Ok(OnlineMembers { count, user_ids: Vec::new() });
        }
        let user_ids = member::among(conn, space, &live.presences().present()).await?;
        let count = i64::try_from(user_ids.len()).unwrap_or(i64::MAX);
        if user_ids.len() <= OnlineMembers::MOST {
            return Ok(OnlineMembers { count, user_ids });
        }
        self.0.insert(space, count).await;
        Ok(OnlineMembers { count, user_ids: Vec::new() })
    }
}
