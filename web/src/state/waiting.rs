//! What waits in chats, as loud as the person wants it.

use super::Chats;
use leptos::prelude::*;
use shared::chat::Chat;
use shared::ids::SpaceId;
use shared::notifications::{Level, NotificationSettings};

/// What waits in one or several chats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub unread: i64,
    pub mentions: i64,
}

/// What a chat may show of what waits in it.
#[must_use]
pub fn shown(chat: &Chat, settings: &NotificationSettings) -> Waiting {
    let level = settings.level_of(chat.space_id, chat.id, chrono::Utc::now());
    Waiting {
        unread: if level == Level::All { chat.read.unread } else { 0 },
        mentions: if level == Level::Nothing { 0 } else { chat.read.mentions },
    }
}

impl Chats {
    /// What waits in a space, or with `None` in direct and group chats, reactively.
    #[must_use]
    pub fn waiting(&self, space: Option<SpaceId>) -> Waiting {
        self.sum(|chat| chat.space_id == space)
    }

    /// What waits anywhere, reactively.
    #[must_use]
    pub fn waiting_anywhere(&self) -> Waiting {
        self.sum(|_| true)
    }

    /// How loud a chat is now, reactively.
    #[must_use]
    pub fn level(&self, chat: &Chat) -> Level {
        self.loudness.with(|s| s.level_of(chat.space_id, chat.id, chrono::Utc::now()))
    }

    fn sum(&self, wanted: impl Fn(&Chat) -> bool) -> Waiting {
        let mut sum = Waiting::default();
        self.loudness.with(|settings| {
            self.all.with(|all| {
                for chat in all.values() {
                    chat.with(|chat| {
                        if wanted(chat) {
                            let Waiting { unread, mentions } = shown(chat, settings);
                            sum.unread += unread;
                            sum.mentions += mentions;
                        }
                    });
                }
            });
        });
        sum
    }
}
