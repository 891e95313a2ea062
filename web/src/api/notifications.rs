//! The inbox, what comes into it, and letters.

use super::ApiResult;
use super::client::{delete, get, patch, post};
use shared::ids::NotificationId;
use shared::notifications::{
    Delivery, Loudness, Notification, NotificationSettings, UnreadCount, UpdateNotificationSettings,
};
use shared::page::Page;

/// Entries, newest first.
pub async fn list(unread: bool, cursor: Option<String>) -> ApiResult<Page<Notification>> {
    let call = get("/notifications").query("limit", 30).query_some("cursor", cursor);
    let call = if unread { call.query("unread", true) } else { call };
    call.send().await
}

/// How many are unread.
pub async fn count_unread() -> ApiResult<UnreadCount> {
    get("/notifications/unread-count").send().await
}

/// One was seen.
pub async fn read(id: NotificationId) -> ApiResult<()> {
    post(format!("/notifications/{id}/read")).send().await
}

/// All were seen.
pub async fn read_all() -> ApiResult<()> {
    post("/notifications/read-all").send().await
}

/// One is not wanted any more.
pub async fn remove(id: NotificationId) -> ApiResult<()> {
    delete(format!("/notifications/{id}")).send().await
}

/// What the person wants to hear.
pub async fn settings() -> ApiResult<NotificationSettings> {
    get("/notifications/settings").send().await
}

/// Changes what is named.
pub async fn update(change: UpdateNotificationSettings) -> ApiResult<NotificationSettings> {
    patch("/notifications/settings").json(&change).send().await
}

/// Makes one space or chat louder or quieter.
pub async fn set_loudness(level: Loudness) -> ApiResult<NotificationSettings> {
    update(UpdateNotificationSettings { levels: vec![level], ..Default::default() }).await
}

/// What was sent to the person outside of the client.
pub async fn deliveries() -> ApiResult<Page<Delivery>> {
    get("/notifications/deliveries").query("limit", 20).send().await
}

/// Ends the letters of whoever holds the link, signed in or not.
pub async fn unsubscribe(link: &str) -> ApiResult<()> {
    post(format!("/notifications/unsubscribe/{link}")).anonymous().send().await
}
