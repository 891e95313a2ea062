//! Where forwarded messages are from. They are sent as any message, see [`super::messages`].

use crate::app::App;
use crate::chat::actions::forwards::source_of;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::Json;
use crate::http::query::Path;
use actix_web::{get, web};
use shared::chat::ForwardSource;
use shared::ids::MessageId;

/// Find where a forwarded message was taken from, when one may read it there.
#[utoipa::path(tag = "messages", responses(
    (status = 200, body = ForwardSource), (status = "default", body = shared::error::Problem)))]
#[get("/messages/{message_id}/source")]
pub async fn find_forward_source(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
) -> ApiResult<Json<ForwardSource>> {
    let conn = &mut *app.conn().await?;
    source_of(conn, &user, message.0).await.map(Json)
}
