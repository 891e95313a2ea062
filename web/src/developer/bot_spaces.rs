//! The spaces that a bot is in, and the way out of them.

use super::bots::Pen;
use crate::api::integrations as api;
use crate::form::Question;
use crate::i18n::{Key, t, tf};
use crate::ui::{Avatar, Button, Dialog, Toasts};
use leptos::prelude::*;
use shared::integrations::Bot;
use shared::notifications::SpaceRef;

/// The spaces of the chosen bot.
#[component]
pub fn BotSpacesDialog(open: RwSignal<bool>, pen: Pen) -> impl IntoView {
    let name = move || {
        pen.chosen.with(|bot| bot.as_ref().map(|bot| bot.name().to_owned()).unwrap_or_default())
    };
    view! {
        <Dialog open title=move || tf(Key::DeveloperSpacesOf, &[("name", &name())])>
            {spaces(pen)}
        </Dialog>
    }
}

fn spaces(pen: Pen) -> AnyView {
    let Some(bot) = pen.chosen.get_untracked() else { return ().into_any() };
    let left = RwSignal::new(bot.spaces.clone());
    let bot = StoredValue::new(bot);
    view! {
        <div class="dialog__body">
            <ul class="sessions">
                <For each=move || left.get() key=|space| space.id let(space)>
                    <Row bot space left />
                </For>
            </ul>
            <Show when=move || left.with(Vec::is_empty)>
                <p class="settings__hint">{t(Key::DeveloperNowhere)}</p>
            </Show>
        </div>
    }
    .into_any()
}

#[component]
fn Row(bot: StoredValue<Bot>, space: SpaceRef, left: RwSignal<Vec<SpaceRef>>) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let leaving = Question::default();
    let (id, name) = (space.id, StoredValue::new(space.name));
    let take_out = move || {
        let name = name.get_value();
        leaving.answer(api::remove_bot(id, bot.read_value().id), move || {
            toasts.done(tf(Key::DeveloperTakenOut, &[("name", &name)]));
            let _was_there = left.try_update(|left| left.retain(|space| space.id != id));
        });
    };
    view! {
        <li class="sessions__row">
            <Avatar
                id=id.0
                name=name.get_value()
                url=space.avatar_url
                square=true
            />
            <p class="sessions__text sessions__name">{name.get_value()}</p>
            <Button on_click=move |_| leaving.ask()>{t(Key::DeveloperTakeOut)}</Button>
            {leaving
                .dialog(
                    move || tf(Key::ConversationTakeOut, &[("name", bot.read_value().name())]),
                    move || tf(Key::DeveloperTakeOutText, &[("name", &name.get_value())]),
                    take_out,
                )}
        </li>
    }
}
