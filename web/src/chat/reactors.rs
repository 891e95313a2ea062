//! Who reacted to a message, emoji by emoji, all of them.

use super::custom_emoji;
use crate::api::chat as api;
use crate::i18n::{Key, t};
use crate::spaces::{Paged, PersonCell, rows};
use crate::ui::{Choice, Choices, Dialog};
use leptos::prelude::*;
use shared::chat::Message;
use shared::identity::UserRef;
use shared::ids::{MessageId, SpaceId};

/// The reactions of the message that is `shown`, in the space whose own emoji they may be.
#[component]
pub fn ReactorsDialog(
    open: RwSignal<bool>,
    shown: RwSignal<Option<Message>>,
    space: Option<SpaceId>,
) -> impl IntoView {
    view! {
        <Dialog open title=t(Key::ChatReactors)>
            {move || shown.get().map(|message| view! { <Reactors message space /> })}
        </Dialog>
    }
}

#[component]
fn Reactors(message: Message, space: Option<SpaceId>) -> impl IntoView {
    let id = message.id;
    let first = message.reactions.first().map(|r| r.emoji.clone()).unwrap_or_default();
    let chosen = RwSignal::new(first);
    view! {
        <div class="dialog__body">
            <Choices label=t(Key::ChatReactors) quiet=true>
                {message
                    .reactions
                    .iter()
                    .map(|reaction| {
                        let emoji = StoredValue::new(reaction.emoji.clone());
                        let looks = custom_emoji::shown(space, &reaction.emoji);
                        let count = reaction.count.to_string();
                        view! {
                            <Choice
                                label=move || count.clone()
                                checked=Signal::derive(move || {
                                    emoji.with_value(|emoji| chosen.with(|chosen| chosen == emoji))
                                })
                                on_choose=move |()| chosen.set(emoji.get_value())
                            >
                                <span class="choice__emoji">{looks}</span>
                            </Choice>
                        }
                    })
                    .collect_view()}
            </Choices>
            {move || people(id, chosen.get())}
        </div>
    }
}

fn people(message: MessageId, emoji: String) -> AnyView {
    let list: Paged<UserRef> = Paged::start(move |cursor| {
        let emoji = emoji.clone();
        Box::pin(async move { api::list_reactors(message, &emoji, cursor).await })
    });
    rows(list, (Key::ChatNoReactors, None), |user, _| {
        view! {
            <li class="manage__row">
                <PersonCell user details=Signal::stored(String::new()) />
            </li>
        }
        .into_any()
    })
}
