//! Rows of `audit_log`.

use crate::identity::model::user;
use crate::platform::db::PgConn;
use crate::platform::schema::audit_log;
use crate::spaces::audit::Entry;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::Timestamp;
use shared::ids::{AuditId, ChatId, SpaceId, UserId};
use shared::spaces::{AuditAction, AuditEntry};
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_log)]
struct Row {
    id: AuditId,
    actor_id: Option<UserId>,
    action: String,
    user_id: Option<UserId>,
    target_id: Option<Uuid>,
    target_name: Option<String>,
    reason: Option<String>,
    changes: Value,
    created_at: Timestamp,
    chat_id: Option<ChatId>,
}

/// Which lines a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditFilter {
    pub actor: Option<UserId>,
    pub action: Option<AuditAction>,
    /// The person acted on.
    pub user: Option<UserId>,
    /// From this time on.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// Writes a line.
///
/// # Errors
/// The database's.
pub async fn insert(conn: &mut PgConn, entry: &Entry<'_>) -> QueryResult<()> {
    let (target_id, target_name) = entry.target.unzip();
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::id.eq(AuditId::new()),
            audit_log::space_id.eq(entry.space),
            audit_log::actor_id.eq(entry.actor),
            audit_log::action.eq(entry.action.key()),
            audit_log::user_id.eq(entry.user),
            audit_log::target_id.eq(target_id),
            audit_log::target_name.eq(target_name.filter(|name| !name.is_empty())),
            audit_log::chat_id.eq(entry.chat),
            audit_log::reason.eq(entry.reason),
            audit_log::changes.eq(serde_json::to_value(&entry.changes).unwrap_or_default()),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// The lines of a space before an id, newest first, each with the chat it is about.
///
/// # Errors
/// The database's.
pub async fn page_before(
    conn: &mut PgConn,
    space: SpaceId,
    filter: AuditFilter,
    before: Option<AuditId>,
    limit: i64,
) -> QueryResult<Vec<(AuditEntry, Option<ChatId>)>> {
    // A release that knows more actions may have written, too; left out here, they end no page early.
    let known = AuditAction::ALL.iter().map(|action| action.key());
    let mut query = audit_log::table
        .filter(audit_log::space_id.eq(space).and(audit_log::action.eq_any(known)))
        .select(Row::as_select())
        .order(audit_log::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(audit_log::id.lt(before));
    }
    if let Some(actor) = filter.actor {
        query = query.filter(audit_log::actor_id.eq(actor));
    }
    if let Some(action) = filter.action {
        query = query.filter(audit_log::action.eq(action.key()));
    }
    if let Some(user) = filter.user {
        query = query.filter(audit_log::user_id.eq(user));
    }
    if let Some(since) = filter.since {
        query = query.filter(audit_log::created_at.ge(since));
    }
    if let Some(until) = filter.until {
        query = query.filter(audit_log::created_at.lt(until));
    }
    let rows: Vec<Row> = query.load(conn).await?;
    let ids: Vec<UserId> = rows.iter().flat_map(|r| [r.actor_id, r.user_id]).flatten().collect();
    let people = user::refs(conn, &ids).await?;
    let person = |id: Option<UserId>| id.and_then(|id| people.get(&id).cloned());
    let entries = rows.into_iter().filter_map(|row| {
        let entry = AuditEntry {
            id: row.id,
            actor: person(row.actor_id),
            action: AuditAction::from_key(&row.action)?,
            user: person(row.user_id),
            target_id: row.target_id,
            target_name: row.target_name,
            reason: row.reason,
            changes: serde_json::from_value(row.changes).unwrap_or_default(),
            created_at: row.created_at,
        };
        Some((entry, row.chat_id))
    });
    Ok(entries.collect())
}
