//! What a person has beside words: an inbox and uploads. It goes with the account.

use crate::platform::db::PgConn;
use crate::platform::schema::{files, notification_levels, notification_settings, notifications};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::ids::{FileId, UserId};

/// Empties the inbox of a person and forgets how loud what was.
///
/// # Errors
/// The database's.
pub async fn clear_inbox(conn: &mut PgConn, user: UserId) -> QueryResult<()> {
    diesel::delete(notifications::table.filter(notifications::user_id.eq(user)))
        .execute(conn)
        .await?;
    diesel::delete(notification_levels::table.filter(notification_levels::user_id.eq(user)))
        .execute(conn)
        .await?;
    diesel::delete(notification_settings::table.filter(notification_settings::user_id.eq(user)))
        .execute(conn)
        .await
        .map(drop)
}

/// Gives up the uploads that no message has. Files of messages stay with their messages.
///
/// # Errors
/// The database's.
pub async fn give_up_uploads(conn: &mut PgConn, user: UserId) -> QueryResult<()> {
    let loose = files::owner_id.eq(user).and(files::message_id.is_null());
    diesel::update(files::table.filter(loose.and(files::purpose.eq("attachment"))))
        .filter(files::doomed_at.is_null())
        .set(files::doomed_at.eq(now))
        .execute(conn)
        .await
        .map(drop)
}

/// A file to copy: its id and its name.
pub type Copy = (FileId, String);

/// The person's files after an id, as they are stored now.
///
/// # Errors
/// The database's.
pub async fn files_after(
    conn: &mut PgConn,
    user: UserId,
    after: FileId,
    limit: i64,
) -> QueryResult<Vec<Copy>> {
    files::table
        .filter(files::owner_id.eq(user).and(files::id.gt(after)))
        .filter(files::stored_at.is_not_null().and(files::doomed_at.is_null()))
        .order(files::id)
        .limit(limit)
        .select((files::id, files::name))
        .load(conn)
        .await
}
