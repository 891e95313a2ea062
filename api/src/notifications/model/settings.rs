//! `notification_settings`, `notification_levels`.

use crate::platform::db::PgConn;
use crate::platform::schema::{
    chats, notification_levels as l, notification_settings as s, space_members, spaces,
};
use chrono::{NaiveTime, Timelike as _};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl;
use shared::Timestamp;
use shared::ids::{ChatId, SpaceId, UserId};
use shared::notifications::{
    KindSetting, Level, Loudness, NotificationKind, NotificationSettings, Quiet,
    UpdateNotificationSettings,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = s)]
struct Row {
    kinds_off: Vec<String>,
    mail_kinds_off: Vec<String>,
    mail: bool,
    mail_minutes: i32,
    quiet_until: Option<Timestamp>,
    quiet_from: Option<NaiveTime>,
    quiet_to: Option<NaiveTime>,
    zone: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = l)]
struct LevelRow {
    space_id: Option<SpaceId>,
    chat_id: Option<ChatId>,
    level: Option<String>,
    muted: bool,
    muted_until: Option<Timestamp>,
    kinds_on: Vec<String>,
    kinds_off: Vec<String>,
    mail_kinds_on: Vec<String>,
}

/// A person's settings, with the defaults where there are none.
///
/// # Errors
/// The database's.
pub async fn find(conn: &mut PgConn, user: UserId) -> QueryResult<NotificationSettings> {
    let row: Option<Row> =
        s::table.find(user).select(Row::as_select()).first(conn).await.optional()?;
    let levels: Vec<LevelRow> = l::table
        .filter(l::user_id.eq(user))
        .filter(
            exists(spaces::table.filter(spaces::id.nullable().eq(l::space_id))).or(exists(
                chats::table
                    .filter(chats::id.nullable().eq(l::chat_id).and(chats::doomed_at.is_null())),
            )),
        )
        .order((l::space_id, l::chat_id))
        .select(LevelRow::as_select())
        .load(conn)
        .await?;
    let mut settings = row.map_or_else(NotificationSettings::default, Row::into_wire);
    settings.levels = levels.into_iter().map(LevelRow::into_wire).collect();
    Ok(settings)
}

fn has(list: &[String], kind: NotificationKind) -> bool {
    list.iter().any(|key| key == kind.key())
}

fn clock(time: NaiveTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

impl Row {
    fn into_wire(self) -> NotificationSettings {
        let kinds = NotificationKind::ALL.iter().map(|kind| KindSetting {
            kind: *kind,
            inbox: !has(&self.kinds_off, *kind),
            mail: !has(&self.mail_kinds_off, *kind),
        });
        NotificationSettings {
            kinds: kinds.collect(),
            mail: self.mail,
            mail_minutes: self.mail_minutes,
            quiet: Quiet {
                until: self.quiet_until,
                from: self.quiet_from.map(clock),
                to: self.quiet_to.map(clock),
                zone: Some(self.zone),
            },
            levels: Vec::new(),
        }
    }
}

impl LevelRow {
    fn into_wire(self) -> Loudness {
        let kinds: Vec<KindSetting> = NotificationKind::ALL
            .iter()
            .filter(|kind| has(&self.kinds_on, **kind) || has(&self.kinds_off, **kind))
            .map(|kind| KindSetting {
                kind: *kind,
                inbox: has(&self.kinds_on, *kind),
                mail: has(&self.mail_kinds_on, *kind),
            })
            .collect();
        Loudness {
            kinds: Some(kinds).filter(|kinds| !kinds.is_empty()),
            space_id: self.space_id,
            chat_id: self.chat_id,
            level: self.level.as_deref().and_then(Level::from_key),
            muted: self.muted,
            muted_until: self.muted_until,
        }
    }
}

/// The settings with a change in them; levels are rows of their own.
#[must_use]
pub fn merged(
    mut settings: NotificationSettings,
    change: &UpdateNotificationSettings,
) -> NotificationSettings {
    for wanted in &change.kinds {
        for known in settings.kinds.iter_mut().filter(|known| known.kind == wanted.kind) {
            *known = *wanted;
        }
    }
    settings.mail = change.mail.unwrap_or(settings.mail);
    settings.mail_minutes = change.mail_minutes.unwrap_or(settings.mail_minutes);
    if let Some(quiet) = &change.quiet {
        settings.quiet = quiet.clone();
    }
    settings
}

/// Writes everything but the levels.
///
/// # Errors
/// The database's.
pub async fn save(
    conn: &mut PgConn,
    user: UserId,
    settings: &NotificationSettings,
) -> QueryResult<()> {
    let off = |wanted: fn(&KindSetting) -> bool| -> Vec<&str> {
        settings.kinds.iter().filter(|kind| !wanted(kind)).map(|kind| kind.kind.key()).collect()
    };
    let time = |text: &Option<String>| {
        text.as_deref().and_then(|text| NaiveTime::parse_from_str(text, "%H:%M").ok())
    };
    let quiet = &settings.quiet;
    let values = (
        s::kinds_off.eq(off(|kind| kind.inbox)),
        s::mail_kinds_off.eq(off(|kind| kind.mail)),
        s::mail.eq(settings.mail),
        s::mail_minutes.eq(settings.mail_minutes),
        s::quiet_until.eq(quiet.until),
        s::quiet_from.eq(time(&quiet.from)),
        s::quiet_to.eq(time(&quiet.to)),
        s::zone.eq(quiet.zone.as_deref().unwrap_or("UTC")),
    );
    diesel::insert_into(s::table)
        .values((s::user_id.eq(user), values.clone()))
        .on_conflict(s::user_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await
        .map(drop)
}

/// Writes how loud a space or a chat is, where `known` are the settings until now; one that is as the
/// default has no row.
///
/// # Errors
/// The database's.
pub async fn save_level(
    conn: &mut PgConn,
    user: UserId,
    level: &Loudness,
    known: &NotificationSettings,
) -> QueryResult<()> {
    let own = l::user_id.eq(user);
    let (space, chat) = (level.space_id, level.chat_id);
    match (space, chat) {
        (Some(space), _) => {
            diesel::delete(l::table.filter(own.and(l::space_id.eq(space)))).execute(conn).await?
        }
        (None, Some(chat)) => {
            diesel::delete(l::table.filter(own.and(l::chat_id.eq(chat)))).execute(conn).await?
        }
        (None, None) => return Ok(()),
    };
    let same = |l: &&Loudness| l.space_id == space && l.chat_id == chat;
    let before = known.levels.iter().find(same).and_then(|l| l.kinds.as_deref());
    let kinds = level.kinds.as_deref().or(before).unwrap_or_default();
    if level.level.is_none() && !level.muted && kinds.is_empty() {
        return Ok(());
    }
    let those = |wanted: fn(&KindSetting) -> bool| -> Vec<&str> {
        kinds.iter().filter(|kind| wanted(kind)).map(|kind| kind.kind.key()).collect()
    };
    diesel::insert_into(l::table)
        .values((
            own,
            l::space_id.eq(space),
            l::chat_id.eq(chat),
            l::level.eq(level.level.map(Level::key)),
            l::muted.eq(level.muted),
            l::muted_until.eq(level.muted_until.filter(|_| level.muted)),
            l::kinds_on.eq(those(|kind| kind.inbox)),
            l::kinds_off.eq(those(|kind| !kind.inbox)),
            l::mail_kinds_on.eq(those(|kind| kind.mail)),
            l::mail_kinds_off.eq(those(|kind| !kind.mail)),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Whether the person is a member of all these spaces.
///
/// # Errors
/// The database's.
pub async fn is_member(conn: &mut PgConn, user: UserId, spaces: &[SpaceId]) -> QueryResult<bool> {
    if spaces.is_empty() {
        return Ok(true);
    }
    let found: Vec<SpaceId> = space_members::table
        .filter(space_members::user_id.eq(user).and(space_members::space_id.eq_any(spaces)))
        .select(space_members::space_id)
        .load(conn)
        .await?;
    Ok(spaces.iter().all(|space| found.contains(space)))
}

/// Whether the database knows the time zone.
///
/// # Errors
/// The database's.
pub async fn is_zone(conn: &mut PgConn, name: &str) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Known {
        #[diesel(sql_type = Bool)]
        known: bool,
    }
    let known: Known =
        diesel::sql_query("SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = $1) AS known")
            .bind::<Text, _>(name)
            .get_result(conn)
            .await?;
    Ok(known.known)
}

/// Forgets how loud spaces and chats were that are gone; returns how many.
///
/// # Errors
/// The database's.
pub async fn delete_lost(conn: &mut PgConn) -> QueryResult<usize> {
    let known = exists(spaces::table.filter(spaces::id.nullable().eq(l::space_id))).or(exists(
        chats::table.filter(chats::id.nullable().eq(l::chat_id).and(chats::doomed_at.is_null())),
    ));
    diesel::delete(l::table.filter(not(known))).execute(conn).await
}
