//! What the peer says: the socket's own commands, and those of the slices.

use super::{End, Session};
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::scopes::{self, Need};
use crate::realtime::command::CommandContext;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use shared::command::{Heartbeat, JoinRoom, Reauthenticate, Room};
use shared::error::{ErrorCode, FieldCode};
use shared::event::{Event, JoinedRoom, RoomUser, close};
use shared::ids::ChatId;
use shared::integrations::Scope;
use shared::topic::Topic;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

/// At most so many commands in [`WINDOW`].
const COMMANDS: usize = 60;
const WINDOW: Duration = Duration::from_secs(10);
/// The strike that closes.
const STRIKES: u8 = 3;
/// The most chats open on one socket.
const ROOMS: usize = 100;
/// Of a chat that more sockets of this node have open nobody hears who comes and goes.
const CROWD: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Option<Box<RawValue>>,
}

impl Session {
    pub(super) async fn command(&mut self, peer: &mut CurrentUser, text: &str) -> Result<(), End> {
        let Ok(frame) = serde_json::from_str::<Frame>(text) else {
            return Err(End::close(close::BAD_FRAME));
        };
        if frame.id.is_empty() || frame.id.len() > 64 {
            return Err(End::close(close::BAD_FRAME));
        }
        if let Some(wait) = self.too_many() {
            self.strike()?;
            let error = ApiError::rate_limited(wait.as_secs() + 1);
            return self.send_error(Some(&frame.id), &error).await;
        }
        let data = match frame.data {
            Some(data) => data,
            None => RawValue::from_string("{}".into()).map_err(|_| End::close(close::BROKEN))?,
        };
        let need = scopes::of_command(&frame.kind).unwrap_or(Need::Login);
        if let Err(error) = peer.require(need) {
            return self.send_error(Some(&frame.id), &error).await;
        }
        let outcome = match frame.kind.as_str() {
            "hello" => return Err(End::close(close::BAD_FRAME)),
            "join_room" => return self.join_room(peer, &frame.id, &data).await,
            "leave_room" => self.leave_room(&data),
            "heartbeat" => self.heartbeat(peer, &data),
            "reauthenticate" => self.reauthenticate(peer, &data).await,
            kind => {
                let context = CommandContext { app: self.app.clone(), user: *peer };
                self.table.clone().run(kind, context, data).await
            }
        };
        match outcome {
            Ok(answer) => self.ack("ack", &frame.id, &answer).await,
            Err(error) => self.send_error(Some(&frame.id), &error).await,
        }
    }

    /// One warning more; the last one ends the socket.
    pub(super) fn strike(&mut self) -> Result<(), End> {
        self.strikes += 1;
        if self.strikes >= STRIKES { Err(End::close(close::FLOODING)) } else { Ok(()) }
    }

    /// How long to wait when the peer was too busy.
    pub(super) fn too_many(&mut self) -> Option<Duration> {
        let now = Instant::now();
        while self.recent.front().is_some_and(|at| now - *at >= WINDOW) {
            self.recent.pop_front();
        }
        if self.recent.len() < self.limit() {
            self.recent.push_back(now);
            return None;
        }
        self.recent.front().map(|at| WINDOW.saturating_sub(now - *at))
    }

    fn limit(&self) -> usize {
        match self.app.config.limits.factor {
            0.0 => usize::MAX,
            factor => (COMMANDS as f64 * factor).ceil() as usize,
        }
    }

    async fn ack(&mut self, kind: &str, id: &str, data: &RawValue) -> Result<(), End> {
        let frame = serde_json::json!({"type": kind, "id": id, "data": data});
        self.send(frame.to_string().into()).await
    }

    async fn join_room(
        &mut self,
        peer: &CurrentUser,
        id: &str,
        data: &RawValue,
    ) -> Result<(), End> {
        match self.enter_room(peer, data).await {
            Err(error) => self.send_error(Some(id), &error).await,
            Ok((joined, replay)) => {
                let answer = serde_json::value::to_raw_value(&joined);
                self.ack("joined_room", id, &answer.map_err(|_| End::close(close::BROKEN))?)
                    .await?;
                for delivery in replay {
                    self.replay(&delivery, &HashSet::new()).await?;
                }
                Ok(())
            }
        }
    }

    async fn enter_room(
        &mut self,
        peer: &CurrentUser,
        data: &RawValue,
    ) -> ApiResult<(JoinedRoom, Vec<std::sync::Arc<crate::realtime::stream::Delivery>>)> {
        let JoinRoom { chat_id, after_seq } = read(data)?;
        if after_seq.is_some_and(|seq| seq < 0) {
            return Err(ApiError::field("after_seq", FieldCode::OutOfRange));
        }
        if self.rooms.len() >= ROOMS && !self.in_room(chat_id) {
            return Err(ApiError::field("chat_id", FieldCode::TooMany));
        }
        let turn = self.app.live.turn().await;
        self.app.live.directory().clone().may_read(peer.id, chat_id).await?;
        drop(turn);
        let topic = Topic::Chat(chat_id);
        self.app.live.hub().subscribe(topic, self.id, &self.outbox);
        let wanted: HashMap<_, _> = after_seq.map(|seq| (topic, seq)).into_iter().collect();
        let mut resume = self.resume(&[topic], &wanted).await;
        if resume.as_ref().is_ok_and(|resume| !resume.replay.is_empty()) {
            // Who lost the chat meanwhile is not told what was said there since.
            let readable = self.app.live.directory().may_read(peer.id, chat_id).await;
            resume = readable.and(resume);
        }
        let resume = match resume {
            Ok(resume) => resume,
            Err(error) => {
                self.drop_topic(topic);
                return Err(error);
            }
        };
        if self.rooms.insert(chat_id) {
            self.tell_room(chat_id, true);
        }
        let state = resume.states.get(&topic).copied();
        let (seq, recovered) = state.map_or((0, false), |s| (s.seq, s.recovered));
        Ok((JoinedRoom { chat_id, seq, recovered }, resume.replay))
    }

    fn leave_room(&mut self, data: &RawValue) -> ApiResult<Box<RawValue>> {
        let Room { chat_id } = read(data)?;
        if self.in_room(chat_id) {
            self.drop_topic(Topic::Chat(chat_id));
        }
        nothing()
    }

    /// Tells who has the chat open too, unless the peer does not want to be seen or a crowd would
    /// have to hear it: each who comes would cost a frame for each who is there.
    pub(super) fn tell_room(&self, chat_id: ChatId, joined: bool) {
        let Some(user) = self.present.clone() else { return };
        let is_crowd = self.app.live.hub().listeners(Topic::Chat(chat_id)) > CROWD;
        if is_crowd || self.app.live.presences().hides(user.id) {
            return;
        }
        let who = RoomUser { chat_id, user };
        let event = if joined { Event::UserJoinedRoom(who) } else { Event::UserLeftRoom(who) };
        self.app.live.ephemeral(Topic::Chat(chat_id), None, event);
    }

    fn heartbeat(&mut self, peer: &CurrentUser, data: &RawValue) -> ApiResult<Box<RawValue>> {
        let Heartbeat { active } = read(data)?;
        self.app.live.beat(peer.id, self.id, active);
        nothing()
    }

    async fn reauthenticate(
        &mut self,
        peer: &mut CurrentUser,
        data: &RawValue,
    ) -> ApiResult<Box<RawValue>> {
        let Reauthenticate { token } = read(data)?;
        let user = self.app.authenticator.authenticate_anew(&token).await?;
        if user.id != peer.id {
            return Err(ApiError::new(ErrorCode::Unauthenticated));
        }
        user.require(Need::Scope(Scope::Read))?;
        *peer = user;
        nothing()
    }
}

fn read<T: DeserializeOwned>(data: &RawValue) -> ApiResult<T> {
    serde_json::from_str(data.get()).map_err(|error| crate::http::json::bad_json(&error, ""))
}

fn nothing() -> ApiResult<Box<RawValue>> {
    RawValue::from_string("{}".into()).map_err(ApiError::internal)
}
