//! Channels become chats of the space; one that is there under the same name is used.

use super::stage::Work;
use crate::error::ApiResult;
use crate::platform::db::PgConn;
use crate::platform::schema::{chats, read_states};
use crate::realtime::stream::{Tx, now};
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::RunQueryDsl;
use shared::chat::{Chat, ChatKind, ReadState};
use shared::event::Event;
use shared::ids::{ChatId, SpaceId, UserId};
use shared::permission::PermissionSet;
use shared::topic::Topic;
use std::collections::HashSet;

/// Makes the chats that are missing; returns how many.
///
/// # Errors
/// The database's.
pub async fn settle(tx: &mut Tx, space: SpaceId, channels: Vec<String>) -> ApiResult<usize> {
    let known = names(tx, space).await?;
    let mut position = next_position(tx, space).await?;
    let mut created = 0;
    for name in channels.into_iter().filter(|name| !known.contains(&name.to_lowercase())) {
        let chat = empty(space, name, position);
        let made = diesel::insert_into(chats::table)
            .values((
                chats::id.eq(chat.id),
                chats::kind.eq(chat.kind.key()),
                chats::space_id.eq(space),
                chats::name.eq(&chat.name),
                chats::position.eq(chat.position),
                chats::created_at.eq(chat.created_at),
            ))
            .on_conflict_do_nothing()
            .execute(&mut **tx)
            .await?;
        if made > 0 {
            created += 1;
            position += 1;
            tx.emit_to(Topic::Space(space), chat.id, Event::ChatCreated(chat)).await?;
        }
    }
    Ok(created)
}

/// The person has read what these chats hold, and thereby what is written to them now.
///
/// # Errors
/// The database's.
pub async fn read_from_the_start(
    conn: &mut PgConn,
    person: UserId,
    work: &[Work],
) -> QueryResult<()> {
    let ids: Vec<ChatId> = work.iter().map(|work| ChatId(work.chat)).collect();
    let rows = chats::table.filter(chats::id.eq_any(ids)).select((
        person.into_sql::<SqlUuid>(),
        chats::id,
        chats::last_seq,
    ));
    diesel::insert_into(read_states::table)
        .values(rows)
        .into_columns((read_states::user_id, read_states::chat_id, read_states::read_seq))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

async fn names(conn: &mut PgConn, space: SpaceId) -> QueryResult<HashSet<String>> {
    let names: Vec<String> =
        chats::table.filter(chats::space_id.eq(space)).select(chats::name).load(conn).await?;
    Ok(names.into_iter().map(|name| name.to_lowercase()).collect())
}

async fn next_position(conn: &mut PgConn, space: SpaceId) -> QueryResult<i32> {
    let last: Option<i32> = chats::table
        .filter(chats::space_id.eq(space))
        .select(diesel::dsl::max(chats::position))
        .first(conn)
        .await?;
    Ok(last.map_or(0, |last| last + 1))
}

fn empty(space: SpaceId, name: String, position: i32) -> Chat {
    Chat {
        id: ChatId::new(),
        kind: ChatKind::Space,
        space_id: Some(space),
        name,
        topic: None,
        category_id: None,
        slow_seconds: 0,
        slow_until: None,
        position,
        is_default: false,
        members: Vec::new(),
        owner_id: None,
        overrides: Vec::new(),
        permissions: PermissionSet::NONE,
        last_seq: 0,
        last_message_at: None,
        created_at: now(),
        read: ReadState::default(),
    }
}
