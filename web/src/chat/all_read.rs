//! Marking chats as read, with the way back.

use super::talk::Talk;
use crate::i18n::{Key, tr};
use crate::state::Chats;
use crate::ui::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::SpaceId;

/// So many chats can be made unread again: each takes a request.
const MOST: usize = 300;

/// Marks every chat of a space as read, or every one there is.
pub fn mark_all_read(chats: Chats, toasts: Toasts, space: Option<SpaceId>) {
    let before = chats.unread_of(space);
    spawn_local(async move {
        if let Err(error) = chats.mark_all_read(space).await {
            return toasts.failed(error.sentence());
        }
        let done = tr(Key::ConversationAllReadDone);
        if before.is_empty() || before.len() > MOST {
            return toasts.done(done);
        }
        toasts.undoable(done, move || {
            let failed = Callback::new(move |sentence: String| toasts.failed(sentence));
            chats.put_back(before.clone(), failed);
        });
    });
}

/// Marks the chat of a conversation as read.
pub fn mark_one_read(talk: Talk) {
    let Talk { chats, chat, divider, toasts, .. } = talk;
    let read = chats.peek(chat, |chat| chat.read).filter(|read| read.unread > 0);
    talk.mark_read();
    let Some(read) = read else { return };
    toasts.undoable(tr(Key::ConversationReadDone), move || {
        let failed = Callback::new(move |sentence: String| toasts.failed(sentence));
        // The line stands in the page, if that is still there.
        let _was_there = divider.try_set(Some(read.read_seq));
        chats.put_back(vec![(chat, read.read_seq)], failed);
    });
}
