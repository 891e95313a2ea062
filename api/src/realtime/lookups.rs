//! What many sockets ask the database at the same time: they share the statements.
//!
//! Thousands come back at once after a break, and an event that may change what thousands hear makes each
//! of them look again.

use crate::platform::batch::Batch;
use crate::platform::db::Db;
use crate::realtime::directory::{Arrival, Directory, Question, View};
use crate::realtime::stream;
use shared::ids::UserId;
use shared::topic::Topic;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// See the module. Each is answered by what the database says after it was asked.
pub struct Lookups {
    /// Who comes; `None` without an account.
    pub arrivals: Batch<UserId, Option<Arrival>>,
    /// What people may hear.
    pub views: Batch<Question, View>,
    /// Who sees the presence of people.
    pub audiences: Batch<UserId, Vec<Topic>>,
    /// Where topics stand: as [`stream::positions`].
    pub positions: Batch<Vec<Topic>, Vec<(Topic, i64)>>,
}

impl Lookups {
    #[must_use]
    pub fn new(db: Db, directory: &Arc<dyn Directory>) -> Self {
        let [first, second, third] = [(); 3].map(|()| directory.clone());
        Self {
            arrivals: Batch::new(move |people| {
                let directory = first.clone();
                async move { directory.arrivals(people).await }
            }),
            views: Batch::new(move |questions| {
                let directory = second.clone();
                async move { directory.views(questions).await }
            }),
            audiences: Batch::new(move |people| {
                let directory = third.clone();
                async move { directory.audiences(people).await }
            }),
            positions: Batch::new(move |lists: Vec<Vec<Topic>>| {
                let db = db.clone();
                async move {
                    let topics: BTreeSet<Topic> = lists.iter().flatten().copied().collect();
                    let topics: Vec<Topic> = topics.into_iter().collect();
                    let found = stream::positions(&mut *db.conn().await?, &topics).await?;
                    let found: HashMap<Topic, i64> = found.into_iter().collect();
                    let seq = |topic: Topic| (topic, found.get(&topic).copied().unwrap_or(0));
                    Ok(lists.into_iter().map(|list| list.into_iter().map(seq).collect()).collect())
                }
            }),
        }
    }
}
