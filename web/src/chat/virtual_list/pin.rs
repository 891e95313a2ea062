//! What keeps its place on the screen.

use super::{HEADER, Key, ROOM, VirtualList};

/// What the scroll position hangs on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pin {
    End,
    /// The row's top is `offset` pixels below the top of the viewport.
    Row {
        key: Key,
        offset: f64,
    },
}

/// Where a row should come to lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Align {
    /// With something before it in sight.
    Upper,
    Center,
}

impl VirtualList {
    /// Pins a row; tells whether it is there.
    pub fn pin_row(&mut self, key: Key, align: Align) -> bool {
        let Some(&at) = self.index.get(&key) else { return false };
        let room = (self.viewport - self.heights[at]).max(0.0);
        let offset = match align {
            Align::Upper => room / 4.0,
            Align::Center => room / 2.0,
        };
        self.pin = Pin::Row { key, offset };
        self.lead = if self.has_room { ROOM } else { 0.0 };
        self.is_jump = true;
        true
    }

    /// Follows the end from now on.
    pub fn pin_end(&mut self) {
        self.pin = Pin::End;
    }

    /// Rows in the page have other heights: one that comes into sight only in this frame must not push
    /// down what was seen in the one before.
    pub fn pin_seen(&mut self) {
        if self.pin != Pin::End && !self.is_jump {
            self.sum();
            self.pin = self.pin_at(self.scroll, self.seen);
        }
    }

    /// All rows are about to have other heights: what must stay is the first one that begins in sight, not the
    /// rest of one above, which is read no more.
    pub(super) fn pin_begun(&mut self, viewport: f64) {
        if self.pin == Pin::End || self.is_jump {
            return;
        }
        self.sum();
        let top = self.scroll - self.lead;
        let at = self.tops.partition_point(|begin| *begin < top);
        let key = self.keys.get(at).filter(|key| **key != HEADER);
        if let Some(&key) = key.filter(|_| self.tops[at] < top + viewport) {
            self.pin = Pin::Row { key, offset: self.tops[at] - top };
        }
    }

    /// These rows are about to look different, such as one that is not the first of its day any more:
    /// what must stay is the first row after them.
    pub fn pin_beside(&mut self, changed: &[Key]) {
        let Pin::Row { key, .. } = self.pin else { return };
        if self.is_jump || !changed.contains(&key) {
            return;
        }
        self.sum();
        let Some(at) = self.index.get(&key).copied() else { return };
        let next = self.keys.iter().enumerate().skip(at).find(|(_, key)| !changed.contains(key));
        if let Some((next, &key)) = next {
            self.pin = Pin::Row { key, offset: self.lead + self.tops[next] - self.scroll };
        }
    }

    /// The pin after its row went: what followed it moves up to its place.
    pub(super) fn heir(&self, old: &[Key], at: Option<usize>, offset: f64) -> Pin {
        let Some(at) = at else { return Pin::End };
        let after = old[at..].iter().find(|key| self.index.contains_key(key));
        let before = || old[..at].iter().rev().find(|key| self.index.contains_key(key));
        match after.or_else(before) {
            Some(&key) => Pin::Row { key, offset },
            None => Pin::End,
        }
    }

    /// The topmost row that is seen. One that is in the page already goes before one that comes into
    /// sight only now, whose height is not known; and so does one that was `seen` before: it stays in
    /// its place.
    pub(super) fn pin_at(&self, top: f64, seen: Option<Key>) -> Pin {
        let top = top - self.lead;
        let mut at = self.tops[1..].partition_point(|end| *end <= top);
        let first = Some(self.range.start).filter(|_| !self.range.is_empty());
        let seen = seen.and_then(|key| self.index.get(&key).copied());
        for before in [first, seen].into_iter().flatten() {
            if before > at && self.tops[before] < top + self.viewport {
                at = before;
            }
        }
        if self.keys.get(at) == Some(&HEADER) {
            at += 1;
        }
        match self.keys.get(at) {
            Some(&key) => Pin::Row { key, offset: self.tops[at] - top },
            None => Pin::End,
        }
    }
}
