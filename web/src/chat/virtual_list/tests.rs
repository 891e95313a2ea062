use super::*;

/// A page: real heights, and what the list knows of them.
struct Page {
    list: VirtualList,
    real: HashMap<Key, f64>,
    shown: Layout,
}

impl Page {
    fn new(keys: Range<Key>, viewport: f64) -> Self {
        let mut list = VirtualList::default();
        list.resize(800.0, viewport);
        list.set_rows(keys.map(|key| (key, 60.0)), true, false);
        let shown = Layout { range: 0..0, before: 0.0, after: 0.0, scroll: 0.0 };
        let mut page = Self { list, real: HashMap::new(), shown };
        page.settle();
        page
    }

    fn height(&self, key: Key) -> f64 {
        let spread = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 57;
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let natural = 24.0 + spread as f64;
        self.real.get(&key).copied().unwrap_or(natural)
    }

    /// What the browser does before it paints: measure what is new, until nothing changes.
    fn settle(&mut self) {
        for _ in 0..20 {
            self.shown = self.list.layout();
            assert!(self.shown.range.len() <= MAX_RENDERED);
            let mut changed = false;
            for at in self.shown.range.clone() {
                let key = self.list.keys[at];
                changed |= self.list.measure(key, self.height(key));
            }
            if !changed {
                self.list.settle();
                return;
            }
        }
        panic!("the layout does not settle");
    }

    fn scroll_by(&mut self, delta: f64) {
        let lowest = self.list.lowest();
        self.list.scroll_to((self.shown.scroll + delta).clamp(0.0, lowest));
        self.settle();
    }

    /// Where a row is seen, from the top of the viewport.
    fn seen_at(&self, key: Key) -> f64 {
        self.list.lead + self.list.tops[self.list.index[&key]] - self.shown.scroll
    }

    fn top_row(&mut self) -> Key {
        let visible = self.list.visible();
        let at = visible.clone().find(|at| self.list.keys[*at] != HEADER).unwrap();
        self.list.keys[at]
    }

    fn covers_the_viewport(&self) -> bool {
        let end = self.list.end() - self.shown.after;
        let bottom = (self.shown.scroll + self.list.viewport).min(self.list.end());
        self.shown.before <= self.shown.scroll + 0.01 && end >= bottom - 0.01
    }
}

fn assert_near(a: f64, b: f64) {
    assert!((a - b).abs() < 0.01, "{a} is not {b}");
}

#[test]
fn begins_at_the_end_and_follows_it() {
    let mut page = Page::new(1..51, 600.0);
    assert!(page.list.is_at_end());
    assert_near(page.shown.scroll + 600.0, page.list.total());
    page.list.set_rows((1..52).map(|k| (k, 60.0)), true, false);
    page.settle();
    assert_near(page.shown.scroll + 600.0, page.list.total());
    page.real.insert(50, 400.0);
    page.settle();
    assert_near(page.shown.scroll + 600.0, page.list.total());
}

#[test]
fn does_not_follow_from_above() {
    let mut page = Page::new(1..51, 600.0);
    page.scroll_by(-200.0);
    assert!(!page.list.is_at_end());
    let key = page.top_row();
    let before = page.seen_at(key);
    page.list.set_rows((1..60).map(|k| (k, 60.0)), true, false);
    page.settle();
    assert_near(page.seen_at(key), before);
}

#[test]
fn older_messages_do_not_move_what_is_read() {
    let mut page = Page::new(1000..1050, 600.0);
    page.list.set_rows(
        std::iter::once((HEADER, 80.0)).chain((1000..1050).map(|k| (k, 60.0))),
        true,
        false,
    );
    page.settle();
    page.scroll_by(-1e9);
    assert_near(page.shown.scroll, 0.0);
    let key = page.top_row();
    assert_eq!(key, 1000);
    let before = page.seen_at(key);
    page.list.set_rows(
        std::iter::once((HEADER, 80.0)).chain((950..1050).map(|k| (k, 60.0))),
        true,
        false,
    );
    page.settle();
    assert_near(page.seen_at(key), before);
}

#[test]
fn late_pictures_edits_and_widths_do_not_move_what_is_read() {
    let mut page = Page::new(1..201, 600.0);
    page.scroll_by(-3000.0);
    let key = page.top_row();
    let before = page.seen_at(key);
    for above in [key - 1, key - 2, key - 5] {
        page.real.insert(above, 500.0);
        page.settle();
        assert_near(page.seen_at(key), before);
    }
    // The rest of the topmost row gets higher, too: the next one, which begins in sight, stays.
    let (key, before) = (key + 1, page.seen_at(key + 1));
    page.list.resize(360.0, 500.0);
    for row in 1..201 {
        page.real.insert(row, 190.0);
    }
    page.settle();
    assert_near(page.seen_at(key), before);
    page.list.set_rows((1..201).filter(|k| *k != key - 3).map(|k| (k, 60.0)), true, false);
    page.settle();
    assert_near(page.seen_at(key), before);
}

#[test]
fn a_row_that_grows_as_it_comes_into_sight_does_not_move_those_below() {
    let mut page = Page::new(1..201, 600.0);
    page.scroll_by(-3000.0);
    let key = page.top_row();
    let before = page.seen_at(key);
    // In one frame the reader scrolls by more than a row, and a picture comes to each that is new.
    page.list.begin_frame();
    let up = before + page.height(key - 1) + page.height(key - 2) / 2.0;
    page.scroll_by(-up);
    for above in [key - 1, key - 2] {
        page.real.insert(above, 200.0);
        page.list.pin_seen();
        page.settle();
        assert_near(page.seen_at(key), before + up);
    }
    // What was seen at the top keeps its place, also when it grows itself.
    page.list.begin_frame();
    let top = page.top_row();
    let seen = page.seen_at(top);
    page.real.insert(top, 900.0);
    page.list.pin_seen();
    page.settle();
    assert_near(page.seen_at(top), seen);
}

#[test]
fn a_deleted_pinned_row_hands_its_place_on() {
    let mut page = Page::new(1..201, 600.0);
    page.scroll_by(-3000.0);
    let key = page.top_row();
    let before = page.seen_at(key);
    page.list.set_rows((1..201).filter(|k| *k != key).map(|k| (k, 60.0)), true, false);
    page.settle();
    assert_near(page.seen_at(key + 1), before);
}

#[test]
fn the_end_of_what_is_loaded_is_not_the_end() {
    let mut page = Page::new(1..101, 600.0);
    page.list.set_rows((1..101).map(|k| (k, 60.0)), false, false);
    page.settle();
    assert!(!page.list.is_at_end());
    let key = page.top_row();
    let before = page.seen_at(key);
    page.list.set_rows((1..151).map(|k| (k, 60.0)), true, false);
    page.settle();
    assert_near(page.seen_at(key), before);
    page.list.pin_end();
    page.settle();
    assert!(page.list.is_at_end());
}

#[test]
fn jumps_to_a_row() {
    let mut page = Page::new(1..401, 600.0);
    assert!(page.list.pin_row(200, Align::Center));
    page.settle();
    let seen = page.seen_at(200);
    assert!((200.0..400.0).contains(&seen), "{seen}");
    assert!(page.covers_the_viewport());
    assert!(!page.list.pin_row(4000, Align::Upper));
}

#[test]
fn small_and_empty_lists() {
    let mut page = Page::new(1..1, 600.0);
    assert_eq!(page.shown.range, 0..0);
    page.list.set_rows([(7, 60.0)], true, false);
    page.settle();
    assert_eq!(page.shown, Layout { range: 0..1, before: 0.0, after: 0.0, scroll: 0.0 });
    assert_near(page.list.distances().1, 0.0);
}

#[test]
fn scrolls_through_a_hundred_thousand_rows() {
    let mut page = Page::new(1..100_001, 900.0);
    let mut seed = 7_u64;
    for _ in 0..300 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let step = [-37.0, -120.0, -900.0, -90_000.0, 55.0][(seed >> 40) as usize % 5];
        let lowest = (page.list.total() - 900.0).max(0.0);
        let target = (page.shown.scroll + step).clamp(0.0, lowest);
        page.list.scroll_to(target);
        let pinned = page.list.pin;
        page.settle();
        if let Pin::Row { key, offset } = pinned {
            assert_near(page.seen_at(key), offset);
        }
        assert!(page.covers_the_viewport());
    }
}

#[test]
fn opening_in_the_middle_of_a_long_chat() {
    let mut list = VirtualList::default();
    list.resize(800.0, 600.0);
    list.layout();
    // Rows come while the list still hangs on an end that is not loaded.
    list.set_rows((1..30).map(|key| (key, 60.0)), false, false);
    assert!(list.pin_row(15, Align::Center));
    assert_eq!(list.layout().scroll, 14.0 * 60.0 - 270.0);
}

/// Scrolls up as fast as pages come, the way a wheel does, while the heights are guesses.
#[test]
fn with_more_above_the_scroll_position_is_never_set() {
    let mut page = Page::new(1..1, 900.0);
    let rows =
        |first: Key| std::iter::once((HEADER, 120.0)).chain((first..20_000).map(|k| (k, 60.0)));
    let mut first = 19_900;
    page.list.set_rows(rows(first), true, true);
    page.settle();
    assert!(page.list.is_at_end() && page.covers_the_viewport());
    for step in 0..400 {
        if page.list.distances().0 < 1500.0 && first > 100 {
            first -= 60;
            let (key, scroll) = (page.top_row(), page.shown.scroll);
            let seen = page.seen_at(key);
            page.list.set_rows(rows(first), true, true);
            page.settle();
            assert_near(page.seen_at(key), seen);
            assert_near(page.shown.scroll, scroll);
        }
        let wanted = page.shown.scroll - 100.0 - f64::from(step % 7) * 60.0;
        page.list.scroll_to(wanted);
        page.settle();
        assert_near(page.shown.scroll, wanted);
        assert!(page.covers_the_viewport());
    }
    // The beginning: the room above is gone, what is read stays.
    let key = page.top_row();
    let seen = page.seen_at(key);
    page.list.set_rows(rows(first), true, false);
    page.settle();
    assert_near(page.seen_at(key), seen);
    assert_near(page.list.lead, 0.0);
}

#[test]
fn the_room_above_cannot_be_scrolled_into() {
    let mut page = Page::new(1..1, 900.0);
    let rows = std::iter::once((HEADER, 120.0)).chain((100..200).map(|k| (k, 60.0)));
    page.list.set_rows(rows, true, true);
    page.settle();
    page.list.scroll_to(10.0);
    page.settle();
    assert_near(page.list.distances().0, 0.0);
    assert!(page.covers_the_viewport());
}

#[test]
fn the_first_row_of_a_day_may_lose_its_line_and_nothing_moves_below_it() {
    let mut page = Page::new(100..300, 600.0);
    page.scroll_by(-3_000.0);
    let top = page.top_row();
    let below = page.seen_at(top + 1);
    // Older ones come in above: the row is not the first of its day any more, and lower.
    page.list.pin_beside(&[top]);
    page.list.forget(top);
    page.real.insert(top, page.height(top) - 20.0);
    page.list.set_rows((50..300).map(|key| (key, 60.0)), true, false);
    page.settle();
    assert_near(page.seen_at(top + 1), below);
}
