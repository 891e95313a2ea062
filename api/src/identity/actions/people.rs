//! What a person chooses, and whom he does not want to hear.

use super::names::tell_profile;
use crate::error::{ApiError, ApiResult};
use crate::identity::model::choices::{self, Changes, Choices};
use crate::identity::model::mark;
use crate::identity::model::person::Person;
use crate::identity::model::user::{self};
use crate::realtime::stream::Tx;
use chrono::Utc;
use shared::error::{ErrorCode, FieldCode};
use shared::event::Event;
use shared::identity::SetStatus;
use shared::ids::UserId;
use shared::people::{MAX_MARKS, Mark, MarkChanged, Marked};
use shared::settings::UpdateSettings;
use shared::topic::Topic;

/// Stores the status a person chose and tells his other devices.
///
/// # Errors
/// The database's.
pub async fn do_set_status(tx: &mut Tx, id: UserId, body: &SetStatus) -> ApiResult<Person> {
    user::set_status(tx, id, body.status).await?;
    let now = Utc::now();
    let before = choices::find(tx, id).await?;
    let is_over = before.status_until.is_some_and(|until| until <= now);
    // What is over does not come back with a new end.
    let custom = before.custom_status().unwrap_or_default();
    let (text, emoji) = (merge(&body.text, custom.text), merge(&body.emoji, custom.emoji));
    let is_cleared = text.is_none() && emoji.is_none() && body.text.is_some();
    let until = match body.until {
        Some(until) => until,
        None if is_over || is_cleared => None,
        None => before.status_until,
    };
    let changes = Changes {
        status_text: Some(text),
        status_emoji: Some(emoji),
        status_until: Some(until),
        ..Changes::default()
    };
    choices::change(tx, id, &changes).await?;
    tell_profile(tx, id).await
}

fn merge(change: &Option<Option<String>>, before: Option<String>) -> Option<String> {
    match change {
        Some(value) => value.as_deref().map(|text| text.trim().to_owned()),
        None => before,
    }
}

/// Changes settings and tells the person's devices.
///
/// # Errors
/// The database's.
pub async fn do_update_settings(
    tx: &mut Tx,
    id: UserId,
    body: &UpdateSettings,
) -> ApiResult<Choices> {
    let looks = |looks| serde_json::to_value(looks).map_err(ApiError::internal);
    let changes = Changes {
        looks: match body.looks {
            Some(Some(value)) => Some(Some(looks(value)?)),
            Some(None) => Some(None),
            None => None,
        },
        lang: body.lang.map(|lang| lang.map(|lang| lang.tag())),
        direct_from: body.direct_from.map(|from| from.key()),
        shows_online: body.shows_online,
        ..Changes::default()
    };
    let choices = choices::change(tx, id, &changes).await?;
    tx.emit(Topic::User(id), Event::SettingsUpdated(choices.settings())).await?;
    Ok(choices)
}

/// Blocks or mutes a person. He is not told.
///
/// # Errors
/// `yourself`; `not_found` when there is no such person; `too_many`.
pub async fn do_mark(tx: &mut Tx, id: UserId, other: UserId, wanted: Mark) -> ApiResult<Marked> {
    if id == other {
        return Err(ErrorCode::Yourself.into());
    }
    let user = Person::find(tx, other).await?.as_ref();
    // Two of his devices do it one after the other, so that the limit holds.
    user::lock(tx, id).await?;
    if !mark::exists(tx, id, other).await? && mark::count(tx, id).await? >= MAX_MARKS {
        return Err(ApiError::field("user_id", FieldCode::TooMany));
    }
    let since = mark::set(tx, id, other, wanted).await?;
    let marked = Marked { user, mark: wanted, since };
    let event = MarkChanged { user_id: other, marked: Some(marked.clone()) };
    tx.emit(Topic::User(id), Event::MarkChanged(event)).await?;
    Ok(marked)
}

/// Neither blocks nor mutes the person any more.
///
/// # Errors
/// `not_found` when he was not marked.
pub async fn do_clear_mark(tx: &mut Tx, id: UserId, other: UserId) -> ApiResult<()> {
    if !mark::clear(tx, id, other).await? {
        return Err(ApiError::not_found());
    }
    let event = MarkChanged { user_id: other, marked: None };
    tx.emit(Topic::User(id), Event::MarkChanged(event)).await?;
    Ok(())
}
