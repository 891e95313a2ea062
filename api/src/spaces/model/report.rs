//! Rows of `reports`.

use crate::identity::model::user;
use crate::platform::db::PgConn;
use crate::platform::schema::{messages, reports, restrictions, roles, space_members, spaces};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::Timestamp;
use shared::ids::{ChatId, MessageId, ReportId, SpaceId, UserId};
use shared::permission::{Permission, PermissionSet};
use shared::spaces::{Report, ReportReason, ReportState, ReportedMessage};
use std::collections::HashMap;

/// A report to write.
#[derive(Insertable)]
#[diesel(table_name = reports)]
pub struct NewReport<'a> {
    pub id: ReportId,
    pub space_id: SpaceId,
    pub reporter_id: UserId,
    pub user_id: UserId,
    pub message_id: Option<MessageId>,
    pub chat_id: Option<ChatId>,
    pub content: Option<&'a str>,
    pub reason: &'a str,
    pub note: Option<&'a str>,
}

impl NewReport<'_> {
    /// Inserts; `false` when the same person has said the same already.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, conn: &mut PgConn) -> QueryResult<bool> {
        let rows = diesel::insert_into(reports::table)
            .values(self)
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        Ok(rows > 0)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports)]
struct Row {
    id: ReportId,
    space_id: SpaceId,
    reporter_id: Option<UserId>,
    user_id: UserId,
    message_id: Option<MessageId>,
    chat_id: Option<ChatId>,
    content: Option<String>,
    reason: String,
    note: Option<String>,
    state: String,
    handled_by: Option<UserId>,
    handled_at: Option<Timestamp>,
    outcome: Option<String>,
    created_at: Timestamp,
}

/// The reports of a space before an id, latest first; those about `but` left out.
///
/// # Errors
/// The database's.
pub async fn page_before(
    conn: &mut PgConn,
    space: SpaceId,
    but: Option<UserId>,
    state: Option<ReportState>,
    before: Option<ReportId>,
    limit: i64,
) -> QueryResult<Vec<Report>> {
    // What only a later release knows, left out here, ends no page early.
    let reasons = ReportReason::ALL.iter().map(|reason| reason.key());
    let states = ReportState::ALL.iter().map(|state| state.key());
    let mut query = reports::table
        .filter(reports::space_id.eq(space))
        .filter(reports::reason.eq_any(reasons).and(reports::state.eq_any(states)))
        .select(Row::as_select())
        .order(reports::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(but) = but {
        query = query.filter(reports::user_id.ne(but));
    }
    if let Some(state) = state {
        query = query.filter(reports::state.eq(state.key()));
    }
    if let Some(before) = before {
        query = query.filter(reports::id.lt(before));
    }
    let rows: Vec<Row> = query.load(conn).await?;
    wire(conn, rows).await
}

/// One report of a space.
///
/// # Errors
/// `NotFound`, or the database's.
pub async fn find(conn: &mut PgConn, space: SpaceId, id: ReportId) -> QueryResult<Report> {
    let row: Row = reports::table
        .filter(reports::space_id.eq(space).and(reports::id.eq(id)))
        .select(Row::as_select())
        .first(conn)
        .await?;
    wire(conn, vec![row]).await?.pop().ok_or(diesel::result::Error::NotFound)
}

/// Writes what was decided.
///
/// # Errors
/// The database's.
pub async fn handle(
    conn: &mut PgConn,
    id: ReportId,
    by: UserId,
    state: ReportState,
    outcome: Option<&str>,
) -> QueryResult<()> {
    let is_open = state == ReportState::Open;
    let row = diesel::update(reports::table.find(id));
    if is_open {
        let nobody =
            (reports::handled_by.eq(None::<UserId>), reports::handled_at.eq(None::<Timestamp>));
        row.set((reports::state.eq(state.key()), reports::outcome.eq(outcome), nobody))
            .execute(conn)
            .await
            .map(drop)
    } else {
        let handled = (reports::handled_by.eq(by), reports::handled_at.eq(now));
        row.set((reports::state.eq(state.key()), reports::outcome.eq(outcome), handled))
            .execute(conn)
            .await
            .map(drop)
    }
}

/// How many reports of a space wait, by the person they are about.
///
/// # Errors
/// The database's.
pub async fn count_open(conn: &mut PgConn, space: SpaceId) -> QueryResult<HashMap<UserId, i64>> {
    let open: Vec<(UserId, i64)> = reports::table
        .filter(reports::space_id.eq(space).and(reports::state.eq(ReportState::Open.key())))
        .group_by(reports::user_id)
        .select((reports::user_id, diesel::dsl::count_star()))
        .load(conn)
        .await?;
    Ok(open.into_iter().collect())
}

/// At most so many people hear of reports at once.
const MAX_HANDLERS: i64 = 100;

/// Who handles the reports of a space, by id, and whether he is the owner.
///
/// # Errors
/// The database's.
pub async fn handlers(conn: &mut PgConn, space: SpaceId) -> QueryResult<Vec<(UserId, bool)>> {
    let needed = PermissionSet::of(&[Permission::DeleteAnyMessages]);
    let rows: Vec<(UserId, UserId, PermissionSet, Option<PermissionSet>)> = space_members::table
        .inner_join(spaces::table)
        .inner_join(roles::table.on(roles::id.eq(space_members::role_id)))
        .left_join(
            restrictions::table.on(restrictions::space_id
                .eq(space_members::space_id)
                .and(restrictions::user_id.eq(space_members::user_id))
                .and(restrictions::until.is_null().or(restrictions::until.gt(now)))),
        )
        .filter(space_members::space_id.eq(space))
        .filter(roles::id.eq_any(able(conn, space, needed).await?))
        .order(space_members::user_id)
        .limit(MAX_HANDLERS)
        .select((
            space_members::user_id,
            spaces::owner_id,
            roles::permissions,
            restrictions::denied.nullable(),
        ))
        .load(conn)
        .await?;
    let may =
        |(user, owner, role, denied): &(UserId, UserId, PermissionSet, Option<PermissionSet>)| {
            user == owner || role.without(denied.unwrap_or_default()).covers(needed)
        };
    Ok(rows.iter().filter(|row| may(row)).map(|row| (row.0, row.0 == row.1)).collect())
}

/// The roles of a space that hold these permissions.
async fn able(
    conn: &mut PgConn,
    space: SpaceId,
    needed: PermissionSet,
) -> QueryResult<Vec<shared::ids::RoleId>> {
    let all: Vec<(shared::ids::RoleId, PermissionSet)> = roles::table
        .filter(roles::space_id.eq(space))
        .select((roles::id, roles::permissions))
        .load(conn)
        .await?;
    Ok(all.into_iter().filter(|(_, set)| set.covers(needed)).map(|(id, _)| id).collect())
}

/// Place in the chat, thread, and when it was deleted.
type Said = (i64, Option<MessageId>, Option<Timestamp>);

async fn wire(conn: &mut PgConn, rows: Vec<Row>) -> QueryResult<Vec<Report>> {
    let ids: Vec<UserId> = rows
        .iter()
        .flat_map(|r| [Some(r.user_id), r.reporter_id, r.handled_by])
        .flatten()
        .collect();
    let people = user::refs(conn, &ids).await?;
    let said: Vec<MessageId> = rows.iter().filter_map(|row| row.message_id).collect();
    let said = messages::table
        .filter(messages::id.eq_any(said))
        .select((messages::id, (messages::seq, messages::thread_root, messages::deleted_at)))
        .load::<(MessageId, Said)>(conn)
        .await?;
    let said: HashMap<MessageId, Said> = said.into_iter().collect();
    let person = |id: Option<UserId>| id.and_then(|id| people.get(&id).cloned());
    let reports = rows.into_iter().filter_map(|row| {
        let message = row.message_id.zip(row.chat_id).and_then(|(id, chat_id)| {
            let (seq, thread_root, gone) = *said.get(&id)?;
            Some(ReportedMessage { id, chat_id, seq, thread_root, is_deleted: gone.is_some() })
        });
        Some(Report {
            id: row.id,
            space_id: row.space_id,
            reporter: person(row.reporter_id),
            user: person(Some(row.user_id))?,
            message,
            content: row.content,
            reason: ReportReason::from_key(&row.reason)?,
            note: row.note,
            state: ReportState::from_key(&row.state)?,
            handled_by: person(row.handled_by),
            handled_at: row.handled_at,
            outcome: row.outcome,
            created_at: row.created_at,
        })
    });
    Ok(reports.collect())
}
