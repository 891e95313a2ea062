//! `notifications`: those of invitations to spaces.

use crate::platform::db::PgConn;
use crate::platform::schema::notifications as n;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::ids::{NotificationId, SpaceId, UserId};
use shared::notifications::NotificationKind;

/// Removes the entry of an invitation; returns it.
///
/// # Errors
/// The database's.
pub async fn delete(
    conn: &mut PgConn,
    user: UserId,
    code: &str,
) -> QueryResult<Vec<(UserId, NotificationId)>> {
    let is_it = n::detail.retrieve_as_text("code").eq(code);
    let entry = n::user_id.eq(user).and(n::kind.eq(NotificationKind::Invite.key())).and(is_it);
    diesel::delete(n::table.filter(entry)).returning((n::user_id, n::id)).get_results(conn).await
}

/// Whether the entry of an invitation waits unread.
///
/// # Errors
/// The database's.
pub async fn is_unread(conn: &mut PgConn, user: UserId, code: &str) -> QueryResult<bool> {
    let is_it = n::detail.retrieve_as_text("code").eq(code);
    let entry = n::user_id.eq(user).and(n::kind.eq(NotificationKind::Invite.key())).and(is_it);
    let unread = n::table.filter(entry).filter(n::read_at.is_null());
    diesel::select(diesel::dsl::exists(unread)).get_result(conn).await
}

/// Removes the entries of a person's invitations to a space, but these; returns them.
///
/// # Errors
/// The database's.
pub async fn delete_but(
    conn: &mut PgConn,
    user: UserId,
    space: SpaceId,
    keep: &[NotificationId],
) -> QueryResult<Vec<(UserId, NotificationId)>> {
    let of_space = n::user_id.eq(user).and(n::space_id.eq(space));
    let is_invitation = n::kind.eq(NotificationKind::Invite.key());
    // Without a code it told that he was brought in.
    let has_code = n::detail.retrieve_as_text("code").is_not_null();
    diesel::delete(n::table.filter(of_space).filter(is_invitation.and(has_code)))
        .filter(n::id.ne_all(keep))
        .returning((n::user_id, n::id))
        .get_results(conn)
        .await
}
