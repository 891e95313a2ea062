//! Which rows of a long list are in the page, and where the page is scrolled to.
//!
//! Pure arithmetic, no browser. Heights are measured when a row is in the page, remembered by row
//! and width, and estimated before. The list is pinned: to its end while the reader is there, else to
//! the topmost row he sees, which keeps its place on the screen whatever happens around it.
//!
//! While there is more before the first row, the list begins far down: what comes in above, or turns
//! out higher than thought, takes from that room, and the scroll position is left alone. To set it
//! while a finger or a wheel moves it would be felt.

mod pin;
mod range;

pub use pin::Align;

use pin::Pin;
use std::collections::HashMap;
use std::ops::Range;

/// Names a row for as long as it lives, whatever its index.
pub type Key = u64;

/// The row before the first message (the beginning of the chat, or a skeleton): never pinned, so that
/// older messages can slip in behind it.
pub const HEADER: Key = 0;
/// The most rows in the page.
pub const MAX_RENDERED: usize = 120;
/// Who is this near to the end follows it, in pixels.
const FOLLOW: f64 = 24.0;
/// Widths this near to each other share their measures, in pixels.
const WIDTH_STEP: f64 = 16.0;
/// Room above the first row while there is more to come, in pixels.
const ROOM: f64 = 200_000.0;
/// Measures kept before the oldest widths are forgotten.
const MAX_MEASURES: usize = 20_000;

/// What to put into the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The rows in the page.
    pub range: Range<usize>,
    /// The height of the space that stands for the rows before them.
    pub before: f64,
    /// The height of the space that stands for the rows after them.
    pub after: f64,
    /// Where to scroll to.
    pub scroll: f64,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct VirtualList {
    keys: Vec<Key>,
    heights: Vec<f64>,
    /// The top of every row, and the end of the last one.
    tops: Vec<f64>,
    index: HashMap<Key, usize>,
    measures: HashMap<(Key, u16), f64>,
    width: u16,
    viewport: f64,
    scroll: f64,
    /// Where the first row begins: 0, or somewhere within [`ROOM`].
    lead: f64,
    /// Whether there is more before the first row.
    has_room: bool,
    /// The next layout goes somewhere else: the scroll position is not to be kept.
    is_jump: bool,
    pin: Pin,
    /// Whether the last row is the end of the list, and not only of what is loaded.
    is_live: bool,
    range: Range<usize>,
    /// The topmost row that was seen in the frame before.
    seen: Option<Key>,
    is_stale: bool,
}

impl Default for VirtualList {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            heights: Vec::new(),
            tops: vec![0.0],
            index: HashMap::new(),
            measures: HashMap::new(),
            width: 0,
            viewport: 0.0,
            scroll: 0.0,
            lead: 0.0,
            has_room: false,
            is_jump: true,
            pin: Pin::End,
            is_live: true,
            range: 0..0,
            seen: None,
            is_stale: false,
        }
    }
}

impl VirtualList {
    /// Replaces the rows, each with an estimate of its height. A pinned row that is gone hands its
    /// place to the next one that is still there.
    pub fn set_rows(
        &mut self,
        rows: impl IntoIterator<Item = (Key, f64)>,
        is_live: bool,
        has_room: bool,
    ) {
        let old = std::mem::take(&mut self.keys);
        let old_index = std::mem::take(&mut self.index);
        let old_range = self.range.clone();
        self.heights.clear();
        for (key, estimate) in rows {
            let height = self.measures.get(&(key, self.width)).copied().unwrap_or(estimate);
            self.index.insert(key, self.keys.len());
            self.keys.push(key);
            self.heights.push(height);
        }
        self.range = self.moved(&old, &old_range);
        self.is_stale = true;
        self.is_live = is_live;
        if self.has_room != has_room {
            self.has_room = has_room;
            self.lead = if has_room { ROOM } else { 0.0 };
            self.is_jump = true;
        }
        if let Pin::Row { key, offset } = self.pin
            && !self.index.contains_key(&key)
        {
            self.pin = self.heir(&old, old_index.get(&key).copied(), offset);
        }
        if self.pin == Pin::End && !is_live {
            self.sum();
            self.pin = self.pin_at(self.scroll, None);
        }
    }

    /// The rendered rows under their new indices.
    fn moved(&self, old: &[Key], range: &Range<usize>) -> Range<usize> {
        let kept: Vec<usize> = old
            .get(range.clone())
            .unwrap_or_default()
            .iter()
            .filter(|key| **key != HEADER)
            .filter_map(|key| self.index.get(key).copied())
            .collect();
        match (kept.iter().min(), kept.iter().max()) {
            (Some(&first), Some(&last)) => first..last + 1,
            _ => 0..0,
        }
    }

    /// Notes the size of the viewport. A new width makes other heights.
    pub fn resize(&mut self, width: f64, height: f64) {
        let class = width_class(width);
        let old = std::mem::replace(&mut self.viewport, height.max(0.0));
        if class == self.width {
            return;
        }
        self.pin_begun(old.min(self.viewport));
        if self.measures.len() > MAX_MEASURES {
            self.measures.retain(|(_, other), _| *other == class);
        }
        self.width = class;
        for (key, height) in self.keys.iter().zip(&mut self.heights) {
            if let Some(measured) = self.measures.get(&(*key, class)) {
                *height = *measured;
            }
        }
        self.is_stale = true;
    }

    /// Notes the real height of a row; tells whether it differs from what was thought.
    pub fn measure(&mut self, key: Key, height: f64) -> bool {
        let Some(&at) = self.index.get(&key) else { return false };
        self.measures.insert((key, self.width), height);
        if (self.heights[at] - height).abs() < 0.01 {
            return false;
        }
        self.heights[at] = height;
        self.is_stale = true;
        true
    }

    /// How high a row is, or is thought to be.
    #[must_use]
    pub fn height_of(&self, key: Key) -> Option<f64> {
        self.index.get(&key).map(|&at| self.heights[at])
    }

    /// Whether a row's height is still a guess.
    #[must_use]
    pub fn is_guess(&self, key: Key) -> bool {
        !self.measures.contains_key(&(key, self.width))
    }

    /// The reader has scrolled.
    pub fn scroll_to(&mut self, top: f64) {
        self.sum();
        self.scroll = top;
        self.pin = if self.is_live && top + self.viewport >= self.end() - FOLLOW {
            Pin::End
        } else {
            self.pin_at(top, self.seen)
        };
    }

    /// Whether the reader is at the end and follows it.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.pin == Pin::End
    }

    /// What to put into the page now.
    pub fn layout(&mut self) -> Layout {
        self.sum();
        self.scroll = match self.pin {
            Pin::End => self.lowest(),
            Pin::Row { key, offset } => {
                let top = self.index.get(&key).map_or(0.0, |&at| self.tops[at]) - offset;
                self.keep_scroll(top);
                (self.lead + top).clamp(self.lead.min(self.lowest()), self.lowest())
            }
        };
        self.is_jump = false;
        self.choose_range();
        Layout {
            range: self.range.clone(),
            before: self.lead + self.tops[self.range.start],
            after: self.total() - self.tops[self.range.end],
            scroll: self.scroll,
        }
    }

    /// Moves the rows instead of the scroll position, as far as there is room.
    fn keep_scroll(&mut self, top: f64) {
        if !self.has_room || self.is_jump {
            return;
        }
        let lead = self.scroll - top;
        self.lead = if (0.0..=2.0 * ROOM).contains(&lead) { lead } else { ROOM };
    }

    /// All rows in the page are measured and it is about to be painted: what is seen now is what must
    /// stay, also where the pinned place could not be reached.
    pub fn settle(&mut self) {
        self.sum();
        if self.pin == Pin::End {
            return;
        }
        let is_end = self.is_live && self.bottom() >= self.end() - 1.0;
        self.pin = if is_end { Pin::End } else { self.pin_at(self.scroll, None) };
    }

    /// What was settled has been painted: a new frame begins.
    pub fn begin_frame(&mut self) {
        self.seen = self.top_key();
    }

    /// The row's height is to be measured anew: it looks different now.
    pub fn forget(&mut self, key: Key) {
        self.measures.remove(&(key, self.width));
    }

    /// The height of the viewport.
    #[must_use]
    pub fn viewport(&self) -> f64 {
        self.viewport
    }

    /// Pixels from the viewport to the beginning and to the end of what is loaded.
    pub fn distances(&mut self) -> (f64, f64) {
        self.sum();
        (self.scroll - self.lead, (self.end() - self.scroll - self.viewport).max(0.0))
    }

    /// The topmost row that is at least partly seen, the header aside.
    pub fn top_key(&mut self) -> Option<Key> {
        let visible = self.visible();
        self.keys.get(visible)?.iter().copied().find(|key| *key != HEADER)
    }

    /// The rows that are at least partly seen.
    pub fn visible(&mut self) -> Range<usize> {
        self.sum();
        self.rows_between(self.scroll, self.scroll + self.viewport)
    }

    fn bottom(&self) -> f64 {
        self.scroll + self.viewport
    }

    fn total(&self) -> f64 {
        self.tops[self.keys.len()]
    }

    /// Where the last row ends.
    fn end(&self) -> f64 {
        self.lead + self.total()
    }

    /// The lowest scroll position.
    fn lowest(&self) -> f64 {
        (self.end() - self.viewport).max(0.0)
    }

    fn sum(&mut self) {
        if !self.is_stale {
            return;
        }
        self.is_stale = false;
        self.tops.clear();
        self.tops.push(0.0);
        let mut top = 0.0;
        for height in &self.heights {
            top += height;
            self.tops.push(top);
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn width_class(width: f64) -> u16 {
    (width / WIDTH_STEP) as u16 + 1
}

#[cfg(test)]
mod tests;
