//! The only door to a bot: it opens to the person to whom the bot belongs.

use super::model::bot::BotRow;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::platform::db::PgConn;
use shared::ids::UserId;
use shared::integrations::Bot;

/// Proof that the bot belongs to the caller.
pub struct BotAccess {
    row: BotRow,
}

/// Loads one of the caller's bots.
///
/// # Errors
/// `not_found` when there is none, it is deleted, or it belongs to somebody else.
pub async fn access_bot(
    conn: &mut PgConn,
    caller: &CurrentUser,
    bot: UserId,
) -> ApiResult<BotAccess> {
    Ok(BotAccess { row: BotRow::find(conn, caller.id, bot).await? })
}

impl BotAccess {
    #[must_use]
    pub fn id(&self) -> UserId {
        self.row.id()
    }

    /// The wire form.
    #[must_use]
    pub fn into_bot(self) -> Bot {
        self.row.into()
    }
}
