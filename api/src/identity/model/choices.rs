//! `user_choices`: what a person chose; without a row, the defaults.

use crate::platform::db::PgConn;
use crate::platform::schema::user_choices;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::ids::UserId;
use shared::people::{CardBackground, CardFrame, CardLook, CustomStatus};
use shared::settings::{DirectFrom, UserSettings};
use shared::text::Lang;

/// A row, or the defaults.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = user_choices)]
pub struct Choices {
    looks: Option<Value>,
    lang: Option<String>,
    direct_from: String,
    pub shows_online: bool,
    status_text: Option<String>,
    status_emoji: Option<String>,
    pub status_until: Option<DateTime<Utc>>,
    card_background: String,
    card_frame: String,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            looks: None,
            lang: None,
            direct_from: DirectFrom::default().key().to_owned(),
            shows_online: true,
            status_text: None,
            status_emoji: None,
            status_until: None,
            card_background: CardBackground::default().key().to_owned(),
            card_frame: CardFrame::default().key().to_owned(),
        }
    }
}

impl Choices {
    /// What the person says about himself now.
    #[must_use]
    pub fn custom_status(&self) -> Option<CustomStatus> {
        let status = CustomStatus {
            text: self.status_text.clone(),
            emoji: self.status_emoji.clone(),
            until: self.status_until,
        };
        status.in_force(Utc::now())
    }

    #[must_use]
    pub fn card(&self) -> CardLook {
        CardLook {
            background: CardBackground::from_key(&self.card_background).unwrap_or_default(),
            frame: CardFrame::from_key(&self.card_frame).unwrap_or_default(),
        }
    }

    #[must_use]
    pub fn settings(&self) -> UserSettings {
        UserSettings {
            // What another version stored and this one does not know: as never chosen.
            looks: self.looks.clone().and_then(|looks| serde_json::from_value(looks).ok()),
            lang: self.lang.as_deref().and_then(Lang::from_tag),
            direct_from: DirectFrom::from_key(&self.direct_from).unwrap_or_default(),
            shows_online: self.shows_online,
        }
    }
}

/// Changed columns; `None` keeps.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = user_choices)]
pub struct Changes {
    pub looks: Option<Option<Value>>,
    pub lang: Option<Option<&'static str>>,
    pub direct_from: Option<&'static str>,
    pub shows_online: Option<bool>,
    pub status_text: Option<Option<String>>,
    pub status_emoji: Option<Option<String>>,
    pub status_until: Option<Option<DateTime<Utc>>>,
    pub card_background: Option<&'static str>,
    pub card_frame: Option<&'static str>,
}

/// What the person chose.
///
/// # Errors
/// The database's.
pub async fn find(conn: &mut PgConn, user: UserId) -> QueryResult<Choices> {
    let row = user_choices::table.find(user).select(Choices::as_select());
    Ok(row.first(conn).await.optional()?.unwrap_or_default())
}

/// Writes the fields that are there.
///
/// # Errors
/// The database's.
pub async fn change(conn: &mut PgConn, user: UserId, changes: &Changes) -> QueryResult<Choices> {
    diesel::insert_into(user_choices::table)
        .values(user_choices::user_id.eq(user))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    diesel::update(user_choices::table.find(user))
        .set((changes, user_choices::updated_at.eq(diesel::dsl::now)))
        .returning(Choices::as_returning())
        .get_result(conn)
        .await
}

/// Those of these people who take no direct messages.
///
/// # Errors
/// The database's.
pub async fn closed(conn: &mut PgConn, people: &[UserId]) -> QueryResult<Vec<UserId>> {
    user_choices::table
        .filter(user_choices::user_id.eq_any(people))
        .filter(user_choices::direct_from.eq(DirectFrom::Nobody.key()))
        .select(user_choices::user_id)
        .load(conn)
        .await
}
