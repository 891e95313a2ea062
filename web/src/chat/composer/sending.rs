//! Sending what was written, and what changes of it.

use super::Writing;
use crate::api::chat as api;
use crate::chat::talk::Jump;
use crate::files::drop::add;
use crate::i18n::{Key, number, tf, tr};
use crate::state::Draft;
use leptos::ev::ClipboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::chat::{MAX_MESSAGE_CHARS, Message};
use shared::event::MessageEdited;
use shared::expression::Sticker;
use shared::files::Attachment;
use shared::ids::MessageId;

impl Writing {
    pub(super) fn submit(self) {
        let text = self.field.text.get_untracked();
        let text = text.trim_end();
        if text.chars().count() > MAX_MESSAGE_CHARS {
            let most = number(MAX_MESSAGE_CHARS as i64);
            return self.talk.toasts.failed(tf(Key::ChatTooLong, &[("most", &most)]));
        }
        match self.talk.editing.get_untracked() {
            Some(id) => self.submit_edit(id, text),
            // Slow mode: the text stays until its time has come.
            None if self.slow_left.get_untracked() > 0 => {}
            None if untrack(|| self.talk.uploads.any(self.talk.place)) => self.send_files(text),
            None if !text.trim().is_empty() => self.send(text, Vec::new()),
            None => {}
        }
    }

    /// A sticker goes at once; what is being written stays.
    pub(super) fn submit_sticker(self, sticker: Sticker) {
        if self.slow_left.get_untracked() > 0 {
            return self.talk.toasts.failed(tr(Key::StickersSlow));
        }
        self.dispatch("", Vec::new(), Some(sticker));
        self.field.focus();
    }

    /// Goes at once, or as soon as every file is there.
    fn send_files(self, text: &str) {
        match self.talk.uploads.take(self.talk.place) {
            Some(files) => self.send(text, files),
            None => self.waits.set(untrack(|| self.talk.uploads.is_running(self.talk.place))),
        }
    }

    pub(super) fn pasted(self, event: &ClipboardEvent) {
        let files = event.clipboard_data().and_then(|data| data.files());
        let Some(files) = files.filter(|files| files.length() > 0) else { return };
        if untrack(|| self.talk.may_attach()) {
            event.prevent_default();
            add(self.talk.uploads, self.talk.toasts, self.talk.place, &files);
        }
    }

    fn dispatch(self, text: &str, files: Vec<Attachment>, sticker: Option<Sticker>) {
        let talk = self.talk;
        let reply_to = talk.replying.get_untracked();
        talk.outbox.send(talk.place, text.to_owned(), reply_to, files, sticker);
        talk.replying.set(None);
        talk.divider.set(None);
        talk.jump.set(Some(Jump::End));
    }

    fn send(self, text: &str, files: Vec<Attachment>) {
        self.dispatch(text, files, None);
        self.last_typing.set_value(0.0);
        self.mentions.close();
        self.field.set("");
        self.field.focus();
        self.keep();
    }

    /// An edit shows at once. When it fails, the old text comes back, and the editor with the new one.
    fn submit_edit(self, id: MessageId, text: &str) {
        let talk = self.talk;
        let Some(entry) = talk.entry(id) else { return talk.editing.set(None) };
        if text.trim().is_empty() && entry.message.attachments.is_empty() {
            talk.editing.set(None);
            return talk.deleting.set(Some(id));
        }
        talk.editing.set(None);
        if text == entry.message.content {
            return;
        }
        let known = self.unedited.get_value().filter(|known| known.id == id);
        let before = known.unwrap_or_else(|| entry.message.clone());
        self.unedited.set_value(Some(before.clone()));
        let edit = MessageEdited {
            message_id: id,
            chat_id: talk.chat,
            message_seq: before.seq,
            content: text.to_owned(),
            mentions: before.mentions.clone(),
            mention_groups: before.mention_groups.clone(),
            edited_at: chrono::Utc::now(),
        };
        talk.messages.change(talk.place, |window| window.edit(&edit));
        spawn_local(async move {
            let text = edit.content.clone();
            if send_edit(self, before.clone(), edit).await.is_err() {
                talk.messages.change(talk.place, |window| window.put(before));
                drop(talk.give_back.try_set(Some(text)));
            }
        });
    }

    async fn send_edit(self, before: Message, edit: MessageEdited) {
        let Self { talk, failed, unedited, .. } = self;
        let error = match api::edit_message(edit.message_id, edit.content.clone()).await {
            Ok(now) => {
                drop(unedited.try_set_value(None));
                return talk.messages.change(talk.place, |window| window.put(now));
            }
            Err(error) => error,
        };
        let (mut is_stored, mut is_last) = (false, false);
        talk.messages.change(talk.place, |window| {
            is_stored = window.has_edit(&edit);
            is_last = window.take_back(&edit, before);
            is_last
        });
        if is_last {
            drop(unedited.try_set_value(None));
        }
        // The answer was lost, and the stream said so.
        if is_stored {
            return;
        }
        talk.toasts.failed(error.sentence());
        let (id, text) = (edit.message_id, edit.content);
        if failed.try_set_value(Some((id, text.clone()))).is_some() {
            // The conversation was left.
            let draft = talk.drafts.get(talk.place);
            let text = [&*draft.text, &*text].join("\n").trim().to_owned();
            return talk.drafts.keep(talk.place, Draft { text, ..draft });
        }
        // What is being edited by now stays; the text waits for the next edit of its message.
        if talk.editing.with_untracked(Option::is_some) {
            return;
        }
        talk.edit(id);
        if talk.editing.with_untracked(Option::is_none) {
            talk.give_back.set(Some(text));
        }
    }
}

crate::lazy! {
    live => fn send_edit(writing: Writing, before: Message, edit: MessageEdited) -> () {
        spawn_local(writing.send_edit(before, edit));
    }
}
