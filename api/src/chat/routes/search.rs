//! Search.

use crate::app::App;
use crate::chat::search::quick::quick;
use crate::chat::search::{Filter, PATIENCE, Search, moment, search};
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::json::Json;
use crate::http::query::{Query, limit};
use crate::identity::model::user::by_nickname;
use actix_web::{get, web};
use diesel::OptionalExtension as _;
use serde::Deserialize;
use shared::chat::{QuickFound, SearchHit};
use shared::error::{FieldCode, Problem};
use shared::ids::{ChatId, SpaceId, UserId};
use shared::page::Page;
use shared::validate;

/// What to search for, and where.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// 1-200 characters: words (the last one may be unfinished), `"exact phrases"`, `-without`. May be
    /// absent when something else narrows the search.
    #[serde(default)]
    q: String,
    /// Only in this space.
    space_id: Option<SpaceId>,
    /// Only in this chat.
    chat_id: Option<ChatId>,
    /// Only by this author: an id or a nickname.
    from: Option<String>,
    /// Only from this day or time on (`2026-11-21`, `2026-11-21T08:00:00Z`).
    after: Option<String>,
    /// Only before this day or time.
    before: Option<String>,
    /// What it has: `link`, `reaction`, `sticker`, `file`, or a file that is an `image`, `video`, `audio` or
    /// `document`; several with commas. With a file, the words may stand in its name.
    has: Option<String>,
    /// What it is: `pinned`, `thread`, `edited`; several with commas.
    is: Option<String>,
    /// `me`: only those that mention the caller.
    mentions: Option<String>,
    /// 1-100, default 20.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Search the messages that the caller may read, with what they pass on, newest first. Without words a page may have less than `limit`
/// items, also none, and yet a `next_cursor`: what there is further back was not looked through yet.
#[utoipa::path(tag = "messages", params(SearchQuery), responses(
    (status = 200, body = Page<SearchHit>), (status = "default", body = Problem)))]
#[get("/search")]
pub async fn search_messages(
    app: web::Data<App>,
    user: CurrentUser,
    Query(query): Query<SearchQuery>,
) -> ApiResult<Json<Page<SearchHit>>> {
    let _turn = app.searches.turn(user.id).await?;
    let mut conn = app.conn().await?;
    let author = match query.from.as_deref() {
        None => None,
        Some(text) => Some(match text.parse::<UserId>() {
            Ok(id) => id,
            Err(_) => {
                let nickname = text.strip_prefix('@').unwrap_or(text);
                let found = by_nickname(&mut conn, nickname).await.optional()?;
                found.ok_or_else(|| ApiError::field("from", FieldCode::Unknown))?.id
            }
        }),
    };
    let mut filters = Vec::new();
    for (name, values) in [("has", &query.has), ("is", &query.is), ("mentions", &query.mentions)] {
        let found = Filter::parse(name, values.as_deref());
        filters.extend(found.map_err(|code| ApiError::field(name, code))?);
    }
    let wanted = Search {
        text: query.q,
        space: query.space_id,
        chat: query.chat_id,
        author,
        after: moment("after", query.after.as_deref())?,
        before: moment("before", query.before.as_deref())?,
        filters,
        limit: limit(query.limit, 20)?,
        cursor: query.cursor,
        patience: PATIENCE,
    };
    Ok(Json(search(&app.db, conn, &user, &wanted).await?))
}

/// A piece of a name.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QuickQuery {
    /// 1-50 characters; `@` or `#` before them are left out.
    q: String,
    /// 1-100, default 10, of each kind.
    limit: Option<i64>,
}

/// Find people, chats and files by a piece of their names, as far as the caller may know of them.
#[utoipa::path(tag = "messages", params(QuickQuery), responses(
    (status = 200, body = QuickFound), (status = "default", body = Problem)))]
#[get("/search/quick")]
pub async fn search_quick(
    app: web::Data<App>,
    user: CurrentUser,
    Query(query): Query<QuickQuery>,
) -> ApiResult<Json<QuickFound>> {
    validate::name(&query.q, 1, 50).map_err(|code| ApiError::field("q", code))?;
    let limit = limit(query.limit, 10)?;
    Ok(Json(quick(&app.db, app.conn().await?, &user, &query.q, limit).await?))
}
