//! The end of an account: asked for with the password, done days later, called off by a login.

use super::model::{belongings, traces};
use crate::app::App;
use crate::chat::model::chat_changes::{self, groups_of};
use crate::chat::model::sweep;
use crate::chat::{Recount, do_leave_group, do_remove_messages};
use crate::error::{ApiError, ApiResult};
use crate::expression::do_end_packs;
use crate::http::current_user::CurrentUser;
use crate::identity::actions::names::{check_own_password, still_own};
use crate::identity::actions::sessions::do_revoke;
use crate::identity::actions::tokens::do_revoke_programs;
use crate::identity::model::deletion::{self, Due};
use crate::identity::model::session::Which;
use crate::identity::model::{choices, user};
use crate::integrations::do_end_bot;
use crate::integrations::model::bot::BotRow;
use crate::realtime::stream::now;
use crate::spaces::do_leave_space_as;
use crate::spaces::model::member::spaces_of;
use chrono::{DateTime, Duration, Utc};
use shared::error::{ErrorCode, FieldCode};
use shared::ids::UserId;
use shared::people::{DELETION_DAYS, DeleteAccount, PlannedDeletion};
use shared::text::{Key, Lang, text};

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
    let verified = check_own_password(app, caller.id, body.password).await?;
    let due_at = now() + Duration::days(DELETION_DAYS);
    let (sessions, tokens) = app
        .transact(async |tx| {
            let row = user::lock_to_end(tx, caller.id).await?;
            still_own(tx, caller.id, &verified).await?;
            if !row.nickname.eq_ignore_ascii_case(body.confirm.trim()) {
                return Err(ApiError::field("confirm", FieldCode::Mismatch));
            }
            if !traces::owned_spaces(tx, caller.id).await?.is_empty() {
                return Err(ErrorCode::OwnsSpaces.into());
            }
            deletion::plan(tx, caller.id, due_at, body.remove_messages).await?;
            let tokens = do_revoke_programs(tx, caller.id).await?;
            Ok((do_revoke(tx, caller.id, Which::All).await?, tokens))
        })
        .await?;
    app.identity.forget_sessions(&app.live, &sessions).await;
    app.identity.forget_tokens(&app.live, &tokens).await;
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
            // Who hands a space to him waits, and finds nobody then.
            user::lock_to_end(tx, id).await?;
            // A space came to him meanwhile: it must not lose its owner.
            if !traces::owned_spaces(tx, id).await?.is_empty() {
                deletion::put_off(tx, id, now + Duration::days(1)).await?;
                continue;
            }
            deletion::put_off(tx, id, now + LEASE).await?;
            belongings::clear_inbox(tx, id).await?;
            belongings::give_up_uploads(tx, id).await?;
            do_end_packs(tx, id).await?;
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
    let bots = BotRow::of_owner(&mut *app.conn().await?, id).await?;
    for bot in bots.iter().map(BotRow::id) {
        let ended = app.transact(async |tx| do_end_bot(tx, bot, &*app.conversations).await).await?;
        app.identity.forget_tokens(&app.live, &ended).await;
    }
    // What was made since the plan, on another device.
    let ended = app.transact(async |tx| do_revoke_programs(tx, id).await).await?;
    app.identity.forget_tokens(&app.live, &ended).await;
    if due.removes_messages {
        remove_messages(app, id).await?;
    }
    let (spaces, groups) = {
        let conn = &mut *app.conn().await?;
        (spaces_of(conn, id).await?, groups_of(conn, id).await?)
    };
    for space in spaces {
        app.transact(async |tx| {
            gone_by_now(do_leave_space_as(tx, space, id, &*app.conversations).await)
        })
        .await?;
    }
    for group in groups {
        app.transact(async |tx| {
            gone_by_now(match chat_changes::lock(tx, group).await {
                Ok(()) => do_leave_group(tx, group, id).await,
                Err(error) => Err(error.into()),
            })
        })
        .await?;
    }
    deletion::finish(&mut *app.conn().await?, id).await?;
    Ok(())
}

/// What he was taken out of meanwhile is left.
fn gone_by_now(left: ApiResult<()>) -> ApiResult<()> {
    match left {
        Err(error) if error.code == ErrorCode::NotFound => Ok(()),
        other => other,
    }
}

/// Removes what he wrote, a batch a transaction, and empties what he had deleted before.
async fn remove_messages(app: &App, id: UserId) -> ApiResult<()> {
    loop {
        let recount = app
            .transact(async |tx| {
                let batch = sweep::oldest(tx, id, BATCH).await?;
                let gone = do_remove_messages(tx, &batch, id).await?;
                Ok((batch.len(), Recount::of(tx, &gone).await?))
            })
            .await?;
        match recount {
            (0, _) => break,
            (_, recount) => recount.tell(&app.live),
        }
    }
    while app.transact(async |tx| Ok(sweep::empty_deleted(tx, id, BATCH).await?)).await? > 0 {}
    Ok(())
}
