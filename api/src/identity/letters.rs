//! Jobs that write to people about their accounts.

use crate::app::App;
use crate::error::ApiResult;
use crate::identity::model::email;
use crate::identity::model::user::{self, UserRow};
use crate::identity::secret_code::{hash_code, hash_link_secret, new_code, new_link_secret};
use crate::jobs::Job;
use crate::platform::mail::{Letter, Part, deliver};
use diesel::OptionalExtension as _;
use serde::{Deserialize, Serialize};
use shared::ids::UserId;
use shared::text::{Key, Lang, fill, text};
use uuid::Uuid;

/// A link for a new password, for whoever the login names; for nobody, nothing. The secret is made
/// here, so that only its hash is ever stored.
#[derive(Debug, Serialize, Deserialize)]
pub struct ResetPassword {
    /// Nickname or e-mail address, as it was typed.
    pub login: String,
    pub lang: Lang,
    pub letter: Uuid,
}

impl Job for ResetPassword {
    const KIND: &'static str = "identity.reset_password";
    // The link would come too late.
    const ATTEMPTS: i32 = 6;

    async fn run(self, app: App) -> ApiResult<()> {
        let secret = new_link_secret()?;
        let (user, to) = {
            let conn = &mut *app.conn().await?;
            let found = user::by_login(conn, &self.login).await?.map(|(row, _)| row);
            let Some((row, to)) = found.and_then(|row| row.email.clone().map(|to| (row, to)))
            else {
                return Ok(());
            };
            email::save_reset(conn, row.id, hash_link_secret(&secret)).await?;
            (row, to)
        };
        // After `#`: browsers do not send it, so no log has it.
        let url = format!("{}/reset#{secret}", app.config.server.public_url);
        let t = |key| text(self.lang, key);
        let label = t(Key::MailResetButton).to_owned();
        let parts = vec![
            Part::Text(t(Key::MailResetText).to_owned()),
            Part::Button { label, url },
            Part::Text(t(Key::MailHour).to_owned()),
        ];
        let letter =
            account_letter(self.letter, to, &user, self.lang, Key::MailResetSubject, parts);
        deliver(&app, user.id, "reset_password", &letter).await
    }
}

/// A code for the address that waits to be confirmed, if one does.
#[derive(Debug, Serialize, Deserialize)]
pub struct ConfirmEmail {
    pub user_id: UserId,
    pub letter: Uuid,
}

impl Job for ConfirmEmail {
    const KIND: &'static str = "identity.confirm_email";
    const ATTEMPTS: i32 = 6;

    async fn run(self, app: App) -> ApiResult<()> {
        let code = new_code();
        let (user, to, lang) = {
            let conn = &mut *app.conn().await?;
            let Some(row) = user::find(conn, self.user_id).await.optional()? else { return Ok(()) };
            let state = email::state(conn, row.id).await?;
            let Some(to) = email::to_confirm(&state).map(str::to_owned) else { return Ok(()) };
            email::save_code(conn, row.id, &to, hash_code(&app, row.id, &code)).await?;
            let lang = email::language(conn, row.id).await?;
            (row, to, lang)
        };
        let t = |key| text(lang, key);
        let intro = fill(t(Key::MailConfirmText), &[("email", &to)]);
        let parts =
            vec![Part::Text(intro), Part::Code(code), Part::Text(t(Key::MailHour).to_owned())];
        let letter = account_letter(self.letter, to, &user, lang, Key::MailConfirmSubject, parts);
        deliver(&app, user.id, "confirm_email", &letter).await
    }
}

/// What happened to an account, so that its owner notices when it was not he.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    PasswordReset,
    EmailChanged,
}

/// A letter about that.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellOwner {
    pub user_id: UserId,
    /// The address as it was.
    pub to: String,
    pub happened: Happened,
    pub letter: Uuid,
}

impl Job for TellOwner {
    const KIND: &'static str = "identity.tell_owner";

    async fn run(self, app: App) -> ApiResult<()> {
        let (user, lang) = {
            let conn = &mut *app.conn().await?;
            let Some(row) = user::find(conn, self.user_id).await.optional()? else { return Ok(()) };
            let lang = email::language(conn, row.id).await?;
            (row, lang)
        };
        let (subject, body, about) = match self.happened {
            Happened::PasswordReset => {
                (Key::MailPasswordSubject, Key::MailPasswordText, "password_reset")
            }
            Happened::EmailChanged => (Key::MailEmailSubject, Key::MailEmailText, "email_changed"),
        };
        let parts = vec![
            Part::Text(text(lang, body).to_owned()),
            Part::Text(text(lang, Key::MailNotYou).to_owned()),
        ];
        let letter = account_letter(self.letter, self.to, &user, lang, subject, parts);
        deliver(&app, user.id, about, &letter).await
    }
}

fn account_letter(
    id: Uuid,
    to: String,
    user: &UserRow,
    lang: Lang,
    subject: Key,
    parts: Vec<Part>,
) -> Letter {
    Letter {
        id,
        to,
        lang,
        subject: text(lang, subject).to_owned(),
        name: user.display_name.clone().unwrap_or_else(|| user.nickname.clone()),
        parts,
        footer: text(lang, Key::MailAccountFooter).to_owned(),
        unsubscribe: None,
    }
}
