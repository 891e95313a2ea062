//! The stickers of messages: what may be sent, what was sent.

use crate::platform::db::PgConn;
use crate::platform::schema::{messages, sticker_packs, stickers};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use shared::expression::{PackVisibility, Sticker};
use shared::ids::{MessageId, PackId, StickerId, UserId};
use std::collections::HashMap;

type Columns = (StickerId, PackId, String, Option<String>, String, i32, i32);

fn sticker((id, pack_id, name, shortcode, url, width, height): Columns) -> Sticker {
    Sticker { id, pack_id, name, shortcode, url, width, height }
}

/// A sticker that the person may send: of a pack that is not deleted and not somebody's private one.
///
/// # Errors
/// The database's.
pub async fn sendable(
    conn: &mut PgConn,
    id: StickerId,
    sender: UserId,
) -> QueryResult<Option<Sticker>> {
    let is_open = sticker_packs::visibility.ne(PackVisibility::Private.key());
    let is_own = sticker_packs::owner_id.assume_not_null().eq(sender);
    let found: Option<Columns> = stickers::table
        .inner_join(sticker_packs::table.on(sticker_packs::id.eq(stickers::pack_id)))
        .filter(stickers::id.eq(id).and(stickers::deleted_at.is_null()))
        .filter(sticker_packs::deleted_at.is_null().and(is_open.or(is_own)))
        .select((
            stickers::id,
            stickers::pack_id,
            stickers::name,
            stickers::shortcode,
            stickers::url,
            stickers::width,
            stickers::height,
        ))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(sticker))
}

/// The stickers of messages, also deleted ones.
///
/// # Errors
/// The database's.
pub async fn of_messages(
    conn: &mut PgConn,
    ids: &[MessageId],
) -> QueryResult<HashMap<MessageId, Sticker>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(MessageId, Columns)> = messages::table
        .inner_join(stickers::table.on(messages::sticker_id.eq(stickers::id.nullable())))
        .filter(messages::id.eq_any(ids))
        .select((
            messages::id,
            (
                stickers::id,
                stickers::pack_id,
                stickers::name,
                stickers::shortcode,
                stickers::url,
                stickers::width,
                stickers::height,
            ),
        ))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, columns)| (id, sticker(columns))).collect())
}

/// The stickers of the messages `$3`, also deleted ones, as a part of [`super::details`].
pub const OF_MESSAGES: &str = "SELECT 'stickers' AS part, m.id AS message_id, to_jsonb(s) AS data \
     FROM messages m JOIN stickers s ON s.id = m.sticker_id WHERE m.id = ANY($3)";
