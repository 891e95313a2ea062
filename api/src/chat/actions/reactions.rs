//! React.

use crate::chat::access::ChatAccess;
use crate::chat::model::message::MessageRow;
use crate::chat::model::{custom_emoji, message_changes, reaction};
use crate::error::{ApiError, ApiResult};
use crate::realtime::stream::Tx;
use shared::chat::MAX_REACTION_KINDS;
use shared::error::FieldCode;
use shared::event::{Event, ReactionChanged};
use shared::expression::custom_name;
use shared::permission::Permission;

/// Adds or removes the caller's reaction.
pub async fn do_toggle_reaction(
    tx: &mut Tx,
    chat: &ChatAccess,
    row: &MessageRow,
    emoji: &str,
) -> ApiResult<()> {
    chat.require(Permission::AddReactions)?;
    chat.require_reachable()?;
    // One at a time on a message, so that every event carries the count that is true after it.
    if !message_changes::lock(tx, row.id()).await? {
        return Err(ApiError::not_found());
    }
    let added = reaction::toggle(tx, row.id(), chat.user_id(), emoji).await?;
    // One's own can always be taken back, also when its emoji is gone.
    if added && let Some(name) = custom_name(emoji) {
        let is_known = match chat.space_id() {
            Some(space) => custom_emoji::is_known(tx, space, name).await?,
            None => false,
        };
        if !is_known {
            return Err(ApiError::field("emoji", FieldCode::Unknown));
        }
    }
    let counts = reaction::counts(tx, row.id()).await?;
    if added && counts.len() > MAX_REACTION_KINDS {
        return Err(ApiError::field("emoji", FieldCode::TooMany));
    }
    let change = ReactionChanged {
        message_id: row.id(),
        chat_id: chat.chat_id(),
        message_seq: row.seq,
        emoji: emoji.to_owned(),
        user: chat.me().clone(),
        count: counts.get(emoji).copied().unwrap_or(0),
    };
    let event = if added { Event::ReactionAdded(change) } else { Event::ReactionRemoved(change) };
    tx.emit(chat.topic(), event).await?;
    Ok(())
}
