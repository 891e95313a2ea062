//! The emoji of a space in the picker, under the space's name.

use crate::i18n::by_name;
use crate::state::{Expression, Spaces};
use leptos::prelude::*;
use shared::expression::SpaceEmoji;
use shared::ids::SpaceId;

/// See the module.
#[derive(Clone, Copy)]
pub struct Own {
    pub space: Option<SpaceId>,
    pub emoji: Memo<Vec<SpaceEmoji>>,
}

impl Own {
    /// The name of their group in the page.
    pub const GROUP: &'static str = "space";

    pub fn of(space: Option<SpaceId>) -> Self {
        let expression = expect_context::<Expression>();
        let emoji = Memo::new(move |_| space.map(|id| expression.emoji(id)).unwrap_or_default());
        Self { space, emoji }
    }

    /// Those with this in their names.
    pub fn named(self, wanted: &str) -> Vec<SpaceEmoji> {
        let emoji = self.emoji.get();
        emoji.into_iter().filter(|emoji| emoji.name.contains(wanted)).collect()
    }

    /// What stands above a group.
    pub fn heading(self, group: &str) -> String {
        let space = self.space.filter(|_| group == Self::GROUP);
        match space.and_then(|id| expect_context::<Spaces>().get(id)) {
            Some(space) => space.name.clone(),
            None => by_name(&format!("chat.emoji_{group}")),
        }
    }
}

/// How it looks.
pub fn picture(emoji: &SpaceEmoji) -> AnyView {
    view! { <img class="custom-emoji" src=emoji.url.clone() alt="" loading="lazy" /> }.into_any()
}

/// Buttons to choose from.
pub fn grid(list: &[SpaceEmoji]) -> AnyView {
    view! { <div class="emoji__grid">{list.iter().map(button).collect::<Vec<_>>()}</div> }
        .into_any()
}

/// One of them.
pub fn button(emoji: &SpaceEmoji) -> AnyView {
    let text = format!(":{}:", emoji.name);
    view! {
        <button
            class="emoji__one"
            type="button"
            tabindex="-1"
            data-emoji=text.clone()
            data-tip=text.clone()
            aria-label=text
        >
            {picture(emoji)}
        </button>
    }
    .into_any()
}
