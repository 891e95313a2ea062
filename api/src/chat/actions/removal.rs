//! The one way in which messages go: one by its author or a moderator, many with a ban or an account.

use crate::chat::emptying::EmptyChats;
use crate::chat::model::chat_changes::{keep_of, lock_to_delete, members_of};
use crate::chat::model::doomed;
use crate::chat::model::sweep::{self, Gone};
use crate::chat::model::thread;
use crate::error::ApiResult;
use crate::files::model::file;
use crate::jobs;
use crate::notifications::{do_forget_chats, do_forget_messages};
use crate::platform::db::PgConn;
use crate::realtime::Live;
use crate::realtime::stream::{Tx, now};
use shared::chat::ThreadUpdated;
use shared::event::{ChatActivity, Event, MessageDeleted};
use shared::ids::{ChatId, MessageId, UserId};
use shared::topic::Topic;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Takes chats from everybody, with the entries of inboxes about them; what was written in them goes
/// later. Returns those that were still there.
///
/// # Errors
/// The database's.
pub async fn do_delete_chats(tx: &mut Tx, chats: &[ChatId]) -> ApiResult<Vec<ChatId>> {
    let chats = lock_to_delete(tx, chats).await?;
    do_forget_chats(tx, &chats).await?;
    doomed::doom(tx, &chats).await?;
    if !chats.is_empty() {
        jobs::enqueue(tx, &EmptyChats { chats: chats.clone() }).await?;
    }
    Ok(chats)
}

/// Takes messages away: texts, pins, entries of inboxes, places in threads, with every event. Returns
/// those that were not deleted before; after the commit, who has them unread is told by [`recount`].
///
/// # Errors
/// The database's.
pub async fn do_remove_messages(
    tx: &mut Tx,
    ids: &[MessageId],
    by: UserId,
) -> ApiResult<Vec<Gone>> {
    keep_of(tx, ids).await?;
    let gone = sweep::remove(tx, ids, by, now()).await?;
    if gone.is_empty() {
        return Ok(gone);
    }
    let ids: Vec<MessageId> = gone.iter().map(|message| message.id).collect();
    do_forget_messages(tx, &ids).await?;
    file::doom_of(tx, &ids).await?;
    // Chats' streams in one order, whoever removes at the same time.
    let mut chats: BTreeMap<ChatId, Vec<Event>> = BTreeMap::new();
    for message in &gone {
        let event = MessageDeleted {
            message_id: message.id,
            chat_id: message.chat_id,
            message_seq: message.seq,
        };
        chats.entry(message.chat_id).or_default().push(Event::MessageDeleted(event));
    }
    for (chat, events) in chats {
        tx.emit_many(Topic::Chat(chat), events).await?;
    }
    tell_threads(tx, &gone).await?;
    Ok(gone)
}

/// Counts the threads that lost replies anew, and tells who has their chats open.
async fn tell_threads(tx: &mut Tx, gone: &[Gone]) -> ApiResult<()> {
    let threads: BTreeSet<(ChatId, MessageId)> =
        gone.iter().filter_map(|m| Some((m.chat_id, m.thread_root?))).collect();
    if threads.is_empty() {
        return Ok(());
    }
    let roots: Vec<MessageId> = threads.iter().map(|(_, root)| *root).collect();
    let authors: Vec<UserId> = gone.iter().map(|message| message.author_id).collect();
    thread::take_replies(tx, &roots, &authors).await?;
    let mut summaries = thread::summaries(tx, &roots).await?;
    let mut chats: BTreeMap<ChatId, Vec<Event>> = BTreeMap::new();
    for (chat_id, root_id) in threads {
        let updated = ThreadUpdated { chat_id, root_id, thread: summaries.remove(&root_id) };
        chats.entry(chat_id).or_default().push(Event::ThreadUpdated(updated));
    }
    for (chat, events) in chats {
        tx.emit_many(Topic::Chat(chat), events).await?;
    }
    Ok(())
}

/// Who is told to count again: the space of each chat, or the people of a conversation.
#[derive(Default)]
pub struct Recount(Vec<(ChatActivity, Vec<Topic>)>);

impl Recount {
    /// For the chats of these messages.
    ///
    /// # Errors
    /// The database's.
    pub async fn of(conn: &mut PgConn, gone: &[Gone]) -> ApiResult<Self> {
        let chats: BTreeMap<ChatId, &Gone> = gone.iter().map(|m| (m.chat_id, m)).collect();
        let own: Vec<ChatId> =
            chats.values().filter(|m| m.space_id.is_none()).map(|m| m.chat_id).collect();
        let people: HashMap<_, _> = members_of(conn, &own).await?;
        let news = chats.into_iter().map(|(chat_id, message)| {
            let topics = match message.space_id {
                Some(space) => vec![Topic::Space(space)],
                None => {
                    let members = people.get(&chat_id).into_iter().flatten();
                    members.map(|person| Topic::User(person.id)).collect()
                }
            };
            let last_seq = message.last_seq;
            let news = ChatActivity { chat_id, last_seq, mentioned: false, thread_root: None };
            (news, topics)
        });
        Ok(Self(news.collect()))
    }

    /// Tells them. After the commit.
    pub fn tell(self, live: &Live) {
        for (news, topics) in self.0 {
            for topic in topics {
                let audience = matches!(topic, Topic::Space(_)).then_some(news.chat_id);
                live.chat_activity(topic, audience, news.clone());
            }
        }
    }
}
