//! What a person wants to hear.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::query::storable;
use crate::notifications::model::{digest, settings};
use crate::realtime::stream::{self, Tx};
use shared::error::FieldCode;
use shared::event::Event;
use shared::ids::UserId;
use shared::notifications::{NotificationSettings, UpdateNotificationSettings};
use shared::topic::Topic;
use uuid::Uuid;

/// Refuses targets that the person does not see.
///
/// # Errors
/// `invalid`.
pub async fn check_targets(
    app: &App,
    user: UserId,
    change: &UpdateNotificationSettings,
) -> ApiResult<()> {
    let unknown = |field| ApiError::field(field, FieldCode::Unknown);
    for chat in change.levels.iter().filter_map(|level| level.chat_id) {
        match app.live.directory().may_read(user, chat).await {
            Ok(()) => {}
            Err(error) if error.code.status() < 500 => return Err(unknown("levels")),
            Err(error) => return Err(error),
        }
    }
    let out_of_range = |field| Err(ApiError::field(field, FieldCode::OutOfRange));
    if change.levels.iter().filter_map(|level| level.muted_until).any(|at| !storable(at)) {
        return out_of_range("levels");
    }
    if change.quiet.iter().filter_map(|quiet| quiet.until).any(|at| !storable(at)) {
        return out_of_range("quiet");
    }
    let conn = &mut *app.conn().await?;
    let spaces: Vec<_> = change.levels.iter().filter_map(|level| level.space_id).collect();
    if !settings::is_member(conn, user, &spaces).await? {
        return Err(unknown("levels"));
    }
    let zone = change.quiet.as_ref().and_then(|quiet| quiet.zone.as_deref());
    if let Some(zone) = zone
        && !settings::is_zone(conn, zone).await?
    {
        return Err(unknown("quiet"));
    }
    Ok(())
}

/// Ends the letters of whoever holds the link of one, and tells his devices; `false` when nobody does.
///
/// # Errors
/// The database's.
pub async fn do_unsubscribe(tx: &mut Tx, link: Uuid) -> ApiResult<bool> {
    let Some(user) = digest::unsubscribe(tx, link).await? else { return Ok(false) };
    stream::lock(tx, &[Topic::User(user)]).await?;
    let after = settings::find(tx, user).await?;
    tx.emit(Topic::User(user), Event::NotificationSettingsChanged(after)).await?;
    Ok(true)
}

/// Changes the settings and tells the other devices.
///
/// # Errors
/// The database's.
pub async fn do_update_settings(
    tx: &mut Tx,
    user: UserId,
    change: &UpdateNotificationSettings,
) -> ApiResult<NotificationSettings> {
    // One change at a time: each event says how it is then.
    stream::lock(tx, &[Topic::User(user)]).await?;
    let before = settings::find(tx, user).await?;
    let after = settings::merged(before, change);
    settings::save(tx, user, &after).await?;
    for level in &change.levels {
        settings::save_level(tx, user, level, &after).await?;
    }
    let after = settings::find(tx, user).await?;
    tx.emit(Topic::User(user), Event::NotificationSettingsChanged(after.clone())).await?;
    Ok(after)
}
