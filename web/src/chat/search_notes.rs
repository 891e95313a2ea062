//! What stands below the words in place of messages: a note, and what can be typed beside words.

use super::search_words::{HINTS, Words};
use crate::api::ApiError;
use crate::i18n::{Key, by_name, t, tf};
use leptos::prelude::*;

/// Before there is enough to search for.
pub fn intro(words: Words) -> AnyView {
    noted(move || match &words.unknown_chat {
        Some(name) => tf(Key::ConversationNoSuchChat, &[("name", name)]),
        None => t(Key::ChatSearchIntro)().to_owned(),
    })
}

/// Why the server did not search, when a filter means nothing.
pub fn refused(error: &ApiError, words: Words) -> Option<AnyView> {
    let filter = error.fields().next()?.0.to_owned();
    Some(noted(move || match (filter.as_str(), &words.from) {
        ("from", Some(name)) => tf(Key::ConversationNoSuchPerson, &[("name", name)]),
        (name, _) => tf(Key::ConversationNoSuchFilter, &[("name", name)]),
    }))
}

fn noted(note: impl Fn() -> String + Send + 'static) -> AnyView {
    let row = |(example, name): &(&'static str, &'static str)| {
        let key = format!("conversation.filter_{name}");
        view! {
            <div class="search__hint">
                <dt><code>{*example}</code></dt>
                <dd>{move || by_name(&key)}</dd>
            </div>
        }
    };
    view! {
        <p class="search__note">{note}</p>
        <dl class="search__hints">{HINTS.iter().map(row).collect::<Vec<_>>()}</dl>
    }
    .into_any()
}
