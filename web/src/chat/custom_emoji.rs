//! The emoji of a space in texts and reactions. Outside of their space their names stand there.

use crate::state::Expression;
use leptos::prelude::*;
use shared::expression::{Piece, custom_name, pieces};
use shared::ids::SpaceId;

/// Fills an element with a text at once, and again when the emoji that its words may name change.
pub fn follow(
    space: Option<SpaceId>,
    content: &str,
    fill: impl Fn(&dyn Fn(&str) -> Option<String>) + 'static,
) {
    let may_name = pieces(content, |_| true).iter().any(|piece| matches!(piece, Piece::Name(_)));
    let (Some(space), true) = (space, may_name) else { return fill(&|_| None) };
    let expression = expect_context::<Expression>();
    fill(&|name| expression.picture(space, name));
    Effect::new(move |before: Option<Vec<_>>| {
        let now = expression.emoji(space);
        if before.is_some_and(|before| before != now) {
            fill(&|name| expression.picture(space, name));
        }
        now
    });
}

/// An emoji as it looks: a picture for `:name:` of the space.
pub fn shown(space: Option<SpaceId>, emoji: &str) -> AnyView {
    let text = emoji.to_owned();
    let (Some(space), Some(name)) = (space, custom_name(emoji)) else { return text.into_any() };
    let (expression, name) = (expect_context::<Expression>(), name.to_owned());
    let url = Memo::new(move |_| {
        let list = expression.emoji(space);
        list.into_iter().find(|emoji| emoji.name == name).map(|emoji| emoji.url)
    });
    view! {
        {move || match url.get() {
            Some(url) => view! { <img class="custom-emoji" src=url alt=text.clone() /> }.into_any(),
            None => text.clone().into_any(),
        }}
    }
    .into_any()
}
