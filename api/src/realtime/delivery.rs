//! A frame on its way to sockets, what it means for them, and what of it a replay may show.

use bytestring::ByteString;
use chrono::Utc;
use shared::event::{Event, EventFrame, Noop};
use shared::ids::{ChatId, MessageId, NotificationId, RoleId, SessionId, UserId};
use shared::topic::Topic;
use std::collections::HashSet;
use std::sync::Arc;

/// A frame on its way to sockets. The bytes are made once and shared.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub topic: Topic,
    /// `None` on ephemeral events.
    pub seq: Option<i64>,
    /// Only for people who may see this chat; others get a `noop` with the same `seq`.
    pub audience: Option<ChatId>,
    pub effect: Effect,
    /// The message it shows the text of.
    pub shows: Option<MessageId>,
    /// The message it quotes.
    pub quotes: Option<MessageId>,
    /// The message whose previews it says, all of them: a later one of the same message replaces it.
    previews_of: Option<MessageId>,
    /// The notification it brings.
    brings: Option<NotificationId>,
    /// The notifications it takes away.
    takes: Vec<NotificationId>,
    pub frame: ByteString,
}

/// What a frame means for the sockets that carry it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effect {
    #[default]
    None,
    /// Anybody's view of the space may have changed.
    Access,
    /// Who sees a chat may have changed.
    ChatAccess,
    /// This chat is no more.
    ChatGone(ChatId),
    /// This person's view may have changed.
    AccessOf(UserId),
    /// The view of who holds this role may have changed.
    Role(RoleId),
    /// The socket of this session must close.
    Revoked(SessionId),
    /// Not for sockets that have this chat open: they have the event itself.
    Activity(ChatId),
    /// Not for sockets of this person.
    Except(UserId),
    /// This message must not be shown any more.
    Deleted(MessageId),
}

impl Effect {
    fn of(event: &Event) -> Self {
        match event {
            Event::SpaceDeleted(_) | Event::ChatCreated(_) => Self::Access,
            Event::RoleUpdated(role) => Self::Role(role.id),
            Event::RoleDeleted(e) => Self::Role(e.role_id),
            Event::ChatUpdated(_) => Self::ChatAccess,
            Event::ChatDeleted(e) => Self::ChatGone(e.chat_id),
            Event::RoleAssigned(e) => Self::AccessOf(e.user_id),
            Event::MemberLeft(e) | Event::UserKicked(e) => Self::AccessOf(e.user_id),
            Event::MemberBanned(e) => Self::AccessOf(e.user_id),
            // On a user topic: whoever hears it is the one concerned.
            Event::SpaceJoined(_)
            | Event::SpaceLeft(_)
            | Event::MembershipChanged(_)
            | Event::ConversationUpdated(_) => Self::Access,
            Event::SessionRevoked(e) => Self::Revoked(e.session_id),
            Event::ChatActivity(e) => Self::Activity(e.chat_id),
            Event::Typing(e) | Event::UserJoinedRoom(e) | Event::UserLeftRoom(e) => {
                Self::Except(e.user.id)
            }
            Event::MessageDeleted(e) => Self::Deleted(e.message_id),
            _ => Self::None,
        }
    }
}

impl Delivery {
    /// Serialises an event.
    #[must_use]
    pub fn new(topic: Topic, seq: Option<i64>, audience: Option<ChatId>, event: Event) -> Self {
        Self::of(EventFrame { event, topic, seq, at: Utc::now() }, audience)
    }

    fn of(frame: EventFrame, audience: Option<ChatId>) -> Self {
        let EventFrame { event, topic, seq, .. } = &frame;
        let (effect, shows, quotes) = (Effect::of(event), shown(event), quoted(event));
        let (topic, seq, previews_of) = (*topic, *seq, previews_of(event));
        let (brings, takes) = notices(event);
        let frame = serde_json::to_string(&frame).unwrap_or_default().into();
        Self { topic, seq, audience, effect, shows, quotes, previews_of, brings, takes, frame }
    }

    /// An event of the log, read back.
    pub(super) fn stored(
        topic: Topic,
        seq: i64,
        audience: Option<uuid::Uuid>,
        frame: String,
    ) -> Self {
        Self::received(topic, Some(seq), audience.map(ChatId), frame.into())
    }

    /// A frame that another node made.
    pub(super) fn received(
        topic: Topic,
        seq: Option<i64>,
        audience: Option<ChatId>,
        frame: ByteString,
    ) -> Self {
        let event = serde_json::from_str::<EventFrame>(&frame).map(|f| f.event).ok();
        let effect = event.as_ref().map_or(Effect::Access, Effect::of);
        let (shows, quotes) = (event.as_ref().and_then(shown), event.as_ref().and_then(quoted));
        let previews_of = event.as_ref().and_then(previews_of);
        let (brings, takes) = event.as_ref().map(notices).unwrap_or_default();
        Self { topic, seq, audience, effect, shows, quotes, previews_of, brings, takes, frame }
    }

    /// The same place in the stream, with nothing in it.
    fn emptied(&self) -> Self {
        Self::new(self.topic, self.seq, None, Event::Noop(Noop {}))
    }

    /// The same without the text of the answered message.
    fn unquoted(&self) -> Self {
        let Ok(mut frame) = serde_json::from_str::<EventFrame>(&self.frame) else {
            return self.emptied();
        };
        if let Event::NewMessage(message) = &mut frame.event
            && let Some(reply) = &mut message.reply_to
        {
            reply.author = None;
            reply.excerpt = None;
            reply.file = None;
            reply.sticker = None;
        }
        Self::of(frame, self.audience)
    }
}

/// The message whose text an event shows.
fn shown(event: &Event) -> Option<MessageId> {
    match event {
        Event::NewMessage(message) => Some(message.id),
        Event::MessageEdited(e) => Some(e.message_id),
        Event::MessagePreviews(e) => Some(e.message_id),
        _ => None,
    }
}

/// The message that an event quotes.
fn quoted(event: &Event) -> Option<MessageId> {
    match event {
        Event::NewMessage(message) => message.reply_to.as_ref().map(|reply| reply.id),
        _ => None,
    }
}

/// The message whose previews an event says.
fn previews_of(event: &Event) -> Option<MessageId> {
    match event {
        Event::MessagePreviews(e) => Some(e.message_id),
        _ => None,
    }
}

/// The notification that an event brings, and those that it takes away.
fn notices(event: &Event) -> (Option<NotificationId>, Vec<NotificationId>) {
    match event {
        Event::NotificationCreated(e) => (Some(e.notification.id), Vec::new()),
        Event::NotificationsDeleted(e) => (None, e.ids.clone()),
        _ => (None, Vec::new()),
    }
}

/// A replay in which texts and chats that were deleted later do not appear, nor previews that were taken away or
/// replaced: REST would not show them either.
#[must_use]
pub fn without_deleted(mut deliveries: Vec<Arc<Delivery>>) -> Vec<Arc<Delivery>> {
    let (mut messages, mut chats) = (HashSet::new(), HashSet::new());
    let taken: HashSet<NotificationId> =
        deliveries.iter().flat_map(|delivery| delivery.takes.iter().copied()).collect();
    for delivery in &deliveries {
        match delivery.effect {
            Effect::Deleted(id) => drop(messages.insert(id)),
            Effect::ChatGone(id) => drop(chats.insert(id)),
            _ => {}
        }
    }
    let mut told = HashSet::new();
    for delivery in deliveries.iter_mut().rev() {
        let is_end = matches!(delivery.effect, Effect::ChatGone(_));
        if delivery.shows.is_some_and(|id| messages.contains(&id))
            || delivery.brings.is_some_and(|id| taken.contains(&id))
            || delivery.previews_of.is_some_and(|id| !told.insert(id))
            || (!is_end && delivery.audience.is_some_and(|id| chats.contains(&id)))
        {
            *delivery = Arc::new(delivery.emptied());
        } else if delivery.quotes.is_some_and(|id| messages.contains(&id)) {
            *delivery = Arc::new(delivery.unquoted());
        }
    }
    deliveries
}
