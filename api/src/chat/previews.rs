//! What is shown of pages that messages link to: asked for after the message is committed, by a job, so
//! that no send waits for a foreign server; once for all messages with the same link within a day.
//!
//! Jobs of this kind have a worker of their own: slow sites do not hold up letters.

pub mod page;

use super::actions::previews::do_show_previews;
use super::model::chat::ChatView;
use super::model::forward::Copied;
use super::model::message::MessageRow;
use super::model::preview::{self, Known, NewPreview};
use crate::app::App;
use crate::error::{ApiResult, shared_copy};
use crate::files::actions::store_preview;
use crate::files::model::file::{mark_used, used_by_previews};
use crate::http::rate_limit::Limit;
use crate::jobs::{Job, Jobs, enqueue_all};
use crate::platform::db::PgConn;
use crate::platform::fetch::{Answer, FetchError, Take, Url};
use diesel::OptionalExtension as _;
use futures_util::future::join_all;
use moka::future::Cache;
use page::Page;
use serde::{Deserialize, Serialize};
use shared::chat::{MAX_PREVIEWS, Message};
use shared::error::ErrorCode;
use shared::ids::{FileId, MessageId, UserId};
use shared::markdown::links;
use shared::permission::Permission;
use std::time::Duration;
use uuid::Uuid;

/// The most bytes of a page that are read.
const PAGE: usize = 512 * 1024;
/// The most bytes of a picture.
const PICTURE: usize = 5 * 1024 * 1024;
/// Longer links are left alone.
const MAX_URL: usize = 2_000;
/// What was just found is not looked up in the database.
const REMEMBERED: Duration = Duration::from_secs(60);
/// Links that were not known and that the messages of an account have looked at: each may leave a picture here.
const LOOKS: Limit = Limit { name: "previews", burst: 30, per_hour: 120 };
/// How often what no message shows is forgotten.
const CLEANING: Duration = Duration::from_secs(60 * 60);
/// So many are forgotten at once.
const BATCH: usize = 500;

/// The links that this node asks now or asked just now: whoever wants the same one waits for it.
#[derive(Clone)]
pub struct Asked(Cache<String, Known>);

impl Default for Asked {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(1_000).time_to_live(REMEMBERED).build())
    }
}

/// The jobs, for a worker of their own.
#[must_use]
pub fn jobs() -> Jobs {
    Jobs::default().on::<ShowPreviews>().every::<ForgetPreviews>(CLEANING)
}

/// Looks at the links of a message.
#[derive(Debug, Serialize, Deserialize)]
struct ShowPreviews {
    message: MessageId,
}

impl Job for ShowPreviews {
    const KIND: &'static str = "chat.show_previews";
    // A site that does not answer is no failure.
    const ATTEMPTS: i32 = 3;

    async fn run(self, app: App) -> ApiResult<()> {
        if !app.config.previews.is_on {
            return Ok(());
        }
        let Some(author) = author(&mut *app.conn().await?, self.message).await? else {
            return Ok(());
        };
        let urls = links_of(&mut *app.conn().await?, self.message).await?;
        // What it shows already stays, also where the site is down by now.
        let shown = preview::shown(&mut *app.conn().await?, self.message).await?;
        let find = async |url: &String| match shown.get(url) {
            Some(id) => Ok(Some(Known { id: *id, is_shown: true })),
            None => ask_once(&app, author, url).await,
        };
        let found = join_all(urls.iter().map(find)).await;
        let found = found.into_iter().collect::<ApiResult<Vec<Option<Known>>>>()?;
        let found = found.into_iter().flatten();
        let shown: Vec<Uuid> = found.filter(|known| known.is_shown).map(|known| known.id).collect();
        app.transact(async |tx| do_show_previews(tx, self.message, &urls, &shown).await).await
    }
}

/// Forgets what no message shows.
#[derive(Debug, Default, Serialize, Deserialize)]
struct ForgetPreviews {}

impl Job for ForgetPreviews {
    const KIND: &'static str = "chat.forget_previews";
    // The next one comes anyway.
    const ATTEMPTS: i32 = 2;

    async fn run(self, app: App) -> ApiResult<()> {
        while preview::delete_old(&mut *app.conn().await?, BATCH).await? == BATCH {}
        // A tenth of the room is kept for what comes until the next time.
        while pictures(&app).await? > app.config.previews.quota / 10 * 9 {
            if preview::give_up_pictures(&mut *app.conn().await?, BATCH).await? == 0 {
                tracing::warn!(
                    "the pictures of links that messages show fill SPACE_PREVIEWS_QUOTA_MB"
                );
                break;
            }
        }
        Ok(())
    }
}

/// Has the links of messages looked at once they are committed; most have none.
///
/// # Errors
/// The database's.
pub async fn request(app: &App, conn: &mut PgConn, messages: &[Message]) -> ApiResult<()> {
    if !app.config.previews.is_on {
        return Ok(());
    }
    let linked = messages.iter().filter(|message| !wanted_of(message).is_empty());
    let jobs: Vec<_> = linked.map(|message| ShowPreviews { message: message.id }).collect();
    if !jobs.is_empty() {
        enqueue_all(conn, &jobs).await?;
    }
    Ok(())
}

/// The links of a message that something may be shown of.
#[must_use]
pub fn wanted_of(message: &Message) -> Vec<String> {
    wanted(&message.content, message.forwarded.as_ref().map(|forwarded| &*forwarded.content))
}

/// As [`wanted_of`]; none of a deleted one.
///
/// # Errors
/// The database's.
pub async fn links_of(conn: &mut PgConn, message: MessageId) -> ApiResult<Vec<String>> {
    let Some(row) = MessageRow::find(conn, message).await.optional()? else {
        return Ok(Vec::new());
    };
    let copied = Copied::of(conn, message).await?;
    Ok(wanted(&row.content, copied.as_ref().map(|copied| &*copied.content)))
}

/// The links that something may be shown of: those of a message's own text, then of what it passes on.
fn wanted(own: &str, passed_on: Option<&str>) -> Vec<String> {
    let mut urls = links(own, MAX_PREVIEWS);
    for url in links(passed_on.unwrap_or_default(), MAX_PREVIEWS) {
        if urls.len() < MAX_PREVIEWS && !urls.contains(&url) {
            urls.push(url);
        }
    }
    urls.retain(|url| url.len() <= MAX_URL);
    urls
}

/// Who wrote a message, if he may send pictures there: a card shows one.
async fn author(conn: &mut PgConn, message: MessageId) -> ApiResult<Option<UserId>> {
    let Some(row) = MessageRow::find(conn, message).await.optional()? else { return Ok(None) };
    let author = row.author_id();
    let chat = ChatView::find(conn, author, row.chat_id()).await.optional()?;
    let may = |chat: &ChatView| chat.permissions(author).contains(Permission::SendMedia);
    Ok(chat.filter(may).map(|_| author))
}

/// What is known of a link, or found now; `None` where the author's messages have looked at too many.
async fn ask_once(app: &App, author: UserId, url: &str) -> ApiResult<Option<Known>> {
    let asking = async {
        let known = preview::fresh(&mut *app.conn().await?, url).await?;
        if let Some(known) = known {
            return Ok(known);
        }
        app.limits.take(LOOKS, author).await?;
        ask(app, url).await
    };
    match app.asked.0.try_get_with(url.to_owned(), asking).await {
        Ok(known) => Ok(Some(known)),
        Err(error) if error.code == ErrorCode::RateLimited => Ok(None),
        Err(error) => Err(shared_copy(&error)),
    }
}

/// Asks, and keeps what comes of it; no connection is held meanwhile.
async fn ask(app: &App, url: &str) -> ApiResult<Known> {
    let found = match Url::parse(url) {
        Ok(url) => look(app, url).await?,
        Err(_) => None,
    };
    let id = Uuid::now_v7();
    let known = Known { id, is_shown: found.is_some() };
    let new = match found {
        Some((page, picture_id)) => NewPreview {
            title: Some(page.title),
            site_name: Some(page.site_name),
            description: page.description,
            picture_id,
            ..NewPreview::empty(id, url)
        },
        None => NewPreview::empty(id, url),
    };
    let kept = app.transact(async |tx| {
        if let Some(picture) = new.picture_id {
            mark_used(tx, picture).await?;
        }
        Ok(new.insert(tx).await?)
    });
    kept.await.map(|()| known)
}

/// A page and its picture on this server; `None` when there is nothing to show.
async fn look(app: &App, url: Url) -> ApiResult<Option<(Page, Option<FileId>)>> {
    let Some(answer) =
        fetch(app, url, "text/html,application/xhtml+xml;q=0.9,image/*;q=0.8", of_page).await
    else {
        return Ok(None);
    };
    if answer.content_type.starts_with("image/") {
        let page = page::of_picture(&answer.url);
        return Ok(keep(app, answer.body).await.map(|picture| (page, Some(picture))));
    }
    let Some(page) = page::read(&answer) else { return Ok(None) };
    let bytes = match page.picture.clone() {
        Some(url) => fetch(app, url, "image/webp,image/*;q=0.8", of_picture).await,
        None => None,
    };
    let picture = match bytes {
        Some(answer) => keep(app, answer.body).await,
        None => None,
    };
    Ok(Some((page, picture)))
}

/// Bytes of the pictures of pages.
async fn pictures(app: &App) -> ApiResult<u64> {
    let used = used_by_previews(&mut *app.conn().await?).await?;
    Ok(u64::try_from(used).unwrap_or(0))
}

/// A picture on this server. Where it cannot be kept, or there is no room, the page is shown without.
async fn keep(app: &App, picture: Vec<u8>) -> Option<FileId> {
    let stored = async {
        if pictures(app).await? >= app.config.previews.quota {
            return Ok(None);
        }
        store_preview(app, picture).await
    };
    stored.await.unwrap_or_else(|error| {
        error.log();
        None
    })
}

/// What is at an address; a server that gives nothing is the usual case, not an error.
async fn fetch(app: &App, url: Url, accept: &str, take: fn(&str) -> Take) -> Option<Answer> {
    match app.fetcher.get(url, accept, take).await {
        Ok(answer) => Some(answer),
        Err(error @ FetchError::Client(_)) => {
            tracing::warn!(%error, "no link can be asked");
            None
        }
        Err(error) => {
            tracing::debug!(%error, "a link gave nothing");
            None
        }
    }
}

fn of_page(kind: &str) -> Take {
    match kind {
        "text/html" | "application/xhtml+xml" => Take::Beginning(PAGE),
        kind => of_picture(kind),
    }
}

fn of_picture(kind: &str) -> Take {
    if kind.starts_with("image/") { Take::Whole(PICTURE) } else { Take::Nothing }
}
