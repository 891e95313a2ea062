//! What stayed unread long enough to be mailed.

use crate::platform::db::PgConn;
use crate::platform::schema::notification_settings as s;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::ids::{NotificationId, UserId};
use shared::text::Lang;
use uuid::Uuid;

/// People in one go.
const PEOPLE: &str = "200";

/// Whether the kind of entry `n` is mailed: what is set for its chat, else for its space, else
/// everywhere (`off`).
fn is_mailed(off: &str) -> String {
    let of = |id: &str| {
        format!(
            "(SELECT CASE WHEN n.kind = ANY(l.mail_kinds_on) THEN true \
             WHEN n.kind = ANY(l.mail_kinds_off) THEN false END FROM notification_levels l \
             WHERE l.user_id = n.user_id AND l.{id} = n.{id})"
        )
    };
    format!(
        "coalesce({}, {}, n.kind <> ALL(coalesce({off}, '{{}}')))",
        of("chat_id"),
        of("space_id")
    )
}

/// Whether person `u` with the choices `c` and the settings `s` is to be left in peace now.
const IN_PEACE: &str = "(u.status = 'dnd' AND coalesce(c.status_until > now(), true)) \
     OR coalesce(s.quiet_until > now(), false) \
     OR coalesce(CASE WHEN s.quiet_from <= s.quiet_to \
         THEN (now() AT TIME ZONE s.zone)::time >= s.quiet_from \
             AND (now() AT TIME ZONE s.zone)::time < s.quiet_to \
         ELSE (now() AT TIME ZONE s.zone)::time >= s.quiet_from \
             OR (now() AT TIME ZONE s.zone)::time < s.quiet_to END, false)";

/// Takes the unread entries of people whose oldest one waited long enough, so that no other letter
/// brings them: people with a confirmed address who want letters and are not to be left in peace now.
///
/// # Errors
/// The database's.
pub async fn take_due(conn: &mut PgConn) -> QueryResult<Vec<(UserId, Vec<NotificationId>)>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        user_id: Uuid,
        #[diesel(sql_type = Array<SqlUuid>)]
        ids: Vec<Uuid>,
    }
    let (due, taken) = (is_mailed("s.mail_kinds_off"), is_mailed("k.off"));
    let rows: Vec<Row> = diesel::sql_query(format!(
        "WITH due AS (\
            SELECT n.user_id FROM notifications n \
            JOIN users u ON u.id = n.user_id AND u.email IS NOT NULL \
            LEFT JOIN user_choices c ON c.user_id = n.user_id \
            JOIN user_mail m ON m.user_id = n.user_id AND m.verified_at IS NOT NULL \
            LEFT JOIN notification_settings s ON s.user_id = n.user_id \
            WHERE n.read_at IS NULL AND n.mailed_at IS NULL AND n.created_at > now() - interval '3 days' \
                AND {due} AND coalesce(s.mail, true) AND NOT ({IN_PEACE}) \
            GROUP BY n.user_id, s.mail_minutes \
            HAVING min(n.created_at) <= now() - make_interval(mins => coalesce(s.mail_minutes, 30)) \
            LIMIT {PEOPLE}), \
         taken AS (\
            UPDATE notifications n SET mailed_at = now() FROM due, \
                (SELECT d.user_id, coalesce(s.mail_kinds_off, '{{}}') AS off FROM due d \
                 LEFT JOIN notification_settings s ON s.user_id = d.user_id) k \
            WHERE n.user_id = due.user_id AND k.user_id = due.user_id AND n.read_at IS NULL \
                AND n.mailed_at IS NULL AND {taken} RETURNING n.user_id, n.id, n.created_at) \
         SELECT user_id, array_agg(id ORDER BY created_at DESC) AS ids FROM taken GROUP BY user_id"
    ))
    .load(conn)
    .await?;
    let ids = |ids: Vec<Uuid>| ids.into_iter().map(NotificationId).collect();
    Ok(rows.into_iter().map(|row| (UserId(row.user_id), ids(row.ids))).collect())
}

/// Whom a letter goes to.
#[derive(Clone, Debug)]
pub struct Reader {
    pub email: String,
    pub name: String,
    pub lang: Lang,
    /// Of the link that ends these letters.
    pub unsubscribe: Uuid,
    /// No letter now: he does not want to be disturbed.
    pub in_peace: bool,
}

/// The reader of a letter; `None` when he does not want it any more, or has no confirmed address.
///
/// # Errors
/// The database's.
pub async fn reader(conn: &mut PgConn, user: UserId) -> QueryResult<Option<Reader>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        email: String,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Nullable<Text>)]
        locale: Option<String>,
        #[diesel(sql_type = Bool)]
        in_peace: bool,
    }
    // Everybody who gets a letter has a row with his link.
    diesel::insert_into(s::table)
        .values(s::user_id.eq(user))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    let unsubscribe: Option<Uuid> =
        s::table.find(user).filter(s::mail).select(s::unsubscribe).first(conn).await.optional()?;
    let Some(unsubscribe) = unsubscribe else { return Ok(None) };
    let row: Option<Row> = diesel::sql_query(format!(
        "SELECT u.email, coalesce(u.display_name, u.nickname) AS name, coalesce(c.lang, m.locale) AS locale, \
             ({IN_PEACE}) AS in_peace FROM users u \
         LEFT JOIN user_choices c ON c.user_id = u.id \
         LEFT JOIN notification_settings s ON s.user_id = u.id \
         JOIN user_mail m ON m.user_id = u.id AND m.verified_at IS NOT NULL \
         WHERE u.id = $1 AND u.email IS NOT NULL",
    ))
    .bind::<SqlUuid, _>(user.0)
    .get_result(conn)
    .await
    .optional()?;
    Ok(row.map(|row| Reader {
        lang: row.locale.as_deref().map_or(Lang::En, Lang::negotiate),
        email: row.email,
        name: row.name,
        unsubscribe,
        in_peace: row.in_peace,
    }))
}

/// Ends the letters of whoever holds the link; returns him.
///
/// # Errors
/// The database's.
pub async fn unsubscribe(conn: &mut PgConn, link: Uuid) -> QueryResult<Option<UserId>> {
    diesel::update(s::table.filter(s::unsubscribe.eq(link)))
        .set(s::mail.eq(false))
        .returning(s::user_id)
        .get_result(conn)
        .await
        .optional()
}
