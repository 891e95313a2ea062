//! Sends of one chat are written together: those that come while a transaction of the chat runs
//! wait, and the next one writes them all. The chat's row is locked once for many messages instead
//! of once for each; each send keeps its own checks and is answered only after the commit.
//!
//! This is for plain texts to chats of spaces. What needs more (files, answers, threads, stickers,
//! forwards, mentions, slow mode, conversations whose people are told) has a transaction of its own.

use super::access::{ChatAccess, access_chat_for};
use super::actions::messages::{Sent, do_send_plain};
use super::actions::news::announce;
use super::previews;
use crate::app::App;
use crate::error::{ApiError, ApiResult, shared_copy};
use crate::realtime::stream::Tx;
use moka::future::Cache;
use shared::chat::{ChatKind, Message, SendMessage};
use shared::error::ErrorCode;
use shared::ids::{ChatId, UserId};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// The most messages of one transaction.
const MOST: usize = 128;
/// How long a chat that is busy waits for those who were just answered: without it the first of them
/// has a transaction alone and all others wait for it (as PostgreSQL's `commit_delay`).
const GATHER: Duration = Duration::from_millis(1);

/// What waits, by chat. Clones share it.
#[derive(Clone)]
pub struct GroupCommit(Arc<Inner>);

struct Inner {
    /// A chat is here as long as something writes for it.
    queues: Mutex<HashMap<ChatId, VecDeque<Waiting>>>,
    /// Chats known to belong to no space, which never changes.
    conversations: Cache<ChatId, ()>,
}

/// A send, and who waits for what becomes of it.
struct Waiting {
    user: UserId,
    body: SendMessage,
    answer: oneshot::Sender<ApiResult<Outcome>>,
}

/// What became of a send.
#[derive(Debug)]
pub enum Outcome {
    New(Box<Message>),
    /// The nonce was used before: nothing was changed.
    Repeat,
    /// Nothing was changed: it needs a transaction of its own.
    Apart,
}

impl Default for GroupCommit {
    fn default() -> Self {
        let conversations = Cache::builder().max_capacity(100_000).build();
        Self(Arc::new(Inner { queues: Mutex::default(), conversations }))
    }
}

impl GroupCommit {
    /// Whether a send may be written together with others.
    #[must_use]
    pub fn takes(&self, chat: ChatId, body: &SendMessage) -> bool {
        let is_plain = body.attachment_ids.is_empty()
            && body.sticker_id.is_none()
            && body.reply_to.is_none()
            && body.thread_root.is_none()
            && body.forward_of.is_none()
            && !body.content.contains('@');
        is_plain && !self.0.conversations.contains_key(&chat)
    }

    /// Writes a send that [`GroupCommit::takes`], with those that wait for the same chat.
    ///
    /// # Errors
    /// What the send alone would meet.
    pub async fn send(
        &self,
        app: &App,
        user: UserId,
        chat: ChatId,
        body: &SendMessage,
    ) -> ApiResult<Outcome> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { user, body: body.clone(), answer };
        let is_first = match self.queues().entry(chat) {
            Entry::Occupied(mut queue) => {
                queue.get_mut().push_back(waiting);
                false
            }
            Entry::Vacant(none) => {
                none.insert(VecDeque::from([waiting]));
                true
            }
        };
        if is_first {
            // A task of its own: whoever came first may go away before the others are answered.
            let writer = Writer { queues: self.clone(), chat, is_done: false };
            tokio::spawn(writer.run(app.clone()));
        }
        // Without an answer the writer ended with its thread.
        answered.await.unwrap_or(Ok(Outcome::Apart))
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<ChatId, VecDeque<Waiting>>> {
        self.0.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what waits for a chat until nothing does.
struct Writer {
    queues: GroupCommit,
    chat: ChatId,
    is_done: bool,
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Cut off: whoever waits hears of it by the end of his channel.
        if !self.is_done {
            self.queues.queues().remove(&self.chat);
        }
    }
}

impl Writer {
    async fn run(mut self, app: App) {
        while let Some(batch) = self.next() {
            let is_crowd = batch.len() > 1;
            write(&app, self.chat, batch).await;
            if is_crowd {
                tokio::time::sleep(GATHER).await;
            }
        }
    }

    /// The next sends; those whose callers went away are dropped. A nonce that comes twice waits, to
    /// be found used.
    fn next(&mut self) -> Option<Vec<Waiting>> {
        let mut queues = self.queues.queues();
        let queue = queues.get_mut(&self.chat)?;
        let (mut batch, mut later, mut seen) = (Vec::new(), VecDeque::new(), HashSet::new());
        while let Some(waiting) = queue.pop_front() {
            if waiting.answer.is_closed() {
                continue;
            }
            let is_free =
                batch.len() < MOST && seen.insert((waiting.user, waiting.body.nonce.clone()));
            if is_free { batch.push(waiting) } else { later.push_back(waiting) }
        }
        *queue = later;
        if batch.is_empty() {
            queues.remove(&self.chat);
            self.is_done = true;
            return None;
        }
        Some(batch)
    }
}

/// Writes sends and answers each.
async fn write(app: &App, chat: ChatId, mut batch: Vec<Waiting>) {
    // Every round leaves some out, or is the last one.
    while !batch.is_empty() {
        let round = match Tx::begin(&app.db, &app.live).await {
            Ok(tx) => attempt(tx, app, chat, &mut batch).await,
            Err(error) => Err(error),
        };
        match round {
            Ok(Round::Written(access, messages)) => {
                if let Some(last) = messages.last() {
                    announce(&app.live, &access, &[], (&[], &[]), last);
                }
                for (waiting, message) in batch.drain(..).zip(messages) {
                    waiting.answer(Ok(Outcome::New(Box::new(message))));
                }
            }
            Ok(Round::Again) => {}
            Err(error) => {
                let error = Arc::new(error);
                for waiting in batch.drain(..) {
                    // One of them may be the reason: alone each meets only its own error.
                    waiting.answer(match error.code {
                        ErrorCode::Unavailable => Err(shared_copy(&error)),
                        _ => Ok(Outcome::Apart),
                    });
                }
            }
        }
    }
}

enum Round {
    /// All that were left are committed, in their order.
    Written(Box<ChatAccess>, Vec<Message>),
    /// Some were left out, and nothing is written.
    Again,
}

async fn attempt(
    mut tx: Tx,
    app: &App,
    chat: ChatId,
    batch: &mut Vec<Waiting>,
) -> ApiResult<Round> {
    match attempt_in(&mut tx, app, chat, batch).await {
        Ok(round @ Round::Written(..)) => tx.commit().await.map(|()| round),
        other => {
            tx.rollback().await;
            other
        }
    }
}

async fn attempt_in(
    tx: &mut Tx,
    app: &App,
    chat: ChatId,
    batch: &mut Vec<Waiting>,
) -> ApiResult<Round> {
    let users: HashSet<UserId> = batch.iter().map(|waiting| waiting.user).collect();
    let users: Vec<UserId> = users.into_iter().collect();
    let mut people = access_chat_for(tx, &users, chat).await?;
    let mut is_whole = true;
    if people.values().any(|access| access.view().kind() != ChatKind::Space) {
        app.group_commit.0.conversations.insert(chat, ()).await;
    }
    for waiting in std::mem::take(batch) {
        match verdict(people.get(&waiting.user)) {
            Ok(None) => batch.push(waiting),
            Ok(Some(outcome)) => waiting.answer(Ok(outcome)),
            Err(error) => waiting.answer(Err(error)),
        }
    }
    let sends = batch.iter().filter_map(|one| Some((people.get(&one.user)?, &one.body)));
    let sent = do_send_plain(tx, chat, sends.collect()).await?;
    let mut messages = Vec::with_capacity(batch.len());
    for (waiting, sent) in std::mem::take(batch).into_iter().zip(sent) {
        match sent {
            Sent::New(message, _) => {
                batch.push(waiting);
                messages.push(*message);
            }
            Sent::Repeat => {
                waiting.answer(Ok(Outcome::Repeat));
                // Rolls back: the `seq` it took must not become a hole.
                is_whole = false;
            }
        }
    }
    if is_whole {
        previews::request(app, tx, &messages).await?;
    }
    let access = messages.last().and_then(|last| people.remove(&last.author.id));
    Ok(match access.filter(|_| is_whole) {
        Some(access) => Round::Written(Box::new(access), messages),
        None => Round::Again,
    })
}

/// What a send meets before anything is written; `None`: it is written.
fn verdict(access: Option<&ChatAccess>) -> ApiResult<Option<Outcome>> {
    let access = access.ok_or_else(ApiError::not_found)?;
    access.require_to_send()?;
    let waits = access.view().pause(access.user_id(), chrono::Utc::now()).is_some();
    Ok((waits || access.view().kind() != ChatKind::Space).then_some(Outcome::Apart))
}

impl Waiting {
    /// Nobody hears it when he has gone.
    fn answer(self, outcome: ApiResult<Outcome>) {
        drop(self.answer.send(outcome));
    }
}
