//! The end of an account: asked for with the password, done days later, called off by a login.

use super::model::traces::{self, Trace};
use crate::app::App;
use crate::chat::model::chat::ChatView;
use crate::chat::model::chat_changes::members_of;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::identity::actions::names::check_own_password;
use crate::identity::actions::sessions::do_revoke;
use crate::identity::model::deletion::{self, Due};
use crate::identity::model::session::Which;
use crate::identity::model::{choices, user};
use crate::realtime::stream::{Tx, now};
use crate::spaces::model::space::SpaceRow;
use chrono::{DateTime, Duration, Utc};
use shared::error::{ErrorCode, FieldCode};
use shared::event::{Event, MemberGone, MessageDeleted};
use shared::ids::{ChatId, SpaceId, UserId};
use shared::people::{DELETION_DAYS, DeleteAccount, PlannedDeletion};
use shared::text::{Key, Lang, text};
use shared::topic::Topic;

/// How often accounts that are due are looked for.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(15 * 60);
/// Who takes an account has so long; then another one may.
const LEASE: Duration = Duration::minutes(10);
/// Messages removed in one transaction.
const BATCH: i64 = 200;

/// Plans the end of the caller's account and ends his sessions.
///
/// # Errors
/// `wrong_password`, `invalid`, `owns_spaces`.
pub async fn plan(
    app: &App,
    caller: CurrentUser,
    body: DeleteAccount,
) -> ApiResult<PlannedDeletion> {
    check_own_password(app, caller.id, body.password).await?;
    let due_at = now() + Duration::days(DELETION_DAYS);
    let ended = app
        .transact(async |tx| {
            let row = user::lock(tx, caller.id).await?;
            if !row.nickname.eq_ignore_ascii_case(body.confirm.trim()) {
                return Err(ApiError::field("confirm", FieldCode::Mismatch));
            }
            if !traces::owned_spaces(tx, caller.id).await?.is_empty() {
                return Err(ErrorCode::OwnsSpaces.into());
            }
            deletion::plan(tx, caller.id, due_at, body.remove_messages).await?;
            traces::end_programs(tx, caller.id).await?;
            do_revoke(tx, caller.id, Which::All).await
        })
        .await?;
    app.identity.forget_sessions(&app.live, &ended).await;
    Ok(PlannedDeletion { due_at })
}

/// Ends accounts that are due, forever.
pub async fn run(app: App) {
    loop {
        match end_due(&app, Utc::now()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "accounts deleted"),
            Err(error) => error.log(),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Ends the accounts that are due at `now`; returns how many. May be cut off at any time: what is
/// left is done by the next one.
///
/// # Errors
/// The database's.
pub async fn end_due(app: &App, now: DateTime<Utc>) -> ApiResult<usize> {
    let mut count = 0;
    while let Some(due) = take(app, now).await? {
        farewell(app, due).await?;
        count += 1;
    }
    Ok(count)
}

/// Takes the next account and leaves nothing of it that belongs to identity alone: from here on there
/// is no login and no way back.
async fn take(app: &App, now: DateTime<Utc>) -> ApiResult<Option<Due>> {
    app.transact(async |tx| {
        while let Some(due) = deletion::next_due(tx, now).await? {
            let id = due.user_id;
            // A space came to him meanwhile: it must not lose its owner.
            if !traces::owned_spaces(tx, id).await?.is_empty() {
                deletion::put_off(tx, id, now + Duration::days(1)).await?;
                continue;
            }
            deletion::put_off(tx, id, now + LEASE).await?;
            traces::end_programs(tx, id).await?;
            traces::end_bots(tx, id).await?;
            let lang = choices::find(tx, id).await?.settings().lang.unwrap_or(Lang::En);
            deletion::empty(tx, id, text(lang, Key::IdentityDeletedPerson)).await?;
            return Ok(Some(due));
        }
        Ok(None)
    })
    .await
}

async fn farewell(app: &App, due: Due) -> ApiResult<()> {
    let id = due.user_id;
    app.live.show_face_now(id).await?;
    if due.removes_messages {
        while app.transact(async |tx| remove_some(tx, id).await).await? > 0 {}
    }
    let conn = &mut *app.conn().await?;
    let (spaces, groups) = (traces::spaces_of(conn, id).await?, traces::groups_of(conn, id).await?);
    for space in spaces {
        app.transact(async |tx| leave_space(tx, space, id).await).await?;
    }
    for group in groups {
        app.transact(async |tx| leave_group(tx, group, id).await).await?;
    }
    deletion::finish(conn, id).await?;
    Ok(())
}

async fn remove_some(tx: &mut Tx, id: UserId) -> ApiResult<usize> {
    let mut gone: Vec<Trace> = traces::remove_messages(tx, id, now(), BATCH).await?;
    gone.sort_by_key(|(_, _, seq)| *seq);
    for (message_id, chat_id, message_seq) in &gone {
        let (message_id, chat_id, message_seq) = (*message_id, *chat_id, *message_seq);
        let event = MessageDeleted { message_id, chat_id, message_seq };
        tx.emit(Topic::Chat(chat_id), Event::MessageDeleted(event)).await?;
    }
    Ok(gone.len())
}

async fn leave_space(tx: &mut Tx, space_id: SpaceId, user_id: UserId) -> ApiResult<()> {
    SpaceRow::lock(tx, space_id).await?;
    if traces::leave_space(tx, space_id, user_id).await? {
        let gone = MemberGone { space_id, user_id, by: None };
        tx.emit(Topic::Space(space_id), Event::MemberLeft(gone)).await?;
    }
    Ok(())
}

async fn leave_group(tx: &mut Tx, chat: ChatId, user: UserId) -> ApiResult<()> {
    if !traces::leave_group(tx, chat, user).await? {
        return Ok(());
    }
    let mut people = members_of(tx, &[chat]).await?.remove(&chat).unwrap_or_default();
    let view = ChatView::find(tx, user, chat).await?;
    people.sort_by_key(|person| person.id);
    for person in &people {
        let event = Event::ConversationUpdated(view.clone().into_anybodys(people.clone()));
        tx.emit(Topic::User(person.id), event).await?;
    }
    Ok(())
}
