//! Why somebody may or may not do something in a chat.

use crate::app::App;
use crate::chat::access::access_chat;
use crate::chat::model::chat::ChatView;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::json::Json;
use crate::http::query::{Path, Query};
use actix_web::{get, web};
use serde::Deserialize;
use shared::chat::{ChatKind, ExplainedPermission, Explanation};
use shared::ids::{ChatId, UserId};
use shared::permission::{CHAT_SCOPE, Cause, Permission, PermissionSet, Step, explain};

/// Whom the question is about.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExplainQuery {
    /// A member of the space, or somebody of the conversation; absent: the caller.
    user_id: Option<UserId>,
}

/// What somebody may do in a chat, and the steps that decide it. About others: needs `manage_chats`.
#[utoipa::path(tag = "chats", params(ExplainQuery), responses(
    (status = 200, body = Explanation), (status = "default", body = shared::error::Problem)))]
#[get("/chats/{chat_id}/explain")]
pub async fn explain_permissions(
    app: web::Data<App>,
    user: CurrentUser,
    chat: Path<ChatId>,
    query: Query<ExplainQuery>,
) -> ApiResult<Json<Explanation>> {
    let conn = &mut *app.conn().await?;
    let access = access_chat(conn, &user, chat.0).await?;
    let who = query.0.user_id.unwrap_or(user.id);
    if who != user.id && access.view().kind() == ChatKind::Space && !access.manages_chats() {
        return Err(ApiError::forbidden(Permission::ManageChats));
    }
    let view = ChatView::find(conn, who, chat.0).await?;
    explanation(&view, who).map(Json)
}

fn explanation(view: &ChatView, who: UserId) -> ApiResult<Explanation> {
    let one = |permission, steps: Vec<Step>| {
        let allowed = steps.last().is_some_and(|step| step.allows);
        ExplainedPermission { permission, allowed, steps }
    };
    let permissions = match view.standing(who, chrono::Utc::now()) {
        Some(standing) => {
            let overrides = view.overrides();
            CHAT_SCOPE.iter().map(|p| one(p, explain(&standing, &overrides, p))).collect()
        }
        // Outside of the chat nobody is explained.
        None if view.permissions(who).is_empty() => return Err(ApiError::not_found()),
        None => {
            let step =
                |p| Step { cause: Cause::Participant, allows: PermissionSet::DIRECT.contains(p) };
            CHAT_SCOPE.iter().map(|p| one(p, vec![step(p)])).collect()
        }
    };
    Ok(Explanation { user: view.me()?, permissions })
}
