//! Emoji under messages: choosing one, adding it, taking it back.

use super::emoji_picker::emoji_popover;
use super::talk::{At, Talk};
use crate::api::chat as api;
use crate::effect::Effect;
use crate::i18n::Key;
use crate::ui::popover::Side;
use crate::ui::{Anchor, once_open};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::event::ReactionChanged;
use shared::ids::MessageId;
use shared::permission::Permission;

/// Adds one's emoji to a message or takes it back: here at once, then at the server.
pub fn toggle(talk: Talk, message: MessageId, emoji: String) {
    if !untrack(|| talk.may(Permission::AddReactions)) {
        return;
    }
    let (Some(entry), Some(me)) = (talk.entry(message), untrack(|| talk.session.me())) else {
        return;
    };
    let before = entry.message.reactions.clone();
    let known = before.iter().find(|reaction| reaction.emoji == emoji);
    let is_mine = known.is_some_and(|reaction| reaction.me);
    let count = known.map_or(0, |reaction| reaction.count) + if is_mine { -1 } else { 1 };
    let changed = ReactionChanged {
        message_id: message,
        chat_id: talk.chat,
        message_seq: entry.message.seq,
        emoji: emoji.clone(),
        user: me.as_ref(),
        count,
    };
    let messages = talk.messages;
    messages.change(talk.place, |window| window.react(&changed, !is_mine, Some(me.id)));
    spawn_local(async move {
        match api::toggle_reaction(message, emoji).await {
            Ok(now) => {
                messages.change(talk.place, |window| window.set_reactions(message, now.reactions));
            }
            Err(error) => {
                messages.change(talk.place, |window| window.set_reactions(message, before));
                talk.toasts.failed(error.sentence());
            }
        }
    });
}

/// The choice of an emoji for a message, while [`Talk::reacting`] names one.
#[component]
pub fn ReactionPicker(talk: Talk) -> impl IntoView {
    let at = RwSignal::new(None::<Anchor>);
    let message = StoredValue::new(None::<MessageId>);
    Effect::new(move |_| {
        if let Some(At { message: id, anchor }) = talk.reacting.get() {
            message.set_value(Some(id));
            at.set(Some(anchor));
            talk.reacting.set(None);
        }
    });
    let choose = Callback::new(move |emoji: String| {
        at.set(None);
        if let Some(message) = message.get_value() {
            toggle(talk, message, emoji);
        }
    });
    let none = Signal::stored(None);
    let picker = move || emoji_popover(at, Side::Below, Key::ChatReact, choose, talk.space(), none);
    once_open(move || at.get().is_some(), picker)
}
