//! The open conversation: what its parts say to each other.

use crate::api::chat::Part;
use crate::effect::Effect;
use crate::files::lightbox::Viewing;
use crate::files::uploads::Uploads;
use crate::live::Live;
use crate::state::window::{Entry, Window};
use crate::state::{Chats, Drafts, Layout, Messages, Outbox, Place, Room, Session};
use crate::stickers::Manage;
use crate::ui::{Anchor, Toasts};
use leptos::prelude::*;
use shared::Timestamp;
use shared::chat::{Message, ReadState, ReplyPreview};
use shared::files::{FileHint, FileKind};
use shared::ids::{ChatId, FileId, MessageId, SpaceId, UserId};
use shared::markdown;
use shared::permission::Permission;
use std::rc::Rc;
use std::sync::Arc;

/// Where to scroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    End,
    /// The message with this `seq`, or the next one; it lights up for a moment.
    Seq(i64),
    /// As [`Jump::Seq`], from an address: says so when the message is not there.
    Link(i64),
    /// Just after what was read.
    Unread(i64),
    /// The first message at or after this time.
    Day(Timestamp),
}

/// Something that floats at a message.
#[derive(Clone, Debug, PartialEq)]
pub struct At {
    pub message: MessageId,
    pub anchor: Anchor,
}

/// A context given by the conversation.
#[derive(Clone, Copy)]
pub struct Talk {
    pub chat: ChatId,
    /// The chat, or the thread of it that this is.
    pub place: Place,
    room: StoredValue<Rc<Room>, LocalStorage>,
    pub session: Session,
    pub chats: Chats,
    pub messages: Messages,
    pub outbox: Outbox,
    pub drafts: Drafts,
    pub uploads: Uploads,
    pub live: Live,
    pub layout: Layout,
    /// Messages after this `seq` were new when the chat was opened: a line stands before them.
    pub divider: RwSignal<Option<i64>>,
    /// A wish to scroll, taken by the list.
    pub jump: RwSignal<Option<Jump>>,
    /// Whether the end of the chat is seen.
    pub at_end: RwSignal<bool>,
    pub replying: RwSignal<Option<ReplyPreview>>,
    pub editing: RwSignal<Option<MessageId>>,
    /// The message under the pointer or with the keyboard.
    pub current: RwSignal<Option<MessageId>>,
    pub reacting: RwSignal<Option<At>>,
    pub menu: RwSignal<Option<At>>,
    pub versions: RwSignal<Option<At>>,
    pub deleting: RwSignal<Option<MessageId>>,
    /// The choice of a day to jump to.
    pub calendar: RwSignal<Option<Anchor>>,
    /// Text of a message that was given up, for the composer.
    pub give_back: RwSignal<Option<String>>,
    /// The touch that may become a long press.
    pub pressing: StoredValue<Option<TimeoutHandle>>,
    /// The message of a long press, until the finger leaves.
    pub held: StoredValue<Option<At>>,
    /// The pictures in the full view.
    pub viewing: RwSignal<Option<Viewing>>,
    pub toasts: Toasts,
    /// The dialog of sticker packs.
    pub packs: RwSignal<Option<Manage>>,
    /// Gives the keyboard to the composer.
    pub focus_composer: RwSignal<u32>,
    /// The `seq` of the message that is lit up.
    pub lit: RwSignal<Option<i64>>,
}

impl Talk {
    /// Opens a chat with the stores of the surrounding view.
    #[must_use]
    pub fn open(chat: ChatId) -> Self {
        let (chats, live) = (expect_context::<Chats>(), expect_context::<Live>());
        let messages = expect_context::<Messages>();
        let read = chats.peek(chat, |chat| chat.read).unwrap_or_default();
        let is_unread = read.unread > 0 && read.read_seq > 0;
        let known = messages.room(chat).is_some_and(|room| room.is_loaded.get_untracked());
        let start = if is_unread { Part::Around(read.read_seq) } else { Part::Latest };
        let room = live.open(chat, start);
        if known && is_unread && !room.window.borrow().holds(read.read_seq + 1) {
            messages.fetch(&room, start);
        }
        let talk = Self::new(chat.into(), room);
        talk.divider.set((read.unread > 0).then_some(read.read_seq));
        talk.jump.set(is_unread.then_some(Jump::Unread(read.read_seq)));
        talk.correct_start(read);
        talk
    }

    /// Opens a thread, at a reply if wanted.
    #[must_use]
    pub fn open_thread(chat: ChatId, root: MessageId, at: Option<i64>) -> Self {
        let place = Place { chat, thread: Some(root) };
        let start = at.map_or(Part::Latest, Part::Around);
        let talk = Self::new(place, expect_context::<Live>().open(place, start));
        talk.jump.set(at.map(Jump::Link));
        talk
    }

    fn new(place: Place, room: Rc<Room>) -> Self {
        Self {
            chat: place.chat,
            place,
            room: StoredValue::new_local(room),
            session: expect_context(),
            chats: expect_context(),
            messages: expect_context(),
            outbox: expect_context(),
            drafts: expect_context(),
            uploads: expect_context(),
            viewing: RwSignal::new(None),
            live: expect_context(),
            layout: expect_context(),
            divider: RwSignal::new(None),
            jump: RwSignal::new(None),
            at_end: RwSignal::new(false),
            replying: RwSignal::new(None),
            editing: RwSignal::new(None),
            current: RwSignal::new(None),
            reacting: RwSignal::new(None),
            menu: RwSignal::new(None),
            versions: RwSignal::new(None),
            deleting: RwSignal::new(None),
            calendar: RwSignal::new(None),
            give_back: RwSignal::new(None),
            pressing: StoredValue::new(None),
            held: StoredValue::new(None),
            toasts: expect_context(),
            packs: RwSignal::new(None),
            focus_composer: RwSignal::new(0),
            lit: RwSignal::new(None),
        }
    }

    /// The chat was opened with what was known the last time: once the server has told how far it is
    /// read, begins where a fresh start would have.
    fn correct_start(self, believed: ReadState) {
        if self.chats.is_fresh.get_untracked() {
            return;
        }
        Effect::new(move |done: Option<bool>| {
            if done == Some(true) || !self.chats.is_fresh.get() {
                return done == Some(true);
            }
            let read = untrack(|| self.chats.peek(self.chat, |chat| chat.read)).unwrap_or_default();
            if read != believed && read.unread > 0 {
                self.divider.set(Some(read.read_seq));
                if read.read_seq > 0 {
                    let room = self.room();
                    if !room.window.borrow().holds(read.read_seq + 1) {
                        self.messages.fetch(&room, Part::Around(read.read_seq));
                    }
                    self.jump.set(Some(Jump::Unread(read.read_seq)));
                }
            } else if read.unread == 0 {
                self.divider.set(None);
            }
            true
        });
    }

    /// The chat in memory.
    #[must_use]
    pub fn room(&self) -> Rc<Room> {
        self.room.get_value()
    }

    /// Something of the window now.
    pub fn window<T>(&self, of: impl FnOnce(&Window) -> T) -> T {
        of(&self.room().window.borrow())
    }

    /// A message that is in memory.
    #[must_use]
    pub fn entry(&self, id: MessageId) -> Option<Arc<Entry>> {
        self.window(|window| window.find(id).cloned())
    }

    /// Who reads.
    #[must_use]
    pub fn me(&self) -> Option<UserId> {
        untrack(|| self.session.user_id())
    }

    /// Whether the person may do this here, reactively.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.chats.may(self.chat, permission)
    }

    /// Whether the person may send files of any kind here.
    #[must_use]
    pub fn may_attach(&self) -> bool {
        self.may(Permission::SendMessages)
            && (self.may(Permission::SendMedia) || self.may(Permission::SendFiles))
    }

    /// Whether the person may edit this message.
    #[must_use]
    pub fn may_edit(&self, message: &Message) -> bool {
        Some(message.author.id) == self.me()
            && message.sticker.is_none()
            && self.may(Permission::SendMessages)
            && self.may(Permission::EditOwnMessages)
    }

    /// Whether the person may delete this message.
    #[must_use]
    pub fn may_delete(&self, message: &Message) -> bool {
        let own = Some(message.author.id) == self.me();
        own && self.may(Permission::DeleteOwnMessages) || self.may(Permission::DeleteAnyMessages)
    }

    /// Whether messages of this place can be pinned and have threads of their own.
    #[must_use]
    pub fn is_thread(&self) -> bool {
        self.place.thread.is_some()
    }

    /// Opens the thread of a message beside the conversation.
    pub fn open_thread_of(&self, root: MessageId) {
        self.layout.open_thread(self.chat, root);
    }

    /// The space of the chat.
    #[must_use]
    pub fn space(&self) -> Option<SpaceId> {
        self.chats.peek(self.chat, |chat| chat.space_id).flatten()
    }

    /// Begins an answer.
    pub fn reply(&self, id: MessageId) {
        let Some(entry) = self.entry(id) else { return };
        let message = &entry.message;
        self.editing.set(None);
        self.replying.set(Some(ReplyPreview {
            id,
            seq: message.seq,
            author: Some(message.author.clone()),
            excerpt: Some(markdown::plain(message.words(), 140)),
            file: message
                .attachments
                .first()
                .map(|file| FileHint { kind: file.kind, name: file.name.clone() }),
            sticker: message.sticker.as_ref().map(|sticker| sticker.name.clone()),
        }));
        self.focus_composer.update(|n| *n += 1);
    }

    /// Begins to edit.
    pub fn edit(&self, id: MessageId) {
        if self.entry(id).is_some_and(|entry| untrack(|| self.may_edit(&entry.message))) {
            self.replying.set(None);
            self.editing.set(Some(id));
            self.focus_composer.update(|n| *n += 1);
        }
    }

    /// Begins to edit one's newest message; tells whether there is one.
    pub fn edit_last(&self) -> bool {
        let me = self.me();
        let last = self.window(|window| {
            let mine = |entry: &&Arc<Entry>| Some(entry.message.author.id) == me;
            window.entries().iter().rev().take(50).find(mine).map(|entry| entry.message.id)
        });
        if let Some(id) = last {
            self.edit(id);
        }
        last.is_some()
    }

    /// Opens a picture, with the others in memory beside it.
    pub fn view(&self, id: FileId) {
        let pictures = self.window(|window| {
            let files = window.entries().iter().flat_map(|entry| &entry.message.attachments);
            files.filter(|file| file.kind == FileKind::Image).cloned().collect()
        });
        self.viewing.set(Viewing::open(pictures, id));
    }

    /// Marks everything read and takes the line away.
    pub fn mark_read(&self) {
        self.divider.set(None);
        self.chats.mark_read(self.chat);
    }
}
