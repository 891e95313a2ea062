//! The virtual list meets the browser: rows in, heights out, the scroll position kept.
//!
//! Everything happens before the browser paints: new rows are measured as soon as they are in the page,
//! later changes of height (pictures, fonts, the window's width) are reported by a resize observer.
//! Every row stands in a slot that has the measured height: when the row grows, slots and spaces change
//! in one step, so that what is read does not move for even one layout.

use super::page::{fit, frame_began, key_of, local_day, scroll_top, set_height, set_scroll_top};
use crate::api::chat::Part;
use crate::chat::rows::{Row, rows};
use crate::chat::talk::Talk;
use crate::chat::virtual_list::{HEADER, Key, Layout, VirtualList};
use crate::effect::Effect;
use crate::state::Room;
use crate::state::messages::Fetch;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use std::collections::HashMap;
use std::ops::Range;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver, ResizeObserverEntry};

/// A guess at the height of what stands before the first message.
const HEADER_HEIGHT: f64 = 120.0;
/// What stands beside the text of a message: avatar and margins.
const BESIDE: f64 = 80.0;

struct Observer {
    observer: ResizeObserver,
    /// Kept alive as long as the observer calls it.
    _callback: Closure<dyn Fn(js_sys::Array)>,
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// See the module.
#[derive(Clone, Copy)]
pub struct Scroller {
    pub(super) talk: Talk,
    pub node: NodeRef<Div>,
    pub before: NodeRef<Div>,
    pub rows: NodeRef<Div>,
    pub after: NodeRef<Div>,
    /// The rows in the page.
    pub shown: RwSignal<Vec<Row>>,
    /// Whether the header is in the page.
    pub header: RwSignal<bool>,
    /// Where the toolbar of the current message stands.
    pub toolbar_top: RwSignal<Option<f64>>,
    all: StoredValue<Vec<Row>, LocalStorage>,
    shown_range: StoredValue<Range<usize>>,
    observer: StoredValue<Option<Observer>, LocalStorage>,
    is_settling: StoredValue<bool>,
    last_set: StoredValue<f64>,
    /// When the frame began that the list knows of.
    frame: StoredValue<f64>,
}

impl Scroller {
    pub fn new(talk: Talk) -> Self {
        let scroller = Self {
            talk,
            node: NodeRef::new(),
            before: NodeRef::new(),
            rows: NodeRef::new(),
            after: NodeRef::new(),
            shown: RwSignal::new(Vec::new()),
            header: RwSignal::new(false),
            toolbar_top: RwSignal::new(None),
            all: StoredValue::new_local(Vec::new()),
            shown_range: StoredValue::new(0..0),
            observer: StoredValue::new_local(None),
            is_settling: StoredValue::new(false),
            last_set: StoredValue::new(-1.0),
            frame: StoredValue::new(-1.0),
        };
        Effect::new(move |_| {
            if let Some(node) = scroller.node.get() {
                scroller.observe(&node);
            }
        });
        Effect::new(move |_| {
            talk.current.track();
            scroller.place_toolbar();
        });
        scroller
    }

    fn observe(self, node: &HtmlElement) {
        let callback = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            self.resized(&entries);
        });
        if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            observer.observe(node);
            self.observer.set_value(Some(Observer { observer, _callback: callback }));
        }
        let size = (f64::from(node.client_width()), f64::from(node.client_height()));
        self.talk.room().list.borrow_mut().resize(size.0, size.1);
        self.rebuild();
    }

    /// The messages, those on their way or the line "new" changed: makes the rows anew.
    pub fn rebuild(self) {
        let talk = self.talk;
        let Some(node) = self.node.get_untracked() else { return };
        let room = talk.room();
        if !room.is_loaded.get_untracked() {
            return;
        }
        let width = (f64::from(node.client_width()) - BESIDE).max(120.0);
        let mut window = room.window.borrow_mut();
        let (is_live, has_before) = (!window.has_after, window.has_before);
        let outgoing = if is_live { untrack(|| talk.outbox.of(talk.place)) } else { Vec::new() };
        let outgoing = outgoing.into_iter().map(|o| (window.own_key(&o.nonce), o)).collect();
        let reader = super::reader(talk);
        let divider = talk.divider.get_untracked();
        let all = rows(window.entries(), outgoing, &reader, divider, has_before, local_day);
        drop(window);
        {
            let mut list = room.list.borrow_mut();
            self.forget_changed(&mut list, &all);
            let header = std::iter::once((HEADER, HEADER_HEIGHT));
            let keys = all.iter().map(|row| (row.entry.key, row.estimate(width)));
            list.set_rows(header.chain(keys), is_live, has_before);
        }
        self.all.set_value(all);
        self.take_jump();
        let layout = room.list.borrow_mut().layout();
        self.show(&layout, true);
    }

    /// Rows that look different now have another height.
    fn forget_changed(self, list: &mut VirtualList, all: &[Row]) {
        self.all.with_value(|before| {
            let before: HashMap<Key, _> =
                before.iter().map(|row| (row.entry.key, row.identity())).collect();
            let is_changed = |row: &&Row| {
                before.get(&row.entry.key).is_some_and(|known| *known != row.identity())
            };
            let changed: Vec<Key> =
                all.iter().filter(is_changed).map(|row| row.entry.key).collect();
            list.pin_beside(&changed);
            changed.into_iter().for_each(|key| list.forget(key));
        });
    }

    /// Puts the rows of a layout into the page.
    fn show(self, layout: &Layout, is_new: bool) {
        if !is_new && self.shown_range.get_value() == layout.range {
            return;
        }
        self.shown_range.set_value(layout.range.clone());
        // The header is the first row of the list.
        let has_header = layout.range.start == 0 && !layout.range.is_empty();
        let range = layout.range.start.saturating_sub(1)..layout.range.end.saturating_sub(1);
        let rows = self.all.with_value(|all| all.get(range).unwrap_or_default().to_vec());
        if self.header.get_untracked() != has_header {
            self.header.set(has_header);
        }
        self.shown.set(rows);
        self.settle_soon();
    }

    /// As soon as the rows are in the page, and before the browser paints them.
    fn settle_soon(self) {
        if self.is_settling.get_value() {
            return;
        }
        self.is_settling.set_value(true);
        spawn_local(async move {
            tick().await;
            if self.is_settling.try_set_value(false).is_none() {
                self.settle(false);
            }
        });
    }

    /// Measures the rows that are new in the page, or all in a new width, and puts everything into its
    /// place.
    fn settle(self, is_new_width: bool) {
        let (Some(rows), true) = (self.rows.get_untracked(), self.node.get_untracked().is_some())
        else {
            return;
        };
        let room = self.talk.room();
        let children = rows.children();
        let mut fresh: Vec<(Key, Element, Element)> = Vec::new();
        for at in 0..children.length() {
            let Some(slot) = children.item(at) else { continue };
            if !is_new_width && slot.has_attribute("style") {
                continue;
            }
            if let Some(row) = slot.first_element_child()
                && let Some(key) = key_of(&row)
            {
                fresh.push((key, slot, row));
            }
        }
        {
            let mut list = room.list.borrow_mut();
            // First all reading, then all writing: one layout.
            for (key, _, row) in &fresh {
                if list.is_guess(*key) {
                    list.measure(*key, row.get_bounding_client_rect().height());
                }
            }
            for (key, slot, _) in &fresh {
                fit(slot, list.height_of(*key));
            }
        }
        self.observer.with_value(|observer| {
            if let Some(Observer { observer, .. }) = observer {
                // Observing an element twice is the same as once.
                fresh.iter().for_each(|(_, _, row)| observer.observe(row));
            }
        });
        self.place();
    }

    /// Spaces, scroll position, and what follows from them.
    fn place(self) {
        let Some(node) = self.node.get_untracked() else { return };
        let room = self.talk.room();
        let layout = room.list.borrow_mut().layout();
        if self.shown_range.get_value() == layout.range {
            set_height(self.before, layout.before);
            set_height(self.after, layout.after);
            if (scroll_top(&node) - layout.scroll).abs() > 0.5 {
                set_scroll_top(&node, layout.scroll);
                self.last_set.set_value(scroll_top(&node));
            }
            room.list.borrow_mut().settle();
            self.place_toolbar();
        } else {
            self.show(&layout, false);
        }
        let at_end = room.list.borrow().is_at_end() && room.is_loaded.get_untracked();
        if self.talk.at_end.get_untracked() != at_end {
            self.talk.at_end.set(at_end);
        }
        self.load_more();
    }

    /// The reader, or the browser for him, has scrolled.
    pub fn scrolled(self) {
        let Some(node) = self.node.get_untracked() else { return };
        let room = self.talk.room();
        self.note_frame(&room);
        if self.note_scroll(&room, scroll_top(&node)) {
            self.place();
        }
    }

    /// Tells the list of a new frame: the event of a scroll and what the observer reports may come in
    /// the same one.
    fn note_frame(self, room: &Room) {
        let began = frame_began();
        if self.frame.try_get_value().is_some_and(|known| known != began) {
            self.frame.set_value(began);
            room.list.borrow_mut().begin_frame();
        }
    }

    /// Tells the list where the reader is; whether that is news.
    fn note_scroll(self, room: &Room, top: f64) -> bool {
        if (top - self.last_set.get_value()).abs() < 1.0 || !room.is_loaded.get_untracked() {
            return false;
        }
        self.last_set.set_value(top);
        room.list.borrow_mut().scroll_to(top);
        true
    }

    fn resized(self, entries: &js_sys::Array) {
        let (Some(node), room) = (self.node.try_get_untracked().flatten(), self.talk.room()) else {
            return;
        };
        self.note_frame(&room);
        let mut changed = false;
        let mut is_new_width = false;
        let targets: Vec<Element> = entries
            .iter()
            .filter_map(|entry| Some(entry.dyn_into::<ResizeObserverEntry>().ok()?.target()))
            .collect();
        if !targets.iter().any(|target| target.is_same_node(Some(&node))) {
            // A scroll whose event has not come yet must not be undone.
            self.note_scroll(&room, scroll_top(&node));
            room.list.borrow_mut().pin_seen();
        }
        for target in targets {
            if target.is_same_node(Some(&node)) {
                let (width, height) = (node.client_width(), node.client_height());
                if width > 0 && height > 0 {
                    room.list.borrow_mut().resize(f64::from(width), f64::from(height));
                    changed = true;
                    is_new_width = true;
                }
            } else if !target.is_connected() {
                self.observer.with_value(|observer| {
                    if let Some(Observer { observer, .. }) = observer {
                        observer.unobserve(&target);
                    }
                });
            } else if let Some(key) = key_of(&target) {
                let height = target.get_bounding_client_rect().height();
                if height > 0.0 && room.list.borrow_mut().measure(key, height) {
                    changed = true;
                    if let Some(slot) = target.parent_element() {
                        fit(&slot, Some(height));
                    }
                }
            }
        }
        if is_new_width {
            self.settle(true);
        } else if changed {
            self.place();
        }
    }

    /// Fetches the next page where the reader comes near to the edge of what is in memory.
    fn load_more(self) {
        let room = self.talk.room();
        if room.fetch.get_untracked() != Fetch::Idle || self.talk.jump.get_untracked().is_some() {
            return;
        }
        let (above, below, near) = {
            let mut list = room.list.borrow_mut();
            let (above, below) = list.distances();
            (above, below, list.viewport().max(400.0) * 1.5)
        };
        let (bounds, has_before, has_after) = {
            let window = room.window.borrow();
            (window.bounds(), window.has_before, window.has_after)
        };
        let Some((first, last)) = bounds else { return };
        if has_before && above < near {
            self.talk.messages.fetch(&room, Part::Before(first));
        } else if has_after && below < near {
            self.talk.messages.fetch(&room, Part::After(last));
        }
    }

    fn place_toolbar(self) {
        let row = self.talk.current.get_untracked().and_then(|id| {
            let rows = self.rows.get_untracked()?;
            let found = rows.query_selector(&format!("[data-id=\"{id}\"] .row__message"));
            found.ok().flatten()?.dyn_into::<HtmlElement>().ok()
        });
        let top = row.map(|row| f64::from(row.offset_top()));
        if self.toolbar_top.get_untracked() != top {
            self.toolbar_top.set(top);
        }
    }
}
