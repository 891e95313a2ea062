//! Letters by SMTP; without a server, files in the data folder that the operator can read
//! (`api mail`). Sent by jobs, never in a request.

mod letter;
mod log;

pub use letter::{Letter, Part, escape};
pub use log::{delete_old, list};

use crate::app::App;
use crate::config::Config;
use crate::error::{ApiError, ApiResult};
use anyhow::Context as _;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use shared::ids::UserId;
use std::path::{Path, PathBuf};
use std::time::Duration;
use uuid::Uuid;

/// How long a mail server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Hands letters over.
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

enum Way {
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Folder(PathBuf),
}

/// Where letters lie when there is no mail server.
#[must_use]
pub fn folder(config: &Config) -> PathBuf {
    config.data_dir.join("mail")
}

impl Mailer {
    /// Reads the settings; connects with the first letter.
    ///
    /// # Errors
    /// `SMTP_URL` or `SMTP_FROM` is unusable.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let host = config.server.public_url.split("//").nth(1).unwrap_or("localhost");
        let host = host.split(':').next().unwrap_or("localhost");
        let from = match &config.mail.from {
            Some(from) => from.parse().context("SMTP_FROM is not an e-mail address")?,
            None => Mailbox::new(
                Some("The Space".to_owned()),
                format!("noreply@{host}")
                    .parse()
                    .context("PUBLIC_URL has no host for SMTP_FROM")?,
            ),
        };
        let way = match &config.mail.smtp_url {
            Some(url) => {
                // The cause may quote the password.
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose())
                    .map_err(|_| anyhow::anyhow!("SMTP_URL is not the address of a mail server"))?;
                Way::Smtp(Box::new(builder.timeout(Some(PATIENCE)).build()))
            }
            None => Way::Folder(folder(config)),
        };
        Ok(Self { from, way })
    }

    async fn hand_over(&self, letter: &Letter) -> anyhow::Result<()> {
        let domain = self.from.email.domain();
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, letter.to.parse()?))
            .subject(&letter.subject)
            // The same letter, tried again, is the same to whoever has it.
            .message_id(Some(format!("<{}@{domain}>", letter.id)));
        if let Some(url) = &letter.unsubscribe {
            for (name, value) in [
                ("List-Unsubscribe", format!("<{url}>")),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
            ] {
                let name = HeaderName::new_from_ascii(name.to_owned())?;
                message = message.raw_header(HeaderValue::new(name, value));
            }
        }
        let body = MultiPart::alternative_plain_html(letter.text(), letter.html());
        let message = message.multipart(body)?;
        match &self.way {
            Way::Smtp(transport) => transport.send(message).await.map(drop)?,
            Way::Folder(folder) => {
                let (folder, bytes, id) = (folder.clone(), message.formatted(), letter.id);
                tokio::task::spawn_blocking(move || write(&folder, id, &bytes)).await??;
            }
        }
        Ok(())
    }
}

/// Only the server's user may read them: there are secrets in letters.
fn write(folder: &Path, id: Uuid, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let (half, whole) = (folder.join(format!("{id}.half")), folder.join(format!("{id}.eml")));
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&half)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(half, whole)?;
    Ok(())
}

/// Sends a letter to a person and writes down, for him to read, what became of it; `about` names it.
///
/// # Errors
/// `unavailable` when it could not be handed over: try again.
pub async fn deliver(
    app: &App,
    user: UserId,
    about: &'static str,
    letter: &Letter,
) -> ApiResult<()> {
    let outcome = app.mailer.hand_over(letter).await;
    let error = outcome.as_ref().err().map(word);
    log::note(&mut *app.conn().await?, user, about, letter.id, error).await?;
    metrics::counter!("letters", "sent" => if error.is_none() { "yes" } else { "no" }).increment(1);
    outcome.map_err(ApiError::unavailable)
}

/// What went wrong, in a word that tells its reader something and nobody anything about the server.
fn word(error: &anyhow::Error) -> &'static str {
    match error.downcast_ref::<lettre::transport::smtp::Error>() {
        Some(error) if error.is_permanent() => "refused",
        Some(error) if error.is_transient() => "put_off",
        Some(_) => "unreachable",
        None => "broken",
    }
}
