//! Entries as sentences: the same in the inbox, in the system's pop-ups and in letters.

use super::{MentionVia, ModerationAction, Notification, NotificationKind};
use crate::text::{Key, Lang, fill, text};

impl Notification {
    /// What happened, in a sentence: "Anna mentioned you".
    #[must_use]
    pub fn headline(&self, lang: Lang) -> String {
        let who = self.actor.as_ref().map_or(text(lang, Key::NotificationsSomebody), |a| a.name());
        let role = self.detail.role.as_ref().map_or("", |role| role.name.as_str());
        let key = match (self.kind, self.detail.via, self.detail.action) {
            (NotificationKind::Mention, Some(MentionVia::Role), _) => Key::NotificationsMentionRole,
            (NotificationKind::Mention, Some(MentionVia::Here), _) => Key::NotificationsMentionHere,
            (NotificationKind::Mention, Some(MentionVia::All), _) => Key::NotificationsMentionAll,
            (NotificationKind::Mention, ..) => Key::NotificationsMention,
            (NotificationKind::Reply, ..) => Key::NotificationsReply,
            (NotificationKind::Thread, ..) => Key::NotificationsThread,
            (NotificationKind::DirectMessage, ..) => Key::NotificationsDirectMessage,
            (NotificationKind::Invite, ..) if self.detail.code.is_none() => Key::NotificationsAdded,
            (NotificationKind::Invite, ..) => Key::NotificationsInvite,
            (NotificationKind::RoleChange, ..) => Key::NotificationsRoleChange,
            (NotificationKind::Moderation, _, action) => match action {
                Some(ModerationAction::Kicked) => Key::NotificationsKicked,
                Some(ModerationAction::Banned) => Key::NotificationsBanned,
                Some(ModerationAction::Unbanned) => Key::NotificationsUnbanned,
                Some(ModerationAction::Restricted) => Key::NotificationsRestricted,
                Some(ModerationAction::Released) => Key::NotificationsReleased,
                Some(ModerationAction::ReportResolved) => Key::NotificationsReportResolved,
                Some(ModerationAction::ReportDismissed) => Key::NotificationsReportDismissed,
                None => Key::NotificationsModeration,
            },
        };
        fill(text(lang, key), &[("who", who), ("role", role)])
    }

    /// Where it happened: "#general · The bakery"; empty where there is nowhere.
    #[must_use]
    pub fn place(&self) -> String {
        let chat = self.chat.as_ref().filter(|chat| !chat.name.is_empty());
        let chat = chat.map(|chat| format!("#{}", chat.name));
        let space = self.space.as_ref().map(|space| space.name.clone());
        chat.into_iter().chain(space).collect::<Vec<_>>().join(" · ")
    }

    /// What it says: the message, or the moderator's reason.
    #[must_use]
    pub fn body(&self, lang: Lang) -> String {
        if let Some(message) = &self.message {
            return message.excerpt.clone();
        }
        match &self.detail.reason {
            Some(reason) => fill(text(lang, Key::NotificationsReason), &[("reason", reason)]),
            None if self.is_gone() => text(lang, Key::NotificationsGone).to_owned(),
            None => String::new(),
        }
    }

    /// Whether it was about a message that its reader cannot see any more.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        use NotificationKind::{DirectMessage, Mention, Reply, Thread};
        self.message.is_none() && matches!(self.kind, Mention | Reply | Thread | DirectMessage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::NotificationId;

    #[test]
    fn every_kind_is_a_sentence_in_every_language() {
        for lang in Lang::ALL {
            let mut seen = std::collections::BTreeSet::new();
            for kind in NotificationKind::ALL {
                let entry = Notification {
                    id: NotificationId::new(),
                    kind: *kind,
                    space: None,
                    chat: None,
                    message: None,
                    actor: None,
                    detail: Default::default(),
                    read: false,
                    created_at: chrono::Utc::now(),
                };
                let line = entry.headline(*lang);
                assert!(!line.is_empty() && !line.contains('{'), "{line}");
                seen.insert(line);
                let name = format!("notifications.kind_{}", kind.key());
                assert_ne!(crate::text::named(*lang, &name), name);
            }
            assert_eq!(seen.len(), NotificationKind::ALL.len());
        }
    }
}
