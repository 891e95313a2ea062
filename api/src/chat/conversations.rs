//! What spaces ask of messages, see [`crate::spaces::conversations`].

use super::model::{sweep, thread};
use crate::error::ApiResult;
use crate::realtime::stream::{Tx, now};
use crate::spaces::conversations::{Conversations, Swept};
use async_trait::async_trait;
use shared::Timestamp;
use shared::chat::ThreadUpdated;
use shared::event::{Event, MessageDeleted};
use shared::ids::{ChatId, MessageId, SpaceId, UserId};
use shared::topic::Topic;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub struct ChatConversations;

#[async_trait(?Send)]
impl Conversations for ChatConversations {
    async fn sweep(
        &self,
        tx: &mut Tx,
        space: SpaceId,
        author: UserId,
        since: Timestamp,
        by: UserId,
    ) -> ApiResult<Swept> {
        let gone = sweep::delete_recent(tx, space, author, since, by, now()).await?;
        // Chats' streams in one order, whoever sweeps at the same time.
        let mut chats: BTreeMap<ChatId, (i64, Vec<Event>)> = BTreeMap::new();
        let messages = gone.len();
        // Threads that lost replies, in one order too.
        let threads: BTreeSet<(ChatId, MessageId)> =
            gone.iter().filter_map(|m| Some((m.chat_id, m.thread_root?))).collect();
        for message in gone {
            let event = MessageDeleted {
                message_id: message.id,
                chat_id: message.chat_id,
                message_seq: message.seq,
            };
            let (last_seq, events) = chats.entry(message.chat_id).or_default();
            *last_seq = message.last_seq;
            events.push(Event::MessageDeleted(event));
        }
        for (chat_id, root_id) in threads {
            thread::take_reply(tx, root_id, author).await?;
            let thread = thread::summaries(tx, &[root_id]).await?.remove(&root_id);
            let updated = ThreadUpdated { chat_id, root_id, thread };
            if let Some((_, events)) = chats.get_mut(&chat_id) {
                events.push(Event::ThreadUpdated(updated));
            }
        }
        let mut swept = Swept { messages, chats: Vec::new() };
        for (chat, (last_seq, events)) in chats {
            tx.emit_many(Topic::Chat(chat), events).await?;
            swept.chats.push((chat, last_seq));
        }
        Ok(swept)
    }
}
