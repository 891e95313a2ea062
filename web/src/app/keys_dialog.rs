//! The keys that work anywhere, and the list of all of them.

use crate::chat::keys::{is_within, step};
use crate::i18n::{Key, t};
use crate::router::path;
use crate::state::{Categories, Chats, Layout};
use crate::ui::Dialog;
use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::SpaceId;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// What each key does, by where it works.
const KEYS: [(Key, &[(&str, Key)]); 3] = [
    (
        Key::ConversationKeysAnywhere,
        &[
            ("Ctrl K", Key::ConversationPalette),
            ("?", Key::ConversationKeys),
            ("Alt ↑ ↓", Key::ConversationKeyChats),
            ("Alt Shift ↑ ↓", Key::ConversationKeyUnread),
            ("Esc", Key::ConversationKeyEscape),
        ],
    ),
    (
        Key::ConversationKeysMessage,
        &[
            ("↑ ↓", Key::ConversationKeyMessages),
            ("R", Key::ChatReply),
            ("T", Key::ConversationReplyInThread),
            ("E", Key::ChatReact),
            ("Enter", Key::ChatMessageActions),
        ],
    ),
    (
        Key::ConversationKeysWriting,
        &[
            ("Enter", Key::ChatSend),
            ("Shift Enter", Key::ConversationKeyLine),
            ("↑", Key::ConversationKeyEditLast),
            ("@", Key::ChatMentionsList),
        ],
    ),
];

/// Opens the palette and the list of keys, and goes between the chats of the sidebar, which shows those of
/// `shown`, as long as the view that calls this lives.
pub fn listen(layout: Layout, shown: Memo<Option<SpaceId>>) {
    let stores = (expect_context::<Chats>(), expect_context::<Categories>());
    let path = path();
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        let key = event.key();
        if event.alt_key() && !event.ctrl_key() {
            // What floats has keys of its own, and a list of choices opens with these.
            if !(key == "ArrowUp" || key == "ArrowDown")
                || is_within(&event, "dialog, [popover], select")
            {
                return;
            }
            event.prevent_default();
            let to = step(stores, shown, path.get_untracked(), key == "ArrowUp", event.shift_key());
            spawn_local(async move {
                // Without its code nothing moves.
                let _is_here = to.await.is_ok();
            });
        } else if (event.ctrl_key() || event.meta_key()) && !event.alt_key() {
            if key.eq_ignore_ascii_case("k") || key == "л" || key == "Л" {
                event.prevent_default();
                layout.palette.update(|open| *open = !*open);
            }
        } else if key == "?" && !is_writing(&event) {
            event.prevent_default();
            layout.keys.set(true);
        }
    });
    on_cleanup(move || handle.remove());
}

fn is_writing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    target.is_some_and(|e| {
        e.matches("input, textarea, select").unwrap_or(false)
            || e.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable)
    })
}

/// All keys, while [`Layout::keys`] is true.
#[component]
fn KeysDialog() -> impl IntoView {
    let layout = expect_context::<Layout>();
    view! {
        <Dialog open=layout.keys title=t(Key::ConversationKeys)>
            <div class="dialog__body keys">
                {KEYS
                    .iter()
                    .map(|(heading, keys)| {
                        view! {
                            <section>
                                <h3 class="keys__heading">{t(*heading)}</h3>
                                <dl class="keys__list">{keys.iter().map(one).collect_view()}</dl>
                            </section>
                        }
                    })
                    .collect_view()}
            </div>
        </Dialog>
    }
}

fn one((keys, what): &(&'static str, Key)) -> impl IntoView + use<> {
    let caps: Vec<_> = keys.split(' ').map(|key| view! { <kbd>{key}</kbd> }).collect();
    view! {
        <div class="keys__one">
            <dt>{t(*what)}</dt>
            <dd>{caps}</dd>
        </div>
    }
}

crate::lazy! {
    tools => pub fn keys_dialog() -> AnyView {
        view! { <KeysDialog /> }.into_any()
    }
}
