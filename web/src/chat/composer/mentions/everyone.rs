//! A word about `@all` and the like for whoever may not mention everybody.

use crate::chat::talk::Talk;
use crate::i18n::{Key, tf};
use leptos::prelude::*;
use shared::chat::ChatKind;
use shared::markdown::{self, Inline};
use shared::permission::Permission;

const EVERYBODY: [&str; 3] = ["all", "everyone", "here"];

/// Says that `@all` will be nothing but text for whoever may not mention everybody.
#[component]
pub fn EveryoneHint(talk: Talk, text: RwSignal<String>) -> impl IntoView {
    let word = Memo::new(move |_| {
        let is_space = talk.chats.read(talk.chat, |c| c.kind == ChatKind::Space) == Some(true);
        if !is_space || talk.may(Permission::MentionAll) {
            return None;
        }
        text.with(|text| {
            let mut found = None;
            // Most messages mention nobody: spare them the parser.
            if text.contains('@') {
                markdown::for_each_inline(&markdown::parse(text), &mut |inline| {
                    if let Inline::Mention(name) = inline
                        && EVERYBODY.iter().any(|word| name.eq_ignore_ascii_case(word))
                    {
                        found.get_or_insert_with(|| name.to_ascii_lowercase());
                    }
                });
            }
            found
        })
    });
    move || {
        word.get().map(|name| {
            view! {
                <p class="composer__hint" role="status">
                    {tf(Key::NotificationsEveryoneDenied, &[("name", &name)])}
                </p>
            }
        })
    }
}
