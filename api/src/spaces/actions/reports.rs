//! Reports to the moderators, and what becomes of them.

use super::notices;
use crate::error::{ApiError, ApiResult};
use crate::http::rate_limit::Limit;
use crate::notifications::{NewNotification, do_notify};
use crate::realtime::stream::{self, Tx};
use crate::spaces::access::SpaceAccess;
use crate::spaces::audit::{Entry, record};
use crate::spaces::model::report::{self, NewReport};
use shared::error::{ErrorCode, FieldCode};
use shared::event::Event;
use shared::ids::{ChatId, MessageId, ReportId, SpaceId, UserId};
use shared::notifications::{ModerationAction, NotificationKind};
use shared::permission::Permission;
use shared::spaces::{AuditAction, HandleReport, Report, ReportState, ReportsChanged, SendReport};
use shared::topic::Topic;
use std::collections::HashMap;

/// Reports of a person: enough for a bad evening, too few to bury the others.
pub const REPORTS: Limit = Limit { name: "reports", burst: 20, per_hour: 40 };

/// Who handles reports: one key, so that "who can grant it" has one answer.
pub const HANDLES_REPORTS: Permission = Permission::DeleteAnyMessages;

/// What is reported.
#[derive(Clone, Copy, Debug)]
pub struct Reported<'a> {
    pub space: SpaceId,
    /// The person it is about.
    pub user: UserId,
    pub message: Option<(ChatId, MessageId, &'a str)>,
}

/// Puts something before the moderators of a space. Saying the same again changes nothing.
///
/// # Errors
/// `yourself`, or the database's.
pub async fn do_report(
    tx: &mut Tx,
    reporter: UserId,
    reported: Reported<'_>,
    body: &SendReport,
) -> ApiResult<()> {
    if reported.user == reporter {
        return Err(ErrorCode::Yourself.into());
    }
    let new = NewReport {
        id: ReportId::new(),
        space_id: reported.space,
        reporter_id: reporter,
        user_id: reported.user,
        message_id: reported.message.map(|(_, id, _)| id),
        chat_id: reported.message.map(|(chat, _, _)| chat),
        content: reported.message.map(|(_, _, text)| text),
        reason: body.reason.key(),
        note: body.note.as_deref().map(str::trim).filter(|note| !note.is_empty()),
    };
    if new.insert(tx).await? {
        tell_handlers(tx, reported.space).await?;
    }
    Ok(())
}

/// Decides about a report, or opens it again.
pub async fn do_handle_report(
    tx: &mut Tx,
    access: &SpaceAccess,
    id: ReportId,
    body: &HandleReport,
) -> ApiResult<Report> {
    access.require(HANDLES_REPORTS)?;
    let space = access.id();
    let before = report::find(tx, space, id).await?;
    // Nobody judges himself.
    if before.user.id == access.user_id() && !access.standing().is_owner {
        return Err(ErrorCode::Yourself.into());
    }
    let outcome = body.outcome.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let reopened = body.state == ReportState::Open && before.state != ReportState::Open;
    report::handle(tx, id, access.user_id(), body.state, outcome)
        .await
        // Meanwhile the reporter has said the same again.
        .map_err(|error| match reopened {
            true => crate::error::conflict(error, "reports_once", ErrorCode::Stale),
            false => ApiError::from(error),
        })?;
    if before.state != body.state {
        tell_reporter(tx, access, &before, body.state).await?;
        tell_handlers(tx, space).await?;
        let entry = Entry::new(space, access.user_id(), AuditAction::ReportHandled)
            .user(before.user.id)
            .target(id.0, "")
            .reason(outcome)
            .change("state", Some(before.state.key()), Some(body.state.key()));
        record(tx, entry).await?;
    }
    Ok(report::find(tx, space, id).await?)
}

/// Tells who reported that it was looked at; not what was noted for the moderators.
async fn tell_reporter(
    tx: &mut Tx,
    access: &SpaceAccess,
    report: &Report,
    state: ReportState,
) -> ApiResult<()> {
    let (Some(reporter), Some(action)) = (&report.reporter, closed(state)) else { return Ok(()) };
    if reporter.id == access.user_id() {
        return Ok(());
    }
    // With those who are told next, in one order.
    let handlers = report::handlers(tx, access.id()).await?.into_iter();
    let people = handlers.map(|(user, _)| user).chain([reporter.id]);
    stream::lock(tx, &people.map(Topic::User).collect::<Vec<_>>()).await?;
    let (kind, told) = (NotificationKind::Moderation, notices::moderation(action, None, None));
    let new = NewNotification::about_space(reporter.id, kind, access.id(), access.user_id(), told);
    // Who of the moderators did it is nobody's business.
    do_notify(tx, vec![NewNotification { actor: None, ..new }]).await
}

const fn closed(state: ReportState) -> Option<ModerationAction> {
    match state {
        ReportState::Open => None,
        ReportState::Resolved => Some(ModerationAction::ReportResolved),
        ReportState::Dismissed => Some(ModerationAction::ReportDismissed),
    }
}

/// Reports about himself are kept from who handles reports; the owner has nobody above him.
#[must_use]
pub fn kept_from(access: &SpaceAccess) -> Option<UserId> {
    (!access.standing().is_owner).then(|| access.user_id())
}

/// How many reports wait for somebody, without those kept from him.
#[must_use]
pub fn waiting(open: &HashMap<UserId, i64>, but: Option<UserId>) -> i64 {
    open.iter().filter(|(about, _)| Some(**about) != but).map(|(_, count)| count).sum()
}

/// Tells everybody who handles reports how many wait for him.
async fn tell_handlers(tx: &mut Tx, space_id: SpaceId) -> ApiResult<()> {
    let open = report::count_open(tx, space_id).await?;
    let handlers = report::handlers(tx, space_id).await?;
    let event = |(user, is_owner): (UserId, bool)| {
        let open = waiting(&open, (!is_owner).then_some(user));
        (Topic::User(user), None, Event::ReportsChanged(ReportsChanged { space_id, open }))
    };
    tx.emit_each(handlers.into_iter().map(event).collect()).await?;
    Ok(())
}

/// `?state=`.
///
/// # Errors
/// `invalid` for a word that is no state.
pub fn state(text: Option<&str>) -> ApiResult<Option<ReportState>> {
    let unknown = || ApiError::field("state", FieldCode::Unknown);
    text.map(|text| ReportState::from_key(text).ok_or_else(unknown)).transpose()
}
