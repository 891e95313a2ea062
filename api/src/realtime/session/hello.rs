//! The first frame, the subscriptions it brings and what was missed meanwhile.

use super::{End, Greeted, HELLO_TIME, Session};
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::scopes::Need;
use crate::realtime::directory::Arrival;
use crate::realtime::socket::WaitingSocket;
use crate::realtime::stream::{self, Delivery, Effect, REPLAY_LIMIT};
use actix_ws::{AggregatedMessage, AggregatedMessageStream};
use shared::command::{Command, CommandFrame, Hello};
use shared::event::{Connected, TopicState, close};
use shared::ids::ChatId;
use shared::integrations::Scope;
use shared::topic::Topic;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;
use tokio::time::timeout;

/// What a resume found for some topics.
pub(super) struct Resume {
    pub states: BTreeMap<Topic, TopicState>,
    pub replay: Vec<Arc<Delivery>>,
}

impl Session {
    /// Waits for `hello`, then brings the peer up to date.
    pub(super) async fn hello(
        &mut self,
        stream: &mut AggregatedMessageStream,
        place: WaitingSocket,
    ) -> Result<Greeted, End> {
        let hello = match timeout(HELLO_TIME, self.first_frame(stream)).await {
            Ok(hello) => hello?,
            Err(_) => return Err(End::close(close::UNAUTHENTICATED)),
        };
        let user = identified(self.app.authenticator.authenticate(&hello.token).await)?;
        self.outbox.belongs_to(user.id);
        // Before anything is asked for him: whoever opens thousands gets no more than his share.
        let limit = self.app.config.limits.sockets_per_user;
        self.place = self.app.live.enter(user.id, self.id, &self.outbox, limit).await;
        drop(place);
        if self.place.is_none() {
            return Err(End::close(close::FLOODING));
        }
        let turn = self.app.live.arrival().await;
        let now = chrono::Utc::now();
        let Arrival { me, chosen, topics } = self.arrival(&user).await.map_err(|e| failed(&e))?;
        for topic in &topics {
            self.app.live.hub().subscribe(*topic, self.id, &self.outbox);
            self.cursors.insert(*topic, 0);
        }
        // Subscribed: if another log comes after this, the socket ends.
        let epoch = self.app.live.epoch().await.map_err(|e| failed(&e))?;
        self.same_log = hello.epoch.is_none_or(|known| known == epoch);
        let mut positions = self.positions(&topics).await.map_err(|e| failed(&e))?;
        let card = me.as_ref();
        // Whoever was logged out, kicked or let in meanwhile would not hear of it any more: the
        // positions are behind that event. What this node believes of sessions may be older.
        identified(self.app.authenticator.authenticate_anew(&hello.token).await)?;
        for topic in self.access_changed(&user, None).await?.lost {
            self.drop_topic(topic);
        }
        positions.retain(|(topic, _)| self.cursors.contains_key(topic));
        let cursors = hello.cursors.into_iter().collect();
        let mut resume = self.catch_up(positions, &cursors).await.map_err(|e| failed(&e))?;
        drop(turn);
        self.settle(&mut resume);
        let connected = Connected {
            user: me,
            session_id: user.session_id,
            heartbeat_seconds: self.app.config.stream.heartbeat.as_secs(),
            epoch,
            topics: resume.states,
            server_time: chrono::Utc::now(),
        };
        let frame = serde_json::json!({"type": "connected", "data": connected});
        self.send(frame.to_string().into()).await?;
        let readable = self.readable(&user, &resume.replay).await?;
        for delivery in resume.replay {
            self.replay(&delivery, &readable).await?;
        }
        self.last_heard = Instant::now();
        Ok(Greeted { peer: user, card, chosen: (chosen, now) })
    }

    /// With the query of all sockets that come at the same time.
    async fn arrival(&self, user: &CurrentUser) -> ApiResult<Arrival> {
        let arrival = self.app.live.lookups().arrivals.ask(user.id).await?;
        arrival.ok_or_else(ApiError::not_found)
    }

    /// The chats of a replay of the peer's own topic that he may (still) read.
    async fn readable(
        &self,
        peer: &CurrentUser,
        replay: &[Arc<Delivery>],
    ) -> Result<HashSet<ChatId>, End> {
        let own = replay.iter().filter(|delivery| matches!(delivery.topic, Topic::User(_)));
        let chats: HashSet<ChatId> = own.filter_map(|delivery| delivery.audience).collect();
        if chats.is_empty() {
            return Ok(chats);
        }
        Ok(self.look(peer, chats).await?.readable)
    }

    async fn first_frame(&mut self, stream: &mut AggregatedMessageStream) -> Result<Hello, End> {
        loop {
            match stream.recv().await {
                Some(Ok(AggregatedMessage::Text(text))) => return parse(&text),
                Some(Ok(AggregatedMessage::Ping(bytes))) => {
                    self.pong(&bytes).await?;
                }
                Some(Ok(AggregatedMessage::Pong(_))) => {}
                other => return Err(self.unexpected(other)),
            }
        }
    }

    /// Fits what is told to the topics that are heard. A peer that may have lost sight of a chat
    /// while it was away fetches the space anew: which one is not told to who never saw it.
    fn settle(&mut self, resume: &mut Resume) {
        for (topic, seq) in &self.cursors {
            let state = TopicState { seq: *seq, recovered: false };
            resume.states.entry(*topic).or_insert(state);
        }
        resume.states.retain(|topic, _| self.cursors.contains_key(topic));
        for delivery in &resume.replay {
            let closed = delivery.effect == Effect::ChatAccess
                && delivery.audience.is_some_and(|chat| self.hidden.contains(&chat));
            if let Some(state) = resume.states.get_mut(&delivery.topic).filter(|_| closed) {
                state.recovered = false;
                self.cursors.insert(delivery.topic, state.seq);
            }
        }
        resume.replay.retain(|d| resume.states.get(&d.topic).is_some_and(|state| state.recovered));
    }

    /// Where the topics stand, and what the peer missed since its cursors. Subscribe first: what
    /// happens meanwhile waits in the outbox and is dropped there if it is in the replay.
    pub(super) async fn resume(
        &mut self,
        topics: &[Topic],
        wanted: &HashMap<Topic, i64>,
    ) -> ApiResult<Resume> {
        let positions = self.positions(topics).await?;
        self.catch_up(positions, wanted).await
    }

    /// Where the topics stand: what follows is heard, and whoever was let in or put out before is known to
    /// who asks now.
    async fn positions(&mut self, topics: &[Topic]) -> ApiResult<Vec<(Topic, i64)>> {
        let positions = self.app.live.lookups().positions.ask(topics.to_vec()).await?;
        for (topic, seq) in &positions {
            self.cursors.insert(*topic, *seq);
            // The log may already hold more.
            self.app.live.hub().settle(*topic, *seq);
        }
        Ok(positions)
    }

    /// What the peer missed until then.
    async fn catch_up(
        &mut self,
        positions: Vec<(Topic, i64)>,
        wanted: &HashMap<Topic, i64>,
    ) -> ApiResult<Resume> {
        let missed: Vec<(Topic, i64)> = positions
            .iter()
            .filter_map(|(topic, seq)| {
                let after = *wanted.get(topic).filter(|_| self.same_log)?;
                (after >= 0 && after < *seq && seq - after <= REPLAY_LIMIT)
                    .then_some((*topic, after))
            })
            .collect();
        let mut found: HashMap<Topic, Vec<Arc<Delivery>>> = HashMap::new();
        if !missed.is_empty() {
            let _turn = self.app.live.turn().await;
            for delivery in stream::read_many(&mut *self.app.conn().await?, &missed).await? {
                found.entry(delivery.topic).or_default().push(delivery);
            }
        }
        let mut states = BTreeMap::new();
        let mut replay = Vec::new();
        for (topic, seq) in positions {
            let after = wanted.get(&topic).copied().filter(|_| self.same_log);
            let events = found.remove(&topic).unwrap_or_default();
            let whole = after.is_some_and(|after| {
                let seq_of = |delivery: Option<&Arc<Delivery>>| delivery.and_then(|d| d.seq);
                let (first, last) = (seq_of(events.first()), seq_of(events.last()));
                after == seq || first.is_some_and(|first| first - 1 == after) && last >= Some(seq)
            });
            let start = if whole { after.unwrap_or(seq) } else { seq };
            self.cursors.insert(topic, start);
            states.insert(topic, TopicState { seq, recovered: whole });
            if whole {
                // What the log holds beyond that is heard: it may change what the peer may see.
                let events = stream::without_deleted(events).into_iter();
                replay.extend(events.filter(|delivery| delivery.seq <= Some(seq)));
            }
        }
        Ok(Resume { states, replay })
    }
}

fn parse(text: &str) -> Result<Hello, End> {
    match serde_json::from_str::<CommandFrame>(text) {
        Ok(CommandFrame { command: Command::Hello(hello), .. }) => Ok(hello),
        Ok(_) => Err(End::close(close::UNAUTHENTICATED)),
        Err(_) => Err(End::close(close::BAD_FRAME)),
    }
}

/// Whoever may listen.
fn identified(user: ApiResult<CurrentUser>) -> Result<CurrentUser, End> {
    let allowed = user.and_then(|user| user.require(Need::Scope(Scope::Read)).map(|()| user));
    allowed.map_err(|error| match error.code.status() {
        401 | 403 => End::close(close::UNAUTHENTICATED),
        _ => failed(&error),
    })
}

/// We cannot serve now: come back.
fn failed(error: &ApiError) -> End {
    error.log();
    End::close(close::BROKEN)
}
