//! What people hear who do not have a chat open.

use crate::chat::access::ChatAccess;
use crate::realtime::Live;
use shared::chat::Message;
use shared::event::ChatActivity;
use shared::identity::UserRef;
use shared::ids::UserId;
use shared::topic::Topic;

/// Tells who does not have the chat open; mentioned people hear it on their own topic.
///
/// `told` are those whom it mentions, also as one of many. News of a thread are also told to who follows it (`followers`), wherever he is.
pub fn announce(
    live: &Live,
    chat: &ChatAccess,
    people: &[UserRef],
    (followers, told): (&[UserId], &[UserId]),
    message: &Message,
) {
    let (chat_id, last_seq, thread_root) = (message.chat_id, message.seq, message.thread_root);
    let news = |mentioned| ChatActivity { chat_id, last_seq, mentioned, thread_root };
    let is_mentioned = |id: UserId| told.contains(&id);
    match chat.space_id() {
        Some(space) => {
            live.chat_activity(Topic::Space(space), Some(chat_id), news(false));
            let others = followers.iter().copied().filter(|id| !is_mentioned(*id));
            for id in told.iter().copied().chain(others).filter(|id| *id != message.author.id) {
                live.chat_activity(Topic::User(id), Some(chat_id), news(is_mentioned(id)));
            }
        }
        None => {
            for person in people.iter().filter(|p| p.id != message.author.id) {
                live.chat_activity(Topic::User(person.id), None, news(is_mentioned(person.id)));
            }
        }
    }
}
