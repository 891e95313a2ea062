//! One letter about everything that stayed unread.

use crate::app::App;
use crate::error::ApiResult;
use crate::jobs::{Job, When, enqueue, enqueue_when};
use crate::notifications::model::{digest, inbox};
use crate::platform::mail::{Letter, Part, deliver};
use serde::{Deserialize, Serialize};
use shared::chat::{ChatKind, link_query};
use shared::ids::{NotificationId, UserId};
use shared::notifications::Notification;
use shared::text::{Key, fill, plural, text};
use std::time::Duration;
use uuid::Uuid;

/// How often somebody looks what is due.
pub const PERIOD: Duration = Duration::from_secs(60);
/// When a letter whose reader wants peace is looked at again.
const LATER: Duration = Duration::from_secs(10 * 60);
/// Entries that a letter shows.
const SHOWN: usize = 12;

/// Finds the people whose letter is due and orders one for each, in one transaction.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct FindDigests {}

impl Job for FindDigests {
    const KIND: &'static str = "notifications.find_digests";
    // The next one comes in a minute.
    const ATTEMPTS: i32 = 1;

    async fn run(self, app: App) -> ApiResult<()> {
        app.transact(async |tx| {
            for (user_id, ids) in digest::take_due(tx).await? {
                enqueue(tx, &SendDigest { user_id, ids, letter: Uuid::now_v7() }).await?;
            }
            Ok(())
        })
        .await
    }
}

/// Writes to one person.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendDigest {
    pub user_id: UserId,
    /// Newest first.
    pub ids: Vec<NotificationId>,
    pub letter: Uuid,
}

impl Job for SendDigest {
    const KIND: &'static str = "notifications.send_digest";

    async fn run(self, app: App) -> ApiResult<()> {
        let hidden = app.live.directory().hidden_chats(self.user_id).await?;
        let (reader, entries) = {
            let conn = &mut *app.conn().await?;
            let Some(reader) = digest::reader(conn, self.user_id).await? else { return Ok(()) };
            if reader.in_peace {
                // Since it was ordered: an earlier try failed. The same letter, so that it comes once.
                let later = When { after: LATER, ..When::default() };
                enqueue_when(conn, &self, later).await?;
                return Ok(());
            }
            let mut rows = inbox::by_ids(conn, &self.ids).await?;
            rows.sort_by_key(|row| std::cmp::Reverse(row.created_at));
            let may_see = |row: &inbox::Row| row.chat_id().is_none_or(|c| !hidden.contains(&c));
            let entries = rows.into_iter().map(|row| {
                let may_see = may_see(&row);
                row.into_wire(may_see)
            });
            (reader, entries.collect::<diesel::QueryResult<Vec<_>>>()?)
        };
        // Read, deleted or hidden since.
        let entries: Vec<Notification> =
            entries.into_iter().filter(|entry| !entry.read && !entry.is_gone()).collect();
        let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        if count == 0 {
            return Ok(());
        }
        let (lang, url) = (reader.lang, &app.config.server.public_url);
        let mut parts = vec![Part::Text(text(lang, Key::MailDigestText).to_owned())];
        parts.extend(entries.iter().take(SHOWN).map(|entry| {
            let place = entry.place();
            let mut title = entry.headline(lang);
            if !place.is_empty() {
                title = format!("{title} ({place})");
            }
            Part::Item { title, text: entry.body(lang), url: format!("{url}{}", page(entry)) }
        }));
        if entries.len() > SHOWN {
            let more = i64::try_from(entries.len() - SHOWN).unwrap_or(i64::MAX);
            parts.push(Part::Text(plural(lang, Key::MailDigestMore, more)));
        }
        let label = text(lang, Key::MailDigestButton).to_owned();
        parts.push(Part::Button { label, url: format!("{url}/inbox") });
        let page = format!("{url}/unsubscribe#{}", reader.unsubscribe);
        let post = format!("{url}/api/v1/notifications/unsubscribe/{}", reader.unsubscribe);
        let letter = Letter {
            id: self.letter,
            to: reader.email,
            lang,
            subject: plural(lang, Key::MailDigestSubject, count),
            name: reader.name,
            parts,
            footer: fill(text(lang, Key::MailDigestFooter), &[("url", &page)]),
            unsubscribe: Some(post),
        };
        deliver(&app, self.user_id, "digest", &letter).await
    }
}

/// Where the web client shows it.
fn page(entry: &Notification) -> String {
    let (Some(chat), Some(message)) = (&entry.chat, &entry.message) else {
        return "/inbox".to_owned();
    };
    let query = link_query(message.thread_root, message.seq);
    match &entry.space {
        Some(space) if chat.kind == ChatKind::Space => {
            format!("/s/{}/c/{}?{query}", space.id, chat.id)
        }
        _ => format!("/d/{}?{query}", chat.id),
    }
}
