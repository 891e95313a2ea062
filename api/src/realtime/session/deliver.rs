//! What reaches the peer: in order, without holes, and never more than REST would show.

use super::{End, Session};
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::realtime::directory::{Question, View};
use crate::realtime::stream::{self, Delivery, Effect};
use bytestring::ByteString;
use shared::event::{ChatDeleted, Event, Noop, close};
use shared::ids::ChatId;
use shared::topic::Topic;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// The shortest pause before the next look at it.
const AGAIN: Duration = Duration::from_secs(1);

/// What a look at the peer's access found.
#[derive(Default)]
pub(super) struct Change {
    /// Topics that he does not hear any more.
    pub lost: Vec<Topic>,
    /// The chats in question that he may read.
    readable: HashSet<ChatId>,
}

impl Session {
    /// Takes a frame from the outbox.
    pub(super) async fn deliver(
        &mut self,
        peer: &CurrentUser,
        delivery: Arc<Delivery>,
    ) -> Result<(), End> {
        let Some(last) = self.cursors.get(&delivery.topic).copied() else { return Ok(()) };
        match delivery.seq {
            Some(seq) if seq <= last => Ok(()),
            // A hole: whatever is missing was committed before this, so the log has it.
            Some(seq) if seq > last + 1 => self.repair(peer, delivery.topic, last).await,
            _ => self.forward(peer, delivery).await,
        }
    }

    async fn repair(&mut self, peer: &CurrentUser, topic: Topic, last: i64) -> Result<(), End> {
        let missing = self.missing(topic, last).await.map_err(|e| self.broken(&e))?;
        if missing.first().is_none_or(|first| first.seq != Some(last + 1)) {
            // The log does not go back so far: the peer comes back and is told `recovered: false`.
            return Err(End::too_slow("the log has less than was missed"));
        }
        for delivery in missing {
            self.forward(peer, delivery).await?;
        }
        Ok(())
    }

    async fn missing(&self, topic: Topic, last: i64) -> ApiResult<Vec<Arc<Delivery>>> {
        let mut conn = self.app.conn().await?;
        Ok(stream::read(&mut conn, topic, last, stream::REPLAY_LIMIT).await?)
    }

    /// Sends a frame that is next in its topic, and does what it means for this socket.
    pub(super) async fn forward(
        &mut self,
        peer: &CurrentUser,
        delivery: Arc<Delivery>,
    ) -> Result<(), End> {
        if let Some(seq) = delivery.seq {
            self.cursors.insert(delivery.topic, seq);
        }
        let before = self.hidden.clone();
        let chat = delivery.audience;
        let change = match delivery.effect {
            Effect::Activity(chat) if self.rooms.contains(&chat) => return Ok(()),
            Effect::Except(user) if user == peer.id => return Ok(()),
            Effect::Revoked(session) if session == peer.session_id => {
                return Err(End::close(close::REVOKED));
            }
            Effect::Access | Effect::ChatAccess | Effect::ChatGone(_) => {
                self.access_changed(peer, chat).await?
            }
            Effect::AccessOf(user) if user == peer.id => self.access_changed(peer, chat).await?,
            // What a role may is the business of its holders.
            Effect::Role(role) if self.roles.values().any(|own| *own == role) => {
                self.access_changed(peer, chat).await?
            }
            _ => Change::default(),
        };
        if let Effect::ChatGone(gone) = delivery.effect
            && before.contains(&gone)
        {
            // News of it that still wait are for who saw it.
            self.hidden.insert(gone);
        }
        let unseen = self.unseen(&delivery, &before, &change);
        if let Some(frame) = as_seen(&delivery, unseen, &before) {
            self.send(frame).await?;
        }
        for topic in change.lost {
            self.drop_topic(topic);
        }
        Ok(())
    }

    /// Sends a frame of a replay: what it means is known already. On the peer's own topic are chats of
    /// spaces that he may have left since: there only the `readable` ones show.
    pub(super) async fn replay(
        &mut self,
        delivery: &Delivery,
        readable: &HashSet<ChatId>,
    ) -> Result<(), End> {
        if let Some(seq) = delivery.seq {
            self.cursors.insert(delivery.topic, seq);
        }
        let is_own = matches!(delivery.topic, Topic::User(_));
        let unseen = delivery
            .audience
            .filter(|chat| self.hidden.contains(chat) || (is_own && !readable.contains(chat)));
        match as_seen(delivery, unseen, &self.hidden) {
            Some(frame) => self.send(frame).await,
            None => Ok(()),
        }
    }

    /// The chat that the event is about, if the peer may not see it.
    fn unseen(
        &self,
        delivery: &Delivery,
        before: &HashSet<ChatId>,
        change: &Change,
    ) -> Option<ChatId> {
        let chat = delivery.audience?;
        let hidden = match delivery.effect {
            Effect::ChatGone(_) => before.contains(&chat),
            // A chat that is gone by now is not among the hidden.
            Effect::Access | Effect::ChatAccess => !change.readable.contains(&chat),
            _ => self.hidden.contains(&chat),
        };
        hidden.then_some(chat)
    }

    /// Looks again at what the peer may hear, and whether he may read the chat that the event is about.
    /// Hears new topics at once; the lost ones are to be dropped after the event that took them was
    /// sent.
    pub(super) async fn access_changed(
        &mut self,
        peer: &CurrentUser,
        chat: Option<ChatId>,
    ) -> Result<Change, End> {
        let mut view = self.look(peer, chat).await?;
        let gained: Vec<Topic> =
            view.topics.iter().copied().filter(|topic| !self.cursors.contains_key(topic)).collect();
        for topic in &gained {
            self.app.live.hub().subscribe(*topic, self.id, &self.outbox);
        }
        if !gained.is_empty() {
            self.resume(&gained, &HashMap::new()).await.map_err(|e| self.broken(&e))?;
            // After the positions: what changes from here on is an event to come.
            view = self.look(peer, chat).await?;
        }
        let lost_rooms = self.rooms.difference(&view.readable).copied().map(Topic::Chat);
        let topics = &view.topics;
        let own = |topic: &&Topic| !matches!(topic, Topic::Chat(_)) && !topics.contains(topic);
        let lost = lost_rooms.chain(self.cursors.keys().filter(own).copied()).collect();
        (self.hidden, self.roles) = (view.hidden, view.roles);
        // By the database's clock, which may be behind ours: not again and again until then.
        let soon = chrono::Utc::now() + AGAIN;
        self.hidden_until = view.hidden_until.map(|until| until.max(soon));
        Ok(Change { lost, readable: view.readable })
    }

    /// A restriction ended, which is no event.
    pub(super) async fn look_again(&mut self, peer: &CurrentUser) -> Result<(), End> {
        for topic in self.access_changed(peer, None).await?.lost {
            self.drop_topic(topic);
        }
        Ok(())
    }

    /// With the queries of all sockets that look at the same time.
    pub(super) async fn look(
        &self,
        peer: &CurrentUser,
        chats: impl IntoIterator<Item = ChatId>,
    ) -> Result<View, End> {
        let rooms = self.rooms.iter().copied().chain(chats).collect();
        let question = Question { user: peer.id, rooms };
        self.app.live.lookups().views.ask(question).await.map_err(|e| self.broken(&e))
    }

    pub(super) fn drop_topic(&mut self, topic: Topic) {
        self.app.live.hub().unsubscribe(topic, self.id);
        self.cursors.remove(&topic);
        if let Topic::Chat(chat) = topic
            && self.rooms.remove(&chat)
        {
            self.tell_room(chat, false);
        }
    }

    /// Rather closed than wrong: the peer comes back and resumes.
    fn broken(&self, error: &crate::error::ApiError) -> End {
        error.log();
        End::Close(1011, String::new())
    }

    /// Whether the room is open here.
    pub(super) fn in_room(&self, chat: ChatId) -> bool {
        self.rooms.contains(&chat)
    }
}

/// The frame for a peer: the event, or what he may know of it when its chat is `unseen`.
fn as_seen(
    delivery: &Delivery,
    unseen: Option<ChatId>,
    before: &HashSet<ChatId>,
) -> Option<ByteString> {
    let Some(chat) = unseen else { return Some(delivery.frame.clone()) };
    let seq = delivery.seq?;
    // He saw the chat until now: for him it is gone.
    let event = match delivery.effect {
        Effect::ChatAccess if !before.contains(&chat) => {
            Event::ChatDeleted(ChatDeleted { chat_id: chat })
        }
        _ => Event::Noop(Noop {}),
    };
    Some(Delivery::new(delivery.topic, Some(seq), None, event).frame)
}
