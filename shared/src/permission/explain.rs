//! Why a person may or may not do something in a chat.

use super::{ChatOverride, OverrideTarget, Permission, Standing, in_chat, targets};
use crate::ids::{RoleId, UserId};
use serde::{Deserialize, Serialize};

/// What speaks for or against a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Cause {
    /// The owner may everything.
    Owner,
    /// A participant of a direct or group chat.
    Participant,
    /// What the role has in the whole space.
    Role(RoleId),
    /// The chat's override for everybody.
    EverybodyOverride,
    /// The chat's override for the role.
    RoleOverride(RoleId),
    /// The chat's override for the person.
    MemberOverride(UserId),
    /// Taken away for a while.
    Restriction,
    /// Who does not see the chat does nothing in it.
    Unseen,
}

/// One step of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    pub cause: Cause,
    /// Whether it allows or denies.
    pub allows: bool,
}

/// The steps that decide about a permission of [`super::CHAT_SCOPE`]; the last one is the answer, the
/// same as [`in_chat`] gives.
#[must_use]
pub fn explain(
    standing: &Standing,
    overrides: &[ChatOverride],
    permission: Permission,
) -> Vec<Step> {
    let step = |cause, allows| Step { cause, allows };
    if standing.is_owner {
        return vec![step(Cause::Owner, true)];
    }
    let role = Cause::Role(standing.role_id);
    let mut steps = vec![step(role, standing.role.contains(permission))];
    for target in targets(standing) {
        let cause = match target {
            OverrideTarget::Everybody => Cause::EverybodyOverride,
            OverrideTarget::Role(id) => Cause::RoleOverride(id),
            OverrideTarget::Member(id) => Cause::MemberOverride(id),
        };
        for o in overrides.iter().filter(|o| o.target == target) {
            if o.allow.contains(permission) {
                steps.push(step(cause, true));
            } else if o.deny.contains(permission) {
                steps.push(step(cause, false));
            }
        }
    }
    if standing.denied.contains(permission) {
        steps.push(step(Cause::Restriction, false));
    }
    let is_allowed = steps.last().is_some_and(|step| step.allows);
    if is_allowed && !in_chat(standing, overrides).contains(permission) {
        steps.push(step(Cause::Unseen, false));
    }
    steps
}
