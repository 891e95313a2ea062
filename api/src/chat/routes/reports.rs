//! Reporting a message.

use crate::app::App;
use crate::chat::access::access_message;
use crate::chat::actions::forwards::whole_text;
use crate::chat::model::chat_changes::keep_of;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::json::{NoContent, Valid};
use crate::http::query::Path;
use crate::spaces::{REPORTS, Reported, do_report};
use actix_web::post;
use actix_web::web::Data;
use shared::error::ErrorCode;
use shared::ids::MessageId;
use shared::spaces::SendReport;

/// Report a message to the moderators of its space, with its text as it is now. Saying the same again
/// changes nothing. Outside of spaces nobody moderates (409).
#[utoipa::path(tag = "messages", request_body = SendReport, responses((status = 204)))]
#[post("/messages/{message_id}/report")]
pub async fn report_message(
    app: Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
    Valid(body): Valid<SendReport>,
) -> ApiResult<NoContent> {
    app.limits.take(REPORTS, user.id).await?;
    app.transact(async |tx| {
        let (chat, row) = access_message(tx, &user, message.0).await?;
        let space = chat.space_id().ok_or_else(|| ApiError::new(ErrorCode::NotModerated))?;
        // Before the message's row, as whoever deletes the chat.
        keep_of(tx, &[row.id()]).await?;
        let text = whole_text(tx, &row).await?;
        let message = Some((chat.chat_id(), row.id(), text.as_str()));
        let reported = Reported { space, user: row.author_id(), message };
        do_report(tx, user.id, reported, &body).await
    })
    .await?;
    Ok(NoContent)
}
