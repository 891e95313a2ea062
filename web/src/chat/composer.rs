//! Writing: a field that grows, drafts, answers and edits, mentions and emoji.

mod bars;
mod field;
mod mentions;
mod sending;

use super::emoji_picker::emoji_popover;
use super::explain::why_closed;
use super::sticker_tab::StickerPicks;
use super::talk::Talk;
use super::typing_line::TypingLine;
use crate::effect::Effect;
use crate::files::tray::{AttachButton, Tray};
use crate::i18n::{Key, number, t, tf, tr};
use crate::state::{Draft, Layout};
use crate::stickers::{Manage, packs_dialog};
use crate::ui::lazy::later_as;
use crate::ui::popover::Side;
use crate::ui::{Anchor, Icon, IconButton, once_open};
use bars::{EditBar, ReplyBar, SlowLine, slow_left};
use field::Field;
use leptos::ev::{self, ClipboardEvent, KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use mentions::{EveryoneHint, Mentions, MentionsList};
use shared::chat::{MAX_MESSAGE_CHARS, Message};
use shared::expression::Sticker;
use shared::ids::MessageId;
use shared::permission::Permission;
use std::time::Duration;

/// A draft is kept this long after the last key.
const KEEP_AFTER: Duration = Duration::from_millis(400);
/// "Is typing" is said at most this often, in milliseconds.
const TYPING_EVERY_MS: f64 = 3_000.0;
/// From here on the number of characters is shown.
const COUNT_FROM: usize = MAX_MESSAGE_CHARS - 500;

/// The composer of a conversation, or why there is none.
#[component]
pub fn Composer(talk: Talk) -> impl IntoView {
    view! {
        <Show
            when=move || talk.may(Permission::SendMessages)
            fallback=move || {
                view! {
                    <div class="composer__closed">
                        <p>{t(Key::ChatReadOnly)}</p>
                        {later_as(move || why_closed(talk), || ().into_any())}
                    </div>
                }
            }
        >
            <Editor talk />
        </Show>
    }
}

/// What the composer holds.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    talk: Talk,
    field: Field,
    mentions: Mentions,
    /// What was being written before an edit began.
    stash: StoredValue<String>,
    /// The text of an edit that failed, until its message is edited again.
    failed: StoredValue<Option<(MessageId, String)>>,
    /// A message as the server has it, while edits of it are on their way.
    unedited: StoredValue<Option<Message>>,
    last_typing: StoredValue<f64>,
    keep_timer: StoredValue<Option<TimeoutHandle>>,
    /// Send was pressed while files were on their way.
    waits: RwSignal<bool>,
    layout: Layout,
    /// Slow mode: seconds until the next message.
    slow_left: RwSignal<i64>,
}

#[component]
fn Editor(talk: Talk) -> impl IntoView {
    let field = Field::new(talk.drafts.get(talk.place).text);
    talk.replying.set(talk.drafts.get(talk.place).reply_to);
    let writing = Writing {
        talk,
        field,
        mentions: Mentions::new(talk, field),
        stash: StoredValue::default(),
        failed: StoredValue::default(),
        unedited: StoredValue::default(),
        last_typing: StoredValue::new(0.0),
        keep_timer: StoredValue::new(None),
        waits: RwSignal::new(false),
        layout: expect_context(),
        slow_left: slow_left(talk),
    };
    writing.follow();
    // A page that is reloaded cleans nothing up.
    let leaves = window_event_listener(ev::pagehide, move |_| writing.keep());
    on_cleanup(move || {
        leaves.remove();
        writing.keep();
    });
    let emoji_at = RwSignal::new(None::<Anchor>);
    let length = Memo::new(move |_| field.text.with(|text| text.chars().count()));
    let can_send = move || {
        let waits = writing.slow_left.get() > 0 && talk.editing.with(Option::is_none);
        let has_words = field.text.with(|text| !text.trim().is_empty());
        !waits
            && length.get() <= MAX_MESSAGE_CHARS
            && (has_words || talk.uploads.any(talk.place))
            && !talk.uploads.has_failed(talk.place)
    };
    let label = move || {
        if talk.is_thread() {
            return tr(Key::ConversationReplyHint).to_owned();
        }
        let name = talk.chats.get(talk.chat).map(|chat| talk.chats.title(&chat));
        tf(Key::ChatWriteTo, &[("name", &name.unwrap_or_default())])
    };
    // Beside a thread there is room for a word.
    let placeholder = move || match talk.is_thread() {
        true => tr(Key::ChatReply).to_owned(),
        false => label(),
    };
    let choose = Callback::new(move |emoji: String| {
        emoji_at.set(None);
        field.insert(&emoji);
        field.focus();
    });
    let send_sticker = Callback::new(move |sticker: Sticker| {
        emoji_at.set(None);
        writing.submit_sticker(sticker);
    });
    let on_manage = Callback::new(move |()| {
        emoji_at.set(None);
        talk.packs.set(Some(Manage::Mine));
    });
    let is_shown = RwSignal::new(false);
    let picks = StickerPicks { on_choose: send_sticker, on_manage, is_shown };
    let pick = move |event: &MouseEvent, stickers: bool| {
        is_shown.set(stickers);
        emoji_at.set(Some(Anchor::of_event(event)));
    };
    // The picker is made anew with it, and forgets what was typed: not with every message that comes.
    let may_send_stickers = Memo::new(move |_| talk.may(Permission::SendStickers));
    let stickers = Signal::derive(move || may_send_stickers.get().then_some(picks));
    view! {
        <div class="composer">
            <MentionsList mentions=writing.mentions />
            <EveryoneHint talk text=field.text />
            <ReplyBar talk />
            <EditBar writing />
            <Tray place=talk.place uploads=talk.uploads />
            <div class="composer__field">
                <Show when=move || talk.may_attach()>
                    <AttachButton place=talk.place uploads=talk.uploads />
                </Show>
                <textarea
                    class="composer__text"
                    rows="1"
                    aria-label=label
                    placeholder=placeholder
                    node_ref=field.node
                    aria-autocomplete="list"
                    aria-controls=move || writing.mentions.is_open().then_some("mentions")
                    aria-activedescendant=move || writing.mentions.active_id()
                    prop:value=move || field.text.get()
                    on:input=move |event| {
                        field.text.set(event_target_value(&event));
                        writing.typed();
                    }
                    on:keydown=move |event| writing.key(&event)
                    on:click=move |_| writing.mentions.update()
                    on:paste=move |event: ClipboardEvent| writing.pasted(&event)
                    on:blur=move |_| writing.mentions.close_soon()
                ></textarea>
                <Show when=move || { length.get() > COUNT_FROM }>
                    <span
                        class="composer__count"
                        class:composer__count--over=move || { length.get() > MAX_MESSAGE_CHARS }
                    >
                        {move || number(MAX_MESSAGE_CHARS as i64 - length.get() as i64)}
                    </span>
                </Show>
                <IconButton
                    icon=Icon::Smile
                    label=t(Key::ChatEmoji)
                    on_click=move |event: MouseEvent| pick(&event, false)
                />
                // A phone has no room for it: there they are beside the emoji.
                <Show when=move || may_send_stickers.get() && !writing.layout.is_phone.get()>
                    <IconButton
                        icon=Icon::Sticker
                        label=t(Key::StickersTitle)
                        on_click=move |event: MouseEvent| pick(&event, true)
                    />
                </Show>
                <IconButton
                    icon=Icon::Send
                    label=t(Key::ChatSend)
                    disabled=Signal::derive(move || !can_send())
                    on_click=move |_| writing.submit()
                />
            </div>
            <SlowLine talk left=writing.slow_left />
            <TypingLine talk />
            {once_open(
                move || emoji_at.get().is_some(),
                move || emoji_popover(emoji_at, Side::Above, Key::ChatEmoji, choose, talk.space(), stickers),
            )}
            {once_open(move || talk.packs.with(Option::is_some), move || packs_dialog(talk.packs))}
        </div>
    }
}

impl Writing {
    /// Follows wishes from elsewhere: edit, answer, text given back.
    fn follow(self) {
        let Self { talk, field, .. } = self;
        Effect::new(move |before: Option<Option<MessageId>>| {
            let editing = talk.editing.get();
            match (before.flatten(), editing) {
                (None, Some(id)) => {
                    self.stash.set_value(field.text.get_untracked());
                    self.load(id);
                }
                (Some(old), Some(id)) if old != id => self.load(id),
                (Some(_), None) => field.set(&self.stash.get_value()),
                _ => {}
            }
            editing
        });
        Effect::new(move |before: Option<u32>| {
            let wish = talk.focus_composer.get();
            if before.is_some() {
                field.focus();
            }
            wish
        });
        Effect::new(move |_| {
            if let Some(text) = talk.give_back.get() {
                talk.give_back.set(None);
                field.set([text, field.text.get_untracked()].join("\n").trim_end());
                field.focus();
            }
        });
        Effect::new(move |_| {
            let is_running = talk.uploads.is_running(talk.place);
            if self.waits.get() && !is_running {
                self.waits.set(false);
                self.submit();
            }
        });
        Effect::new(move |before: Option<()>| {
            talk.replying.track();
            if before.is_some() {
                self.keep();
            }
        });
    }

    fn load(self, id: MessageId) {
        let failed = self.failed.try_update_value(Option::take).flatten();
        if let Some((of, text)) = failed {
            if of == id {
                return self.field.set(&text);
            }
            self.failed.set_value(Some((of, text)));
        }
        if let Some(entry) = self.talk.entry(id) {
            self.field.set(&entry.message.content);
        }
    }

    fn typed(self) {
        self.field.grow();
        self.mentions.update();
        self.keep_soon();
        let now = js_sys::Date::now();
        let is_text = self.field.text.with_untracked(|text| !text.trim().is_empty());
        if is_text
            && self.talk.editing.get_untracked().is_none()
            && !self.talk.is_thread()
            && now - self.last_typing.get_value() > TYPING_EVERY_MS
        {
            self.last_typing.set_value(now);
            self.talk.live.typing(self.talk.chat);
        }
    }

    fn keep_soon(self) {
        let timer = set_timeout_with_handle(move || self.keep(), KEEP_AFTER).ok();
        self.keep_timer.update_value(|old| {
            if let Some(old) = std::mem::replace(old, timer) {
                old.clear();
            }
        });
    }

    /// Keeps the draft, not the text of an edit.
    fn keep(self) {
        let (Some(text), Some(editing)) =
            (self.field.text.try_get_untracked(), self.talk.editing.try_get_untracked())
        else {
            return;
        };
        let text = if editing.is_some() { self.stash.get_value() } else { text };
        let reply_to = self.talk.replying.get_untracked();
        self.talk.drafts.keep(self.talk.place, Draft { text, reply_to });
    }

    fn key(self, event: &KeyboardEvent) {
        if event.is_composing() || self.mentions.key(event) {
            return;
        }
        let is_phone = self.layout.is_phone.get_untracked();
        match event.key().as_str() {
            "Enter" if !event.shift_key() && !is_phone => {
                event.prevent_default();
                self.submit();
            }
            "ArrowUp"
                if self.field.text.with_untracked(String::is_empty) && self.talk.edit_last() =>
            {
                event.prevent_default();
            }
            "Escape" => self.escape(event),
            _ => {}
        }
    }

    fn escape(self, event: &KeyboardEvent) {
        if self.talk.editing.get_untracked().is_some() {
            self.talk.editing.set(None);
        } else if self.talk.replying.get_untracked().is_some() {
            self.talk.replying.set(None);
        } else {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
    }
}
