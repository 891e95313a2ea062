//! The pinned messages of a chat.

use super::keys::page;
use super::listed::listed;
use crate::api::organise as api;
use crate::effect::Effect;
use crate::i18n::{Key, clock, day, t, tf, tr};
use crate::page::link;
use crate::router::navigate;
use crate::state::{Changes, Chats, Layout, Load, Messages};
use crate::ui::button::IconLook;
use crate::ui::{Avatar, AvatarSize, Icon, IconButton, Toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::Pin;
use shared::ids::{ChatId, MessageId};
use shared::markdown;
use shared::permission::Permission;

/// See the module. Fetched anew whenever something in the chat is pinned or changes.
#[component]
fn PinsPanel(chat: ChatId) -> impl IntoView {
    let (chats, messages) = (expect_context::<Chats>(), expect_context::<Messages>());
    let (layout, toasts) = (expect_context::<Layout>(), expect_context::<Toasts>());
    let pins = RwSignal::new(Load::<Vec<Pin>>::Loading);
    let changes: Changes = Changes::default();
    let fetch = move || {
        spawn_local(async move {
            let Some(found) = changes.settle(|| api::list_pins(chat)).await else { return };
            let found = found.map(|page| page.items);
            pins.try_update(|pins| {
                if found.is_ok() || pins.ready().is_none() {
                    *pins = found.into();
                }
            });
        });
    };
    // What is pinned of what is in memory: when that changes, the list did.
    let pinned = Memo::new(move |_| {
        let Some(room) = messages.room(chat) else { return Vec::new() };
        room.changed.track();
        let window = room.window.borrow();
        let entries = window.entries().iter().filter(|entry| entry.message.pinned);
        entries.map(|entry| (entry.message.id, entry.message.edited_at)).collect::<Vec<_>>()
    });
    Effect::new(move |_| {
        // Reading it makes it: a memo that is only tracked never runs.
        pinned.with(|_| ());
        fetch();
    });
    let unpin = Callback::new(move |id: MessageId| {
        spawn_local(async move {
            match api::set_pinned(id, false).await {
                Ok(()) => {
                    changes.note();
                    let _was_there = pins.try_update(|pins| {
                        if let Some(pins) = pins.ready_mut() {
                            pins.retain(|pin| pin.message.id != id);
                        }
                    });
                    let again = move || {
                        spawn_local(async move {
                            match api::set_pinned(id, true).await {
                                Ok(()) => fetch(),
                                Err(error) => toasts.failed(error.sentence()),
                            }
                        });
                    };
                    toasts.undoable(tr(Key::ConversationUnpinDone), again);
                }
                Err(error) => toasts.failed(error.sentence()),
            }
        });
    });
    let may = Signal::derive(move || chats.may(chat, Permission::PinMessages));
    let empty = (Key::ConversationNoPinsTitle, Key::ConversationNoPinsText);
    view! {
        <div class="panel__body pins">
            {listed(pins.into(), empty, Callback::new(move |()| fetch()), move || {
                let all = move || pins.with(|pins| pins.ready().cloned().unwrap_or_default());
                view! {
                    <For
                        each=all
                        key=|pin| (pin.message.id, pin.message.edited_at)
                        let(pin)
                    >
                        <OnePin pin layout may unpin />
                    </For>
                }
                    .into_any()
            })}
        </div>
    }
}

#[component]
fn OnePin(
    pin: Pin,
    layout: Layout,
    may: Signal<bool>,
    unpin: Callback<MessageId>,
) -> impl IntoView {
    let chats = expect_context::<Chats>();
    let Pin { message, pinned_by, .. } = pin;
    let space = chats.peek(message.chat_id, |chat| chat.space_id).flatten();
    let path = link(page(space, message.chat_id), message.thread_root, message.seq);
    let (id, at) = (message.id, message.created_at);
    let open = move |_| {
        navigate(&path);
        if layout.is_narrow.get_untracked() {
            layout.close_panel();
        }
    };
    let by = pinned_by.name().to_owned();
    view! {
        <div class="pins__one">
            <button class="hit" type="button" on:click=open>
                <span class="hit__head">
                    <Avatar
                        id=message.author.id.0
                        name=message.author.name().to_owned()
                        url=message.author.avatar_url.clone()
                        size=AvatarSize::Small
                    />
                    <span class="hit__author">{message.author.name().to_owned()}</span>
                    <time class="hit__time">{move || format!("{}, {}", day(at), clock(at))}</time>
                </span>
                <span class="hit__text">{markdown::plain(message.words(), 300)}</span>
                <span class="hit__time">
                    {move || tf(Key::ConversationPinnedBy, &[("name", &by)])}
                </span>
            </button>
            <Show when=move || may.get()>
                <IconButton
                    icon=Icon::Close
                    label=t(Key::ConversationUnpin)
                    look=IconLook::Small
                    on_click=move |_| unpin.run(id)
                />
            </Show>
        </div>
    }
}

crate::lazy! {
    tools => pub fn pins_panel(chat: ChatId) -> AnyView {
        view! { <PinsPanel chat /> }.into_any()
    }
}
