//! Entries come and go.

use crate::error::ApiResult;
use crate::jobs;
use crate::notifications::jobs::{BATCH, ForgetMentions, ForgetMessages, TellForgotten};
use crate::notifications::model::incoming::{self, NewRow};
use crate::notifications::model::outgoing::{About, By};
use crate::notifications::model::{inbox, invitations, outgoing};
use crate::realtime::stream::{self, Tx, now};
use shared::event::{Event, NotificationCreated, NotificationsDeleted};
use shared::ids::{ChatId, MessageId, NotificationId, SpaceId, UserId};
use shared::notifications::{NotificationDetail, NotificationKind};
use shared::topic::Topic;
use std::collections::{HashMap, HashSet};

/// So many people are told in the transaction of the change itself (195 took 0.36 s in a debug build
/// on a busy machine with two cores, by as many statements as five). More are a job's work.
pub const AT_ONCE: usize = 200;

/// Something a person should know. His settings may say that he does not want to.
#[derive(Clone, Debug)]
pub struct NewNotification {
    pub user: UserId,
    pub kind: NotificationKind,
    pub space: Option<SpaceId>,
    /// Only for people who may read it: the caller has looked.
    pub chat: Option<ChatId>,
    /// A message of the chat and its `seq`. It notifies a person once.
    pub message: Option<(MessageId, i64)>,
    /// Who caused it; never told about what he did himself.
    pub actor: Option<UserId>,
    pub detail: NotificationDetail,
}

impl NewNotification {
    /// About a space, not about a message.
    #[must_use]
    pub fn about_space(
        user: UserId,
        kind: NotificationKind,
        space: SpaceId,
        actor: UserId,
        detail: NotificationDetail,
    ) -> Self {
        let (space, actor) = (Some(space), Some(actor));
        Self { user, kind, space, chat: None, message: None, actor, detail }
    }
}

/// Puts entries into inboxes and tells the devices. Call it once in a transaction, after the locks of
/// spaces and chats are taken and before their events are emitted; of several entries for one person
/// the first counts.
///
/// # Errors
/// The database's.
pub async fn do_notify(tx: &mut Tx, list: Vec<NewNotification>) -> ApiResult<()> {
    notify(tx, list).await.map(drop)
}

/// As [`do_notify`]; returns the new entries.
async fn notify(tx: &mut Tx, list: Vec<NewNotification>) -> ApiResult<Vec<NotificationId>> {
    let mut seen = HashSet::new();
    let mut rows: Vec<NewRow> = list
        .into_iter()
        .filter(|new| new.actor != Some(new.user) && seen.insert(new.user))
        .map(NewRow::from)
        .collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = incoming::wanted(tx, &rows).await?;
    rows.retain(|row| wanted.contains(&row.user_id));
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let people: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
    stream::lock(tx, &topics(&people)).await?;
    let at = now();
    let ids = incoming::insert(tx, &rows, at).await?;
    let unread = inbox::unread_of(tx, &people).await?;
    let events = inbox::by_ids(tx, &ids)
        .await?
        .into_iter()
        .map(|row| {
            let (user, chat) = (row.user_id(), row.chat_id());
            let unread = unread.get(&user).copied().unwrap_or(0);
            let notification = row.into_wire(true)?;
            let event = Event::NotificationCreated(NotificationCreated { notification, unread });
            Ok((Topic::User(user), chat, event))
        })
        .collect::<diesel::QueryResult<Vec<_>>>()?;
    tx.emit_each(events).await?;
    Ok(ids)
}

pub(in crate::notifications) fn topics(people: &[UserId]) -> Vec<Topic> {
    people.iter().map(|user| Topic::User(*user)).collect()
}

/// Deleted messages are no news: their entries go, those of many people by a job.
///
/// # Errors
/// The database's.
pub async fn do_forget_messages(tx: &mut Tx, messages: &[MessageId]) -> ApiResult<()> {
    let people = outgoing::notified(tx, About::These(messages), AT_ONCE + 1).await?;
    if people.len() > AT_ONCE {
        for part in messages.chunks(BATCH) {
            jobs::enqueue(tx, &ForgetMessages { message_ids: part.to_vec() }).await?;
        }
        return Ok(());
    }
    do_take_back(tx, messages, &people).await
}

/// Chats go, and the entries about their messages with them; many people hear of it from a job. Call
/// it before the chats are deleted and while nobody can write in them.
///
/// # Errors
/// The database's.
pub async fn do_forget_chats(tx: &mut Tx, chats: &[ChatId]) -> ApiResult<()> {
    let people = outgoing::notified(tx, About::OfChats(chats), AT_ONCE + 1).await?;
    if people.len() > AT_ONCE {
        for part in outgoing::delete_in(tx, chats).await?.chunks(BATCH) {
            jobs::enqueue(tx, &TellForgotten { gone: part.to_vec() }).await?;
        }
        return Ok(());
    }
    stream::lock(tx, &topics(&people)).await?;
    let gone = outgoing::delete_in(tx, chats).await?;
    tell_deleted(tx, gone).await
}

/// An invitation opens nothing any more: its entry goes. Returns whether there was one.
///
/// # Errors
/// The database's.
pub async fn do_forget_invitation(tx: &mut Tx, user: UserId, code: &str) -> ApiResult<bool> {
    stream::lock(tx, &[Topic::User(user)]).await?;
    let gone = invitations::delete(tx, user, code).await?;
    let was_there = !gone.is_empty();
    tell_deleted(tx, gone).await?;
    Ok(was_there)
}

/// Puts an invitation to a space in the place of earlier ones to it. While it waits there unread, it is
/// no news; whoever does not want it keeps what he has.
///
/// # Errors
/// The database's.
pub async fn do_renew_invitation(tx: &mut Tx, new: NewNotification) -> ApiResult<()> {
    let (user, Some(space), Some(code)) = (new.user, new.space, new.detail.code.clone()) else {
        return do_notify(tx, vec![new]).await;
    };
    stream::lock(tx, &[Topic::User(user)]).await?;
    if invitations::is_unread(tx, user, &code).await? {
        return Ok(());
    }
    let new = notify(tx, vec![new]).await?;
    if new.is_empty() {
        return Ok(());
    }
    let gone = invitations::delete_but(tx, user, space, &new).await?;
    tell_deleted(tx, gone).await
}

/// After an edit: whom the message does not mention any more forgets that it did, unless one of `others`
/// tells him of it all the same, and who is new in it (`list`) is told. Returns how many forgot.
///
/// # Errors
/// The database's.
pub async fn do_notify_again(
    tx: &mut Tx,
    message: MessageId,
    by: By,
    mut list: Vec<NewNotification>,
    others: Vec<NewNotification>,
) -> ApiResult<usize> {
    let keep: Vec<UserId> = list.iter().map(|new| new.user).collect();
    let gone = outgoing::mentioned_without(tx, message, &keep, by, AT_ONCE).await?;
    list.extend(others.into_iter().filter(|other| gone.contains(&other.user)));
    if gone.len() == AT_ONCE {
        // Many were mentioned as one: a job's work.
        jobs::enqueue(tx, &ForgetMentions { message_id: message, keep }).await?;
    }
    // All at once, or two edits could wait for each other.
    let people: Vec<UserId> = gone.iter().copied().chain(list.iter().map(|n| n.user)).collect();
    let people: Vec<UserId> = people.into_iter().collect::<HashSet<_>>().into_iter().collect();
    if people.is_empty() {
        return Ok(0);
    }
    stream::lock(tx, &topics(&people)).await?;
    do_take_back(tx, &[message], &gone).await?;
    do_notify(tx, list).await?;
    Ok(gone.len())
}

/// Takes the entries of messages from these people.
pub(in crate::notifications) async fn do_take_back(
    tx: &mut Tx,
    messages: &[MessageId],
    people: &[UserId],
) -> ApiResult<()> {
    if people.is_empty() {
        return Ok(());
    }
    stream::lock(tx, &topics(people)).await?;
    let gone = outgoing::delete_of_messages(tx, messages, people).await?;
    tell_deleted(tx, gone).await
}

/// Tells the devices of each person which entries are gone; their streams are locked.
pub(in crate::notifications) async fn tell_deleted(
    tx: &mut Tx,
    gone: Vec<(UserId, NotificationId)>,
) -> ApiResult<()> {
    let mut by_person: HashMap<UserId, Vec<NotificationId>> = HashMap::new();
    for (user, id) in gone {
        by_person.entry(user).or_default().push(id);
    }
    let people: Vec<UserId> = by_person.keys().copied().collect();
    if people.is_empty() {
        return Ok(());
    }
    let unread = inbox::unread_of(tx, &people).await?;
    let events = by_person
        .into_iter()
        .map(|(user, ids)| {
            let unread = unread.get(&user).copied().unwrap_or(0);
            let event = Event::NotificationsDeleted(NotificationsDeleted { ids, unread });
            (Topic::User(user), None, event)
        })
        .collect();
    tx.emit_each(events).await?;
    Ok(())
}
