//! Where the client stands in every topic, and when to come back.

use shared::topic::Topic;
use std::collections::{BTreeMap, HashMap};

/// What to do with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Apply,
    /// Seen before.
    Drop,
    /// Events before it are missing: fetch the state of the topic anew.
    Hole,
}

/// The last `seq` of each topic.
#[derive(Debug, Default)]
pub struct Cursors {
    last: HashMap<Topic, i64>,
}

impl Cursors {
    /// Takes note of an event.
    pub fn advance(&mut self, topic: Topic, seq: Option<i64>) -> Verdict {
        let Some(seq) = seq else { return Verdict::Apply };
        match self.last.insert(topic, seq) {
            Some(last) if seq <= last => {
                self.last.insert(topic, last);
                Verdict::Drop
            }
            Some(last) if seq > last + 1 => Verdict::Hole,
            _ => Verdict::Apply,
        }
    }

    /// The topic's state was fetched, or starts, at `seq`.
    pub fn set(&mut self, topic: Topic, seq: i64) {
        self.last.insert(topic, seq);
    }

    pub fn forget(&mut self, topic: Topic) {
        self.last.remove(&topic);
    }

    /// For `hello`: every topic that the socket hears by itself.
    pub fn for_hello(&self) -> BTreeMap<Topic, i64> {
        let by_itself = |topic: &Topic| !matches!(topic, Topic::Chat(_));
        self.last.iter().filter(|(topic, _)| by_itself(topic)).map(|(t, seq)| (*t, *seq)).collect()
    }
}

/// The longest pause before the next attempt, in milliseconds.
const LONGEST: f64 = 30_000.0;

/// How long to wait before attempt number `attempt` (from 0), in milliseconds: full jitter, so that a
/// thousand clients do not come back at once. `random` is in 0..1.
pub fn pause(attempt: u32, random: f64) -> u32 {
    let most = (500.0 * f64::from(2_u32.pow(attempt.min(10)))).min(LONGEST);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..=30000")]
    let pause = (most * random) as u32;
    pause.max(50)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ids::{ChatId, SpaceId};

    #[test]
    fn judges_events() {
        let mut cursors = Cursors::default();
        let topic = Topic::Chat(ChatId::new());
        assert_eq!(cursors.advance(topic, Some(7)), Verdict::Apply);
        assert_eq!(cursors.advance(topic, Some(8)), Verdict::Apply);
        assert_eq!(cursors.advance(topic, Some(8)), Verdict::Drop);
        assert_eq!(cursors.advance(topic, Some(3)), Verdict::Drop);
        assert_eq!(cursors.advance(topic, None), Verdict::Apply);
        assert_eq!(cursors.advance(topic, Some(10)), Verdict::Hole);
        assert_eq!(cursors.advance(topic, Some(11)), Verdict::Apply);
        assert_eq!(cursors.last.get(&topic), Some(&11));
        assert!(cursors.for_hello().is_empty());
        cursors.set(Topic::Space(SpaceId::new()), 4);
        assert_eq!(cursors.for_hello().len(), 1);
        cursors.forget(topic);
        assert_eq!(cursors.last.get(&topic), None);
    }

    #[test]
    fn pauses_grow_and_are_bounded() {
        assert_eq!(pause(0, 0.0), 50);
        assert_eq!(pause(0, 0.5), 250);
        assert_eq!(pause(3, 0.5), 2_000);
        assert_eq!(pause(40, 1.0), 30_000);
    }
}
