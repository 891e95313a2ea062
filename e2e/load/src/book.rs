//! The ledger: what was said, what the server acknowledged, and whether it is there.

use crate::client::Client;
use crate::mailbox::Mailbox;
use crate::stats::{Times, millis};
use anyhow::ensure;
use shared::chat::Message;
use shared::ids::{ChatId, MessageId};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// See the module. A message is known by its text: a nonce that was forgotten must show.
pub struct Book {
    said: Mutex<HashMap<String, Said>>,
    /// From sending to the answer.
    pub answered: Mutex<Times>,
    /// From sending to a socket, each socket counted.
    pub seen: Mutex<Times>,
}

struct Said {
    at: Instant,
    acknowledged: bool,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub lost: usize,
    pub doubled: usize,
    pub disordered: usize,
}

/// Locks also what a panicking task has left.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Book {
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            said: Mutex::default(),
            answered: Mutex::new(Times::new()?),
            seen: Mutex::new(Times::new()?),
        })
    }

    /// Notes a message that is about to be sent.
    pub fn say(&self, text: &str) {
        lock(&self.said).insert(text.to_owned(), Said { at: Instant::now(), acknowledged: false });
    }

    /// Notes that the server has promised it.
    pub fn acknowledge(&self, text: &str) {
        if let Some(said) = lock(&self.said).get_mut(text) {
            said.acknowledged = true;
            lock(&self.answered).since(said.at);
        }
    }

    /// The times so far, which begin anew: until the answer, and until each socket.
    pub fn take(&self) -> anyhow::Result<(Times, Times)> {
        let mut taken = [&self.answered, &self.seen].map(lock);
        let answered = std::mem::replace(&mut *taken[0], Times::new()?);
        Ok((answered, std::mem::replace(&mut *taken[1], Times::new()?)))
    }

    /// Waits until so many more were promised, or for so long.
    pub async fn until_acknowledged(&self, more: u64, patience: Duration) {
        let before = lock(&self.answered).count();
        let began = Instant::now();
        while lock(&self.answered).count() < before + more && began.elapsed() < patience {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Notes that a socket has shown it.
    pub fn see(&self, text: &str) {
        if let Some(said) = lock(&self.said).get(text) {
            lock(&self.seen).since(said.at);
        }
    }

    /// Compares the ledger with the history, and the history with what each socket has shown.
    pub async fn check(
        &self,
        reader: &Client,
        chats: &[ChatId],
        mailboxes: &[&Mailbox],
    ) -> anyhow::Result<Verdict> {
        let rooms: Vec<_> = chats.iter().map(|chat| (*chat, mailboxes.to_vec())).collect();
        self.check_rooms(reader, &rooms).await
    }

    /// As [`Book::check`], where not every mailbox hears every chat.
    pub async fn check_rooms(
        &self,
        reader: &Client,
        rooms: &[(ChatId, Vec<&Mailbox>)],
    ) -> anyhow::Result<Verdict> {
        let mut verdict = Verdict::default();
        let mut stored: HashMap<String, usize> = HashMap::new();
        let mut all: Vec<&Mailbox> = Vec::new();
        for (chat, mailboxes) in rooms {
            let history = history(reader, *chat).await?;
            for (message, seq) in history.iter().zip(1..) {
                *stored.entry(message.content.clone()).or_default() += 1;
                verdict.disordered += usize::from(message.seq != seq);
            }
            let order: Vec<MessageId> = history.iter().map(|message| message.id).collect();
            for mailbox in mailboxes {
                verdict.add(compare(&order, &mailbox.shown(*chat)));
                if !all.iter().any(|known| std::ptr::eq(*known, *mailbox)) {
                    all.push(mailbox);
                }
            }
        }
        let said = lock(&self.said);
        for (text, note) in said.iter() {
            let times = stored.get(text).copied().unwrap_or(0);
            verdict.lost += usize::from(note.acknowledged && times == 0);
            verdict.doubled += times.saturating_sub(1);
        }
        for mailbox in all {
            verdict.disordered += mailbox.holes();
        }
        Ok(verdict)
    }

    /// Prints the figures.
    pub fn print(&self, verdict: Verdict) {
        let said = lock(&self.said);
        let acknowledged = said.values().filter(|said| said.acknowledged).count();
        let (answered, seen) = (lock(&self.answered), lock(&self.seen));
        println!("  {} sent, {acknowledged} acknowledged, {} deliveries", said.len(), seen.count());
        for (name, times) in [("send → answer", &answered), ("send → socket", &seen)] {
            let (half, most) = (millis(times.at(0.5)), millis(times.at(0.99)));
            println!("  {name}: median {half}, p99 {most}");
        }
        let Verdict { lost, doubled, disordered } = verdict;
        println!("  lost / doubled / disordered: {lost} / {doubled} / {disordered}");
    }

    /// # Errors
    /// Anything was lost, doubled or disordered, or never acknowledged.
    pub fn demand(&self, verdict: Verdict) -> anyhow::Result<()> {
        let open = lock(&self.said).values().filter(|said| !said.acknowledged).count();
        ensure!(open == 0, "{open} messages were never acknowledged");
        ensure!(verdict == Verdict::default(), "the ledger does not balance");
        Ok(())
    }
}

impl Verdict {
    fn add(&mut self, other: Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.disordered += other.disordered;
    }
}

/// All messages of a chat, oldest first.
pub async fn history(reader: &Client, chat: ChatId) -> anyhow::Result<Vec<Message>> {
    let mut all: Vec<Message> = Vec::new();
    loop {
        let last = all.last().map_or(0, |message| message.seq);
        let page = reader.after(chat, last).await?;
        all.extend(page.items);
        if !page.has_after {
            return Ok(all);
        }
    }
}

/// What a socket has shown, against the order in which it is stored.
fn compare(stored: &[MessageId], shown: &[MessageId]) -> Verdict {
    let place: HashMap<MessageId, usize> =
        stored.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let different: HashSet<&MessageId> = shown.iter().collect();
    let places: Vec<usize> = shown.iter().filter_map(|id| place.get(id).copied()).collect();
    Verdict {
        lost: stored.iter().filter(|id| !different.contains(id)).count(),
        doubled: shown.len() - different.len(),
        disordered: places.windows(2).filter(|pair| pair[1] < pair[0]).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_counted() {
        let ids: Vec<MessageId> = (0..5).map(|_| MessageId::new()).collect();
        let verdict = |lost, doubled, disordered| Verdict { lost, doubled, disordered };
        assert_eq!(compare(&ids, &ids), verdict(0, 0, 0));
        assert_eq!(compare(&ids, &ids[1..]), verdict(1, 0, 0));
        assert_eq!(compare(&ids, &[&ids[..], &ids[4..]].concat()), verdict(0, 1, 0));
        let swapped = [ids[0], ids[2], ids[1], ids[3], ids[4]];
        assert_eq!(compare(&ids, &swapped), verdict(0, 0, 1));
    }
}
