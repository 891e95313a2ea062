//! The audit log: what was done in a space, by whom, to whom. Other slices call [`record`] from
//! their actions, in the transaction of the act.

use super::model::audit;
use crate::platform::db::PgConn;
use diesel::QueryResult;
use shared::ids::{ChatId, SpaceId, UserId};
use shared::spaces::{AuditAction, AuditChange};
use uuid::Uuid;

/// What is noted about one act. Start with [`Entry::new`].
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub space: SpaceId,
    pub actor: UserId,
    pub action: AuditAction,
    /// The person acted on.
    pub user: Option<UserId>,
    /// The thing acted on and its name now.
    pub target: Option<(Uuid, &'a str)>,
    /// The chat it is about: who does not see the chat does not see target and changes.
    pub chat: Option<ChatId>,
    pub reason: Option<&'a str>,
    pub changes: Vec<AuditChange>,
}

impl<'a> Entry<'a> {
    #[must_use]
    pub fn new(space: SpaceId, actor: UserId, action: AuditAction) -> Self {
        Self {
            space,
            actor,
            action,
            user: None,
            target: None,
            chat: None,
            reason: None,
            changes: Vec::new(),
        }
    }

    /// The person acted on.
    #[must_use]
    pub fn user(self, user: UserId) -> Self {
        Self { user: Some(user), ..self }
    }

    /// The thing acted on; its name may be empty.
    #[must_use]
    pub fn target(self, id: Uuid, name: &'a str) -> Self {
        Self { target: Some((id, name)), ..self }
    }

    /// The chat it is about.
    #[must_use]
    pub fn chat(self, chat: ChatId) -> Self {
        Self { chat: Some(chat), ..self }
    }

    /// Why; nothing when it is blank.
    #[must_use]
    pub fn reason(self, reason: Option<&'a str>) -> Self {
        Self { reason: reason.map(str::trim).filter(|text| !text.is_empty()), ..self }
    }

    /// A field before and after; nothing when both are the same.
    #[must_use]
    pub fn change(
        mut self,
        field: &str,
        before: Option<impl ToString>,
        after: Option<impl ToString>,
    ) -> Self {
        let (before, after) = (before.map(|v| v.to_string()), after.map(|v| v.to_string()));
        if before != after {
            self.changes.push(AuditChange { field: field.to_owned(), before, after });
        }
        self
    }
}

/// Notes an act. Call it in the act's own transaction: there is never one without the other.
///
/// # Errors
/// The database's.
pub async fn record(tx: &mut PgConn, entry: Entry<'_>) -> QueryResult<()> {
    audit::insert(tx, &entry).await
}
