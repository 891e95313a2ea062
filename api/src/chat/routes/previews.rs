//! What messages show of their links.

use crate::app::App;
use crate::chat::access::access_message;
use crate::chat::actions::previews::do_remove_previews;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::NoContent;
use crate::http::query::Path;
use actix_web::{delete, web};
use shared::ids::MessageId;

/// Show nothing of the links of a message any more, also after edits: of one's own, or of any with
/// `delete_any_messages`.
#[utoipa::path(tag = "messages", responses(
    (status = 204), (status = "default", body = shared::error::Problem)))]
#[delete("/messages/{message_id}/previews")]
pub async fn remove_previews(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
) -> ApiResult<NoContent> {
    let removed = app.transact(async |tx| {
        let (chat, row) = access_message(tx, &user, message.0).await?;
        do_remove_previews(tx, &chat, &row).await
    });
    removed.await.map(|()| NoContent)
}
