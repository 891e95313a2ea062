//! What only the server knows: people and files by a piece of their names.

use super::{Act, Entry};
use crate::api::chat as api;
use crate::effect::Effect;
use crate::state::Chats;
use crate::ui::Icon;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{QuickFile, QuickFound};
use shared::files::FileKind;
use shared::identity::UserRef;
use std::time::Duration;

/// Letters after which the server is asked for people and files.
const PAUSE: Duration = Duration::from_millis(150);

/// Asks the server for people and files whose name has this in it: not all are in memory.
pub fn follow(words: RwSignal<String>, answer: RwSignal<QuickFound>) {
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let typed = words.get().trim().to_owned();
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        if typed.chars().count() < 2 {
            return answer.set(QuickFound::default());
        }
        let ask = move || {
            spawn_local(async move {
                // Without an answer what is in memory is offered.
                if let Ok(found) = api::search_quick(&typed).await {
                    let _was_there = answer.try_set(found);
                }
            });
        };
        timer.set_value(set_timeout_with_handle(ask, PAUSE).ok());
    });
}

/// People that the server knows.
pub fn strangers(people: Vec<UserRef>) -> impl Iterator<Item = Entry> {
    people.into_iter().map(|person| Entry {
        key: format!("person:{}", person.id),
        name: person.name().to_owned(),
        place: format!("@{}", person.nickname),
        icon: Icon::User,
        act: Act::Person(person.id),
    })
}

/// Files of chats, each with the chat it is in.
pub fn files(chats: Chats, files: Vec<QuickFile>) -> impl Iterator<Item = Entry> {
    files.into_iter().map(move |file| {
        let place = chats.peek(file.chat_id, |chat| chats.title(chat));
        Entry {
            key: format!("file:{}", file.id),
            name: file.name,
            place: place.unwrap_or_default(),
            icon: match file.kind {
                FileKind::Image => Icon::Image,
                FileKind::Video => Icon::Film,
                FileKind::Audio => Icon::Music,
                FileKind::Document => Icon::File,
            },
            act: Act::File(file.chat_id, file.thread_root, file.message_seq),
        }
    })
}
