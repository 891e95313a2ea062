//! What people are told of what is done to them in a space.

use crate::error::ApiResult;
use crate::notifications::{NewNotification, do_notify};
use crate::realtime::stream::Tx;
use crate::spaces::model::role::RoleRow;
use shared::Timestamp;
use shared::ids::{SpaceId, UserId};
use shared::notifications::{ModerationAction, NotificationDetail, NotificationKind, RoleRef};

/// Puts what somebody did into one person's inbox. The space is locked, what the entry says of it is
/// written, and its events come after.
///
/// # Errors
/// The database's.
pub async fn tell(
    tx: &mut Tx,
    (space, by): (SpaceId, UserId),
    user: UserId,
    kind: NotificationKind,
    detail: NotificationDetail,
) -> ApiResult<()> {
    do_notify(tx, vec![NewNotification::about_space(user, kind, space, by, detail)]).await
}

/// What a moderator did, why, and until when.
#[must_use]
pub fn moderation(
    action: ModerationAction,
    reason: Option<&str>,
    until: Option<Timestamp>,
) -> NotificationDetail {
    let reason = reason.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    NotificationDetail { action: Some(action), reason, until, ..NotificationDetail::default() }
}

/// The role that is held now.
#[must_use]
pub fn role(role: &RoleRow) -> NotificationDetail {
    let role = RoleRef { id: role.id, name: role.name.clone(), color: role.color.clone() };
    NotificationDetail { role: Some(role), ..NotificationDetail::default() }
}

/// An invitation by its code; without one: who was brought in.
#[must_use]
pub fn invitation(code: Option<&str>) -> NotificationDetail {
    NotificationDetail { code: code.map(str::to_owned), ..NotificationDetail::default() }
}
