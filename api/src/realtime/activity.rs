//! `chat_activity`: at most one a topic and chat each half second, always the newest.

use crate::realtime::Live;
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use shared::event::{ChatActivity, Event};
use shared::ids::{ChatId, MessageId};
use shared::topic::Topic;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(500);

/// What waits to be told, by topic, chat and thread.
#[derive(Default)]
pub struct Activity {
    waiting: DashMap<(Topic, ChatId, Option<MessageId>), ChatActivity>,
}

impl Live {
    /// Tells who does not have the chat open that it has news. The first one goes at once, those
    /// within the next half second as one.
    pub fn chat_activity(&self, topic: Topic, audience: Option<ChatId>, news: ChatActivity) {
        let key = (topic, news.chat_id, news.thread_root);
        match self.activity().waiting.entry(key) {
            Entry::Occupied(mut entry) => {
                let waiting = entry.get_mut();
                waiting.last_seq = waiting.last_seq.max(news.last_seq);
                waiting.mentioned |= news.mentioned;
            }
            Entry::Vacant(entry) => {
                // `last_seq: -1` marks "sent, nothing new since".
                entry.insert(ChatActivity { last_seq: -1, mentioned: false, ..news.clone() });
                self.ephemeral(topic, audience, Event::ChatActivity(news));
                let live = self.clone();
                tokio::spawn(async move {
                    loop {
                        tokio::time::sleep(PAUSE).await;
                        let Some(mut entry) = live.activity().waiting.get_mut(&key) else { return };
                        let news = entry.clone();
                        if news.last_seq < 0 {
                            drop(entry);
                            live.activity().waiting.remove_if(&key, |_, w| w.last_seq < 0);
                            if !live.activity().waiting.contains_key(&key) {
                                return;
                            }
                            continue;
                        }
                        entry.last_seq = -1;
                        entry.mentioned = false;
                        drop(entry);
                        live.ephemeral(topic, audience, Event::ChatActivity(news));
                    }
                });
            }
        }
    }
}
