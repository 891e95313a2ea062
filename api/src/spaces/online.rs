//! Which members of a space are there, and how many.

use crate::error::ApiResult;
use crate::platform::db::PgConn;
use crate::realtime::Live;
use crate::spaces::model::member;
use crate::spaces::model::space::SpaceRow;
use diesel::QueryResult;
use moka::future::Cache;
use shared::identity::Status;
use shared::ids::{SpaceId, UserId};
use shared::spaces::OnlineMembers;
use std::sync::Arc;
use std::time::Duration;

/// How old a crowd may be: everybody in it asks again and again.
const FRESH: Duration = Duration::from_secs(10);
/// So many people at most are handed to the database with a question.
pub const HANDED: usize = 2_000;

/// Spaces with so many people online that they are only counted, and those people, by id.
#[derive(Debug)]
pub struct Crowds(Cache<SpaceId, Arc<[UserId]>>);

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
        space: &SpaceRow,
    ) -> ApiResult<OnlineMembers> {
        let here = self.members(conn, live, space).await?;
        let count = i64::try_from(here.len()).unwrap_or(i64::MAX);
        let is_crowd = here.len() > OnlineMembers::MOST;
        let user_ids = if is_crowd { Vec::new() } else { here.to_vec() };
        Ok(OnlineMembers { count, user_ids })
    }

    /// Who is there of those whom a list of members may show: everybody, where they are few, else the
    /// members among them.
    ///
    /// # Errors
    /// The database's.
    pub async fn here(
        &self,
        conn: &mut PgConn,
        live: &Live,
        space: &SpaceRow,
    ) -> ApiResult<Vec<UserId>> {
        let present = live.presences().present();
        if present.len() <= HANDED {
            return Ok(present);
        }
        Ok(self.members(conn, live, space).await?.to_vec())
    }

    async fn members(
        &self,
        conn: &mut PgConn,
        live: &Live,
        space: &SpaceRow,
    ) -> QueryResult<Arc<[UserId]>> {
        if let Some(crowd) = self.0.get(&space.id).await {
            return Ok(crowd);
        }
        let here: Arc<[UserId]> = members_here(conn, live, space).await?.into();
        if here.len() > OnlineMembers::MOST {
            self.0.insert(space.id, here.clone()).await;
        }
        Ok(here)
    }
}

/// The members who are there, by id. Who hides is not.
///
/// # Errors
/// The database's.
pub async fn members_here(
    conn: &mut PgConn,
    live: &Live,
    space: &SpaceRow,
) -> QueryResult<Vec<UserId>> {
    let presences = live.presences();
    let present = presences.present();
    // The shorter list goes from one to the other.
    let mut here = if usize::try_from(space.member_count).is_ok_and(|all| all < present.len()) {
        let mut members = member::ids(conn, space.id).await?;
        members.retain(|member| presences.of(*member) != Status::Offline);
        members
    } else {
        member::among(conn, space.id, &present).await?
    };
    here.sort_unstable();
    Ok(here)
}
