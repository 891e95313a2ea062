//! The rows that are in the page.

use super::{MAX_RENDERED, VirtualList};
use std::ops::Range;

impl VirtualList {
    /// Keeps the rendered range while it reaches far enough beyond the viewport, so that not every
    /// scrolled pixel touches the page.
    pub(super) fn choose_range(&mut self) {
        let margin = self.viewport.max(300.0);
        let near = self.rows_between(self.scroll - margin / 3.0, self.bottom() + margin / 3.0);
        let fits = self.range.end <= self.keys.len()
            && self.range.start <= near.start
            && self.range.end >= near.end
            && self.range.len() <= MAX_RENDERED
            && !near.is_empty();
        if !fits {
            let far = self.rows_between(self.scroll - margin, self.bottom() + margin);
            self.range = self.capped(far);
        }
    }

    /// At most [`MAX_RENDERED`] rows, those around the viewport.
    fn capped(&self, range: Range<usize>) -> Range<usize> {
        if range.len() <= MAX_RENDERED {
            return range;
        }
        let seen = self.rows_between(self.scroll, self.bottom());
        let spare = MAX_RENDERED.saturating_sub(seen.len()) / 2;
        let start = seen.start.saturating_sub(spare).max(range.start);
        start..(start + MAX_RENDERED).min(range.end)
    }

    pub(super) fn rows_between(&self, top: f64, bottom: f64) -> Range<usize> {
        let rows = self.keys.len();
        let (top, bottom) = (top - self.lead, bottom - self.lead);
        let start = self.tops[1..].partition_point(|end| *end <= top).min(rows);
        let end = self.tops[..rows].partition_point(|begin| *begin < bottom);
        start..end.max(start)
    }
}
