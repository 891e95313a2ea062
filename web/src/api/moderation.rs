//! Ways in and out of a space, and what its moderators do.

use super::ApiResult;
use super::client::{delete, get, patch, post, put};
use shared::event::SpacesOrdered;
use shared::ids::{MessageId, ReportId, RoleId, SpaceId, UserId};
use shared::page::Page;
use shared::spaces::{
    AddMember, AuditEntry, Ban, BanMember, CreateInvite, HandleReport, Invite, InvitePreview,
    KickMember, OpenReports, OrderRoles, OrderSpaces, Participant, Report, ReportState,
    RestrictMember, RestrictedMember, Restriction, Role, SendReport, Space, TransferSpace,
};

/// Puts the caller's spaces into another order.
pub async fn order_spaces(space_ids: Vec<SpaceId>) -> ApiResult<SpacesOrdered> {
    put("/spaces/order").json(&OrderSpaces { space_ids }).send().await
}

/// Puts the roles below the caller's own into another order.
pub async fn order_roles(space: SpaceId, role_ids: Vec<RoleId>) -> ApiResult<Page<Role>> {
    put(format!("/spaces/{space}/roles/order")).json(&OrderRoles { role_ids }).send().await
}

/// Deletes a role; its holders get the replacement, or fall back to the member role.
pub async fn delete_role(
    space: SpaceId,
    role: RoleId,
    replacement: Option<RoleId>,
) -> ApiResult<()> {
    let path = format!("/spaces/{space}/roles/{role}");
    delete(path).query_some("replacement", replacement).send().await
}

/// Makes another member the owner.
pub async fn transfer(space: SpaceId, user_id: UserId) -> ApiResult<Space> {
    post(format!("/spaces/{space}/transfer")).json(&TransferSpace { user_id }).send().await
}

/// Brings somebody in by his nickname.
pub async fn add_member(space: SpaceId, nickname: String) -> ApiResult<Participant> {
    post(format!("/spaces/{space}/members")).json(&AddMember { nickname }).send().await
}

/// A page of the invitations that can be used.
pub async fn list_invites(space: SpaceId, cursor: Option<String>) -> ApiResult<Page<Invite>> {
    get(format!("/spaces/{space}/invites")).query_some("cursor", cursor).send().await
}

/// Makes an invitation.
pub async fn create_invite(space: SpaceId, body: &CreateInvite) -> ApiResult<Invite> {
    post(format!("/spaces/{space}/invites")).json(body).send().await
}

/// Takes an invitation away.
pub async fn revoke_invite(code: &str) -> ApiResult<()> {
    delete(format!("/invites/{code}")).send().await
}

/// What an invitation leads to; also for people who are not signed in.
pub async fn preview_invite(code: &str) -> ApiResult<InvitePreview> {
    get(format!("/invites/{code}")).anonymous().send().await
}

/// Joins by an invitation.
pub async fn accept_invite(code: &str) -> ApiResult<Space> {
    post(format!("/invites/{code}/accept")).send().await
}

/// Removes a member.
pub async fn kick(space: SpaceId, user: UserId, reason: Option<String>) -> ApiResult<()> {
    post(format!("/spaces/{space}/kick/{user}")).json(&KickMember { reason }).send().await
}

/// Bans a person.
pub async fn ban(space: SpaceId, user: UserId, body: &BanMember) -> ApiResult<()> {
    post(format!("/spaces/{space}/ban/{user}")).json(body).send().await
}

/// Lifts a ban.
pub async fn unban(space: SpaceId, user: UserId) -> ApiResult<()> {
    post(format!("/spaces/{space}/unban/{user}")).send().await
}

/// A page of the bans in force.
pub async fn list_bans(space: SpaceId, cursor: Option<String>) -> ApiResult<Page<Ban>> {
    get(format!("/spaces/{space}/bans")).query_some("cursor", cursor).send().await
}

/// What is taken from a member at the moment.
pub async fn restriction(space: SpaceId, user: UserId) -> ApiResult<Restriction> {
    get(format!("/spaces/{space}/restrict/{user}")).send().await
}

/// Takes permissions from a member, or gives them back.
pub async fn restrict(
    space: SpaceId,
    user: UserId,
    body: &RestrictMember,
) -> ApiResult<Restriction> {
    post(format!("/spaces/{space}/restrict/{user}")).json(body).send().await
}

/// A page of what is taken from whom.
pub async fn list_restrictions(
    space: SpaceId,
    cursor: Option<String>,
) -> ApiResult<Page<RestrictedMember>> {
    get(format!("/spaces/{space}/restrictions")).query_some("cursor", cursor).send().await
}

/// Reports a message to the moderators of its space.
pub async fn report_message(message: MessageId, body: &SendReport) -> ApiResult<()> {
    post(format!("/messages/{message}/report")).json(body).send().await
}

/// Reports a member to the moderators.
pub async fn report_member(space: SpaceId, user: UserId, body: &SendReport) -> ApiResult<()> {
    post(format!("/spaces/{space}/report/{user}")).json(body).send().await
}

/// A page of the reports in a state.
pub async fn list_reports(
    space: SpaceId,
    state: ReportState,
    cursor: Option<String>,
) -> ApiResult<Page<Report>> {
    get(format!("/spaces/{space}/reports"))
        .query("state", state.key())
        .query_some("cursor", cursor)
        .send()
        .await
}

/// How many reports wait.
pub async fn count_reports(space: SpaceId) -> ApiResult<OpenReports> {
    get(format!("/spaces/{space}/reports/count")).send().await
}

/// Decides about a report; `outcome` is what was done.
pub async fn handle_report(
    space: SpaceId,
    report: ReportId,
    state: ReportState,
    outcome: Option<String>,
) -> ApiResult<Report> {
    let body = HandleReport { state, outcome };
    patch(format!("/spaces/{space}/reports/{report}")).json(&body).send().await
}

/// Which lines of the audit log to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub actor: Option<UserId>,
    pub target: Option<UserId>,
    /// The key of an action; empty: all.
    pub action: String,
    /// A day such as `2026-11-25`; empty: from the beginning.
    pub since: String,
}

/// A page of the audit log.
pub async fn list_audit(
    space: SpaceId,
    filter: &AuditFilter,
    cursor: Option<String>,
) -> ApiResult<Page<AuditEntry>> {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    get(format!("/spaces/{space}/audit"))
        .query_some("actor", filter.actor)
        .query_some("target", filter.target)
        .query_some("action", filled(&filter.action))
        .query_some("since", filled(&filter.since).map(|day| format!("{day}T00:00:00Z")))
        .query_some("cursor", cursor)
        .send()
        .await
}
