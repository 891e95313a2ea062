//! What reaches the peer: in order, without holes, and never more than REST would show.

use super::{End, Peer, Session};
use crate::realtime::stream::{self, Delivery, Effect};
use shared::event::{Event, Noop, close};
use shared::ids::ChatId;
use shared::topic::Topic;
use std::collections::HashMap;
use std::sync::Arc;

impl Session {
    /// Takes a frame from the outbox.
    pub(super) async fn deliver(
        &mut self,
        peer: &Peer,
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

    async fn repair(&mut self, peer: &Peer, topic: Topic, last: i64) -> Result<(), End> {
        let missing = {
            let conn = self.app.conn().await;
            match conn {
                Ok(mut conn) => {
                    stream::read(&mut conn, topic, last, stream::REPLAY_LIMIT).await.ok()
                }
                Err(_) => None,
            }
        };
        let contiguous =
            missing.filter(|list| list.first().is_some_and(|first| first.seq == Some(last + 1)));
        // Not to be had: the peer comes back and is told `recovered: false`.
        let Some(missing) = contiguous else { return Err(End::close(close::TOO_SLOW)) };
        for delivery in missing {
            self.forward(peer, delivery).await?;
        }
        Ok(())
    }

    /// Sends a frame that is next in its topic, and does what it means for this socket.
    pub(super) async fn forward(
        &mut self,
        peer: &Peer,
        delivery: Arc<Delivery>,
    ) -> Result<(), End> {
        if let Some(seq) = delivery.seq {
            self.cursors.insert(delivery.topic, seq);
        }
        let lost = match delivery.effect {
            Effect::Activity(chat) if self.rooms.contains(&chat) => return Ok(()),
            Effect::Except(user) if user == peer.user.id => return Ok(()),
            Effect::Revoked(session) if session == peer.user.session_id => {
                return Err(End::close(close::REVOKED));
            }
            Effect::Access => self.access_changed(peer, delivery.topic).await?,
            Effect::AccessOf(user) if user == peer.user.id => {
                self.access_changed(peer, delivery.topic).await?
            }
            _ => Vec::new(),
        };
        if self.may_see(peer, &delivery).await? {
            self.send(delivery.frame.clone()).await?;
        } else if delivery.seq.is_some() {
            let noop = Delivery::new(delivery.topic, delivery.seq, None, Event::Noop(Noop {}));
            self.send(noop.frame).await?;
        }
        for topic in lost {
            self.drop_topic(topic);
        }
        Ok(())
    }

    async fn may_see(&mut self, peer: &Peer, delivery: &Delivery) -> Result<bool, End> {
        let (Some(chat), Topic::Space(space)) = (delivery.audience, delivery.topic) else {
            return Ok(true);
        };
        if !self.visible.contains_key(&space) {
            let directory = self.app.live.directory().clone();
            let chats =
                directory.visible_chats(peer.user.id, space).await.map_err(|e| self.broken(&e))?;
            self.visible.insert(space, chats);
        }
        Ok(self.visible.get(&space).is_some_and(|chats| chats.contains(&chat)))
    }

    /// Looks again at what the peer may hear. Hears new topics at once; returns the lost ones, to be
    /// dropped after the event that took them was sent.
    async fn access_changed(&mut self, peer: &Peer, topic: Topic) -> Result<Vec<Topic>, End> {
        let directory = self.app.live.directory().clone();
        if let Topic::Space(space) = topic {
            self.visible.remove(&space);
        }
        let mut lost = Vec::new();
        for chat in self.rooms.clone() {
            match directory.may_read(peer.user.id, chat).await {
                Ok(()) => {}
                Err(error) if error.code.status() < 500 => lost.push(Topic::Chat(chat)),
                Err(error) => return Err(self.broken(&error)),
            }
        }
        let topics = directory.topics(peer.user.id).await.map_err(|e| self.broken(&e))?;
        let gained: Vec<Topic> =
            topics.iter().copied().filter(|topic| !self.cursors.contains_key(topic)).collect();
        for topic in &gained {
            self.app.live.hub().subscribe(*topic, self.id, &self.outbox);
        }
        if !gained.is_empty() {
            self.resume(&gained, &HashMap::new()).await.map_err(|e| self.broken(&e))?;
        }
        let own = |topic: &&Topic| !matches!(topic, Topic::Chat(_)) && !topics.contains(topic);
        lost.extend(self.cursors.keys().filter(own));
        Ok(lost)
    }

    pub(super) fn drop_topic(&mut self, topic: Topic) {
        self.app.live.hub().unsubscribe(topic, self.id);
        self.cursors.remove(&topic);
        match topic {
            Topic::Chat(chat) => {
                self.rooms.remove(&chat);
            }
            Topic::Space(space) => {
                self.visible.remove(&space);
            }
            Topic::User(_) => {}
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
