//! The text field: its value, its caret, its height.

use crate::chat::completion::{split_at, units};
use leptos::html::Textarea;
use leptos::prelude::*;

/// See the module.
#[derive(Clone, Copy)]
pub struct Field {
    pub text: RwSignal<String>,
    pub node: NodeRef<Textarea>,
}

impl Field {
    pub fn new(text: String) -> Self {
        let field = Self { text: RwSignal::new(text), node: NodeRef::new() };
        field.node.on_load(move |_| field.grow_soon());
        field
    }

    /// Replaces the text; the caret goes to its end.
    pub fn set(&self, text: &str) {
        self.text.set(text.to_owned());
        self.place_caret(units(text));
    }

    /// Puts a text at the caret, in place of what is selected.
    pub fn insert(&self, inserted: &str) {
        let (start, end) = self.selection();
        let text = self.text.get_untracked();
        let (before, _) = split_at(&text, start);
        let (_, after) = split_at(&text, end);
        let caret = units(before) + units(inserted);
        self.text.set([before, inserted, after].concat());
        self.place_caret(caret);
    }

    /// Replaces the last `count` bytes before the caret.
    pub fn replace_before(&self, count: usize, inserted: &str) {
        let (caret, _) = self.selection();
        let text = self.text.get_untracked();
        let (before, after) = split_at(&text, caret);
        let kept = &before[..before.len().saturating_sub(count)];
        let caret = units(kept) + units(inserted);
        self.text.set([kept, inserted, after].concat());
        self.place_caret(caret);
    }

    /// The text before the caret.
    #[must_use]
    pub fn before_caret(&self) -> String {
        let (caret, _) = self.selection();
        self.text.with_untracked(|text| split_at(text, caret).0.to_owned())
    }

    pub fn focus(&self) {
        if let Some(node) = self.node.get_untracked() {
            crate::ui::focus::give(&node);
        }
    }

    fn selection(&self) -> (u32, u32) {
        let end = self.text.with_untracked(|text| units(text));
        let Some(node) = self.node.get_untracked() else { return (end, end) };
        let at = |side: Result<Option<u32>, _>| side.ok().flatten().unwrap_or(end);
        (at(node.selection_start()), at(node.selection_end()))
    }

    /// The element gets the new text in the next effect; the caret can only follow.
    fn place_caret(&self, caret: u32) {
        let field = *self;
        request_animation_frame(move || {
            if let Some(node) = field.node.try_get_untracked().flatten() {
                // Offsets beyond the end are taken as the end.
                drop(node.set_selection_range(caret, caret));
                field.grow();
            }
        });
    }

    fn grow_soon(&self) {
        let field = *self;
        request_animation_frame(move || field.grow());
    }

    /// As high as its text, up to the limit of the stylesheet.
    pub fn grow(&self) {
        let Some(node) = self.node.try_get_untracked().flatten() else { return };
        let style = web_sys::HtmlElement::style(&node);
        // Sizes in pixels are always accepted.
        drop(style.set_property("height", "auto"));
        drop(style.set_property("height", &format!("{}px", node.scroll_height())));
    }
}
