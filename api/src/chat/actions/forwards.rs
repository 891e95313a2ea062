//! Passing messages on: copies, which their sources do not change.

use crate::app::App;
use crate::chat::access::{access_chat, access_message};
use crate::chat::model::forward::Copied;
use crate::chat::model::message::{EXCERPT, MessageRow};
use crate::chat::model::message_changes::is_used;
use crate::chat::model::sticker;
use crate::error::{ApiError, ApiResult};
use crate::files::actions::copy_attachments;
use crate::files::model::attachments;
use crate::http::current_user::CurrentUser;
use crate::http::scopes::Need;
use crate::platform::db::PgConn;
use shared::chat::{ForwardSource, MessagePlace, SendMessage};
use shared::error::{ErrorCode, FieldCode};
use shared::ids::{ChatId, MessageId};
use shared::integrations::Scope;
use shared::markdown;

/// A send that passes on `source`, with copies of its files, and its sticker. The copies are the
/// caller's uploads for the chat: what is not sent goes. `None`: the nonce was used before.
///
/// # Errors
/// What a send and an upload would meet; `unknown` for `forward_of` when he may not read the source.
pub async fn with_copies(
    app: &App,
    user: &CurrentUser,
    chat: ChatId,
    body: &SendMessage,
    source: MessageId,
) -> ApiResult<Option<SendMessage>> {
    // The answer shows what is passed on.
    user.require(Need::Scope(Scope::Read))?;
    let (to, files, sticker) = {
        let conn = &mut *app.conn().await?;
        let to = access_chat(conn, user, chat).await?;
        to.require_to_send()?;
        if is_used(conn, chat, user.id, &body.nonce).await? {
            return Ok(None);
        }
        let source = readable(conn, user, source).await?.id();
        let files = attachments::of_messages(conn, &[source]).await?.remove(&source);
        let sticker = sticker::of_messages(conn, &[source]).await?.remove(&source);
        (to.destination(), files.unwrap_or_default(), sticker)
    };
    // No connection is held while the store works.
    let attachment_ids = copy_attachments(app, user.id, files, to).await?;
    let sticker_id = sticker.map(|sticker| sticker.id);
    Ok(Some(SendMessage { attachment_ids, sticker_id, ..body.clone() }))
}

/// What the message passes on when it is sent now.
///
/// # Errors
/// `unknown` for `forward_of` when the caller may not read it.
pub async fn copied(conn: &mut PgConn, user: &CurrentUser, id: MessageId) -> ApiResult<Copied> {
    let row = readable(conn, user, id).await?;
    Ok(match Copied::of(conn, id).await? {
        Some(copied) => Copied { source_id: id, ..copied },
        None => Copied {
            source_id: id,
            author_id: row.author_id(),
            written_at: row.created_at,
            content: row.content,
        },
    })
}

async fn readable(conn: &mut PgConn, user: &CurrentUser, id: MessageId) -> ApiResult<MessageRow> {
    match access_message(conn, user, id).await {
        Ok((_, row)) => Ok(row),
        Err(error) if error.code == ErrorCode::NotFound => {
            Err(ApiError::field("forward_of", FieldCode::Unknown))
        }
        Err(error) => Err(error),
    }
}

/// Where what a message passes on was taken from, when the caller may read it there.
///
/// # Errors
/// `not_found` when he does not see the message, or it passes on nothing.
pub async fn source_of(
    conn: &mut PgConn,
    user: &CurrentUser,
    message: MessageId,
) -> ApiResult<ForwardSource> {
    access_message(conn, user, message).await?;
    let copied = Copied::of(conn, message).await?.ok_or_else(ApiError::not_found)?;
    let (chat, row) = match access_message(conn, user, copied.source_id).await {
        Ok(found) => found,
        Err(error) if error.code == ErrorCode::NotFound => return Ok(ForwardSource::default()),
        Err(error) => return Err(error),
    };
    let place = MessagePlace {
        message_id: row.id(),
        chat_id: chat.chat_id(),
        space_id: chat.space_id(),
        seq: row.seq,
        thread_root: row.thread_root(),
    };
    Ok(ForwardSource { source: Some(place) })
}

/// The beginning of a message's own text, or without one of the text that it passes on.
///
/// # Errors
/// The database's.
pub async fn excerpt(conn: &mut PgConn, row: &MessageRow) -> ApiResult<String> {
    if !row.content.is_empty() {
        return Ok(markdown::plain(&row.content, EXCERPT));
    }
    let copied = Copied::of(conn, row.id()).await?;
    Ok(copied.map_or_else(String::new, |copied| markdown::plain(&copied.content, EXCERPT)))
}

/// All that a message shows in words: its own text and the one that it passes on.
///
/// # Errors
/// The database's.
pub async fn whole_text(conn: &mut PgConn, row: &MessageRow) -> ApiResult<String> {
    let copied = Copied::of(conn, row.id()).await?.map(|copied| copied.content);
    let texts = [Some(row.content.clone()), copied];
    let texts = texts.into_iter().flatten().filter(|text| !text.is_empty());
    Ok(texts.collect::<Vec<_>>().join("\n\n"))
}
