//! What one does with somebody: write, mention, mute, block.

use crate::api::chat;
use crate::i18n::{Key, tf, tr};
use crate::page::Page;
use crate::router::navigate;
use crate::state::{Chats, People};
use crate::ui::{Toasts, focus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::UserId;
use shared::people::Mark;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

/// See the module.
#[derive(Clone, Copy)]
pub struct Deeds {
    pub people: People,
    chats: Chats,
    toasts: Toasts,
    go: Callback<Page>,
}

impl Deeds {
    /// With the stores of the surrounding view.
    #[must_use]
    pub fn here() -> Self {
        Self {
            people: expect_context(),
            chats: expect_context(),
            toasts: expect_context(),
            go: Callback::new(move |page: Page| navigate(&page.path())),
        }
    }

    /// Opens another page.
    pub fn go(self, page: Page) {
        self.go.run(page);
    }

    /// Opens the direct chat with the person.
    pub fn message(self, user: UserId) {
        spawn_local(async move {
            match chat::open_direct(user).await {
                Ok(chat) => {
                    let page = Page::Direct(chat.id);
                    self.chats.put(chat);
                    self.go.run(page);
                }
                Err(error) => self.toasts.failed(error.sentence()),
            }
        });
    }

    /// Writes the person's nickname into the composer that is open, and gives it the keyboard.
    pub fn mention(self, nickname: &str) {
        let Some(field) = composer() else { return };
        let (value, name) = (field.value(), format!("@{nickname} "));
        let gap = if value.is_empty() || value.ends_with(char::is_whitespace) { "" } else { " " };
        field.set_value(&format!("{value}{gap}{name}"));
        // The composer hears of it as of any key.
        if let Ok(event) = web_sys::Event::new_with_event_init_dict("input", &bubbling()) {
            drop(field.dispatch_event(&event));
        }
        focus::give(&field);
    }

    /// Mutes, blocks, or neither, and says so.
    pub fn mark(self, user: UserId, name: String, mark: Option<Mark>) {
        spawn_local(async move {
            match self.people.set_mark(user, mark).await {
                Ok(()) => {
                    let text = match mark {
                        Some(Mark::Blocked) => Key::PeopleBlocked,
                        Some(Mark::Muted) => Key::PeopleMuted,
                        None => Key::PeopleUnmarked,
                    };
                    self.toasts.done(tf(text, &[("name", &name)]));
                }
                Err(error) => self.toasts.failed(error.sentence()),
            }
        });
    }

    /// Puts the nickname on the clipboard.
    pub fn copy(self, nickname: &str) {
        let writing = window().navigator().clipboard().write_text(nickname);
        spawn_local(async move {
            if wasm_bindgen_futures::JsFuture::from(writing).await.is_ok() {
                self.toasts.done(tr(Key::SpacesCopied));
            }
        });
    }
}

/// The field that messages are written in, if one is open.
#[must_use]
pub fn composer() -> Option<HtmlTextAreaElement> {
    document().query_selector(".composer textarea").ok()??.dyn_into().ok()
}

fn bubbling() -> web_sys::EventInit {
    let init = web_sys::EventInit::new();
    init.set_bubbles(true);
    init
}
