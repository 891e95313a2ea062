//! Mentions of many: everybody, who is online, the holders of a role.

use super::details;
use super::sql::from_json;
use crate::platform::db::PgConn;
use crate::platform::schema::{group_mentions as g, roles};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use diesel_async::RunQueryDsl;
use shared::chat::MentionGroups;
use shared::ids::{ChatId, MessageId, RoleId, SpaceId};
use shared::notifications::RoleRef;
use shared::spaces::RoleKind;

/// A role that may be mentioned.
#[derive(Clone, Debug)]
pub struct Mentionable {
    pub role: RoleRef,
    /// The role of whoever joins: naming it is naming everybody.
    pub is_everybody: bool,
    pub holders: i64,
}

/// The roles of a space with these names, by any case.
///
/// # Errors
/// The database's.
pub async fn named(
    conn: &mut PgConn,
    space: SpaceId,
    names: &[String],
) -> QueryResult<Vec<Mentionable>> {
    type Row = (RoleId, String, String, String, i64);
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let rows: Vec<Row> = roles::table
        .filter(roles::space_id.eq(space))
        .filter(
            diesel::dsl::sql::<diesel::sql_types::Bool>("lower(roles.name) = ANY(")
                .bind::<Array<Text>, _>(names)
                .sql(")"),
        )
        .order(roles::name)
        .select((roles::id, roles::name, roles::color, roles::kind, roles::member_count))
        .load(conn)
        .await?;
    let found = rows.into_iter().map(|(id, name, color, kind, holders)| Mentionable {
        role: RoleRef { id, name, color },
        is_everybody: kind == RoleKind::Member.key(),
        holders,
    });
    Ok(found.collect())
}

/// Makes the groups of a message exactly these.
///
/// # Errors
/// The database's.
pub async fn replace(
    conn: &mut PgConn,
    message: MessageId,
    chat: ChatId,
    seq: i64,
    groups: &MentionGroups,
) -> QueryResult<()> {
    diesel::delete(g::table.filter(g::message_id.eq(message))).execute(conn).await?;
    insert(conn, message, chat, seq, groups).await
}

/// Writes the groups of a new message.
///
/// # Errors
/// The database's.
pub async fn insert(
    conn: &mut PgConn,
    message: MessageId,
    chat: ChatId,
    seq: i64,
    groups: &MentionGroups,
) -> QueryResult<()> {
    let everybody = [(groups.all, "all"), (groups.here, "here")];
    let everybody = everybody.into_iter().filter(|(named, _)| *named).map(|(_, kind)| (kind, None));
    let rows: Vec<_> = everybody
        .chain(groups.roles.iter().map(|role| ("role", Some(role.id))))
        .map(|(kind, role)| {
            (
                g::message_id.eq(message),
                g::chat_id.eq(chat),
                g::seq.eq(seq),
                g::kind.eq(kind),
                g::role_id.eq(role),
            )
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(g::table).values(rows).execute(conn).await.map(drop)
}

/// The groups that messages mention, as a part of [`details`]; most mention none.
pub const OF_MESSAGES: &str = "SELECT 'groups' AS part, x.message_id, \
     jsonb_build_object('all', bool_or(x.kind = 'all'), 'here', bool_or(x.kind = 'here'), \
         'roles', coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, \
             'color', r.color) ORDER BY r.name) FILTER (WHERE r.id IS NOT NULL), '[]')) AS data \
     FROM group_mentions x LEFT JOIN roles r ON r.id = x.role_id \
     WHERE x.message_id = ANY($1) GROUP BY x.message_id";

/// The groups that a message mentions; `None` when it mentions none.
///
/// # Errors
/// The database's.
pub async fn of_message(conn: &mut PgConn, id: MessageId) -> QueryResult<Option<MentionGroups>> {
    let found = details::only(conn, OF_MESSAGES, &[id], None).await?.pop();
    found.map(|(_, data)| from_json(data)).transpose()
}
